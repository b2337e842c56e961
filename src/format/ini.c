/* ini.c: INI files as Python's configparser reads them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lines are taken one by one. The value of the current key grows in `value`, line by line, and is stored when the next key,
 * section or the end of the text comes. */
#include "format/ini.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"

struct parser {
	struct arena *arena;
	struct ini *ini;
	str text, path;
	struct err *e;
	size_t line_offset;
	uint32_t line_number;
	size_t indent;                 /* of the line that holds the current key or section */
	struct ini_section *section;   /* NULL before the first header */
	struct ini_entry *entry;       /* NULL where no value can continue */
	struct buf value;              /* of entry */
	struct map sections;           /* names */
	struct map keys, default_keys; /* of the section and of DEFAULT, which may be opened again */
	struct map *known;
};

static bool fail(struct parser *p, const char *what, str name)
{
	err_set(p->e, ERR_FORMAT, "ini", "%s%s" STR_FMT "%s", what, name.n ? " `" : "", STR_ARG(str_slice(name, 0, 200)),
	        name.n ? "`" : "");
	err_where(p->e, STR_FMT ":%u:%zu", STR_ARG(p->path), p->line_number, p->indent + 1);
	return err_at(p->e, p->line_offset);
}

/* Stores the value that has been gathered; trailing white space goes, as configparser's rstrip does. */
static void finish_entry(struct parser *p)
{
	if (!p->entry) return;
	str value = str_trim(buf_str(&p->value));
	/* The first line is trimmed but may be empty: then the newline before the second stays. */
	if (value.n > 0) value = (str){ p->value.p, (size_t)(value.p + value.n - p->value.p) };
	p->entry->value = arena_str(p->arena, value);
	p->entry = NULL;
}

static bool open_section(struct parser *p, str name)
{
	finish_entry(p);
	if (str_eq(name, S("DEFAULT"))) {
		p->section = &p->ini->defaults;
		p->section->name = name;
		p->section->line = p->line_number;
		p->known = &p->default_keys;
		return true;
	}
	map_init(&p->keys, p->arena);
	p->known = &p->keys;
	bool added;
	void **place = map_put(&p->sections, name, &added);
	if (!added) return fail(p, "this section occurs twice:", name);
	*place = p;
	p->section = vec_push(p->arena, &p->ini->sections);
	p->section->name = name;
	p->section->line = p->line_number;
	return true;
}

/* The first of "=" and ":", or STR_NONE. */
static size_t separator(str line)
{
	size_t equals = str_chr(line, '='), colon = str_chr(str_slice(line, 0, equals), ':');
	return colon != STR_NONE ? colon : equals;
}

static bool open_entry(struct parser *p, str line)
{
	finish_entry(p);
	size_t at = separator(line);
	if (at == STR_NONE) return fail(p, "a line is neither a section, a key with `=`, nor a comment", (str){ 0 });
	str key = arena_lower(p->arena, str_trim(str_slice(line, 0, at)));
	if (key.n == 0) return fail(p, "no key stands before the separator", (str){ 0 });
	bool added;
	*map_put(p->known, key, &added) = p;
	if (!added) return fail(p, "this key occurs twice in its section:", key);
	p->entry = vec_push(p->arena, &p->section->entries);
	*p->entry = (struct ini_entry){ .key = key, .line = p->line_number };
	buf_clear(&p->value);
	buf_add_str(&p->value, str_trim(str_from_pos(line, at + 1)));
	return true;
}

/* The name in a header, or empty: everything up to the last "]", at least one character (configparser's SECTCRE). */
static str header_name(str line)
{
	size_t end = str_rchr(line, ']');
	return str_at(line, 0) == '[' && end != STR_NONE && end > 1 ? str_slice(line, 1, end) : (str){ 0 };
}

static bool read_line(struct parser *p, str line)
{
	str content = str_trim(line);
	bool comment = str_at(content, 0) == '#' || str_at(content, 0) == ';';
	if (content.n == 0 || comment) {
		if (!comment && p->entry) buf_add_char(&p->value, '\n'); /* an empty line may lie within a value */
		return true;
	}
	size_t indent = (size_t)(content.p - line.p);
	if (p->entry && indent > p->indent) {
		buf_add_char(&p->value, '\n');
		buf_add_str(&p->value, content);
		return true;
	}
	p->indent = indent;
	str name = header_name(content);
	if (name.n > 0) return open_section(p, name);
	if (!p->section) return fail(p, "a line stands before the first [section]", (str){ 0 });
	return open_entry(p, content);
}

/* The next line without its end, which is \n, \r\n or \r (Python's universal newlines). */
static bool next_line(str *rest, str *line)
{
	if (rest->n == 0) return false;
	size_t end = 0;
	while (end < rest->n && rest->p[end] != '\n' && rest->p[end] != '\r') end++;
	*line = str_slice(*rest, 0, end);
	size_t newline = str_starts(str_from_pos(*rest, end), S("\r\n")) ? 2 : end < rest->n;
	*rest = str_from_pos(*rest, end + newline);
	return true;
}

static bool read_lines(struct parser *p, str rest)
{
	str line;
	while (next_line(&rest, &line)) {
		p->line_number++;
		p->line_offset = (size_t)(line.p - p->text.p);
		if (!read_line(p, line)) return false;
	}
	finish_entry(p);
	return true;
}

bool ini_parse(struct arena *a, str text, str path, struct ini *out, struct err *e)
{
	struct ini ini = { 0 };
	struct parser p = { .arena = a, .ini = &ini, .text = text, .path = path, .e = e, .line_number = 0 };
	if (text.n > INI_INPUT_MAX || !utf8_valid(text)) {
		err_set(e, ERR_FORMAT, "ini",
		        text.n > INI_INPUT_MAX ? "an INI file must not be larger than 4 MiB" : "the text is not valid UTF-8");
		return err_where(e, STR_FMT, STR_ARG(path));
	}
	map_init(&p.sections, a);
	map_init(&p.default_keys, a);
	buf_init(&p.value, INI_INPUT_MAX);
	bool ok = read_lines(&p, str_starts(text, S("\xef\xbb\xbf")) ? str_from_pos(text, 3) : text);
	buf_release(&p.value);
	if (ok) *out = ini;
	return ok;
}

const struct ini_section *ini_section(const struct ini *ini, str name)
{
	for (size_t i = 0; i < ini->sections.n; i++)
		if (str_eq(ini->sections.p[i].name, name)) return &ini->sections.p[i];
	return NULL;
}

static const struct ini_entry *find_entry(const struct ini_section *section, str key)
{
	for (size_t i = 0; i < section->entries.n; i++)
		if (str_eq(section->entries.p[i].key, key)) return &section->entries.p[i];
	return NULL;
}

const struct ini_entry *ini_get(const struct ini *ini, str section, str key)
{
	const struct ini_section *found = ini_section(ini, section);
	const struct ini_entry *entry = found ? find_entry(found, key) : NULL;
	if (!found || entry) return entry;
	return find_entry(&ini->defaults, key);
}

void ini_lines(struct arena *a, str value, struct str_list *out)
{
	str line;
	while (str_line(&value, &line)) {
		line = str_trim(line);
		if (line.n > 0) *vec_push(a, out) = line;
	}
}
