/* elf.c: headers, interpreter, dynamic section, version needs.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The loader's view: everything is found through program headers, so that stripped files answer like others. */
#include "format/elf.h"

#include <string.h>

#include "base/io.h"
#include "base/rd.h"
#include "format/elf_internal.h"

#define HEADER       64
#define SEGMENT      56
#define DYNAMIC      16
#define TEXT_LONGEST 4096 /* one name or path */

enum { DT_NULL = 0, DT_NEEDED = 1, DT_STRTAB = 5, DT_STRSZ = 10, DT_SONAME = 14, DT_RPATH = 15, DT_RUNPATH = 29 };
#define DT_FLAGS_1    UINT64_C(0x6ffffffb)
#define DT_VERNEED    UINT64_C(0x6ffffffe)
#define DT_VERNEEDNUM UINT64_C(0x6fffffff)
#define DF_1_PIE      UINT64_C(0x08000000)

/* --- bytes --- */

bool elf_refuse(const struct elf_file *f, const char *id, uint64_t at, const char *what)
{
	err_set(f->e, ERR_FORMAT, id, "%s", what);
	err_at(f->e, at);
	return err_where(f->e, STR_FMT, STR_ARG(f->path));
}

bool elf_get(const struct elf_file *f, uint64_t at, uint64_t n, str *out)
{
	if (at > f->size || n > f->size - at) return elf_refuse(f, "elf-truncated", at, "an ELF file ends before what it promises");
	if (f->fd < 0) {
		*out = str_slice(f->bytes, (size_t)at, (size_t)(at + n));
		return true;
	}
	char *p = arena_array(f->a, char, (size_t)n);
	if (!io_pread(f->fd, arena_cstr(f->a, f->path), p, (size_t)n, at, f->e)) return false;
	*out = (str){ p, (size_t)n };
	return true;
}

bool elf_get_some(const struct elf_file *f, uint64_t at, uint64_t n, str *out)
{
	if (at > f->size) at = f->size;
	return elf_get(f, at, n < f->size - at ? n : f->size - at, out);
}

bool elf_text(const struct elf_file *f, uint64_t at, uint64_t end, str *out)
{
	if (end > f->size) end = f->size;
	for (uint64_t n = 128;; n = TEXT_LONGEST) {
		str some;
		if (at >= end) break;
		if (!elf_get_some(f, at, n < end - at ? n : end - at, &some)) return false;
		size_t nul = str_chr(some, '\0');
		if (nul != STR_NONE) {
			*out = str_slice(some, 0, nul);
			return true;
		}
		if (some.n < n || n == TEXT_LONGEST) break;
	}
	return elf_refuse(f, "elf-truncated", at, "a text of an ELF file does not end");
}

/* --- headers --- */

bool elf_is(str head) { return str_starts(head, S("\177ELF")); }

const char *elf_machine_name(uint16_t machine)
{
	switch (machine) {
	case ELF_X86_64: return "x86_64";
	case ELF_AARCH64: return "aarch64";
	default: return NULL;
	}
}

const char *elf_type_name(uint16_t type)
{
	static const char *const names[] = { "NONE", "REL", "EXEC", "DYN", "CORE" };
	return type < sizeof names / sizeof *names ? names[type] : NULL;
}

static bool read_segments(struct elf_file *f, uint64_t at, uint16_t size, uint16_t n)
{
	str table;
	if (n == 0) return true;
	if (n > ELF_LIST_MAX) return elf_refuse(f, "elf-too-large", at, "an ELF file has too many program headers");
	if (size != SEGMENT) return elf_refuse(f, "elf-header", at, "an ELF file has program headers of an unknown size");
	if (!elf_get(f, at, (uint64_t)n * SEGMENT, &table)) return false;
	struct rd r = rd_over(table);
	f->segments = arena_array(f->a, struct elf_segment, n);
	for (; f->n_segments < n; f->n_segments++) {
		struct elf_segment *s = &f->segments[f->n_segments];
		s->type = rd_u32(&r);
		s->flags = rd_u32(&r);
		s->offset = rd_u64(&r);
		s->address = rd_u64(&r);
		rd_skip(&r, 8); /* physical address */
		s->size = rd_u64(&r);
		rd_skip(&r, 16); /* size in memory, alignment */
	}
	return true;
}

static bool read_header(struct elf_file *f, struct elf_facts *out)
{
	str head;
	if (!elf_get_some(f, 0, HEADER, &head)) return false;
	if (!elf_is(head)) return elf_refuse(f, "elf-magic", 0, "this is not an ELF file");
	if (head.n < HEADER) return elf_refuse(f, "elf-truncated", head.n, "an ELF file ends within its header");
	if (head.p[4] != 2) return elf_refuse(f, "elf-class", 4, "this ELF file is not a 64-bit one");
	if (head.p[5] != 1) return elf_refuse(f, "elf-class", 5, "this ELF file is not a little-endian one");
	struct rd r = rd_over(str_from_pos(head, 16));
	out->type = rd_u16(&r);
	out->machine = rd_u16(&r);
	rd_skip(&r, 4 + 8); /* version, entry */
	uint64_t segments_at = rd_u64(&r);
	f->sections_at = rd_u64(&r);
	rd_skip(&r, 4 + 2); /* flags, size of this header */
	uint16_t segment_size = rd_u16(&r), n_segments = rd_u16(&r), section_size = rd_u16(&r);
	f->n_sections = rd_u16(&r);
	f->names_section = rd_u16(&r);
	if (section_size != ELF_SECTION) f->sections_at = 0;
	return read_segments(f, segments_at, segment_size, n_segments);
}

static const struct elf_segment *segment(const struct elf_file *f, uint32_t type)
{
	for (size_t i = 0; i < f->n_segments; i++)
		if (f->segments[i].type == type) return &f->segments[i];
	return NULL;
}

static bool read_interpreter(const struct elf_file *f, struct elf_facts *out)
{
	const struct elf_segment *s = segment(f, ELF_PT_INTERP);
	if (!s) return true;
	uint64_t end = s->size > f->size || s->offset > f->size - s->size ? f->size : s->offset + s->size;
	if (!elf_text(f, s->offset, end, &out->interpreter)) return false;
	out->has_interpreter = true;
	return true;
}

/* --- dynamic section --- */

/* Where an address lies in the file, and how many bytes of its segment follow it there. */
static bool locate(const struct elf_file *f, uint64_t address, uint64_t *at, uint64_t *left)
{
	for (size_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];
		if (s->type != ELF_PT_LOAD || address < s->address || address - s->address >= s->size) continue;
		uint64_t into = address - s->address;
		if (s->offset > f->size || into > f->size - s->offset) continue;
		*at = s->offset + into;
		*left = s->size - into;
		return true;
	}
	return false;
}

/* What the dynamic section says, before texts are looked up. */
struct dynamic {
	uint64_t strings, strings_size, needs, n_needs, flags_1;
	uint64_t soname, rpath, runpath; /* offsets into the strings */
	bool has_soname, has_rpath, has_runpath, has_needs;
	VEC(uint64_t) needed;
	uint64_t at, end; /* of the strings in the file */
};

static void take_entry(const struct elf_file *f, struct dynamic *d, uint64_t tag, uint64_t value)
{
	switch (tag) {
	case DT_NEEDED: *vec_push(f->a, &d->needed) = value; break;
	case DT_STRTAB: d->strings = value; break;
	case DT_STRSZ: d->strings_size = value; break;
	case DT_SONAME: d->soname = value, d->has_soname = true; break;
	case DT_RPATH: d->rpath = value, d->has_rpath = true; break;
	case DT_RUNPATH: d->runpath = value, d->has_runpath = true; break;
	case DT_FLAGS_1: d->flags_1 = value; break;
	case DT_VERNEED: d->needs = value, d->has_needs = true; break;
	case DT_VERNEEDNUM: d->n_needs = value; break;
	default: break;
	}
}

static bool scan_dynamic(const struct elf_file *f, const struct elf_segment *s, struct dynamic *d)
{
	str table;
	uint64_t n = s->size / DYNAMIC;
	if (n > ELF_LIST_MAX) n = ELF_LIST_MAX;
	if (!elf_get(f, s->offset, n * DYNAMIC, &table)) return false;
	struct rd r = rd_over(table);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t tag = rd_u64(&r), value = rd_u64(&r);
		if (tag == DT_NULL) return true;
		take_entry(f, d, tag, value);
	}
	if (s->size / DYNAMIC > ELF_LIST_MAX)
		return elf_refuse(f, "elf-too-large", s->offset, "the dynamic section of an ELF file is too long");
	return true;
}

static bool dynamic_text(const struct elf_file *f, const struct dynamic *d, uint64_t offset, str *out)
{
	if (offset >= d->end - d->at)
		return elf_refuse(f, "elf-dynamic", d->at, "a text of the dynamic section lies outside its table");
	return elf_text(f, d->at + offset, d->end, out);
}

static bool find_strings(const struct elf_file *f, struct dynamic *d)
{
	uint64_t left;
	if (!locate(f, d->strings, &d->at, &left))
		return elf_refuse(f, "elf-dynamic", 0, "the texts of the dynamic section are in no segment");
	if (left > f->size - d->at) left = f->size - d->at;
	d->end = d->at + (d->strings_size < left ? d->strings_size : left);
	return true;
}

static void split_path(const struct elf_file *f, str path, struct str_list *out)
{
	for (bool more = true; more;) {
		str part;
		more = str_cut(path, ':', &part, &path);
		if (part.n > 0) *vec_push(f->a, out) = part;
	}
}

static bool read_texts(const struct elf_file *f, const struct dynamic *d, struct elf_facts *out)
{
	str path;
	for (size_t i = 0; i < d->needed.n; i++)
		if (!dynamic_text(f, d, d->needed.p[i], vec_push(f->a, &out->needed))) return false;
	if (d->has_soname && !dynamic_text(f, d, d->soname, &out->soname)) return false;
	out->has_soname = d->has_soname;
	if (!d->has_runpath && !d->has_rpath) return true;
	if (!dynamic_text(f, d, d->has_runpath ? d->runpath : d->rpath, &path)) return false;
	split_path(f, path, &out->runpath);
	return true;
}

/* --- version needs --- */

static bool bad_versions(const struct elf_file *f, uint64_t at)
{
	return elf_refuse(f, "elf-versions", at, "the version needs of an ELF file lead outside of it");
}

static struct elf_versions *versions_of(const struct elf_file *f, struct elf_facts *out, str library)
{
	for (size_t i = 0; i < out->versions.n; i++)
		if (str_eq(out->versions.p[i].library, library)) return &out->versions.p[i];
	struct elf_versions *v = vec_push(f->a, &out->versions);
	v->library = library;
	return v;
}

/* The versions of one library; *total bounds them all together. */
static bool read_auxiliary(const struct elf_file *f, const struct dynamic *d, uint64_t at, uint16_t n, size_t *total,
                           struct str_list *out)
{
	for (uint16_t i = 0; i < n; i++) {
		str entry;
		if (++*total > ELF_LIST_MAX) return elf_refuse(f, "elf-too-large", at, "an ELF file needs too many versions");
		if (!elf_get(f, at, 16, &entry)) return false;
		struct rd r = rd_over(entry);
		rd_skip(&r, 8); /* hash, flags, index */
		uint32_t name = rd_u32(&r), next = rd_u32(&r);
		if (!dynamic_text(f, d, name, vec_push(f->a, out))) return false;
		if (next == 0) break;
		if (next > f->size - at) return bad_versions(f, at);
		at += next;
	}
	return true;
}

static bool read_versions(const struct elf_file *f, const struct dynamic *d, struct elf_facts *out)
{
	uint64_t at, left;
	size_t total = 0;
	if (!d->has_needs || d->n_needs == 0) return true;
	if (!locate(f, d->needs, &at, &left)) return bad_versions(f, 0);
	for (uint64_t i = 0; i < d->n_needs; i++) {
		str entry, library;
		if (++total > ELF_LIST_MAX) return elf_refuse(f, "elf-too-large", at, "an ELF file needs too many versions");
		if (!elf_get(f, at, 16, &entry)) return false;
		struct rd r = rd_over(entry);
		rd_skip(&r, 2); /* version of this structure */
		uint16_t n = rd_u16(&r);
		uint32_t file = rd_u32(&r), auxiliary = rd_u32(&r), next = rd_u32(&r);
		if (!dynamic_text(f, d, file, &library)) return false;
		if (auxiliary > f->size - at) return bad_versions(f, at);
		if (!read_auxiliary(f, d, at + auxiliary, n, &total, &versions_of(f, out, library)->versions)) return false;
		if (next == 0) break;
		if (next > f->size - at) return bad_versions(f, at);
		at += next;
	}
	return true;
}

static bool read_dynamic(const struct elf_file *f, struct elf_facts *out)
{
	const struct elf_segment *s = segment(f, ELF_PT_DYNAMIC);
	struct dynamic d = { 0 };
	/* Separate debug files keep the header of a section whose bytes are elsewhere. */
	if (!s || s->size == 0) return true;
	if (!scan_dynamic(f, s, &d)) return false;
	out->has_dynamic = true;
	out->is_pie = (d.flags_1 & DF_1_PIE) != 0;
	bool texts = d.needed.n > 0 || d.has_soname || d.has_rpath || d.has_runpath || (d.has_needs && d.n_needs > 0);
	return !texts || (find_strings(f, &d) && read_texts(f, &d, out) && read_versions(f, &d, out));
}

/* --- answers --- */

bool elf_is_executable(const struct elf_facts *f)
{
	return f->type == ELF_EXEC || (f->type == ELF_DYN && (f->has_interpreter || f->is_pie));
}

/* glibc's NEWS for 2.36: "DT_RELR relative relocation format". */
#define ABI_MARK_MINOR 36

int elf_glibc_minor(const struct elf_facts *f)
{
	uint64_t highest = 0;
	bool any = false;
	for (size_t i = 0; i < f->versions.n; i++) {
		for (size_t k = 0; k < f->versions.p[i].versions.n; k++) {
			str v = f->versions.p[i].versions.p[k], minor, rest;
			uint64_t n;
			if (str_starts(v, S("GLIBC_ABI_"))) { /* names no number; the oldest, of DT_RELR, came with 2.36 */
				any = true;
				if (highest < ABI_MARK_MINOR) highest = ABI_MARK_MINOR;
			}
			if (!str_starts(v, S("GLIBC_2."))) continue;
			str_cut(str_from_pos(v, 8), '.', &minor, &rest); /* GLIBC_2.2.5 */
			if (!str_u64(minor, &n) || n > 100000) continue;
			any = true;
			if (n > highest) highest = n;
		}
	}
	return any ? (int)highest : -1;
}

static bool read_file(struct elf_file *f, struct elf_facts *out)
{
	struct elf_facts facts = { 0 };
	if (!read_header(f, &facts) || !read_interpreter(f, &facts) || !read_dynamic(f, &facts)) return false;
	facts.is_static = elf_is_executable(&facts) && !facts.has_interpreter && facts.needed.n == 0;
	elf_read_go(f, &facts);
	*out = facts;
	return true;
}

bool elf_read(struct arena *a, str bytes, str path, struct elf_facts *out, struct err *e)
{
	struct elf_file f = { .a = a, .bytes = bytes, .fd = -1, .size = bytes.n, .path = path, .e = e };
	return read_file(&f, out);
}

bool elf_read_fd(struct arena *a, int fd, str path, struct elf_facts *out, struct err *e)
{
	struct io_stat st;
	if (!io_fstat(fd, arena_cstr(a, path), &st, e)) return false;
	struct elf_file f = { .a = a, .fd = fd, .size = st.size, .path = path, .e = e };
	if (!st.is_regular) return elf_refuse(&f, "elf-magic", 0, "this is not an ELF file");
	return read_file(&f, out);
}

bool elf_read_path(struct arena *a, str path, struct elf_facts *out, struct err *e)
{
	int fd = io_open_regular(arena_cstr(a, path), true, e);
	if (fd < 0) return false;
	bool ok = elf_read_fd(a, fd, path, out, e);
	io_close(&fd);
	return ok;
}
