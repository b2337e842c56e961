/* fuzz_entry_points.c: names are safe, references are parts of their values, and what was read reads back equal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/buf.h"
#include "python/entry_points.h"

/* Values of several lines are written with indented lines, which gives them back but for blank lines and comments. */
static void write_value(struct buf *b, str value)
{
	for (size_t i = 0; i < value.n; i++) {
		buf_add_char(b, value.p[i]);
		if (value.p[i] == '\n') buf_add_str(b, S("    "));
	}
}

static void check_round(struct arena *a, const struct entry_points *points)
{
	struct buf text;
	struct entry_points again;
	struct err e = { 0 };
	size_t at = 0;
	buf_init(&text, (size_t)1 << 28);
	for (size_t i = 0; i < points->groups.n; i++) {
		buf_addf(&text, "[" STR_FMT "]\r\n", STR_ARG(points->groups.p[i]));
		for (; at < points->list.n && str_eq(points->list.p[at].group, points->groups.p[i]); at++) {
			buf_addf(&text, STR_FMT "=", STR_ARG(points->list.p[at].name));
			write_value(&text, points->list.p[at].value);
			buf_add_char(&text, '\n');
		}
	}
	if (at != points->list.n) abort();
	if (text.n <= ENTRY_POINTS_MAX) {
		if (!entry_points_parse(a, buf_str(&text), &again, &e) || again.list.n != points->list.n) abort();
		for (size_t i = 0; i < again.list.n; i++) {
			const struct entry_point *x = &points->list.p[i], *y = &again.list.p[i];
			if (!str_eq(x->name, y->name) || !str_eq(x->value, y->value) || !str_eq(x->module, y->module)) abort();
		}
	}
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct entry_points points;
	struct err e = { 0 };
	bool ok = entry_points_parse(&a, (str){ (const char *)data, size }, &points, &e);
	if (ok == err_is_set(&e)) abort();
	for (size_t i = 0; ok && i < points.list.n; i++) {
		const struct entry_point *p = &points.list.p[i];
		if (str_empty(p->name) || str_chr(p->name, '/') != STR_NONE || str_chr(p->name, '\t') != STR_NONE) abort();
		if (!str_starts(p->value, p->module) || (str_empty(p->module) && !str_empty(p->attribute))) abort();
	}
	if (ok) check_round(&a, &points);
	arena_release(&a);
	return 0;
}
