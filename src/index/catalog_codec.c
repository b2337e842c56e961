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
	OWN_NAME = 128,    /* the URL does not end with the file's name */
	OWN_VERSION = 256, /* spelled otherwise than the release */
};

#define FILE_BYTES_MIN    8 /* of an encoded file: bounds how many can follow */
#define RELEASE_BYTES_MIN 3
#define STRING_BYTES_MIN  1
#define TEXTS_MAX         ((size_t)1 << 20) /* of one file; whatever is longer is no file that anybody offers */

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

/* --- encoding --- */

/* Strings that many files share, numbered in the order of their first use; 0 is the empty one. */
struct pool {
	struct map numbers;
};

static void pool_begin(struct pool *p, struct arena *a) { map_init(&p->numbers, a); }

static uint64_t pool_number(struct pool *p, str s)
{
	bool added;
	if (str_empty(s)) return 0;
	void **place = map_put(&p->numbers, s, &added);
	if (added) *place = (void *)(uintptr_t)p->numbers.n;
	return (uint64_t)(uintptr_t)*place;
}

static void pool_put(const struct pool *p, struct buf *out)
{
	catalog_put(out, p->numbers.n);
	for (size_t i = 0; i < p->numbers.n; i++) catalog_put_str(out, p->numbers.entries[i].key);
}

struct entry {
	const struct index_file *file;
	struct file_kind kind;
	size_t page;
};

struct encoder {
	struct arena arena; /* of one encoding */
	struct name_reader names;
	struct pool strings, kinds, urls;
	struct map pythons; /* Requires-Python as written -> repaired */
	VEC(struct entry) entries;
	struct buf files;
};

static int newest_first(const void *p, const void *q)
{
	struct spelling *const *a = p, *const *b = q;
	int order = version_cmp(&(*b)->version, &(*a)->version);
	return order ? order : str_cmp((*a)->version.text, (*b)->version.text);
}

static int by_release(const void *p, const void *q)
{
	const struct entry *a = p, *b = q;
	if (a->kind.spelling->rank != b->kind.spelling->rank) return a->kind.spelling->rank < b->kind.spelling->rank ? -1 : 1;
	int order = str_cmp(a->file->file, b->file->file);
	if (order) return order;
	if (a->page != b->page) return a->page < b->page ? -1 : 1;
	return str_cmp(a->file->url, b->file->url);
}

static void collect(struct encoder *c, const struct index_page *page, size_t number)
{
	for (size_t i = 0; i < page->files.n; i++) {
		struct file_kind kind;
		const struct index_file *f = &page->files.p[i];
		if (f->file.n + f->url.n + f->upload_time.n > TEXTS_MAX) continue;
		if (!name_reader_read(&c->names, f->file, &kind)) continue;
		*vec_push(&c->arena, &c->entries) = (struct entry){ f, kind, number };
	}
}

/* Sorted by version and name; of files with one name the first. */
static void arrange(struct encoder *c)
{
	size_t n = c->names.versions.n, rank = 0, kept = 0;
	struct spelling **versions = c->names.versions.p;
	if (n) qsort(versions, n, sizeof *versions, newest_first);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && version_cmp(&versions[i - 1]->version, &versions[i]->version) != 0) rank++;
		versions[i]->rank = rank;
	}
	struct entry *e = c->entries.p;
	if (c->entries.n) qsort(e, c->entries.n, sizeof *e, by_release);
	for (size_t i = 0; i < c->entries.n; i++)
		if (i == 0 || !str_eq(e[i].file->file, e[kept - 1].file->file)) e[kept++] = e[i];
	c->entries.n = kept;
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

static void put_url(struct encoder *c, const struct index_file *f, bool own_name)
{
	size_t beginning = url_beginning(f->url), end = own_name ? f->url.n : f->url.n - f->file.n;
	if (beginning > end) beginning = 0;
	catalog_put(&c->files, pool_number(&c->urls, str_slice(f->url, 0, beginning)));
	catalog_put_str(&c->files, str_slice(f->url, beginning, end));
}

/* As METADATA is repaired (python-packaging 4.4); what cannot be repaired stays as it is. */
static str repair_python(struct encoder *c, str text)
{
	bool added, repaired;
	struct specifier_set set;
	struct requirement r;
	struct err ignored = { 0 };
	if (str_empty(text)) return text;
	void **place = map_put(&c->pythons, text, &added);
	if (added) {
		str *kept = arena_new(&c->arena, str);
		*place = kept;
		*kept = text;
		if (!specifier_parse(&c->arena, text, &set, NULL) &&
		    requirement_parse_lenient(&c->arena, arena_join(&c->arena, S("python "), text), &r, &repaired, &ignored) &&
		    str_empty(r.url) && !r.marker && r.extras.n == 0)
			*kept = specifier_text(&c->arena, &r.specifier);
	}
	return *(str *)*place;
}

static unsigned flags_of(const struct entry *e, str normal)
{
	const struct index_file *f = e->file;
	return (f->has_sha256 ? HAS_SHA256 : 0u) | (f->has_metadata ? HAS_METADATA : 0u) |
	       (f->has_metadata_sha256 ? HAS_METADATA_SHA256 : 0u) | (f->has_size ? HAS_SIZE : 0u) | (f->yanked ? YANKED : 0u) |
	       (f->upload_time.n ? HAS_TIME : 0u) | (f->other_hashes.n ? HAS_OTHER_HASHES : 0u) |
	       (str_ends(f->url, f->file) ? 0u : OWN_NAME) | (str_eq(e->kind.spelling->normal, normal) ? 0u : OWN_VERSION);
}

static void put_file(struct encoder *c, const struct entry *e, str normal)
{
	const struct index_file *f = e->file;
	unsigned flags = flags_of(e, normal);
	uint64_t kind = e->kind.is_sdist   ? KIND_SDIST
	                : e->kind.is_wheel ? KIND_TAGS - 1 + pool_number(&c->kinds, e->kind.tags)
	                                   : KIND_OTHER;
	struct buf *out = &c->files;
	catalog_put(out, kind);
	catalog_put(out, flags);
	catalog_put_str(out, f->file);
	put_url(c, f, flags & OWN_NAME);
	if (f->has_sha256) buf_add(out, f->sha256.bytes, SHA256_SIZE);
	if (f->has_metadata_sha256) buf_add(out, f->metadata_sha256.bytes, SHA256_SIZE);
	catalog_put(out, pool_number(&c->strings, repair_python(c, f->requires_python)));
	if (f->yanked) catalog_put(out, pool_number(&c->strings, f->yanked_reason));
	if (f->has_size) catalog_put(out, f->size);
	if (f->upload_time.n) catalog_put_str(out, f->upload_time);
	if (flags & OWN_VERSION) catalog_put_str(out, e->kind.spelling->normal);
	if (!f->other_hashes.n) return;
	catalog_put(out, f->other_hashes.n);
	for (size_t i = 0; i < f->other_hashes.n; i++) catalog_put_str(out, f->other_hashes.p[i]);
}

/* Each file with its length before it, which is known afterwards: three bytes are enough (TEXTS_MAX). */
static void put_sized_file(struct encoder *c, const struct entry *e, str normal)
{
	struct buf *out = &c->files;
	size_t from = out->n;
	buf_add(out, "\x80\x80\0", 3);
	put_file(c, e, normal);
	if (out->over) return;
	size_t n = out->n - from - 3;
	out->p[from] = (char)(n | 0x80);
	out->p[from + 1] = (char)(n >> 7 | 0x80);
	out->p[from + 2] = (char)(n >> 14);
}

static size_t put_releases(struct encoder *c)
{
	size_t releases = 0;
	for (size_t i = 0, end; i < c->entries.n; i = end, releases++) {
		const struct spelling *first = c->entries.p[i].kind.spelling;
		for (end = i; end < c->entries.n && c->entries.p[end].kind.spelling->rank == first->rank;) end++;
		catalog_put_str(&c->files, first->version.text);
		catalog_put_str(&c->files, first->normal);
		catalog_put(&c->files, end - i);
		for (size_t k = i; k < end; k++) put_sized_file(c, &c->entries.p[k], first->normal);
	}
	return releases;
}

void catalog_encode(str name, const struct index_page *const *pages, size_t n, struct buf *out)
{
	struct encoder c = { 0 };
	const struct index_page *last = pages[n - 1];
	name_reader_begin(&c.names, &c.arena, name);
	pool_begin(&c.strings, &c.arena);
	pool_begin(&c.kinds, &c.arena);
	pool_begin(&c.urls, &c.arena);
	map_init(&c.pythons, &c.arena);
	buf_init(&c.files, CATALOG_BLOB_MAX);
	for (size_t i = 0; i < n; i++) collect(&c, pages[i], i);
	arrange(&c);
	size_t releases = put_releases(&c);
	catalog_put(out, FORMAT);
	catalog_put_str(out, last->status);
	catalog_put_str(out, last->status_reason);
	pool_put(&c.strings, out);
	pool_put(&c.kinds, out);
	pool_put(&c.urls, out);
	catalog_put(out, releases);
	buf_add_str(out, buf_str(&c.files));
	if (c.files.over) out->over = true;
	buf_release(&c.files);
	arena_release(&c.arena);
}

/* --- decoding --- */

struct strings {
	str *p;
	size_t n;
};

struct decoder {
	struct arena *arena; /* of what is kept */
	struct arena scratch;
	struct rd r;
	str status, status_reason;
	struct strings strings, kinds, urls;
	signed char *wanted; /* by kind: 1, 0, or -1 = not asked yet */
	size_t n_releases;
};

/* A file as it stands there; the views are into the text. */
struct packed {
	size_t kind;
	unsigned flags;
	str beginning, middle;
	str version; /* empty: the release's */
	struct index_file file;
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

static str string_at(struct rd *r, const struct strings *s, uint64_t number)
{
	if (number < s->n) return s->p[number];
	r->bad = true;
	return (str){ 0 };
}

static bool begin(struct decoder *d, str bytes)
{
	d->r = rd_over(bytes);
	if (catalog_get(&d->r) != FORMAT) return false;
	d->status = catalog_get_str(&d->r);
	d->status_reason = catalog_get_str(&d->r);
	if (!get_strings(&d->r, &d->scratch, &d->strings) || !get_strings(&d->r, &d->scratch, &d->kinds) ||
	    !get_strings(&d->r, &d->scratch, &d->urls))
		return false;
	d->wanted = arena_array(&d->scratch, signed char, d->kinds.n + KIND_TAGS);
	memset(d->wanted, -1, d->kinds.n + KIND_TAGS);
	uint64_t n = catalog_get(&d->r);
	d->n_releases = (size_t)n;
	return !d->r.bad && n <= rd_left(&d->r) / RELEASE_BYTES_MIN;
}

struct packed_release {
	str text, normal;
	size_t n;
};

static bool get_release(struct decoder *d, struct packed_release *out)
{
	out->text = catalog_get_str(&d->r);
	out->normal = catalog_get_str(&d->r);
	uint64_t n = catalog_get(&d->r);
	out->n = (size_t)n;
	return !d->r.bad && n > 0 && n <= rd_left(&d->r) / FILE_BYTES_MIN;
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

/* The rest of a file behind its kind. */
static bool get_file(struct decoder *d, struct rd *r, struct packed *out)
{
	struct index_file *f = &out->file;
	out->flags = (unsigned)catalog_get(r);
	f->file = catalog_get_str(r);
	out->beginning = string_at(r, &d->urls, catalog_get(r));
	out->middle = catalog_get_str(r);
	f->has_sha256 = out->flags & HAS_SHA256;
	f->has_metadata = out->flags & HAS_METADATA;
	f->has_metadata_sha256 = out->flags & HAS_METADATA_SHA256;
	f->has_size = out->flags & HAS_SIZE;
	f->yanked = out->flags & YANKED;
	if (f->has_sha256) get_digest(r, &f->sha256);
	if (f->has_metadata_sha256) get_digest(r, &f->metadata_sha256);
	f->requires_python = string_at(r, &d->strings, catalog_get(r));
	if (f->yanked) f->yanked_reason = string_at(r, &d->strings, catalog_get(r));
	if (f->has_size) f->size = catalog_get(r);
	if (out->flags & HAS_TIME) f->upload_time = catalog_get_str(r);
	if (out->flags & OWN_VERSION) out->version = catalog_get_str(r);
	if (out->flags & HAS_OTHER_HASHES) get_hashes(r, &d->scratch, &f->other_hashes);
	return !r->bad && rd_left(r) == 0 && f->file.n > 0;
}

/* The next file; only its kind is looked at when `rest` is NULL-ed by the caller. */
static bool next_file(struct decoder *d, struct packed *out, struct rd *rest)
{
	str bytes = catalog_get_str(&d->r);
	*rest = rd_over(bytes);
	uint64_t kind = catalog_get(rest);
	*out = (struct packed){ .kind = (size_t)kind };
	return !rest->bad && kind < d->kinds.n + KIND_TAGS - 1;
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
		*ok = get_file(d, rest, p);
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

static void keep_file(struct arena *a, struct packed *p, str version, struct catalog_file *out)
{
	struct str_list hashes = { 0 };
	join_url(a, p);
	p->file.upload_time = p->file.upload_time.n ? arena_str(a, p->file.upload_time) : S("");
	for (size_t i = 0; i < p->file.other_hashes.n; i++) *vec_push(a, &hashes) = arena_str(a, p->file.other_hashes.p[i]);
	p->file.other_hashes = hashes;
	*out = (struct catalog_file){ .index = p->file,
		                          .is_wheel = p->kind >= KIND_TAGS,
		                          .is_sdist = p->kind == KIND_SDIST,
		                          .version = p->version.n ? arena_str(a, p->version) : version };
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
	str normal = str_eq(packed.text, packed.normal) ? release->text : arena_str(d->arena, packed.normal);
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
		if (!get_file(d, &rest, &p)) return false;
		keep_file(d->arena, &p, normal, to->file++);
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
	keep_strings(d->arena, &d->strings);
	keep_strings(d->arena, &d->kinds);
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
	out->tags = arena_array(d->arena, str, d->kinds.n);
	memcpy((str *)(uintptr_t)out->tags, d->kinds.p, d->kinds.n * sizeof(str));
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
