/* pipfile.c: Pipfile.lock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: pipfile-spec 6 as pipenv (2026.10) reads and writes it (plette's lockfiles.py and pipfiles.py, requirements_from_lockfile).
 * A category is a table of packages: "default" always takes part, "develop" and others as groups ("dev-packages" and "dev" are
 * names of "develop", "packages" of "default"). Hashes come without file names, so an index page has to name the files. Entries
 * without a version are what pipenv did not resolve, because it locks for the computer it runs on.
 * The lock is fresh when its "_meta" holds the hash of the Pipfile beside it. */
#include <string.h>

#include "base/io.h"
#include "lockfile/entries.h"
#include "lockfile/json_dump.h"
#include "lockfile/lock_sources.h"
#include "python/name.h"

#define SOURCES_MAX 1000

struct pipfile {
	struct lock_reader *r;
	str path, text;
	struct json_value *root;
	struct lock_entries *out;
	struct pipfile_sources *sources;
	struct toml_document project; /* the Pipfile; root NULL when there is none */
	struct str_list chosen;       /* categories */
	struct map lines;             /* "category\nname" -> line */
};

static bool bad(const struct pipfile *p, struct err *e, const char *id, str category, str name, const char *what)
{
	err_set(e, ERR_FORMAT, id, "%s", what);
	if (str_empty(name)) return err_where(e, STR_FMT ": " STR_FMT, STR_ARG(p->path), STR_ARG(category));
	void *line = map_get(&p->lines, arena_fmt(p->r->a, STR_FMT "\n" STR_FMT, STR_ARG(category), STR_ARG(name)));
	return err_where(e, STR_FMT ":%u: " STR_FMT "." STR_FMT, STR_ARG(p->path), (unsigned)(uintptr_t)line, STR_ARG(category),
	                 STR_ARG(name));
}

/* The line of each package: the tree has no places. */
static bool find_lines(struct pipfile *p, struct err *e)
{
	struct json_reader j;
	struct line_cursor cursor = { 0 };
	enum json_token token;
	str text, category = { 0 };
	json_begin(&j, p->r->a, p->text);
	map_init(&p->lines, p->r->a);
	for (;;) {
		if (!json_next(&j, &token, &text, e)) return false;
		if (token == JSON_TOKEN_END) return true;
		if (token != JSON_TOKEN_KEY) continue;
		if (j.depth == 1) category = text;
		if (j.depth != 2) continue;
		uint32_t line = reader_line(&cursor, p->text, j.at);
		str key = arena_fmt(p->r->a, STR_FMT "\n" STR_FMT, STR_ARG(category), STR_ARG(text));
		*map_put(&p->lines, key, NULL) = (void *)(uintptr_t)line;
	}
}

static str text_of(const struct json_value *table, const char *key)
{
	const struct json_value *v = json_get(table, str_from(key));
	return v && v->type == JSON_STRING ? v->text : (str){ 0 };
}

/* --- "_meta" --- */

static bool read_sources(struct pipfile *p, const struct json_value *meta, struct err *e)
{
	const struct json_value *list = json_get(meta, S("sources"));
	for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->items.n; i++) {
		struct pipfile_source s = { text_of(list->items.p[i], "name"), text_of(list->items.p[i], "url") };
		if (p->sources->n >= SOURCES_MAX) return bad(p, e, "too-large", S("_meta.sources"), (str){ 0 }, "too many sources");
		if (str_empty(s.url)) return bad(p, e, "lock-field", S("_meta.sources"), (str){ 0 }, "a source has no `url`");
		s.url = lock_sources_expand(p->r->a, s.url, p->r->request->env);
		*vec_push(p->r->a, p->sources) = s;
	}
	return true;
}

static void pick(struct toml_value *table, struct toml_member *members, const char *key, const struct toml_value *v)
{
	static const struct toml_value nothing = { .type = TOML_TABLE };
	members[table->u.table.n++] =
	    (struct toml_member){ .key = str_from(key), .value = (struct toml_value *)(uintptr_t)(v ? v : &nothing) };
	table->u.table.p = members;
}

/* plette's Pipfile.get_hash; false when the Pipfile is of a kind that it refuses. */
static bool pipfile_hash(struct pipfile *p, const struct toml_value *root, struct sha256 *out)
{
	static const char *const own[] = { "source",  "packages", "dev-packages", "requires", "scripts",
		                               "pipfile", "pipenv",   "default",      "develop" };
	struct toml_member meta_members[2], *members = arena_array(p->r->a, struct toml_member, root->u.table.n + 3);
	struct toml_value meta = { .type = TOML_TABLE }, all = { .type = TOML_TABLE };
	const struct toml_value *sources = toml_get(root, S("source"));
	struct buf b;
	if (!sources) return false;
	pick(&meta, meta_members, "sources", sources);
	pick(&meta, meta_members, "requires", toml_get(root, S("requires")));
	pick(&all, members, "_meta", &meta);
	pick(&all, members, "default", toml_get(root, S("packages")));
	pick(&all, members, "develop", toml_get(root, S("dev-packages")));
	for (size_t i = 0; i < root->u.table.n; i++) {
		bool known = false;
		for (size_t k = 0; k < sizeof own / sizeof *own; k++) known |= str_eq(root->u.table.p[i].key, str_from(own[k]));
		if (!known) members[all.u.table.n++] = root->u.table.p[i];
	}
	buf_init(&b, (size_t)64 << 20);
	bool good = json_dump(p->r->a, &b, &all, JSON_DUMP_COMPACT) && !b.over;
	sha256_of(buf_str(&b), out);
	buf_release(&b);
	return good;
}

static bool read_project(struct pipfile *p, struct err *e)
{
	str text, path = path_join(p->r->a, path_dir(p->path), S("Pipfile"));
	bool found = false;
	if (!reader_load_beside(p->r, path, &found, &text, e)) return false;
	return !found || toml_parse(p->r->a, text, path, &p->project, e);
}

static bool check_fresh(struct pipfile *p, const struct json_value *meta, struct err *e)
{
	struct sha256 digest, locked;
	const struct json_value *hash = json_get(meta, S("hash"));
	if (p->r->request->frozen || !p->project.root || !hash || !sha256_from_hex(text_of(hash, "sha256"), &locked)) return true;
	if (!pipfile_hash(p, p->project.root, &digest) || sha256_eq(&digest, &locked)) return true;
	err_set(e, ERR_RESOLVE, "lock-stale", "Pipfile changed since the lock was made");
	err_where(e, STR_FMT, STR_ARG(p->path));
	return err_help(e, "run: pipenv lock (or use the lock as it is: --frozen)");
}

static bool check_head(struct pipfile *p, struct err *e)
{
	const struct json_value *meta = json_get(p->root, S("_meta")), *spec;
	uint64_t version = 0;
	if (!meta || meta->type != JSON_OBJECT) return bad(p, e, "lock-field", S("_meta"), (str){ 0 }, "`_meta` is missing");
	spec = json_get(meta, S("pipfile-spec"));
	if (!spec || !json_u64(spec, &version) || version != 6) {
		bad(p, e, "lock-version", S("_meta.pipfile-spec"), (str){ 0 }, "this pipfile-spec is unknown");
		return err_help(e, "lamina reads 6: lock again with a current pipenv");
	}
	const struct lock_target *t = p->r->target;
	str python = text_of(json_get(meta, S("requires")), "python_version");
	if (t && python.p && t->values[MARKER_PYTHON_VERSION].p && !str_eq(python, t->values[MARKER_PYTHON_VERSION]))
		note_add(p->r->notes, NOTE_WARNING, "lock-python",
		         STR_FMT ": pipenv locked for Python " STR_FMT ", which " STR_FMT
		                 " is not: packages that only other Pythons need may be missing",
		         STR_ARG(p->path), STR_ARG(python), STR_ARG(t->text));
	return read_sources(p, meta, e) && read_project(p, e) && check_fresh(p, meta, e);
}

/* --- categories --- */

static str category_of(str group)
{
	if (str_eq(group, S("packages"))) return S("default");
	if (str_eq(group, S("dev-packages")) || str_eq(group, S("dev"))) return S("develop");
	return group;
}

static bool choose(struct pipfile *p, struct err *e)
{
	struct lock_reader *r = p->r;
	struct str_list known = { 0 }, none = { 0 };
	const struct str_list *asked = r->only_groups.n ? &r->only_groups : &r->groups;
	for (size_t i = 0; i < p->root->members.n && i < 10000; i++)
		if (!str_eq(p->root->members.p[i].key, S("_meta")))
			*vec_push(r->a, &known) = name_normalize(r->a, p->root->members.p[i].key);
	if (r->extras.n) return reader_unknown_name(r->a, e, "unknown-extra", "extra", r->extras.p[0], &none);
	if (!r->only_groups.n) str_list_add_new(r->a, &p->chosen, S("default"));
	for (size_t i = 0; i < asked->n; i++) {
		str category = category_of(asked->p[i]);
		if (!str_list_has(&known, category)) return reader_unknown_name(r->a, e, "unknown-group", "group", asked->p[i], &known);
		str_list_add_new(r->a, &p->chosen, category);
	}
	return true;
}

/* --- one package --- */

static bool take_version(struct pipfile *p, const struct json_value *v, str name, struct lock_entry *entry)
{
	str spec = str_trim(v->type == JSON_STRING ? v->text : text_of(v, "version"));
	size_t equals = str_starts(spec, S("===")) ? 3 : str_starts(spec, S("==")) ? 2 : 0;
	str version = str_trim(str_from_pos(spec, equals));
	struct version parsed;
	if (equals && !str_ends(version, S(".*")) && version_parse(p->r->a, version, &parsed, NULL)) {
		entry->package.version = version;
		return entry->pinned = true;
	}
	entry->written_name = name.n;
	entry->written = arena_fmt(p->r->a, STR_FMT STR_FMT, STR_ARG(name), STR_ARG(str_eq(spec, S("*")) ? S("") : spec));
	return false;
}

static bool take_hashes(struct pipfile *p, const struct json_value *v, str category, str name, struct lock_entry *entry,
                        struct err *e)
{
	const struct json_value *list = json_get(v, S("hashes"));
	str algorithm, hex, text;
	if (!list) return true;
	if (list->type != JSON_ARRAY) return bad(p, e, "lock-hash", category, name, "`hashes` is a list");
	for (size_t i = 0; i < list->items.n; i++) {
		struct err weak = { 0 };
		if (list->items.p[i]->type != JSON_STRING || !str_cut(list->items.p[i]->text, ':', &algorithm, &hex))
			return bad(p, e, "lock-hash", category, name, "a hash is written ALGORITHM:DIGITS");
		if (reader_hash_text(p->r->a, algorithm, hex, &text, &weak)) {
			*vec_push(p->r->a, &entry->package.hashes) = text;
			continue;
		}
		if (strcmp(weak.id, "hash-weak") != 0) return bad(p, e, "lock-hash", category, name, weak.what);
	}
	if (list->items.n && !entry->package.hashes.n)
		return bad(p, e, "hash-missing", category, name,
		           "there is no hash that proves a file: sha256, sha384 or sha512 is needed");
	entry->package.pinned_by_hash = entry->package.hashes.n > 0;
	return true;
}

/* "markers", and in older locks keys that are variables: "os_name": "== 'nt'". All of them must hold. */
static bool take_markers(struct pipfile *p, const struct json_value *v, str category, str name, struct lock_entry *entry,
                         struct err *e)
{
	str text = text_of(v, "markers");
	for (size_t i = 0; i < v->members.n; i++) {
		const struct json_member *m = &v->members.p[i];
		if (marker_variable_from(m->key) < 0 || m->value->type != JSON_STRING) continue;
		str more = arena_fmt(p->r->a, STR_FMT " " STR_FMT, STR_ARG(m->key), STR_ARG(m->value->text));
		text = text.p ? arena_fmt(p->r->a, "(" STR_FMT ") and " STR_FMT, STR_ARG(text), STR_ARG(more)) : more;
	}
	if (str_empty(str_trim(text))) return true;
	if (marker_parse(p->r->a, text, &entry->marker, e) && marker_check(entry->marker, e)) return true;
	return err_where(e, STR_FMT ": " STR_FMT "." STR_FMT, STR_ARG(p->path), STR_ARG(category), STR_ARG(name));
}

/* What pipenv did not resolve on its computer lost its marker, too ("colorama": {"version": "*"}): the Pipfile still has it. */
static void take_project_marker(struct pipfile *p, str category, struct lock_entry *entry)
{
	str table_name = str_eq(category, S("default"))   ? S("packages")
	                 : str_eq(category, S("develop")) ? S("dev-packages")
	                                                  : category;
	const struct toml_value *table = p->project.root ? toml_get(p->project.root, table_name) : NULL, *own = NULL;
	struct err ignored = { 0 };
	str text = { 0 };
	for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n; i++)
		if (name_same(table->u.table.p[i].key, entry->package.name)) own = table->u.table.p[i].value;
	for (size_t i = 0; own && own->type == TOML_TABLE && i < own->u.table.n; i++) {
		const struct toml_member *m = &own->u.table.p[i];
		bool markers = str_eq(m->key, S("markers"));
		if (m->value->type != TOML_STRING || (!markers && marker_variable_from(m->key) < 0)) continue;
		str one = markers ? arena_fmt(p->r->a, "(" STR_FMT ")", STR_ARG(m->value->u.string))
		                  : arena_fmt(p->r->a, STR_FMT " " STR_FMT, STR_ARG(m->key), STR_ARG(m->value->u.string));
		text = text.p ? arena_fmt(p->r->a, STR_FMT " and " STR_FMT, STR_ARG(text), STR_ARG(one)) : one;
	}
	if (text.p && marker_parse(p->r->a, text, &entry->marker, &ignored) && !marker_check(entry->marker, &ignored))
		entry->marker = NULL;
}

static void take_hash_of_file(struct pipfile *p, struct lock_entry *entry, struct locked_file *f)
{
	struct err ignored = { 0 };
	str algorithm, hex;
	for (size_t i = 0; i < entry->package.hashes.n; i++)
		if (str_cut(entry->package.hashes.p[i], ':', &algorithm, &hex) && entry->package.hashes.n == 1)
			locked_file_hash(p->r->a, f, algorithm, hex, &ignored);
}

/* A repository, a file or a folder instead of a version. */
static bool take_direct(struct pipfile *p, const struct json_value *v, struct lock_entry *entry)
{
	static const char *const systems[] = { "git", "hg", "svn", "bzr" };
	struct arena *a = p->r->a;
	const struct json_value *editable = json_get(v, S("editable"));
	struct locked_file f = { .subdirectory = text_of(v, "subdirectory") };
	f.editable = editable && editable->type == JSON_BOOL && editable->boolean;
	for (size_t i = 0; i < sizeof systems / sizeof *systems && !f.url.p; i++) {
		f.url = text_of(v, systems[i]);
		if (f.url.p) entry->vcs = str_from(systems[i]);
	}
	str place = text_of(v, "file"), path = text_of(v, "path");
	if (!place.p) place = text_of(v, "uri");
	if (!place.p) place = path;
	if (f.url.p) {
		f.kind = LOCKED_VCS;
		f.vcs_reference = text_of(v, "ref");
	} else if (place.p && str_contains(place, S("://")) && !url_local_path(a, place, &f.path)) {
		f.url = place;
		f.file = reader_url_file(a, place);
		f.kind = entries_kind(f.file);
	} else if (place.p) {
		if (!f.path.p) f.path = place;
		f.kind = entries_is_archive(f.path) ? entries_kind(f.path) : LOCKED_DIRECTORY;
		if (f.kind != LOCKED_DIRECTORY) f.file = path_base(f.path);
	} else {
		return false;
	}
	if (f.kind == LOCKED_WHEEL || f.kind == LOCKED_ARCHIVE) take_hash_of_file(p, entry, &f);
	entry->package.hashes = (struct str_list){ 0 };
	*vec_push(a, &entry->package.files) = f;
	entry->direct = true;
	return entry->pinned = true;
}

/* Credentials stay with the source (the build knows them by its URL) and out of what is remembered. */
static str without_user(struct arena *a, str url)
{
	size_t from = str_find(url, S("://"));
	if (from == STR_NONE) return url;
	str rest = str_from_pos(url, from + 3), host = str_slice(rest, 0, str_chr(rest, '/'));
	size_t at = str_rchr(host, '@');
	return at == STR_NONE ? url : arena_join(a, str_slice(url, 0, from + 3), str_from_pos(rest, at + 1));
}

static bool take_index(struct pipfile *p, const struct json_value *v, str category, str name, struct lock_entry *entry,
                       struct err *e)
{
	str index = text_of(v, "index");
	if (!index.p || !p->sources->n) return true;
	for (size_t i = 0; i < p->sources->n; i++) {
		if (!str_eq(p->sources->p[i].name, index)) continue;
		if (i) entry->package.index = without_user(p->r->a, p->sources->p[i].url);
		return true;
	}
	return bad(p, e, "lock-field", category, name, "its `index` is none of the sources");
}

static bool take_package(struct pipfile *p, str category, const struct json_member *m, struct err *e)
{
	struct arena *a = p->r->a;
	const struct json_value *v = m->value, *extras;
	struct lock_entry *entry;
	if (!name_valid(m->key)) return bad(p, e, "lock-field", category, m->key, "this is no name of a project");
	if (v->type != JSON_OBJECT && v->type != JSON_STRING)
		return bad(p, e, "lock-field", category, m->key, "a package is a table");
	if (!entries_add(p->r, p->out, &entry, e)) return false;
	entry->package.name = name_normalize(a, m->key);
	entry->package.from_file = p->path;
	void *line = map_get(&p->lines, arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(category), STR_ARG(m->key)));
	entry->package.from_line = (uint32_t)(uintptr_t)line;
	if (!take_hashes(p, v, category, m->key, entry, e) || !take_markers(p, v, category, m->key, entry, e) ||
	    !take_index(p, v, category, m->key, entry, e))
		return false;
	extras = json_get(v, S("extras"));
	for (size_t i = 0; extras && extras->type == JSON_ARRAY && i < extras->items.n && i < 1000; i++)
		if (extras->items.p[i]->type == JSON_STRING)
			str_list_add_new(a, &entry->package.extras, name_normalize(a, extras->items.p[i]->text));
	str_list_sort(&entry->package.extras);
	if (!take_direct(p, v, entry) && !take_version(p, v, m->key, entry) && !entry->marker)
		take_project_marker(p, category, entry);
	return true;
}

/* --- the whole --- */

bool pipfile_entries(struct lock_reader *r, str path, str text, struct lock_entries *out, struct pipfile_sources *sources,
                     struct err *e)
{
	struct pipfile p = { .r = r, .path = path, .text = text, .out = out, .sources = sources };
	if (!json_parse(r->a, text, &p.root, e) || !find_lines(&p, e)) {
		uint32_t line = 0, column = 0;
		toml_line_column(text, e->has_offset ? e->offset : 0, &line, &column);
		return err_where(e, STR_FMT ":%u:%u", STR_ARG(path), (unsigned)line, (unsigned)column);
	}
	if (p.root->type != JSON_OBJECT) return bad(&p, e, "lock-field", S("_meta"), (str){ 0 }, "a Pipfile.lock is a table");
	if (!check_head(&p, e) || !choose(&p, e)) return false;
	for (size_t i = 0; i < p.root->members.n; i++) {
		const struct json_member *category = &p.root->members.p[i];
		if (!str_list_has(&p.chosen, name_normalize(r->a, category->key)) || str_eq(category->key, S("_meta"))) continue;
		if (category->value->type != JSON_OBJECT)
			return bad(&p, e, "lock-field", category->key, (str){ 0 }, "a category is a table of packages");
		for (size_t j = 0; j < category->value->members.n; j++)
			if (!take_package(&p, category->key, &category->value->members.p[j], e)) return false;
	}
	return true;
}

static bool read_pipfile(struct lock_reader *r, str path, str text, struct err *e)
{
	struct lock_entries entries = { 0 };
	struct pipfile_sources sources = { 0 };
	return pipfile_entries(r, path, text, &entries, &sources, e) && entries_take(r, &entries, e);
}

const struct lock_format_ops lock_format_pipfile = { LOCK_FORMAT_PIPFILE, "Pipfile.lock", read_pipfile };
