/* requirements_text.c: bytes of a requirements file to logical lines.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Python's str.splitlines, str.strip and the \s of its regular expressions know more than ASCII; both sets are spelled out here
 * (Python documentation, str.splitlines; Unicode White_Space plus U+001C..U+001F). */
#include "lockfile/requirements.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"

#define VARIABLES_DISTINCT_MAX 1000

/* --- decoding --- */

static bool bad_encoding(struct err *e, str path, const char *what, str name)
{
	err_set(e, ERR_FORMAT, "requirements-encoding", "%s" STR_FMT, what, STR_ARG(str_slice(name, 0, 60)));
	if (!str_empty(path)) err_where(e, STR_FMT, STR_ARG(path));
	return err_help(e, "save the file as UTF-8");
}

static uint32_t unit(str bytes, size_t at, size_t width, bool big)
{
	uint32_t v = 0;
	for (size_t i = 0; i < width; i++) v |= (uint32_t)(unsigned char)bytes.p[at + i] << 8 * (big ? width - 1 - i : i);
	return v;
}

/* UTF-16 (width 2) and UTF-32 (width 4) to UTF-8: at most twice as long, bounded by LOCK_FILE_MAX of the input. */
static bool from_wide(struct arena *a, str bytes, str path, size_t width, bool big, str *text, struct err *e)
{
	char *out = arena_array(a, char, bytes.n * 2 + 4);
	size_t n = 0;
	for (size_t at = 0; at < bytes.n; at += width) {
		if (bytes.n - at < width) return bad_encoding(e, path, "the text ends inside a character", S(""));
		uint32_t c = unit(bytes, at, width, big);
		if (width == 2 && c >= 0xd800 && c < 0xdc00 && bytes.n - at >= 4) {
			uint32_t low = unit(bytes, at + 2, 2, big);
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				at += 2;
			}
		}
		if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return bad_encoding(e, path, "the text holds something that is no character", S(""));
		n += utf8_put(out + n, c);
	}
	*text = (str){ out, n };
	return true;
}

/* The upper half of Windows-1252 where it differs from Latin-1; 0 = undefined. */
static const uint16_t cp1252[32] = { 0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	                                 0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	                                 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178 };

enum narrow { NARROW_ASCII, NARROW_LATIN1, NARROW_CP1252 };

static bool from_narrow(struct arena *a, str bytes, str path, enum narrow kind, str *text, struct err *e)
{
	char *out = arena_array(a, char, bytes.n * 3 + 4);
	size_t n = 0;
	for (size_t i = 0; i < bytes.n; i++) {
		uint32_t c = (unsigned char)bytes.p[i];
		if (c >= 0x80 && kind == NARROW_ASCII) return bad_encoding(e, path, "the file says it is ASCII, but is not", S(""));
		if (kind == NARROW_CP1252 && c >= 0x80 && c < 0xa0) {
			c = cp1252[c - 0x80];
			if (!c) return bad_encoding(e, path, "the text holds something that is no character", S(""));
		}
		n += utf8_put(out + n, c);
	}
	*text = (str){ out, n };
	return true;
}

static bool from_utf8(str bytes, str path, str *text, struct err *e)
{
	if (utf8_valid(bytes)) return *text = bytes, true;
	size_t at = 0;
	uint32_t c, line = 1;
	while (utf8_next(bytes, &at, &c)) line += c == '\n';
	err_set(e, ERR_FORMAT, "requirements-encoding", "the file is not UTF-8");
	err_at(e, at);
	if (!str_empty(path)) err_where(e, STR_FMT ":%u", STR_ARG(path), (unsigned)line);
	return err_help(e, "save the file as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-");
}

static bool decode_named(struct arena *a, str bytes, str path, str name, str *text, struct err *e)
{
	str plain = arena_lower(a, name);
	char *p = arena_cstr(a, plain);
	for (size_t i = 0; i < plain.n; i++)
		if (p[i] == '_' || p[i] == ' ') p[i] = '-';
	plain = (str){ p, plain.n };
	static const struct {
		const char *name;
		int kind;
	} table[] = { { "utf-8", 8 },
		          { "utf8", 8 },
		          { "u8", 8 },
		          { "utf-8-sig", 8 },
		          { "cp65001", 8 },
		          { "ascii", NARROW_ASCII },
		          { "us-ascii", NARROW_ASCII },
		          { "646", NARROW_ASCII },
		          { "latin-1", NARROW_LATIN1 },
		          { "latin1", NARROW_LATIN1 },
		          { "latin", NARROW_LATIN1 },
		          { "l1", NARROW_LATIN1 },
		          { "iso-8859-1", NARROW_LATIN1 },
		          { "iso8859-1", NARROW_LATIN1 },
		          { "8859", NARROW_LATIN1 },
		          { "cp819", NARROW_LATIN1 },
		          { "cp1252", NARROW_CP1252 },
		          { "windows-1252", NARROW_CP1252 } };
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (!str_eq(plain, str_from(table[i].name))) continue;
		if (table[i].kind == 8) return from_utf8(bytes, path, text, e);
		return from_narrow(a, bytes, path, (enum narrow)table[i].kind, text, e);
	}
	return bad_encoding(e, path, "the file names an encoding that lamina does not know: ", name);
}

/* PEP 263: coding[:=]\s*([-\w.]+) in a line that begins with "#". */
static bool coding_comment(str line, str *name)
{
	if (str_at(line, 0) != '#') return false;
	for (size_t i = 0; i + 7 <= line.n; i++) {
		if (memcmp(line.p + i, "coding", 6) != 0 || (line.p[i + 6] != ':' && line.p[i + 6] != '=')) continue;
		size_t from = i + 7;
		while (from < line.n && ascii_space(line.p[from])) from++;
		size_t to = from;
		while (to < line.n && (ascii_alnum(line.p[to]) || line.p[to] == '-' || line.p[to] == '_' || line.p[to] == '.')) to++;
		if (to > from) return *name = str_slice(line, from, to), true;
	}
	return false;
}

bool requirements_decode(struct arena *a, str bytes, str path, str *text, struct err *e)
{
	/* The order matters: the mark of UTF-16-LE begins that of UTF-32-LE. */
	if (str_starts(bytes, S("\xef\xbb\xbf"))) return from_utf8(str_from_pos(bytes, 3), path, text, e);
	if (str_starts(bytes, S("\xff\xfe\0\0"))) return from_wide(a, str_from_pos(bytes, 4), path, 4, false, text, e);
	if (str_starts(bytes, S("\0\0\xfe\xff"))) return from_wide(a, str_from_pos(bytes, 4), path, 4, true, text, e);
	if (str_starts(bytes, S("\xff\xfe"))) return from_wide(a, str_from_pos(bytes, 2), path, 2, false, text, e);
	if (str_starts(bytes, S("\xfe\xff"))) return from_wide(a, str_from_pos(bytes, 2), path, 2, true, text, e);
	str rest = bytes, line, name;
	for (int i = 0; i < 2; i++) {
		bool more = str_cut(rest, '\n', &line, &rest);
		if (coding_comment(line, &name)) return decode_named(a, bytes, path, name, text, e);
		if (!more) break;
	}
	return from_utf8(bytes, path, text, e);
}

/* --- characters --- */

/* Bytes of the white space character at i, or 0. */
static size_t space_at(str s, size_t i)
{
	unsigned char c = (unsigned char)str_at(s, i);
	if (i >= s.n) return 0;
	if (c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f)) return 1;
	unsigned char c1 = (unsigned char)str_at(s, i + 1), c2 = (unsigned char)str_at(s, i + 2);
	if (c == 0xc2 && (c1 == 0x85 || c1 == 0xa0)) return 2;
	if (c == 0xe1 && c1 == 0x9a && c2 == 0x80) return 3;
	if (c == 0xe2 && c1 == 0x80 && ((c2 >= 0x80 && c2 <= 0x8a) || c2 == 0xa8 || c2 == 0xa9 || c2 == 0xaf)) return 3;
	if (c == 0xe2 && c1 == 0x81 && c2 == 0x9f) return 3;
	if (c == 0xe3 && c1 == 0x80 && c2 == 0x80) return 3;
	return 0;
}

static size_t space_before(str s, size_t end)
{
	for (size_t n = 1; n <= 3 && n <= end; n++)
		if (space_at(str_slice(s, 0, end), end - n) == n) return n;
	return 0;
}

static str strip(str s)
{
	size_t n, from = 0, to = s.n;
	while ((n = space_at(s, from))) from += n;
	while (to > from && (n = space_before(s, to))) to -= n;
	return str_slice(s, from, to);
}

/* Bytes of the line boundary at i, or 0. */
static size_t boundary_at(str s, size_t i)
{
	unsigned char c = (unsigned char)s.p[i];
	if (c == '\r') return str_at(s, i + 1) == '\n' ? 2 : 1;
	if (c == '\n' || c == 0x0b || c == 0x0c || (c >= 0x1c && c <= 0x1e)) return 1;
	if (c == 0xc2 && (unsigned char)str_at(s, i + 1) == 0x85) return 2;
	if (c == 0xe2 && (unsigned char)str_at(s, i + 1) == 0x80 &&
	    ((unsigned char)str_at(s, i + 2) == 0xa8 || (unsigned char)str_at(s, i + 2) == 0xa9))
		return 3;
	return 0;
}

static bool next_physical(str *rest, str *line)
{
	if (str_empty(*rest)) return false;
	for (size_t i = 0; i < rest->n; i++) {
		size_t n = boundary_at(*rest, i);
		if (!n) continue;
		*line = str_slice(*rest, 0, i);
		*rest = str_from_pos(*rest, i + n);
		return true;
	}
	*line = *rest;
	*rest = (str){ 0 };
	return true;
}

static bool is_comment(str line)
{
	size_t n, i = 0;
	while ((n = space_at(line, i))) i += n;
	return str_at(line, i) == '#' && i < line.n;
}

static str without_comment(str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || space_before(line, i))) return str_slice(line, 0, i);
	return line;
}

/* --- variables --- */

/* The next ${NAME}, NAME = [A-Z0-9_]+, at or after *at. */
static bool next_variable(str s, size_t *at, str *whole, str *name)
{
	for (size_t i = *at; i + 3 < s.n; i++) {
		if (s.p[i] != '$' || s.p[i + 1] != '{') continue;
		size_t end = i + 2;
		while (end < s.n && (ascii_upper(s.p[end]) || ascii_digit(s.p[end]) || s.p[end] == '_')) end++;
		if (end == i + 2 || str_at(s, end) != '}') continue;
		*whole = str_slice(s, i, end + 1);
		*name = str_slice(s, i + 2, end);
		*at = end + 1;
		return true;
	}
	return false;
}

static bool replace_all(struct arena *a, str *line, str what, str with)
{
	struct buf b;
	buf_init(&b, REQUIREMENTS_LINE_MAX);
	str rest = *line;
	for (size_t at; (at = str_find(rest, what)) != STR_NONE; rest = str_from_pos(rest, at + what.n)) {
		buf_add_str(&b, str_slice(rest, 0, at));
		buf_add_str(&b, with);
		if (b.over) break;
	}
	buf_add_str(&b, rest);
	bool fits = !b.over;
	if (fits) *line = buf_take(&b, a);
	buf_release(&b);
	return fits;
}

/* As pip does it: names are found in the line as written; an unset or empty variable stays as it is. */
static bool expand(struct arena *a, str written, const struct env *env, str *out, const char **why)
{
	struct map seen;
	str whole, name;
	size_t at = 0;
	*out = written;
	if (!env || !next_variable(written, &at, &whole, &name)) return true;
	map_init(&seen, a);
	do {
		bool added;
		map_put(&seen, name, &added);
		if (!added) continue;
		if (seen.n > VARIABLES_DISTINCT_MAX) return *why = "the line names too many variables", false;
		const char *value = env_get_nonempty(env, arena_cstr(a, name));
		if (value && !replace_all(a, out, whole, str_from(value)))
			return *why = "the line is too long once its variables are replaced", false;
	} while (next_variable(written, &at, &whole, &name));
	return true;
}

/* --- lines --- */

struct splitter {
	struct arena *a;
	const struct env *env;
	str path;
	struct requirements_text *out;
	struct buf joined;
	uint32_t first; /* line number of what is in `joined` */
	bool joining;
};

static bool line_error(struct splitter *s, uint32_t line, const char *why, struct err *e)
{
	err_set(e, ERR_FORMAT, "requirements", "%s", why);
	return err_where(e, STR_FMT ":%u", STR_ARG(s->path), (unsigned)line);
}

static bool emit(struct splitter *s, str line, uint32_t number, struct err *e)
{
	if (line.n > REQUIREMENTS_LINE_MAX) return line_error(s, number, "the line is too long", e);
	str plain = without_comment(line);
	str written = strip(plain);
	const char *why = NULL;
	if (str_empty(written)) return true;
	if (s->out->lines.n >= REQUIREMENTS_LINES_MAX) return line_error(s, number, "the file has too many lines", e);
	struct requirements_text_line l = { .line = number, .indent = (uint32_t)(written.p - line.p) };
	l.written = arena_str(s->a, written);
	if (!expand(s->a, l.written, s->env, &l.text, &why)) return line_error(s, number, why, e);
	*vec_push(s->a, &s->out->lines) = l;
	return true;
}

static bool take_line(struct splitter *s, str line, uint32_t number, struct err *e)
{
	bool comment = is_comment(line);
	if (str_ends(line, S("\\")) && !comment) {
		if (!s->joining) s->first = number;
		s->joining = true;
		while (str_starts(line, S("\\"))) line = str_from_pos(line, 1);
		while (str_ends(line, S("\\"))) line = str_slice(line, 0, line.n - 1);
		buf_add_str(&s->joined, line);
		return true;
	}
	if (!s->joining) return emit(s, line, number, e);
	/* The blank makes sure that the comment is still seen as one behind what it follows. */
	if (comment) buf_add_char(&s->joined, ' ');
	buf_add_str(&s->joined, line);
	if (s->joined.over) return line_error(s, s->first, "the line is too long", e);
	bool good = emit(s, buf_str(&s->joined), s->first, e);
	buf_clear(&s->joined);
	s->joining = false;
	return good;
}

bool requirements_split(struct arena *a, str text, str path, const struct env *env, struct requirements_text *out,
                        struct err *e)
{
	struct splitter s = { .a = a, .env = env, .path = str_empty(path) ? S("<text>") : path, .out = out };
	buf_init(&s.joined, REQUIREMENTS_LINE_MAX);
	str line;
	bool good = true;
	for (uint32_t number = 1; good && next_physical(&text, &line); number++) good = take_line(&s, line, number, e);
	if (good && s.joining) {
		good = s.joined.over ? line_error(&s, s.first, "the line is too long", e) : emit(&s, buf_str(&s.joined), s.first, e);
	}
	buf_release(&s.joined);
	return good;
}
