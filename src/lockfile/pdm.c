/* pdm.c: pdm.lock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: pdm 2.29, project/lockfile/pdmlock.py, models/repositories/lock.py and models/candidates.py. lock_version 4.N: files of other
 * majors, and of minors above 5, are not pdm's to read either. With the strategy inherit_metadata each entry says its groups and its
 * marker; without it the project's requirements are walked (pdm_walk.c). An entry with extras is one of its own and the same package.
 * Extras of the project are groups. "default" takes part always; groups for development only when they are named, though `pdm install` takes
 * them. Files are named by `file` (an index page has the URL) or, with static_urls, by `url`; up to 4.2 they stood in
 * [metadata.files]. */
#include <string.h>

#include "base/io.h"
#include "lockfile/pdm_lock.h"
#include "python/name.h"
#include "python/wheel_name.h"

#define SAME_NAME_MAX 1000

static bool bad(const struct pdm_lock *l, const struct toml_value *at, struct err *e, const char *id, const char *what)
{
	return reader_bad(&l->d, at, e, id, "%s", what);
}

/* --- the head --- */

static bool check_version(struct pdm_lock *l, struct err *e)
{
	str text = { 0 };
	struct version v;
	uint64_t major = 0, minor = 0;
	if (!toml_want_table(&l->d, l->d.root, "metadata", &l->metadata, e)) return false;
	if (!l->metadata) return bad(l, l->d.root, e, "lock-field", "`metadata` is missing");
	if (!toml_want_string(&l->d, l->metadata, "lock_version", &text, e)) return false;
	const struct toml_value *at = toml_get(l->metadata, S("lock_version"));
	if (!at) return bad(l, l->metadata, e, "lock-field", "`lock_version` is missing");
	bool good = version_parse(l->r->a, text, &v, NULL) && str_u64(v.release[0], &major) && major == 4;
	if (good && v.n_release > 1) good = str_u64(v.release[1], &minor) && minor <= 5;
	if (good) return true;
	reader_bad(&l->d, at, e, "lock-version", "lock_version " STR_FMT " is unknown", STR_ARG(str_slice(text, 0, 60)));
	return err_help(e, "lamina reads 4.0 to 4.5: update lamina, or lock with a pdm that writes it");
}

static bool has_strategy(const struct pdm_lock *l, const char *name)
{
	const struct toml_value *list = toml_get(l->metadata, S("strategy"));
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++)
		if (list->u.array.p[i]->type == TOML_STRING && str_eq(list->u.array.p[i]->u.string, str_from(name))) return true;
	return false;
}

/* "linux_x86_64", "manylinux_2_28_aarch64", "linux"; what else there is (macos_arm64, windows_amd64) is no Lambda. */
static bool platform_fits(const struct pdm_lock *l, str platform)
{
	const struct lock_target *t = l->r->target;
	str rest = platform, major, minor;
	uint64_t glibc;
	if (str_empty(platform) || str_eq(platform, S("linux"))) return true;
	if (str_starts(rest, S("manylinux_2_"))) {
		rest = str_from_pos(rest, sizeof "manylinux_2_" - 1);
		if (!str_cut(rest, '_', &minor, &rest) || !str_u64(minor, &glibc)) return false;
		if (t->python_minor >= 0 && t->glibc_minor > 0 && glibc > (uint64_t)t->glibc_minor) return false;
	} else if (str_starts(rest, S("linux_")) || str_starts(rest, S("manylinux"))) {
		str_cut(rest, '_', &major, &rest);
	} else {
		return false;
	}
	str machine = str_eq(rest, S("arm64")) ? S("aarch64") : str_eq(rest, S("amd64")) ? S("x86_64") : rest;
	return str_empty(t->machine) || str_eq(machine, t->machine);
}

static bool check_targets(struct pdm_lock *l, struct err *e)
{
	const struct toml_value *list = NULL;
	if (!toml_want_array(&l->d, l->metadata, "targets", &list, e)) return false;
	if (!l->r->target || !list || !list->u.array.n) return true;
	for (size_t i = 0; i < list->u.array.n; i++) {
		const struct toml_value *t = list->u.array.p[i];
		str python = { 0 }, platform = { 0 }, implementation = { 0 };
		bool matches = true;
		if (t->type != TOML_TABLE) return bad(l, t, e, "toml-type", "a target is a table");
		if (!toml_want_string(&l->d, t, "requires_python", &python, e) ||
		    !toml_want_string(&l->d, t, "platform", &platform, e) ||
		    !toml_want_string(&l->d, t, "implementation", &implementation, e))
			return false;
		if (!str_empty(python) && !reader_python_matches(l->r, python, S("the lock"), &matches, e))
			return toml_where(e, &l->d, t->offset);
		if (matches && platform_fits(l, platform) && (str_empty(implementation) || str_eq(implementation, S("cpython"))))
			return true;
	}
	err_set(e, ERR_RESOLVE, "lock-target", "the lock was not made for " STR_FMT, STR_ARG(l->r->target->text));
	toml_where(e, &l->d, list->offset);
	return err_help(e, "lock for it, too: pdm lock --append --python ... --platform linux");
}

/* --- groups --- */

static void add_keys(struct arena *a, const struct toml_value *table, struct str_list *out)
{
	for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n && out->n < 10000; i++)
		str_list_add_new(a, out, name_normalize(a, table->u.table.p[i].key));
}

static bool choose(struct pdm_lock *l, struct err *e)
{
	struct lock_reader *r = l->r;
	struct str_list written = { 0 }, known = { 0 }, extras = { 0 };
	const struct str_list *asked = r->only_groups.n ? &r->only_groups : &r->groups;
	if (!toml_want_strings(r->a, &l->d, l->metadata, "groups", false, &written, e)) return false;
	reader_normalize_names(r->a, &written, &known);
	str_list_add_new(r->a, &known, S("default"));
	if (l->has_project) add_keys(r->a, toml_at(l->project.root, "project.optional-dependencies"), &extras);
	if (!r->only_groups.n) *vec_push(r->a, &l->chosen) = S("default");
	for (size_t i = 0; i < asked->n; i++) {
		if (!str_list_has(&known, asked->p[i]))
			return reader_unknown_name(r->a, e, "unknown-group", "group", asked->p[i], &known);
		str_list_add_new(r->a, &l->chosen, asked->p[i]);
	}
	for (size_t i = 0; i < r->extras.n; i++) {
		if (!str_list_has(&known, r->extras.p[i]))
			return reader_unknown_name(r->a, e, "unknown-extra", "extra", r->extras.p[i], &known);
		str_list_add_new(r->a, &l->chosen, r->extras.p[i]);
	}
	for (size_t i = 0; r->request->all_extras && i < known.n; i++)
		if (l->has_project ? str_list_has(&extras, known.p[i]) : !str_eq(known.p[i], S("dev")))
			str_list_add_new(r->a, &l->chosen, known.p[i]);
	return true;
}

/* --- packages --- */

static bool take_file(struct pdm_lock *l, const struct toml_value *t, struct locked_package *out, struct err *e)
{
	struct locked_file f = { 0 };
	str hash = { 0 }, algorithm, hex;
	if (t->type != TOML_TABLE) return bad(l, t, e, "toml-type", "a file is a table");
	if (!toml_want_string(&l->d, t, "file", &f.file, e) || !toml_want_string(&l->d, t, "url", &f.url, e) ||
	    !toml_want_string(&l->d, t, "hash", &hash, e))
		return false;
	if (str_empty(f.file)) f.file = reader_url_file(l->r->a, f.url);
	if (str_empty(f.file)) return bad(l, t, e, "lock-field", "`file` is missing");
	if (!hash.p) return bad(l, t, e, "lock-field", "`hash` is missing");
	const struct toml_value *at = toml_get(t, S("hash"));
	if (!str_cut(hash, ':', &algorithm, &hex)) return bad(l, at, e, "lock-hash", "a hash is written ALGORITHM:DIGITS");
	if (!locked_file_hash(l->r->a, &f, algorithm, hex, e)) return toml_where(e, &l->d, at->offset);
	f.kind = str_ends(f.file, S(".whl")) ? LOCKED_WHEEL : LOCKED_SDIST;
	/* Installers and eggs are no answers. */
	if (!entries_is_archive(f.file)) return true;
	*vec_push(l->r->a, &out->files) = f;
	return true;
}

static bool take_files(struct pdm_lock *l, const struct toml_value *table, struct locked_package *out, struct err *e)
{
	const struct toml_value *files = NULL, *old = toml_get(l->metadata, S("files"));
	if (!toml_want_array(&l->d, table, "files", &files, e)) return false;
	if (!files && old && old->type == TOML_TABLE) {
		files = toml_get(old, arena_fmt(l->r->a, STR_FMT " " STR_FMT, STR_ARG(out->name), STR_ARG(out->version)));
		if (files && files->type != TOML_ARRAY) return bad(l, files, e, "toml-type", "files are an array");
	}
	for (size_t i = 0; files && i < files->u.array.n; i++)
		if (!take_file(l, files->u.array.p[i], out, e)) return false;
	return true;
}

/* "file:///${PROJECT_ROOT}/x" and "./x" are below the lock's folder. */
static str local_path(struct pdm_lock *l, str text)
{
	static const char *const roots[] = { "file:///${PROJECT_ROOT}/", "${PROJECT_ROOT}/", "file:///%7BPROJECT_ROOT%7D/" };
	str path;
	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (str_starts(text, str_from(roots[i]))) return percent_decode(l->r->a, str_from_pos(text, strlen(roots[i])));
	return url_local_path(l->r->a, text, &path) ? path : text;
}

static bool take_direct(struct pdm_lock *l, const struct toml_value *t, struct lock_entry *entry, bool *direct, struct err *e)
{
	static const char *const systems[] = { "git", "hg", "svn", "bzr" };
	struct locked_file f = { 0 };
	str url = { 0 }, path = { 0 }, revision = { 0 }, reference = { 0 };
	if (!toml_want_string(&l->d, t, "url", &url, e) || !toml_want_string(&l->d, t, "path", &path, e) ||
	    !toml_want_string(&l->d, t, "revision", &revision, e) || !toml_want_string(&l->d, t, "ref", &reference, e) ||
	    !toml_want_string(&l->d, t, "subdirectory", &f.subdirectory, e) ||
	    !toml_want_bool(&l->d, t, "editable", &f.editable, e))
		return false;
	for (size_t i = 0; i < sizeof systems / sizeof *systems && !f.url.p; i++) {
		if (!toml_want_string(&l->d, t, systems[i], &f.url, e)) return false;
		if (f.url.p) entry->vcs = str_from(systems[i]);
	}
	*direct = f.url.p || url.p || path.p;
	if (!*direct) return true;
	if (f.url.p) {
		f.kind = LOCKED_VCS;
		f.vcs_reference = revision.p ? revision : reference;
	} else if (path.p || str_starts(url, S("file:")) || !str_contains(url, S("://"))) {
		f.path = local_path(l, path.p ? path : url);
		f.kind = entries_is_archive(f.path) ? entries_kind(f.path) : LOCKED_DIRECTORY;
		if (f.kind != LOCKED_DIRECTORY) f.file = path_base(f.path);
	} else {
		f.url = url;
		f.file = reader_url_file(l->r->a, url);
		f.kind = entries_kind(f.file);
	}
	struct locked_package listed = { .name = entry->package.name, .version = entry->package.version };
	if (!take_files(l, t, &listed, e)) return false;
	for (size_t i = 0; i < listed.files.n; i++) {
		if (f.kind == LOCKED_VCS || f.kind == LOCKED_DIRECTORY) continue;
		if (listed.files.n > 1 && !str_eq(listed.files.p[i].file, f.file)) continue;
		f.has_sha256 = listed.files.p[i].has_sha256;
		f.sha256 = listed.files.p[i].sha256;
		f.other_hashes = listed.files.p[i].other_hashes;
	}
	entry->direct = true;
	*vec_push(l->r->a, &entry->package.files) = f;
	return true;
}

static bool in_groups(struct pdm_lock *l, const struct toml_value *t, bool *in, struct err *e)
{
	struct str_list groups = { 0 };
	if (!toml_want_strings(l->r->a, &l->d, t, "groups", false, &groups, e)) return false;
	*in = !groups.n; /* pdm: an entry without groups is in all of them */
	for (size_t i = 0; i < groups.n; i++)
		if (str_list_has(&l->chosen, name_normalize(l->r->a, groups.p[i]))) *in = true;
	return true;
}

static bool take_identity(struct pdm_lock *l, const struct toml_value *t, struct pdm_package *p, struct err *e)
{
	struct locked_package *out = &p->entry.package;
	struct str_list extras = { 0 };
	str name = { 0 };
	if (!toml_want_string(&l->d, t, "name", &name, e) || !toml_want_string(&l->d, t, "version", &out->version, e) ||
	    !toml_want_strings(l->r->a, &l->d, t, "extras", false, &extras, e) ||
	    !toml_want_strings(l->r->a, &l->d, t, "dependencies", false, &p->needs, e))
		return false;
	if (!name.p) return bad(l, t, e, "lock-field", "`name` is missing");
	if (!name_valid(name)) return bad(l, toml_get(t, S("name")), e, "lock-field", "this is no name of a project");
	out->name = name_normalize(l->r->a, name);
	reader_normalize_names(l->r->a, &extras, &out->extras);
	str_list_sort(&out->extras);
	out->from_file = l->path;
	out->from_line = reader_line(&l->lines, l->d.text, t->offset);
	out->chosen = SIZE_MAX;
	out->knows_dependencies = true;
	p->has_version = out->version.p != NULL;
	if (p->has_version && !version_parse(l->r->a, out->version, &p->version, e))
		return toml_where(e, &l->d, toml_get(t, S("version"))->offset);
	return true;
}

static void take_needs(struct pdm_lock *l, struct pdm_package *p)
{
	for (size_t i = 0; i < p->needs.n; i++) {
		struct requirement r;
		struct err ignored = { 0 };
		if (!requirement_parse(l->r->a, p->needs.p[i], &r, &ignored)) continue;
		str name = name_normalize(l->r->a, r.name);
		if (!str_eq(name, p->entry.package.name)) *vec_push(l->r->a, &p->entry.package.dependencies) = name;
	}
}

static bool take_package(struct pdm_lock *l, const struct toml_value *t, struct err *e)
{
	struct pdm_package p = { .table = t, .entry.pinned = true };
	const struct toml_value *marker;
	bool direct = false;
	if (t->type != TOML_TABLE) return bad(l, t, e, "toml-type", "a package is a table");
	if (!take_identity(l, t, &p, e) || !in_groups(l, t, &p.in, e)) return false;
	marker = toml_get(t, S("marker"));
	if (marker && !reader_marker(l->r, &l->d, marker, &p.entry.marker, e)) return false;
	if (!take_direct(l, t, &p.entry, &direct, e)) return false;
	if (!direct && !p.has_version) return bad(l, t, e, "lock-field", "`version` is missing");
	if (!direct && !take_files(l, t, &p.entry.package, e)) return false;
	if (!direct && !p.entry.package.files.n)
		return bad(l, t, e, "hash-missing", "the lock names no wheel or source distribution with a hash");
	p.entry.package.pinned_by_hash = true;
	take_needs(l, &p);
	if (l->packages.n >= LOCK_PACKAGES_MAX) return bad(l, t, e, "too-large", "the lock has too many packages");
	void **slot = map_put(&l->by_name, p.entry.package.name, NULL);
	p.next = (size_t)(uintptr_t)*slot;
	*vec_push(l->r->a, &l->packages) = p;
	*slot = (void *)(uintptr_t)l->packages.n;
	return true;
}

static bool limit_families(const struct pdm_lock *l, struct err *e)
{
	for (size_t i = 0; i < l->by_name.n; i++) {
		size_t n = 0;
		for (size_t at = (size_t)(uintptr_t)l->by_name.entries[i].value; at; at = l->packages.p[at - 1].next)
			if (++n > SAME_NAME_MAX)
				return bad(l, l->packages.p[at - 1].table, e, "too-large", "the lock has too many packages of one name");
	}
	return true;
}

/* --- the whole --- */

static bool read_project(struct pdm_lock *l, struct err *e)
{
	str text, path = path_join(l->r->a, path_dir(l->path), S("pyproject.toml"));
	if (!reader_load_beside(l->r, path, &l->has_project, &text, e)) return false;
	return !l->has_project || toml_parse(l->r->a, text, path, &l->project, e);
}

bool pdm_entries(struct lock_reader *r, str path, str text, struct lock_entries *out, struct err *e)
{
	struct pdm_lock l = { .r = r, .path = path };
	const struct toml_value *list = NULL;
	if (!toml_parse(r->a, text, path, &l.d, e)) return false;
	if (!check_version(&l, e) || !check_targets(&l, e) || !read_project(&l, e) || !choose(&l, e)) return false;
	map_init(&l.by_name, r->a);
	l.inherits = has_strategy(&l, "inherit_metadata");
	if (!toml_want_array(&l.d, l.d.root, "package", &list, e)) return false;
	for (size_t i = 0; list && i < list->u.array.n; i++)
		if (!take_package(&l, list->u.array.p[i], e)) return false;
	if (!limit_families(&l, e)) return false;
	if (!r->request->frozen && l.has_project && !pdm_fresh(&l, e)) return false;
	if (!l.inherits && !pdm_walk(&l, e)) return false;
	for (size_t i = 0; i < l.packages.n; i++) {
		struct lock_entry *entry;
		if (!l.packages.p[i].in) continue;
		if (!entries_add(r, out, &entry, e)) return false;
		*entry = l.packages.p[i].entry;
	}
	return true;
}

static bool read_pdm(struct lock_reader *r, str path, str text, struct err *e)
{
	struct lock_entries entries = { 0 };
	return pdm_entries(r, path, text, &entries, e) && entries_take(r, &entries, e);
}

const struct lock_format_ops lock_format_pdm = { LOCK_FORMAT_PDM, "pdm.lock", read_pdm };
