/* test_metadata.c: METADATA as Python's email parser reads it, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/metadata.h"

#define HEAD "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n"

/* want: "metadata_version|name|version|requires_python|requires_dist,..|provides_extra,..|dynamic,..|license_files,.." with "~"
 * for what is absent, or, after "!", what the message must contain. */
static const struct {
	const char *row, *text, *want;
} rows[] = {
	{ "least", HEAD, "2.1|foo|1.0|~||||" },
	{ "all fields",
	  HEAD "Requires-Python: >=3.9\nRequires-Dist: a>=1\nRequires-Dist: b; extra == 'x'\nProvides-Extra: x\n"
	       "Dynamic: Requires-Dist\nLicense-File: LICENSE\nLicense-File: NOTICE\n",
	  "2.1|foo|1.0|>=3.9|a>=1,b; extra == 'x'|x|Requires-Dist|LICENSE,NOTICE" },
	{ "CRLF", "Metadata-Version: 2.1\r\nName: foo\r\nVersion: 1.0\r\nRequires-Dist: a\r\n\r\nbody", "2.1|foo|1.0|~|a|||" },
	{ "CR alone", "Metadata-Version: 2.1\rName: foo\rVersion: 1.0\r", "2.1|foo|1.0|~||||" },
	{ "no line break at the end", "Metadata-Version: 2.1\nName: foo\nVersion: 1.0", "2.1|foo|1.0|~||||" },
	{ "names of fields have no case", "METADATA-VERSION: 2.1\nname: foo\nVeRsIoN: 1.0\nrequires-dist: a\n",
	  "2.1|foo|1.0|~|a|||" },
	{ "body is not read", HEAD "\nRequires-Dist: a\n", "2.1|foo|1.0|~||||" },
	{ "no blank line before the body", HEAD "This is no header\nRequires-Dist: a\n", "2.1|foo|1.0|~||||" },
	{ "space before the colon ends the block", HEAD "Requires-Dist : a\nRequires-Dist: b\n", "2.1|foo|1.0|~||||" },
	{ "continuation", HEAD "Requires-Dist: a\n  >=1,\n\t<2\nRequires-Dist: b\n", "2.1|foo|1.0|~|a  >=1,\t<2,b|||" },
	{ "continuation, CRLF", "Metadata-Version: 2.1\r\nName: foo\r\nVersion: 1.0\r\nRequires-Dist: a\r\n >=1\r\n",
	  "2.1|foo|1.0|~|a >=1|||" },
	{ "value only in the continuation", HEAD "Requires-Dist:\n  a\n", "2.1|foo|1.0|~|a|||" },
	{ "blank continuation does not end the block", HEAD "Summary: x\n  \nRequires-Dist: a\n", "2.1|foo|1.0|~|a|||" },
	{ "continuation of another field", HEAD "Description: x\n        Requires-Dist: no\nRequires-Dist: a\n",
	  "2.1|foo|1.0|~|a|||" },
	{ "leading continuation is skipped", "  x: y\n" HEAD, "2.1|foo|1.0|~||||" },
	{ "line that begins with a colon is skipped", ": y\n z\n" HEAD, "2.1|foo|1.0|~||||" },
	{ "envelope line is skipped", "From me\n" HEAD, "2.1|foo|1.0|~||||" },
	{ "first value wins", HEAD "Name: bar\nVersion: 2\nRequires-Python: >=3\nRequires-Python: <3\n", "2.1|foo|1.0|>=3||||" },
	{ "no space after the colon", "Metadata-Version:2.1\nName:foo\nVersion:1.0\n", "2.1|foo|1.0|~||||" },
	{ "white space around", "Metadata-Version:  2.1 \nName:\tfoo \nVersion: 1.0\t\n", "2.1|foo|1.0|~||||" },
	{ "empty Requires-Python", HEAD "Requires-Python:\n", "2.1|foo|1.0|||||" },
	{ "UTF-8 in what is used", HEAD "License-File: lic\xc3\xa9nce\n", "2.1|foo|1.0|~||||lic\xc3\xa9nce" },
	{ "anything in what is not used", HEAD "Author: \xe9\x01\nSummary: \xff\n\n\xff\xfe", "2.1|foo|1.0|~||||" },
	{ "name as written", "Metadata-Version: 1.0\nName: Foo.Bar\nVersion: v1.0RC1\n", "1.0|Foo.Bar|v1.0RC1|~||||" },
	{ "newer minor", "Metadata-Version: 2.99\nName: foo\nVersion: 1.0\n", "2.99|foo|1.0|~||||" },
	{ "next major", "Metadata-Version: 3.0\nName: foo\nVersion: 1.0\n", "!newer than lamina knows" },
	{ "huge major", "Metadata-Version: 99999999999999999999999.0\nName: foo\nVersion: 1\n", "!newer than lamina knows" },
	{ "bad format version", "Metadata-Version: two\nName: foo\nVersion: 1.0\n", "!no version number" },
	{ "no format version", "Name: foo\nVersion: 1.0\n", "!no Metadata-Version" },
	{ "no name", "Metadata-Version: 2.1\nVersion: 1.0\n", "!no Name" },
	{ "empty name", "Metadata-Version: 2.1\nName:\nVersion: 1.0\n", "!no Name" },
	{ "no version", "Metadata-Version: 2.1\nName: foo\n", "!no Version" },
	{ "name in the body", "Metadata-Version: 2.1\nVersion: 1.0\n\nName: foo\n", "!no Name" },
	{ "byte order mark", "\xef\xbb\xbf" HEAD, "!no Metadata-Version" },
	{ "blank line first", "\n" HEAD, "!no Metadata-Version" },
	{ "bad name", "Metadata-Version: 2.1\nName: -foo\nVersion: 1.0\n", "!no valid project name" },
	{ "path as name", "Metadata-Version: 2.1\nName: ../foo\nVersion: 1.0\n", "!no valid project name" },
	{ "name with a continuation", "Metadata-Version: 2.1\nName: foo\n bar\nVersion: 1.0\n", "!no valid project name" },
	{ "bad version", "Metadata-Version: 2.1\nName: foo\nVersion: one\n", "!no valid version" },
	{ "not UTF-8 in what is used", HEAD "Requires-Dist: a\xff\n", "!not UTF-8" },
	{ "control character in what is used", HEAD "Requires-Dist: a\x01\n", "!control characters" },
	{ "empty", "", "!no Metadata-Version" },
};

static str join(struct arena *a, const struct str_list *list)
{
	str text = { 0 };
	for (size_t i = 0; i < list->n; i++)
		text = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? "," : "", STR_ARG(list->p[i]));
	return text;
}

static str render(struct arena *a, const struct metadata *m)
{
	str python = m->requires_python.p ? m->requires_python : S("~");
	return arena_fmt(a, STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT,
	                 STR_ARG(m->metadata_version), STR_ARG(m->name), STR_ARG(m->version), STR_ARG(python),
	                 STR_ARG(join(a, &m->requires_dist)), STR_ARG(join(a, &m->provides_extra)), STR_ARG(join(a, &m->dynamic)),
	                 STR_ARG(join(a, &m->license_files)));
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct metadata m;
		struct err e = { 0 };
		if (metadata_parse(&a, str_from(rows[i].text), &m, &e)) {
			CHECK_STR(rows[i].row, render(&a, &m), str_from(rows[i].want));
		} else {
			CHECK(rows[i].row, rows[i].want[0] == '!' && strstr(e.what, rows[i].want + 1));
			CHECK(rows[i].row, e.code == ERR_FORMAT && strcmp(e.id, "metadata") == 0);
		}
		arena_release(&a);
	}
}

static void offsets_and_limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct metadata m;
	struct err e = { 0 };
	assert_false(metadata_parse(&a, S("Metadata-Version: 2.1\nRequires-Dist: \xff\n"), &m, &e));
	assert_true(e.has_offset && e.offset == 22);
	err_clear(&e);
	char *large = arena_array(&a, char, METADATA_MAX + 1);
	memset(large, 'x', METADATA_MAX + 1);
	assert_false(metadata_parse(&a, (str){ large, METADATA_MAX + 1 }, &m, &e));
	assert_non_null(strstr(e.what, "larger"));
	err_clear(&e);
	/* One line of METADATA_MAX bytes is no header; many short lines stop at the limit of one field. */
	assert_false(metadata_parse(&a, (str){ large, METADATA_MAX }, &m, &e));
	for (size_t i = 0; i < METADATA_MAX; i++) large[i] = "Requires-Dist:\n"[i % 15];
	err_clear(&e);
	assert_false(metadata_parse(&a, (str){ large, METADATA_MAX }, &m, &e));
	assert_non_null(strstr(e.what, "more than 100000"));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(table), cmocka_unit_test(offsets_and_limits) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
