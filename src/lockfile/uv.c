/* uv.c: uv.lock: packages and their files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names kept for compatibility are accepted as uv accepts them: `distribution` for `package`, `dependency-groups` for
 * `dev-dependencies`, `upload_time`. Revisions are ignored: they never change the meaning of what is read here. */
#include <string.h>

#include "base/io.h"
#include "lockfile/uv_lock.h"
#include "python/name.h"
#include "python/wheel_name.h"

static const struct {
	const char *key;
	enum uv_source source;
} sources[] = { { "registry", UV_REGISTRY },   { "git", UV_GIT },           { "url", UV_URL },        { "path", UV_PATH },
	            { "directory", UV_DIRECTORY }, { "editable", UV_EDITABLE }, { "virtual", UV_VIRTUAL } };

static bool missing(struct uv_lock *u, const struct toml_value *table, const char *key, struct err *e)
{
	return reader_bad(&u->d, table, e, "lock-field", "`%s` is missing", key);
}

/* --- packages --- */

static bool find_source(struct uv_lock *u, const struct toml_value *table, enum uv_source *source, str *value, struct err *e)
{
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		const struct toml_value *v = toml_get(table, str_from(sources[i].key));
		if (!v) continue;
		/* { url = ..., subdirectory = ... }: only the kind itself counts. A registry may be a table in later writers. */
		if (v->type != TOML_STRING) return reader_bad(&u->d, v, e, "toml-type", "a source is a string");
		*source = sources[i].source;
		*value = v->u.string;
		return true;
	}
	return reader_bad(&u->d, table, e, "lock-field", "this source is of no known kind");
}

static bool take_package(struct uv_lock *u, const struct toml_value *table, struct err *e)
{
	struct lock_reader *r = u->r;
	if (table->type != TOML_TABLE) return reader_bad(&u->d, table, e, "toml-type", "a package is a table");
	struct uv_package p = { .table = table, .line = reader_line(&u->lines, u->d.text, table->offset) };
	str name = { 0 };
	if (!toml_want_string(&u->d, table, "name", &name, e) || !toml_want_string(&u->d, table, "version", &p.version, e) ||
	    !toml_want_table(&u->d, table, "source", &p.source_table, e))
		return false;
	if (!name.p) return missing(u, table, "name", e);
	if (!name_valid(name))
		return reader_bad(&u->d, toml_get(table, S("name")), e, "lock-field", "this is no name of a project");
	if (!p.source_table) return missing(u, table, "source", e);
	p.name = name_normalize(r->a, name);
	if (!find_source(u, p.source_table, &p.source, &p.source_value, e)) return false;
	struct version v;
	if (p.version.p && !version_parse(r->a, p.version, &v, e))
		return toml_where(e, &u->d, toml_get(table, S("version"))->offset);
	if (!p.version.p && p.source == UV_REGISTRY) return missing(u, table, "version", e);
	if (u->packages.n >= LOCK_PACKAGES_MAX) return reader_bad(&u->d, table, e, "too-large", "the lock has too many packages");
	void **slot = map_put(&u->by_name, p.name, NULL);
	p.next = (size_t)(uintptr_t)*slot;
	p.rank = p.next ? u->packages.p[p.next - 1].rank + 1 : 0;
	if (p.rank >= UV_SAME_NAME_MAX)
		return reader_bad(&u->d, table, e, "too-large", "the lock has too many packages of one name");
	*vec_push(r->a, &u->packages) = p;
	*slot = (void *)(uintptr_t)u->packages.n;
	return true;
}

static bool check_head(struct uv_lock *u, struct err *e)
{
	int64_t version = 0;
	const struct toml_value *v = toml_get(u->d.root, S("version"));
	if (!toml_want_integer(&u->d, u->d.root, "version", &version, e)) return false;
	if (!v) return missing(u, u->d.root, "version", e);
	if (version != 1) {
		reader_bad(&u->d, v, e, "lock-version", "uv.lock version %lld is unknown", (long long)version);
		return err_help(e, "lamina reads version 1: update lamina, or lock with a uv that writes it");
	}
	str python = { 0 };
	bool matches = true;
	if (!toml_want_string(&u->d, u->d.root, "requires-python", &python, e)) return false;
	if (!python.p || !u->r->target) return true;
	v = toml_get(u->d.root, S("requires-python"));
	if (!reader_python_matches(u->r, python, S("the lock"), &matches, e)) return toml_where(e, &u->d, v->offset);
	if (matches) return true;
	err_set(e, ERR_RESOLVE, "lock-target", "the lock needs Python " STR_FMT ", which " STR_FMT " is not", STR_ARG(python),
	        STR_ARG(u->r->target->text));
	return toml_where(e, &u->d, v->offset);
}

/* `supported-markers` (tool.uv.environments): the target must be in one of them. */
static bool check_supported(struct uv_lock *u, struct err *e)
{
	const struct toml_value *list = NULL;
	if (!toml_want_array(&u->d, u->d.root, "supported-markers", &list, e)) return false;
	if (!list || !list->u.array.n || !u->r->target) return true;
	for (size_t i = 0; i < list->u.array.n; i++) {
		struct marker *m;
		str assumed = { 0 };
		if (!reader_marker(u->r, &u->d, list->u.array.p[i], &m, e)) return false;
		if (reader_decide(u->r, m, S("supported-markers"), &assumed)) return true;
	}
	err_set(e, ERR_RESOLVE, "lock-target", "the lock was not made for " STR_FMT, STR_ARG(u->r->target->text));
	toml_where(e, &u->d, list->offset);
	return err_help(e, "add the target to tool.uv.environments and run uv lock");
}

bool uv_lock_parse(struct uv_lock *u, str text, struct err *e)
{
	const struct toml_value *list = NULL;
	if (!toml_parse(u->r->a, text, u->path, &u->d, e)) return false;
	if (!check_head(u, e) || !check_supported(u, e)) return false;
	map_init(&u->by_name, u->r->a);
	map_init(&u->markers, u->r->a);
	if (!toml_want_array(&u->d, u->d.root, "package", &list, e)) return false;
	if (!list && !toml_want_array(&u->d, u->d.root, "distribution", &list, e)) return false;
	for (size_t i = 0; list && i < list->u.array.n; i++)
		if (!take_package(u, list->u.array.p[i], e)) return false;
	return true;
}

struct uv_package *uv_find(const struct uv_lock *u, str name)
{
	void *at = map_get(&u->by_name, name);
	return at ? &u->packages.p[(uintptr_t)at - 1] : NULL;
}

/* --- dependencies --- */

/* `version` and `source` are written only where the name alone is ambiguous. */
bool uv_dependency(struct uv_lock *u, const struct toml_value *dependency, struct uv_package **out, struct err *e)
{
	str name = { 0 }, version = { 0 }, value = { 0 };
	const struct toml_value *source = NULL;
	enum uv_source kind = UV_REGISTRY;
	if (dependency->type != TOML_TABLE) return reader_bad(&u->d, dependency, e, "toml-type", "a dependency is a table");
	if (!toml_want_string(&u->d, dependency, "name", &name, e) ||
	    !toml_want_string(&u->d, dependency, "version", &version, e) ||
	    !toml_want_table(&u->d, dependency, "source", &source, e))
		return false;
	if (!name.p) return missing(u, dependency, "name", e);
	if (source && !find_source(u, source, &kind, &value, e)) return false;
	struct uv_package *found = NULL;
	size_t n = 0;
	for (struct uv_package *p = uv_find(u, name_normalize(u->r->a, name)); p;
	     p = p->next ? &u->packages.p[p->next - 1] : NULL) {
		if (version.p && !str_eq(p->version, version)) continue;
		if (source && (p->source != kind || !str_eq(p->source_value, value))) continue;
		found = p;
		n++;
	}
	if (n == 1) return *out = found, true;
	return reader_bad(&u->d, dependency, e, n ? "lock-duplicate" : "lock-missing-package",
	                  n ? "several packages of the lock could be this `" STR_FMT "`"
	                    : "the lock has no package for this `" STR_FMT "`",
	                  STR_ARG(str_slice(name, 0, 200)));
}

bool uv_marker(struct uv_lock *u, const struct toml_value *dependency, struct marker **out, struct err *e)
{
	const struct toml_value *v = toml_get(dependency, S("marker"));
	*out = NULL;
	if (!v) return true;
	if (v->type == TOML_STRING && (*out = map_get(&u->markers, v->u.string))) return true;
	if (!reader_marker(u->r, &u->d, v, out, e)) return false;
	*map_put(&u->markers, v->u.string, NULL) = *out;
	return true;
}

/* --- files --- */

static bool take_facts(struct uv_lock *u, const struct toml_value *table, struct locked_file *f, struct err *e)
{
	str hash = { 0 }, algorithm, hex;
	int64_t size = -1;
	if (!toml_want_string(&u->d, table, "hash", &hash, e) || !toml_want_integer(&u->d, table, "size", &size, e)) return false;
	if (size >= 0) {
		f->has_size = true;
		f->size = (uint64_t)size;
	}
	if (!hash.p) return true;
	const struct toml_value *at = toml_get(table, S("hash"));
	if (!str_cut(hash, ':', &algorithm, &hex))
		return reader_bad(&u->d, at, e, "lock-hash", "a hash is written ALGORITHM:DIGITS");
	return locked_file_hash(u->r->a, f, algorithm, hex, e) || toml_where(e, &u->d, at->offset);
}

static bool take_file(struct uv_lock *u, const struct toml_value *table, const struct uv_package *p, enum locked_kind kind,
                      struct locked_package *out, struct err *e)
{
	struct locked_file f = { .kind = kind };
	str name = { 0 };
	if (table->type != TOML_TABLE) return reader_bad(&u->d, table, e, "toml-type", "a file is a table");
	if (!toml_want_string(&u->d, table, "url", &f.url, e) || !toml_want_string(&u->d, table, "path", &f.path, e) ||
	    !toml_want_string(&u->d, table, "filename", &name, e) || !take_facts(u, table, &f, e))
		return false;
	/* Direct sources say where they are once, in `source`. */
	if (p->source == UV_URL && str_empty(f.url)) f.url = p->source_value;
	if (p->source == UV_PATH && str_empty(f.path)) f.path = p->source_value;
	if (p->source == UV_REGISTRY && !str_empty(f.path) && !str_contains(p->source_value, S("://")))
		f.path = path_join(u->r->a, p->source_value, f.path);
	if (str_empty(name)) name = !str_empty(f.path) ? path_base(f.path) : reader_url_file(u->r->a, f.url);
	f.file = name;
	if (str_empty(name)) return reader_bad(&u->d, table, e, "lock-field", "the file has neither url nor path");
	struct wheel_name w;
	if (kind == LOCKED_WHEEL && !wheel_name_parse(u->r->a, name, &w, e)) return toml_where(e, &u->d, table->offset);
	if (kind == LOCKED_WHEEL && !str_eq(w.name, p->name))
		return reader_bad(&u->d, table, e, "lock-field", "the file " STR_FMT " is not of " STR_FMT, STR_ARG(name),
		                  STR_ARG(p->name));
	if (kind == LOCKED_SDIST && p->source != UV_REGISTRY) f.kind = LOCKED_ARCHIVE;
	if (p->source == UV_URL) toml_want_string(&u->d, p->source_table, "subdirectory", &f.subdirectory, e);
	*vec_push(u->r->a, &out->files) = f;
	return true;
}

/* "https://host/repo?subdirectory=x&tag=v1#commit" */
static void take_git(struct uv_lock *u, const struct uv_package *p, struct locked_package *out)
{
	struct locked_file *f = vec_push(u->r->a, &out->files);
	str base, fragment, query, part;
	f->kind = LOCKED_VCS;
	f->url = p->source_value;
	str_cut(p->source_value, '#', &base, &fragment);
	f->vcs_reference = fragment;
	for (bool more = str_cut(base, '?', &base, &query); more;) {
		more = str_cut(query, '&', &part, &query);
		if (str_starts(part, S("subdirectory="))) f->subdirectory = percent_decode(u->r->a, str_from_pos(part, 13));
	}
}

bool uv_files(struct uv_lock *u, const struct uv_package *from, struct locked_package *out, struct err *e)
{
	const struct toml_value *wheels = NULL, *sdist = NULL;
	if (from->source == UV_GIT) return take_git(u, from, out), true;
	if (from->source == UV_DIRECTORY || from->source == UV_EDITABLE || from->source == UV_VIRTUAL) {
		struct locked_file *f = vec_push(u->r->a, &out->files);
		f->kind = LOCKED_DIRECTORY;
		f->path = from->source_value;
		f->editable = from->source == UV_EDITABLE;
		return true;
	}
	if (!toml_want_array(&u->d, from->table, "wheels", &wheels, e) || !toml_want_table(&u->d, from->table, "sdist", &sdist, e))
		return false;
	for (size_t i = 0; wheels && i < wheels->u.array.n; i++)
		if (!take_file(u, wheels->u.array.p[i], from, LOCKED_WHEEL, out, e)) return false;
	if (sdist && !take_file(u, sdist, from, LOCKED_SDIST, out, e)) return false;
	if (!out->files.n)
		return reader_bad(&u->d, from->table, e, "lock-field", STR_FMT " has neither wheels nor sdist", STR_ARG(from->name));
	return true;
}

static bool read_uv(struct lock_reader *r, str path, str text, struct err *e)
{
	struct uv_lock u = { .r = r, .path = path };
	return uv_lock_parse(&u, text, e) && uv_walk(&u, e);
}

const struct lock_format_ops lock_format_uv = { LOCK_FORMAT_UV, "uv.lock", read_uv };
