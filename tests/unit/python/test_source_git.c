/* test_source_git.c: git's index, of versions 2 to 4.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The indexes are written here, by the rules of git's "index-format"; tests/private/test_git.py reads those that git writes. */
#include "../base/rows.h"

#include <string.h>

#include "base/buf.h"
#include "python/source_git.h"

static void put32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8) buf_add_char(b, (char)(v >> shift & 255));
}

static void zeros(struct buf *b, size_t n)
{
	while (n--) buf_add_char(b, '\0');
}

struct shape {
	uint32_t version;
	size_t id;
	bool extended;         /* entries have the second flags */
	uint32_t count;        /* 0: as many as there are names */
	const char *extension; /* four letters */
	size_t cut;            /* bytes taken off the end */
};

/* names: separated by blanks, in order; for version 4 each says what it shares with the one before. */
static str write_index(struct arena *a, const struct shape *s, const char *names)
{
	struct buf b;
	str list = str_from(names), name, before = { 0 };
	uint32_t n = 0;
	buf_init(&b, 1 << 20);
	buf_add_str(&b, S("DIRC"));
	put32(&b, s->version);
	for (str rest = list; rest.n; n++)
		if (!str_cut(rest, ' ', &name, &rest)) rest = (str){ 0 };
	put32(&b, s->count ? s->count : n);
	while (list.n) {
		size_t start = b.n, shared = 0;
		if (!str_cut(list, ' ', &name, &list)) list = (str){ 0 };
		zeros(&b, 40 + s->id);
		buf_add_char(&b, s->extended ? 0x40 : 0);
		buf_add_char(&b, (char)(name.n & 255));
		if (s->extended) zeros(&b, 2);
		if (s->version == 4) {
			while (shared < name.n && shared < before.n && name.p[shared] == before.p[shared]) shared++;
			size_t drop = before.n - shared;
			if (drop > 127) buf_add_char(&b, (char)(0x80 | ((drop >> 7) - 1)));
			buf_add_char(&b, (char)(drop & 127));
		}
		buf_add_str(&b, str_from_pos(name, shared));
		zeros(&b, 1);
		while (s->version < 4 && (b.n - start) % 8) zeros(&b, 1);
		before = name;
	}
	if (s->extension) {
		buf_add_str(&b, str_from(s->extension));
		put32(&b, 3);
		zeros(&b, 3);
	}
	zeros(&b, s->id);
	str out = buf_take(&b, a);
	buf_release(&b);
	out.n -= s->cut;
	return out;
}

#define LONG                                                                                                                   \
	"a/very/long/name/which/is/longer/than/one/hundred/and/twenty-seven/bytes/so/that/version/4/wants/two/bytes/to/say/how/much/goes/away/x"

static const struct {
	const char *row;
	struct shape shape;
	const char *names, *below, *want, *why;
} rows[] = {
	{ "version 2", { 2, 20, false, 0, NULL, 0 }, "a b/c d", "", "a b/c d", NULL },
	{ "version 3", { 3, 20, true, 0, NULL, 0 }, "a b/c d", "", "a b/c d", NULL },
	{ "version 4", { 4, 20, false, 0, NULL, 0 }, "abc abd abd/e b", "", "abc abd abd/e b", NULL },
	{ "version 4, extended", { 4, 20, true, 0, NULL, 0 }, "abc abd", "", "abc abd", NULL },
	{ "version 4, two bytes", { 4, 20, false, 0, NULL, 0 }, LONG " b c", "", LONG " b c", NULL },
	{ "sha-256", { 2, 32, false, 0, NULL, 0 }, "a b/c", "", "a b/c", NULL },
	{ "every padding",
	  { 2, 20, false, 0, NULL, 0 },
	  "1 22 333 4444 55555 666666 7777777 88888888",
	  "",
	  "1 22 333 4444 55555 666666 7777777 88888888",
	  NULL },
	{ "below a folder", { 2, 20, false, 0, NULL, 0 }, "a api api/b api/c/d apix", "api/", "b c/d", NULL },
	{ "nothing below", { 2, 20, false, 0, NULL, 0 }, "a b", "c/", "", NULL },
	{ "empty", { 2, 20, false, 0, NULL, 0 }, "", "", "", NULL },
	{ "an extension that may be left out", { 2, 20, false, 0, "TREE", 0 }, "a", "", "a", NULL },
	{ "split", { 2, 20, false, 0, "link", 0 }, "a", "", NULL, "the index is split" },
	{ "sparse", { 2, 20, false, 0, "sdir", 0 }, "a", "", NULL, "the index is sparse" },
	{ "necessary extension",
	  { 2, 20, false, 0, "what", 0 },
	  "a",
	  "",
	  NULL,
	  "the index has an extension that is not known here" },
	{ "version 1", { 1, 20, false, 0, NULL, 0 }, "a", "", NULL, "the index is of another version" },
	{ "version 5", { 5, 20, false, 0, NULL, 0 }, "a", "", NULL, "the index is of another version" },
	{ "second flags in version 2", { 2, 20, true, 0, NULL, 0 }, "a", "", NULL, "the index is damaged" },
	{ "fewer entries than said", { 2, 20, false, 9, NULL, 0 }, "a b", "", NULL, "the index is damaged" },
	{ "more entries than said",
	  { 2, 20, false, 1, NULL, 0 },
	  "a b",
	  "",
	  NULL,
	  "the index has an extension that is not known here" },
	{ "cut in a name", { 2, 20, false, 0, NULL, 10 }, "abcdefgh", "", NULL, "the index is damaged" },
	{ "cut in the header", { 2, 20, false, 0, NULL, 25 }, "", "", NULL, "the index is damaged" },
	{ "cut in an extension", { 2, 20, false, 0, "TREE", 1 }, "a", "", NULL, "the index is damaged" },
};

static void reads_what_it_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct str_list paths = { 0 };
		str joined = S("");
		const char *why = git_index_paths(&a, write_index(&a, &rows[i].shape, rows[i].names), rows[i].shape.id,
		                                  str_from(rows[i].below), &paths);
		CHECK_STR(rows[i].row, str_from(why), str_from(rows[i].why));
		for (size_t k = 0; k < paths.n; k++)
			joined = arena_fmt(&a, STR_FMT "%s" STR_FMT, STR_ARG(joined), k ? " " : "", STR_ARG(paths.p[k]));
		CHECK_STR(rows[i].row, joined, str_from(rows[i].want));
		arena_release(&a);
	}
}

/* No prefix of an index is taken for one that is whole, and none is read beyond its end. */
static void prefixes_are_damaged(void **state)
{
	struct arena a = { 0 };
	str whole = write_index(&a, &(struct shape){ 4, 20, false, 0, "TREE", 0 }, "abc abd b/c");
	(void)state;
	for (size_t n = 0; n < whole.n; n++) {
		struct arena scratch = { 0 };
		struct str_list paths = { 0 };
		char *copy = arena_cstr(&scratch, str_slice(whole, 0, n));
		const char *why = git_index_paths(&scratch, (str){ copy, n }, 20, (str){ 0 }, &paths);
		/* What is cut where the extension begins is an index without it. */
		if (n != whole.n - 11) assert_non_null(why);
		arena_release(&scratch);
	}
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_what_it_lists), cmocka_unit_test(prefixes_are_damaged) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
