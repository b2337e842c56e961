/* poetry_files.c: the files of a package in poetry.lock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Three generations (Locker._get_locked_package): `files` of the package (since 1.5, lock-version 2.0), `[metadata.files]` by name
 * (1.1), `[metadata.hashes]` without file names (1.0). Files of an index carry no URL: the index page is asked for the name. */
#include <string.h>

#include "base/io.h"
#include "lockfile/poetry_lock.h"
#include "python/name.h"
#include "python/wheel_name.h"

static bool ends_like(str name, const char *ending) { return str_ends(name, str_from(ending)) && name.n > strlen(ending); }

static bool is_wheel(str name) { return ends_like(name, ".whl"); }

static bool is_sdist(str name)
{
	static const char *const endings[] = { ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.Z", ".tar" };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (ends_like(name, endings[i])) return true;
	return false;
}

/* [metadata.files] lists all versions of a name together. Eggs, installers and files of other versions do not count. */
static bool belongs(struct poetry_lock *l, const struct poetry_package *p, str file)
{
	struct wheel_name w;
	struct sdist_name s;
	struct version v;
	struct err ignored = { 0 };
	if (is_wheel(file)) {
		if (!wheel_name_parse(l->r->a, file, &w, &ignored)) return false;
		v = w.parsed;
	} else if (!is_sdist(file)) {
		return false;
	} else if (!sdist_name_parse(l->r->a, file, &s, &ignored) || !version_parse(l->r->a, s.version, &v, NULL)) {
		/* An old archive whose name is not in order: it cannot be told apart, and never wins over a wheel. */
		return true;
	}
	return version_cmp(&v, &p->parsed) == 0;
}

static bool take_hash(struct poetry_lock *l, const struct toml_value *v, struct locked_file *f, struct err *e)
{
	str algorithm, hex;
	if (v->type != TOML_STRING) return reader_bad(&l->d, v, e, "lock-hash", "a hash is a string");
	if (!str_cut(v->u.string, ':', &algorithm, &hex)) {
		hex = v->u.string;
		algorithm = S("sha256");
	}
	return locked_file_hash(l->r->a, f, algorithm, hex, e) || toml_where(e, &l->d, v->offset);
}

static bool take_file(struct poetry_lock *l, const struct poetry_package *p, const struct toml_value *table,
                      struct locked_package *out, struct err *e)
{
	struct locked_file f = { 0 };
	if (table->type != TOML_TABLE) return reader_bad(&l->d, table, e, "toml-type", "a file is a table");
	const struct toml_value *file = toml_get(table, S("file")), *hash = toml_get(table, S("hash"));
	if (!file || file->type != TOML_STRING) return reader_bad(&l->d, table, e, "lock-field", "`file` is missing");
	if (!hash) return reader_bad(&l->d, table, e, "lock-field", "`hash` is missing");
	if (!take_hash(l, hash, &f, e)) return false;
	f.file = file->u.string;
	f.kind = is_wheel(f.file) ? LOCKED_WHEEL : LOCKED_SDIST;
	if (belongs(l, p, f.file)) *vec_push(l->r->a, &out->files) = f;
	return true;
}

static const struct toml_value *by_name(const struct toml_value *table, const struct poetry_package *p)
{
	if (!table || table->type != TOML_TABLE) return NULL;
	const struct toml_value *written = toml_get(p->table, S("name"));
	const struct toml_value *v = toml_get(table, written->u.string);
	return v ? v : toml_get(table, p->name);
}

static bool index_files(struct poetry_lock *l, const struct poetry_package *p, struct locked_package *out, struct err *e)
{
	const struct toml_value *files = toml_get(p->table, S("files"));
	if (!files) files = by_name(toml_get(l->metadata, S("files")), p);
	if (files && files->type != TOML_ARRAY) return reader_bad(&l->d, files, e, "toml-type", "`files` is an array");
	for (size_t i = 0; files && i < files->u.array.n; i++)
		if (!take_file(l, p, files->u.array.p[i], out, e)) return false;
	if (files) return true;
	const struct toml_value *hashes = by_name(toml_get(l->metadata, S("hashes")), p);
	for (size_t i = 0; hashes && hashes->type == TOML_ARRAY && i < hashes->u.array.n; i++) {
		struct locked_file f = { 0 };
		if (!take_hash(l, hashes->u.array.p[i], &f, e)) return false;
		if (f.has_sha256)
			*vec_push(l->r->a, &out->hashes) =
			    arena_fmt(l->r->a, "sha256:" STR_FMT, STR_ARG(sha256_hex_str(l->r->a, &f.sha256)));
	}
	return true;
}

/* One archive by path or URL; its hash stands in `files` under its name. */
static bool direct_file(struct poetry_lock *l, const struct poetry_package *p, bool url, struct locked_package *out,
                        struct err *e)
{
	struct locked_package listed = { 0 };
	struct locked_file f = { 0 };
	if (!index_files(l, p, &listed, e)) return false;
	f.file = url ? reader_url_file(l->r->a, p->source_url) : path_base(p->source_url);
	for (size_t i = 0; i < listed.files.n; i++)
		if (str_eq(listed.files.p[i].file, f.file) || listed.files.n == 1) f = listed.files.p[i];
	f.kind = is_wheel(f.file) ? LOCKED_WHEEL : LOCKED_ARCHIVE;
	if (url)
		f.url = p->source_url;
	else
		f.path = p->source_url;
	f.subdirectory = p->source_subdirectory;
	*vec_push(l->r->a, &out->files) = f;
	return true;
}

bool poetry_files(struct poetry_lock *l, const struct poetry_package *p, struct locked_package *out, struct err *e)
{
	struct locked_file f = { .subdirectory = p->source_subdirectory, .editable = p->develop };
	if (str_eq(p->source_type, S("url"))) return direct_file(l, p, true, out, e);
	if (str_eq(p->source_type, S("file"))) return direct_file(l, p, false, out, e);
	if (str_eq(p->source_type, S("directory"))) {
		f.kind = LOCKED_DIRECTORY;
		f.path = p->source_url;
		*vec_push(l->r->a, &out->files) = f;
		return true;
	}
	if (str_eq(p->source_type, S("git")) || str_eq(p->source_type, S("hg")) || str_eq(p->source_type, S("svn"))) {
		f.kind = LOCKED_VCS;
		f.url = p->source_url;
		f.vcs_reference = p->source_reference;
		*vec_push(l->r->a, &out->files) = f;
		return true;
	}
	if (!str_empty(p->source_type) && !str_eq(p->source_type, S("legacy")))
		return reader_bad(&l->d, p->table, e, "lock-field", "a source of type `" STR_FMT "` is unknown",
		                  STR_ARG(str_slice(p->source_type, 0, 60)));
	out->index = p->source_url;
	if (!index_files(l, p, out, e)) return false;
	if (out->files.n || out->hashes.n) return true;
	return reader_bad(&l->d, p->table, e, "hash-missing",
	                  "the lock names no wheel or source distribution with a hash of " STR_FMT " " STR_FMT, STR_ARG(p->name),
	                  STR_ARG(p->version));
}
