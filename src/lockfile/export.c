/* export.c: from a lock to lines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "lockfile/export_parts.h"

#define EXPORT_MAX ((size_t)256 << 20)

bool export_check(const struct exporter *x, struct err *e)
{
	if (!marker_sets_over(x->out->markers)) return true;
	err_set(e, ERR_FORMAT, "too-large", "the markers of the lock have too many cases");
	return err_where(e, STR_FMT, STR_ARG(x->path));
}

str export_file_url(struct arena *a, str path)
{
	static const char digits[] = "0123456789ABCDEF";
	char *p = arena_array(a, char, path.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];
		if (ascii_alnum(c) || (c && strchr("-._~/", c))) {
			p[n++] = c;
			continue;
		}
		p[n++] = '%';
		p[n++] = digits[(unsigned char)c >> 4];
		p[n++] = digits[(unsigned char)c & 15];
	}
	return arena_join(a, S("file://"), (str){ p, n });
}

bool export_real_path(struct arena *a, str path, str *out, struct err *e)
{
	char *real = realpath(arena_cstr(a, path), NULL);
	if (!real) return path_absolute(a, path, out, e);
	*out = arena_str(a, str_from(real));
	free(real);
	return true;
}

bool export_read(struct arena *a, const struct export_request *request, struct notes *notes, struct export_set *out,
                 struct err *e)
{
	struct export_set found = { 0 };
	struct locked_set set = { 0 };
	struct lock_options options = { 0 };
	struct exporter x = { .a = a, .request = request, .out = &found, .path = request->lock.path };
	const struct lock_format_ops *ops;
	str text;
	reader_begin(&x.r, a, &request->lock, notes);
	x.r.set = &set;
	x.r.options = &options;
	x.r.target = NULL;
	found.markers = marker_sets_new(a);
	found.given = MARKER_ALWAYS;
	found.folder = path_dir(x.path);
	if (!reader_format(&x.r, x.path, &ops, e)) return false;
	bool requirements = ops->format == LOCK_FORMAT_REQUIREMENTS; /* they read themselves and what they include */
	if (requirements)
		text = request->lock.text;
	else if (!reader_load(&x.r, x.path, true, &text, e))
		return false;
	found.format = ops->name;
	bool good = false;
	if (ops->format == LOCK_FORMAT_POETRY)
		good = export_poetry(&x, text, e);
	else if (ops->format == LOCK_FORMAT_UV)
		good = export_uv(&x, text, e);
	else
		good = export_entries(&x, ops->format, text, e);
	if (!good || !export_check(&x, e)) return false;
	found.inputs = set.inputs;
	found.options = options;
	*out = found;
	return true;
}

/* --- lines --- */

/* What a lock says must not become another line, or a second option of its own. */
static bool one_word(str s, bool spaces)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f || (s.p[i] == ' ' && !spaces)) return false;
	return true;
}

static bool check_item(const struct export_item *item, struct err *e)
{
	str rest = str_from_pos(item->rest, str_starts(item->rest, S(" @ ")) ? 3 : 0);
	bool good = one_word(item->name, false) && one_word(rest, false) && one_word(item->line, true);
	for (size_t i = 0; good && i < item->hashes.n; i++) good = one_word(item->hashes.p[i], false);
	return good || err_set(e, ERR_FORMAT, "lock-field",
	                       "`" STR_FMT "` has white space or control characters where a line must have none",
	                       STR_ARG(str_slice(str_empty(item->name) ? item->rest : item->name, 0, 200)));
}

static void put_item(struct export_set *set, const struct export_item *item, bool extras, unsigned flags, struct buf *b)
{
	if (item->line.p) {
		buf_add_str(b, item->line);
	} else {
		buf_add_str(b, item->name);
		for (size_t i = 0; extras && i < item->extras.n; i++)
			buf_addf(b, "%c" STR_FMT, i ? ',' : '[', STR_ARG(item->extras.p[i]));
		if (extras && item->extras.n) buf_add_char(b, ']');
		buf_add_str(b, item->rest);
	}
	str marker = marker_sets_text(set->markers, item->marker, MARKER_ALWAYS, set->style);
	if (marker.n) buf_addf(b, " ; " STR_FMT, STR_ARG(marker));
	for (size_t i = 0; !(flags & EXPORT_NO_HASHES) && i < item->hashes.n; i++)
		buf_addf(b, " \\\n    --hash=" STR_FMT, STR_ARG(item->hashes.p[i]));
}

static void put_indexes(const struct export_set *set, struct buf *out)
{
	if (!set->has_indexes) return;
	for (size_t i = 0; i < set->indexes.n; i++) {
		const struct export_index *x = &set->indexes.p[i];
		if (x->trusted_host.p) buf_addf(out, "--trusted-host " STR_FMT "\n", STR_ARG(x->trusted_host));
		buf_addf(out, "--%sindex-url " STR_FMT "\n", x->is_default ? "" : "extra-", STR_ARG(x->url));
	}
	buf_add_char(out, '\n');
}

bool export_text(struct arena *a, struct export_set *set, enum export_format format, unsigned flags, struct notes *notes,
                 struct buf *out, struct err *e)
{
	bool constraints = format == EXPORT_CONSTRAINTS;
	struct str_list lines = { 0 };
	struct buf b;
	buf_init(&b, EXPORT_MAX);
	for (size_t i = 0; i < set->items.n; i++) {
		const struct export_item *item = &set->items.p[i];
		if (constraints && item->editable) {
			note_add(notes, NOTE_WARNING, "not-a-constraint",
			         STR_FMT " is editable, which constraints.txt cannot say: it is left out", STR_ARG(item->name));
			continue;
		}
		buf_clear(&b);
		if (!check_item(item, e)) break;
		put_item(set, item, !constraints, flags, &b);
		*vec_push(a, &lines) = buf_take(&b, a);
	}
	bool over = b.over;
	buf_release(&b);
	if (err_is_set(e)) return false;
	for (size_t i = 0; i < set->indexes.n; i++)
		if (!one_word(set->indexes.p[i].url, false))
			return err_set(e, ERR_FORMAT, "lock-field", "the URL of an index has white space or control characters");
	if (set->as_text) str_list_sort(&lines);
	if (!(flags & EXPORT_NO_URLS)) put_indexes(set, out);
	for (size_t i = 0; i < lines.n; i++) {
		if (set->as_text && i && str_eq(lines.p[i], lines.p[i - 1])) continue;
		buf_add_str(out, lines.p[i]);
		buf_add_char(out, '\n');
	}
	if (set->as_text && !lines.n) buf_add_char(out, '\n');
	if (out->over || over || marker_sets_over(set->markers))
		return err_set(e, ERR_FORMAT, "too-large", "the export would be too large");
	return true;
}
