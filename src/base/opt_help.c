/* opt_help.c: option tables as help text.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/opt.h"

#define HELP_COLUMN 28 /* where the sentences begin */

str opt_value_text(struct arena *a, const struct opt *o)
{
	const char *value = o->metavar ? o->metavar : o->takes == OPT_NUMBER ? "N" : "VALUE";
	if (!o->metavar && o->choices) {
		struct buf b;
		buf_init(&b, 1000);
		opt_choices_join(&b, o->choices, "|");
		value = buf_take(&b, a).p;
		buf_release(&b);
	}
	switch (o->takes) {
	case OPT_NOTHING: return S("");
	case OPT_MAYBE: return arena_fmt(a, "[=%s]", value);
	case OPT_NEXT: return arena_fmt(a, " [%s]", value);
	case OPT_VALUE:
	case OPT_NUMBER:
	case OPT_EACH:
	case OPT_LIST: break;
	}
	return arena_fmt(a, " %s", value);
}

void opt_choices_join(struct buf *b, const char *choices, const char *separator)
{
	struct arena a = { 0 };
	struct str_list shown = { 0 };
	opt_choices(&a, choices, false, &shown);
	for (size_t i = 0; i < shown.n; i++) buf_addf(b, "%s" STR_FMT, i == 0 ? "" : separator, STR_ARG(shown.p[i]));
	arena_release(&a);
}

static void indent_to(struct buf *b, size_t from, size_t to)
{
	for (; from < to; from++) buf_add_char(b, ' ');
}

void opt_wrap(struct buf *b, str text, size_t at, size_t indent)
{
	str line;
	while (str_line(&text, &line)) {
		bool first = true;
		str word;
		while (line.n > 0) {
			str_cut(line, ' ', &word, &line);
			if (!first && at + 1 + word.n > OPT_COLUMNS) {
				buf_add_char(b, '\n');
				indent_to(b, 0, indent);
				at = indent;
				first = true;
			}
			if (!first) buf_add_char(b, ' ');
			buf_add_str(b, word);
			at += word.n + !first;
			first = false;
		}
		buf_add_char(b, '\n');
		if (text.n > 0) indent_to(b, 0, indent);
		at = indent;
	}
}

static void help_row(struct buf *b, const struct opt *o, struct arena *a)
{
	size_t start = b->n;
	if (o->letter)
		buf_addf(b, "  -%c, --%s", o->letter, o->name);
	else
		buf_addf(b, "      --%s", o->name);
	buf_add_str(b, opt_value_text(a, o));
	size_t at = b->n - start;
	if (at + 2 > HELP_COLUMN) {
		buf_add_char(b, '\n');
		at = 0;
	}
	indent_to(b, at, HELP_COLUMN);
	opt_wrap(b, str_from(o->help), HELP_COLUMN, HELP_COLUMN);
}

void opt_help(struct buf *b, const struct opt *table)
{
	struct arena a = { 0 };
	bool headed = false;
	for (const struct opt *o = table; o && !opt_is_end(o); o++) {
		if (o->hidden) continue;
		if (o->heading || !headed) buf_addf(b, "\n%s:\n", o->heading ? o->heading : "Options");
		headed = true;
		if (o->name) help_row(b, o, &a);
	}
	arena_release(&a);
}
