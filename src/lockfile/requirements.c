/* requirements.c: requirements files and the files that they include.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `-r` and `-c` are followed at their place. A file that includes itself, directly or through others, is an error; one that is
 * included twice side by side is read twice, as pip does. What options of several lines mean together is pip's too: `-i` replaces
 * all indexes named before it, `--no-index` drops them and silences later ones, of a line with several `-f` the first counts. */
#include "lockfile/requirements.h"

#include <string.h>

#include "base/io.h"
#include "lockfile/reader.h"
#include "python/name.h"

struct frame {
	const struct frame *parent;
	str path; /* cleaned; p == NULL for text without a file */
};

struct parser {
	struct arena *a;
	const struct requirements_request *request;
	struct requirements *out;
	struct sha256_stream digest;
	size_t files, lines;
	struct str_list no_binary, only_binary;
};

bool requirements_where(struct arena *a, const struct requirement_line *line, size_t at, struct err *e)
{
	const struct requirements_text_line *l = &line->source;
	str shown = url_masked(a, l->written);
	bool exact = str_eq(l->written, l->text) && shown.n == l->written.n;
	size_t start = exact && !str_empty(line->text) ? str_find(l->written, line->text) : STR_NONE;
	uint32_t column = 1;
	size_t pos = 0, end = 0;
	uint32_t c;
	if (start != STR_NONE) end = start + at;
	if (end > shown.n) end = shown.n;
	while (pos < end && utf8_next(shown, &pos, &c)) column++;
	str file = str_empty(line->file) ? S("<text>") : line->file;
	err_where(e, STR_FMT ":%u:%u", STR_ARG(file), (unsigned)l->line, (unsigned)(column + l->indent));
	/* A long line is shown around the place; column is then relative to the part. */
	size_t from = end > 60 ? end - 60 : 0;
	while (from > 0 && ((unsigned char)shown.p[from] & 0xc0) == 0x80) from--;
	str part = str_slice(shown, from, from + 120);
	uint32_t spaces = 0;
	for (pos = from; pos < end && utf8_next(shown, &pos, &c);) spaces++;
	return err_why(e, STR_FMT "\n%*s^", STR_ARG(part), (int)spaces, "");
}

/* An error text may quote what a variable held: then only that it failed is told. */
void requirements_hide(const struct requirements_text_line *l, const struct err *inner, struct err *e)
{
	if (str_eq(l->text, l->written))
		*e = *inner;
	else
		err_set(e, inner->code, inner->id, "the line is not valid once its variables are replaced");
}

static bool line_failed(struct parser *p, str file, const struct requirements_text_line *l, struct err *e)
{
	struct requirement_line line = { .file = file, .source = *l };
	return requirements_where(p->a, &line, 0, e);
}

static bool too_much(const char *what, str path, struct err *e)
{
	err_set(e, ERR_FORMAT, "too-large", "%s", what);
	return err_where(e, STR_FMT, STR_ARG(path));
}

/* --- options of a line that has no requirement --- */

static void list_remove(struct str_list *list, str s)
{
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++)
		if (!str_eq(list->p[i], s)) list->p[n++] = list->p[i];
	list->n = n;
}

/* pip's FormatControl.handle_mutual_excludes. */
static bool take_binary(struct parser *p, str value)
{
	struct str_list *target = value.p[0] == '-' ? &p->no_binary : &p->only_binary;
	struct str_list *other = value.p[0] == '-' ? &p->only_binary : &p->no_binary;
	str rest = str_from_pos(value, 1), name;
	size_t all;
	/* What stands before the last ":all:" is without effect; ":all:" alone covers names after it unless ":none:" follows. */
	for (;;) {
		all = STR_NONE;
		for (size_t at = 0; at <= rest.n;) {
			size_t comma = str_chr(str_from_pos(rest, at), ',');
			size_t end = comma == STR_NONE ? rest.n : at + comma;
			if (str_eq(str_slice(rest, at, end), S(":all:"))) {
				all = end;
				break;
			}
			at = end + 1;
		}
		if (all == STR_NONE) break;
		other->n = target->n = 0;
		str_list_add_new(p->a, target, S(":all:"));
		bool none = false;
		str tail = all < rest.n ? str_from_pos(rest, all + 1) : S("");
		for (str t = tail; !none && !str_empty(t);) {
			str_cut(t, ',', &name, &t);
			none = str_eq(name, S(":none:"));
		}
		if (!none) return true;
		rest = tail;
	}
	do {
		bool more = str_cut(rest, ',', &name, &rest);
		if (target->n >= REQUIREMENTS_NAMES_MAX) return false;
		if (str_eq(name, S(":none:"))) {
			target->n = 0;
		} else {
			str normal = name_normalize(p->a, name);
			list_remove(other, normal);
			str_list_add_new(p->a, target, normal);
		}
		if (!more) return true;
	} while (true);
}

static void take_find_links(struct parser *p, str value, str file)
{
	*vec_push(p->a, &p->out->find_links_as_written) = value;
	str joined = value;
	if (!str_contains(value, S("://")) && !str_istarts(value, S("file:"))) {
		str folder = file.p ? path_dir(file) : p->request->directory;
		str there = path_join(p->a, folder, value);
		struct io_stat st = { 0 };
		struct err ignored = { 0 };
		if (io_stat(arena_cstr(p->a, there), &st, &ignored) && st.exists) joined = there;
	}
	*vec_push(p->a, &p->out->options.find_links) = joined;
}

static void take_options(struct parser *p, const struct requirements_line_options *o, str file)
{
	struct lock_options *out = &p->out->options;
	if (o->no_index) {
		out->no_index = true;
		out->index_url = (str){ 0 };
		out->extra_index_urls.n = 0;
	}
	if (!str_empty(o->index_url) && !out->no_index) {
		out->index_url = o->index_url;
		out->extra_index_urls.n = 0;
	}
	for (size_t i = 0; i < o->extra_index_urls.n && !out->no_index; i++)
		*vec_push(p->a, &out->extra_index_urls) = o->extra_index_urls.p[i];
	if (o->find_links.n) take_find_links(p, o->find_links.p[0], file);
	for (size_t i = 0; i < o->trusted_hosts.n; i++) str_list_add_new(p->a, &out->trusted_hosts, o->trusted_hosts.p[i]);
	out->pre |= o->pre;
	out->prefer_binary |= o->prefer_binary;
	out->require_hashes |= o->require_hashes;
	p->out->no_require_hashes |= o->no_require_hashes;
}

/* --- files --- */

static bool parse_file(struct parser *p, str path, const struct frame *parent, size_t depth, bool constraint, struct err *e);

static bool is_pylock(str path)
{
	size_t bracket = str_chr(path, '[');
	return lock_format_sniff(str_slice(path, 0, bracket), S("")) == LOCK_FORMAT_PYLOCK;
}

static bool nested(struct parser *p, const struct frame *frame, size_t depth, str name, bool constraint,
                   const struct requirements_text_line *l, struct err *e)
{
	str local, folder = frame->path.p ? path_dir(frame->path) : p->request->directory;
	if (str_istarts(name, S("http:")) || str_istarts(name, S("https:"))) {
		err_set(e, ERR_FORMAT, "requirements-remote", "requirements files are not read from the network");
		line_failed(p, frame->path, l, e);
		return err_help(e, "download the file and include the copy");
	}
	if (!url_local_path(p->a, name, &local)) local = path_join(p->a, folder, name);
	local = path_clean(p->a, local);
	if (!constraint && is_pylock(local)) {
		struct requirement_line *line = vec_push(p->a, &p->out->lines);
		*line = (struct requirement_line){ .text = local, .pylock = true, .file = frame->path, .source = *l };
		return true;
	}
	for (const struct frame *f = frame; f; f = f->parent) {
		if (!f->path.p || !str_eq(f->path, local)) continue;
		err_set(e, ERR_FORMAT, "requirements-recursion", STR_FMT " includes itself", STR_ARG(local));
		return line_failed(p, frame->path, l, e);
	}
	struct io_stat st = { 0 };
	if (!io_stat(arena_cstr(p->a, local), &st, e)) return line_failed(p, frame->path, l, e);
	if (st.exists && !st.is_regular) {
		/* What somebody else wrote must not make us wait for a pipe or read a device. */
		err_set(e, ERR_FORMAT, "requirements", STR_FMT " is no regular file", STR_ARG(local));
		return line_failed(p, frame->path, l, e);
	}
	if (!st.exists) {
		err_set(e, ERR_IO, "not-found", "there is no file `" STR_FMT "`", STR_ARG(local));
		return line_failed(p, frame->path, l, e);
	}
	return parse_file(p, local, frame, depth + 1, constraint, e);
}

static bool parse_line(struct parser *p, const struct frame *frame, size_t depth, bool constraint,
                       const struct requirements_text_line *l, struct err *e)
{
	/* Everything before the first blank-separated word that begins with "-". */
	size_t at = 0;
	while (at < l->text.n && !(l->text.p[at] == '-' && (at == 0 || l->text.p[at - 1] == ' '))) at++;
	str requirement = str_trim(str_slice(l->text, 0, at));
	struct requirements_words words = { 0 };
	struct requirements_line_options o = { 0 };
	if (at < l->text.n) {
		struct err inner = { 0 };
		if (!requirements_shell_split(p->a, str_from_pos(l->text, at), &words, &inner) ||
		    !requirements_options_parse(p->a, &words, &o, &inner)) {
			requirements_hide(l, &inner, e);
			return line_failed(p, frame->path, l, e);
		}
	}
	for (size_t i = 0; i < o.binary.n; i++)
		if (!take_binary(p, o.binary.p[i])) return too_much("too many names after --no-binary, --only-binary", frame->path, e);
	if (p->out->options.trusted_hosts.n > REQUIREMENTS_NAMES_MAX) return too_much("too many trusted hosts", frame->path, e);
	if (str_empty(requirement) && !o.editables.n) {
		if (o.requirements.n) return nested(p, frame, depth, o.requirements.p[0], false, l, e);
		if (o.constraints.n) return nested(p, frame, depth, o.constraints.p[0], true, l, e);
		take_options(p, &o, frame->path);
		return true;
	}
	struct requirement_line *line = vec_push(p->a, &p->out->lines);
	*line =
	    (struct requirement_line){ .constraint = constraint, .editable = o.editables.n > 0, .file = frame->path, .source = *l };
	line->text = str_empty(requirement) ? o.editables.p[0] : requirement;
	if (!line->editable) line->hashes = o.hashes;
	return true;
}

static bool parse_text(struct parser *p, str text, const struct frame *frame, size_t depth, bool constraint, struct err *e)
{
	struct requirements_text lines = { 0 };
	if (!requirements_decode(p->a, text, frame->path, &text, e)) return false;
	if (!requirements_split(p->a, text, frame->path, p->request->env, &lines, e)) return false;
	p->lines += lines.lines.n;
	if (p->lines > REQUIREMENTS_LINES_MAX) return too_much("the requirements files have too many lines", frame->path, e);
	for (size_t i = 0; i < lines.lines.n; i++)
		if (!parse_line(p, frame, depth, constraint, &lines.lines.p[i], e)) return false;
	return true;
}

static bool parse_file(struct parser *p, str path, const struct frame *parent, size_t depth, bool constraint, struct err *e)
{
	struct frame frame = { parent, path };
	str text;
	if (depth > REQUIREMENTS_DEPTH_MAX) return too_much("requirements files include each other too deeply", path, e);
	if (++p->files > REQUIREMENTS_FILES_MAX) return too_much("too many requirements files are included", path, e);
	if (!io_read_file(p->a, arena_cstr(p->a, path), LOCK_FILE_MAX, &text, e)) return false;
	str_list_add_new(p->a, &p->out->inputs, path);
	sha256_update(&p->digest, text.p, text.n);
	return parse_text(p, text, &frame, depth, constraint, e);
}

static bool parse_given_text(struct parser *p, str path, struct err *e)
{
	struct frame frame = { NULL, path };
	sha256_update(&p->digest, p->request->text.p, p->request->text.n);
	if (path.p) str_list_add_new(p->a, &p->out->inputs, path);
	return parse_text(p, p->request->text, &frame, 0, false, e);
}

bool requirements_parse(struct arena *a, const struct requirements_request *request, struct requirements *out, struct err *e)
{
	struct requirements result = { 0 };
	struct parser p = { .a = a, .request = request, .out = &result };
	sha256_begin(&p.digest);
	if (request->text_only && !parse_given_text(&p, (str){ 0 }, e)) return false;
	for (size_t i = 0; i < request->paths.n; i++) {
		/* The first path stays as it was given: it is what messages and results name. */
		str path = request->paths.p[i];
		bool good = i == 0 && request->text.p ? parse_given_text(&p, path, e) : parse_file(&p, path, NULL, 0, false, e);
		if (!good) return false;
	}
	sha256_end(&p.digest, &result.digest);
	str_list_sort(&p.no_binary);
	str_list_sort(&p.only_binary);
	result.options.no_binary = p.no_binary;
	result.options.only_binary = p.only_binary;
	*out = result;
	return true;
}
