/* test_tar.c: headers, PAX records, names and trees one by one; tests/tar compares whole archives with Python's tarfile.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format/tar_header.h"
#include "format/tar_pax.h"
#include "format/tar_tree.h"

static void endings(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		int want; /* -1: none */
	} rows[] = {
		{ "p-1.tar.gz", TAR_GZIP }, { "p-1.TGZ", TAR_GZIP }, { "p-1.tar.bz2", TAR_BZIP2 }, { "p-1.tbz", TAR_BZIP2 },
		{ "p-1.tar.xz", TAR_XZ },   { "p-1.txz", TAR_XZ },   { "p-1.tar", TAR_PLAIN },     { ".tar.gz", -1 },
		{ "p-1.gz", -1 },           { "p-1.zip", -1 },       { "p-1.tar.gz.asc", -1 },     { "", -1 },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		enum tar_coding coding = TAR_PLAIN;
		bool known = tar_coding_of(str_from(rows[i].name), &coding);
		CHECK(rows[i].name, known == (rows[i].want >= 0));
		if (known) CHECK(rows[i].name, (int)coding == rows[i].want);
	}
}

static void finish(unsigned char *block)
{
	unsigned sum = 0;
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK; i++) sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
}

/* A file called "t/f" of 5 bytes. */
static void plain(unsigned char *block)
{
	memset(block, 0, TAR_BLOCK);
	memcpy(block, "t/f", 3);
	memcpy(block + 100,
	       "0000644\0"
	       "0000000\0"
	       "0000000\0"
	       "00000000005\0"
	       "00000000000",
	       48);
	block[156] = '0';
	memcpy(block + 257,
	       "ustar\0"
	       "00",
	       8);
}

static void headers(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t at, n;
		const char *bytes;
		const char *why; /* NULL: accepted */
	} rows[] = {
		{ "as it is", 0, 0, "", NULL },
		{ "spaces before the size", 124, 12, "          5 ", NULL },
		{ "size without an end", 124, 12, "000000000005", NULL },
		{ "size of digits that are none", 124, 12, "00000000008\0", "a member's size is no octal number" },
		{ "size in binary", 124, 12, "\x80\0\0\0\0\0\0\0\0\0\0\5", "a member's size is no octal number" },
		{ "empty size", 124, 12, "\0\0\0\0\0\0\0\0\0\0\0\0", "a member's size is no octal number" },
		{ "no owner", 108, 8, "\0\0\0\0\0\0\0\0", NULL },
		{ "owner in binary", 108, 8, "\x80\0\0\0\0\1\2\3", NULL },
		{ "negative time", 136, 12, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", NULL },
		{ "time of 72 bits", 136, 12, "\x80\0\0\1\0\0\0\0\0\0\0\0", "a header has a field that should be a number" },
		{ "GNU", 257, 8, "ustar  \0", NULL },
		{ "no format", 257, 8, "\0\0\0\0\0\0\0\0", NULL },
		{ "other format", 257, 8, "ustar\0 \0", "a header has a format that is neither ustar nor GNU" },
		{ "hidden after a NUL", 5, 1, "x", "a name has bytes after a NUL" },
		{ "hidden in the link", 158, 1, "x", "a name has bytes after a NUL" },
		{ "reserved", 511, 1, "x", "a header has bytes in places that are reserved" },
		{ "device", 156, 1, "3", "a member is a device" },
		{ "pipe", 156, 1, "6", "a member is a pipe (FIFO)" },
		{ "sparse", 156, 1, "S", "a member is a sparse file" },
		{ "contiguous", 156, 1, "7", "a member has a type that no source distribution needs" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		unsigned char block[TAR_BLOCK];
		struct tar_header h;
		plain(block);
		memcpy(block + rows[i].at, rows[i].bytes, rows[i].n);
		finish(block);
		const char *why = tar_header_read(block, &h);
		CHECK(rows[i].name, (why == NULL) == (rows[i].why == NULL));
		if (why) CHECK_STR(rows[i].name, str_from(why), str_from(rows[i].why));
		if (why) continue;
		CHECK_STR(rows[i].name, h.name, S("t/f"));
		CHECK(rows[i].name, h.size == 5 && h.type == '0');
		block[0] ^= 1; /* the checksum notices */
		CHECK(rows[i].name, tar_header_read(block, &h) != NULL);
	}
}

static void pax(void **state)
{
	(void)state;
	static const struct {
		const char *text, *path, *why;
	} rows[] = {
		{ "12 path=t/f\n", "t/f", NULL },
		{ "12 path=t/f\n10 size=5\n", "t/f", NULL },
		{ "12 path=t=f\n", "t=f", NULL },
		{ "11 mtime=1\n", "", NULL },
		{ "14 mtime=-1.5\n", "", NULL },
		{ "13 mtime=inf\n", NULL, "a PAX header has a time or owner that is no number" },
		{ "11 VENDOR.a\n", NULL, "a PAX header is malformed" },
		{ "14 VENDOR.a=b\n", "", NULL },
		{ "14 vendor.a=b\n", NULL, "a PAX header has a keyword that POSIX does not know" },
		{ "12 path=t/f\n12 path=t/f\n", NULL, "a PAX header has a keyword twice" },
		{ "8 path=\n", NULL, "a PAX header takes the path, link or size of a member away" },
		{ "13 path=t/f\n", NULL, "a PAX header is malformed" },
		{ "11 path=t/f\n", NULL, "a PAX header is malformed" },
		{ "012 path=t/f\n", NULL, "a PAX header is malformed" },
		{ "-12 path=t/f\n", NULL, "a PAX header is malformed" },
		{ "4 =\n", NULL, "a PAX header is malformed" },
		{ "", NULL, "a PAX header is empty" },
		{ " ", NULL, "a PAX header is malformed" },
		{ "18446744073709551617 path=t/f\n", NULL, "a PAX header is malformed" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct tar_pax p = { 0 };
		const char *why = tar_pax_read(&a, str_from(rows[i].text), false, &p);
		CHECK(rows[i].text, (why == NULL) == (rows[i].why == NULL));
		if (why) CHECK_STR(rows[i].text, str_from(why), str_from(rows[i].why));
		if (!why) CHECK_STR(rows[i].text, p.path, str_from(rows[i].path));
		if (!why && p.path.n) CHECK(rows[i].text, tar_pax_read(&a, str_from(rows[i].text), true, &p) != NULL);
		arena_release(&a);
	}
}

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool clean;
	} rows[] = {
		{ "t", true },           { "t/f", true },
		{ "t/..f", true },       { "t/f..", true },
		{ "...", true },         { "t/a b", true },
		{ "t/a:b", true },       { "", false },
		{ "/", false },          { "/t", false },
		{ "t/", false },         { "t//f", false },
		{ "..", false },         { "t/..", false },
		{ "../t", false },       { ".", false },
		{ "./t", false },        { "t/./f", false },
		{ "t\\f", false },       { "C:f", false },
		{ "c:/f", false },       { "t/\n", false },
		{ "t/\x7f", false },     { "t/\xff", false },
		{ "t/\xc2\x85", false }, { "t/\xe2\x80\xae", false },
		{ "t/\xc3\xa9", true },
	};
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].name, (tar_name_check(str_from(rows[i].name), &tar_limits_default) == NULL) == rows[i].clean);
}

/* Trees as text: "t/ t/f l:t/l>f h:t/h>t/f" and what becomes of them: "t/l=t/f t/h=t/f", or the reason. */
static const char *add_word(struct arena *a, struct tar_tree *t, str word)
{
	struct tar_member m = { .kind = TAR_FILE, .size = 10 };
	str left, link = { 0 };
	if (str_starts(word, S("l:")) || str_starts(word, S("h:"))) {
		m.kind = word.p[0] == 'l' ? TAR_SYMLINK : TAR_HARDLINK;
		m.size = 0;
		word = str_from_pos(word, 2);
		str_cut(word, '>', &left, &link);
		word = left;
	} else if (str_ends(word, S("/"))) {
		m.kind = TAR_FOLDER;
		m.size = 0;
		word.n--;
	}
	m.name = arena_str(a, word);
	m.link = link;
	return tar_tree_add(t, &m);
}

static str grow(struct arena *a, str words, const struct tar_limits *limits)
{
	struct tar_tree t;
	str word, out = { 0 };
	const char *why = NULL;
	tar_tree_init(&t, a, limits);
	while (words.n && !why) {
		if (!str_cut(words, ' ', &word, &words)) words = (str){ 0 };
		why = add_word(a, &t, word);
	}
	if (!why) why = tar_tree_resolve(&t);
	if (why) return str_from(why);
	for (size_t i = 0; i < t.copies.n; i++) {
		const struct tar_copy *c = &t.copies.p[i];
		out = arena_fmt(a, STR_FMT "%s" STR_FMT "=" STR_FMT, STR_ARG(out), i ? " " : "", STR_ARG(c->name), STR_ARG(c->from));
	}
	return out;
}

static void trees(void **state)
{
	(void)state;
	static const struct {
		const char *words, *want;
	} rows[] = {
		{ "t/ t/f", "" },
		{ "t/f l:t/l>f h:t/h>t/f", "t/l=t/f t/h=t/f" },
		{ "l:t/l>m l:t/m>f t/f", "t/l=t/f t/m=t/f" },
		{ "l:t/m>f l:t/l>m t/f h:t/h>t/f l:t/k>h", "t/m=t/f t/l=t/f t/h=t/f t/k=t/f" },
		{ "t/d/f l:t/l>d", "t/l= t/l/f=t/d/f" },
		{ "t/d/f l:t/d/m>f l:t/l>d", "t/d/m=t/d/f t/l= t/l/m=t/d/f t/l/f=t/d/f" },
		{ "t/d/e/f l:t/l>d l:t/m>l/e/../e/f", "t/l= t/l/e= t/l/e/f=t/d/e/f t/m=t/d/e/f" },
		{ "t/a/b/f l:t/l>a/b l:t/up>l/../b/f",
		  "t/l= t/l/f=t/a/b/f t/up=t/a/b/f" }, /* ".." is the folder's own parent, as the system sees it */
		{ "", "it is empty" },
		{ "t/f t/f", "two members have one name" },
		{ "t/f t/f/", "one name is a file and a folder" },
		{ "t/f t/f/g", "a member lies below a file or link of the archive" },
		{ "t/d/ l:t/l>d t/l/f", "a member lies below a file or link of the archive" },
		{ "t/f u/f", "it has more than one top folder" },
		{ "f", "a file lies beside the top folder" },
		{ "l:t/l>..", "a symbolic link leads out of the archive" },
		{ "l:t/l>../u", "a symbolic link leads out of the archive" },
		{ "l:t/l>../..", "a symbolic link leads out of the archive" },
		{ "l:t/l>/t/f t/f", "a symbolic link leads out of the archive (absolute path)" },
		{ "l:t/l>f", "a symbolic link leads nowhere" },
		{ "t/f l:t/l>f/", "t/l=t/f" },
		{ "t/f l:t/l>f/.", "t/l=t/f" },
		{ "t/f l:t/l>f/..", "a symbolic link leads nowhere" },
		{ "l:t/l>l", "symbolic links lead in a circle" },
		{ "t/d/ l:t/d/l>..", "symbolic links lead in a circle: a folder would contain itself" },
		{ "t/d/ t/e/ l:t/d/x>../e l:t/e/y>../d", "symbolic links lead in a circle: a folder would contain itself" },
		{ "h:t/h>t/f t/f", "a hard link leads to no earlier member" },
		{ "h:t/h>t/h", "a hard link leads to no earlier member" },
		{ "t/ h:t/h>t", "a hard link leads to something else than a file" },
		{ "l:t/l>f h:t/h>t/l", "a hard link leads to something else than a file" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		CHECK_STR(rows[i].words, grow(&a, str_from(rows[i].words), &tar_limits_default), str_from(rows[i].want));
		arena_release(&a);
	}
}

static void bounds(void **state)
{
	(void)state;
	static const struct {
		const char *words, *want;
	} rows[] = {
		{ "t/f t/g t/h", "" }, /* 4 names, 30 bytes */
		{ "t/f/ t/g/ t/h/ t/i/ t/j/", "it has too many members" },
		{ "t/a/b/c/d/f", "it has too many members" },
		{ "t/f t/g t/h t/i", "it is too large when it is unpacked" }, /* 40 bytes */
		{ "t/f h:t/g>t/f h:t/h>t/f", "it has too many members, with what its links lead to" },
		{ "t/f t/g t/h h:t/i>t/f", "it has too many members, with what its links lead to" },
	};
	struct tar_limits limits = tar_limits_default;
	limits.names_max = 5;
	limits.inflated_max = 35;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		CHECK_STR(rows[i].words, grow(&a, str_from(rows[i].words), &limits), str_from(rows[i].want));
		arena_release(&a);
	}
}

/* Contents may be read in any pieces, in part, or not at all. */
static void contents(void **state)
{
	(void)state;
	unsigned char tar[8 * TAR_BLOCK] = { 0 };
	for (size_t i = 0; i < 3; i++) {
		plain(tar + 2 * i * TAR_BLOCK);
		tar[2 * i * TAR_BLOCK + 2] = (unsigned char)('a' + i);
		finish(tar + 2 * i * TAR_BLOCK);
		memcpy(tar + (2 * i + 1) * TAR_BLOCK, "hello", 5);
	}
	FILE *file = tmpfile();
	assert_non_null(file);
	assert_int_equal(write(fileno(file), tar, sizeof tar), sizeof tar);
	struct arena a = { 0 };
	struct err e = { 0 };
	struct tar *t = NULL;
	const struct tar_member *m;
	char bytes[8];
	size_t got;
	assert_true(tar_open(&a, fileno(file), S("p.tar"), TAR_PLAIN, NULL, &t, &e));
	assert_true(tar_next(t, &m, &e) && m && str_eq(m->name, S("t/a")));
	assert_true(tar_next(t, &m, &e) && m && str_eq(m->name, S("t/b")));
	assert_true(tar_read(t, bytes, 2, &got, &e) && got == 2 && memcmp(bytes, "he", 2) == 0);
	assert_true(tar_next(t, &m, &e) && m && str_eq(m->name, S("t/c")));
	assert_true(tar_read(t, bytes, 3, &got, &e) && got == 3);
	assert_true(tar_read(t, bytes, 8, &got, &e) && got == 2 && memcmp(bytes, "lo", 2) == 0);
	assert_true(tar_read(t, bytes, 8, &got, &e) && got == 0);
	assert_true(tar_next(t, &m, &e) && !m);
	assert_true(tar_next(t, &m, &e) && !m);
	assert_true(str_eq(tar_top(t), S("t")));
	tar_close(t);
	tar_close(NULL);
	arena_release(&a);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endings), cmocka_unit_test(headers), cmocka_unit_test(pax),      cmocka_unit_test(names),
		cmocka_unit_test(trees),   cmocka_unit_test(bounds),  cmocka_unit_test(contents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
