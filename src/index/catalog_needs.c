/* catalog_needs.c: METADATA as the store keeps it and as it is given out.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kept are the texts of the few fields that matter; they are parsed when somebody asks, since most of what is loaded ahead is
 * never asked for.
 * Layout:  format; Metadata-Version, name, version, Requires-Python; numbers of requirements, extras and dynamic fields, each with
 *          these behind it.
 * Sources: PyPA "Core metadata specifications"; python-packaging 4.4 (repairs), 6 (what makes a source distribution's static). */
#include "base/rd.h"
#include "index/catalog_parts.h"
#include "python/header_block.h"
#include "python/metadata.h"
#include "python/name.h"
#include "python/specifier.h"

#define FORMAT 1

/* --- encoding --- */

static void put_list(struct buf *out, const struct str_list *list)
{
	catalog_put(out, list->n);
	for (size_t i = 0; i < list->n; i++) catalog_put_str(out, list->p[i]);
}

void catalog_needs_encode(const struct needs *n, struct buf *out)
{
	catalog_put(out, FORMAT);
	catalog_put_str(out, n->metadata_version);
	catalog_put_str(out, n->name);
	catalog_put_str(out, n->version);
	catalog_put_str(out, n->requires_python);
	put_list(out, &n->requires_dist);
	put_list(out, &n->provides_extra);
	put_list(out, &n->dynamic);
}

static bool get_list(struct rd *r, struct arena *a, struct str_list *out)
{
	uint64_t n = catalog_get(r);
	if (n > rd_left(r) || n > METADATA_REQUIRES_MAX) return false;
	*out = (struct str_list){ arena_array(a, str, (size_t)n), (size_t)n, (size_t)n };
	for (size_t i = 0; i < out->n; i++) out->p[i] = catalog_get_str(r);
	return !r->bad;
}

bool catalog_needs_decode(struct arena *a, str bytes, struct needs *out)
{
	struct rd r = rd_over(bytes);
	if (catalog_get(&r) != FORMAT) return false;
	out->metadata_version = catalog_get_str(&r);
	out->name = catalog_get_str(&r);
	out->version = catalog_get_str(&r);
	out->requires_python = catalog_get_str(&r);
	return !r.bad && get_list(&r, a, &out->requires_dist) && get_list(&r, a, &out->provides_extra) &&
	       get_list(&r, a, &out->dynamic) && rd_left(&r) == 0;
}

/* --- reading METADATA --- */

static bool same_file(struct arena *a, const struct metadata_entry *m, str name, str version)
{
	struct version said, named;
	if (!name_same(name, m->page->project.name)) return false;
	return version_parse(a, version, &said, NULL) && version_parse(a, m->file->version, &named, NULL) &&
	       version_cmp(&said, &named) == 0;
}

static bool check_names(struct arena *a, const struct metadata_entry *m, str name, str version, struct err *e)
{
	if (same_file(a, m, name, version)) return true;
	err_set(e, ERR_FORMAT, "metadata-mismatch", "the metadata of " STR_FMT " is that of " STR_FMT " " STR_FMT,
	        STR_ARG(str_slice(m->file->index.file, 0, 200)), STR_ARG(str_slice(name, 0, 200)),
	        STR_ARG(str_slice(version, 0, 100)));
	return err_why(e, "a file's name and its metadata must agree on the project and the version");
}

static bool is_dynamic(const struct needs *needs, str *field)
{
	static const str fields[] = { { "Requires-Dist", 13 }, { "Requires-Python", 15 }, { "Provides-Extra", 14 } };
	for (size_t i = 0; i < needs->dynamic.n; i++)
		for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
			if (str_ieq(needs->dynamic.p[i], fields[k])) {
				*field = fields[k];
				return true;
			}
	return false;
}

/* Of a source distribution: can what it says be relied on without building it? (PEP 643; a field that is both there and dynamic,
 * PEP 808, cannot.) */
static bool check_static(const struct metadata_entry *m, const struct needs *needs, struct err *e)
{
	uint64_t parts[2] = { 0, 0 };
	str field, version = needs->metadata_version;
	if (!m->file->is_sdist) return true;
	header_dotted_number(version, parts);
	bool says = parts[0] > 2 || (parts[0] == 2 && parts[1] >= 2);
	if (says && !is_dynamic(needs, &field)) return true;
	err_set(e, ERR_FORMAT, "sdist-dynamic", "what " STR_FMT " needs is known only when it is built",
	        STR_ARG(m->file->index.file));
	if (says) return err_why(e, "its PKG-INFO says that " STR_FMT " is dynamic", STR_ARG(field));
	return err_why(e, "its PKG-INFO has Metadata-Version " STR_FMT "; only from 2.2 on it says what may be relied on",
	               STR_ARG(version));
}

static str encoded(struct metadata_entry *m, const struct needs *n)
{
	struct buf out;
	buf_init(&out, CATALOG_BLOB_MAX);
	catalog_needs_encode(n, &out);
	str bytes = buf_take(&out, &m->catalog->arena);
	buf_release(&out);
	return bytes;
}

bool catalog_needs_read(struct metadata_entry *m, str text, str *needs, struct err *e)
{
	struct arena scratch = { 0 };
	struct metadata md = { 0 };
	bool ok = metadata_parse(&scratch, text, &md, e) && check_names(&scratch, m, md.name, md.version, e);
	struct needs read = { md.metadata_version, md.name,           md.version, md.requires_python,
		                  md.requires_dist,    md.provides_extra, { 0 } };
	if (m->file->is_sdist) read.dynamic = md.dynamic;
	if (ok) *needs = encoded(m, &read);
	arena_release(&scratch);
	return ok;
}

bool catalog_needs_record(struct metadata_entry *m, const struct wheel_record *record, str *needs, struct err *e)
{
	struct arena scratch = { 0 };
	bool ok = check_names(&scratch, m, record->written_name, record->version, e);
	struct needs read = {
		{ 0 }, record->written_name, record->version, record->requires_python, record->requires_dist, record->provides_extra,
		{ 0 }
	};
	if (ok) *needs = encoded(m, &read);
	arena_release(&scratch);
	return ok;
}

bool catalog_needs_fit(const struct metadata_entry *m, str bytes)
{
	struct arena scratch = { 0 };
	struct needs needs;
	bool ok = catalog_needs_decode(&scratch, bytes, &needs) && same_file(&scratch, m, needs.name, needs.version);
	arena_release(&scratch);
	return ok;
}

/* --- giving it out --- */

static void add_repair(struct arena *a, struct catalog_metadata *out, str from, str to)
{
	*vec_push(a, &out->repairs) = arena_fmt(a, STR_FMT " -> " STR_FMT, STR_ARG(from), STR_ARG(to));
}

/* A requirement as its parts say it now. */
static str spelled(struct arena *a, const struct requirement *r)
{
	struct buf extras;
	buf_init(&extras, REQUIREMENT_MAX);
	for (size_t i = 0; i < r->extras.n; i++) buf_addf(&extras, "%s" STR_FMT, i ? "," : "[", STR_ARG(r->extras.p[i]));
	if (r->extras.n) buf_add_char(&extras, ']');
	str text = arena_fmt(a, STR_FMT STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(r->name), STR_ARG(buf_str(&extras)),
	                     STR_ARG(specifier_text(a, &r->specifier)), r->marker ? "; " : "", STR_ARG(r->marker_source));
	buf_release(&extras);
	return text;
}

/* Requires-Python with the same repairs: as the specifier of a requirement. */
static bool take_python(struct arena *a, str text, struct catalog_metadata *out, struct err *e)
{
	struct specifier_set set;
	struct requirement r;
	struct err ignored = { 0 };
	bool repaired;
	out->requires_python = text;
	if (specifier_parse(a, text, &set, e)) return true;
	bool ok = requirement_parse_lenient(a, arena_join(a, S("python "), text), &r, &repaired, &ignored);
	if (!ok || !str_empty(r.url) || r.marker || r.extras.n > 0) return false;
	out->requires_python = specifier_text(a, &r.specifier);
	add_repair(a, out, text, out->requires_python);
	err_clear(e);
	return true;
}

static bool parse(struct arena *a, const struct needs *needs, struct catalog_metadata *out, struct err *e)
{
	if (!str_empty(needs->requires_python) && !take_python(a, needs->requires_python, out, e)) return false;
	struct requirement *list = arena_array(a, struct requirement, needs->requires_dist.n);
	for (size_t i = 0; i < needs->requires_dist.n; i++) {
		bool repaired = false;
		if (!requirement_parse_lenient(a, needs->requires_dist.p[i], &list[i], &repaired, e)) return false;
		if (repaired) add_repair(a, out, needs->requires_dist.p[i], spelled(a, &list[i]));
	}
	for (size_t i = 0; i < needs->provides_extra.n; i++)
		if (name_valid(needs->provides_extra.p[i]))
			str_list_add_new(a, &out->provides_extra, name_normalize(a, needs->provides_extra.p[i]));
	out->requires_dist = list;
	out->n_requires = needs->requires_dist.n;
	return true;
}

void catalog_metadata_parse(struct arena *a, str requires_python, const struct str_list *requires_dist,
                            const struct str_list *provides_extra, struct catalog_metadata *out)
{
	struct needs needs = { .requires_python = requires_python, .requires_dist = *requires_dist };
	struct err e = { 0 };
	needs.provides_extra = *provides_extra;
	*out = (struct catalog_metadata){ 0 };
	if (parse(a, &needs, out, &e)) return;
	err_set(&e, ERR_FORMAT, "metadata", "the metadata cannot be read");
	*out = (struct catalog_metadata){ .broken = true, .why = e };
}

void catalog_needs_parse(struct metadata_entry *m)
{
	struct arena *a = &m->catalog->arena;
	struct needs needs = { 0 };
	struct catalog_metadata out = { 0 };
	struct err e = { 0 };
	m->parsed = true;
	if (catalog_needs_decode(a, m->needs, &needs) && check_static(m, &needs, &e) && parse(a, &needs, &out, &e)) {
		m->metadata = out;
		return;
	}
	err_set(&e, ERR_FORMAT, "metadata", "the metadata cannot be read");
	err_where(&e, STR_FMT, STR_ARG(m->file->index.file));
	m->metadata = (struct catalog_metadata){ .broken = true, .why = e };
}
