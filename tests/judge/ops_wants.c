/* ops_wants.c: what a project asks for, for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"
#include "lockfile/wants.h"

static const char *const kinds[] = { "requirement", "constraint", "override", "exclude" };
static const char *const files[] = { "wheel", "sdist", "directory", "vcs", "archive" };

static void write_str(struct judge_call *c, const char *key, str value)
{
	if (str_empty(value)) return;
	json_write_key(c->out, str_from(key));
	json_write_string(c->out, value);
}

static void write_true(struct judge_call *c, const char *key, bool value)
{
	if (!value) return;
	json_write_key(c->out, str_from(key));
	json_write_bool(c->out, true);
}

static void write_list(struct judge_call *c, const char *key, const struct str_list *list)
{
	if (!list->n) return;
	json_write_key(c->out, str_from(key));
	json_write_array(c->out);
	for (size_t i = 0; i < list->n; i++) json_write_string(c->out, list->p[i]);
	json_write_array_end(c->out);
}

static void write_file(struct judge_call *c, const struct locked_file *f)
{
	json_write_key(c->out, S("file"));
	json_write_object(c->out);
	write_str(c, "kind", str_from(files[f->kind]));
	write_str(c, "file", f->file);
	write_str(c, "url", f->url);
	write_str(c, "path", f->path);
	write_str(c, "subdirectory", f->subdirectory);
	write_str(c, "reference", f->vcs_reference);
	write_true(c, "editable", f->editable);
	if (f->has_sha256) write_str(c, "sha256", sha256_hex_str(c->arena, &f->sha256));
	json_write_object_end(c->out);
}

/* Which of the versions that the request names are allowed. */
static void write_allowed(struct judge_call *c, const struct want *w, const struct str_list *versions)
{
	struct str_list allowed = { 0 };
	for (size_t i = 0; i < versions->n; i++) {
		struct version v;
		if (version_parse(c->arena, versions->p[i], &v, NULL) && interval_set_contains(&w->allowed, &v))
			*vec_push(c->arena, &allowed) = versions->p[i];
	}
	write_list(c, "allowed", &allowed);
}

static void write_want(struct judge_call *c, const struct want *w, const struct str_list *versions)
{
	json_write_object(c->out);
	write_str(c, "kind", str_from(kinds[w->kind]));
	write_str(c, "name", w->name);
	write_list(c, "extras", &w->extras);
	write_str(c, "text", w->text);
	write_str(c, "marker", w->marker ? marker_text(c->arena, w->marker) : S(""));
	write_str(c, "arbitrary", w->arbitrary);
	write_true(c, "pinned", w->pinned);
	write_true(c, "names_prerelease", w->names_prerelease);
	write_true(c, "allow_prereleases", w->allow_prereleases);
	write_str(c, "index", w->index);
	write_list(c, "hashes", &w->hashes);
	write_str(c, "extra", w->extra);
	write_str(c, "group", w->group);
	write_allowed(c, w, versions);
	if (w->direct) write_file(c, &w->file);
	str where = w->column ? arena_fmt(c->arena, STR_FMT ":%u:%u", STR_ARG(w->from_file), w->line, w->column)
	                      : arena_fmt(c->arena, STR_FMT ":%u", STR_ARG(w->from_file), w->line);
	write_str(c, "where", where);
	json_write_object_end(c->out);
}

static void write_options(struct judge_call *c, const struct lock_options *o)
{
	json_write_key(c->out, S("options"));
	json_write_object(c->out);
	write_str(c, "index_url", o->index_url);
	write_list(c, "extra_index_urls", &o->extra_index_urls);
	write_list(c, "find_links", &o->find_links);
	write_list(c, "trusted_hosts", &o->trusted_hosts);
	write_list(c, "only_binary", &o->only_binary);
	write_list(c, "no_binary", &o->no_binary);
	write_true(c, "no_index", o->no_index);
	write_true(c, "pre", o->pre);
	write_true(c, "require_hashes", o->require_hashes);
	json_write_object_end(c->out);
}

static void write_indexes(struct judge_call *c, const struct wants *w)
{
	json_write_key(c->out, S("indexes"));
	json_write_array(c->out);
	for (size_t i = 0; i < w->indexes.n; i++) {
		json_write_object(c->out);
		write_str(c, "name", w->indexes.p[i].name);
		write_str(c, "url", w->indexes.p[i].url);
		write_str(c, "where", w->indexes.p[i].where);
		write_true(c, "default", w->indexes.p[i].is_default);
		write_true(c, "explicit", w->indexes.p[i].is_explicit);
		write_true(c, "extra", w->indexes.p[i].is_extra);
		json_write_object_end(c->out);
	}
	json_write_array_end(c->out);
}

static void write_notes(struct judge_call *c, const struct notes *notes)
{
	json_write_key(c->out, S("notes"));
	json_write_array(c->out);
	for (size_t i = 0; i < notes->list.n; i++)
		json_write_string(c->out, arena_fmt(c->arena, "%s: " STR_FMT, notes->list.p[i].id, STR_ARG(notes->list.p[i].message)));
	json_write_array_end(c->out);
}

static bool wants_read_op(struct judge_call *c, struct err *e)
{
	struct wants_request request = { 0 };
	struct wants w;
	struct notes notes;
	struct str_list versions = { 0 };
	note_init(&notes, c->arena);
	if (!judge_strings_or(c, "requirements", &request.requirements, e) || !judge_string_or(c, "project", &request.project, e) ||
	    !judge_strings_or(c, "versions", &versions, e))
		return false;
	if (!wants_read(c->arena, &request, &notes, &w, e)) return false;
	json_write_object(c->out);
	write_str(c, "name", w.name);
	write_str(c, "version", w.version);
	write_str(c, "requires_python", w.requires_python);
	write_str(c, "requires_python_where", w.requires_python_where);
	write_list(c, "extras", &w.extras);
	write_list(c, "groups", &w.groups);
	write_list(c, "default_groups", &w.default_groups);
	write_str(c, "prerelease", w.prerelease);
	write_str(c, "resolution", w.resolution);
	write_str(c, "exclude_newer", w.exclude_newer);
	write_list(c, "inputs", &w.inputs);
	write_str(c, "digest", sha256_hex_str(c->arena, &w.digest));
	write_options(c, &w.options);
	write_indexes(c, &w);
	json_write_key(c->out, S("wants"));
	json_write_array(c->out);
	for (size_t i = 0; i < w.list.n; i++) write_want(c, &w.list.p[i], &versions);
	json_write_array_end(c->out);
	write_notes(c, &notes);
	json_write_object_end(c->out);
	return true;
}

const struct judge_op judge_ops_wants[] = {
	{ "wants.read", "requirements project versions", wants_read_op },
	{ 0 },
};
