/* export.c: finds the lock to export.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/export.h"

#include "base/io.h"
#include "pipeline/locking.h"
#include "pipeline/project.h"
#include "pipeline/relock.h"

static bool same_list(const struct str_list *x, const struct str_list *y)
{
	if (x->n != y->n) return false;
	for (size_t i = 0; i < x->n; i++)
		if (!str_eq(x->p[i], y->p[i])) return false;
	return true;
}

static bool same_input(const struct artifact *x, const struct artifact *y)
{
	if (x->dependencies.n != y->dependencies.n || x->all_extras != y->all_extras) return false;
	for (size_t i = 0; i < x->dependencies.n; i++)
		if (!str_eq(x->dependencies.p[i].path, y->dependencies.p[i].path)) return false;
	return same_list(&x->groups, &y->groups) && same_list(&x->only_groups, &y->only_groups) &&
	       same_list(&x->extras, &y->extras) && x->no_default_groups == y->no_default_groups;
}

/* The one input of the artifacts that were named. Several targets of one artifact share it. */
static bool pick_artifact(const struct project *project, str name, const struct artifact **out, struct err *e)
{
	const struct artifact *found = NULL;
	for (size_t i = 0; i < project->artifacts.n; i++) {
		const struct artifact *a = &project->artifacts.p[i];
		if (!a->dependencies.n) continue;
		if (found && !same_input(found, a)) {
			err_set(e, ERR_USAGE, "which-artifact", "the artifacts " STR_FMT " and " STR_FMT " have different locks",
			        STR_ARG(found->name), STR_ARG(a->name));
			err_where(e, STR_FMT, STR_ARG(project->config_path));
			return err_help(e, "name one: lamina export " STR_FMT, STR_ARG(found->name));
		}
		found = a;
	}
	if (found) return *out = found, true;
	if (name.n)
		err_set(e, ERR_USAGE, "no-artifact", "`" STR_FMT "` has no dependencies to export", STR_ARG(name));
	else
		err_set(e, ERR_USAGE, "no-artifact", "no artifact has dependencies to export");
	return err_where(e, STR_FMT, STR_ARG(project->config_path));
}

static bool take_dependency(struct arena *a, const struct dependency_input *d, struct lock_request *lock, struct err *e)
{
	if (lock->path.p) return *vec_push(a, &lock->more_paths) = d->path, true;
	lock->path = d->path;
	bool member = false;
	if (d->kind == DEPENDENCY_PROJECT && !locking_of_project(a, d->path, &lock->path, &member, e)) return false;
	if (member) lock->member = d->path;
	return true;
}

/* --- the lock that lamina keeps beside its inputs --- */

static bool is_right(struct arena *a, const struct export_options *o, const struct project *project, struct notes *notes,
                     struct err *e)
{
	struct relock_request *requests = arena_array(a, struct relock_request, project->artifacts.n + 1);
	struct locking_options locking = { .env = o->env };
	struct relock_options options = {
		.env = o->env, .index = o->index.inputs, .project = project, .mode = RELOCK_LOCKED, .jobs = 1
	};
	struct relock_set set;
	options.now = o->index.now;
	options.cancel = o->index.cancel;
	options.offline = true; /* to compare, nothing is asked */
	for (size_t i = 0; i < project->artifacts.n; i++) requests[i] = (struct relock_request){ &project->artifacts.p[i], notes };
	return relock_run(a, requests, project->artifacts.n, &locking, &options, &set, e);
}

/* Sets the path when the inputs have such a lock. Requirements that were never locked are exported as they are, when they pin. */
static bool own_lock(struct arena *a, const struct export_options *o, const struct artifact *artifact,
                     const struct project *project, struct notes *notes, struct export_request *r, struct err *e)
{
	struct io_stat st = { 0 };
	str path;
	if (!relock_beside(a, artifact, o->env, &path, e)) return false;
	if (path.n && !io_stat(arena_cstr(a, path), &st, e)) return false;
	if (!st.exists) {
		if (!path.n || artifact->dependencies.p[0].kind != DEPENDENCY_PROJECT) return true;
		err_set(e, ERR_RESOLVE, "lock-missing", "there is no lock to export: " STR_FMT " does not exist", STR_ARG(path));
		return err_help(e, "run: lamina lock --project " STR_FMT " --runtime RUNTIME",
		                STR_ARG(artifact->dependencies.p[0].path));
	}
	if (!o->frozen && project->artifacts.n && !is_right(a, o, project, notes, e)) return false;
	r->lock.path = path;
	return true;
}

static bool take_inputs(struct arena *a, const struct export_options *o, const struct artifact *artifact,
                        const struct project *project, struct notes *notes, struct export_request *r, struct err *e)
{
	if (!own_lock(a, o, artifact, project, notes, r, e)) return false;
	for (size_t i = 0; i < artifact->dependencies.n && !(i == 0 && r->lock.path.p); i++)
		if (!take_dependency(a, &artifact->dependencies.p[i], &r->lock, e)) return false;
	return true;
}

static bool from_artifact(struct arena *a, const struct export_options *o, struct notes *notes, struct export_request *r,
                          struct err *e)
{
	struct build_request request = { .config = o->config };
	struct notes ignored; /* what is assumed about targets does not matter here */
	struct project project = { 0 };
	const struct artifact *artifact = NULL;
	if (o->name.n) *vec_push(a, &request.names) = o->name;
	note_init(&ignored, a);
	if (!project_load(a, &request, o->env, &ignored, &project, e)) return false;
	if (!pick_artifact(&project, o->name, &artifact, e)) return false;
	if (!take_inputs(a, o, artifact, &project, notes, r, e)) return false;
	r->lock.groups = artifact->groups;
	r->lock.only_groups = artifact->only_groups;
	r->lock.extras = artifact->extras;
	r->lock.all_extras = artifact->all_extras;
	r->lock.no_default_groups = artifact->no_default_groups;
	return true;
}

/* -r, --project, or the current folder. */
static bool from_options(struct arena *a, const struct export_options *o, str folder, struct notes *notes,
                         struct export_request *r, struct err *e)
{
	struct build_request request = { .requirements = o->requirements, .project = folder };
	struct artifact base = { .name = S("export"), .where = S("command line") };
	struct project project = { 0 };
	for (size_t i = 0; i < o->requirements.n; i++)
		*vec_push(a, &base.dependencies) =
		    (struct dependency_input){ DEPENDENCY_REQUIREMENTS, arena_str(a, o->requirements.p[i]) };
	if (folder.n) *vec_push(a, &base.dependencies) = (struct dependency_input){ DEPENDENCY_PROJECT, arena_str(a, folder) };
	if (!o->frozen && !relock_targets(a, &request, o->env, &project, e)) return false;
	return take_inputs(a, o, &base, &project, notes, r, e);
}

static void append(struct arena *a, struct str_list *to, const struct str_list *from)
{
	struct str_list all = { 0 };
	for (size_t i = 0; i < to->n; i++) *vec_push(a, &all) = to->p[i];
	for (size_t i = 0; i < from->n; i++) *vec_push(a, &all) = from->p[i];
	*to = all;
}

static bool find_lock(struct arena *a, const struct export_options *o, struct notes *notes, struct export_request *r,
                      struct err *e)
{
	str config = o->config;
	size_t given = (size_t)(o->lock.n > 0) + (size_t)(o->project.n > 0) + (size_t)(o->requirements.n > 0);
	if (given > 1 || (given && o->name.n)) {
		err_set(e, ERR_USAGE, "two-locks", "more than one lock is named");
		return err_help(e, "give an artifact's name, or --lock, or --project, or -r");
	}
	if (o->lock.n) return r->lock.path = o->lock, true;
	if (given) return from_options(a, o, o->project, notes, r, e);
	if (!config.n && !project_find_config(a, &config, e)) return false;
	if (config.n || o->name.n) return from_artifact(a, o, notes, r, e);
	return from_options(a, o, S("."), notes, r, e);
}

/* PEP 751 "File name": other tools would not find it. */
static bool check_name(const struct export_options *o, struct err *e)
{
	if (o->format != EXPORT_PYLOCK || !o->output.n || lock_format_sniff(o->output, S("")) == LOCK_FORMAT_PYLOCK) return true;
	err_set(e, ERR_USAGE, "option-value", "`" STR_FMT "` is no name for a pylock.toml", STR_ARG(path_base(o->output)));
	return err_help(e, "call it pylock.toml or pylock.NAME.toml");
}

static bool is_kept_lock(str path)
{
	struct arena scratch = { 0 };
	struct err ignored = { 0 };
	struct io_stat st = { 0 };
	str text = { 0 };
	bool kept = lock_format_sniff(path, S("")) == LOCK_FORMAT_PYLOCK && io_stat(arena_cstr(&scratch, path), &st, &ignored) &&
	            st.is_regular && io_read_file(&scratch, arena_cstr(&scratch, path), LOCK_FILE_MAX, &text, &ignored) &&
	            str_contains(text, S("[tool.lamina]"));
	arena_release(&scratch);
	return kept;
}

/* A lock is not replaced by what was made from a lock: it holds what the export leaves out. */
static bool check_output(struct arena *a, const struct export_options *o, str lock, struct err *e)
{
	str output, input;
	if (!o->output.n || str_eq(lock, S("-"))) return true;
	if (!path_absolute(a, o->output, &output, e) || !path_absolute(a, lock, &input, e)) return false;
	bool same = str_eq(output, input) && lock_format_sniff(lock, S("")) != LOCK_FORMAT_REQUIREMENTS;
	if (!same && !is_kept_lock(o->output)) return true;
	err_set(e, ERR_USAGE, "output-is-input", "`" STR_FMT "` is a lock%s, so it is not replaced by an export",
	        STR_ARG(o->output), same ? "" : " that lamina keeps");
	return err_help(e, "choose another name, for example -o pylock.export.toml");
}

bool export_run(struct arena *a, const struct export_options *o, struct notes *notes, struct buf *out, struct err *e)
{
	struct export_request r = { .without_groups = o->without, .no_project = o->no_project };
	struct export_set set;
	r.with_credentials = o->with_credentials;
	r.lock.env = o->env;
	r.lock.frozen = o->frozen;
	if (!find_lock(a, o, notes, &r, e)) return false;
	append(a, &r.lock.groups, &o->with);
	append(a, &r.lock.extras, &o->extras);
	if (o->only.n) r.lock.only_groups = o->only;
	if (o->all_extras) r.lock.all_extras = true;
	r.files = o->format == EXPORT_PYLOCK;
	if (!check_name(o, e) || !check_output(a, o, r.lock.path, e) || !export_read(a, &r, notes, &set, e)) return false;
	if (r.files)
		return export_files(a, &set, r.lock.path, &o->index, notes, e) && export_pylock(a, &set, path_dir(o->output), out, e);
	return export_text(a, &set, o->format, o->flags, notes, out, e);
}
