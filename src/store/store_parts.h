/* store_parts.h: what the files of the store share; private to store/.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Paths of entries, reading and writing them, walking over all of them, and the sealed form (magic, length, checksum) of
 * everything that is not a wheel. */
#ifndef LAMINA_STORE_STORE_PARTS_H
#define LAMINA_STORE_STORE_PARTS_H

#include "store/store.h"

#define STORE_WAIT_SECONDS 300 /* for a lock */
#define STORE_HOUR         3600
#define STORE_DAY          86400

/* A path below the root, on the stack: looking into the store allocates nothing. */
struct store_path {
	char p[STORE_ROOT_MAX + 200];
};
/* BUCKET/ab/NAME; name begins with the two digits of its folder. */
struct store_path store_path_entry(const struct store *s, const char *bucket, const char *name);
struct store_path store_path_file(const struct store *s, const struct sha256 *digest);
struct store_path store_path_record(const struct store *s, const struct sha256 *digest);
/* Directly below the root. */
struct store_path store_path_at(const struct store *s, const char *name);
/* A name in tmp/ that no other process makes. */
bool store_path_temp(struct store *s, struct store_path *out, struct err *e);

/* Warnings; safe from any thread. */
void store_warn(struct store *s, const char *id, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* "damaged": the entry is told and removed. */
void store_damaged(struct store *s, const struct store_path *path, const char *what, const char *why);
/* The one message of a store that cannot be written; cause may be NULL. False. */
bool store_not_writable(const struct store *s, const struct err *cause, struct err *e);
/* An entry that cannot be read: told once, since the next one cannot be read either. */
void store_unreadable(struct store *s, const struct store_path *path, const char *what, const char *why);
/* A save that failed: told once, then forgotten. */
void store_save_failed(struct store *s, const struct err *cause);
/* Changes a shared lock into an exclusive one (waits) and back. */
bool store_lock_exclusive(struct store *s, struct err *e);
void store_lock_shared_again(struct store *s);
/* Waits for a lock file, telling `what` after a second. *fd = -1 where locks do not work. False: timed out or interrupted. */
bool store_wait_lock(struct store *s, const char *path, enum io_lock_kind kind, const char *what, int *fd, struct err *e);
struct store_path store_path_lease(const struct store *s, str key);

/* store_entry.c: opens BUCKET/ab/NAME when it is a regular file; -1 when absent or no regular file (told as damage). The facts
 * are those of the descriptor. False: the process is in trouble. */
bool store_entry_open(struct store *s, const struct store_path *path, const char *what, int *fd, struct io_stat *st,
                      struct err *e);
/* Reads an entry that was saved with store_entry_save and marks it as used; found = false when it is absent or damaged. */
bool store_entry_load(struct store *s, struct arena *a, const struct store_path *path, const char *what, size_t max, str *out,
                      bool *found, struct err *e);
/* Appears by rename; a failure is told once and swallowed. */
void store_entry_save(struct store *s, const struct store_path *path, str bytes);
/* Moves a committed temporary file to its place, making the folder when it is missing. */
bool store_entry_place(const struct store_path *from, const struct store_path *to, struct err *e);
/* Sets the file's time to `now` when it is a day old or more, or in the future. */
void store_entry_touch(const struct store_path *path, int64_t mtime_ns, int64_t now);

/* store_seal.c: "lamina", a kind, a version, length and checksum before the payload. */
#define STORE_SEAL_SIZE 24
uint64_t store_checksum(uint64_t seed, const void *bytes, size_t n);
/* Begins: room for the seal; ends: fills it in. */
bool store_seal_begin(struct buf *out);
bool store_seal_end(struct buf *out, char kind, uint8_t version);
/* The payload when all is as it was sealed. */
bool store_seal_open(str bytes, char kind, uint8_t version, str *payload);

/* store_walk.c: every entry of the store, bucket by bucket, in bytewise order. */
enum store_kind { STORE_FILE, STORE_RECORD, STORE_LISTING, STORE_BLOB };
struct store_item {
	enum store_kind kind;
	const char *bucket;
	str name;             /* the digest or key, ".rN" behind that of a record */
	struct sha256 digest; /* of the name */
	uint32_t version;     /* N of a record */
	struct store_path path;
	struct io_stat st; /* of the link itself */
};
typedef bool store_visit(void *context, const struct store_item *item, struct err *e);
bool store_walk(struct store *s, store_visit *visit, void *context, struct err *e);
/* The listings' key, and that of blobs: of the texts with their lengths. */
void store_key(const str *texts, size_t n, struct sha256 *out);

/* Whether the wheel's descriptor hashes to the digest. */
bool store_hash_fd(int fd, const char *path, uint64_t size, const atomic_bool *cancel, struct sha256 *out, struct err *e);
/* Loads, for store_verify: whether the sealed bytes are whole and belong under that name. */
bool store_listing_is_whole(str bytes, const struct sha256 *name);
bool store_blob_is_whole(str bytes, const struct sha256 *name);

#endif
