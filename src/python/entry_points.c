/* entry_points.c: the lines of entry_points.txt, with configparser's idea of a continued value.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One pass. An option stays open (`option`) while lines indented deeper than it follow; `tail` is the end of the last of them.
 * close_option then joins its lines, reads the object reference and appends the entry. */
#include "python/entry_points.h"

#include "base/map.h"

struct option {
	bool open;
	str name, first;   /* the value on the option's own line */
	size_t offset;     /* of the line */
	size_t body, tail; /* what may continue it: [body, tail); equal when nothing does */
};

struct parser {
	struct arena *arena;
	struct err *e;
	str text;
	size_t at;
	bool in_group;
	str group;
	size_t indent; /* of the line that opened the option or group */
	struct option option;
	struct map seen; /* groups, and group "\n" name */
	struct entry_points out;
};

static bool refuse(struct parser *p, size_t offset, const char *id, const char *what, str subject)
{
	err_set(p->e, ERR_FORMAT, id, "entry_points.txt: \"" STR_FMT "\" %s", STR_ARG(subject), what);
	return err_at(p->e, offset);
}

/* Next line without its "\n"; white space around it (a "\r" too) is trimmed by who looks at it. */
static str take_line(str text, size_t *at)
{
	str rest = str_from_pos(text, *at);
	size_t end = str_chr(rest, '\n');
	*at = end == STR_NONE ? text.n : *at + end + 1;
	return str_slice(rest, 0, end == STR_NONE ? rest.n : end);
}

static bool is_comment(str trimmed) { return !str_empty(trimmed) && (trimmed.p[0] == '#' || trimmed.p[0] == ';'); }

static bool is_word(char c) { return ascii_alnum(c) || c == '_' || c == '.' || (unsigned char)c >= 0x80; }

static size_t skip_words(str s, size_t i)
{
	while (i < s.n && is_word(s.p[i])) i++;
	return i;
}

static size_t skip_space(str s, size_t i)
{
	while (i < s.n && ascii_space(s.p[i])) i++;
	return i;
}

/* "module", "module:attr", either with "[extras]" behind: the pattern of importlib.metadata.EntryPoint. */
static void read_reference(struct entry_point *entry)
{
	str s = entry->value, attribute = { 0 }, extras = { 0 };
	size_t module_end = skip_words(s, 0), i = skip_space(s, module_end);
	if (module_end == 0) return;
	if (i < s.n && s.p[i] == ':') {
		size_t from = skip_space(s, i + 1);
		i = skip_words(s, from);
		if (i == from) return;
		attribute = str_slice(s, from, i);
		i = skip_space(s, i);
	}
	if (i < s.n) {
		str rest = str_from_pos(s, i);
		if (rest.n < 2 || rest.p[0] != '[' || rest.p[rest.n - 1] != ']' || str_chr(rest, '\n') != STR_NONE) return;
		extras = str_trim(str_slice(rest, 1, rest.n - 1));
	}
	entry->module = str_slice(s, 0, module_end);
	entry->attribute = attribute;
	entry->extras = extras;
}

/* Control characters, and those that reorder what a terminal shows (Unicode Bidi_Control). */
static bool is_unprintable(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static bool is_printable(str text)
{
	uint32_t c;
	for (size_t i = 0; i < text.n;)
		if (!utf8_next(text, &i, &c) || is_unprintable(c)) return false;
	return true;
}

static bool name_is_safe(str name)
{
	if (str_eq(name, S(".")) || str_eq(name, S(".."))) return false;
	return is_printable(name) && str_chr(name, '/') == STR_NONE && str_chr(name, '\\') == STR_NONE;
}

/* The lines of the value, trimmed and joined by "\n"; comments leave no line behind, blank lines do, but not at the end. */
static str join_value(struct parser *p)
{
	const struct option *o = &p->option;
	if (o->body == o->tail) return o->first;
	char *joined = arena_array(p->arena, char, o->first.n + 1 + (o->tail - o->body) + 1);
	size_t n = 0, at = o->body;
	for (size_t i = 0; i < o->first.n; i++) joined[n++] = o->first.p[i];
	while (at < o->tail) {
		str line = str_trim(take_line(p->text, &at));
		if (is_comment(line)) continue;
		joined[n++] = '\n';
		for (size_t i = 0; i < line.n; i++) joined[n++] = line.p[i];
	}
	return (str){ joined, n };
}

static bool close_option(struct parser *p)
{
	struct option *o = &p->option;
	if (!o->open) return true;
	o->open = false;
	if (!name_is_safe(o->name))
		return refuse(p, o->offset, "entry-point-name", "cannot be the name of an entry point", o->name);
	bool added;
	map_put(&p->seen, arena_fmt(p->arena, STR_FMT "\n" STR_FMT, STR_ARG(p->group), STR_ARG(o->name)), &added);
	if (!added) return refuse(p, o->offset, "entry-points", "occurs twice in its group", o->name);
	if (p->out.list.n == ENTRY_POINTS_COUNT_MAX)
		return refuse(p, o->offset, "entry-points", "is one entry point too many", o->name);
	struct entry_point entry = { .group = p->group, .name = o->name, .value = join_value(p) };
	read_reference(&entry);
	*vec_push(p->arena, &p->out.list) = entry;
	return true;
}

static bool open_group(struct parser *p, str name, size_t offset)
{
	bool added;
	if (!is_printable(name)) return refuse(p, offset, "entry-point-name", "cannot be the name of a group", name);
	map_put(&p->seen, name, &added);
	if (!added) return refuse(p, offset, "entry-points", "is a group that occurs twice", name);
	if (p->out.groups.n == ENTRY_POINTS_COUNT_MAX) return refuse(p, offset, "entry-points", "is one group too many", name);
	*vec_push(p->arena, &p->out.groups) = name;
	p->group = name;
	p->in_group = true;
	return true;
}

static bool open_option(struct parser *p, str trimmed, size_t offset)
{
	str name, value;
	if (!p->in_group) return refuse(p, offset, "entry-points", "stands before the first [group]", trimmed);
	if (!str_cut(trimmed, '=', &name, &value)) return refuse(p, offset, "entry-points", "has no \"=\"", trimmed);
	name = str_trim(name);
	if (str_empty(name)) return refuse(p, offset, "entry-points", "has no name before the \"=\"", trimmed);
	p->option = (struct option){ true, name, str_trim(value), offset, p->at, p->at };
	return true;
}

static bool take(struct parser *p)
{
	size_t offset = p->at;
	str line = take_line(p->text, &p->at), trimmed = str_trim(line);
	if (str_empty(trimmed) || is_comment(trimmed)) return true;
	size_t indent = skip_space(line, 0);
	if (p->option.open && indent > p->indent) {
		p->option.tail = p->at;
		return true;
	}
	if (!close_option(p)) return false;
	p->indent = indent;
	size_t bracket = trimmed.p[0] == '[' ? str_rchr(trimmed, ']') : STR_NONE;
	if (bracket != STR_NONE && bracket > 1) return open_group(p, str_slice(trimmed, 1, bracket), offset);
	return open_option(p, trimmed, offset);
}

bool entry_points_parse(struct arena *a, str text, struct entry_points *out, struct err *e)
{
	if (text.n > ENTRY_POINTS_MAX)
		return err_set(e, ERR_FORMAT, "entry-points", "entry_points.txt is larger than %zu bytes", ENTRY_POINTS_MAX);
	if (!utf8_valid(text)) return err_set(e, ERR_FORMAT, "entry-points", "entry_points.txt is not UTF-8");
	struct parser p = { .arena = a, .e = e, .text = text };
	map_init(&p.seen, a);
	while (p.at < text.n)
		if (!take(&p)) return false;
	if (!close_option(&p)) return false;
	*out = p.out;
	return true;
}
