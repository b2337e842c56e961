/* wants.c: finds the inputs of a lock and has each read by its reader.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/wants.h"

#include "base/io.h"
#include "lockfile/wants_digest.h"
#include "lockfile/wants_reader.h"

static bool load(struct wants_reader *r, str path, str *text, struct err *e)
{
	if (!io_read_file(r->a, arena_cstr(r->a, path), WANTS_FILE_MAX, text, e)) return false;
	str_list_add_new(r->a, &r->out->inputs, path);
	return true;
}

static bool is_file(struct arena *a, str path, bool *there, struct err *e)
{
	struct io_stat st = { 0 };
	if (!io_stat(arena_cstr(a, path), &st, e)) return false;
	*there = st.exists && !st.is_dir;
	return true;
}

bool wants_find(struct arena *a, str folder, str *file, struct err *e)
{
	static const char *const names[] = { "pyproject.toml", "setup.cfg" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		str path = path_join(a, folder, str_from(names[i]));
		bool there = false;
		if (!is_file(a, path, &there, e)) return false;
		if (there) return *file = path, true;
	}
	return *file = (str){ 0 }, true;
}

/* A folder stands for the project file in it. */
static bool project_file(struct wants_reader *r, str *path, struct err *e)
{
	struct io_stat st = { 0 };
	str folder = r->request->project;
	if (!io_stat(arena_cstr(r->a, folder), &st, e)) return false;
	*path = folder;
	if (!st.exists || !st.is_dir) return true;
	if (!wants_find(r->a, folder, path, e)) return false;
	if (!str_empty(*path)) return true;
	err_set(e, ERR_IO, "not-found", "the folder holds no project: neither pyproject.toml nor setup.cfg");
	err_where(e, STR_FMT, STR_ARG(folder));
	return err_help(e, "name a requirements file with -r");
}

static bool read_project(struct wants_reader *r, struct err *e)
{
	str path, text;
	if (!r->request->project.p) return true;
	if (!project_file(r, &path, e)) return false;
	if (!r->request->requirements.n) r->home = path_dir(path);
	if (!load(r, path, &text, e)) return false;
	return wants_project_read(r, path, text, e);
}

bool wants_read(struct arena *a, const struct wants_request *request, struct notes *notes, struct wants *out, struct err *e)
{
	struct wants result = { 0 };
	struct wants_reader r = { .a = a, .request = request, .notes = notes, .out = &result, .home = S(".") };
	if (request->requirements.n) r.home = path_dir(request->requirements.p[0]);
	if (!wants_requirements(&r, e) || !read_project(&r, e)) return false;
	wants_digest(a, &result);
	*out = result;
	return true;
}
