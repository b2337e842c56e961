/* wants_add.c: one requirement becomes one want.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/io.h"
#include "lockfile/requirements_entry.h"
#include "lockfile/wants_reader.h"
#include "python/name.h"

/* --- what is asked for --- */

static str with_extras(struct arena *a, const struct want *w)
{
	str text = w->name;
	for (size_t i = 0; i < w->extras.n; i++)
		text = arena_fmt(a, STR_FMT "%c" STR_FMT, STR_ARG(text), i ? ',' : '[', STR_ARG(w->extras.p[i]));
	return w->extras.n ? arena_join(a, text, S("]")) : text;
}

/* "name[extras]>=2,<3": the clauses in the order written, without white space. */
static str want_text(struct arena *a, const struct want *w, const struct specifier_set *s)
{
	struct buf b;
	buf_init(&b, REQUIREMENT_MAX);
	buf_add_str(&b, with_extras(a, w));
	for (size_t i = 0; i < s->n; i++)
		buf_addf(&b, "%s%s" STR_FMT, i ? "," : "", specifier_op_text(s->clauses[i].op), STR_ARG(s->clauses[i].text));
	str text = buf_take(&b, a);
	buf_release(&b);
	return text;
}

void wants_fill(struct arena *a, const struct requirement *q, struct want *w)
{
	str pin;
	w->name = name_normalize(a, q->name);
	w->extras = (struct str_list){ 0 };
	struct map seen;
	map_init(&seen, a);
	for (size_t i = 0; i < q->extras.n; i++) {
		bool added;
		str extra = name_normalize(a, q->extras.p[i]);
		map_put(&seen, extra, &added);
		if (added) *vec_push(a, &w->extras) = extra;
	}
	str_list_sort(&w->extras);
	w->allowed = specifier_intervals(a, &q->specifier);
	for (size_t i = 0; i < q->specifier.n; i++) {
		const struct specifier_clause *c = &q->specifier.clauses[i];
		if (c->op == SPEC_ARBITRARY) w->arbitrary = c->text;
		w->names_prerelease |= c->names_prerelease;
	}
	w->pinned = specifier_pin(&q->specifier, &pin);
	w->marker = q->marker;
	w->text = want_text(a, w, &q->specifier);
}

/* --- markers --- */

bool wants_marker_and(struct arena *a, const struct marker *x, const struct marker *y, struct marker **out, struct err *e)
{
	struct err inner = { 0 };
	const struct marker *only = x ? x : y;
	if (!x || !y) return *out = (struct marker *)(uintptr_t)only, true;
	str text = arena_fmt(a, "(" STR_FMT ") and (" STR_FMT ")", STR_ARG(marker_text(a, x)), STR_ARG(marker_text(a, y)));
	if (marker_parse(a, text, out, &inner)) return true;
	return err_set(e, ERR_FORMAT, "too-large", "the markers are too much together: %s", inner.what);
}

bool wants_marker_of(struct arena *a, struct marker_sets *sets, uint32_t x, struct marker **out, bool *never, struct err *e)
{
	struct err inner = { 0 };
	*out = NULL;
	if (marker_sets_over(sets)) return err_set(e, ERR_FORMAT, "too-large", "the marker has too many cases");
	*never = x == MARKER_NEVER;
	if (x == MARKER_NEVER || x == MARKER_ALWAYS) return true;
	str text = marker_sets_text(sets, x, MARKER_ALWAYS, MARKER_STYLE_SHORT);
	if (marker_sets_over(sets)) return err_set(e, ERR_FORMAT, "too-large", "the marker has too many cases");
	if (marker_parse(a, text, out, &inner)) return true;
	return err_set(e, ERR_FORMAT, "too-large", "the marker has too many cases: %s", inner.what);
}

bool wants_marker_python(struct arena *a, const struct interval_set *versions, struct marker **out, bool *never, struct err *e)
{
	struct marker_sets *sets = marker_sets_new(a);
	return wants_marker_of(a, sets, marker_sets_python(sets, versions), out, never, e);
}

bool wants_decide_extras(struct arena *a, const struct str_list *extras, struct marker **marker, bool *never, struct err *e)
{
	struct marker_choice choice = { .extras = extras };
	*never = false;
	if (!marker_mentions(*marker, MARKER_EXTRA) && !marker_mentions(*marker, MARKER_EXTRAS) &&
	    !marker_mentions(*marker, MARKER_DEPENDENCY_GROUPS))
		return true;
	struct marker_sets *sets = marker_sets_new(a);
	return wants_marker_of(a, sets, marker_sets_from(sets, *marker, &choice), marker, never, e);
}

bool wants_add(struct wants_reader *r, const struct want *w, struct err *e)
{
	struct want one = *w;
	struct str_list extras = { 0 };
	bool never;
	/* A want belongs to one extra of the project, or to none: that decides what its marker says about extras. */
	if (!str_empty(w->extra)) *vec_push(r->a, &extras) = w->extra;
	if (!wants_decide_extras(r->a, &extras, &one.marker, &never, e))
		return err_where(e, STR_FMT ":%u", STR_ARG(w->from_file), (unsigned)w->line);
	if (never) return true;
	if (r->out->list.n >= WANTS_MAX) {
		err_set(e, ERR_FORMAT, "too-large", "there are more than %zu requirements", WANTS_MAX);
		return err_where(e, STR_FMT, STR_ARG(w->from_file));
	}
	*vec_push(r->a, &r->out->list) = one;
	return true;
}

bool wants_step(struct wants_reader *r, size_t *steps, str file, struct err *e)
{
	(void)r;
	if (++*steps <= WANTS_STEPS_MAX) return true;
	err_set(e, ERR_FORMAT, "too-large", "extras and groups that name each other make too many requirements");
	return err_where(e, STR_FMT, STR_ARG(file));
}

/* --- direct references --- */

/* Both absolute and clean: "../lib" leads from one to the other. */
static str path_between(struct arena *a, str from, str to)
{
	struct buf b;
	size_t same = 0;
	for (size_t i = 0; i <= from.n && i <= to.n; i++) {
		bool end = i == from.n || from.p[i] == '/', other = i == to.n || to.p[i] == '/';
		if (end && other) same = i;
		if (i < from.n && i < to.n && from.p[i] != to.p[i]) break;
	}
	buf_init(&b, (size_t)1 << 20);
	for (size_t i = same; i < from.n; i++)
		if (from.p[i] == '/' && i + 1 < from.n) buf_addf(&b, "%s..", b.n ? "/" : "");
	str rest = str_from_pos(to, same);
	if (str_starts(rest, S("/"))) rest = str_from_pos(rest, 1);
	if (rest.n) buf_addf(&b, "%s" STR_FMT, b.n ? "/" : "", STR_ARG(rest));
	str out = b.n ? buf_take(&b, a) : S(".");
	buf_release(&b);
	return out;
}

bool wants_path_between(struct wants_reader *r, str from, str to, str *out, struct err *e)
{
	str there, here;
	if (!path_absolute(r->a, to, &there, e) || !path_absolute(r->a, from, &here, e)) return false;
	return *out = path_between(r->a, here, there), true;
}

bool wants_path(struct wants_reader *r, str folder, str from, str path, str *out, struct err *e)
{
	if (str_empty(path) || path_is_absolute(path)) return *out = path, true;
	if (str_eq(path_clean(r->a, folder), path_clean(r->a, from))) return *out = path, true;
	return wants_path_between(r, from, path_join(r->a, folder, path), out, e);
}

static bool ends_like(struct arena *a, str path, const char *ending)
{
	str tail = str_from(ending);
	return path.n > tail.n && str_eq(arena_lower(a, str_from_pos(path, path.n - tail.n)), tail);
}

enum locked_kind wants_path_kind(struct arena *a, str folder, str path)
{
	static const char *const archives[] = { ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz" };
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	if (io_stat(arena_cstr(a, path_join(a, folder, path)), &st, &ignored) && st.exists && st.is_dir) return LOCKED_DIRECTORY;
	if (ends_like(a, path, ".whl")) return LOCKED_WHEEL;
	for (size_t i = 0; i < sizeof archives / sizeof *archives; i++)
		if (ends_like(a, path, archives[i])) return LOCKED_ARCHIVE;
	return LOCKED_DIRECTORY;
}

void wants_set_direct(struct arena *a, struct want *w, const struct locked_file *file)
{
	w->direct = true;
	w->file = *file;
	w->allowed = interval_set_all(a);
	w->arbitrary = (str){ 0 };
	w->pinned = w->names_prerelease = false;
	str where = str_empty(file->path) ? url_masked(a, file->url) : file->path;
	w->text = arena_fmt(a, STR_FMT " @ " STR_FMT, STR_ARG(with_extras(a, w)), STR_ARG(str_slice(where, 0, 2000)));
}

bool wants_take_url(struct wants_reader *r, str file, str text, struct want *w, struct err *e)
{
	struct requirement_line line = { .text = text, .file = file, .source = { .text = text, .written = text } };
	struct requirements_entry entry = { 0 };
	struct err inner = { 0 };
	if (!requirements_entry_from(r->a, &line, &entry, &inner) || !entry.direct) {
		err_set(e, ERR_FORMAT, "project-field", "%s", inner.what[0] ? inner.what : "this is no URL of a file");
		return err_help(
		    e, "%s", inner.help[0] ? inner.help : "write NAME @ https://HOST/FILE or NAME @ git+https://HOST/REPOSITORY@REF");
	}
	w->hashes = entry.hashes;
	str_list_sort(&w->hashes);
	if (w->hashes.n == 1 && str_starts(w->hashes.p[0], S("sha256:")))
		entry.file.has_sha256 = sha256_from_hex(str_from_pos(w->hashes.p[0], 7), &entry.file.sha256);
	wants_set_direct(r->a, w, &entry.file);
	return true;
}
