/* wants_requirements.c: requirements files as wants.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The files are read by requirements.h, each line by requirements_entry.h; here nothing has to be pinned, nothing is evaluated. */
#include "base/io.h"
#include "lockfile/requirements_entry.h"
#include "lockfile/wants_reader.h"

static bool exists(struct arena *a, str path)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	return io_stat(arena_cstr(a, path), &st, &ignored) && st.exists;
}

/* pip reads paths from the folder in which it runs, uv and people from that of the file: the file's folder first, as for locks. */
static bool place_path(struct wants_reader *r, const struct requirement_line *line, str *path, struct err *e)
{
	str folder = requirements_folder(line);
	if (str_empty(*path) || path_is_absolute(*path)) return true;
	if (exists(r->a, path_join(r->a, folder, *path)) || str_eq(folder, S(".")) || !exists(r->a, *path)) return true;
	note_add(r->notes, NOTE_INFO, "path-from-here",
	         STR_FMT " is not beside the file that names it; taken from the current folder", STR_ARG(*path));
	return wants_path(r, S("."), folder, *path, path, e);
}

static uint32_t column_of(const struct requirement_line *line)
{
	const struct requirements_text_line *l = &line->source;
	size_t start = str_find(l->written, line->text), pos = 0;
	uint32_t column = 1 + l->indent, c;
	if (start == STR_NONE) return column;
	while (pos < start && utf8_next(l->written, &pos, &c)) column++;
	return column;
}

static bool take_line(struct wants_reader *r, const struct requirement_line *line, struct err *e)
{
	struct requirements_entry entry = { 0 };
	struct want w = { .kind = line->constraint ? WANT_CONSTRAINT : WANT_REQUIREMENT, .from_file = line->file };
	if (line->pylock) {
		err_set(e, ERR_FORMAT, "requirements", "a lock is no requirement that can be resolved: " STR_FMT, STR_ARG(line->text));
		requirements_where(r->a, line, 0, e);
		return err_help(e, "build from the lock itself, or use it as constraints: lamina export --format constraints.txt");
	}
	if (!requirements_entry_from(r->a, line, &entry, e)) return false;
	struct requirement q = { .name = entry.name, .extras = entry.extras, .specifier = entry.specifier, .marker = entry.marker };
	wants_fill(r->a, &q, &w);
	w.hashes = entry.hashes;
	str_list_sort(&w.hashes);
	w.line = line->source.line;
	w.column = column_of(line);
	if (!entry.direct) return wants_add(r, &w, e);
	if (!place_path(r, line, &entry.file.path, e)) return false;
	if (w.hashes.n == 1 && str_starts(w.hashes.p[0], S("sha256:")))
		entry.file.has_sha256 = sha256_from_hex(str_from_pos(w.hashes.p[0], 7), &entry.file.sha256);
	wants_set_direct(r->a, &w, &entry.file);
	return wants_add(r, &w, e);
}

bool wants_requirements(struct wants_reader *r, struct err *e)
{
	struct requirements files = { 0 };
	struct requirements_request request = { .paths = r->request->requirements,
		                                    .text = r->request->text,
		                                    .env = r->request->env };
	if (!request.paths.n) return true;
	if (!requirements_parse(r->a, &request, &files, e)) return false;
	for (size_t i = 0; i < files.lines.n; i++)
		if (!take_line(r, &files.lines.p[i], e)) return false;
	r->out->options = files.options;
	if (files.no_require_hashes) r->out->options.require_hashes = false;
	for (size_t i = 0; i < files.inputs.n; i++) *vec_push(r->a, &r->out->inputs) = files.inputs.p[i];
	return true;
}
