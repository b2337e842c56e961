/* fuzz_wheel_name.c: what a wheel name says is enough to write a name that says the same; choosing never depends on the order.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/buf.h"
#include "python/wheel_name.h"

/* name-version[-build]-pythons-abis-platforms.whl out of the parts, which is normal and must parse to the same. */
static void check_round(struct arena *a, const struct wheel_name *w)
{
	struct buf text;
	struct wheel_name again;
	struct err e = { 0 };
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < w->name.n; i++) buf_add_char(&text, w->name.p[i] == '-' ? '_' : w->name.p[i]);
	buf_addf(&text, "-" STR_FMT, STR_ARG(w->version));
	if (w->has_build) buf_addf(&text, "-" STR_FMT STR_FMT, STR_ARG(w->build_number), STR_ARG(w->build_suffix));
	buf_addf(&text, "-" STR_FMT "-" STR_FMT "-" STR_FMT ".whl", STR_ARG(w->pythons), STR_ARG(w->abis), STR_ARG(w->platforms));
	/* The normal form may be longer than the text ("1a" is 1a0), so that only the limit may refuse it. */
	bool ok = wheel_name_parse(a, buf_str(&text), &again, &e);
	if (!ok && text.n <= WHEEL_NAME_MAX) abort();
	if (ok) {
		if (!str_eq(w->name, again.name) || !str_eq(w->version, again.version) || w->tags.n != again.tags.n) abort();
		if (w->has_build != again.has_build || !str_eq(w->build_number, again.build_number)) abort();
		for (size_t i = 0; i < w->tags.n; i++)
			if (!str_eq(w->tags.p[i], again.tags.p[i])) abort();
		struct tag_list list;
		tags_from(a, w->tags.p, w->tags.n, &list);
		if (wheel_name_rank(w, &list) != 0 || wheel_name_rank(&again, &list) != 0) abort();
	}
	buf_release(&text);
}

/* One file name a line. */
static void check_choice(struct arena *a, str text)
{
	struct str_list files = { 0 }, back = { 0 };
	struct tag_list list;
	str line;
	while (files.n < 50 && str_line(&text, &line)) *vec_push(a, &files) = line;
	for (size_t i = files.n; i > 0; i--) *vec_push(a, &back) = files.p[i - 1];
	tags_for(a, 12, 34, S("x86_64"), &list);
	size_t x = wheel_choose(a, files.p, files.n, &list), y = wheel_choose(a, back.p, back.n, &list);
	if ((x == SIZE_MAX) != (y == SIZE_MAX) || (x != SIZE_MAX && !str_eq(files.p[x], back.p[y]))) abort();
	if (x != SIZE_MAX) return;
	struct wheel_nearest p = wheel_choose_nearest(a, files.p, files.n, 12, 34, S("x86_64"));
	struct wheel_nearest q = wheel_choose_nearest(a, back.p, back.n, 12, 34, S("x86_64"));
	if (str_empty(p.reason) || !str_eq(p.reason, q.reason)) abort();
	if ((p.index == SIZE_MAX) != (q.index == SIZE_MAX) || (p.index != SIZE_MAX && p.sdist != SIZE_MAX)) abort();
	if (p.index != SIZE_MAX && !str_eq(files.p[p.index], back.p[q.index])) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	str text = { (const char *)data, size };
	struct wheel_name w;
	struct sdist_name s;
	struct err e = { 0 };
	if (wheel_name_parse(&a, text, &w, &e)) check_round(&a, &w);
	err_clear(&e);
	sdist_name_parse(&a, text, &s, &e);
	check_choice(&a, text);
	arena_release(&a);
	return 0;
}
