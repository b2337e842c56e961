/* source_hatch_metadata.c: what hatchling reads of a version file, of requirements and of other fields in its own way.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "python/name.h"
#include "python/requirement.h"
#include "python/source_hatch.h"

/* --- version --- */

static bool set_version(struct source_work *w, str path, str written)
{
	struct version version;
	if (!version_parse(w->a, written, &version, w->e)) return err_where(w->e, STR_FMT, STR_ARG(path));
	w->facts.version = version_normal(w->a, &version);
	w->facts.version_written = str_trim(written);
	return true;
}

static size_t skip_blanks(str s, size_t at)
{
	while (str_at(s, at) == ' ') at++;
	return at;
}

/* Up to the quote, at least one character: the shortest. */
static bool until_quote(str line, size_t from, char quote, str *out)
{
	size_t end = str_chr(str_from_pos(line, from + 1), quote);
	if (from >= line.n || end == STR_NONE) return false;
	*out = str_slice(line, from, from + 1 + end);
	return true;
}

/* The pattern that hatchling searches for: the names in any case, at the start of a line, "=", a string, a "v" that does not count. */
static bool version_of_line(str line, str *version)
{
	size_t at = str_istarts(line, S("__version__")) ? 11 : str_istarts(line, S("version")) ? 7 : 0;
	if (at == 0) return false;
	at = skip_blanks(line, at);
	if (str_at(line, at) != '=') return false;
	at = skip_blanks(line, at + 1);
	char quote = str_at(line, at++);
	if (quote != '\'' && quote != '"') return false;
	if (ascii_tolower(str_at(line, at)) == 'v' && until_quote(line, at + 1, quote, version)) return true;
	return until_quote(line, at, quote, version);
}

static bool version_of_file(struct source_work *w, const struct hatch_section *s)
{
	str path = { 0 }, text, line, version;
	const struct toml_value *pattern = toml_get(s->table, S("pattern"));
	if (pattern && !(pattern->type == TOML_BOOL && pattern->u.boolean) &&
	    !(pattern->type == TOML_STRING && !pattern->u.string.n))
		return source_refuse(w, "[tool.hatch.version] has a regular expression of its own");
	if (!toml_want_string(s->file, s->table, "path", &path, w->e)) return false;
	if (path.n == 0) return hatch_bad_field(w, s, s->table, "[tool.hatch.version] has no `path`");
	while (str_starts(path, S("./"))) path = str_from_pos(path, 2);
	if (!source_text(w, path, &text)) return false;
	if (!source_python_plain(text))
		return source_refuse(w, STR_FMT " has bytes or line ends that are read in several ways", STR_ARG(path));
	while (str_line(&text, &line))
		if (version_of_line(line, &version)) return set_version(w, path, version);
	return source_refuse(w, STR_FMT " has no plain __version__ = \"...\"", STR_ARG(path));
}

/* The fields whose values PKG-INFO holds as [project] would. */
static bool take_field(struct source_work *w, str field, str header, str body)
{
	struct source_facts *f = &w->facts;
	struct str_list words = { 0 };
	if (str_eq(field, S("readme")) && body.n) {
		str type = source_header(w->a, header, "Description-Content-Type");
		f->description = body;
		f->description_type = type.n ? type : S("text/plain");
	} else if (str_eq(field, S("description"))) {
		f->summary = source_header(w->a, header, "Summary");
		return f->summary.n > 0;
	} else if (str_eq(field, S("classifiers"))) {
		source_headers(w->a, header, "Classifier", &f->classifiers);
		return f->classifiers.n > 0;
	} else if (str_eq(field, S("requires-python"))) {
		f->requires_python = source_header(w->a, header, "Requires-Python");
		return f->requires_python.n > 0;
	} else if (str_eq(field, S("urls"))) {
		source_headers(w->a, header, "Project-URL", &words);
		for (size_t i = 0; i < words.n; i++) {
			str label, url;
			if (!str_cut(words.p[i], ',', &label, &url)) return false;
			*vec_push(w->a, &f->urls) = arena_fmt(w->a, STR_FMT ", " STR_FMT, STR_ARG(str_trim(label)), STR_ARG(str_trim(url)));
		}
		return words.n > 0;
	} else {
		return false;
	}
	return true;
}

bool hatch_take_pkg_info(struct source_work *w, bool *open)
{
	struct str_list left = { 0 };
	str header = { 0 }, body = { 0 };
	bool found;
	if (!source_pkg_info(w, &header, &body, &found)) return false;
	for (size_t i = 0; i < w->facts.dynamic.n; i++) {
		str field = w->facts.dynamic.p[i];
		bool version = str_eq(field, S("version"));
		*open |= version && !(found && source_header(w->a, header, "Version").n);
		if (!version && found && take_field(w, field, header, body)) continue;
		*open |= !version;
		*vec_push(w->a, &left) = field;
	}
	w->facts.dynamic = left;
	return true;
}

bool hatch_read_version(struct source_work *w, const struct hatch *h)
{
	const struct toml_value *written = toml_get(w->project, S("version"));
	str source = { 0 };
	bool found;
	if (written) {
		w->facts.version_written = str_trim(written->u.string);
		return true;
	}
	if (!source_is_dynamic(w, S("version"))) return true; /* told by the caller */
	if (!source_version_of_pkg_info(w, &found)) return false;
	if (found) return true;
	if (!h->version.table) return source_refuse(w, "its version is dynamic, and there is no [tool.hatch.version]");
	if (!toml_want_string(h->version.file, h->version.table, "source", &source, w->e)) return false;
	if (source.n == 0 || str_eq(source, S("regex"))) return version_of_file(w, &h->version);
	return source_refuse(w, "its version comes from `" STR_FMT "`, which needs %s", STR_ARG(source),
	                     str_eq(source, S("vcs"))   ? "the history of version control"
	                     : str_eq(source, S("env")) ? "an environment variable"
	                                                : "its code to run");
}

/* --- requirements --- */

/* "{root:uri}", "{root:parent:uri}": the folder as an address. Without an absolute name it is the way from here. */
static bool root_address(struct source_work *w, str parts, str *out)
{
	str root = w->tree->where, part;
	bool absolute = str_starts(root, S("/")) && !w->tree->detached, uri = false;
	struct buf b;
	if (!absolute) root = S(".");
	while (absolute && root.n > 1 && str_ends(root, S("/"))) root.n--;
	while (parts.n) {
		if (!str_cut(parts, ':', &part, &parts)) parts = (str){ 0 };
		if (str_eq(part, S("uri")) && !parts.n)
			uri = true;
		else if (!str_eq(part, S("parent")))
			return false;
		else if (absolute)
			root = str_rchr(root, '/') ? str_slice(root, 0, str_rchr(root, '/')) : S("/");
		else
			root = str_eq(root, S(".")) ? S("..") : arena_join(w->a, root, S("/.."));
	}
	buf_init(&b, 4 * root.n + 16);
	if (uri) buf_add_str(&b, absolute ? S("file://") : S("file:"));
	for (size_t i = 0; i < root.n; i++) buf_add_str(&b, uri && root.p[i] == ' ' ? S("%20") : str_slice(root, i, i + 1));
	*out = buf_take(&b, w->a);
	buf_release(&b);
	return true;
}

static bool expand(struct source_work *w, str text, str *out)
{
	size_t open, close;
	struct buf b;
	*out = text;
	if (str_chr(text, '{') == STR_NONE && str_chr(text, '}') == STR_NONE) return true;
	buf_init(&b, REQUIREMENT_MAX);
	while ((open = str_chr(text, '{')) != STR_NONE && (close = str_chr(text, '}')) != STR_NONE && open < close) {
		str field = str_slice(text, open + 1, close), value;
		bool root = str_eq(field, S("root")) || str_starts(field, S("root:"));
		if (!root || !root_address(w, str_from_pos(field, 5), &value)) break;
		/* "file://{root}/..": two slashes begin a host, which "." is none of. */
		bool host = str_ends(str_slice(text, 0, open), S("file://")) && str_starts(value, S("."));
		buf_add_str(&b, str_slice(text, 0, host ? open - 2 : open));
		buf_add_str(&b, value);
		text = str_from_pos(text, close + 1);
	}
	bool done = open == STR_NONE;
	buf_add_str(&b, text);
	*out = buf_take(&b, w->a);
	buf_release(&b);
	return done || source_refuse(w, "a requirement takes a value from outside: " STR_FMT, STR_ARG(text));
}

static bool read_requirement(struct source_work *w, const struct hatch *h, const struct toml_value *at, struct requirement *q,
                             str *text)
{
	bool direct = false;
	struct err inner = { 0 };
	if (h->metadata.table && !toml_want_bool(h->metadata.file, h->metadata.table, "allow-direct-references", &direct, w->e))
		return false;
	if (!expand(w, at->u.string, text)) return false;
	if (!requirement_parse(w->a, *text, q, &inner)) return source_bad_field(w, at, "%s", inner.what);
	if (!q->url.n || direct) return true;
	return source_bad_field(w, at, "`" STR_FMT "` has an address, which hatchling wants allow-direct-references = true for",
	                        STR_ARG(q->name));
}

static bool find_extra(struct source_work *w, const struct toml_value *extras, str name, size_t *at)
{
	for (size_t i = 0; i < extras->u.table.n; i++)
		if (str_eq(name_normalize(w->a, extras->u.table.p[i].key), name)) return *at = i, true;
	return false;
}

/* One extra with those that it names through the project itself: `all = ["demo[a,b]"]`. */
static bool add_extra(struct source_work *w, const struct hatch *h, const struct toml_value *extras, size_t first)
{
	VEC(size_t) queue = { 0 };
	struct str_list seen = { 0 };
	str extra = name_normalize(w->a, extras->u.table.p[first].key), self = name_normalize(w->a, w->facts.name);
	*vec_push(w->a, &queue) = first;
	for (size_t next = 0; next < queue.n; next++) {
		const struct toml_value *list = extras->u.table.p[queue.p[next]].value;
		for (size_t i = 0; i < list->u.array.n; i++) {
			struct requirement q;
			str text;
			if (!read_requirement(w, h, list->u.array.p[i], &q, &text)) return false;
			bool own = str_eq(name_normalize(w->a, q.name), self);
			if (!own && !source_add_requirement(w, text, extra, list->u.array.p[i])) return false;
			for (size_t k = 0; own && k < q.extras.n; k++) {
				size_t found;
				str other = name_normalize(w->a, q.extras.p[k]);
				if (!find_extra(w, extras, other, &found))
					return source_bad_field(w, list->u.array.p[i], "there is no extra `" STR_FMT "`", STR_ARG(other));
				if (str_eq(other, extra))
					return source_bad_field(w, list->u.array.p[i], "the extra `" STR_FMT "` needs itself", STR_ARG(other));
				if (str_list_add_new(w->a, &seen, other)) *vec_push(w->a, &queue) = found;
			}
		}
	}
	return true;
}

static bool read_requirements(struct source_work *w, const struct hatch *h)
{
	const struct toml_value *list = toml_get(w->project, S("dependencies"));
	const struct toml_value *extras = toml_get(w->project, S("optional-dependencies"));
	bool ambiguous = false;
	if (h->metadata.table && !toml_want_bool(h->metadata.file, h->metadata.table, "allow-ambiguous-features", &ambiguous, w->e))
		return false;
	if (ambiguous) return source_refuse(w, "allow-ambiguous-features keeps extras' names as they are written");
	w->facts.requires_dist.n = 0; /* read again: with addresses, and extras that name each other */
	w->facts.normal_requirements = true;
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		struct requirement q;
		str text;
		if (!read_requirement(w, h, list->u.array.p[i], &q, &text) ||
		    !source_add_requirement(w, text, (str){ 0 }, list->u.array.p[i]))
			return false;
	}
	for (size_t i = 0; extras && i < extras->u.table.n; i++)
		if (!add_extra(w, h, extras, i)) return false;
	return true;
}

/* --- other fields --- */

/* PEP 794: "name; private"; a name that begins with "_" is private anyway. */
static bool read_import_names(struct source_work *w, const char *key, struct str_list *out)
{
	struct str_list names = { 0 };
	if (!toml_want_strings(w->a, &w->pyproject, w->project, key, false, &names, w->e)) return false;
	for (size_t i = 0; i < names.n; i++) {
		str name, rest;
		bool marked = str_cut(names.p[i], ';', &name, &rest);
		name = str_trim(name);
		if (marked && !str_eq(str_trim(rest), S("private")))
			return source_bad_field(w, toml_get(w->project, str_from(key)), "`%s`: only `; private` may follow a name", key);
		*vec_push(w->a, out) = marked || str_starts(name, S("_")) ? arena_join(w->a, name, S("; private")) : name;
	}
	return true;
}

static void unique(struct arena *a, struct str_list *list)
{
	struct str_list once = { 0 };
	str_list_sort(list);
	for (size_t i = 0; i < list->n; i++)
		if (!i || !str_eq(list->p[i], list->p[i - 1])) *vec_push(a, &once) = list->p[i];
	*list = once;
}

static str in_one_line(struct arena *a, str text)
{
	struct buf b;
	str line;
	bool first = true;
	if (str_chr(text, '\n') == STR_NONE) return text;
	buf_init(&b, text.n + 1);
	for (; str_line(&text, &line); first = false) {
		if (!first) buf_add_char(&b, ' ');
		buf_add_str(&b, line);
	}
	str out = buf_take(&b, a);
	buf_release(&b);
	return out;
}

static bool read_licences(struct source_work *w)
{
	static const char *const globs[] = { "LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*" };
	for (size_t i = 0; i < 4 && !w->facts.license_files_given; i++)
		if (!source_license_glob(w, str_from(globs[i]), false)) return false;
	return true;
}

bool hatch_read_fields(struct source_work *w, const struct hatch *h)
{
	w->facts.summary = in_one_line(w->a, w->facts.summary);
	unique(w->a, &w->facts.keywords);
	unique(w->a, &w->facts.classifiers);
	return source_sort_requires_python(w) && read_requirements(w, h) && (w->metadata_only || read_licences(w)) &&
	       read_import_names(w, "import-names", &w->facts.import_names) &&
	       read_import_names(w, "import-namespaces", &w->facts.import_namespaces);
}
