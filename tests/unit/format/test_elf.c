/* test_elf.c: headers, limits and texts of ELF files that are made here; agreement with readelf is tests/suites/test_elf.py.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/elf.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))
#define CHECK(row, condition)                                                                                                  \
	do {                                                                                                                       \
		if (!(condition)) fail_msg("row \"%s\": %s", (row), #condition);                                                       \
	} while (0)

enum {
	PROGRAMS = 64,              /* three program headers: load, interp, dynamic */
	INTERP = PROGRAMS + 3 * 56, /* "/ld" */
	STRINGS = INTERP + 8,       /* "\0libc.so.6\0GLIBC_2.34\0libx.so\0/opt/lib::x\0" */
	NEEDS = STRINGS + 48,       /* one library with one version */
	DYNAMIC = NEEDS + 32,       /* nine entries */
	SIZE = DYNAMIC + 9 * 16
};

static void put(unsigned char *p, size_t at, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++) p[at + i] = (unsigned char)(v >> 8 * i);
}

static void program(unsigned char *p, size_t i, uint32_t type, uint64_t at, uint64_t size)
{
	size_t row = PROGRAMS + 56 * i;
	put(p, row, 4, type);
	put(p, row + 8, 8, at);
	put(p, row + 16, 8, at + 0x1000);
	put(p, row + 32, 8, size);
}

static void make(unsigned char *p)
{
	static const char strings[] = "\0libc.so.6\0GLIBC_2.34\0libx.so\0/opt/lib::x";
	static const uint64_t dynamic[][2] = { { 1, 1 },
		                                   { 14, 22 },
		                                   { 29, 30 },
		                                   { 15, 1 },
		                                   { 5, STRINGS + 0x1000 },
		                                   { 10, sizeof strings },
		                                   { 0x6ffffffe, NEEDS + 0x1000 },
		                                   { 0x6fffffff, 1 },
		                                   { 0, 0 } };
	memset(p, 0, SIZE);
	memcpy(p, "\177ELF\2\1\1", 7);
	put(p, 16, 2, ELF_DYN);
	put(p, 18, 2, ELF_AARCH64);
	put(p, 32, 8, PROGRAMS);
	put(p, 54, 2, 56);
	put(p, 56, 2, 3);
	program(p, 0, 1, 0, SIZE);
	program(p, 1, 3, INTERP, 4);
	program(p, 2, 2, DYNAMIC, 9 * 16);
	memcpy(p + INTERP, "/ld", 4);
	memcpy(p + STRINGS, strings, sizeof strings);
	put(p, NEEDS + 2, 2, 1);
	put(p, NEEDS + 4, 4, 1);
	put(p, NEEDS + 8, 4, 16);
	put(p, NEEDS + 16 + 8, 4, 11);
	for (size_t i = 0; i < ROWS(dynamic); i++) {
		put(p, DYNAMIC + 16 * i, 8, dynamic[i][0]);
		put(p, DYNAMIC + 16 * i + 8, 8, dynamic[i][1]);
	}
}

static void facts(void **state)
{
	(void)state;
	unsigned char p[SIZE];
	struct arena a = { 0 };
	struct err e = { 0 };
	struct elf_facts f;
	make(p);
	if (!elf_read(&a, (str){ (char *)p, SIZE }, S("x"), &f, &e)) fail_msg("%s", e.what);
	assert_true(f.machine == ELF_AARCH64 && f.type == ELF_DYN && elf_is_executable(&f) && !f.is_static);
	assert_true(f.has_interpreter && str_eq(f.interpreter, S("/ld")) && f.has_soname && str_eq(f.soname, S("libx.so")));
	assert_true(f.needed.n == 1 && str_eq(f.needed.p[0], S("libc.so.6")));
	assert_true(f.runpath.n == 2 && str_eq(f.runpath.p[0], S("/opt/lib")) && str_eq(f.runpath.p[1], S("x")));
	assert_true(f.versions.n == 1 && f.versions.p[0].versions.n == 1 && elf_glibc_minor(&f) == 34);
	assert_string_equal(elf_machine_name(f.machine), "aarch64");
	assert_null(elf_machine_name(3));
	assert_string_equal(elf_type_name(ELF_DYN), "DYN");
	assert_null(elf_type_name(77));
	arena_release(&a);
}

static void damage(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t at, n;
		uint64_t value;
		size_t size; /* of the file; 0 = whole */
		const char *id;
	} rows[] = {
		{ "unchanged", 0, 0, 0, 0, NULL },
		{ "empty", 0, 0, 0, 1, "elf-magic" },
		{ "no magic", 1, 1, 'e', 0, "elf-magic" },
		{ "cut header", 0, 0, 0, 63, "elf-truncated" },
		{ "32 bits", 4, 1, 1, 0, "elf-class" },
		{ "big-endian", 5, 1, 2, 0, "elf-class" },
		{ "header size", 54, 2, 57, 0, "elf-header" },
		{ "too many program headers", 56, 2, 5000, 0, "elf-too-large" },
		{ "program headers outside", 32, 8, SIZE - 100, 0, "elf-truncated" },
		{ "program headers at the end of time", 32, 8, UINT64_MAX, 0, "elf-truncated" },
		{ "no program headers", 56, 2, 0, 0, NULL },
		{ "interpreter outside", PROGRAMS + 56 + 8, 8, SIZE, 0, "elf-truncated" },
		{ "interpreter without end", PROGRAMS + 56 + 32, 8, 3, 0, "elf-truncated" },
		{ "interpreter of any size", PROGRAMS + 56 + 32, 8, UINT64_MAX, 0, NULL },
		{ "dynamic section outside", PROGRAMS + 112 + 8, 8, SIZE - 8, 0, "elf-truncated" },
		{ "dynamic section of any size", PROGRAMS + 112 + 32, 8, UINT64_MAX, 0, "elf-truncated" },
		{ "dynamic section empty", PROGRAMS + 112 + 32, 8, 0, 0, NULL },
		{ "needed outside", DYNAMIC + 8, 8, 4000, 0, "elf-dynamic" },
		{ "soname at the end of time", DYNAMIC + 24, 8, UINT64_MAX, 0, "elf-dynamic" },
		{ "strings in no segment", DYNAMIC + 4 * 16 + 8, 8, 1, 0, "elf-dynamic" },
		{ "strings without bytes", DYNAMIC + 5 * 16 + 8, 8, 0, 0, "elf-dynamic" },
		{ "strings of any size", DYNAMIC + 5 * 16 + 8, 8, UINT64_MAX, 0, NULL },
		{ "version needs in no segment", DYNAMIC + 6 * 16 + 8, 8, 7, 0, "elf-versions" },
		{ "many version needs", DYNAMIC + 7 * 16 + 8, 8, UINT64_MAX, 0, NULL }, /* the chain ends first */
		{ "version needs that circle", NEEDS + 12, 4, 0x10000, 0, "elf-versions" },
		{ "auxiliary outside", NEEDS + 8, 4, 0xffffffff, 0, "elf-versions" },
		{ "version name outside", NEEDS + 16 + 8, 4, 4000, 0, "elf-dynamic" },
		{ "next auxiliary outside", NEEDS + 16 + 12, 4, 0xffffffff, 0, "elf-versions" },
		{ "many auxiliaries", NEEDS + 2, 2, 0xffff, 0, NULL },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		unsigned char p[SIZE];
		struct arena a = { 0 };
		struct err e = { 0 };
		struct elf_facts f;
		make(p);
		put(p, rows[i].at, rows[i].n, rows[i].value);
		bool ok = elf_read(&a, (str){ (char *)p, rows[i].size ? rows[i].size : SIZE }, S("x"), &f, &e);
		CHECK(rows[i].name, ok == (rows[i].id == NULL));
		if (rows[i].id && strcmp(e.id, rows[i].id) != 0) fail_msg("row \"%s\": %s (%s)", rows[i].name, e.id, e.what);
		if (rows[i].id) CHECK(rows[i].name, e.code == ERR_FORMAT && e.has_offset && strcmp(e.where, "x") == 0);
		arena_release(&a);
	}
}

static void glibc(void **state)
{
	(void)state;
	static const struct {
		const char *version;
		int minor;
	} rows[] = { { "GLIBC_2.17", 17 },     { "GLIBC_2.2.5", 2 },          { "GLIBC_PRIVATE", -1 },    { "GLIBC_2.", -1 },
		         { "GLIBCXX_3.4.30", -1 }, { "GLIBC_2.99999999999", -1 }, { "GLIBC_ABI_DT_RELR", 36 } };
	for (size_t i = 0; i < ROWS(rows); i++) {
		str version = str_from(rows[i].version);
		struct elf_versions library = { .library = S("libc.so.6"), .versions = { &version, 1, 1 } };
		struct elf_facts f = { .versions = { &library, 1, 1 } };
		CHECK(rows[i].version, elf_glibc_minor(&f) == rows[i].minor);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(facts), cmocka_unit_test(damage), cmocka_unit_test(glibc) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
