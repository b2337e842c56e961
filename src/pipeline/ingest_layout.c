/* ingest_layout.c: the special folders of a wheel and the names that may be in them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Binary distribution format". As pip does, a wheel has one top-level folder *.dist-info, whose name begins with
 * the project's, and a top-level folder *.data is what installers spread by its keys. */
#include "pipeline/ingest_parts.h"
#include "python/name.h"

/* "NAME-VERSION", in any spelling of the name: old tools wrote it as they liked. Names may hold dashes, versions begin with a
 * digit. */
static bool belongs_to(str stem, str name)
{
	for (size_t at = 0; at + 1 < stem.n; at++) {
		if (stem.p[at] != '-') continue;
		char first = stem.p[at + 1];
		if ((ascii_digit(first) || first == 'v') && name_same(str_slice(stem, 0, at), name)) return true;
	}
	return false;
}

/* The one top-level folder with that ending; empty when there is none. */
static bool find_folder(struct ingest *i, str ending, const char *id, str *out)
{
	str found = { 0 };
	for (size_t k = 0; k < i->zip.n; k++) {
		str top, rest;
		/* Without "/" it is a file at the top, which is no folder whatever its name. */
		if (!str_cut(i->zip.entries[k].name, '/', &top, &rest) || !str_ends(top, ending)) continue;
		if (found.n && !str_eq(found, top))
			return ingest_refuse(i, id, top, "the wheel has two folders *" STR_FMT ": " STR_FMT " and " STR_FMT,
			                     STR_ARG(ending), STR_ARG(found), STR_ARG(top));
		found = top;
	}
	*out = found;
	return true;
}

static bool check_info_file(struct ingest *i, const char *file, const char *id)
{
	if (ingest_find(i, ingest_info_path(i, file)) != SIZE_MAX) return true;
	return ingest_refuse(i, id, i->record.dist_info, "the wheel has no %s", file);
}

bool ingest_find_folders(struct ingest *i)
{
	str info, data;
	if (!find_folder(i, S(".dist-info"), "wheel-dist-info", &info) || !find_folder(i, S(".data"), "wheel-data-dir", &data))
		return false;
	if (str_empty(info)) return ingest_refuse(i, "wheel-dist-info", info, "the wheel has no folder *.dist-info");
	if (!belongs_to(str_slice(info, 0, info.n - sizeof ".dist-info" + 1), i->name.name))
		return ingest_refuse(i, "wheel-dist-info", info, "the folder " STR_FMT " is not that of the project " STR_FMT,
		                     STR_ARG(info), STR_ARG(i->name.name));
	i->record.dist_info = arena_str(i->a, info);
	i->record.data_dir = arena_str(i->a, data);
	return check_info_file(i, "METADATA", "wheel-dist-info") && check_info_file(i, "WHEEL", "wheel-dist-info") &&
	       check_info_file(i, "RECORD", "record-missing");
}

/* PREFIX, then a version (3, 3.12, 3.13t) or nothing. */
static bool is_interpreter(str name, str prefix)
{
	if (!str_starts(name, prefix)) return false;
	str rest = str_from_pos(name, prefix.n);
	if (str_ends(rest, S(".exe"))) rest.n -= 4;
	if (str_ends(rest, S("t")) && rest.n > 1) rest.n--;
	for (size_t i = 0; i < rest.n; i++)
		if (!ascii_digit(rest.p[i]) && rest.p[i] != '.') return false;
	return true;
}

bool ingest_name_is_reserved(str name)
{
	return is_interpreter(name, S("python")) || is_interpreter(name, S("pythonw")) || is_interpreter(name, S("pypy")) ||
	       is_interpreter(name, S("graalpy"));
}

bool ingest_is_script(const struct ingest *i, str path, str *name)
{
	str data = i->record.data_dir, key, rest;
	if (str_empty(data) || !str_starts(path, data) || str_at(path, data.n) != '/') return false;
	if (!str_cut(str_from_pos(path, data.n + 1), '/', &key, &rest) || !str_eq(key, S("scripts"))) return false;
	*name = rest;
	return true;
}

static bool check_data_file(struct ingest *i, str path)
{
	static const str keys[] = { { "purelib", 7 }, { "platlib", 7 }, { "scripts", 7 }, { "data", 4 }, { "headers", 7 } };
	str key, rest, name = { 0 };
	bool known = false, below = str_cut(str_from_pos(path, i->record.data_dir.n + 1), '/', &key, &rest);
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) known |= str_eq(key, keys[k]);
	if (!known || !below) {
		ingest_refuse(i, "wheel-data-key", path, "\"" STR_FMT "\" is no key of " STR_FMT, STR_ARG(key),
		              STR_ARG(i->record.data_dir));
		return err_why(i->e, "the keys are purelib, platlib, scripts, data and headers");
	}
	if (str_eq(key, S("scripts"))) name = rest;
	if (str_eq(key, S("data")) && str_starts(rest, S("bin/"))) name = str_from_pos(rest, 4);
	if (!ingest_name_is_reserved(name)) return true;
	ingest_refuse(i, "script-name", path, "the wheel has a script named \"" STR_FMT "\"", STR_ARG(name));
	return err_why(i->e, "it would take the place of the interpreter");
}

bool ingest_check_data(struct ingest *i)
{
	str data = i->record.data_dir;
	if (str_empty(data)) return true;
	for (size_t k = 0; k < i->n_files; k++) {
		str path = i->files[k].zip->name;
		if (str_starts(path, data) && str_at(path, data.n) == '/' && !check_data_file(i, path)) return false;
	}
	return true;
}
