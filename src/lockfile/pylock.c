/* pylock.c: pylock.toml.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "pylock.toml Specification" (PEP 751), lock-version 1.0, and its steps of installation; validation as
 * packaging.pylock 26.3. `dependencies` are informational: they feed --only and --exclude and decide nothing. */
#include <string.h>

#include "base/io.h"
#include "base/map.h"
#include "lockfile/entries.h"
#include "python/name.h"
#include "python/wheel_name.h"

struct pylock {
	struct lock_reader *r;
	struct toml_document d;
	str path;
	struct line_cursor lines;
	struct map seen;              /* selected name -> index into packages + 1 */
	struct lock_entries *entries; /* NULL: the target decides at once */
};

static bool missing(struct pylock *p, const struct toml_value *table, const char *key, struct err *e)
{
	return reader_bad(&p->d, table, e, "lock-field", "`%s` is missing", key);
}

static bool required_string(struct pylock *p, const struct toml_value *table, const char *key, str *out, struct err *e)
{
	str s = { 0 };
	if (!toml_want_string(&p->d, table, key, &s, e)) return false;
	if (!toml_get(table, str_from(key))) return missing(p, table, key, e);
	*out = s;
	return true;
}

static const struct toml_value *value_of(const struct toml_value *table, const char *key)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	return v ? v : table;
}

/* --- the head of the file --- */

static bool check_version(struct pylock *p, struct err *e)
{
	str text;
	struct version v, one, two;
	if (!required_string(p, p->d.root, "lock-version", &text, e)) return false;
	const struct toml_value *at = value_of(p->d.root, "lock-version");
	if (!version_parse(p->r->a, text, &v, NULL))
		return reader_bad(&p->d, at, e, "lock-version", "`" STR_FMT "` is no version", STR_ARG(str_slice(text, 0, 60)));
	version_parse(p->r->a, S("1"), &one, NULL);
	version_parse(p->r->a, S("2"), &two, NULL);
	if (version_cmp(&v, &one) < 0 || version_cmp(&v, &two) >= 0) {
		reader_bad(&p->d, at, e, "lock-version", "lock-version " STR_FMT " is unknown", STR_ARG(str_slice(text, 0, 60)));
		return err_help(e, "lamina reads 1.x: update lamina, or lock with a tool that writes 1.0");
	}
	if (version_cmp(&v, &one) > 0)
		note_add(p->r->notes, NOTE_WARNING, "lock-version",
		         STR_FMT ": lock-version " STR_FMT " is newer than 1.0; what it adds is ignored", STR_ARG(p->path),
		         STR_ARG(text));
	return true;
}

static bool check_python(struct pylock *p, const struct toml_value *table, const char *who, struct err *e)
{
	str specifier = { 0 };
	bool matches = true;
	if (!toml_want_string(&p->d, table, "requires-python", &specifier, e)) return false;
	if (!specifier.p) return true;
	const struct toml_value *at = value_of(table, "requires-python");
	if (!reader_python_matches(p->r, specifier, str_from(who), &matches, e)) return toml_where(e, &p->d, at->offset);
	if (matches) return true;
	err_set(e, ERR_RESOLVE, "lock-target", "%s needs Python " STR_FMT ", which " STR_FMT " is not", who, STR_ARG(specifier),
	        STR_ARG(p->r->target->text));
	return toml_where(e, &p->d, at->offset);
}

static bool check_environments(struct pylock *p, struct err *e)
{
	const struct toml_value *list = NULL;
	bool any = false;
	if (!toml_want_array(&p->d, p->d.root, "environments", &list, e)) return false;
	if (!list || !list->u.array.n) return true;
	for (size_t i = 0; i < list->u.array.n; i++) {
		struct marker *m;
		str assumed = { 0 };
		if (!reader_marker(p->r, &p->d, list->u.array.p[i], &m, e)) return false;
		if (!any) any = reader_decide(p->r, m, S("environments"), &assumed);
	}
	if (any) return true;
	err_set(e, ERR_RESOLVE, "lock-target", "the lock was not made for " STR_FMT, STR_ARG(p->r->target->text));
	toml_where(e, &p->d, list->offset);
	return err_help(e, "lock again for this target");
}

/* The group that lamina makes up for the project's own dependencies (pylock_write.h): whoever wants no default groups still wants it. */
static str main_group(const struct pylock *p)
{
	const struct toml_value *v = toml_at(p->d.root, "tool.lamina.main-group");
	return v && v->type == TOML_STRING ? v->u.string : (str){ 0 };
}

static bool chosen_groups(struct pylock *p, struct str_list *groups, struct err *e)
{
	struct lock_reader *r = p->r;
	struct str_list extras = { 0 }, declared = { 0 }, defaults = { 0 }, known = { 0 }, known_extras = { 0 };
	if (!toml_want_strings(r->a, &p->d, p->d.root, "extras", false, &extras, e)) return false;
	if (!toml_want_strings(r->a, &p->d, p->d.root, "dependency-groups", false, &declared, e)) return false;
	if (!toml_want_strings(r->a, &p->d, p->d.root, "default-groups", false, &defaults, e)) return false;
	reader_normalize_names(r->a, &extras, &known_extras);
	reader_normalize_names(r->a, &declared, &known);
	reader_normalize_names(r->a, &defaults, &known);
	for (size_t i = 0; i < r->extras.n; i++)
		if (!str_list_has(&known_extras, r->extras.p[i]))
			return reader_unknown_name(r->a, e, "unknown-extra", "extra", r->extras.p[i], &known_extras);
	const struct str_list *asked = r->only_groups.n ? &r->only_groups : &r->groups;
	for (size_t i = 0; i < asked->n; i++) {
		if (!str_list_has(&known, asked->p[i]))
			return reader_unknown_name(r->a, e, "unknown-group", "group", asked->p[i], &known);
		str_list_add_new(r->a, groups, asked->p[i]);
	}
	if (!r->only_groups.n && !r->request->no_default_groups) reader_normalize_names(r->a, &defaults, groups);
	if (!r->only_groups.n && main_group(p).n) str_list_add_new(r->a, groups, main_group(p));
	if (r->request->all_extras) r->extras = known_extras;
	return true;
}

/* --- files of a package --- */

static bool take_hashes(struct pylock *p, const struct toml_value *table, struct locked_file *f, struct err *e)
{
	const struct toml_value *hashes = NULL;
	if (!toml_want_table(&p->d, table, "hashes", &hashes, e)) return false;
	if (!hashes) return missing(p, table, "hashes", e);
	if (!hashes->u.table.n) return reader_bad(&p->d, hashes, e, "lock-hash", "at least one hash is needed");
	for (size_t i = 0; i < hashes->u.table.n; i++) {
		const struct toml_member *m = &hashes->u.table.p[i];
		if (m->value->type != TOML_STRING) return reader_bad(&p->d, m->value, e, "lock-hash", "a hash is a string");
		if (!locked_file_hash(p->r->a, f, m->key, m->value->u.string, e)) return toml_where(e, &p->d, m->value->offset);
	}
	return true;
}

static bool take_size(struct pylock *p, const struct toml_value *table, struct locked_file *f, struct err *e)
{
	int64_t size = -1;
	const struct toml_value *time = toml_get(table, S("upload-time"));
	if (time && time->type != TOML_DATETIME && time->type != TOML_LOCAL_DATETIME)
		return reader_bad(&p->d, time, e, "toml-type", "`upload-time` is a date with time, not %s", toml_type_name(time->type));
	if (!toml_want_integer(&p->d, table, "size", &size, e)) return false;
	if (!toml_get(table, S("size"))) return true;
	if (size < 0) return reader_bad(&p->d, value_of(table, "size"), e, "lock-field", "a size is not negative");
	f->has_size = true;
	f->size = (uint64_t)size;
	return true;
}

static bool take_place(struct pylock *p, const struct toml_value *table, bool needs_one, struct locked_file *f, struct err *e)
{
	if (!toml_want_string(&p->d, table, "url", &f->url, e)) return false;
	if (!toml_want_string(&p->d, table, "path", &f->path, e)) return false;
	if (!toml_want_string(&p->d, table, "subdirectory", &f->subdirectory, e)) return false;
	if (needs_one && str_empty(f->url) && str_empty(f->path))
		return reader_bad(&p->d, table, e, "lock-field", "`url` or `path` is missing");
	return true;
}

/* `name` beats `path` beats `url` for the file's name. */
static bool take_name(struct pylock *p, const struct toml_value *table, bool named, struct locked_file *f, struct err *e)
{
	str name = { 0 };
	if (named && !toml_want_string(&p->d, table, "name", &name, e)) return false;
	if (str_empty(name) && !str_empty(f->path)) {
		size_t slash = str_rchr(f->path, '/');
		if (slash == STR_NONE) slash = str_rchr(f->path, '\\');
		name = slash == STR_NONE ? f->path : str_from_pos(f->path, slash + 1);
	}
	if (str_empty(name) && !str_empty(f->url)) name = reader_url_file(p->r->a, f->url);
	f->file = name;
	return true;
}

static bool same_version(struct pylock *p, const struct version *have, str version)
{
	struct version want;
	return str_empty(version) || !version_parse(p->r->a, version, &want, NULL) || version_cmp(have, &want) == 0;
}

static bool check_file_name(struct pylock *p, const struct toml_value *at, const struct locked_package *package,
                            const struct locked_file *f, struct err *e)
{
	struct wheel_name w;
	struct sdist_name s;
	struct version v;
	if (f->kind == LOCKED_WHEEL) {
		if (!wheel_name_parse(p->r->a, f->file, &w, e)) return toml_where(e, &p->d, at->offset);
		s.name = w.name;
		v = w.parsed;
	} else {
		if (!sdist_name_parse(p->r->a, f->file, &s, e)) return toml_where(e, &p->d, at->offset);
		if (!version_parse(p->r->a, s.version, &v, e)) return toml_where(e, &p->d, at->offset);
	}
	if (!name_same(s.name, package->name) || !same_version(p, &v, package->version))
		return reader_bad(&p->d, at, e, "lock-field", "the file " STR_FMT " is not of " STR_FMT " " STR_FMT, STR_ARG(f->file),
		                  STR_ARG(package->name), STR_ARG(package->version));
	return true;
}

static bool take_distribution(struct pylock *p, const struct toml_value *table, enum locked_kind kind,
                              struct locked_package *package, struct err *e)
{
	if (table->type != TOML_TABLE) return reader_bad(&p->d, table, e, "toml-type", "a file is a table");
	struct locked_file f = { .kind = kind };
	if (!take_place(p, table, true, &f, e) || !take_name(p, table, true, &f, e)) return false;
	if (!take_size(p, table, &f, e) || !take_hashes(p, table, &f, e)) return false;
	if (!check_file_name(p, table, package, &f, e)) return false;
	*vec_push(p->r->a, &package->files) = f;
	return true;
}

static bool take_vcs(struct pylock *p, const struct toml_value *table, struct locked_package *package, struct err *e)
{
	struct locked_file f = { .kind = LOCKED_VCS };
	str type, revision = { 0 };
	if (!required_string(p, table, "type", &type, e)) return false;
	if (!take_place(p, table, true, &f, e)) return false;
	if (!toml_want_string(&p->d, table, "requested-revision", &revision, e)) return false;
	if (!required_string(p, table, "commit-id", &f.vcs_reference, e)) return false;
	*vec_push(p->r->a, &package->files) = f;
	return true;
}

static bool take_directory(struct pylock *p, const struct toml_value *table, struct locked_package *package, struct err *e)
{
	struct locked_file f = { .kind = LOCKED_DIRECTORY };
	if (!required_string(p, table, "path", &f.path, e)) return false;
	if (!toml_want_bool(&p->d, table, "editable", &f.editable, e)) return false;
	if (!toml_want_string(&p->d, table, "subdirectory", &f.subdirectory, e)) return false;
	*vec_push(p->r->a, &package->files) = f;
	return true;
}

static bool take_archive(struct pylock *p, const struct toml_value *table, struct locked_package *package, struct err *e)
{
	struct locked_file f = { .kind = LOCKED_ARCHIVE };
	if (!take_place(p, table, true, &f, e) || !take_name(p, table, false, &f, e)) return false;
	if (!take_size(p, table, &f, e) || !take_hashes(p, table, &f, e)) return false;
	*vec_push(p->r->a, &package->files) = f;
	return true;
}

static bool take_sources(struct pylock *p, const struct toml_value *table, struct locked_package *package, struct err *e)
{
	const struct toml_value *vcs = NULL, *directory = NULL, *archive = NULL, *sdist = NULL, *wheels = NULL;
	if (!toml_want_table(&p->d, table, "vcs", &vcs, e) || !toml_want_table(&p->d, table, "directory", &directory, e) ||
	    !toml_want_table(&p->d, table, "archive", &archive, e) || !toml_want_table(&p->d, table, "sdist", &sdist, e) ||
	    !toml_want_array(&p->d, table, "wheels", &wheels, e))
		return false;
	size_t direct = (size_t)(vcs != NULL) + (size_t)(directory != NULL) + (size_t)(archive != NULL);
	size_t files = (size_t)(sdist != NULL) + (wheels ? wheels->u.array.n : 0);
	if (direct + (files > 0) != 1)
		return reader_bad(&p->d, table, e, "lock-field",
		                  "exactly one of vcs, directory, archive, or wheels with sdist is needed");
	if (vcs) return take_vcs(p, vcs, package, e);
	if (directory) return take_directory(p, directory, package, e);
	if (archive) return take_archive(p, archive, package, e);
	for (size_t i = 0; wheels && i < wheels->u.array.n; i++)
		if (!take_distribution(p, wheels->u.array.p[i], LOCKED_WHEEL, package, e)) return false;
	return !sdist || take_distribution(p, sdist, LOCKED_SDIST, package, e);
}

/* --- packages --- */

static bool take_dependencies(struct pylock *p, const struct toml_value *table, struct locked_package *package, struct err *e)
{
	const struct toml_value *list = NULL;
	if (!toml_want_array(&p->d, table, "dependencies", &list, e)) return false;
	package->knows_dependencies = list != NULL;
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		const struct toml_value *d = list->u.array.p[i];
		if (d->type != TOML_TABLE) return reader_bad(&p->d, d, e, "toml-type", "a dependency is a table");
		const struct toml_value *name = toml_get(d, S("name"));
		if (name && name->type == TOML_STRING)
			*vec_push(p->r->a, &package->dependencies) = name_normalize(p->r->a, name->u.string);
	}
	return true;
}

static bool take_identity(struct pylock *p, const struct toml_value *table, struct locked_package *package, struct err *e)
{
	str name;
	if (!required_string(p, table, "name", &name, e)) return false;
	const struct toml_value *at = value_of(table, "name");
	package->name = name_normalize(p->r->a, name);
	if (!name_valid(name) || !str_eq(package->name, name))
		return reader_bad(&p->d, at, e, "lock-field", "the name `" STR_FMT "` is not normalised",
		                  STR_ARG(str_slice(name, 0, 200)));
	if (!toml_want_string(&p->d, table, "version", &package->version, e)) return false;
	struct version v;
	at = value_of(table, "version");
	if (package->version.p && !version_parse(p->r->a, package->version, &v, e)) return toml_where(e, &p->d, at->offset);
	return toml_want_string(&p->d, table, "index", &package->index, e);
}

/* requires-python must be well-formed in every package, and must hold in those that take part. */
static bool check_specifier(struct pylock *p, const struct toml_value *table, struct err *e)
{
	str text = { 0 };
	struct specifier_set set;
	if (!toml_want_string(&p->d, table, "requires-python", &text, e)) return false;
	if (!text.p || specifier_parse(p->r->a, text, &set, e)) return true;
	return toml_where(e, &p->d, value_of(table, "requires-python")->offset);
}

static bool take_part(struct pylock *p, const struct toml_value *table, struct locked_package *package, struct err *e)
{
	struct lock_reader *r = p->r;
	bool added;
	if (!check_python(p, table, arena_cstr(r->a, package->name), e)) return false;
	void **slot = map_put(&p->seen, package->name, &added);
	if (!added) {
		const struct locked_package *other = &r->set->packages.p[(uintptr_t)*slot - 1];
		err_set(e, ERR_RESOLVE, "lock-duplicate", "two entries of `" STR_FMT "` apply to " STR_FMT, STR_ARG(package->name),
		        STR_ARG(r->target->text));
		toml_where(e, &p->d, table->offset);
		return err_help(e, "the other one is in line %u: their markers must exclude each other", (unsigned)other->from_line);
	}
	struct locked_package *out;
	if (!reader_add(r, &out, e)) return false;
	*slot = (void *)(uintptr_t)r->set->packages.n;
	*out = *package;
	out->chosen = SIZE_MAX;
	return true;
}

static str vcs_type(const struct toml_value *table)
{
	const struct toml_value *v = toml_at(table, "vcs.type");
	return v && v->type == TOML_STRING ? v->u.string : (str){ 0 };
}

static bool take_package(struct pylock *p, const struct toml_value *table, struct err *e)
{
	if (table->type != TOML_TABLE) return reader_bad(&p->d, table, e, "toml-type", "a package is a table");
	struct locked_package package = { .from_file = p->path, .pinned_by_hash = true };
	struct marker *marker = NULL;
	if (!take_identity(p, table, &package, e) || !check_specifier(p, table, e)) return false;
	const struct toml_value *m = toml_get(table, S("marker"));
	if (m && !reader_marker(p->r, &p->d, m, &marker, e)) return false;
	if (!take_dependencies(p, table, &package, e) || !take_sources(p, table, &package, e)) return false;
	if (p->entries) {
		struct lock_entry *entry;
		if (!entries_add(p->r, p->entries, &entry, e)) return false;
		package.chosen = SIZE_MAX;
		entry->package = package;
		entry->marker = marker;
		entry->vcs = package.files.n && package.files.p[0].kind == LOCKED_VCS ? vcs_type(table) : (str){ 0 };
		entry->direct = !toml_get(table, S("wheels")) && !toml_get(table, S("sdist"));
		return entry->pinned = true;
	}
	if (!reader_decide(p->r, marker, package.name, &package.assumed)) return true;
	package.from_line = reader_line(&p->lines, p->d.text, table->offset);
	return take_part(p, table, &package, e);
}

static bool read_head(struct pylock *p, str text, struct str_list *groups, const struct toml_value **packages, struct err *e)
{
	str created_by;
	if (!toml_parse(p->r->a, text, p->path, &p->d, e)) return false;
	if (!check_version(p, e) || !required_string(p, p->d.root, "created-by", &created_by, e)) return false;
	*packages = NULL;
	if (!toml_want_array(&p->d, p->d.root, "packages", packages, e)) return false;
	if (!*packages) return missing(p, p->d.root, "packages", e);
	if (!check_specifier(p, p->d.root, e)) return false;
	/* Environments know neither extras nor groups; they are given to the evaluator after this check. */
	if (p->r->target && (!check_python(p, p->d.root, "the lock", e) || !check_environments(p, e))) return false;
	return chosen_groups(p, groups, e);
}

bool pylock_entries(struct lock_reader *r, str path, str text, struct lock_entries *out, struct str_list *groups, struct err *e)
{
	struct pylock p = { .r = r, .path = path, .entries = out };
	const struct toml_value *packages;
	if (!read_head(&p, text, groups, &packages, e)) return false;
	for (size_t i = 0; i < packages->u.array.n; i++)
		if (!take_package(&p, packages->u.array.p[i], e)) return false;
	return true;
}

static bool read_pylock(struct lock_reader *r, str path, str text, struct err *e)
{
	struct pylock p = { .r = r, .path = path };
	struct str_list groups = { 0 };
	const struct toml_value *packages;
	if (!read_head(&p, text, &groups, &packages, e)) return false;
	r->known.extras = r->assumed.extras = &r->extras;
	r->known.groups = r->assumed.groups = &groups;
	map_init(&p.seen, r->a);
	bool good = true;
	for (size_t i = 0; good && i < packages->u.array.n; i++) good = take_package(&p, packages->u.array.p[i], e);
	r->known.groups = r->assumed.groups = NULL;
	return good;
}

const struct lock_format_ops lock_format_pylock = { LOCK_FORMAT_PYLOCK, "pylock.toml", read_pylock };
