/* fuzz_tar.c: no archive crashes the reader; what it takes is a tree below one folder, and says the same when it is read again.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses: bit 0 gzip, bit 1 as it is (else the checksums of headers are made right, so that mutations get past them). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/sha256.h"
#include "format/tar.h"
#include "format/tar_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct tar_limits limits = {
	.archive_max = 1 << 20,
	.inflated_max = 4 << 20,
	.ratio_from = 1 << 20,
	.ratio_max = 50,
	.names_max = 500,
	.name_max = 400,
	.part_max = 255,
	.depth_max = 20,
	.extra_max = 4096,
};

static void require(bool ok)
{
	if (!ok) abort();
}

/* A file without a name that holds the bytes. */
static int file_of(const void *bytes, size_t size)
{
	static FILE *file;
	if (!file) file = tmpfile();
	require(file && ftruncate(fileno(file), 0) == 0 && pwrite(fileno(file), bytes, size, 0) == (ssize_t)size);
	return fileno(file);
}

static void repair(unsigned char *tar, size_t size)
{
	for (size_t at = 0; at + TAR_BLOCK <= size; at += TAR_BLOCK) {
		unsigned sum = 0;
		char said[8];
		if (memcmp(tar + at + 257, "ustar", 5) != 0) continue;
		for (size_t i = 0; i < TAR_BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : tar[at + i];
		snprintf(said, sizeof said, "%06o", sum & 0777777);
		memcpy(tar + at + 148, said, 7);
		tar[at + 155] = ' ';
	}
}

static void check_name(str name, str top)
{
	require(name.n > 0 && name.n <= limits.name_max && utf8_valid(name) && name.p[0] != '/' && !str_ends(name, S("/")));
	require(str_starts(name, top) && (name.n == top.n || name.p[top.n] == '/'));
	require(!str_contains(name, S("//")) && !str_contains(name, S("/../")) && !str_contains(name, S("\\")) &&
	        !memchr(name.p, 0, name.n));
	require(!str_starts(name, S("../")) && !str_ends(name, S("/..")) && !str_eq(name, S("..")));
}

/* Kinds by name, for what follows. */
static char file_kind, folder_kind, link_kind;

static void check_parents(const struct map *names, str name)
{
	for (size_t i = 0; i < name.n; i++) {
		void *above = name.p[i] == '/' ? map_get(names, str_slice(name, 0, i)) : NULL;
		require(!above || above == &folder_kind);
	}
}

static void check_copies(struct arena *a, const struct tar *t, struct map *names)
{
	size_t n;
	struct map seen;
	map_init(&seen, a);
	const struct tar_copy *copies = tar_copies(t, &n);
	require(n <= limits.names_max);
	for (size_t i = 0; i < n; i++) {
		bool added;
		check_name(copies[i].name, tar_top(t));
		*map_put(&seen, copies[i].name, &added) = copies[i].from.n ? &file_kind : &folder_kind;
		require(added);
		void *member = map_get(names, copies[i].name);
		require(!member || member == &link_kind);
		if (copies[i].from.n) require(map_get(names, copies[i].from) == &file_kind);
		check_parents(&seen, copies[i].name);
	}
	/* Every link has something in its place. */
	for (size_t i = 0; i < names->n; i++)
		if (names->entries[i].value == &link_kind) require(map_has(&seen, names->entries[i].key));
}

static bool read_all(struct arena *a, int fd, enum tar_coding coding, size_t piece, struct sha256 *out)
{
	struct err e = { 0 };
	struct tar *t = NULL;
	const struct tar_member *m = NULL;
	struct sha256_stream hash;
	struct map names;
	char bytes[1000];
	uint64_t sum = 0;
	map_init(&names, a);
	sha256_begin(&hash);
	bool ok = tar_open(a, fd, S("p-1.0.tar"), coding, &limits, &t, &e);
	while (ok && (ok = tar_next(t, &m, &e)) && m) {
		bool added;
		void **slot = map_put(&names, m->name, &added);
		void *kind = m->kind == TAR_FILE ? &file_kind : m->kind == TAR_FOLDER ? &folder_kind : &link_kind;
		require(added || (kind == &folder_kind && *slot == kind));
		*slot = kind;
		check_parents(&names, m->name);
		require((m->kind == TAR_SYMLINK || m->kind == TAR_HARDLINK) == (m->link.n > 0));
		require(m->kind == TAR_FILE || m->size == 0);
		sha256_update(&hash, m->name.p, m->name.n);
		uint64_t left = m->size;
		size_t got = 1;
		/* Some contents are passed over. */
		while (ok && got > 0 && m->name.n % 3 != 0) {
			ok = tar_read(t, bytes, piece, &got, &e);
			if (!ok) break;
			require(got <= left && (got > 0 || left == 0));
			left -= got;
			sha256_update(&hash, bytes, got);
		}
		sum += m->size;
	}
	require(ok != err_is_set(&e));
	if (ok) {
		require(sum <= limits.inflated_max);
		for (size_t i = 0; i < names.n; i++) check_name(names.entries[i].key, tar_top(t));
		check_copies(a, t, &names);
		sha256_end(&hash, out);
	} else {
		require(e.code == ERR_FORMAT && e.id && strcmp(e.id, "bad-sdist") == 0 && e.why[0] && e.where[0]);
	}
	tar_close(t);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct sha256 once, again;
	if (size < 1) return 0;
	enum tar_coding coding = data[0] & 1 ? TAR_GZIP : TAR_PLAIN;
	unsigned char *copy = arena_alloc(&a, size, 1, 1);
	memcpy(copy, data + 1, size - 1);
	if (!(data[0] & 3)) repair(copy, size - 1);
	int fd = file_of(copy, size - 1);
	bool ok = read_all(&a, fd, coding, 1000, &once);
	require(read_all(&a, fd, coding, 7, &again) == ok);
	require(!ok || sha256_eq(&once, &again));
	arena_release(&a);
	return 0;
}
