/* ingest_text.c: METADATA, WHEEL and entry_points.txt of a wheel.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sources: PyPA "Core metadata", "Binary distribution format" (what installers must check), "Entry points". */
#include <string.h>

#include "pipeline/ingest_parts.h"
#include "python/entry_points.h"
#include "python/metadata.h"
#include "python/name.h"
#include "python/wheel_file.h"

#define SCRIPT_NAME_MAX 200 /* bytes: below what file systems take, with room for an ending */

static bool in_file(struct ingest *i, str path)
{
	err_where(i->e, STR_FMT ": " STR_FMT, STR_ARG(i->file), STR_ARG(path));
	return false;
}

static struct str_list copy_list(struct ingest *i, const struct str_list *from)
{
	struct str_list list = { 0 };
	for (size_t k = 0; k < from->n; k++) *vec_push(i->a, &list) = arena_str(i->a, from->p[k]);
	return list;
}

static bool check_identity(struct ingest *i, const struct metadata *m, str path)
{
	if (!name_same(m->name, i->name.name))
		return ingest_refuse(i, "metadata-mismatch", path,
		                     "METADATA is of the project \"" STR_FMT "\", the file name says \"" STR_FMT "\"", STR_ARG(m->name),
		                     STR_ARG(i->name.name));
	struct version version;
	if (!version_parse(&i->scratch, m->version, &version, NULL) || version_cmp(&version, &i->name.parsed) != 0)
		return ingest_refuse(i, "metadata-mismatch", path,
		                     "METADATA is of the version \"" STR_FMT "\", the file name says \"" STR_FMT "\"",
		                     STR_ARG(m->version), STR_ARG(i->name.version));
	return true;
}

bool ingest_metadata(struct ingest *i)
{
	str path = ingest_info_path(i, "METADATA"), text;
	struct metadata m;
	if (!ingest_read(i, ingest_find(i, path), METADATA_MAX, "metadata", &text)) return false;
	if (!metadata_parse(&i->scratch, text, &m, i->e)) return in_file(i, path);
	if (!check_identity(i, &m, path)) return false;
	struct wheel_record *r = &i->record;
	r->name = name_normalize(i->a, m.name);
	r->written_name = arena_str(i->a, m.name);
	r->version = arena_str(i->a, m.version);
	r->requires_python = arena_str(i->a, m.requires_python);
	r->requires_dist = copy_list(i, &m.requires_dist);
	r->provides_extra = copy_list(i, &m.provides_extra);
	return true;
}

/* "py2.py3-none-any" -> py2-none-any, py3-none-any. False when that is no tag, or far too many. */
static bool expand_tag(struct ingest *i, str tag, struct str_list *out)
{
	str interpreters, abis, platforms, rest = arena_lower(&i->scratch, tag);
	if (!str_cut(rest, '-', &interpreters, &rest) || !str_cut(rest, '-', &abis, &platforms)) return false;
	str python, abi, platform;
	for (str p = interpreters; str_cut(p, '.', &python, &p) || !str_empty(python);) {
		for (str b = abis; str_cut(b, '.', &abi, &b) || !str_empty(abi);) {
			for (str f = platforms; str_cut(f, '.', &platform, &f) || !str_empty(platform);) {
				if (out->n >= 2 * WHEEL_TAGS_MAX) return false;
				*vec_push(&i->scratch, out) =
				    arena_fmt(&i->scratch, STR_FMT "-" STR_FMT "-" STR_FMT, STR_ARG(python), STR_ARG(abi), STR_ARG(platform));
				if (str_empty(f)) break;
			}
			if (str_empty(b)) break;
		}
		if (str_empty(p)) break;
	}
	return true;
}

/* Whether WHEEL names the same tags as the file name; both lists are sorted, that of the file name has no doubles. */
static bool tags_agree(struct ingest *i, const struct wheel_file *w)
{
	struct str_list all = { 0 };
	for (size_t k = 0; k < w->tags.n; k++)
		if (!expand_tag(i, w->tags.p[k], &all)) return false;
	str_list_sort(&all);
	size_t at = 0;
	for (size_t k = 0; k < all.n; k++) {
		if (k > 0 && str_eq(all.p[k], all.p[k - 1])) continue;
		if (at >= i->name.tags.n || !str_eq(all.p[k], i->name.tags.p[at++])) return false;
	}
	return at == i->name.tags.n;
}

bool ingest_wheel_file(struct ingest *i)
{
	str path = ingest_info_path(i, "WHEEL"), text;
	struct wheel_file w;
	if (!ingest_read(i, ingest_find(i, path), WHEEL_FILE_MAX, "wheel-file", &text)) return false;
	if (!wheel_file_parse(&i->scratch, text, &w, i->e)) return in_file(i, path);
	if (w.newer_minor)
		ingest_warn(i, "its Wheel-Version " STR_FMT " is newer than 1.0, which lamina knows", STR_ARG(w.wheel_version));
	/* The file name decides; no tag at all is what some old tools wrote. */
	if (w.tags.n > 0 && !tags_agree(i, &w))
		ingest_warn(i, "WHEEL lists other tags than the file name (the first is \"" STR_FMT "\")", STR_ARG(w.tags.p[0]));
	i->record.tags = copy_list(i, &w.tags);
	return true;
}

static bool add_script(struct ingest *i, const struct entry_point *p, str path)
{
	if (ingest_name_is_reserved(p->name)) {
		ingest_refuse(i, "script-name", path, "the wheel has a script named \"" STR_FMT "\"", STR_ARG(p->name));
		return err_why(i->e, "it would take the place of the interpreter");
	}
	if (p->name.n > SCRIPT_NAME_MAX)
		return ingest_refuse(i, "entry-point-name", path, "the name of a script has %zu bytes, more than %d", p->name.n,
		                     SCRIPT_NAME_MAX);
	if (str_empty(p->module) || str_empty(p->attribute)) {
		ingest_refuse(i, "entry-point-value", path, "the script \"" STR_FMT "\" calls \"" STR_FMT "\", which is no object",
		              STR_ARG(p->name), STR_ARG(p->value));
		return err_why(i->e, "a script names what it calls as module:object");
	}
	*vec_push(i->a, &i->record.scripts) = (struct wheel_script){
		.name = arena_str(i->a, p->name),
		.module = arena_str(i->a, p->module),
		.attribute = arena_str(i->a, p->attribute),
		.gui = str_eq(p->group, S("gui_scripts")),
	};
	return true;
}

bool ingest_entry_points(struct ingest *i)
{
	str path = ingest_info_path(i, "entry_points.txt"), text;
	struct entry_points points;
	size_t file = ingest_find(i, path);
	if (file == SIZE_MAX) return true;
	if (!ingest_read(i, file, ENTRY_POINTS_MAX, "entry-points", &text)) return false;
	if (!entry_points_parse(&i->scratch, text, &points, i->e)) return in_file(i, path);
	for (size_t k = 0; k < points.list.n; k++) {
		const struct entry_point *p = &points.list.p[k];
		if (!str_eq(p->group, S("console_scripts")) && !str_eq(p->group, S("gui_scripts"))) continue;
		if (!add_script(i, p, path)) return false;
	}
	i->record.entry_points = arena_str(i->a, text);
	return true;
}
