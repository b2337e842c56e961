/* folder.h: a store of its own for each test of this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_TESTS_STORE_FOLDER_H
#define LAMINA_TESTS_STORE_FOLDER_H

#include "../base/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store_parts.h"

#define NOW 1800000000

static struct arena arena;
static struct notes notes;
static struct store store;
static char home[64];

static inline int enter(void **state)
{
	(void)state;
	struct err e = { 0 };
	strcpy(home, "/tmp/lamina-test-store-XXXXXX");
	if (!mkdtemp(home)) return -1;
	note_init(&notes, &arena);
	struct store_options options = { .notes = &notes };
	return store_open_with(&arena, str_from(home), &options, &store, &e) ? 0 : -1;
}

static inline int leave(void **state)
{
	(void)state;
	struct err e = { 0 };
	store_close(&store);
	bool ok = io_remove_tree(home, &e);
	arena_release(&arena);
	return ok ? 0 : -1;
}

/* The warnings since the last call. */
static inline size_t warnings(void)
{
	size_t n = notes.list.n;
	note_init(&notes, &arena);
	return n;
}

static inline struct sha256 put(str content)
{
	struct store_put p = { 0 };
	struct sha256 digest = { 0 };
	struct err e = { 0 };
	if (!store_put_begin(&store, 1 << 20, &p, &e) || !store_put_write(&p, content.p, content.n, &e) ||
	    !store_put_end(&p, NULL, &digest, &e))
		fail_msg("%s: %s", e.what, e.why);
	return digest;
}

static inline bool has(const struct sha256 *digest, uint64_t size)
{
	int fd = -1;
	struct err e = { 0 };
	assert_true(store_file_open(&store, digest, size, &fd, NULL, &e));
	bool found = fd >= 0;
	io_close(&fd);
	return found;
}

static inline struct wheel_record record_of(const struct sha256 *digest)
{
	struct wheel_record r = { .sha256 = *digest, .size = 10, .name = S("demo"), .version = S("1") };
	r.entries = arena_array(&arena, struct wheel_entry, 1);
	r.entries[0] = (struct wheel_entry){ .name = S("demo.py") };
	r.n_entries = 1;
	return r;
}

static inline bool record_found(const struct sha256 *digest)
{
	struct wheel_record r;
	struct err e = { 0 };
	bool found;
	assert_true(store_record_load(&store, &arena, digest, &r, &found, &e));
	return found;
}

static inline struct io_stat facts(const char *path)
{
	struct io_stat st = { 0 };
	struct err e = { 0 };
	assert_true(io_lstat(path, &st, &e));
	return st;
}

#endif
