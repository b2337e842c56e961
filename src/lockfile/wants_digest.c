/* wants_digest.c: what a set of wants means, as one SHA-256.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two inputs that ask for the same have one digest: comments, white space, the order of requirements, the spelling of names,
 * versions (1.0 is 1.0.0) and clauses (>=1,<2 is ~=1.0 where it is), and where things stand do not count. The order of indexes does:
 * the first one that has a name is asked. Users and passwords in URLs do not: they open a door and change nothing behind it.
 * Not covered: what a path or URL holds. Files are compared by whoever reads them.
 * Form: one text for each want, sorted, each once; then the rest in a fixed order. Each part is preceded by its length, so that no two
 * lists are one text. A change of the form makes all locks stale: FORM says which it is. */

#include "base/buf.h"
#include "base/io.h"
#include "lockfile/wants_reader.h"

#define FORM S("lamina wants 1")
/* Of one want: bounded by what the readers take. */
#define TEXT_MAX ((size_t)64 << 20)

static void add(struct buf *b, str s)
{
	buf_add_u64(b, s.n);
	buf_add_str(b, s);
}

static void add_bool(struct buf *b, bool v) { buf_add_char(b, v ? 'y' : 'n'); }

static void add_list(struct buf *b, const struct str_list *list)
{
	buf_add_u64(b, list->n);
	for (size_t i = 0; i < list->n; i++) add(b, list->p[i]);
}

static void add_sorted(struct arena *a, struct buf *b, const struct str_list *list)
{
	struct str_list copy = { 0 };
	for (size_t i = 0; i < list->n; i++) *vec_push(a, &copy) = list->p[i];
	str_list_sort(&copy);
	add_list(b, &copy);
}

/* --- versions --- */

static void add_version(struct buf *b, const struct version *v)
{
	size_t n = v->n_release;
	while (n > 1 && str_eq(v->release[n - 1], S("0"))) n--;
	add(b, v->epoch);
	for (size_t i = 0; i < n; i++) buf_addf(b, STR_FMT ".", STR_ARG(v->release[i]));
	buf_addf(b, "p%d" STR_FMT, (int)v->pre, STR_ARG(v->pre_number));
	if (v->has_post) buf_addf(b, "o" STR_FMT, STR_ARG(v->post_number));
	if (v->has_dev) buf_addf(b, "d" STR_FMT, STR_ARG(v->dev_number));
	for (size_t i = 0; i < v->n_local; i++) buf_addf(b, "+" STR_FMT, STR_ARG(v->local[i]));
}

static void add_cut(struct arena *a, struct buf *b, struct cut c)
{
	c = cut_canonical(a, c);
	buf_add_char(b, (char)('a' + (int)c.side));
	if (c.version) add_version(b, c.version);
}

static void add_intervals(struct arena *a, struct buf *b, const struct interval_set *s)
{
	struct interval_set set = interval_set_canonical(a, s);
	buf_add_u64(b, set.n);
	for (size_t i = 0; i < set.n; i++) {
		add_cut(a, b, set.p[i].from);
		add_cut(a, b, set.p[i].to);
	}
}

/* --- one want --- */

/* Paths count as seen from the lock, wherever they were written. */
static bool add_file(struct wants_reader *r, struct buf *b, const struct want *w, struct err *e)
{
	char hex[SHA256_HEX + 1] = "";
	const struct locked_file *f = &w->file;
	str path = S("");
	if (!str_empty(f->path)) {
		/* What stands in no file was said to the process, which may have been told where its folder is. */
		bool said = str_empty(w->from_file);
		if (said ? !wants_path_between(r, r->home, f->path, &path, e)
		         : !wants_path(r, path_dir(w->from_file), r->home, f->path, &path, e))
			return false;
		path = path_clean(r->a, path);
	}
	buf_add_char(b, (char)('0' + (int)f->kind));
	add(b, url_masked(r->a, f->url));
	add(b, path);
	add(b, f->subdirectory);
	add(b, f->vcs_reference);
	add_bool(b, f->editable);
	if (f->has_sha256) sha256_hex(&f->sha256, hex);
	add(b, str_from(hex));
	return true;
}

static bool want_form(struct wants_reader *r, struct buf *b, const struct want *w, str *out, struct err *e)
{
	struct arena *a = r->a;
	buf_clear(b);
	add(b, w->name);
	buf_add_char(b, (char)('0' + (int)w->kind));
	add(b, w->extra);
	add(b, w->group);
	add_list(b, &w->extras);
	add_intervals(a, b, &w->allowed);
	add(b, arena_lower(a, w->arbitrary));
	add_bool(b, w->pinned);
	add_bool(b, w->names_prerelease);
	add_bool(b, w->allow_prereleases);
	add(b, w->marker ? marker_text(a, w->marker) : S(""));
	add_bool(b, w->direct);
	if (w->direct && !add_file(r, b, w, e)) return false;
	add(b, url_masked(a, w->index));
	add_sorted(a, b, &w->hashes);
	return *out = buf_take(b, a), true;
}

/* --- the rest --- */

static void add_urls(struct arena *a, struct buf *b, const struct str_list *list)
{
	buf_add_u64(b, list->n);
	for (size_t i = 0; i < list->n; i++) add(b, url_masked(a, list->p[i]));
}

/* Folders count as seen from the lock. Absolute ones that a file names stay what they are; those of files that were named absolutely
 * begin with the lock's own folder. */
static bool add_links(struct wants_reader *r, struct buf *b, const struct str_list *list, struct err *e)
{
	buf_add_u64(b, list->n);
	for (size_t i = 0; i < list->n; i++) {
		str link = list->p[i];
		bool url = str_contains(link, S("://")) || str_istarts(link, S("file:"));
		bool near = !path_is_absolute(link) || (path_is_absolute(r->home) && str_starts(link, r->home));
		if (!url && near && !wants_path_between(r, r->home, link, &link, e)) return false;
		add(b, url_masked(r->a, link));
	}
	return true;
}

static bool add_options(struct wants_reader *r, struct buf *b, const struct lock_options *o, struct err *e)
{
	struct arena *a = r->a;
	add_bool(b, o->index_url.p != NULL);
	add(b, url_masked(a, o->index_url));
	add_urls(a, b, &o->extra_index_urls);
	if (!add_links(r, b, &o->find_links, e)) return false;
	add_sorted(a, b, &o->only_binary);
	add_sorted(a, b, &o->no_binary);
	add_bool(b, o->no_index);
	add_bool(b, o->pre);
	add_bool(b, o->prefer_binary);
	add_bool(b, o->require_hashes);
	return true;
}

static void add_indexes(struct arena *a, struct buf *b, const struct wants *w)
{
	buf_add_u64(b, w->indexes.n);
	for (size_t i = 0; i < w->indexes.n; i++) {
		const struct wants_index *x = &w->indexes.p[i];
		add(b, x->name);
		add(b, url_masked(a, x->url));
		add_bool(b, x->is_default);
		add_bool(b, x->is_explicit);
		add_bool(b, x->is_extra);
	}
}

static void add_python(struct arena *a, struct buf *b, str text)
{
	struct specifier_set s;
	if (str_empty(text) || !specifier_parse(a, text, &s, NULL)) {
		add(b, text);
		return;
	}
	struct interval_set allowed = specifier_intervals(a, &s);
	add_intervals(a, b, &allowed);
}

bool wants_digest(struct wants_reader *r, struct err *e)
{
	struct arena *a = r->a;
	struct wants *w = r->out;
	bool good = true;
	struct sha256_stream digest;
	struct str_list forms = { 0 };
	struct buf b;
	buf_init(&b, TEXT_MAX);
	for (size_t i = 0; good && i < w->list.n; i++) good = want_form(r, &b, &w->list.p[i], vec_push(a, &forms), e);
	str_list_sort(&forms);
	buf_clear(&b);
	sha256_begin(&digest);
	sha256_update(&digest, FORM.p, FORM.n);
	for (size_t i = 0; i < forms.n; i++)
		if (!i || !str_eq(forms.p[i], forms.p[i - 1])) sha256_update(&digest, forms.p[i].p, forms.p[i].n);
	add_python(a, &b, w->requires_python);
	add_sorted(a, &b, &w->extras);
	add_sorted(a, &b, &w->groups);
	add_sorted(a, &b, &w->default_groups);
	good = good && add_options(r, &b, &w->options, e);
	add_indexes(a, &b, w);
	add(&b, w->prerelease);
	add(&b, w->resolution);
	add(&b, w->exclude_newer);
	sha256_update(&digest, b.p, b.n);
	sha256_end(&digest, &w->digest);
	buf_release(&b);
	return good;
}
