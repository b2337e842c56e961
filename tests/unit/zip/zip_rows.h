/* zip_rows.h: what the unit tests of zip share: files without a name, and archives made in memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_TESTS_ZIP_ROWS_H
#define LAMINA_TESTS_ZIP_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "zip/zip_write.h"

#define CHECK(row, condition)                                                                                                  \
	do {                                                                                                                       \
		if (!(condition)) fail_msg("row \"%s\": %s", (row), #condition);                                                       \
	} while (0)
#define CHECK_ID(row, e, want)                                                                                                 \
	do {                                                                                                                       \
		if (!(e)->id || strcmp((e)->id, (want)) != 0)                                                                          \
			fail_msg("row \"%s\": have %s, want %s (%s)", (row), (e)->id ? (e)->id : "none", (want), (e)->what);               \
	} while (0)
#define ROWS(table) (sizeof(table) / sizeof *(table))

/* A file that vanishes with the test. */
static inline int temporary(void)
{
	FILE *f = tmpfile();
	assert_non_null(f);
	int fd = dup(fileno(f));
	fclose(f);
	assert_true(fd >= 0);
	return fd;
}

static inline void put_at(int fd, const void *bytes, size_t n, uint64_t at)
{
	assert_int_equal(pwrite(fd, bytes, n, (off_t)at), (ssize_t)n);
}

/* Text that deflate shrinks to about a third, the same for the same seed. */
static inline str text_of(struct arena *a, size_t n, uint32_t seed)
{
	static const char *const words[] = { "import ", "return ", "self", "(", ")\n", "    ", "def ", "0x7f", "é" };
	char *p = arena_array(a, char, n + 16);
	size_t i = 0;
	while (i < n) {
		seed = seed * 1664525 + 1013904223;
		const char *word = words[(seed >> 24) % ROWS(words)];
		memcpy(p + i, word, strlen(word));
		i += strlen(word);
	}
	return (str){ p, n };
}

/* Bytes that nothing shrinks. */
static inline str noise_of(struct arena *a, size_t n, uint64_t seed)
{
	char *p = arena_array(a, char, n);
	for (size_t i = 0; i < n; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		p[i] = (char)(seed >> 32);
	}
	return (str){ p, n };
}

#endif
