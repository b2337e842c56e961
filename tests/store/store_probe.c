/* store_probe.c: a small program through which the tests of this folder use the store and ingestion; never installed.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   ingest [--allow] [--name NAME] FILE...   one line a file: "ok NAME VERSION n-entries n-warnings", then its warnings, or
 *                                            "error STATUS ID WHAT | WHERE | WHY"
 *   dump FILE                                the record's entries, one a line: name, sizes, CRCs, digest, mode
 *   put ROOT FILE...                         stores and ingests each, prints its digest
 *   get ROOT DIGEST                          "hit SIZE record|no-record", or "miss"; warnings on lines of their own
 *   load ROOT ROUNDS DIGEST...               loads the records, prints the time of one round in microseconds and the memory
 *   work ROOT ROUNDS SEED FILE...            what builders do, in random order: put, look up, check, load, listings, stamps;
 *                                            ends with status 1 when anything that the store gave was wrong
 *   gc ROOT NOW KEEP-DAYS MAX-SIZE, verify ROOT [repair], clear ROOT, stats ROOT
 *   lease ROOT KEY SECONDS                   holds a lease: "held", then sleeps
 *   hold ROOT SECONDS                        holds the shared lock alike */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/ingest.h"
#include "store/store.h"

#define WHEEL_MAX ((uint64_t)2 << 30)

struct probe {
	struct arena arena;
	struct notes notes;
	struct store store;
	struct err e;
};

/* One line, whatever a name in it holds. */
static int fail(const struct err *e)
{
	char line[4096];
	int n = snprintf(line, sizeof line, "%s %s | %s | %s", e->id, e->what, e->where, e->why);
	for (int i = 0; i < n && (size_t)i < sizeof line; i++)
		if (line[i] == '\n' || line[i] == '\r') line[i] = ' ';
	printf("error %d %s\n", err_status(e->code), line);
	return err_status(e->code);
}

static void print_notes(const struct probe *p)
{
	for (size_t i = 0; i < p->notes.list.n; i++)
		printf("warning %s " STR_FMT "\n", p->notes.list.p[i].id, STR_ARG(p->notes.list.p[i].message));
}

static void waiting(void *context, const char *message)
{
	(void)context;
	printf("waiting %s\n", message);
	fflush(stdout);
}

static bool open_store(struct probe *p, const char *root)
{
	note_init(&p->notes, &p->arena);
	struct store_options options = { .notes = &p->notes, .now = (int64_t)time(NULL), .waiting = waiting };
	return store_open_with(&p->arena, str_from(root), &options, &p->store, &p->e);
}

static bool file_digest(struct arena *a, const char *path, struct sha256 *digest, uint64_t *size, struct err *e)
{
	str content;
	if (!io_read_file(a, path, (size_t)WHEEL_MAX, &content, e)) return false;
	sha256_of(content, digest);
	*size = content.n;
	return true;
}

static bool ingest_file(struct arena *a, const char *path, str name, bool allow, struct wheel_record *out, struct err *e)
{
	struct arena scratch = { 0 };
	struct sha256 digest;
	uint64_t size;
	struct ingest_options options = { .allow_record_mismatch = allow };
	bool ok = file_digest(&scratch, path, &digest, &size, e);
	int fd = ok ? io_open_read(path, e) : -1;
	ok = fd >= 0 && ingest_wheel(a, fd, name, &digest, size, &options, out, e);
	io_close(&fd);
	arena_release(&scratch);
	return ok;
}

/* A record must come back from its bytes as it went in; what the tests ingest are the richest records there are. */
static bool survives_codec(struct arena *a, const struct wheel_record *r)
{
	struct buf once, twice;
	struct wheel_record back;
	buf_init(&once, RECORD_BYTES_MAX);
	buf_init(&twice, RECORD_BYTES_MAX);
	bool ok = record_encode(r, &once) && record_decode(a, buf_str(&once), &back) && record_encode(&back, &twice) &&
	          str_eq(buf_str(&once), buf_str(&twice));
	buf_release(&once);
	buf_release(&twice);
	return ok;
}

static int do_ingest(int argc, char **argv)
{
	bool allow = false;
	str name = { 0 };
	int status = 0;
	for (int i = 0; i < argc; i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct wheel_record r;
		if (strcmp(argv[i], "--allow") == 0) {
			allow = true;
		} else if (strcmp(argv[i], "--name") == 0 && i + 1 < argc) {
			name = str_from(argv[++i]);
		} else if (!ingest_file(&a, argv[i], name.n ? name : path_base(str_from(argv[i])), allow, &r, &e)) {
			status = fail(&e);
		} else {
			printf("ok " STR_FMT " " STR_FMT " %zu %zu\n", STR_ARG(r.name), STR_ARG(r.version), r.n_entries, r.warnings.n);
			for (size_t k = 0; k < r.warnings.n; k++) printf("warning " STR_FMT "\n", STR_ARG(r.warnings.p[k]));
			if (!survives_codec(&a, &r)) status = printf("error 70 codec the record does not survive | | \n") > 0;
		}
		arena_release(&a);
	}
	return status;
}

static void print_record(const struct wheel_record *r)
{
	printf("record " STR_FMT "\t" STR_FMT "\t" STR_FMT "\t" STR_FMT "\t%zu\t%zu\t%zu\n", STR_ARG(r->written_name),
	       STR_ARG(r->version), STR_ARG(r->dist_info), STR_ARG(r->data_dir), r->requires_dist.n, r->scripts.n, r->inlined.n);
	for (size_t i = 0; i < r->n_entries; i++) {
		const struct wheel_entry *w = &r->entries[i];
		char hex[SHA256_HEX + 1];
		sha256_hex(&w->sha256, hex);
		printf(STR_FMT "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%08x\t%08x\t%s\t%d\t%d\n", STR_ARG(w->name), w->data_at,
		       w->csize, w->usize, w->crc32, w->stream_crc32, hex, w->method, w->executable);
	}
}

static int do_dump(const char *path)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct wheel_record r;
	bool ok = ingest_file(&a, path, path_base(str_from(path)), false, &r, &e);
	if (ok) print_record(&r);
	arena_release(&a);
	return ok ? 0 : fail(&e);
}

static bool put(struct probe *p, const char *path, struct sha256 *digest)
{
	uint64_t size;
	struct wheel_record r;
	if (!store_put_file(&p->store, path, WHEEL_MAX, NULL, digest, &size, &p->e)) return false;
	return ingest_file(&p->arena, path, path_base(str_from(path)), true, &r, &p->e) && store_record_save(&p->store, &r, &p->e);
}

static int do_put(struct probe *p, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		struct sha256 digest;
		if (!put(p, argv[i], &digest)) return fail(&p->e);
		printf(STR_FMT "\n", STR_ARG(sha256_hex_str(&p->arena, &digest)));
	}
	print_notes(p);
	return 0;
}

static int do_get(struct probe *p, const char *hex)
{
	struct sha256 digest;
	struct wheel_record r;
	int fd = -1;
	uint64_t size = 0;
	bool found = false, good = false;
	if (!sha256_from_hex(str_from(hex), &digest)) return 2;
	if (!store_file_open(&p->store, &digest, UINT64_MAX, &fd, &size, &p->e)) return fail(&p->e);
	if (fd >= 0 && !store_file_check(&p->store, &digest, fd, &good, &p->e)) return fail(&p->e);
	io_close(&fd);
	if (!store_record_load(&p->store, &p->arena, &digest, &r, &found, &p->e)) return fail(&p->e);
	if (good)
		printf("hit %" PRIu64 " %s\n", size, found ? "record" : "no-record");
	else
		printf("miss\n");
	print_notes(p);
	return 0;
}

static double microseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int do_load(struct probe *p, int rounds, int argc, char **argv)
{
	double best = 1e18;
	size_t entries = 0, bytes = 0;
	for (int round = 0; round < rounds; round++) {
		struct arena a = { 0 };
		double started = microseconds();
		entries = 0;
		for (int i = 0; i < argc; i++) {
			struct sha256 digest;
			struct wheel_record r;
			bool found;
			if (!sha256_from_hex(str_from(argv[i]), &digest)) return 2;
			if (!store_record_load(&p->store, &a, &digest, &r, &found, &p->e)) return fail(&p->e);
			if (found) entries += r.n_entries;
		}
		double took = microseconds() - started;
		if (took < best) best = took;
		bytes = arena_footprint(&a);
		arena_release(&a);
	}
	printf("records %d entries %zu best_us %.0f arena_bytes %zu\n", argc, entries, best, bytes);
	return 0;
}

/* --- work --- */

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

struct known {
	const char *path;
	struct sha256 digest;
	uint64_t size;
};

static bool look_up(struct probe *p, const struct known *k, bool *right)
{
	struct sha256 is;
	struct arena a = { 0 };
	int fd = -1;
	uint64_t size;
	*right = true;
	if (!store_file_open(&p->store, &k->digest, k->size, &fd, &size, &p->e)) return false;
	if (fd >= 0) {
		str content;
		struct err e = { 0 };
		if (io_read_all(&a, fd, "a wheel", (size_t)WHEEL_MAX, &content, &e)) {
			sha256_of(content, &is);
			*right = sha256_eq(&is, &k->digest) && size == k->size;
		}
	}
	io_close(&fd);
	arena_release(&a);
	return true;
}

static bool load_record(struct probe *p, const struct known *k, bool *right)
{
	struct arena a = { 0 };
	struct wheel_record r;
	bool found, ok = store_record_load(&p->store, &a, &k->digest, &r, &found, &p->e);
	*right = !ok || !found || (sha256_eq(&r.sha256, &k->digest) && r.size == k->size && r.n_entries > 0);
	arena_release(&a);
	return ok;
}

static bool listing_round(struct probe *p, uint64_t random, bool *right)
{
	struct arena a = { 0 };
	str version = arena_fmt(&a, "%d", (int)(random % 7)), url = arena_fmt(&a, "https://index.example/%d", (int)(random % 7));
	struct listing l = { 0 }, back;
	bool found;
	*vec_push(&a, &l.files) = (struct listed_file){ .file = version, .url = url, .has_size = true, .size = random % 7 };
	bool ok = store_listing_save(&p->store, S("https://index.example/simple"), S("x"), version, &l, &p->e) &&
	          store_listing_load(&p->store, &a, S("https://index.example/simple"), S("x"), version, &back, &found, &p->e);
	*right = !ok || !found || (back.files.n == 1 && str_eq(back.files.p[0].url, url));
	arena_release(&a);
	return ok;
}

static bool stamp_round(struct probe *p, uint64_t random, bool *right)
{
	struct arena a = { 0 };
	str key = arena_fmt(&a, "key %d", (int)(random % 5)), content;
	bool found;
	store_blob_save(&p->store, "stamps", key, key, &p->e);
	store_blob_load(&p->store, &a, "stamps", key, &content, &found);
	*right = !found || str_eq(content, key);
	arena_release(&a);
	return true;
}

static bool put_leased(struct probe *p, const struct known *k)
{
	struct sha256 digest;
	int lease = -1;
	if (!store_lease(&p->store, sha256_hex_str(&p->arena, &k->digest), &lease, &p->e)) return false;
	bool ok = put(p, k->path, &digest);
	io_close(&lease);
	return ok;
}

static int do_work(const char *root, int rounds, uint64_t seed, int argc, char **argv)
{
	struct arena a = { 0 };
	struct known *known = arena_array(&a, struct known, (size_t)argc);
	struct err e = { 0 };
	int status = 0;
	for (int i = 0; i < argc; i++) {
		known[i].path = argv[i];
		if (!file_digest(&a, argv[i], &known[i].digest, &known[i].size, &e)) return fail(&e);
	}
	for (int i = 0; i < rounds && status == 0; i++) {
		struct probe p = { 0 };
		bool right = true, ok = open_store(&p, root);
		for (int k = 0; ok && right && k < 4; k++) {
			const struct known *wheel = &known[next(&seed) % (uint64_t)argc];
			switch (next(&seed) % 5) {
			case 0: ok = put_leased(&p, wheel); break;
			case 1: ok = look_up(&p, wheel, &right); break;
			case 2: ok = load_record(&p, wheel, &right); break;
			case 3: ok = listing_round(&p, next(&seed), &right); break;
			default: ok = stamp_round(&p, next(&seed), &right); break;
			}
		}
		print_notes(&p);
		store_close(&p.store);
		arena_release(&p.arena);
		if (!ok) status = fail(&p.e);
		if (!right) status = printf("wrong\n") > 0;
	}
	arena_release(&a);
	return status;
}

/* --- upkeep --- */

static int do_gc(struct probe *p, char **argv)
{
	struct store_gc_options o = { .now = strtoll(argv[0], NULL, 10),
		                          .keep_days = (uint32_t)strtoul(argv[1], NULL, 10),
		                          .max_size = strtoull(argv[2], NULL, 10) };
	struct store_gc_result r;
	if (!store_gc(&p->store, &o, &r, &p->e)) return fail(&p->e);
	printf("removed %" PRIu64 " %" PRIu64 " kept %" PRIu64 " %" PRIu64 "\n", r.removed, r.removed_bytes, r.kept, r.kept_bytes);
	return 0;
}

static int do_verify(struct probe *p, bool repair)
{
	struct store_verify_result r;
	if (!store_verify(&p->store, &p->arena, repair, NULL, &r, &p->e)) return fail(&p->e);
	printf("checked %" PRIu64 " damaged %" PRIu64 " repaired %" PRIu64 "\n", r.checked, r.damaged, r.repaired);
	for (size_t i = 0; i < r.messages.n; i++) printf("damaged " STR_FMT "\n", STR_ARG(r.messages.p[i]));
	return r.damaged > r.repaired;
}

static int do_clear(struct probe *p)
{
	struct store_gc_result r;
	if (!store_clear(&p->store, &r, &p->e)) return fail(&p->e);
	printf("removed %" PRIu64 " %" PRIu64 "\n", r.removed, r.removed_bytes);
	return 0;
}

static int do_stats(struct probe *p)
{
	struct store_stats s;
	if (!store_stats(&p->store, &s, &p->e)) return fail(&p->e);
	printf("files %" PRIu64 " records %" PRIu64 " listings %" PRIu64 " stamps %" PRIu64 " bytes %" PRIu64 "\n", s.files,
	       s.records, s.listings, s.stamps, s.files_bytes + s.records_bytes + s.listings_bytes + s.stamps_bytes);
	return 0;
}

static int do_lease(struct probe *p, const char *key, const char *seconds)
{
	int fd = -1;
	if (!store_lease(&p->store, str_from(key), &fd, &p->e)) return fail(&p->e);
	printf("%s\n", fd >= 0 ? "held" : "none");
	fflush(stdout);
	sleep((unsigned)strtoul(seconds, NULL, 10));
	io_close(&fd);
	return 0;
}

static int do_hold(const char *seconds)
{
	printf("held\n");
	fflush(stdout);
	sleep((unsigned)strtoul(seconds, NULL, 10));
	return 0;
}

static int with_store(struct probe *p, const char *what, int argc, char **argv)
{
	if (strcmp(what, "put") == 0) return do_put(p, argc, argv);
	if (strcmp(what, "get") == 0 && argc == 1) return do_get(p, argv[0]);
	if (strcmp(what, "load") == 0 && argc > 1) return do_load(p, (int)strtol(argv[0], NULL, 10), argc - 1, argv + 1);
	if (strcmp(what, "gc") == 0 && argc == 3) return do_gc(p, argv);
	if (strcmp(what, "verify") == 0) return do_verify(p, argc == 1);
	if (strcmp(what, "clear") == 0) return do_clear(p);
	if (strcmp(what, "stats") == 0) return do_stats(p);
	if (strcmp(what, "lease") == 0 && argc == 2) return do_lease(p, argv[0], argv[1]);
	if (strcmp(what, "hold") == 0 && argc == 1) return do_hold(argv[0]);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc < 3) return 2;
	if (strcmp(argv[1], "ingest") == 0) return do_ingest(argc - 2, argv + 2);
	if (strcmp(argv[1], "dump") == 0) return do_dump(argv[2]);
	if (strcmp(argv[1], "work") == 0 && argc > 5)
		return do_work(argv[2], (int)strtol(argv[3], NULL, 10), strtoull(argv[4], NULL, 10) | 1, argc - 5, argv + 5);
	struct probe p = { 0 };
	if (!open_store(&p, argv[2])) return fail(&p.e);
	int status = with_store(&p, argv[1], argc - 3, argv + 3);
	store_close(&p.store);
	arena_release(&p.arena);
	return status;
}
