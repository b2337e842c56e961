/* export_entries.c: locks whose entries stand side by side as requirements: Pipfile.lock, pdm.lock, pylock.toml, requirements.txt.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lines are written in Poetry's manner. What the lock does not pin (pipenv locks for one computer) stays unpinned, which a warning says:
 * its marker keeps it away from where it was locked. */
#include <string.h>

#include "base/io.h"
#include "base/map.h"
#include "lockfile/entries.h"
#include "lockfile/export_parts.h"
#include "python/name.h"

static str with_subdirectory(struct arena *a, str url, str subdirectory)
{
	if (str_empty(subdirectory)) return url;
	return arena_fmt(a, STR_FMT "%csubdirectory=" STR_FMT, STR_ARG(url), str_chr(url, '#') == STR_NONE ? '#' : '&',
	                 STR_ARG(subdirectory));
}

/* git+https://... as it stands in requirements, https://... as locks have it, git@host:path as ssh has it. */
static str vcs_url(struct arena *a, str system, str url)
{
	str user, path, prefix = arena_join(a, system.p ? system : S("git"), S("+"));
	if (str_starts(url, prefix) || str_starts(url, S("git+")) || str_starts(url, S("hg+")) || str_starts(url, S("svn+")) ||
	    str_starts(url, S("bzr+")))
		return url;
	if (str_contains(url, S("://"))) return arena_join(a, prefix, url);
	if (!str_cut(url, ':', &user, &path)) return arena_join(a, prefix, url);
	return arena_fmt(a, STR_FMT "ssh://" STR_FMT "/" STR_FMT, STR_ARG(prefix), STR_ARG(user), STR_ARG(path));
}

/* A reference that the URL has already (requirements lines keep theirs in it). */
static bool has_reference(str url, str reference)
{
	str path = str_slice(url, 0, str_chr(url, '#'));
	return str_ends(path, reference) && str_at(path, path.n - reference.n - 1) == '@';
}

static bool local_place(struct exporter *x, const struct locked_file *f, struct export_item *item, struct err *e)
{
	struct arena *a = x->a;
	str real;
	if (!export_real_path(a, path_join(a, path_dir(x->path), f->path), &real, e)) return false;
	str url = with_subdirectory(a, export_file_url(a, real), f->subdirectory);
	if (f->editable) {
		item->editable = true;
		item->line = arena_join(a, S("-e "), url);
	}
	item->rest = arena_join(a, S(" @ "), url);
	return true;
}

static str without_spaces(struct arena *a, str text)
{
	char *p = arena_array(a, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != ' ' && text.p[i] != '\t') p[n++] = text.p[i];
	return (str){ p, n };
}

static bool place(struct exporter *x, const struct lock_entry *entry, struct export_item *item, struct err *e)
{
	struct arena *a = x->a;
	const struct locked_package *p = &entry->package;
	const struct locked_file *f = p->files.n == 1 ? &p->files.p[0] : NULL;
	str url;
	if (!entry->pinned) {
		item->rest = without_spaces(a, str_from_pos(entry->written, entry->written_name));
		return true;
	}
	if (f && f->kind == LOCKED_VCS) {
		item->editable = f->editable;
		url = vcs_url(a, entry->vcs, f->url);
		if (!str_empty(f->vcs_reference) && !has_reference(url, f->vcs_reference))
			url = arena_fmt(a, STR_FMT "@" STR_FMT, STR_ARG(url), STR_ARG(f->vcs_reference));
		if (!str_contains(url, S("subdirectory="))) url = with_subdirectory(a, url, f->subdirectory);
		item->rest = arena_join(a, S(" @ "), url);
		return true;
	}
	bool index = !f || f->kind == LOCKED_SDIST || (f->kind == LOCKED_WHEEL && !str_empty(p->version) && !entry->direct);
	if (!index && !str_empty(f->path)) return local_place(x, f, item, e);
	if (!index) {
		item->rest = arena_join(a, S(" @ "), with_subdirectory(a, f->url, f->subdirectory));
		return true;
	}
	item->rest = arena_join(a, S("=="), p->version);
	return true;
}

static void add_hash(struct exporter *x, struct export_item *item, str hash) { str_list_add_new(x->a, &item->hashes, hash); }

static void hashes(struct exporter *x, const struct locked_package *p, struct export_item *item)
{
	for (size_t i = 0; i < p->hashes.n; i++) add_hash(x, item, p->hashes.p[i]);
	for (size_t i = 0; i < p->files.n; i++) {
		const struct locked_file *f = &p->files.p[i];
		if (f->has_sha256) add_hash(x, item, arena_join(x->a, S("sha256:"), sha256_hex_str(x->a, &f->sha256)));
		for (size_t k = 0; k < f->other_hashes.n; k++) add_hash(x, item, f->other_hashes.p[k]);
	}
	str_list_sort(&item->hashes);
}

/* Entries that would be one line but for their markers are one line. */
static bool add_item(struct exporter *x, struct map *lines, const struct lock_entry *entry, uint32_t marker, struct err *e)
{
	const struct locked_package *p = &entry->package;
	struct export_item item = { .name = p->name, .extras = p->extras, .marker = marker };
	str_list_sort(&item.extras);
	if (!place(x, entry, &item, e)) return false;
	if (!entry->pinned)
		note_add(x->r.notes, NOTE_WARNING, "not-pinned", STR_FMT ":%u: the lock does not pin " STR_FMT, STR_ARG(p->from_file),
		         (unsigned)p->from_line, STR_ARG(p->name));
	hashes(x, p, &item);
	if (x->request->files) {
		if (!entry->pinned) {
			err_set(e, ERR_RESOLVE, "export-pin", "the lock does not pin `" STR_FMT "`, and pylock.toml has to",
			        STR_ARG(p->name));
			return err_where(e, STR_FMT ":%u", STR_ARG(p->from_file), (unsigned)p->from_line);
		}
		item.locked = arena_new(x->a, struct locked_package);
		*item.locked = *p;
	}
	str key = arena_fmt(x->a, STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(item.name), STR_ARG(item.rest), STR_ARG(item.line));
	for (size_t i = 0; i < item.extras.n; i++)
		key = arena_fmt(x->a, STR_FMT "," STR_FMT, STR_ARG(key), STR_ARG(item.extras.p[i]));
	bool added;
	void **slot = map_put(lines, key, &added);
	if (added) {
		*vec_push(x->a, &x->out->items) = item;
		*slot = (void *)(uintptr_t)x->out->items.n;
		return true;
	}
	struct export_item *old = &x->out->items.p[(uintptr_t)*slot - 1];
	old->marker = marker_sets_or(x->out->markers, old->marker, marker);
	for (size_t i = 0; i < item.hashes.n; i++) add_hash(x, old, item.hashes.p[i]);
	str_list_sort(&old->hashes);
	return true;
}

/* Pipfile.lock has entries without a version; in requirements it means that nobody locked them. */
static bool check_pinned(const struct lock_entry *entry, struct err *e)
{
	if (entry->pinned) return true;
	err_set(e, ERR_RESOLVE, "not-pinned", "`" STR_FMT "` is not pinned to one version",
	        STR_ARG(str_slice(entry->written, 0, 200)));
	err_where(e, STR_FMT ":%u", STR_ARG(entry->package.from_file), (unsigned)entry->package.from_line);
	return err_help(e, "`lamina lock -r FILE` writes a lock, which is exported then");
}

static bool add_items(struct exporter *x, const struct lock_entries *entries, const struct marker_choice *choice,
                      bool all_pinned, struct err *e)
{
	struct map lines;
	map_init(&lines, x->a);
	for (size_t i = 0; i < entries->n && all_pinned; i++)
		if (!check_pinned(&entries->p[i], e)) return false;
	for (size_t i = 0; i < entries->n; i++) {
		uint32_t marker = marker_sets_from(x->out->markers, entries->p[i].marker, choice);
		if (marker != MARKER_NEVER && !add_item(x, &lines, &entries->p[i], marker, e)) return false;
	}
	return true;
}

static str pin_key(struct exporter *x, const struct export_item *item)
{
	return arena_fmt(x->a, STR_FMT "|" STR_FMT, STR_ARG(item->name), STR_ARG(item->rest));
}

/* "a==1" says nothing beside "a[x]==1" that holds wherever it does. */
static void drop_implied(struct exporter *x)
{
	struct marker_sets *m = x->out->markers;
	struct map with_extras;
	size_t kept = 0;
	map_init(&with_extras, x->a);
	for (size_t i = 0; i < x->out->items.n; i++) {
		const struct export_item *item = &x->out->items.p[i];
		if (item->extras.n && !item->line.p)
			*map_put(&with_extras, pin_key(x, item), NULL) = (void *)((uintptr_t)item->marker + 1);
	}
	for (size_t i = 0; i < x->out->items.n; i++) {
		const struct export_item *item = &x->out->items.p[i];
		void *other = item->extras.n || item->line.p ? NULL : map_get(&with_extras, pin_key(x, item));
		uint32_t marker = other ? (uint32_t)(uintptr_t)other - 1 : MARKER_NEVER;
		if (other && marker_sets_and(m, item->marker, marker_sets_not(m, marker)) == MARKER_NEVER) continue;
		x->out->items.p[kept++] = *item;
	}
	x->out->items.n = kept;
}

/* --- indexes --- */

/* Without credentials unless they were asked for: those of a lock's environment must not end in a file. */
static str shown(struct exporter *x, str url)
{
	size_t from = str_find(url, S("://"));
	if (x->request->with_credentials || from == STR_NONE) return url;
	str rest = str_from_pos(url, from + 3), host = str_slice(rest, 0, str_chr(rest, '/'));
	size_t at = str_rchr(host, '@');
	return at == STR_NONE ? url : arena_join(x->a, str_slice(url, 0, from + 3), str_from_pos(rest, at + 1));
}

static void add_index(struct exporter *x, str url, bool is_default)
{
	struct export_index *to = vec_push(x->a, &x->out->indexes);
	to->url = shown(x, url);
	to->is_default = is_default;
	x->out->has_indexes = true;
	if (!str_starts(url, S("http://"))) return;
	str rest = str_from_pos(to->url, 7);
	to->trusted_host = str_slice(rest, 0, str_chr(rest, '/'));
	size_t at = str_rchr(to->trusted_host, '@');
	if (at != STR_NONE) to->trusted_host = str_from_pos(to->trusted_host, at + 1);
}

static void indexes_of_entries(struct exporter *x, const struct lock_entries *entries)
{
	struct str_list urls = { 0 };
	for (size_t i = 0; i < entries->n && urls.n < 1000; i++)
		if (!str_empty(entries->p[i].package.index)) str_list_add_new(x->a, &urls, entries->p[i].package.index);
	str_list_sort(&urls);
	for (size_t i = 0; i < urls.n; i++) add_index(x, urls.p[i], urls.n == 1);
}

static void indexes_of_options(struct exporter *x)
{
	const struct lock_options *o = x->r.options;
	if (o->index_url.p) add_index(x, o->index_url, true);
	for (size_t i = 0; i < o->extra_index_urls.n; i++) add_index(x, o->extra_index_urls.p[i], false);
}

/* [[tool.pdm.source]]: the one that is called as pdm's own is the default. */
static bool indexes_of_pdm(struct exporter *x, struct err *e)
{
	str text, path = path_join(x->a, path_dir(x->path), S("pyproject.toml"));
	struct toml_document d;
	bool found = false;
	if (!reader_load_beside(&x->r, path, &found, &text, e)) return false;
	if (!found) return true;
	if (!toml_parse(x->a, text, path, &d, e)) return false;
	const struct toml_value *list = toml_at(d.root, "tool.pdm.source");
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++) {
		const struct toml_value *t = list->u.array.p[i], *url = toml_get(t, S("url")), *name = toml_get(t, S("name"));
		const struct toml_value *type = toml_get(t, S("type"));
		if (!url || url->type != TOML_STRING) continue;
		if (type && type->type == TOML_STRING && str_eq(type->u.string, S("find_links"))) continue;
		/* ${NAME} stays: pip replaces it itself. */
		add_index(x, url->u.string, name && name->type == TOML_STRING && str_ieq(name->u.string, S("pypi")));
	}
	return true;
}

static bool leave_out_groups(struct exporter *x, struct err *e)
{
	if (!x->request->without_groups.n) return true;
	/* Nothing takes part in these formats that was not named. */
	for (size_t i = 0; i < x->request->without_groups.n; i++) {
		str name = name_normalize(x->a, x->request->without_groups.p[i]);
		size_t kept = 0;
		for (size_t k = 0; k < x->r.groups.n; k++)
			if (!str_eq(x->r.groups.p[k], name)) x->r.groups.p[kept++] = x->r.groups.p[k];
		x->r.groups.n = kept;
	}
	(void)e;
	return true;
}

bool export_entries(struct exporter *x, enum lock_format format, str text, struct err *e)
{
	struct lock_entries entries = { 0 };
	struct pipfile_sources sources = { 0 };
	struct str_list groups = { 0 };
	bool good;
	x->out->as_text = true;
	if (!leave_out_groups(x, e)) return false;
	switch (format) {
	case LOCK_FORMAT_PIPFILE: good = pipfile_entries(&x->r, x->path, text, &entries, &sources, e); break;
	case LOCK_FORMAT_PDM: good = pdm_entries(&x->r, x->path, text, &entries, e); break;
	case LOCK_FORMAT_PYLOCK: good = pylock_entries(&x->r, x->path, text, &entries, &groups, e); break;
	default: good = requirements_entries(&x->r, &entries, e); break;
	}
	if (!good) return false;
	struct marker_choice choice = { .extras = &x->r.extras, .groups = &groups };
	if (!add_items(x, &entries, &choice, format == LOCK_FORMAT_REQUIREMENTS, e)) return false;
	drop_implied(x);
	for (size_t i = 0; i < sources.n; i++) add_index(x, sources.p[i].url, i == 0);
	if (format == LOCK_FORMAT_PYLOCK) indexes_of_entries(x, &entries);
	if (format == LOCK_FORMAT_REQUIREMENTS) indexes_of_options(x);
	return format != LOCK_FORMAT_PDM || indexes_of_pdm(x, e);
}
