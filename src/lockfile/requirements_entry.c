/* requirements_entry.c: tells the forms of a requirement apart.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The order is pip's: a text that begins with a known URL scheme is a URL (its marker follows "; " with the blank); one that ends
 * like an archive is a path; then PEP 508; what that refuses and looks like a path ("/" inside, "." first) is a folder. */
#include "lockfile/requirements_entry.h"

#include <string.h>

#include "base/io.h"
#include "python/name.h"
#include "python/wheel_name.h"

#define PROJECT_FILE_MAX ((size_t)4 << 20)

struct entry_parser {
	struct arena *a;
	const struct requirement_line *line;
	struct requirements_entry *out;
};

str requirements_folder(const struct requirement_line *line) { return line->file.p ? path_dir(line->file) : S("."); }

static bool bad(struct entry_parser *p, struct err *e, const char *what)
{
	err_set(e, ERR_FORMAT, "requirements", "%s", what);
	return requirements_where(p->a, p->line, 0, e);
}

/* --- kinds of text --- */

static bool vcs_scheme(str scheme)
{
	static const char *const systems[] = { "git+", "hg+", "svn+", "bzr+" };
	for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
		if (str_starts(scheme, str_from(systems[i]))) return true;
	return false;
}

static str scheme_of(struct arena *a, str text)
{
	size_t n = 0;
	while (n < text.n && (ascii_alnum(text.p[n]) || text.p[n] == '+' || text.p[n] == '-' || text.p[n] == '.')) n++;
	return str_at(text, n) == ':' && n > 0 && ascii_alpha(text.p[0]) ? arena_lower(a, str_slice(text, 0, n)) : S("");
}

static bool url_scheme(str scheme)
{
	return str_eq(scheme, S("http")) || str_eq(scheme, S("https")) || str_eq(scheme, S("file")) || str_eq(scheme, S("ftp")) ||
	       vcs_scheme(scheme);
}

static bool archive_name(struct arena *a, str name)
{
	static const char *const endings[] = { ".whl", ".zip",    ".tar.gz", ".tgz", ".tar",    ".tar.bz2",
		                                   ".tbz", ".tar.xz", ".txz",    ".tlz", ".tar.lz", ".tar.lzma" };
	str lower = arena_lower(a, name.n > 300 ? str_from_pos(name, name.n - 300) : name);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_ends(lower, str_from(endings[i])) && name.n > strlen(endings[i])) return true;
	return false;
}

static bool path_like(str text) { return str_chr(text, '/') != STR_NONE || str_starts(text, S(".")); }

static bool is_wheel(str name) { return name.n > 4 && str_ieq(str_from_pos(name, name.n - 4), S(".whl")); }

/* --- fragments: #egg=NAME&subdirectory=DIR&sha256=HEX --- */

static bool fragment_value(str url, str key, str *value)
{
	size_t at = str_chr(url, '#');
	if (at == STR_NONE) return false;
	str rest = str_from_pos(url, at + 1), part;
	for (bool more = true; more;) {
		more = str_cut(rest, '&', &part, &rest);
		/* pip's expression also finds a key behind a second "#". */
		size_t hash = str_rchr(part, '#');
		if (hash != STR_NONE) part = str_from_pos(part, hash + 1);
		if (str_starts(part, key) && str_at(part, key.n) == '=') return *value = str_from_pos(part, key.n + 1), true;
	}
	return false;
}

static bool fragment_hashes(struct entry_parser *p, str url, struct err *e)
{
	static const char *const strong[] = { "sha256", "sha384", "sha512" };
	str digest, text;
	for (size_t i = 0; i < sizeof strong / sizeof *strong; i++) {
		if (!fragment_value(url, str_from(strong[i]), &digest)) continue;
		if (!reader_hash_text(p->a, str_from(strong[i]), digest, &text, e)) return requirements_where(p->a, p->line, 0, e);
		str_list_add_new(p->a, &p->out->hashes, text);
	}
	return true;
}

/* --- names --- */

static bool want_name(struct entry_parser *p, str name, struct err *e)
{
	if (str_empty(p->out->name)) {
		p->out->name = name_normalize(p->a, name);
		return true;
	}
	if (name_same(p->out->name, name)) return true;
	err_set(e, ERR_FORMAT, "requirements", "the requirement is for `" STR_FMT "`, but the file is of `" STR_FMT "`",
	        STR_ARG(p->out->name), STR_ARG(name));
	return requirements_where(p->a, p->line, 0, e);
}

/* A folder's own name: its project file says it, else the folder is called so. Only the file beside is read. */
static str folder_project(struct arena *a, str folder)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	str path = path_join(a, folder, S("pyproject.toml")), text;
	struct toml_document d;
	if (io_stat(arena_cstr(a, path), &st, &ignored) && st.is_regular &&
	    io_read_file(a, arena_cstr(a, path), PROJECT_FILE_MAX, &text, &ignored) && toml_parse(a, text, path, &d, &ignored)) {
		const struct toml_value *name = toml_at(d.root, "project.name");
		if (!name) name = toml_at(d.root, "tool.poetry.name");
		if (name && name->type == TOML_STRING && name_valid(name->u.string)) return name->u.string;
	}
	return path_base(path_clean(a, folder));
}

/* --- direct files --- */

static bool take_archive(struct entry_parser *p, str name, struct err *e)
{
	struct locked_file *f = &p->out->file;
	struct err inner = { 0 };
	f->file = name;
	if (is_wheel(name)) {
		struct wheel_name w;
		if (!wheel_name_parse(p->a, name, &w, &inner)) {
			requirements_hide(&p->line->source, &inner, e);
			return requirements_where(p->a, p->line, 0, e);
		}
		f->kind = LOCKED_WHEEL;
		p->out->version = w.version;
		return want_name(p, w.name, e);
	}
	struct sdist_name s;
	f->kind = LOCKED_ARCHIVE;
	if (sdist_name_parse(p->a, name, &s, &inner)) {
		if (str_empty(p->out->name)) p->out->name = s.name;
		if (name_same(p->out->name, s.name)) p->out->version = s.version;
	}
	if (str_empty(p->out->name)) return bad(p, e, "the name of the project cannot be told from this file: write NAME @ URL");
	return true;
}

static bool take_path(struct entry_parser *p, str path, struct err *e)
{
	struct locked_file *f = &p->out->file;
	p->out->direct = true;
	f->path = path;
	f->editable = p->line->editable;
	if (archive_name(p->a, path)) return take_archive(p, path_base(path), e);
	f->kind = LOCKED_DIRECTORY;
	str name = folder_project(p->a, path_join(p->a, requirements_folder(p->line), path));
	if (!str_empty(p->out->name)) return true;
	if (!name_valid(name)) return bad(p, e, "the name of the project in this folder cannot be told: write NAME @ file:///PATH");
	return want_name(p, name, e);
}

/* git+https://host/path@REF#...: the reference follows the last "@" of the path. */
static str vcs_reference(str url)
{
	str plain = str_slice(url, 0, str_chr(url, '#'));
	size_t host = str_find(plain, S("://"));
	str rest = host == STR_NONE ? plain : str_from_pos(plain, host + 3);
	size_t slash = str_chr(rest, '/');
	if (slash == STR_NONE) return (str){ 0 };
	size_t at = str_rchr(rest, '@');
	return at == STR_NONE || at < slash ? (str){ 0 } : str_from_pos(rest, at + 1);
}

static bool take_url(struct entry_parser *p, str url, struct err *e)
{
	struct locked_file *f = &p->out->file;
	str egg, local, scheme = scheme_of(p->a, url);
	p->out->direct = true;
	f->url = url;
	f->editable = p->line->editable;
	fragment_value(url, S("subdirectory"), &f->subdirectory);
	if (!url_scheme(scheme)) return bad(p, e, "this is no URL of a file or of version control");
	if (fragment_value(url, S("egg"), &egg)) {
		size_t bracket = str_chr(egg, '[');
		egg = str_slice(egg, 0, bracket);
		if (!name_valid(egg)) return bad(p, e, "what follows #egg= is not the name of a project");
		if (str_empty(p->out->name)) p->out->name = name_normalize(p->a, egg);
	}
	if (vcs_scheme(scheme)) {
		f->kind = LOCKED_VCS;
		f->vcs_reference = vcs_reference(url);
		if (str_empty(p->out->name)) return bad(p, e, "the name of the project is missing: write NAME @ URL");
		return true;
	}
	if (!fragment_hashes(p, url, e)) return false;
	str name = reader_url_file(p->a, url);
	if (str_eq(scheme, S("file"))) {
		if (!url_local_path(p->a, url, &local)) return bad(p, e, "a file: URL names this computer only");
		/* "file:../lib" is a path, seen from the folder of the file that it stands in. */
		if (!path_is_absolute(local)) f->url = (str){ 0 };
		if (!archive_name(p->a, local)) return take_path(p, local, e);
		f->path = local;
	}
	return take_archive(p, name, e);
}

/* --- forms --- */

static bool take_extras(struct entry_parser *p, const struct str_list *extras)
{
	reader_normalize_names(p->a, extras, &p->out->extras);
	return true;
}

/* "PATH[extras]": the extras are parsed as those of a requirement. */
static bool strip_extras(struct entry_parser *p, str *text, struct err *e)
{
	size_t open = str_rchr(*text, '[');
	if (!str_ends(*text, S("]")) || open == STR_NONE || open == 0 || open + 2 >= text->n) return true;
	str list = arena_join(p->a, S("placeholder"), str_from_pos(*text, open));
	struct requirement r = { 0 };
	struct err inner = { 0 };
	if (!requirement_parse(p->a, list, &r, &inner)) return bad(p, e, "the extras behind the path are not valid");
	*text = str_trim(str_slice(*text, 0, open));
	return take_extras(p, &r.extras);
}

static bool take_marker(struct entry_parser *p, str marker, struct err *e)
{
	struct err inner = { 0 };
	marker = str_trim(marker);
	if (str_empty(marker)) return true;
	if (marker_parse(p->a, marker, &p->out->marker, &inner)) return true;
	requirements_hide(&p->line->source, &inner, e);
	size_t start = str_find(p->line->text, marker);
	return requirements_where(p->a, p->line, (start == STR_NONE ? 0 : start) + (inner.has_offset ? inner.offset : 0), e);
}

static bool take_pep508(struct entry_parser *p, const struct requirement *r, struct err *e)
{
	p->out->name = name_normalize(p->a, r->name);
	p->out->specifier = r->specifier;
	p->out->marker = r->marker;
	take_extras(p, &r->extras);
	return str_empty(r->url) || take_url(p, r->url, e);
}

static bool take_editable(struct entry_parser *p, struct err *e)
{
	str text = p->line->text;
	struct requirement r = { 0 };
	struct err inner = { 0 };
	if (requirement_parse(p->a, text, &r, &inner) && !str_empty(r.url)) return take_pep508(p, &r, e);
	if (url_scheme(scheme_of(p->a, text))) {
		if (str_istarts(text, S("file:")) && !strip_extras(p, &text, e)) return false;
		return take_url(p, text, e);
	}
	if (!strip_extras(p, &text, e)) return false;
	return take_path(p, text, e);
}

static bool take_plain(struct entry_parser *p, struct err *e)
{
	str text = p->line->text, head, marker = { 0 };
	struct requirement r = { 0 };
	struct err inner = { 0 };
	if (url_scheme(scheme_of(p->a, text))) {
		size_t at = str_find(text, S("; "));
		head = str_trim(str_slice(text, 0, at));
		if (at != STR_NONE) marker = str_from_pos(text, at + 1);
		return take_marker(p, marker, e) && take_url(p, head, e);
	}
	str_cut(text, ';', &head, &marker);
	head = str_trim(head);
	str bare = head;
	if (str_ends(head, S("]"))) bare = str_trim(str_slice(head, 0, str_rchr(head, '[')));
	bool archive = archive_name(p->a, bare) && str_chr(bare, '@') == STR_NONE;
	if (!archive && requirement_parse(p->a, text, &r, &inner)) return take_pep508(p, &r, e);
	if (archive || (path_like(head) && str_chr(head, '@') == STR_NONE && str_find(head, S("://")) == STR_NONE))
		return take_marker(p, marker, e) && strip_extras(p, &head, e) && take_path(p, head, e);
	requirements_hide(&p->line->source, &inner, e);
	if (str_chr(head, '=') != STR_NONE && !str_contains(head, S("==")) && !str_contains(head, S("~=")) &&
	    !str_contains(head, S("<=")) && !str_contains(head, S(">=")) && !str_contains(head, S("!=")))
		err_help(e, "did you mean == ?");
	return requirements_where(p->a, p->line, inner.has_offset ? inner.offset : 0, e);
}

/* What compares two strings can be read, but not be evaluated: pip stops there as well. */
static bool check_marker(struct entry_parser *p, struct err *e)
{
	struct err inner = { 0 };
	if (marker_check(p->out->marker, &inner)) return true;
	requirements_hide(&p->line->source, &inner, e);
	return requirements_where(p->a, p->line, 0, e);
}

static bool check_constraint(struct entry_parser *p, struct err *e)
{
	if (!p->line->constraint) return true;
	if (p->line->editable) return bad(p, e, "a constraint cannot be editable");
	if (p->out->extras.n) return bad(p, e, "a constraint cannot have extras");
	return true;
}

bool requirements_entry_from(struct arena *a, const struct requirement_line *line, struct requirements_entry *out,
                             struct err *e)
{
	struct requirements_entry entry = { .line = line };
	struct entry_parser p = { a, line, &entry };
	if (!(line->editable ? take_editable(&p, e) : take_plain(&p, e))) return false;
	if (!check_constraint(&p, e) || !check_marker(&p, e)) return false;
	for (size_t i = 0; i < line->hashes.n; i++) {
		str algorithm, hex, text;
		str_cut(line->hashes.p[i], ':', &algorithm, &hex);
		if (!reader_hash_text(a, algorithm, hex, &text, e)) return requirements_where(a, line, 0, e);
		str_list_add_new(a, &entry.hashes, text);
	}
	*out = entry;
	return true;
}
