/* store.h: the content-addressed cache: wheels as downloaded, wheel records, index listings, stamps.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layout under the root (LAMINA_CACHE_DIR, else $XDG_CACHE_HOME/lamina, else ~/.cache/lamina), version in the folder's name:
 *   v1/files/ab/SHA256           a wheel, read-only; the name is its content
 *   v1/records/ab/SHA256.rN      its wheel record, checksummed; N = STORE_RECORD_VERSION
 *   v1/listings/ab/KEY           what an index page listed for one version of one project, checksummed
 *   v1/stamps/ab/KEY             what a finished build was made from (a bucket of blobs; others may follow)
 *   v1/tmp/, v1/leases/, v1/lock
 * Invariants: entries appear by rename and never change. A damaged, cut or missing entry is a miss (and a warning), never an
 *             error and never an output: records, listings and blobs carry a checksum and the key they belong to; streams of
 *             wheels are checked while they are copied; a wheel that this run did not download is hashed before it is ingested
 *             (store_file_check). A link, folder or pipe in the place of a file is a damaged entry.
 * Processes:  users hold a shared flock on v1/lock, gc and clear an exclusive one (both wait, with a notice after a second); a
 *             download is made once by holding its lease. Locks die with the process. On file systems without locks everything
 *             still works, unshared: removal then relies on leases, on the one-hour rule and on open descriptors staying valid.
 * Unwritable: store_open succeeds, since what is needed may be there already; store_put_begin is ERR_IO "store-not-writable",
 *             which names the folder and LAMINA_CACHE_DIR. Records, listings and blobs that cannot be saved (no permission,
 *             full disk) are told once as a warning and otherwise forgotten: they only save work.
 * Clock:      `now` (seconds) is given by the caller. Times of files only decide what gc removes, never what is true; a time in
 *             the future counts as now.
 * Threads:    an open store may be used from several threads at once (each with its own arena and err); upkeep from one. */
#ifndef LAMINA_STORE_STORE_H
#define LAMINA_STORE_STORE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/env.h"
#include "base/io.h"
#include "base/sha256.h"
#include "model/note.h"
#include "model/wheel_record.h"

#define STORE_RECORD_VERSION 1
#define STORE_ROOT_MAX       3000 /* bytes of the root's path; what lies below needs 100 more */

struct store_options {
	struct notes *notes; /* damaged entries are told here; may be NULL */
	int64_t now;         /* seconds; entries that are read are marked as used (for gc). 0: they are not */
	/* Called once when a lock is awaited for more than a second, on the thread that waits; may be NULL. */
	void (*waiting)(void *context, const char *message);
	void *waiting_context;
};

/* Not to be copied or moved while open. */
struct store {
	struct arena *arena;
	str root; /* with the version folder; a C string */
	int lock_fd;
	bool read_only; /* there is no folder and none can be made */
	int unmade;     /* errno of making it */
	bool homeless;  /* because nobody said where */
	struct store_options options;
	pthread_mutex_t telling; /* notes have no locks of their own */
	bool told_unwritable, told_unreadable;
};

/* Where the store is: the environment's answer, without the version folder. Empty when it has none (no HOME, unknown user). */
str store_root(struct arena *a, const struct env *env);
bool store_open(struct arena *a, str root, struct notes *notes, struct store *out, struct err *e);
/* Fails for an over-long root, "store-busy" when gc elsewhere does not end within five minutes, and ERR_INTERRUPT. */
bool store_open_with(struct arena *a, str root, const struct store_options *options, struct store *out, struct err *e);
void store_close(struct store *s);
/* False when a file stands where the store's folder or one above it should be: there is nothing to look after. */
bool store_has_place(const struct store *s, struct err *e);

/* --- wheels --- */
/* An open descriptor (*fd) when the file is there with that size (size = UINT64_MAX: any), else *fd = -1. A size that differs
 * is a damaged file, which is dropped, or a wrong expectation, which is told apart by hashing. Errors: only what says that the
 * process is in trouble (too many open files). */
bool store_file_open(struct store *s, const struct sha256 *digest, uint64_t size, int *fd, uint64_t *found_size, struct err *e);
/* Hashes the descriptor's file: *good is whether it is what its name says; otherwise it is dropped and told. To be asked before
 * a wheel that this run did not download is ingested. */
bool store_file_check(struct store *s, const struct sha256 *digest, int fd, bool *good, struct err *e);
str store_file_path(struct store *s, struct arena *a, const struct sha256 *digest);
/* Drops an entry found damaged (file, record and all), so that it is fetched again; told as a warning, but when why is NULL. */
void store_file_drop(struct store *s, const struct sha256 *digest, const char *why);

/* Bytes on their way in; hashed as they arrive. */
struct store_put {
	struct store *store;
	struct io_temp temp;
	struct sha256_stream hash;
	uint64_t size, max;
};
bool store_put_begin(struct store *s, uint64_t max, struct store_put *put, struct err *e);
bool store_put_write(struct store_put *put, const void *bytes, size_t n, struct err *e); /* ERR_FORMAT "too-large" above max */
bool store_put_restart(struct store_put *put, struct err *e);                            /* a retry begins at byte 0 */
/* Commits under the digest of what was written and gives it. expected != NULL: anything else is ERR_RESOLVE "hash-mismatch"
 * (what names expected and got; nothing is kept). Whatever it returns, the put is over. */
bool store_put_end(struct store_put *put, const struct sha256 *expected, struct sha256 *out, struct err *e);
/* The same for who wrote to put->temp himself and knows the digest of what he wrote. */
bool store_put_made(struct store_put *put, const struct sha256 *digest, uint64_t size, struct err *e);
void store_put_abort(struct store_put *put); /* tolerates a zeroed, ended or aborted one */
/* Copies a local file in (find-links, file://). */
bool store_put_file(struct store *s, const char *path, uint64_t max, const struct sha256 *expected, struct sha256 *out,
                    uint64_t *size, struct err *e);

/* Held while a file is downloaded, so that N processes fetch it once. key: the digest in hexadecimal digits where it is known,
 * else the URL. *fd to be closed with io_close; -1 where locks do not work, or when the holder does not end within five
 * minutes: go on without. Other holders' results are found by asking the store again afterwards. Errors: ERR_INTERRUPT. */
bool store_lease(struct store *s, str key, int *fd, struct err *e);

/* --- records --- */
/* found = false when absent, of another version or damaged. */
bool store_record_load(struct store *s, struct arena *a, const struct sha256 *wheel, struct wheel_record *out, bool *found,
                       struct err *e);
bool store_record_save(struct store *s, const struct wheel_record *record, struct err *e);
/* The pure codec, for tests and fuzzing. Decoding checks magic, version, checksum and every bound and invariant; it cuts
 * nothing out of `bytes`, which must live as long as the record. */
#define RECORD_BYTES_MAX   ((size_t)256 << 20)
#define RECORD_ENTRIES_MAX 1000000
bool record_encode(const struct wheel_record *record, struct buf *out); /* false: a limit of the format, or out is full */
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
	VEC(struct listed_file) files; /* bytewise order of file name; saving sorts */
};
/* index: URL without credentials (or a find-links path); all files of that version, sdists too. */
bool store_listing_load(struct store *s, struct arena *a, str index, str name, str version, struct listing *out, bool *found,
                        struct err *e);
bool store_listing_save(struct store *s, str index, str name, str version, const struct listing *listing, struct err *e);
/* The pure codec: a listing with the three texts that it belongs to. */
struct listing_key {
	str index, name, version;
};
bool listing_encode(const struct listing_key *key, const struct listing *listing, struct buf *out);
bool listing_decode(struct arena *a, str bytes, struct listing_key *key, struct listing *out);

/* --- blobs (stamps): opaque, checksummed bytes by key --- */
/* bucket: lower-case letters and dashes, not the name of another folder of the store. */
bool store_blob_load(struct store *s, struct arena *a, const char *bucket, str key, str *out, bool *found);
bool store_blob_save(struct store *s, const char *bucket, str key, str bytes, struct err *e);

/* --- upkeep --- */
struct store_stats {
	uint64_t files, files_bytes, records, records_bytes, listings, listings_bytes, stamps, stamps_bytes; /* stamps: all blobs */
};
bool store_stats(struct store *s, struct store_stats *out, struct err *e);
struct store_verify_result {
	uint64_t checked, damaged, repaired; /* repaired: removed, to be fetched again */
	struct str_list messages;
};
/* Hashes every file, decodes every record, listing and blob. repair removes what is damaged. */
bool store_verify(struct store *s, struct arena *a, bool repair, const atomic_bool *cancel, struct store_verify_result *out,
                  struct err *e);
#define STORE_KEEP_ANY_AGE UINT32_MAX
struct store_gc_options {
	int64_t now;
	uint32_t
	    keep_days; /* entries used within that many days stay, older ones go; STORE_KEEP_ANY_AGE: age alone removes nothing */
	uint64_t max_size; /* 0 = no limit: then oldest first until the store is not above it, whatever keep_days says */
	bool dry_run;
};
struct store_gc_result {
	uint64_t removed, removed_bytes, kept, kept_bytes;
	uint64_t recent; /* of the kept: a rule wanted them gone, but they were used within the last hour or are leased */
};
/* Never removes what was used within the last hour or whose lease is held. A wheel and its records are one entry. */
bool store_gc(struct store *s, const struct store_gc_options *options, struct store_gc_result *out, struct err *e);
/* Removes every entry. */
bool store_clear(struct store *s, struct store_gc_result *out, struct err *e);
/* Notes that a wheel was used (for gc): sets the file's time at most once a day. Never an error. */
void store_touch(struct store *s, const struct sha256 *digest, int64_t now);

#endif
