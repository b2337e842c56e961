/* wants_sources.c: [tool.uv.sources]: where a name comes from.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A source is a table with one of index, git, url, path, workspace; several stand in an array, each with a marker. A requirement
 * then becomes one want for each source whose marker, extra and group admit it, and one more, from the usual indexes, for the
 * environments that no source covers. */
#include "base/io.h"
#include "lockfile/wants_uv.h"
#include "python/name.h"

struct source {
	struct wants_project *p;
	const struct toml_document *d;
	str folder; /* of the file that says it */
	const struct toml_value *table;
	const struct toml_value *v; /* the requirement */
};

static bool bad(const struct source *s, const struct toml_value *at, struct err *e, const char *what, const char *help)
{
	reader_bad(s->d, at, e, "project-field", "%s", what);
	return err_help(e, "%s", help);
}

static bool text_of(const struct source *s, const char *key, str *out, struct err *e)
{
	if (toml_want_string(s->d, s->table, key, out, e)) return true;
	return err_help(e, "write it in quotes");
}

static bool flag_of(const struct source *s, const char *key, bool *out, struct err *e)
{
	if (toml_want_bool(s->d, s->table, key, out, e)) return true;
	return err_help(e, "write %s = true or false", key);
}

/* --- kinds --- */

static bool take_index(const struct source *s, struct want *w, struct err *e)
{
	str name;
	if (!text_of(s, "index", &name, e)) return false;
	for (size_t i = 0; i < s->p->r->out->indexes.n; i++) {
		if (!str_eq(s->p->r->out->indexes.p[i].name, name)) continue;
		w->index = name;
		return true;
	}
	reader_bad(s->d, toml_get(s->table, S("index")), e, "project-field", "there is no index `" STR_FMT "`",
	           STR_ARG(str_slice(name, 0, 200)));
	return err_help(e, "add [[tool.uv.index]] with name = \"" STR_FMT "\" and its url", STR_ARG(str_slice(name, 0, 200)));
}

static bool take_git(const struct source *s, struct want *w, struct err *e)
{
	static const char *const keys[] = { "rev", "tag", "branch" };
	struct locked_file f = { .kind = LOCKED_VCS };
	str url, reference = { 0 };
	size_t given = 0;
	if (!text_of(s, "git", &url, e) || !text_of(s, "subdirectory", &f.subdirectory, e)) return false;
	for (size_t i = 0; i < 3; i++) {
		if (!toml_get(s->table, str_from(keys[i]))) continue;
		if (!text_of(s, keys[i], &reference, e)) return false;
		given++;
	}
	if (given > 1) return bad(s, s->table, e, "a git source has one of rev, tag and branch", "keep the one that is meant");
	f.url = str_starts(url, S("git+")) ? url : arena_join(s->p->r->a, S("git+"), url);
	f.vcs_reference = reference;
	wants_set_direct(s->p->r->a, w, &f);
	return true;
}

/* The URL of a file, judged like one behind "name @". */
static bool take_url(const struct source *s, struct want *w, struct err *e)
{
	struct arena *a = s->p->r->a;
	str url, subdirectory = { 0 };
	if (!text_of(s, "url", &url, e) || !text_of(s, "subdirectory", &subdirectory, e)) return false;
	str text = arena_fmt(a, STR_FMT " @ " STR_FMT, STR_ARG(w->name), STR_ARG(url));
	if (!wants_take_url(s->p->r, s->d->path, text, w, e)) return toml_where(e, s->d, toml_get(s->table, S("url"))->offset);
	if (subdirectory.n) w->file.subdirectory = subdirectory;
	return true;
}

static bool set_path(const struct source *s, str path, struct want *w, struct err *e)
{
	struct locked_file f = { .kind = wants_path_kind(s->p->r->a, s->folder, path) };
	if (!flag_of(s, "editable", &f.editable, e) || !wants_path(s->p->r, s->folder, s->p->folder, path, &f.path, e))
		return false;
	if (f.kind != LOCKED_DIRECTORY) f.file = path_base(path);
	wants_set_direct(s->p->r->a, w, &f);
	return true;
}

static bool take_path(const struct source *s, struct want *w, struct err *e)
{
	str path, local;
	if (!text_of(s, "path", &path, e)) return false;
	if (str_empty(path)) return bad(s, toml_get(s->table, S("path")), e, "the path is empty", "write path = \"../NAME\"");
	if (url_local_path(s->p->r->a, path, &local)) path = local;
	return set_path(s, path, w, e);
}

static bool take_member(const struct source *s, struct want *w, struct err *e)
{
	struct locked_file f = { .kind = LOCKED_DIRECTORY, .editable = true };
	bool workspace = true;
	str folder;
	if (!flag_of(s, "workspace", &workspace, e) || !flag_of(s, "editable", &f.editable, e)) return false;
	if (!workspace)
		return bad(s, s->table, e, "`workspace = false` is no source", "take the source away, or write workspace = true");
	if (!wants_workspace_member(s->p, w->name, &folder, e)) return false;
	if (!str_empty(folder)) {
		if (!wants_path_between(s->p->r, s->p->folder, folder, &f.path, e)) return false;
		wants_set_direct(s->p->r->a, w, &f);
		return true;
	}
	reader_bad(s->d, s->table, e, "project-field", "the workspace has no member `" STR_FMT "`", STR_ARG(w->name));
	return err_help(e, "name its folder in members of [tool.uv.workspace], or give a path: { path = \"../" STR_FMT "\" }",
	                STR_ARG(w->name));
}

/* --- one requirement --- */

static bool applies(const struct source *s, const struct want *w, bool *out, struct err *e)
{
	str extra = { 0 }, group = { 0 };
	*out = false;
	if (s->table->type != TOML_TABLE)
		return bad(s, s->table, e, "a source is a table", "write { git = \"https://...\" } or the like");
	if (!text_of(s, "extra", &extra, e) || !text_of(s, "group", &group, e)) return false;
	*out = (str_empty(extra) || name_same(extra, w->extra)) && (str_empty(group) || name_same(group, w->group));
	return true;
}

static bool take(const struct source *s, struct want *w, struct err *e)
{
	static const struct {
		const char *key;
		bool (*take)(const struct source *s, struct want *w, struct err *e);
	} kinds[] = {
		{ "index", take_index }, { "git", take_git }, { "url", take_url }, { "path", take_path }, { "workspace", take_member },
	};
	size_t found = 0, kind = 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (toml_get(s->table, str_from(kinds[i].key))) found++, kind = i;
	if (found != 1)
		return bad(s, s->table, e, "a source has exactly one of index, git, url, path and workspace",
		           "keep the one that is meant; several go into an array, each with a marker");
	if (w->direct)
		return bad(s, s->v, e, "the requirement has a URL, and [tool.uv.sources] names another source", "keep one of them");
	return kinds[kind].take(s, w, e);
}

static bool marker_of(const struct source *s, struct marker **out, struct err *e)
{
	const struct toml_value *v = toml_get(s->table, S("marker"));
	struct err inner = { 0 };
	str text;
	*out = NULL;
	if (!text_of(s, "marker", &text, e)) return false;
	if (!v || (marker_parse(s->p->r->a, text, out, &inner) && marker_check(*out, &inner))) return true;
	return bad(s, v, e, inner.what, "write it like: sys_platform == 'linux'");
}

/* One source: its part of the environments; *rest loses them. */
static bool add_part(const struct source *s, const struct want *w, struct marker_sets *sets, uint32_t *rest, struct err *e)
{
	struct want one = *w;
	struct marker_choice choice = { 0 };
	struct marker *marker;
	bool never;
	if (!marker_of(s, &marker, e)) return false;
	uint32_t own = marker_sets_from(sets, marker, &choice);
	*rest = marker_sets_and(sets, *rest, marker_sets_not(sets, own));
	if (!take(s, &one, e) || !wants_marker_and(s->p->r->a, w->marker, marker, &one.marker, e)) return false;
	uint32_t both = marker_sets_and(sets, marker_sets_from(sets, w->marker, &choice), own);
	never = both == MARKER_NEVER && !marker_sets_over(sets);
	return never || wants_add(s->p->r, &one, e);
}

static bool add_rest(const struct source *s, const struct want *w, struct marker_sets *sets, uint32_t rest, struct err *e)
{
	struct want one = *w;
	struct marker_choice choice = { 0 };
	bool never;
	uint32_t both = marker_sets_and(sets, marker_sets_from(sets, w->marker, &choice), rest);
	if (rest == MARKER_ALWAYS) return wants_add(s->p->r, w, e);
	if (!wants_marker_of(s->p->r->a, sets, both, &one.marker, &never, e)) return toml_where(e, s->d, s->table->offset);
	return never || wants_add(s->p->r, &one, e);
}

static bool add_all(struct source *s, const struct toml_value *value, const struct want *w, struct err *e)
{
	struct marker_sets *sets = marker_sets_new(s->p->r->a);
	uint32_t rest = MARKER_ALWAYS;
	size_t n = value->type == TOML_ARRAY ? value->u.array.n : 1;
	for (size_t i = 0; i < n; i++) {
		bool fits;
		s->table = value->type == TOML_ARRAY ? value->u.array.p[i] : value;
		if (!wants_step(s->p->r, &s->p->steps, s->d->path, e) || !applies(s, w, &fits, e)) return false;
		if (fits && !add_part(s, w, sets, &rest, e)) return false;
	}
	return add_rest(s, w, sets, rest, e);
}

bool wants_sources_add(struct wants_project *p, const struct toml_value *v, const struct want *w, struct err *e)
{
	struct source s = { .p = p, .d = &p->d, .folder = p->folder, .v = v };
	const struct toml_value *value = map_get(&p->sources, w->name);
	if (!value && p->workspace && p->workspace->d.root) {
		value = map_get(&p->workspace->sources, w->name);
		s.d = &p->workspace->d;
		s.folder = p->workspace->folder;
	}
	return value ? add_all(&s, value, w, e) : wants_add(p->r, w, e);
}

bool wants_sources_read(struct wants_project *p, struct err *e)
{
	const struct toml_value *table;
	map_init(&p->sources, p->r->a);
	if (!wants_project_table(p, "tool.uv.sources", &table, e)) return false;
	for (size_t i = 0; table && i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		bool added;
		if (!wants_name(p, "a project", m->key, m->key_offset, e)) return false;
		*map_put(&p->sources, name_normalize(p->r->a, m->key), &added) = m->value;
		if (added) continue;
		err_set(e, ERR_FORMAT, "project-field", "the source of `" STR_FMT "` is given twice",
		        STR_ARG(str_slice(m->key, 0, 200)));
		toml_where(e, &p->d, m->key_offset);
		return err_help(e, "several sources of one name go into an array, each with a marker");
	}
	return true;
}
