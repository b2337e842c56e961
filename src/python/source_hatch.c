/* source_hatch.c: hatchling: where its configuration stands, and what of it is code.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/source_hatch.h"

#include <stdarg.h>

bool hatch_bad_field(struct source_work *w, const struct hatch_section *s, const struct toml_value *at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str text = arena_vfmt(w->a, format, arguments);
	va_end(arguments);
	err_set(w->e, ERR_FORMAT, "project-field", STR_FMT, STR_ARG(text));
	return toml_where(w->e, s->file, at->offset);
}

const struct toml_value *hatch_option(const struct hatch *h, const char *key)
{
	const struct toml_value *v = h->target ? toml_get(h->target, str_from(key)) : NULL;
	return v || !h->build.table ? v : toml_get(h->build.table, str_from(key));
}

bool hatch_flag(struct source_work *w, const struct hatch *h, const char *key, bool *out)
{
	const struct toml_value *v = hatch_option(h, key);
	if (!v) return true;
	if (v->type != TOML_BOOL) return hatch_bad_field(w, &h->build, v, "`%s` is true or false", key);
	*out = v->u.boolean;
	return true;
}

/* hatch.toml holds what else stands under [tool.hatch]; a table of it replaces the one of pyproject.toml. */
static bool find_section(struct source_work *w, const struct hatch *h, const char *key, struct hatch_section *out)
{
	const struct toml_value *tool = toml_at(w->pyproject.root, "tool.hatch");
	const struct toml_value *own = h->own.root ? toml_get(h->own.root, str_from(key)) : NULL;
	*out = (struct hatch_section){ own ? &h->own : &w->pyproject, NULL };
	if (!own && (!tool || tool->type != TOML_TABLE)) return true;
	return toml_want_table(out->file, own ? h->own.root : tool, key, &out->table, w->e);
}

static bool read_own_file(struct source_work *w, struct hatch *h)
{
	str text;
	const struct source_entry *entry = source_tree_find(w->tree, S("hatch.toml"));
	if (!entry || entry->folder) return true;
	return source_text(w, S("hatch.toml"), &text) &&
	       toml_parse(w->a, text, arena_fmt(w->a, STR_FMT "/hatch.toml", STR_ARG(w->tree->where)), &h->own, w->e);
}

static bool read_sections(struct source_work *w, struct hatch *h)
{
	const struct toml_value *targets = NULL;
	if (!read_own_file(w, h) || !find_section(w, h, "build", &h->build) || !find_section(w, h, "metadata", &h->metadata) ||
	    !find_section(w, h, "version", &h->version))
		return false;
	if (!h->build.table) return true;
	return toml_want_table(h->build.file, h->build.table, "targets", &targets, w->e) &&
	       (!targets || toml_want_table(h->build.file, targets, "wheel", &h->target, w->e));
}

/* hatch-vcs writes the version into a file; in an unpacked archive that file stands as it was written for it. */
static bool is_done_hook(struct source_work *w, struct hatch *h, const struct toml_member *hook)
{
	const struct toml_value *file = hook->value->type == TOML_TABLE ? toml_get(hook->value, S("version-file")) : NULL;
	if (!str_eq(hook->key, S("vcs")) || !source_tree_is_sdist(w->tree)) return false;
	if (!file || file->type != TOML_STRING) return false;
	const struct source_entry *entry = source_tree_find(w->tree, file->u.string);
	if (!entry || entry->folder) return false;
	h->version_file = file->u.string;
	return true;
}

static bool refuse_hooks(struct source_work *w, struct hatch *h, const struct toml_value *hooks)
{
	for (size_t i = 0; hooks && hooks->type == TOML_TABLE && i < hooks->u.table.n; i++) {
		const struct toml_member *m = &hooks->u.table.p[i];
		const struct toml_value *enabled = m->value->type == TOML_TABLE ? toml_get(m->value, S("enable-by-default")) : NULL;
		if (enabled && enabled->type == TOML_BOOL && !enabled->u.boolean) continue;
		if (is_done_hook(w, h, m)) continue;
		return source_refuse(w, "the build hook `" STR_FMT "` runs while hatchling builds", STR_ARG(m->key));
	}
	return true;
}

static bool refuse_code(struct source_work *w, struct hatch *h)
{
	const struct toml_value *hooks = h->metadata.table ? toml_get(h->metadata.table, S("hooks")) : NULL;
	const struct toml_value *versions = h->target ? toml_get(h->target, S("versions")) : NULL;
	bool open = false; /* a field that is still to be found out, for which hooks would run */
	if (h->build.table && !refuse_hooks(w, h, toml_get(h->build.table, S("hooks")))) return false;
	if (h->target && !refuse_hooks(w, h, toml_get(h->target, S("hooks")))) return false;
	if (!hatch_take_pkg_info(w, &open)) return false;
	if (open && hooks && hooks->type == TOML_TABLE && hooks->u.table.n)
		return source_refuse(w, "the metadata hook `" STR_FMT "` is code", STR_ARG(hooks->u.table.p[0].key));
	if (versions && (versions->type != TOML_ARRAY || versions->u.array.n != 1 || versions->u.array.p[0]->type != TOML_STRING ||
	                 !str_eq(versions->u.array.p[0]->u.string, S("standard"))))
		return source_refuse(w, "[tool.hatch.build.targets.wheel] has `versions` other than \"standard\"");
	for (size_t i = 0; i < w->facts.dynamic.n; i++)
		if (!str_eq(w->facts.dynamic.p[i], S("version")))
			return source_refuse(w, "[project] leaves `" STR_FMT "` to a metadata hook", STR_ARG(w->facts.dynamic.p[i]));
	return true;
}

/* Wheels of another shape than the one that is made here. */
static bool refuse_shapes(struct source_work *w, const struct hatch *h)
{
	const struct toml_value *version = h->target ? toml_get(h->target, S("core-metadata-version")) : NULL;
	bool strict = true;
	if (!hatch_flag(w, h, "strict-naming", &strict)) return false;
	if (!strict) return source_refuse(w, "strict-naming = false gives the wheel a name that is not normalised");
	if (version &&
	    (version->type != TOML_STRING || (!str_eq(version->u.string, S("2.4")) && !str_eq(version->u.string, S("2.5")))))
		return source_refuse(w, "core-metadata-version asks for an old form of METADATA");
	w->facts.metadata_version = version ? version->u.string : S("2.5");
	return true;
}

static bool plan_hatch(struct source_work *w)
{
	struct hatch h = { 0 };
	if (!w->project) return source_refuse(w, "it has no [project] table");
	if (!read_sections(w, &h) || !refuse_code(w, &h) || !refuse_shapes(w, &h) || !hatch_read_version(w, &h)) return false;
	if (w->facts.name.n == 0 || w->facts.version.n == 0) return true; /* told by the caller */
	return hatch_read_fields(w, &h) && (w->metadata_only || hatch_add_files(w, &h));
}

const struct source_backend source_hatch = { "hatchling", plan_hatch };
