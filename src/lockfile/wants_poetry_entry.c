/* wants_poetry_entry.c: one entry of a Poetry table: a constraint, or a table with a source and conditions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/io.h"
#include "base/suggest.h"
#include "lockfile/wants_poetry.h"
#include "python/name.h"
#include "python/poetry_constraint.h"

#define PLATFORM_MAX ((size_t)4096)

struct entry {
	struct wants_project *p;
	const struct toml_value *table;
	struct poetry_dependency *out;
};

static bool refuse(struct entry *s, const struct toml_value *at, struct err *e, const char *what, const char *help)
{
	reader_bad(&s->p->d, at, e, "project-field", "%s", what);
	return err_help(e, "%s", help);
}

static bool text_of(struct entry *s, const char *key, str *out, struct err *e)
{
	*out = (str){ 0 };
	return toml_want_string(&s->p->d, s->table, key, out, e) || err_help(e, "write it in quotes");
}

static bool flag_of(struct entry *s, const char *key, bool *out, struct err *e)
{
	return toml_want_bool(&s->p->d, s->table, key, out, e) || err_help(e, "write %s = true or false", key);
}

/* --- versions --- */

/* One version without "==" is one version for Poetry. Sets that were put together have other cuts of the same meaning. */
static bool is_pin(struct arena *a, const struct interval_set *s)
{
	if (s->n != 1 || s->p[0].from.side != CUT_BELOW) return false;
	struct cut after = { CUT_AFTER_LOCALS, s->p[0].from.version }, itself = { CUT_ABOVE, s->p[0].from.version };
	struct cut to = cut_canonical(a, s->p[0].to);
	return cut_cmp(cut_canonical(a, after), to) == 0 || cut_cmp(cut_canonical(a, itself), to) == 0;
}

/* A version that was written, and not made from one, has a text. */
static bool written_prerelease(struct cut c) { return c.version && c.version->text.n && version_is_prerelease(c.version); }

static bool constraint_of(struct entry *s, const struct toml_value *v, struct interval_set *out, struct err *e)
{
	struct poetry_constraint c;
	struct err inner = { 0 };
	str text = str_trim(v->u.string);
	if (str_empty(text) || str_eq(text, S("*"))) return *out = interval_set_all(s->p->r->a), true;
	if (poetry_constraint_parse(s->p->r->a, text, &c, &inner)) return *out = c.allowed, true;
	return refuse(s, v, e, inner.what, "a constraint looks like: ^1.2, ~1.2, >=1.0,<2.0, 1.*, ^1 || ^2");
}

static bool take_version(struct entry *s, const struct toml_value *v, struct err *e)
{
	struct want *w = &s->out->want;
	str text = v ? str_trim(v->u.string) : S("");
	bool any = str_empty(text) || str_eq(text, S("*"));
	w->allowed = interval_set_all(s->p->r->a);
	if (!any && !constraint_of(s, v, &w->allowed, e)) return false;
	for (size_t i = 0; i < w->allowed.n; i++)
		w->names_prerelease |= written_prerelease(w->allowed.p[i].from) || written_prerelease(w->allowed.p[i].to);
	w->pinned = is_pin(s->p->r->a, &w->allowed);
	w->text = w->name;
	for (size_t i = 0; i < w->extras.n; i++)
		w->text = arena_fmt(s->p->r->a, STR_FMT "%c" STR_FMT, STR_ARG(w->text), i ? ',' : '[', STR_ARG(w->extras.p[i]));
	if (w->extras.n) w->text = arena_join(s->p->r->a, w->text, S("]"));
	if (!any) w->text = arena_fmt(s->p->r->a, STR_FMT " (" STR_FMT ")", STR_ARG(w->text), STR_ARG(str_slice(text, 0, 500)));
	return true;
}

/* --- conditions --- */

static bool add_marker(struct entry *s, const struct marker *more, struct err *e)
{
	return wants_marker_and(s->p->r->a, s->out->want.marker, more, &s->out->want.marker, e) ||
	       toml_where(e, &s->p->d, s->table->offset);
}

static bool take_markers(struct entry *s, struct err *e)
{
	const struct toml_value *v = toml_get(s->table, S("markers"));
	struct marker *m;
	struct err inner = { 0 };
	str text;
	if (!text_of(s, "markers", &text, e)) return false;
	text = str_trim(text);
	if (str_empty(text) || str_eq(text, S("*"))) return true;
	if (str_eq(text, S("<empty>"))) return s->out->never = true;
	if (!marker_parse(s->p->r->a, text, &m, &inner) || !marker_check(m, &inner))
		return refuse(s, v, e, inner.what, "write it like: sys_platform == 'linux'");
	return add_marker(s, m, e);
}

/* python = "3.8" is said as python_version == "3.8": all of 3.8. */
static void widen_minors(struct arena *a, struct interval_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct interval_set one = { &set->p[i], 1 };
		const struct version *v = set->p[i].from.version;
		if (is_pin(a, &one) && v->n_release == 2) set->p[i].to = (struct cut){ CUT_BELOW, version_prefix_dev0(a, v, 2, true) };
	}
}

static bool take_python(struct entry *s, struct err *e)
{
	const struct toml_value *v = toml_get(s->table, S("python"));
	struct interval_set allowed;
	struct marker *m;
	bool never;
	str text;
	if (!v || !text_of(s, "python", &text, e)) return v == NULL;
	if (!constraint_of(s, v, &allowed, e)) return false;
	widen_minors(s->p->r->a, &allowed);
	if (!wants_marker_python(s->p->r->a, &allowed, &m, &never, e)) return toml_where(e, &s->p->d, v->offset);
	s->out->never |= never;
	return add_marker(s, m, e);
}

/* "linux", "!=win32", "linux || darwin": || is or, a comma and. */
static bool take_platform(struct entry *s, struct err *e)
{
	const struct toml_value *v = toml_get(s->table, S("platform"));
	struct arena *a = s->p->r->a;
	str rest, either, one, text = S("");
	struct marker *m;
	struct err inner = { 0 };
	if (!v || !text_of(s, "platform", &rest, e)) return v == NULL;
	if (str_empty(str_trim(rest)) || str_eq(str_trim(rest), S("*"))) return true;
	if (rest.n > PLATFORM_MAX) return refuse(s, v, e, "the platform is too long", "write platform = \"linux\"");
	for (bool more = true, first = true; more;) {
		more = str_cut(rest, '|', &either, &rest);
		if (str_empty(str_trim(either))) continue;
		if (!first) text = arena_join(a, text, S(" or "));
		first = false;
		for (bool another = true, begun = false; another; begun = true) {
			another = str_cut(either, ',', &one, &either);
			one = str_trim(one);
			bool not = str_starts(one, S("!="));
			if (not || str_starts(one, S("=="))) one = str_trim(str_from_pos(one, 2));
			if (str_empty(one) || str_chr(one, '"') != STR_NONE || str_chr(one, ' ') != STR_NONE)
				return refuse(s, v, e, "this is no platform", "write platform = \"linux\" or \"linux || darwin\"");
			text = arena_fmt(a, STR_FMT "%ssys_platform %s \"" STR_FMT "\"", STR_ARG(text), begun ? " and " : "",
			                 not ? "!=" : "==", STR_ARG(one));
		}
	}
	if (!marker_parse(a, text, &m, &inner)) return refuse(s, v, e, inner.what, "write platform = \"linux\"");
	return add_marker(s, m, e);
}

/* --- sources --- */

static bool take_git(struct entry *s, str url, struct err *e)
{
	static const char *const keys[] = { "branch", "tag", "rev" };
	struct arena *a = s->p->r->a;
	struct locked_file f = { .kind = LOCKED_VCS };
	size_t given = 0;
	for (size_t i = 0; i < 3; i++) {
		str text;
		if (!text_of(s, keys[i], &text, e)) return false;
		if (text.n) f.vcs_reference = text, given++;
	}
	if (given > 1)
		return refuse(s, s->table, e, "a git dependency has one of branch, tag and rev", "keep the one that is meant");
	if (!text_of(s, "subdirectory", &f.subdirectory, e) || !flag_of(s, "develop", &f.editable, e)) return false;
	/* user@host:path, as ssh has it */
	size_t colon = str_chr(url, ':');
	if (!str_contains(url, S("://")) && str_chr(url, '@') < colon && colon != STR_NONE)
		url = arena_fmt(a, "ssh://" STR_FMT "/" STR_FMT, STR_ARG(str_slice(url, 0, colon)),
		                STR_ARG(str_from_pos(url, colon + 1)));
	f.url = str_starts(url, S("git+")) ? url : arena_join(a, S("git+"), url);
	wants_set_direct(a, &s->out->want, &f);
	return true;
}

static bool take_path(struct entry *s, str path, struct err *e)
{
	struct locked_file f = { 0 };
	str below;
	if (!text_of(s, "subdirectory", &below, e) || !flag_of(s, "develop", &f.editable, e)) return false;
	f.kind = wants_path_kind(s->p->r->a, s->p->folder, path);
	f.path = path;
	if (f.kind == LOCKED_DIRECTORY) {
		if (below.n) f.path = path_join(s->p->r->a, path, below);
	} else {
		f.file = path_base(path);
		f.subdirectory = below;
		f.editable = false;
	}
	wants_set_direct(s->p->r->a, &s->out->want, &f);
	return true;
}

static bool take_url(struct entry *s, str url, struct err *e)
{
	str below, text = arena_fmt(s->p->r->a, STR_FMT " @ " STR_FMT, STR_ARG(s->out->want.name), STR_ARG(url));
	if (!text_of(s, "subdirectory", &below, e)) return false;
	if (!wants_take_url(s->p->r, s->p->d.path, text, &s->out->want, e))
		return toml_where(e, &s->p->d, toml_get(s->table, S("url"))->offset);
	if (below.n) s->out->want.file.subdirectory = below;
	return true;
}

static bool take_source(struct entry *s, struct err *e)
{
	static const struct {
		const char *key;
		bool (*take)(struct entry *s, str text, struct err *e);
	} kinds[] = { { "git", take_git }, { "file", take_path }, { "path", take_path }, { "url", take_url } };
	str text;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct toml_value *v = toml_get(s->table, str_from(kinds[i].key));
		if (!v) continue;
		if (!text_of(s, kinds[i].key, &text, e)) return false;
		if (str_empty(text)) return refuse(s, v, e, "the source is empty", "say where it is");
		return kinds[i].take(s, text, e);
	}
	return text_of(s, "source", &s->out->want.index, e);
}

/* --- the whole --- */

static bool check_keys(struct entry *s, struct err *e)
{
	static const str known[] = {
#define K(k) { k, sizeof k - 1 }
		K("version"),      K("python"),   K("platform"), K("markers"),
		K("extras"),       K("optional"), K("source"),   K("allow-prereleases"),
		K("git"),          K("branch"),   K("tag"),      K("rev"),
		K("path"),         K("file"),     K("url"),      K("allows-prereleases"),
		K("subdirectory"), K("develop"),
#undef K
	};
	const size_t n = sizeof known / sizeof *known;
	for (size_t i = 0; i < s->table->u.table.n; i++) {
		const struct toml_member *m = &s->table->u.table.p[i];
		size_t j = 0;
		while (j < n && !str_eq(known[j], m->key)) j++;
		if (j < n) continue;
		err_set(e, ERR_FORMAT, "project-field", "a dependency has no `" STR_FMT "`", STR_ARG(str_slice(m->key, 0, 100)));
		toml_where(e, &s->p->d, m->key_offset);
		str near = suggest_nearest(m->key, known, n);
		return near.n
		           ? err_help(e, "did you mean `" STR_FMT "`?", STR_ARG(near))
		           : err_help(
		                 e,
		                 "it has version, python, platform, markers, extras, optional, source, allow-prereleases, git, path, "
		                 "file, url");
	}
	return true;
}

static bool take_extras(struct entry *s, struct err *e)
{
	struct str_list extras = { 0 };
	struct map seen;
	if (!toml_want_strings(s->p->r->a, &s->p->d, s->table, "extras", false, &extras, e))
		return err_help(e, "write extras = [\"NAME\"]");
	map_init(&seen, s->p->r->a);
	for (size_t i = 0; i < extras.n; i++) {
		bool added;
		str name = name_normalize(s->p->r->a, extras.p[i]);
		if (!wants_name(s->p, "an extra", extras.p[i], toml_get(s->table, S("extras"))->offset, e)) return false;
		map_put(&seen, name, &added);
		if (added) *vec_push(s->p->r->a, &s->out->want.extras) = name;
	}
	str_list_sort(&s->out->want.extras);
	return true;
}

static bool take_table(struct entry *s, struct err *e)
{
	bool allow = false;
	const struct toml_value *version = toml_get(s->table, S("version"));
	str ignored;
	if (!check_keys(s, e) || !take_extras(s, e) || !text_of(s, "version", &ignored, e) || !take_version(s, version, e))
		return false;
	if (!flag_of(s, "optional", &s->out->optional, e) || !flag_of(s, "allows-prereleases", &allow, e) ||
	    !flag_of(s, "allow-prereleases", &allow, e))
		return false;
	s->out->want.allow_prereleases = allow;
	return take_markers(s, e) && take_python(s, e) && take_platform(s, e) && take_source(s, e);
}

bool wants_poetry_entry(struct wants_project *p, str name, uint32_t key_offset, const struct toml_value *v,
                        struct poetry_dependency *out, struct err *e)
{
	struct poetry_dependency result = { 0 };
	struct entry s = { .p = p, .table = v, .out = &result };
	if (!wants_name(p, "a project", name, key_offset, e)) return false;
	result.want.name = name_normalize(p->r->a, name);
	wants_project_place(p, key_offset, &result.want);
	if (v->type == TOML_STRING) {
		if (!take_version(&s, v, e)) return false;
	} else if (v->type != TOML_TABLE) {
		return refuse(&s, v, e, "a dependency is a constraint or a table",
		              "write NAME = \"^1.2\" or NAME = { version = \"^1.2\" }");
	} else if (!take_table(&s, e)) {
		return false;
	}
	*out = result;
	return true;
}

/* --- Pythons as a specifier --- */

static bool release_number(const struct version *v, size_t i, uint64_t *out)
{
	*out = 0;
	return i >= v->n_release || (str_u64(v->release[i], out) && *out < 1000);
}

/* "!=3.0.*,!=3.1.*": the gap between two intervals, when it goes from one minor version to another of the same major one. */
static void write_gap(struct buf *b, struct cut from, struct cut to)
{
	uint64_t major, minor, end_major, end_minor;
	if (!from.version || !to.version || !release_number(from.version, 0, &major) || !release_number(from.version, 1, &minor) ||
	    !release_number(to.version, 0, &end_major) || !release_number(to.version, 1, &end_minor) || major != end_major)
		return;
	for (uint64_t i = minor; i < end_minor; i++) buf_addf(b, "%s!=%u.%u.*", b->n ? "," : "", (unsigned)major, (unsigned)i);
}

static void write_release(struct arena *a, struct buf *b, const struct version *v)
{
	struct version plain = *v;
	/* An upper end of ours, 4.dev0, stands for "<4". */
	if (str_empty(v->text)) plain.has_dev = false;
	buf_add_str(b, version_normal(a, &plain));
}

str wants_python_text(struct arena *a, const struct interval_set *set)
{
	struct buf b;
	if (!set->n) return S("<0");
	buf_init(&b, 100000);
	struct cut from = set->p[0].from, to = set->p[set->n - 1].to;
	if (from.version) {
		buf_add_str(&b, from.side == CUT_BELOW ? S(">=") : S(">"));
		write_release(a, &b, from.version);
	}
	for (size_t i = 1; i < set->n; i++) write_gap(&b, set->p[i - 1].to, set->p[i].from);
	if (to.version) {
		if (b.n) buf_add_char(&b, ',');
		buf_add_str(&b, to.side == CUT_BELOW ? S("<") : S("<="));
		write_release(a, &b, to.version);
	}
	str text = buf_take(&b, a);
	buf_release(&b);
	return text;
}
