/* elf_go.c: what the Go linker writes about a build: `.go.buildinfo`, inline format.
 * SPDX-License-Identifier: Apache-2.0
 *
 * 32 bytes of header (magic, pointer size, flags), then two texts with their length as a varint: the version, and the module
 * information between two markers of 16 bytes. Go 1.17 and older have pointers instead, which nobody needs any more.
 * A file without section headers is searched where Go itself looks: at the start of the first writable segment.
 * Source: Go's debug/buildinfo and runtime/debug.ParseBuildInfo. */
#include <string.h>

#include "base/rd.h"
#include "format/elf_internal.h"

#define MAGIC      "\xff Go buildinf:"
#define HEADER     32
#define INLINE     2 /* flag */
#define ALIGNMENT  16
#define SEARCH_MAX ((uint64_t)1 << 20)
#define FIRST_READ ((uint64_t)16 << 10)
#define NAMES_MAX  ((uint64_t)1 << 16)
#define MARKER     16

/* The section of a name; false when there is none or the table is damaged. */
static bool find_section(const struct elf_file *f, str name, uint64_t *at)
{
	str table, names;
	if (f->sections_at == 0 || f->n_sections == 0 || f->n_sections > ELF_LIST_MAX || f->names_section >= f->n_sections)
		return false;
	if (!elf_get(f, f->sections_at, (uint64_t)f->n_sections * ELF_SECTION, &table)) return false;
	struct rd r = rd_over(str_from_pos(table, (size_t)f->names_section * ELF_SECTION + 24));
	uint64_t names_at = rd_u64(&r), names_size = rd_u64(&r);
	if (names_size > NAMES_MAX || !elf_get(f, names_at, names_size, &names)) return false;
	for (uint32_t i = 0; i < f->n_sections; i++) {
		r = rd_over(str_slice(table, (size_t)i * ELF_SECTION, (size_t)(i + 1) * ELF_SECTION));
		uint32_t name_at = rd_u32(&r);
		rd_skip(&r, 20); /* type, flags, address */
		uint64_t offset = rd_u64(&r);
		str rest = str_from_pos(names, name_at);
		if (!str_starts(rest, name) || str_at(rest, name.n) != '\0' || rest.n == name.n) continue;
		*at = offset;
		return true;
	}
	return false;
}

static bool search_data(const struct elf_file *f, uint64_t *at)
{
	for (size_t i = 0; i < f->n_segments; i++) {
		const struct elf_segment *s = &f->segments[i];
		str some;
		if (s->type != ELF_PT_LOAD || !(s->flags & ELF_PF_W)) continue;
		if (!elf_get_some(f, s->offset, s->size < SEARCH_MAX ? s->size : SEARCH_MAX, &some)) return false;
		for (size_t k = 0; k + HEADER <= some.n; k += ALIGNMENT) {
			if (memcmp(some.p + k, MAGIC, sizeof MAGIC - 1) != 0) continue;
			*at = s->offset + k;
			return true;
		}
		return false;
	}
	return false;
}

/* A length as Go's encoding/binary writes it. */
static bool varint(struct rd *r, uint64_t *out)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint8_t b = rd_u8(r);
		if (r->bad) return false;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80) {
			*out = v;
			return true;
		}
	}
	return false;
}

/* *need: how many bytes there would have to be. */
static bool split(str blob, str *version, str *module, uint64_t *need)
{
	struct rd r = rd_over(blob);
	str *const texts[] = { version, module };
	rd_skip(&r, HEADER);
	*need = 0;
	for (size_t i = 0; i < 2; i++) {
		uint64_t n;
		if (!varint(&r, &n) || n > ELF_TEXT_MAX) return false;
		*need = r.at + n + 10; /* and the next length */
		*texts[i] = rd_bytes(&r, (size_t)n);
	}
	return !r.bad;
}

/* `"a b"` and `` `a b` `` as Go quotes what holds spaces; escapes other than \" and \\ stay as they are. */
static str unquote(struct arena *a, str s)
{
	if (s.n >= 2 && s.p[0] == '`' && s.p[s.n - 1] == '`') return str_slice(s, 1, s.n - 1);
	if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"') return s;
	char *p = arena_array(a, char, s.n);
	size_t n = 0;
	for (size_t i = 1; i + 1 < s.n; i++) {
		if (s.p[i] == '\\' && i + 2 < s.n && (s.p[i + 1] == '"' || s.p[i + 1] == '\\')) i++;
		p[n++] = s.p[i];
	}
	return (str){ p, n };
}

static struct elf_go_module module_of(str rest)
{
	struct elf_go_module m = { 0 };
	str_cut(rest, '\t', &m.path, &rest);
	str_cut(rest, '\t', &m.version, &m.sum);
	return m;
}

/* "-ldflags=-s -w", "\"a=b\"=c": the first "=" outside of quotes. */
static void add_setting(struct arena *a, struct elf_go *go, str text)
{
	str key, value;
	size_t from = 0;
	if (text.n > 0 && text.p[0] == '"') {
		for (from = 1; from < text.n && text.p[from] != '"'; from++)
			if (text.p[from] == '\\') from++;
	}
	if (from > text.n) from = text.n;
	size_t equals = str_chr(str_from_pos(text, from), '=');
	if (equals == STR_NONE) return;
	key = str_slice(text, 0, from + equals);
	value = str_from_pos(text, from + equals + 1);
	struct elf_go_setting *s = vec_push(a, &go->settings);
	*s = (struct elf_go_setting){ unquote(a, key), unquote(a, value) };
}

static void parse_module(struct arena *a, str text, struct elf_go *go)
{
	str line;
	while (str_line(&text, &line)) {
		str word, rest;
		if (!str_cut(line, '\t', &word, &rest)) continue;
		if (str_eq(word, S("path"))) {
			go->path = rest;
		} else if (str_eq(word, S("mod"))) {
			go->main = module_of(rest);
		} else if (str_eq(word, S("build"))) {
			add_setting(a, go, rest);
		} else if ((str_eq(word, S("dep")) || str_eq(word, S("=>"))) && go->dependencies.n < ELF_LIST_MAX) {
			struct elf_go_module *m = vec_push(a, &go->dependencies);
			*m = module_of(rest);
			m->replaced = word.p[0] == '=';
		}
	}
}

static bool read_blob(const struct elf_file *f, uint64_t at, struct elf_facts *out)
{
	str blob, version, module = { 0 };
	uint64_t need;
	if (!elf_get_some(f, at, FIRST_READ, &blob) || blob.n < HEADER) return false;
	if (memcmp(blob.p, MAGIC, sizeof MAGIC - 1) != 0 || !(blob.p[15] & INLINE)) return false;
	if (!split(blob, &version, &module, &need)) {
		if (need <= blob.n || need > 2 * ELF_TEXT_MAX) return false;
		if (!elf_get_some(f, at, 2 * ELF_TEXT_MAX, &blob) || !split(blob, &version, &module, &need)) return false;
	}
	out->go.version = version;
	if (module.n >= 2 * MARKER + 1 && module.p[module.n - MARKER - 1] == '\n')
		parse_module(f->a, str_slice(module, MARKER, module.n - MARKER), &out->go);
	return true;
}

void elf_read_go(const struct elf_file *f, struct elf_facts *out)
{
	struct err ignored = { 0 };
	struct elf_file quiet = *f;
	quiet.e = &ignored;
	uint64_t at;
	if (!elf_is_executable(out) && out->type != ELF_DYN) return;
	if (!find_section(&quiet, S(".go.buildinfo"), &at)) {
		err_clear(&ignored);
		if (!search_data(&quiet, &at)) return;
	}
	out->has_go = read_blob(&quiet, at, out);
	if (!out->has_go) memset(&out->go, 0, sizeof out->go);
}

str elf_go_setting(const struct elf_go *go, str key)
{
	for (size_t i = 0; i < go->settings.n; i++)
		if (str_eq(go->settings.p[i].key, key)) return go->settings.p[i].value;
	return (str){ 0 };
}
