/* locking_own.c: the project's own package.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/locking_own.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/map.h"
#include "format/toml.h"
#include "pipeline/stamp_names.h"
#include "python/name.h"
#include "python/requirement.h"

#define PROJECT_FILE "pyproject.toml"

/* What a folder holds; the same for every target. */
struct locking_own {
	str folder;
	struct private_tree tree;
	struct source_wheel wheel;
	bool planned;   /* wheel is filled in */
	bool listed;    /* tree is */
	str place;      /* absolute, when it was put in */
	struct err why; /* not planned */
};

struct own {
	struct arena *a;
	const struct artifact *artifact;
	struct locking_options *options;
	const struct source_list *sources;
	struct notes *notes;
	struct locking *out;
	str folder;
	str name; /* normalised; empty: only its build backend's files tell */
	struct err *e;
};

/* --- is it a package? --- */

static bool word(const struct toml_value *root, const char *dotted, bool *value)
{
	const struct toml_value *v = toml_at(root, dotted);
	if (!v || v->type != TOML_BOOL) return false;
	*value = v->u.boolean;
	return true;
}

static bool says_package(const struct toml_value *root)
{
	bool value;
	if (word(root, "tool.uv.package", &value)) return value;
	if (word(root, "tool.poetry.package-mode", &value) && !value) return false;
	if (word(root, "tool.pdm.distribution", &value) && !value) return false;
	const struct toml_value *build = toml_get(root, S("build-system"));
	return build && build->type == TOML_TABLE;
}

static void take_name(struct own *w, const struct toml_value *root)
{
	static const char *const places[] = { "project.name", "tool.poetry.name" };
	for (size_t i = 0; i < sizeof places / sizeof *places && !w->name.n; i++) {
		const struct toml_value *v = toml_at(root, places[i]);
		if (v && v->type == TOML_STRING && name_valid(v->u.string)) w->name = name_normalize(w->a, v->u.string);
	}
}

static bool is_file(struct own *w, const char *name, str *path, bool *found)
{
	struct io_stat st;
	*path = path_join(w->a, w->folder, str_from(name));
	if (!io_stat(path->p, &st, w->e)) return false;
	*found = st.is_regular;
	return true;
}

static bool is_package(struct own *w, bool *answer)
{
	str path, text;
	struct toml_document d;
	bool found;
	if (!is_file(w, PROJECT_FILE, &path, &found)) return false;
	str_list_add_new(w->a, &w->out->set.inputs, path);
	if (!found) {
		if (!is_file(w, "setup.py", &path, answer)) return false;
		str_list_add_new(w->a, &w->out->set.inputs, path);
		return true;
	}
	if (!io_read_file(w->a, path.p, SOURCE_TEXT_MAX, &text, w->e) || !toml_parse(w->a, text, path, &d, w->e)) return false;
	take_name(w, d.root);
	*answer = says_package(d.root);
	return true;
}

/* The group of a project's own dependencies, where a format has a name for it. */
static bool main_takes_part(const struct own *w)
{
	const struct artifact *x = w->artifact;
	if (x->only_groups.n == 0) return true;
	str name = strcmp(w->out->set.format, "pdm.lock") == 0 ? S("default") : S("main");
	if (strcmp(w->out->set.format, "uv.lock") == 0) return false;
	for (size_t i = 0; i < x->only_groups.n; i++)
		if (name_same(x->only_groups.p[i], name)) return true;
	return false;
}

static bool is_wanted(const struct own *w)
{
	const struct artifact *x = w->artifact;
	if (!main_takes_part(w)) return false;
	if (w->name.n == 0) return true;
	return !str_list_has(&x->exclude, w->name) && (x->only.n == 0 || str_list_has(&x->only, w->name));
}

static bool is_listed(const struct own *w, str name)
{
	for (size_t i = 0; i < w->out->set.packages.n; i++)
		if (str_eq(w->out->set.packages.p[i].name, name)) return true;
	return false;
}

/* --- does it come as files already? --- */

/* The folders that the artifact takes files of. */
static void source_folders(const struct own *w, struct str_list *out)
{
	for (size_t i = 0; i < w->artifact->sources.n; i++) *vec_push(w->a, out) = w->artifact->sources.p[i];
	for (size_t i = 0; i < w->artifact->files.n; i++) *vec_push(w->a, out) = w->artifact->files.p[i].source;
}

static void python_sources(const struct own *w, struct map *out)
{
	map_init(out, w->a);
	for (size_t i = 0; w->sources && i < w->sources->files.n; i++) {
		str path = w->sources->files.p[i].path;
		if (str_ends(path, S(".py"))) map_put(out, path_clean(w->a, path), NULL);
	}
}

/* Paths are as they were written, so that one file has as many as there are ways to it: each source folder is one. */
static bool source_path(struct own *w, str folder, str file, str *out)
{
	str absolute;
	if (!path_absolute(w->a, folder, &absolute, w->e)) return false;
	*out = (str){ 0 };
	if (str_eq(absolute, file))
		*out = path_clean(w->a, folder);
	else if (absolute.n == 1 || (str_starts(file, absolute) && str_at(file, absolute.n) == '/'))
		*out = path_clean(w->a, path_join(w->a, folder, str_from_pos(file, absolute.n == 1 ? 1 : absolute.n + 1)));
	return true;
}

/* wheel NULL: its files are not known; any Python file below the folder counts. */
static bool comes_as_files(struct own *w, const struct source_wheel *wheel, bool *answer)
{
	struct map python;
	struct str_list folders = { 0 };
	str root;
	*answer = false;
	python_sources(w, &python);
	source_folders(w, &folders);
	if (python.n == 0) return true;
	if (!path_absolute(w->a, w->folder, &root, w->e)) return false;
	for (size_t i = 0; !wheel && i < python.n && !*answer; i++) {
		str file;
		if (!path_absolute(w->a, python.entries[i].key, &file, w->e)) return false;
		*answer = str_starts(file, root) && (root.n == 1 || str_at(file, root.n) == '/');
	}
	for (size_t i = 0; wheel && i < wheel->files.n && !*answer; i++) {
		if (!str_ends(wheel->files.p[i].from, S(".py"))) continue;
		for (size_t k = 0; k < folders.n && !*answer; k++) {
			str path;
			if (!source_path(w, folders.p[k], path_join(w->a, root, wheel->files.p[i].from), &path)) return false;
			*answer = path.n > 0 && map_has(&python, path);
		}
	}
	return true;
}

/* --- adding it --- */

static void take_needs(struct arena *a, const struct source_wheel *wheel, struct locked_package *p)
{
	for (size_t i = 0; i < wheel->requires_dist.n; i++) {
		struct requirement r;
		struct err ignored = { 0 };
		if (requirement_parse(a, wheel->requires_dist.p[i], &r, &ignored))
			str_list_add_new(a, &p->dependencies, name_normalize(a, r.name));
	}
	p->knows_dependencies = true;
}

bool locking_add_folder(struct arena *a, str folder, const struct source_wheel *wheel, str from_file, struct locking *out,
                        struct err *e)
{
	str absolute;
	if (!path_absolute(a, folder, &absolute, e)) return false;
	struct locked_package *p = vec_push(a, &out->set.packages);
	*p = (struct locked_package){ .name = name_normalize(a, wheel->name), .version = wheel->version };
	p->from_file = from_file;
	p->from_line = 1;
	p->chosen = SIZE_MAX;
	take_needs(a, wheel, p);
	*vec_push(a, &p->files) = (struct locked_file){ .kind = LOCKED_DIRECTORY, .path = absolute };
	return true;
}

/* What would have made another answer: new folders and files. */
static void watch(struct own *w, const struct locking_own *folder)
{
	for (size_t i = 0; folder->listed && i < folder->tree.folders.n; i++)
		*vec_push(w->a, &w->out->watched) = arena_join(w->a, folder->tree.folders.p[i], STAMP_NAMES_ALL);
}

static bool add_help(struct own *w)
{
	size_t n = strlen(w->e->help);
	char text[300];
	if (w->name.n)
		snprintf(text, sizeof text, "%sto take only what it needs, leave the project itself out: --exclude " STR_FMT,
		         n ? "; " : "", STR_ARG(str_slice(w->name, 0, 100)));
	else
		snprintf(text, sizeof text, "%sto take only what it needs, name its lock (--lock) instead of the project",
		         n ? "; " : "");
	if (n + strlen(text) < sizeof w->e->help) memcpy(w->e->help + n, text, strlen(text) + 1);
	return false;
}

/* No rule found what the package consists of: an application, or a file that is missing. */
static void leave_out(struct own *w, const struct err *why)
{
	note_add(w->notes, NOTE_INFO, "no-own-package", "the project `" STR_FMT "` itself is not put in, only what it needs: %s",
	         STR_ARG(w->name.n ? w->name : w->folder), why->what);
	note_help(w->notes, "`package-mode = false` under [tool.poetry], or `package = false` under [tool.uv], says that it is no "
	                    "package");
}

static bool add_folder(struct own *w, const struct source_wheel *wheel)
{
	return locking_add_folder(w->a, w->folder, wheel, path_join(w->a, w->folder, S(PROJECT_FILE)), w->out, w->e);
}

/* Its own backend knows what reading does not tell. */
static bool add_by_backend(struct own *w, str *own)
{
	struct source_wheel wheel;
	struct private_options options = private_options_of(w->options->means, w->out->policy, &w->out->target);
	if (!private_metadata(w->a, w->folder, &options, w->notes, &wheel, w->e)) return add_help(w);
	w->name = *own = name_normalize(w->a, wheel.name);
	return !is_wanted(w) || is_listed(w, w->name) || add_folder(w, &wheel);
}

static bool refused(struct own *w, const struct locking_own *folder, str *own)
{
	bool as_files;
	if (!comes_as_files(w, NULL, &as_files)) return false;
	watch(w, folder);
	if (as_files) return true;
	if (folder->why.id && strcmp(folder->why.id, "cannot-build") == 0 && w->out->policy.host) return add_by_backend(w, own);
	if (folder->why.id && strcmp(folder->why.id, "empty-package") == 0) return leave_out(w, &folder->why), true;
	*w->e = folder->why;
	return add_help(w);
}

static bool refuse_empty(const struct locking_own *folder, struct err *e)
{
	return err_set(e, ERR_FORMAT, "empty-package", "there is no Python file in `" STR_FMT "`", STR_ARG(folder->folder));
}

/* A lock and its project file alone, with which nobody could install the project either. */
static bool has_python(const struct locking_own *folder)
{
	for (size_t i = 0; i < folder->tree.tree.n; i++) {
		const struct source_entry *entry = &folder->tree.tree.entries[i];
		if (!entry->folder && str_ends(entry->path, S(".py")) && !str_eq(entry->path, S("setup.py"))) return true;
	}
	return false;
}

/* setuptools makes wheels of nothing but their dist-info. */
static bool has_content(const struct locking_own *folder)
{
	for (size_t i = 0; i < folder->wheel.files.n; i++)
		if (!str_starts(folder->wheel.files.p[i].to, folder->wheel.dist_info)) return true;
	return false;
}

static bool plan(struct own *w, struct locking_own *folder)
{
	struct notes later; /* said again when the wheel is made */
	note_init(&later, w->a);
	if (!has_python(folder)) return refuse_empty(folder, &folder->why);
	if (!source_wheel_plan(w->a, &folder->tree.tree, &later, &folder->wheel, &folder->why)) return false;
	return has_content(folder) || refuse_empty(folder, &folder->why);
}

/* Each folder once in a run. */
static struct locking_own *look(struct own *w)
{
	for (size_t i = 0; i < w->options->own.n; i++)
		if (str_eq(w->options->own.p[i]->folder, w->folder)) return w->options->own.p[i];
	struct locking_own *folder = arena_new(w->a, struct locking_own);
	folder->folder = w->folder;
	folder->listed = private_tree_list(w->a, w->folder, w->options->means, &folder->tree, &folder->why);
	folder->planned = folder->listed && plan(w, folder);
	*vec_push(w->a, &w->options->own) = folder;
	return folder;
}

static bool add(struct own *w, str *own)
{
	bool as_files;
	struct locking_own *folder = look(w);
	if (!folder->planned) return refused(w, folder, own);
	w->name = *own = name_normalize(w->a, folder->wheel.name);
	if (!is_wanted(w) || is_listed(w, w->name)) return true;
	if (!comes_as_files(w, &folder->wheel, &as_files)) return false;
	if (as_files) {
		note_add(w->notes, NOTE_VERBOSE, "own-package-as-files",
		         "the project " STR_FMT " is not installed as a package: its files are among those of `source` and `files`",
		         STR_ARG(w->name));
		return watch(w, folder), true;
	}
	if (!add_folder(w, &folder->wheel)) return false;
	folder->place = w->out->set.packages.p[w->out->set.packages.n - 1].files.p[0].path;
	return true;
}

const struct private_tree *locking_own_tree(const struct locking_options *options, const struct locked_package *package)
{
	for (size_t i = 0; i < options->own.n && package->files.n == 1; i++) {
		const struct locking_own *own = options->own.p[i];
		const struct locked_file *f = &package->files.p[0];
		if (f->kind == LOCKED_DIRECTORY && own->listed && own->place.n && str_eq(own->place, f->path)) return &own->tree;
	}
	return NULL;
}

bool locking_own_add(struct arena *a, const struct artifact *artifact, struct locking_options *options, struct notes *notes,
                     struct locking *out, str *own, struct err *e)
{
	struct own w = { .a = a, .artifact = artifact, .options = options, .notes = notes, .out = out, .e = e };
	w.sources = options->sources;
	bool package;
	str path = artifact->dependencies.p[0].path, base = path_base(path);
	w.folder = str_eq(base, S(PROJECT_FILE)) || str_eq(base, S("setup.cfg")) ? path_dir(path) : path;
	*own = (str){ 0 };
	if (!is_package(&w, &package)) return false;
	if (!package) return true;
	*own = w.name;
	if (!is_wanted(&w) || (w.name.n && is_listed(&w, w.name))) return true;
	return add(&w, own);
}
