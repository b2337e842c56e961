/* catalog_codec.c: the compact form of a page.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index/catalog_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/rd.h"
#include "python/name.h"
#include "python/requirement.h"
#include "python/specifier.h"

#define FORMAT 1

enum {
	HAS_SHA256 = 1,
	HAS_METADATA = 2,
	HAS_METADATA_SHA256 = 4,
	HAS_SIZE = 8,
	YANKED = 16,
	HAS_TIME = 32,
	HAS_OTHER_HASHES = 64,
	OWN_NAME = 128, /* the URL does not end with the file's name */
};

#define FILE_BYTES_MIN    8 /* of an encoded file: bounds how many can follow */
#define RELEASE_BYTES_MIN 3
#define STRING_BYTES_MIN  1

/* --- numbers and strings --- */

void catalog_put(struct buf *out, uint64_t n)
{
	char bytes[10];
	size_t at = 0;
	for (; n >= 0x80; n >>= 7) bytes[at++] = (char)(n | 0x80);
	bytes[at++] = (char)n;
	buf_add(out, bytes, at);
}

void catalog_put_str(struct buf *out, str s)
{
	catalog_put(out, s.n);
	buf_add_str(out, s);
}

uint64_t catalog_get(struct rd *r)
{
	uint64_t n = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = rd_u8(r);
		uint64_t bits = byte & 0x7f;
		if (shift == 63 && bits > 1) break;
		n |= bits << shift;
		if (byte < 0x80) return n;
	}
	r->bad = true;
	return 0;
}

str catalog_get_str(struct rd *r)
{
	uint64_t n = catalog_get(r);
	if (n > rd_left(r)) {
		r->bad = true;
		return (str){ 0 };
	}
	return rd_bytes(r, (size_t)n);
}

/* --- one file --- */

struct strings {
	str *p; /* 0: the empty one */
	size_t n;
};
struct tables {
	struct strings strings, kinds, urls;
};

/* A file as it stands there; the views are into the text. */
struct packed {
	size_t kind;
	unsigned flags;
	str beginning, middle, version;
	struct index_file file;
};

static str string_at(struct rd *r, const struct strings *s, uint64_t number)
{
	if (number < s->n) return s->p[number];
	r->bad = true;
	return (str){ 0 };
}

static void get_digest(struct rd *r, struct sha256 *out)
{
	str bytes = rd_bytes(r, SHA256_SIZE);
	if (bytes.n == SHA256_SIZE) memcpy(out->bytes, bytes.p, SHA256_SIZE);
}

static void get_hashes(struct rd *r, struct arena *a, struct str_list *out)
{
	uint64_t n = catalog_get(r);
	if (n > rd_left(r)) r->bad = true;
	for (uint64_t i = 0; i < n && !r->bad; i++) *vec_push(a, out) = catalog_get_str(r);
}

/* The rest of a file behind its kind. a: for the list of hashes. */
static bool get_file(const struct tables *t, struct arena *a, struct rd *r, struct packed *out)
{
	struct index_file *f = &out->file;
	out->flags = (unsigned)catalog_get(r);
	f->file = catalog_get_str(r);
	out->beginning = string_at(r, &t->urls, catalog_get(r));
	out->middle = catalog_get_str(r);
	f->has_sha256 = out->flags & HAS_SHA256;
	f->has_metadata = out->flags & HAS_METADATA;
	f->has_metadata_sha256 = out->flags & HAS_METADATA_SHA256;
	f->has_size = out->flags & HAS_SIZE;
	f->yanked = out->flags & YANKED;
	if (f->has_sha256) get_digest(r, &f->sha256);
	if (f->has_metadata_sha256) get_digest(r, &f->metadata_sha256);
	out->version = string_at(r, &t->strings, catalog_get(r));
	f->requires_python = string_at(r, &t->strings, catalog_get(r));
	if (f->yanked) f->yanked_reason = string_at(r, &t->strings, catalog_get(r));
	if (f->has_size) f->size = catalog_get(r);
	if (out->flags & HAS_TIME) f->upload_time = catalog_get_str(r);
	if (out->flags & HAS_OTHER_HASHES) get_hashes(r, a, &f->other_hashes);
	return !r->bad && rd_left(r) == 0 && f->file.n > 0 && out->version.n > 0;
}

/* --- encoding --- */

/* Strings that many files share, numbered in the order of their first use; 0 is the empty one. */
struct pool {
	struct map numbers;
};

/* The key's place; a new key is copied, since files do not live long. */
static void **keep(struct map *m, str key, bool *added)
{
	void **place = map_put(m, key, added);
	if (*added) m->entries[m->n - 1].key = arena_str(m->arena, key);
	return place;
}

static uint64_t pool_number(struct pool *p, str s)
{
	bool added;
	if (str_empty(s)) return 0;
	void **place = keep(&p->numbers, s, &added);
	if (added) *place = (void *)(uintptr_t)p->numbers.n;
	return (uint64_t)(uintptr_t)*place;
}

static void pool_put(const struct pool *p, struct buf *out)
{
	catalog_put(out, p->numbers.n);
	for (size_t i = 0; i < p->numbers.n; i++) catalog_put_str(out, p->numbers.entries[i].key);
}

struct entry {
	const struct spelling *spelling;
	size_t at, n;    /* of its bytes in `files` */
	str name, bytes; /* once nothing is added any more */
	uint32_t page;
};

struct catalog_encoder {
	struct arena arena;
	struct name_reader names;
	struct pool strings, kinds, urls;
	struct map pythons; /* Requires-Python as written -> repaired */
	VEC(struct entry) entries;
	struct buf files;
	uint32_t page;
};

struct catalog_encoder *catalog_encoder_new(str name)
{
	struct arena arena = { 0 };
	struct catalog_encoder *c = arena_new(&arena, struct catalog_encoder);
	c->arena = arena;
	name_reader_begin(&c->names, &c->arena, arena_str(&c->arena, name));
	map_init(&c->strings.numbers, &c->arena);
	map_init(&c->kinds.numbers, &c->arena);
	map_init(&c->urls.numbers, &c->arena);
	map_init(&c->pythons, &c->arena);
	buf_init(&c->files, CATALOG_BLOB_MAX);
	return c;
}

void catalog_encoder_free(struct catalog_encoder *c)
{
	buf_release(&c->files);
	struct arena arena = c->arena;
	arena_release(&arena);
}

/* "https://host/first/": what most files of a page share. */
static size_t url_beginning(str url)
{
	size_t at = str_find(url, S("://"));
	if (at == STR_NONE) return 0;
	at += 3;
	for (int slashes = 0; at < url.n; at++)
		if (url.p[at] == '/' && ++slashes == 2) return at + 1;
	return 0;
}

static void put_url(struct catalog_encoder *c, const struct index_file *f, bool own_name)
{
	size_t beginning = url_beginning(f->url), end = own_name ? f->url.n : f->url.n - f->file.n;
	if (beginning > end) beginning = 0;
	catalog_put(&c->files, pool_number(&c->urls, str_slice(f->url, 0, beginning)));
	catalog_put_str(&c->files, str_slice(f->url, beginning, end));
}

/* As METADATA is repaired (python-packaging 4.4); what cannot be repaired stays as it is. */
static str repair_python(struct catalog_encoder *c, str text)
{
	bool added, repaired;
	struct specifier_set set;
	struct requirement r;
	struct err ignored = { 0 };
	struct arena *a = &c->arena;
	if (str_empty(text)) return text;
	void **place = keep(&c->pythons, text, &added);
	if (added) {
		str *kept = arena_new(a, str);
		*place = kept;
		*kept = c->pythons.entries[c->pythons.n - 1].key;
		if (!specifier_parse(a, *kept, &set, NULL) &&
		    requirement_parse_lenient(a, arena_join(a, S("python "), *kept), &r, &repaired, &ignored) && str_empty(r.url) &&
		    !r.marker && r.extras.n == 0)
			*kept = specifier_text(a, &r.specifier);
	}
	return *(str *)*place;
}

static unsigned flags_of(const struct index_file *f)
{
	return (f->has_sha256 ? HAS_SHA256 : 0u) | (f->has_metadata ? HAS_METADATA : 0u) |
	       (f->has_metadata_sha256 ? HAS_METADATA_SHA256 : 0u) | (f->has_size ? HAS_SIZE : 0u) | (f->yanked ? YANKED : 0u) |
	       (f->upload_time.n ? HAS_TIME : 0u) | (f->other_hashes.n ? HAS_OTHER_HASHES : 0u) |
	       (str_ends(f->url, f->file) ? 0u : OWN_NAME);
}

static uint64_t kind_of(struct catalog_encoder *c, const struct file_kind *k)
{
	return k->is_sdist ? KIND_SDIST : k->is_wheel ? KIND_TAGS - 1 + pool_number(&c->kinds, k->tags) : KIND_OTHER;
}

static void put_file(struct catalog_encoder *c, const struct index_file *f, const struct file_kind *kind)
{
	unsigned flags = flags_of(f);
	struct buf *out = &c->files;
	catalog_put(out, kind_of(c, kind));
	catalog_put(out, flags);
	catalog_put_str(out, f->file);
	put_url(c, f, flags & OWN_NAME);
	if (f->has_sha256) buf_add(out, f->sha256.bytes, SHA256_SIZE);
	if (f->has_metadata_sha256) buf_add(out, f->metadata_sha256.bytes, SHA256_SIZE);
	catalog_put(out, pool_number(&c->strings, kind->spelling->normal));
	catalog_put(out, pool_number(&c->strings, repair_python(c, f->requires_python)));
	if (f->yanked) catalog_put(out, pool_number(&c->strings, f->yanked_reason));
	if (f->has_size) catalog_put(out, f->size);
	if (f->upload_time.n) catalog_put_str(out, f->upload_time);
	if (!f->other_hashes.n) return;
	catalog_put(out, f->other_hashes.n);
	for (size_t i = 0; i < f->other_hashes.n; i++) catalog_put_str(out, f->other_hashes.p[i]);
}

void catalog_encoder_take(void *encoder, const struct index_file *f)
{
	struct catalog_encoder *c = encoder;
	struct file_kind kind;
	struct entry entry = { .page = c->page };
	if (!f) {
		/* What pools and names know already does no harm. */
		while (c->entries.n && c->entries.p[c->entries.n - 1].page == c->page) c->entries.n--;
		c->files.n = c->entries.n ? c->entries.p[c->entries.n - 1].at + c->entries.p[c->entries.n - 1].n : 0;
		return;
	}
	if (!name_reader_read(&c->names, f->file, &kind)) return;
	entry.spelling = kind.spelling;
	entry.at = c->files.n;
	put_file(c, f, &kind);
	entry.n = c->files.n - entry.at;
	*vec_push(&c->arena, &c->entries) = entry;
}

void catalog_encoder_page(struct catalog_encoder *c, const struct index_page *page)
{
	for (size_t i = 0; i < page->files.n; i++) catalog_encoder_take(c, &page->files.p[i]);
	c->page++;
}

static int newest_first(const void *p, const void *q)
{
	struct spelling *const *a = p, *const *b = q;
	int order = version_cmp(&(*b)->version, &(*a)->version);
	return order ? order : str_cmp((*a)->version.text, (*b)->version.text);
}

static int by_release(const void *p, const void *q)
{
	const struct entry *a = p, *b = q;
	if (a->spelling->rank != b->spelling->rank) return a->spelling->rank < b->spelling->rank ? -1 : 1;
	int order = str_cmp(a->name, b->name);
	return order ? order : a->page < b->page ? -1 : a->page > b->page;
}

/* Sorted by version and name. */
static void arrange(struct catalog_encoder *c)
{
	size_t n = c->names.versions.n, rank = 0;
	struct spelling **versions = c->names.versions.p;
	str files = buf_str(&c->files);
	if (n) qsort(versions, n, sizeof *versions, newest_first);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && version_cmp(&versions[i - 1]->version, &versions[i]->version) != 0) rank++;
		versions[i]->rank = rank;
	}
	for (size_t i = 0; i < c->entries.n; i++) {
		struct entry *e = &c->entries.p[i];
		e->bytes = str_slice(files, e->at, e->at + e->n);
		struct rd r = rd_over(e->bytes);
		catalog_get(&r); /* kind and flags */
		catalog_get(&r);
		e->name = catalog_get_str(&r);
	}
	if (c->entries.n) qsort(c->entries.p, c->entries.n, sizeof *c->entries.p, by_release);
}

static struct strings pool_table(struct pool *p, struct arena *a)
{
	struct strings s = { arena_array(a, str, p->numbers.n + 1), p->numbers.n + 1 };
	for (size_t i = 0; i < p->numbers.n; i++) s.p[i + 1] = p->numbers.entries[i].key;
	return s;
}

static int cmp_u64(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

/* An order of two files of one name that has nothing to do with where they stood: better known ones first. */
static int by_content(const struct packed *a, const struct packed *b)
{
	const struct index_file *f = &a->file, *g = &b->file;
	int order = g->has_sha256 - f->has_sha256;
	if (!order) order = sha256_cmp(&f->sha256, &g->sha256);
	if (!order) order = g->yanked - f->yanked;
	if (!order) order = str_cmp(a->beginning, b->beginning);
	if (!order) order = str_cmp(a->middle, b->middle);
	if (!order) order = str_cmp(f->requires_python, g->requires_python);
	if (!order) order = str_cmp(f->yanked_reason, g->yanked_reason);
	if (!order) order = g->has_metadata - f->has_metadata;
	if (!order) order = g->has_metadata_sha256 - f->has_metadata_sha256;
	if (!order) order = sha256_cmp(&f->metadata_sha256, &g->metadata_sha256);
	if (!order) order = g->has_size - f->has_size;
	if (!order) order = cmp_u64(f->size, g->size);
	return order ? order : str_cmp(f->upload_time, g->upload_time);
}

static bool goes_before(struct arena *scratch, const struct tables *t, const struct entry *a, const struct entry *b)
{
	struct packed x = { 0 }, y = { 0 };
	struct rd r = rd_over(a->bytes), s = rd_over(b->bytes);
	catalog_get(&r);
	catalog_get(&s);
	return get_file(t, scratch, &r, &x) && get_file(t, scratch, &s, &y) && by_content(&x, &y) < 0;
}

/* Of files with one name the first page's, and of these the least. */
static void drop_doubles(struct catalog_encoder *c)
{
	struct arena scratch = { 0 };
	struct tables t = { pool_table(&c->strings, &scratch), { 0 }, pool_table(&c->urls, &scratch) };
	struct entry *e = c->entries.p;
	size_t kept = 0;
	for (size_t i = 0; i < c->entries.n; i++) {
		struct entry *last = kept ? &e[kept - 1] : NULL;
		struct arena_mark mark = arena_mark(&scratch);
		if (!last || !str_eq(last->name, e[i].name))
			e[kept++] = e[i];
		else if (last->page == e[i].page && goes_before(&scratch, &t, &e[i], last))
			*last = e[i];
		arena_rewind(&scratch, mark);
	}
	c->entries.n = kept;
	arena_release(&scratch);
}

static size_t release_end(const struct catalog_encoder *c, size_t i)
{
	size_t end = i + 1;
	while (end < c->entries.n && c->entries.p[end].spelling->rank == c->entries.p[i].spelling->rank) end++;
	return end;
}

void catalog_encoder_end(struct catalog_encoder *c, str status, str reason, struct buf *out)
{
	size_t releases = 0;
	arrange(c);
	drop_doubles(c);
	for (size_t i = 0; i < c->entries.n; i = release_end(c, i)) releases++;
	catalog_put(out, FORMAT);
	catalog_put_str(out, status);
	catalog_put_str(out, reason);
	pool_put(&c->strings, out);
	pool_put(&c->kinds, out);
	pool_put(&c->urls, out);
	catalog_put(out, releases);
	for (size_t i = 0, end; i < c->entries.n; i = end) {
		end = release_end(c, i);
		catalog_put_str(out, c->entries.p[i].spelling->version.text);
		catalog_put(out, end - i);
		for (; i < end; i++) catalog_put_str(out, c->entries.p[i].bytes);
	}
	if (c->files.over) out->over = true;
	catalog_encoder_free(c);
}

/* --- decoding --- */

struct decoder {
	struct arena *arena; /* of what is kept */
	struct arena scratch;
	struct rd r;
	str status, status_reason;
	struct tables t;
	signed char *wanted; /* by kind: 1, 0, or -1 = not asked yet */
	size_t n_releases;
};

static bool get_strings(struct rd *r, struct arena *a, struct strings *out)
{
	uint64_t n = catalog_get(r);
	if (n > rd_left(r) / STRING_BYTES_MIN) {
		r->bad = true;
		return false;
	}
	out->n = (size_t)n + 1;
	out->p = arena_array(a, str, out->n);
	for (size_t i = 1; i < out->n; i++) out->p[i] = catalog_get_str(r);
	return !r->bad;
}

static bool begin(struct decoder *d, str bytes)
{
	d->r = rd_over(bytes);
	if (catalog_get(&d->r) != FORMAT) return false;
	d->status = catalog_get_str(&d->r);
	d->status_reason = catalog_get_str(&d->r);
	if (!get_strings(&d->r, &d->scratch, &d->t.strings) || !get_strings(&d->r, &d->scratch, &d->t.kinds) ||
	    !get_strings(&d->r, &d->scratch, &d->t.urls))
		return false;
	d->wanted = arena_array(&d->scratch, signed char, d->t.kinds.n + KIND_TAGS);
	memset(d->wanted, -1, d->t.kinds.n + KIND_TAGS);
	uint64_t n = catalog_get(&d->r);
	d->n_releases = (size_t)n;
	return !d->r.bad && n <= rd_left(&d->r) / RELEASE_BYTES_MIN;
}

struct packed_release {
	str text;
	size_t n;
};

static bool get_release(struct decoder *d, struct packed_release *out)
{
	out->text = catalog_get_str(&d->r);
	uint64_t n = catalog_get(&d->r);
	out->n = (size_t)n;
	return !d->r.bad && n > 0 && n <= rd_left(&d->r) / FILE_BYTES_MIN;
}

/* The next file; only its kind is looked at when `rest` is NULL-ed by the caller. */
static bool next_file(struct decoder *d, struct packed *out, struct rd *rest)
{
	str bytes = catalog_get_str(&d->r);
	*rest = rd_over(bytes);
	uint64_t kind = catalog_get(rest);
	*out = (struct packed){ .kind = (size_t)kind };
	return !rest->bad && kind < d->t.kinds.n + KIND_TAGS - 1;
}

/* One text for both: the file's name is the URL's end. */
static void join_url(struct arena *a, struct packed *p)
{
	struct index_file *f = &p->file;
	bool own = p->flags & OWN_NAME;
	size_t n = p->beginning.n + p->middle.n;
	char *url = arena_alloc(a, n + f->file.n + 2, 1, 1), *name = url + n + own;
	if (p->beginning.n) memcpy(url, p->beginning.p, p->beginning.n);
	if (p->middle.n) memcpy(url + p->beginning.n, p->middle.p, p->middle.n);
	memcpy(name, f->file.p, f->file.n);
	f->url = (str){ url, own ? n : n + f->file.n };
	f->file = (str){ name, f->file.n };
}

/* Is the file to be kept? Asked once for each set of tags. */
static bool wanted(struct decoder *d, const struct catalog_options *o, struct packed *p, struct rd *rest, bool *ok)
{
	*ok = true;
	if (p->kind == KIND_OTHER) return false;
	if (d->wanted[p->kind] < 0) {
		struct arena_mark mark = arena_mark(&d->scratch);
		*ok = get_file(&d->t, &d->scratch, rest, p);
		if (*ok) join_url(&d->scratch, p);
		d->wanted[p->kind] = *ok && (!o->relevant || o->relevant(o->context, &p->file));
		arena_rewind(&d->scratch, mark);
	}
	return d->wanted[p->kind];
}

static bool count_files(struct decoder *d, const struct catalog_options *o, size_t *files, size_t *left_out)
{
	struct rd start = d->r;
	size_t kept = 0, left = 0;
	for (size_t i = 0; i < d->n_releases; i++) {
		struct packed_release release;
		if (!get_release(d, &release)) return false;
		for (size_t k = 0; k < release.n; k++) {
			struct packed p;
			struct rd rest;
			bool ok;
			if (!next_file(d, &p, &rest)) return false;
			bool keep = wanted(d, o, &p, &rest, &ok);
			if (!ok) return false;
			kept += keep;
			left += !keep && p.kind != KIND_OTHER;
		}
	}
	if (rd_left(&d->r) != 0 || d->r.bad) return false;
	d->r = start;
	*files = kept;
	*left_out = left;
	return true;
}

/* The texts that files share, once. */
static void keep_strings(struct arena *a, struct strings *s)
{
	for (size_t i = 1; i < s->n; i++) s->p[i] = arena_str(a, s->p[i]);
}

static void keep_file(struct arena *a, struct packed *p, struct catalog_file *out)
{
	struct str_list hashes = { 0 };
	join_url(a, p);
	p->file.upload_time = p->file.upload_time.n ? arena_str(a, p->file.upload_time) : S("");
	for (size_t i = 0; i < p->file.other_hashes.n; i++) *vec_push(a, &hashes) = arena_str(a, p->file.other_hashes.p[i]);
	p->file.other_hashes = hashes;
	*out = (struct catalog_file){
		.index = p->file, .is_wheel = p->kind >= KIND_TAGS, .is_sdist = p->kind == KIND_SDIST, .version = p->version
	};
}

struct filling {
	struct catalog_release *release;
	struct catalog_file *file;
	uint32_t *left_out;
	size_t n_files;
};

static bool decode_release(struct decoder *d, struct filling *to)
{
	struct packed_release packed;
	struct catalog_release *release = to->release++;
	if (!get_release(d, &packed)) return false;
	release->text = arena_str(d->arena, packed.text);
	if (!version_parse(d->arena, release->text, &release->version, NULL)) return false;
	release->first = to->n_files;
	release->left_out = to->left_out;
	for (size_t i = 0; i < packed.n; i++) {
		struct packed p;
		struct rd rest;
		if (!next_file(d, &p, &rest)) return false;
		if (p.kind == KIND_OTHER) continue;
		if (!d->wanted[p.kind]) {
			*to->left_out++ = (uint32_t)p.kind;
			release->n_left_out++;
			continue;
		}
		if (!get_file(&d->t, &d->scratch, &rest, &p)) return false;
		keep_file(d->arena, &p, to->file++);
		release->count++;
	}
	to->n_files += release->count;
	return true;
}

static bool decode(struct decoder *d, str bytes, const struct catalog_options *o, struct catalog_project *out)
{
	size_t n_files, n_left_out;
	if (!begin(d, bytes) || !count_files(d, o, &n_files, &n_left_out)) return false;
	struct catalog_release *releases = arena_array(d->arena, struct catalog_release, d->n_releases);
	struct catalog_file *files = arena_array(d->arena, struct catalog_file, n_files);
	struct filling to = { releases, files, arena_array(d->arena, uint32_t, n_left_out), 0 };
	keep_strings(d->arena, &d->t.strings);
	keep_strings(d->arena, &d->t.kinds);
	for (size_t i = 0; i < d->n_releases; i++) {
		if (!decode_release(d, &to)) return false;
		if (i > 0 && version_cmp(&releases[i - 1].version, &releases[i].version) <= 0) return false;
	}
	out->status = arena_str(d->arena, d->status);
	out->status_reason = arena_str(d->arena, d->status_reason);
	out->releases = releases;
	out->n_releases = d->n_releases;
	out->files = files;
	out->n_files = n_files;
	out->tags = arena_array(d->arena, str, d->t.kinds.n);
	memcpy((str *)(uintptr_t)out->tags, d->t.kinds.p, d->t.kinds.n * sizeof(str));
	return true;
}

bool catalog_decode(struct arena *a, str bytes, const struct catalog_options *o, struct catalog_project *out)
{
	struct decoder d = { .arena = a };
	struct catalog_project project = *out;
	struct arena_mark mark = arena_mark(a);
	bool ok = decode(&d, bytes, o, &project);
	arena_release(&d.scratch);
	if (ok)
		*out = project;
	else
		arena_rewind(a, mark);
	return ok;
}

bool catalog_unpack(struct arena *a, str bytes, struct index_page *out)
{
	struct catalog_options all = { 0 };
	struct catalog_project project = { 0 };
	if (!catalog_decode(a, bytes, &all, &project)) return false;
	*out = (struct index_page){ .kind = PAGE_JSON, .status = project.status, .status_reason = project.status_reason };
	for (size_t i = 0; i < project.n_files; i++) *vec_push(a, &out->files) = project.files[i].index;
	return true;
}

struct str_list catalog_left_out(const struct catalog_project *p, size_t release, struct arena *a)
{
	struct str_list names = { 0 };
	const struct catalog_release *r = &p->releases[release];
	struct buf plain;
	buf_init(&plain, (size_t)NAME_MAX_BYTES + 1);
	for (size_t i = 0; i < p->name.n; i++) buf_add_char(&plain, p->name.p[i] == '-' ? '_' : p->name.p[i]);
	str version = version_normal(a, &r->version);
	uint32_t most = 0;
	for (size_t i = 0; i < r->n_left_out; i++) most = r->left_out[i] > most ? r->left_out[i] : most;
	bool *seen = arena_array(a, bool, (size_t)most + 1);
	for (size_t i = 0; i < r->n_left_out; i++) {
		if (seen[r->left_out[i]]) continue;
		seen[r->left_out[i]] = true;
		if (r->left_out[i] == KIND_SDIST)
			*vec_push(a, &names) = arena_fmt(a, STR_FMT "-" STR_FMT ".tar.gz", STR_ARG(buf_str(&plain)), STR_ARG(version));
		else
			*vec_push(a, &names) = arena_fmt(a, STR_FMT "-" STR_FMT "-" STR_FMT ".whl", STR_ARG(buf_str(&plain)),
			                                 STR_ARG(version), STR_ARG(p->tags[r->left_out[i] - KIND_TAGS + 1]));
	}
	buf_release(&plain);
	return names;
}
