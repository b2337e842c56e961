/* record_codec.c: wheel records as bytes: fixed rows, then references, then one table of strings.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Payload (in a seal of kind 'r'; integers little-endian):
 *   digest 32, size u64, counts u32: entries, requires_dist, provides_extra, tags, warnings, scripts, inlined, bytes of strings
 *   entries: ROW_SIZE each: sha256 32, data_at u64, csize u64, usize u64, crc32 u32, stream_crc32 u32, name offset u32,
 *            name length u16, method u8, flags u8
 *   strings: references (offset u32, length u32): the seven of the record, those of the four lists
 *   scripts: three references, gui u32;  inlined: entry u32, reference
 *   table of strings
 * All sizes follow from the counts, and must fill the payload exactly. Loading reads the file once; strings are views into it.
 */
#include <string.h>

#include "base/rd.h"
#include "store/store_parts.h"

#define KIND        'r'
#define HEAD_SIZE   (32 + 8 + 8 * 4)
#define ROW_SIZE    72
#define REF_SIZE    8
#define SCRIPT_SIZE (3 * REF_SIZE + 4)
#define INLINE_SIZE (4 + REF_SIZE)
#define LIST_MAX    1000000 /* strings, scripts, inlined texts of one record */

#define FLAG_EXECUTABLE 1u

#define METHOD_STORED   0
#define METHOD_DEFLATED 8

/* The single strings of a record, in the order in which they are referenced. */
#define RECORD_STRINGS(X) X(name) X(written_name) X(version) X(dist_info) X(data_dir) X(requires_python) X(entry_points)
/* And its lists. */
#define RECORD_LISTS(X) X(requires_dist) X(provides_extra) X(tags) X(warnings)

struct counts {
	uint32_t entries, requires_dist, provides_extra, tags, warnings, scripts, inlined, strings;
};

/* --- writing --- */

struct writer {
	struct buf *out;
	uint32_t at; /* in the table of strings */
	bool bad;
};

static void put_ref(struct writer *w, str s)
{
	if (s.n > UINT32_MAX - w->at) {
		w->bad = true;
		return;
	}
	buf_add_u32(w->out, w->at);
	buf_add_u32(w->out, (uint32_t)s.n);
	w->at += (uint32_t)s.n;
}

static uint32_t count(struct writer *w, size_t n, size_t max)
{
	if (n > max) w->bad = true;
	return n > max ? 0 : (uint32_t)n;
}

static void put_row(struct writer *w, const struct wheel_entry *e)
{
	if (e->name.n > UINT16_MAX || e->name.n > UINT32_MAX - w->at || e->method > UINT8_MAX) {
		w->bad = true;
		return;
	}
	buf_add(w->out, e->sha256.bytes, sizeof e->sha256.bytes);
	buf_add_u64(w->out, e->data_at);
	buf_add_u64(w->out, e->csize);
	buf_add_u64(w->out, e->usize);
	buf_add_u32(w->out, e->crc32);
	buf_add_u32(w->out, e->stream_crc32);
	buf_add_u32(w->out, w->at);
	buf_add_u16(w->out, (uint16_t)e->name.n);
	buf_add_u16(w->out, (uint16_t)(e->method | (e->executable ? FLAG_EXECUTABLE << 8 : 0)));
	w->at += (uint32_t)e->name.n;
}

static void put_counts(struct writer *w, const struct wheel_record *r)
{
	buf_add_u32(w->out, count(w, r->n_entries, RECORD_ENTRIES_MAX));
#define X(list) buf_add_u32(w->out, count(w, r->list.n, LIST_MAX));
	RECORD_LISTS(X)
#undef X
	buf_add_u32(w->out, count(w, r->scripts.n, LIST_MAX));
	buf_add_u32(w->out, count(w, r->inlined.n, LIST_MAX));
	buf_add_u32(w->out, 0); /* bytes of strings: patched */
}

/* In the order in which put_ref and put_row counted them. */
static void put_table(struct buf *out, const struct wheel_record *r)
{
	for (size_t i = 0; i < r->n_entries; i++) buf_add_str(out, r->entries[i].name);
#define X(field) buf_add_str(out, r->field);
	RECORD_STRINGS(X)
#undef X
#define X(list)                                                                                                                \
	for (size_t i = 0; i < r->list.n; i++) buf_add_str(out, r->list.p[i]);
	RECORD_LISTS(X)
#undef X
	for (size_t i = 0; i < r->scripts.n; i++) {
		buf_add_str(out, r->scripts.p[i].name);
		buf_add_str(out, r->scripts.p[i].module);
		buf_add_str(out, r->scripts.p[i].attribute);
	}
	for (size_t i = 0; i < r->inlined.n; i++) buf_add_str(out, r->inlined.p[i].content);
}

static void put_refs(struct writer *w, const struct wheel_record *r)
{
#define X(field) put_ref(w, r->field);
	RECORD_STRINGS(X)
#undef X
#define X(list)                                                                                                                \
	for (size_t i = 0; i < r->list.n; i++) put_ref(w, r->list.p[i]);
	RECORD_LISTS(X)
#undef X
	for (size_t i = 0; i < r->scripts.n; i++) {
		put_ref(w, r->scripts.p[i].name);
		put_ref(w, r->scripts.p[i].module);
		put_ref(w, r->scripts.p[i].attribute);
		buf_add_u32(w->out, r->scripts.p[i].gui);
	}
	for (size_t i = 0; i < r->inlined.n; i++) {
		buf_add_u32(w->out, count(w, r->inlined.p[i].entry, RECORD_ENTRIES_MAX));
		put_ref(w, r->inlined.p[i].content);
	}
}

bool record_encode(const struct wheel_record *r, struct buf *out)
{
	struct writer w = { .out = out };
	if (!store_seal_begin(out)) return false;
	buf_add(out, r->sha256.bytes, sizeof r->sha256.bytes);
	buf_add_u64(out, r->size);
	put_counts(&w, r);
	for (size_t i = 0; i < r->n_entries && !w.bad; i++) put_row(&w, &r->entries[i]);
	if (!w.bad) put_refs(&w, r);
	if (w.bad || out->over) return false;
	unsigned char *total = (unsigned char *)out->p + STORE_SEAL_SIZE + HEAD_SIZE - 4;
	for (unsigned i = 0; i < 4; i++) total[i] = (unsigned char)(w.at >> (8 * i));
	put_table(out, r);
	return store_seal_end(out, KIND, STORE_RECORD_VERSION);
}

/* --- reading --- */

struct reader {
	struct arena *arena;
	struct rd rows; /* everything before the strings, in order */
	str strings;
	bool bad;
};

static str slice(struct reader *r, uint32_t at, uint32_t n)
{
	if (at > r->strings.n || n > r->strings.n - at) {
		r->bad = true;
		return (str){ 0 };
	}
	return (str){ r->strings.p + at, n };
}

static str get_ref(struct reader *r)
{
	uint32_t at = rd_u32(&r->rows), n = rd_u32(&r->rows);
	return slice(r, at, n);
}

/* What every user of a record relies on: a clean relative path ("a/b"), greater than the one before. */
static bool name_is_clean(str name)
{
	size_t part = 0;
	for (size_t i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '/') {
			if (name.p[i] == '\0') return false;
			continue;
		}
		size_t n = i - part;
		if (n == 0 || (n <= 2 && name.p[part] == '.' && name.p[i - 1] == '.')) return false;
		part = i + 1;
	}
	return true;
}

static bool entry_is_sound(const struct wheel_entry *e, str previous, uint64_t size)
{
	if (!name_is_clean(e->name) || (previous.n && str_cmp(previous, e->name) >= 0)) return false;
	if (e->data_at > size || e->csize > size - e->data_at) return false;
	return e->method == METHOD_DEFLATED || (e->method == METHOD_STORED && e->csize == e->usize);
}

static void get_row(struct reader *r, struct wheel_entry *e)
{
	str digest = rd_bytes(&r->rows, sizeof e->sha256.bytes);
	if (digest.n == sizeof e->sha256.bytes) memcpy(e->sha256.bytes, digest.p, sizeof e->sha256.bytes);
	e->data_at = rd_u64(&r->rows);
	e->csize = rd_u64(&r->rows);
	e->usize = rd_u64(&r->rows);
	e->crc32 = rd_u32(&r->rows);
	e->stream_crc32 = rd_u32(&r->rows);
	uint32_t at = rd_u32(&r->rows);
	uint16_t n = rd_u16(&r->rows);
	e->name = slice(r, at, n);
	e->method = rd_u8(&r->rows);
	uint8_t flags = rd_u8(&r->rows);
	e->executable = flags & FLAG_EXECUTABLE;
	if (flags & ~FLAG_EXECUTABLE) r->bad = true;
}

static bool get_counts(struct rd *r, struct counts *c)
{
	c->entries = rd_u32(r);
#define X(list) c->list = rd_u32(r);
	RECORD_LISTS(X)
#undef X
	c->scripts = rd_u32(r);
	c->inlined = rd_u32(r);
	c->strings = rd_u32(r);
#define X(list) || c->list > LIST_MAX
	if (r->bad || c->entries > RECORD_ENTRIES_MAX || c->scripts > LIST_MAX || c->inlined > LIST_MAX RECORD_LISTS(X))
		return false;
#undef X
	/* Bounded above, so that nothing here overflows. */
	size_t refs = 0;
#define X(field) refs++;
	RECORD_STRINGS(X)
#undef X
#define X(list) refs += c->list;
	RECORD_LISTS(X)
#undef X
	size_t rows =
	    (size_t)c->entries * ROW_SIZE + refs * REF_SIZE + (size_t)c->scripts * SCRIPT_SIZE + (size_t)c->inlined * INLINE_SIZE;
	return rd_left(r) >= rows && rd_left(r) - rows == c->strings;
}

static struct str_list get_list(struct reader *r, uint32_t n)
{
	struct str_list list = { 0 };
	if (n == 0) return list;
	list = (struct str_list){ .p = arena_array(r->arena, str, n), .n = n, .cap = n };
	for (uint32_t i = 0; i < n; i++) list.p[i] = get_ref(r);
	return list;
}

static void get_scripts(struct reader *r, uint32_t n, struct wheel_record *out)
{
	if (n == 0) return;
	struct wheel_script *p = arena_array(r->arena, struct wheel_script, n);
	for (uint32_t i = 0; i < n; i++) {
		p[i].name = get_ref(r);
		p[i].module = get_ref(r);
		p[i].attribute = get_ref(r);
		uint32_t gui = rd_u32(&r->rows);
		p[i].gui = gui == 1;
		if (gui > 1) r->bad = true;
	}
	out->scripts.p = p;
	out->scripts.n = out->scripts.cap = n;
}

static void get_inlined(struct reader *r, uint32_t n, struct wheel_record *out)
{
	if (n == 0) return;
	struct wheel_inline *p = arena_array(r->arena, struct wheel_inline, n);
	for (uint32_t i = 0; i < n; i++) {
		p[i].entry = rd_u32(&r->rows);
		p[i].content = get_ref(r);
		if (p[i].entry >= out->n_entries) r->bad = true;
	}
	out->inlined.p = p;
	out->inlined.n = out->inlined.cap = n;
}

static bool get_entries(struct reader *r, uint32_t n, struct wheel_record *out)
{
	str previous = { 0 };
	out->entries = arena_array(r->arena, struct wheel_entry, n);
	out->n_entries = n;
	for (uint32_t i = 0; i < n; i++) {
		get_row(r, &out->entries[i]);
		if (r->bad || !entry_is_sound(&out->entries[i], previous, out->size)) return false;
		previous = out->entries[i].name;
	}
	return true;
}

bool record_decode(struct arena *a, str bytes, struct wheel_record *out)
{
	str payload;
	struct counts c;
	struct wheel_record record = { 0 };
	if (bytes.n > RECORD_BYTES_MAX || !store_seal_open(bytes, KIND, STORE_RECORD_VERSION, &payload)) return false;
	struct reader r = { .arena = a, .rows = rd_over(payload) };
	str digest = rd_bytes(&r.rows, sizeof record.sha256.bytes);
	record.size = rd_u64(&r.rows);
	if (!get_counts(&r.rows, &c)) return false;
	memcpy(record.sha256.bytes, digest.p, sizeof record.sha256.bytes);
	r.strings = str_from_pos(payload, payload.n - c.strings);
	if (!get_entries(&r, c.entries, &record)) return false;
#define X(field) record.field = get_ref(&r);
	RECORD_STRINGS(X)
#undef X
#define X(list) record.list = get_list(&r, c.list);
	RECORD_LISTS(X)
#undef X
	get_scripts(&r, c.scripts, &record);
	get_inlined(&r, c.inlined, &record);
	if (r.bad || r.rows.bad) return false;
	*out = record;
	return true;
}
