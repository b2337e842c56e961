/* wants_setuptools.c: setup.cfg and [tool.setuptools.dynamic].
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/wants_setuptools.h"

#include "base/io.h"
#include "format/ini.h"
#include "python/name.h"

/* A text in which requirements stand; where they stand is found by looking for them. */
struct place {
	struct toml_document d; /* text and path only: for messages */
	size_t at;              /* from here on */
	struct line_cursor lines;
};

struct cfg {
	struct wants_reader *r;
	str path, text, folder;
	struct ini ini;
	size_t steps;
};

static bool bad_at(const struct place *x, size_t at, struct err *e, const struct err *inner, const char *help)
{
	err_set(e, ERR_FORMAT, "project-field", "%s", inner->what);
	toml_where(e, &x->d, at);
	return err_help(e, "%s", inner->help[0] ? inner->help : help);
}

static size_t line_offset(str text, uint32_t line)
{
	size_t at = 0;
	for (uint32_t i = 1; i < line && at < text.n; i++) {
		size_t end = str_chr(str_from_pos(text, at), '\n');
		at = end == STR_NONE ? text.n : at + end + 1;
	}
	return at;
}

/* --- one requirement --- */

static bool take_text(struct wants_reader *r, struct place *x, str text, const struct want *as, size_t *steps, struct err *e)
{
	struct requirement q;
	struct want w = *as;
	struct err inner = { 0 };
	size_t found = str_find(str_from_pos(x->d.text, x->at), text), at = found == STR_NONE ? x->at : x->at + found;
	static const char help[] = "a requirement looks like: name[extra]>=1.0,<2; python_version >= '3.10'";
	if (!wants_step(r, steps, x->d.path, e)) return false;
	if (!requirement_parse(r->a, text, &q, &inner) || !marker_check(q.marker, &inner))
		return bad_at(x, at + (inner.has_offset ? (size_t)inner.offset : 0), e, &inner, help);
	wants_fill(r->a, &q, &w);
	w.from_file = x->d.path;
	w.line = reader_line(&x->lines, x->d.text, at);
	x->at = at + (found == STR_NONE ? 0 : text.n);
	if (!str_empty(q.url) && !wants_take_url(r, x->d.path, text, &w, &inner)) return bad_at(x, at, e, &inner, help);
	return wants_add(r, &w, e);
}

/* A file of `file:`: a requirement a line, "#" begins a comment, "\" joins. No options: this is no requirements file of pip. */
static bool take_file(struct wants_reader *r, str folder, str name, const struct want *as, size_t *steps, struct err *e)
{
	str path = path_join(r->a, folder, name), rest, line, joined = S("");
	struct place x = { .d = { .path = path } };
	if (!io_read_file(r->a, arena_cstr(r->a, path), WANTS_FILE_MAX, &x.d.text, e)) return false;
	str_list_add_new(r->a, &r->out->inputs, path);
	rest = x.d.text;
	while (str_line(&rest, &line)) {
		line = str_trim(line);
		if (str_starts(line, S("#")) || (str_empty(line) && str_empty(joined))) continue;
		size_t comment = str_find(line, S(" #"));
		line = str_trim(str_slice(line, 0, comment));
		bool more = str_ends(line, S("\\"));
		if (more) line = str_trim(str_slice(line, 0, line.n - 1));
		line = joined.n ? arena_fmt(r->a, STR_FMT " " STR_FMT, STR_ARG(joined), STR_ARG(line)) : line;
		joined = more ? line : S("");
		if (line.n > REQUIREMENT_MAX) return err_set(e, ERR_FORMAT, "too-large", "the requirement is too long");
		if (!more && line.n && !take_text(r, &x, line, as, steps, e)) {
			if (str_starts(line, S("-"))) err_help(e, "setuptools takes no options of pip here");
			return false;
		}
	}
	return true;
}

/* --- setup.cfg --- */

static const struct ini_entry *entry_of(const struct cfg *c, const char *key)
{
	const struct ini_section *s = ini_section(&c->ini, S("options"));
	for (size_t i = 0; s && i < s->entries.n; i++) {
		str have = s->entries.p[i].key, want = str_from(key);
		bool same = have.n == want.n;
		for (size_t j = 0; same && j < have.n; j++) same = have.p[j] == want.p[j] || (have.p[j] == '-' && want.p[j] == '_');
		if (same) return &s->entries.p[i];
	}
	return NULL;
}

/* Lines, or what ";" separates when there is one line only; or `file: a.txt, b.txt`. */
static bool take_entry(struct cfg *c, const struct ini_entry *entry, const struct want *as, struct err *e)
{
	struct place x = { .d = { .text = c->text, .path = c->path }, .at = line_offset(c->text, entry->line) };
	str rest = str_trim(entry->value), part;
	bool file = str_starts(rest, S("file:"));
	if (file) rest = str_from_pos(rest, 5);
	char separator = str_chr(rest, '\n') != STR_NONE ? '\n' : file ? ',' : ';';
	for (bool more = true; more;) {
		more = str_cut(rest, separator, &part, &rest);
		part = str_trim(part);
		if (str_empty(part) || str_starts(part, S("#"))) continue;
		bool good = file ? take_file(c->r, c->folder, part, as, &c->steps, e) : take_text(c->r, &x, part, as, &c->steps, e);
		if (!good) return separator == ';' ? err_help(e, "put each requirement on a line of its own, below the key") : false;
	}
	return true;
}

static bool take_python(struct cfg *c, struct err *e)
{
	const struct ini_entry *entry = entry_of(c, "python_requires");
	struct specifier_set s;
	struct err inner = { 0 };
	if (!entry || str_empty(entry->value)) return true;
	if (!specifier_parse(c->r->a, entry->value, &s, &inner)) {
		struct place x = { .d = { .text = c->text, .path = c->path } };
		return bad_at(&x, line_offset(c->text, entry->line), e, &inner, "write python_requires = >=3.10");
	}
	c->r->out->requires_python = entry->value;
	c->r->out->requires_python_where = arena_fmt(c->r->a, STR_FMT ":%u", STR_ARG(c->path), (unsigned)entry->line);
	return true;
}

static bool take_extras(struct cfg *c, struct err *e)
{
	const struct ini_section *s = ini_section(&c->ini, S("options.extras_require"));
	struct map seen;
	map_init(&seen, c->r->a);
	for (size_t i = 0; s && i < s->entries.n; i++) {
		struct want as = { .extra = name_normalize(c->r->a, s->entries.p[i].key) };
		bool added;
		if (!name_valid(s->entries.p[i].key)) {
			struct err inner = { .what = "this is no name of an extra" };
			struct place x = { .d = { .text = c->text, .path = c->path } };
			return bad_at(&x, line_offset(c->text, s->entries.p[i].line), e, &inner,
			              "write NAME = and the requirements below it");
		}
		map_put(&seen, as.extra, &added);
		if (added && !wants_add_name(c->r, &c->r->out->extras, as.extra, c->path, e)) return false;
		if (!take_entry(c, &s->entries.p[i], &as, e)) return false;
	}
	return true;
}

bool wants_setup_py(str path, struct err *e)
{
	err_set(e, ERR_RESOLVE, "dynamic-dependencies", "the dependencies are decided by setup.py, which is never run");
	err_where(e, STR_FMT, STR_ARG(path));
	return err_help(e, "list them in [project] of pyproject.toml, or name a requirements file with -r");
}

/* setup.py runs after setup.cfg and may say something else. */
static bool check_setup_py(struct cfg *c, struct err *e)
{
	struct io_stat st = { 0 };
	str text, path = path_join(c->r->a, c->folder, S("setup.py"));
	if (!io_stat(arena_cstr(c->r->a, path), &st, e)) return false;
	if (!st.exists || !st.is_regular) return true;
	if (!io_read_file(c->r->a, arena_cstr(c->r->a, path), WANTS_FILE_MAX, &text, e)) return false;
	static const char *const words[] = { "install_requires", "extras_require" };
	for (size_t i = 0; i < 2; i++) {
		size_t at = str_find(text, str_from(words[i]));
		if (at == STR_NONE) continue;
		struct toml_document d = { .text = text, .path = path };
		err_set(e, ERR_RESOLVE, "dynamic-dependencies", "the dependencies are decided by setup.py, which is never run");
		toml_where(e, &d, at);
		return err_help(e, "move %s to setup.cfg or pyproject.toml, or name a requirements file with -r", words[i]);
	}
	return true;
}

static bool parse(struct wants_reader *r, str path, str text, struct cfg *c, struct err *e)
{
	*c = (struct cfg){ .r = r, .path = path, .text = text, .folder = path_dir(path) };
	return ini_parse(r->a, text, path, &c->ini, e) ||
	       err_help(e, "setup.cfg has [section] lines, and `key = value` lines below them");
}

static bool read_lists(struct cfg *c, struct err *e)
{
	const struct ini_entry *entry = entry_of(c, "install_requires");
	struct want as = { 0 };
	return check_setup_py(c, e) && (!entry || take_entry(c, entry, &as, e)) && take_extras(c, e);
}

static bool read_all(struct cfg *c, struct err *e)
{
	const struct ini_entry *name = ini_get(&c->ini, S("metadata"), S("name")),
	                       *version = ini_get(&c->ini, S("metadata"), S("version"));
	struct wants *out = c->r->out;
	if (name && str_empty(out->name)) out->name = name->value;
	if (version && str_empty(out->version) && !str_starts(version->value, S("attr:")) &&
	    !str_starts(version->value, S("file:")))
		out->version = version->value;
	return take_python(c, e) && read_lists(c, e);
}

bool wants_setup_cfg_read(struct wants_reader *r, str path, str text, struct err *e)
{
	struct cfg c;
	return parse(r, path, text, &c, e) && read_all(&c, e);
}

static bool beside(struct wants_reader *r, str folder, bool *found, struct cfg *c, struct err *e)
{
	struct io_stat st = { 0 };
	str text, path = path_join(r->a, folder, S("setup.cfg"));
	*found = false;
	if (!io_stat(arena_cstr(r->a, path), &st, e)) return false;
	if (!st.exists || !st.is_regular) return true;
	if (!io_read_file(r->a, arena_cstr(r->a, path), WANTS_FILE_MAX, &text, e) || !parse(r, path, text, c, e)) return false;
	*found = ini_section(&c->ini, S("options")) || ini_section(&c->ini, S("metadata"));
	if (*found) str_list_add_new(r->a, &r->out->inputs, path);
	return true;
}

bool wants_setup_cfg_beside(struct wants_reader *r, str folder, bool *found, struct err *e)
{
	struct cfg c;
	return beside(r, folder, found, &c, e) && (!*found || read_all(&c, e));
}

/* --- dynamic --- */

static bool take_files(struct wants_project *p, const struct toml_value *table, const struct want *as, struct err *e)
{
	struct str_list files = { 0 };
	if (table->type != TOML_TABLE || !toml_get(table, S("file"))) {
		reader_bad(&p->d, table, e, "project-field", "a dynamic list says in which file it is");
		return err_help(e, "write { file = [\"requirements.txt\"] }");
	}
	if (!toml_want_strings(p->r->a, &p->d, table, "file", true, &files, e))
		return err_help(e, "write file = [\"requirements.txt\"]");
	for (size_t i = 0; i < files.n; i++)
		if (!take_file(p->r, p->folder, files.p[i], as, &p->steps, e)) return false;
	return true;
}

static bool take_optional(struct wants_project *p, const struct toml_value *table, struct err *e)
{
	if (table->type != TOML_TABLE) {
		reader_bad(&p->d, table, e, "project-field", "`optional-dependencies` is a table");
		return err_help(e, "write [tool.setuptools.dynamic.optional-dependencies] above its keys");
	}
	for (size_t i = 0; i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		struct want as = { .extra = name_normalize(p->r->a, m->key) };
		if (!wants_name(p, "an extra", m->key, m->key_offset, e)) return false;
		if (!str_list_has(&p->r->out->extras, as.extra) && !wants_add_name(p->r, &p->r->out->extras, as.extra, p->d.path, e))
			return false;
		if (!take_files(p, m->value, &as, e)) return false;
	}
	return true;
}

static const struct toml_value *dynamic_entry(const struct wants_project *p, str name)
{
	const struct toml_value *list = p->project ? toml_get(p->project, S("dynamic")) : NULL;
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++)
		if (list->u.array.p[i]->type == TOML_STRING && str_eq(list->u.array.p[i]->u.string, name)) return list->u.array.p[i];
	return NULL;
}

static bool unknown(struct wants_project *p, const struct toml_value *at, struct err *e)
{
	const struct toml_value *backend = toml_at(p->d.root, "build-system.build-backend");
	err_set(e, ERR_RESOLVE, "dynamic-dependencies", "the project's dependencies are known only when it is built");
	toml_where(e, &p->d, at->offset);
	if (backend && backend->type == TOML_STRING)
		return err_help(e,
		                "`" STR_FMT "` computes them: list them in [project] dependencies, or name a requirements file with -r",
		                STR_ARG(str_slice(backend->u.string, 0, 100)));
	return err_help(
	    e, "list them in [project] dependencies, in [tool.setuptools.dynamic] as { file = [...] }, or in a file for -r");
}

bool wants_dynamic_read(struct wants_project *p, struct err *e)
{
	const struct toml_value *needs = dynamic_entry(p, S("dependencies")),
	                        *extras = dynamic_entry(p, S("optional-dependencies"));
	const struct toml_value *table, *list, *optional;
	struct want as = { 0 };
	struct cfg c;
	bool found = false;
	if (p->poetry && toml_get(p->poetry, S("dependencies"))) return true;
	if ((!needs && !extras) || !wants_project_table(p, "tool.setuptools.dynamic", &table, e)) return !needs && !extras;
	list = table && needs ? toml_get(table, S("dependencies")) : NULL;
	optional = table && extras ? toml_get(table, S("optional-dependencies")) : NULL;
	if (list && !take_files(p, list, &as, e)) return false;
	if (optional && !take_optional(p, optional, e)) return false;
	if ((!needs || list) && (!extras || optional)) return true;
	if (!beside(p->r, p->folder, &found, &c, e)) return false;
	if (found && needs && !list && entry_of(&c, "install_requires")) return read_lists(&c, e);
	if (needs && !list) return unknown(p, needs, e);
	if (found) return take_extras(&c, e);
	note_add(p->r->notes, NOTE_WARNING, "dynamic-extras", STR_FMT ": the extras are known only when the project is built",
	         STR_ARG(p->d.path));
	return true;
}
