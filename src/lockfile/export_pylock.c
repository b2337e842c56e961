/* export_pylock.c: an export as pylock.toml.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PEP 751 and the PyPA page "pylock.toml specification", lock-version 1.0. Groups and extras were chosen for the export, so that the
 * file has none. `environments` (Poetry's project) or `requires-python` (uv's) say which Pythons the lock is for; markers are written
 * within them. */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "lockfile/export.h"
#include "lockfile/pylock_write_parts.h"

struct row {
	const struct export_item *item;
	struct resolved_package package;
};

static int row_cmp(const void *va, const void *vb)
{
	const struct row *x = va, *y = vb;
	int c = str_cmp(x->package.name, y->package.name);
	return c ? c : str_cmp(x->package.version, y->package.version);
}

static bool refuse(const struct export_item *item, struct err *e, const char *why)
{
	err_set(e, ERR_RESOLVE, "export-pin", "`" STR_FMT "` cannot be written into pylock.toml", STR_ARG(item->name));
	if (item->locked) err_where(e, STR_FMT ":%u", STR_ARG(item->locked->from_file), (unsigned)item->locked->from_line);
	return err_why(e, "%s", why);
}

static bool has_proof(const struct locked_file *f) { return f->has_sha256 || f->other_hashes.n > 0; }

/* What PEP 751 asks of the kinds of files. */
static bool check_files(const struct export_item *item, struct err *e)
{
	const struct locked_package *p = item->locked;
	if (!p || !p->files.n) return refuse(item, e, "no file of it is known");
	for (size_t i = 0; i < p->files.n; i++) {
		const struct locked_file *f = &p->files.p[i];
		bool tree = f->kind == LOCKED_DIRECTORY || f->kind == LOCKED_VCS;
		if (f->kind == LOCKED_VCS && str_empty(f->vcs_reference)) return refuse(item, e, "its commit is not locked");
		if (!tree && str_empty(f->url) && str_empty(f->path)) return refuse(item, e, "the place of a file is not known");
		if (!tree && !has_proof(f)) return refuse(item, e, "a file has no hash");
	}
	return true;
}

static void to_row(struct arena *a, const struct export_set *set, const struct export_item *item, struct row *out)
{
	const struct locked_package *p = item->locked;
	*out = (struct row){ .item = item, .package = { .name = p->name, .version = p->version, .index = p->index } };
	for (size_t i = 0; i < p->files.n; i++) {
		struct resolved_file *f = vec_push(a, &out->package.files);
		f->locked = p->files.p[i];
		if (!str_empty(f->locked.path)) f->locked.path = path_join(a, set->folder, f->locked.path);
	}
	/* A folder may have another version by the time it is installed. */
	if (p->files.p[0].kind == LOCKED_DIRECTORY) out->package.version = (str){ 0 };
}

static void add_text(struct buf *out, const char *key, str value)
{
	if (str_empty(value)) return;
	buf_addf(out, "%s = ", key);
	pylock_add_string(out, value);
	buf_add_char(out, '\n');
}

static void add_head(struct export_set *set, size_t packages, struct buf *out)
{
	str environment =
	    set->python_text.p ? (str){ 0 } : marker_sets_text(set->markers, set->given, MARKER_ALWAYS, MARKER_STYLE_FULL);
	buf_add_str(out, S("# Written by `lamina export`.\nlock-version = \"1.0\"\n"));
	if (environment.n) {
		buf_add_str(out, S("environments = ["));
		pylock_add_string(out, environment);
		buf_add_str(out, S("]\n"));
	}
	add_text(out, "requires-python", set->python_text);
	buf_add_str(out, S("created-by = \"lamina\"\n"));
	if (!packages) buf_add_str(out, S("packages = []\n"));
}

static bool same_files(const struct row *x, const struct row *y)
{
	return str_eq(x->package.name, y->package.name) && str_eq(x->package.version, y->package.version) &&
	       str_eq(x->item->rest, y->item->rest) && str_eq(x->item->line, y->item->line);
}

/* A package with and without extras is one here. */
static size_t unite(struct export_set *set, struct row *rows, size_t n, uint32_t *markers)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (kept && same_files(&rows[kept - 1], &rows[i])) {
			markers[kept - 1] = marker_sets_or(set->markers, markers[kept - 1], rows[i].item->marker);
			continue;
		}
		rows[kept] = rows[i];
		markers[kept++] = rows[i].item->marker;
	}
	return kept;
}

bool export_pylock(struct arena *a, struct export_set *set, str folder, struct buf *out, struct err *e)
{
	struct pylock_writer w = { .a = a, .out = out, .e = e };
	struct row *rows = arena_array(a, struct row, set->items.n + 1);
	uint32_t *markers = arena_array(a, uint32_t, set->items.n + 1);
	size_t n = set->items.n;
	if (!path_absolute(a, folder.n ? folder : S("."), &w.folder, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (!check_files(&set->items.p[i], e)) return false;
		to_row(a, set, &set->items.p[i], &rows[i]);
	}
	if (n) qsort(rows, n, sizeof *rows, row_cmp);
	n = unite(set, rows, n, markers);
	add_head(set, n, out);
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, S("\n[[packages]]\n"));
		add_text(out, "name", rows[i].package.name);
		add_text(out, "version", rows[i].package.version);
		add_text(out, "marker", marker_sets_text(set->markers, markers[i], set->given, MARKER_STYLE_FULL));
		if (!pylock_add_files(&w, &rows[i].package)) return false;
	}
	if (!out->over && !marker_sets_over(set->markers)) return true;
	return err_set(e, ERR_FORMAT, "too-large", "the export would be too large");
}
