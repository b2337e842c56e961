/* fetch.c: identify, look into the store, load what is missing, hand out records.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/fetch.h"

#include "base/io.h"
#include "pipeline/fetch_parts.h"

/* A file of this computer that nobody gives a digest for: what it holds now. A missing one is told when it is loaded. */
static bool hash_local(struct fetch *f, struct wanted *w)
{
	enum { PIECE = 256 << 10 };
	struct err absent = { 0 };
	struct io_stat st;
	int fd = io_open_read(arena_cstr(f->a, w->local), &absent);
	if (fd < 0) return true;
	struct arena scratch = { 0 };
	struct sha256_stream hash;
	char *piece = arena_alloc(&scratch, PIECE, 1, 64);
	bool ok = io_fstat(fd, w->local.p, &st, f->e);
	sha256_begin(&hash);
	for (uint64_t done = 0; ok && done < st.size;) {
		size_t n = st.size - done < PIECE ? (size_t)(st.size - done) : PIECE;
		ok = io_pread(fd, w->local.p, piece, n, done, f->e);
		if (ok) sha256_update(&hash, piece, n);
		done += n;
	}
	arena_release(&scratch);
	io_close(&fd);
	sha256_end(&hash, &w->sha256);
	w->has_sha256 = ok;
	return ok;
}

/* Further digests that the lock asks for, of a file that the store has: proved once, then remembered. */
static bool prove_others(struct fetch *f, struct wanted *w, int fd)
{
	if (w->proved || (!w->others && !w->any)) return true;
	if (!fetch_recall(f, w)) return false;
	if (w->proved) return true;
	if (!fetch_check_others(f, w, fd)) return false;
	if (!f->options->look_only) fetch_remember(f, w);
	return true;
}

/* Is it there, and proved? Either missing part sends it to fetch_load. */
static bool look_up(struct fetch *f, struct wanted *w)
{
	struct wheel_record record;
	bool found = false;
	int fd = -1;
	if (w->by_place && w->local.n && !w->has_sha256 && !hash_local(f, w)) return false;
	if (!w->has_sha256) return true;
	if (!store_file_open(f->options->store, &w->sha256, UINT64_MAX, &fd, &w->stored_size, f->e)) return false;
	w->stored = fd >= 0;
	/* What was remembered of an address is no promise about it: when the store has lost the file, whatever is there counts. */
	if (!w->stored && w->memory.n) w->has_sha256 = false;
	if (w->stored && !store_record_load(f->options->store, f->a, &w->sha256, &record, &found, f->e)) {
		io_close(&fd);
		return false;
	}
	if (w->stored && !prove_others(f, w, fd)) {
		io_close(&fd);
		return false;
	}
	/* Not hashed in this run and never proved: its name alone says what it is. */
	if (w->stored && !found && !f->options->look_only &&
	    !store_file_check(f->options->store, &w->sha256, fd, &w->stored, f->e)) {
		io_close(&fd);
		return false;
	}
	io_close(&fd);
	/* Cut or longer: seen without reading it. */
	if (found && w->stored_size != record.size) {
		if (!f->options->look_only) store_file_drop(f->options->store, &w->sha256, "its size is not the one that was verified");
		w->stored = false;
		return true;
	}
	if (!found) return true;
	struct wheel_record *kept = arena_new(f->a, struct wheel_record);
	*kept = record;
	w->record = kept;
	if (!f->options->look_only) store_touch(f->options->store, &w->sha256, f->options->now);
	return true;
}

/* The archive's wheel, when that is known; else whether the archive is there, and is what it should be. */
static bool look_up_sdist(struct fetch *f, struct wanted *w)
{
	bool demands = w->others || w->any;
	if (w->by_place && w->local.n && !w->has_sha256 && !hash_local(f, w)) return false;
	if (!w->has_sha256) return true;
	if (demands && !w->proved && !fetch_recall(f, w)) return false;
	if ((!demands || w->proved) && !fetch_sdist_recall(f, w)) return fetch_advise(f, w->request);
	if (w->wheel && !look_up(f, w->wheel)) return false;
	if (w->wheel && w->wheel->stored) {
		int fd = -1;
		/* A lock that is being made wants the archive's size. */
		bool ok = !w->by_place || store_file_open(f->options->store, &w->sha256, UINT64_MAX, &fd, &w->stored_size, f->e);
		io_close(&fd);
		return ok;
	}
	w->wheel = NULL; /* the store has lost it */
	return look_up(f, w);
}

/* Archives that are there now -> wheels; those that have to be proved yet go on the list. */
static bool make_wheels(struct fetch *f, struct wanted **unproved, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < f->wanted.n; i++) {
		struct wanted *w = f->wanted.p[i];
		if (!w->sdist) continue;
		if (!w->wheel && !fetch_sdist_make(f, w)) return fetch_advise(f, w->request);
		if (!w->wheel->stored && !look_up(f, w->wheel)) return false;
		if (!w->wheel->record) unproved[(*n)++] = w->wheel;
	}
	return true;
}

static bool decode(struct fetch *f, struct wanted *w)
{
	struct wheel_record *record = arena_new(f->a, struct wheel_record);
	if (!w->ingested || !record_decode(f->a, w->record_bytes, record))
		return err_set(f->e, ERR_BUG, "no-record", STR_FMT " has no record although nothing failed", STR_ARG(w->file));
	w->record = record;
	return true;
}

/* The digest of a file that nobody gave one for is remembered with its listing, so that the next build can use the store. */
static void remember_digest(struct fetch *f, const struct wanted *w)
{
	const struct locked_package *p = f->requests[w->request].package;
	struct listing listing;
	struct err ignored = { 0 };
	bool found = false;
	str index = p->index.n ? p->index : f->options->index_key;
	if (!w->by_place || w->local.n || p->chosen != SIZE_MAX) return;
	if (!store_listing_load(f->options->store, f->a, index, p->name, p->version, &listing, &found, &ignored) || !found) return;
	for (size_t i = 0; i < listing.files.n; i++) {
		if (!str_eq(listing.files.p[i].file, w->file)) continue;
		listing.files.p[i].has_sha256 = true;
		listing.files.p[i].sha256 = w->sha256;
	}
	store_listing_save(f->options->store, index, p->name, p->version, &listing, &ignored);
}

static bool load(struct fetch *f, struct wanted *const *missing, size_t n)
{
	if (n && !fetch_load(f, missing, n)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!missing[i]->sdist && !decode(f, missing[i])) return false;
		remember_digest(f, missing[i]);
		fetch_remember(f, missing[i]);
	}
	return true;
}

static bool run(struct fetch *f)
{
	if (!fetch_identify(f)) return false;
	struct wanted **missing = arena_array(f->a, struct wanted *, f->wanted.n);
	size_t n = 0, unknown = 0;
	for (size_t i = 0; i < f->wanted.n; i++) {
		struct wanted *w = f->wanted.p[i];
		if (w->sdist ? !look_up_sdist(f, w) : !look_up(f, w)) return false;
		if (!w->wheel && !w->record) missing[n++] = w;
		unknown += w->wheel && !w->wheel->record;
	}
	if (f->options->look_only) {
		f->stats->missing += n + unknown;
		return true;
	}
	return load(f, missing, n) && make_wheels(f, missing, &n) && load(f, missing, n);
}

/* What a request is answered with. */
static const struct wanted *answer_of(const struct fetch *f, size_t i)
{
	const struct wanted *w = f->of_request[i];
	return w->sdist ? w->wheel : w;
}

static struct fetch_result result_of(const struct fetch *f, size_t i)
{
	const struct wanted *asked = f->of_request[i], *w = answer_of(f, i);
	struct fetch_result out = { .file = asked->file };
	if (asked->by_place) out.local = asked->local;
	if (asked->sdist) {
		out.sdist = asked->file;
		out.sdist_sha256 = asked->sha256;
		out.sdist_size = asked->stored_size;
	}
	if (!w) return out;
	out.file = w->file;
	out.record = w->record;
	if (w->record) out.sha256 = w->record->sha256;
	out.inputs = w->inputs;
	out.backend = w->backend;
	out.by_host = w->by_host;
	return out;
}

void fetch_tell_sdist(struct notes *notes, str file, const char *backend, bool by_host)
{
	note_add(notes, NOTE_INFO, "sdist-built", "built " STR_FMT " here %s(%s)", STR_ARG(file),
	         by_host ? "with its own backend " : "", backend);
}

static void tell(const struct fetch *f, size_t i, const struct fetch_result *r)
{
	const struct wanted *w = answer_of(f, i);
	struct notes *notes = f->requests[i].notes;
	if (!w || !r->record) return;
	if (r->sdist.n) fetch_tell_sdist(notes, r->sdist, r->backend, r->by_host);
	note_add(notes, NOTE_VERBOSE, "wheel-used", STR_FMT ": %s", STR_ARG(w->file), w->fresh ? "fetched" : "from the store");
}

bool fetch_wheels(struct arena *a, const struct fetch_request *requests, size_t n, const struct fetch_options *options,
                  struct fetch_result *results, struct fetch_stats *stats, struct err *e)
{
	struct fetch f = { .a = a, .requests = requests, .n = n, .options = options, .stats = stats, .e = e };
	bool ok = n == 0 || run(&f);
	index_client_free(f.client);
	if (!ok) return false;
	for (size_t i = 0; i < n; i++) {
		results[i] = result_of(&f, i);
		tell(&f, i, &results[i]);
	}
	return true;
}
