/* store.h: the content-addressed cache: wheels as downloaded, wheel records, index listings, stamps.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layout under the root (LAMINA_CACHE_DIR, else $XDG_CACHE_HOME/lamina, else ~/.cache/lamina), version in the folder's name:
 *   v1/files/ab/SHA256           a wheel, read-only; the name is its content
 *   v1/records/ab/SHA256.rN      its wheel record, checksummed; N = STORE_RECORD_VERSION
 *   v1/listings/ab/KEY           what an index page listed for one version of one project, checksummed
 *   v1/stamps/ab/KEY             what a finished build was made from
 *   v1/tmp/, v1/leases/, v1/lock
 * Invariants: entries appear by rename and never change. A damaged, cut or missing entry is a miss (and a warning), never an error
 *             and never an output: records and listings carry a checksum, wheel streams are checked while they are copied.
 * Processes:  users hold a shared flock on v1/lock, gc and clear an exclusive one (waits with a notice); a download is made once by
 *             holding its lease. Locks die with the process. On file systems without locks everything still works, unshared.
 * A store that cannot be written: store_open succeeds read-only when what is needed may be there already; the first store_put is
 * ERR_IO "store-not-writable" that names the folder and LAMINA_CACHE_DIR.
 * Clock:      `now` (seconds) is given by the caller; only gc looks at it. */
#ifndef LAMINA_STORE_STORE_H
#define LAMINA_STORE_STORE_H

#include <stdatomic.h>

#include "base/env.h"
#include "base/io.h"
#include "base/sha256.h"
#include "model/note.h"
#include "model/wheel_record.h"

#define STORE_RECORD_VERSION 1

struct store {
	struct arena *arena;
	str root; /* with the version folder */
	int lock_fd;
	bool read_only;
	struct notes *notes; /* damaged entries are told here; may be NULL */
};

/* Where the store is: the environment's answer. */
str store_root(struct arena *a, const struct env *env);
bool store_open(struct arena *a, str root, struct notes *notes, struct store *out, struct err *e);
void store_close(struct store *s);

/* --- wheels --- */
/* An open descriptor (*fd) when the file is there with that size (size = UINT64_MAX: any), else *fd = -1. */
bool store_file_open(struct store *s, const struct sha256 *digest, uint64_t size, int *fd, uint64_t *found_size, struct err *e);
str store_file_path(struct store *s, struct arena *a, const struct sha256 *digest);
/* Drops an entry found damaged (file, record and all), so that it is fetched again. */
void store_file_drop(struct store *s, const struct sha256 *digest, const char *why);

/* Bytes on their way in; hashed as they arrive. */
struct store_put {
	struct store *store;
	struct io_temp temp;
	struct sha256_stream hash;
	uint64_t size, max;
};
bool store_put_begin(struct store *s, uint64_t max, struct store_put *put, struct err *e);
bool store_put_write(struct store_put *put, const void *bytes, size_t n, struct err *e); /* "too-large" above max */
bool store_put_restart(struct store_put *put, struct err *e);                           /* a retry begins at byte 0 */
/* Commits under the digest of what was written and gives it. expected != NULL: anything else is ERR_RESOLVE "hash-mismatch" (what
 * names expected and got; nothing is kept). */
bool store_put_end(struct store_put *put, const struct sha256 *expected, struct sha256 *out, struct err *e);
void store_put_abort(struct store_put *put);
/* Copies a local file in (find-links, file://); reflinks or copies. */
bool store_put_file(struct store *s, const char *path, uint64_t max, const struct sha256 *expected, struct sha256 *out,
                    uint64_t *size, struct err *e);

/* Held while a file is downloaded, so that N processes fetch it once. *fd to be closed with io_close. Waits; other holders'
 * results are found by asking the store again afterwards. */
bool store_lease(struct store *s, str key, int *fd, struct err *e);

/* --- records --- */
/* found = false when absent, of another version or damaged. */
bool store_record_load(struct store *s, struct arena *a, const struct sha256 *wheel, struct wheel_record *out, bool *found,
                       struct err *e);
bool store_record_save(struct store *s, const struct wheel_record *record, struct err *e);
/* The pure codec, for tests and fuzzing. Decoding checks magic, version, checksum and every bound. */
bool record_encode(const struct wheel_record *record, struct buf *out);
bool record_decode(struct arena *a, str bytes, struct wheel_record *out);

/* --- listings: what an index page said about one version of one project --- */
struct listed_file {
	str file, url;
	bool has_sha256;
	struct sha256 sha256;
	struct str_list other_hashes; /* "sha512:hex" */
	str requires_python;          /* empty when absent */
	bool yanked;
	str yanked_reason;
	bool has_size;
	uint64_t size;
};
struct listing {
	VEC(struct listed_file) files; /* bytewise order of file name */
};
/* index: URL without credentials (or a find-links path); all files of that version, sdists too. */
bool store_listing_load(struct store *s, struct arena *a, str index, str name, str version, struct listing *out, bool *found,
                        struct err *e);
bool store_listing_save(struct store *s, str index, str name, str version, const struct listing *listing, struct err *e);

/* --- stamps: opaque, checksummed bytes by key --- */
bool store_blob_load(struct store *s, struct arena *a, const char *bucket, str key, str *out, bool *found);
bool store_blob_save(struct store *s, const char *bucket, str key, str bytes, struct err *e);

/* --- upkeep --- */
struct store_stats {
	uint64_t files, files_bytes, records, records_bytes, listings, listings_bytes, stamps, stamps_bytes;
};
bool store_stats(struct store *s, struct store_stats *out, struct err *e);
struct store_verify_result {
	uint64_t checked, damaged, repaired; /* repaired: removed, to be fetched again */
	struct str_list messages;
};
/* Hashes every file, decodes every record and listing. repair removes what is damaged. */
bool store_verify(struct store *s, struct arena *a, bool repair, const atomic_bool *cancel, struct store_verify_result *out,
                  struct err *e);
struct store_gc_options {
	int64_t now;
	uint32_t keep_days;   /* entries used within that many days stay (0 = none are protected by age beyond one hour) */
	uint64_t max_size;    /* 0 = no limit: then oldest first until the store is below it */
	bool dry_run;
};
struct store_gc_result {
	uint64_t removed, removed_bytes, kept, kept_bytes;
};
bool store_gc(struct store *s, const struct store_gc_options *options, struct store_gc_result *out, struct err *e);
bool store_clear(struct store *s, struct store_gc_result *out, struct err *e);
/* Notes that an entry was used (for gc): touches the file's times at most once a day. Never an error. */
void store_touch(struct store *s, const struct sha256 *digest, int64_t now);

#endif
