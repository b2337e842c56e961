/* rows.h: what the unit tests of lockfile share: a target, and reading a lock from text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_TESTS_LOCKFILE_ROWS_H
#define LAMINA_TESTS_LOCKFILE_ROWS_H

/* cmocka.h needs these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lockfile/lockfile.h"

#define CHECK(row, condition)                                                                                                  \
	do {                                                                                                                       \
		if (!(condition)) fail_msg("row \"%s\": %s", (row), #condition);                                                       \
	} while (0)
#define CHECK_STR(row, have, want)                                                                                             \
	do {                                                                                                                       \
		str have_ = (have), want_ = (want);                                                                                    \
		if (!str_eq(have_, want_))                                                                                             \
			fail_msg("row \"%s\": have \"" STR_FMT "\", want \"" STR_FMT "\"", (row), STR_ARG(have_), STR_ARG(want_));         \
	} while (0)
#define ROWS(table) (sizeof(table) / sizeof *(table))

/* 64 digits. */
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct bench {
	struct arena a;
	struct tag_list tags;
	struct lock_target target;
	struct notes notes;
	struct locked_set set;
	struct lock_options options;
	struct err e;
};

static inline void bench_begin(struct bench *b)
{
	static const char *const values[MARKER_N_ENVIRONMENT] = {
		[MARKER_OS_NAME] = "posix",
		[MARKER_SYS_PLATFORM] = "linux",
		[MARKER_PLATFORM_MACHINE] = "aarch64",
		[MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = "CPython",
		[MARKER_PLATFORM_SYSTEM] = "Linux",
		[MARKER_PYTHON_VERSION] = "3.12",
		[MARKER_IMPLEMENTATION_NAME] = "cpython",
	};
	*b = (struct bench){ 0 };
	for (size_t i = 0; i < MARKER_N_ENVIRONMENT; i++) b->target.values[i] = str_from(values[i]);
	b->target.assumed[MARKER_PYTHON_FULL_VERSION] = b->target.assumed[MARKER_IMPLEMENTATION_VERSION] = S("3.12.3");
	b->target.assumed[MARKER_PLATFORM_RELEASE] = b->target.assumed[MARKER_PLATFORM_VERSION] = S("");
	tags_for(&b->a, 12, 34, S("aarch64"), &b->tags);
	b->target.tags = &b->tags;
	b->target.text = S("python3.12/arm64");
	b->target.python_minor = 12;
	b->target.glibc_minor = 34;
	b->target.machine = S("aarch64");
	note_init(&b->notes, &b->a);
}

static inline void bench_end(struct bench *b) { arena_release(&b->a); }

/* Reads a lock that is given as text; request holds what else matters. */
static inline bool bench_read(struct bench *b, const char *path, const char *text, struct lock_request request)
{
	err_clear(&b->e);
	request.path = str_from(path);
	request.text = str_from(text);
	request.target = &b->target;
	return lock_read(&b->a, &request, &b->notes, &b->set, &b->options, &b->e);
}

/* "name version, name version" */
static inline str bench_packages(struct bench *b)
{
	str out = S("");
	for (size_t i = 0; i < b->set.packages.n; i++)
		out = arena_fmt(&b->a, STR_FMT "%s" STR_FMT " " STR_FMT, STR_ARG(out), i ? ", " : "",
		                STR_ARG(b->set.packages.p[i].name), STR_ARG(b->set.packages.p[i].version));
	return out;
}

#endif
