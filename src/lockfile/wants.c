/* wants.c: finds the inputs of a lock and has each read by its reader.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/wants.h"

#include "base/io.h"
#include "lockfile/wants_setuptools.h"

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

/* Tables that say what a project needs; tools keep their settings in such files too. */
static bool says_something(const struct toml_value *root)
{
	static const char *const tables[] = { "project",           "dependency-groups",
		                                  "tool.poetry",       "tool.uv.sources",
		                                  "tool.uv.workspace", "tool.uv.dev-dependencies",
		                                  "tool.uv.index",     "tool.uv.constraint-dependencies" };
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (toml_at(root, tables[i])) return true;
	return false;
}

bool wants_find(struct arena *a, str folder, str *file, struct err *e)
{
	str pyproject = path_join(a, folder, S("pyproject.toml")), setup = path_join(a, folder, S("setup.cfg")), text;
	struct toml_document d;
	struct err ignored = { 0 };
	bool there = false;
	*file = (str){ 0 };
	if (!is_file(a, pyproject, &there, e)) return false;
	if (there) {
		if (!io_read_file(a, arena_cstr(a, pyproject), WANTS_FILE_MAX, &text, e)) return false;
		/* One that cannot be read is still the one that is meant: wants_read says what is wrong in it. */
		if (!toml_parse(a, text, pyproject, &d, &ignored) || says_something(d.root)) return *file = pyproject, true;
	}
	if (!is_file(a, setup, &there, e)) return false;
	if (there && !io_read_file(a, arena_cstr(a, setup), WANTS_FILE_MAX, &text, e)) return false;
	if (there && str_contains(text, S("[options]"))) *file = setup;
	return true;
}

/* A folder stands for the project file in it. One that says nothing yet is read too: it may say something wrong. */
static bool project_file(struct wants_reader *r, str *path, struct err *e)
{
	static const char *const names[] = { "pyproject.toml", "setup.cfg", "setup.py" };
	struct io_stat st = { 0 };
	str folder = r->request->project;
	if (!io_stat(arena_cstr(r->a, folder), &st, e)) return false;
	*path = folder;
	if (!st.exists || !st.is_dir) return true;
	if (!wants_find(r->a, folder, path, e) || !str_empty(*path)) return !err_is_set(e);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		bool there;
		*path = path_join(r->a, folder, str_from(names[i]));
		if (!is_file(r->a, *path, &there, e)) return false;
		if (there) return true;
	}
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
	if (str_ends(path, S(".py"))) return wants_setup_py(path, e);
	if (str_ends(path, S(".cfg"))) return wants_setup_cfg_read(r, path, text, e);
	return wants_project_read(r, path, text, e);
}

/* Paths against the process's folder: they stand in no file. */
static bool read_folders(struct wants_reader *r, struct err *e)
{
	for (size_t i = 0; i < r->request->folders.n; i++) {
		struct want w = { .kind = WANT_REQUIREMENT, .file = { .kind = LOCKED_DIRECTORY, .path = r->request->folders.p[i] } };
		wants_set_direct(r->a, &w, &w.file);
		w.text = w.file.path; /* the name is not known yet */
		if (!wants_add(r, &w, e)) return false;
	}
	return true;
}

bool wants_read(struct arena *a, const struct wants_request *request, struct notes *notes, struct wants *out, struct err *e)
{
	struct wants result = { 0 };
	struct wants_reader r = { .a = a, .request = request, .notes = notes, .out = &result, .home = S(".") };
	if (request->home.n) r.home = request->home;
	if (request->requirements.n) r.home = path_dir(request->requirements.p[0]);
	if (!wants_requirements(&r, e) || !read_project(&r, e) || !read_folders(&r, e)) return false;
	if (!wants_digest(&r, e)) return false;
	*out = result;
	return true;
}
