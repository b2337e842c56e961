/* relock.c: every lock of a run, brought up to date.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/relock.h"

#include "base/io.h"
#include "pipeline/index_levels.h"
#include "pipeline/relock_parts.h"
#include "python/name.h"
#include "target/target.h"

/* --- the lock that stands there --- */

static bool foreign(struct relock_work *w)
{
	err_set(w->e, ERR_USAGE, "lock-foreign", STR_FMT " was not written by lamina, so it is not replaced",
	        STR_ARG(w->lock->lock_path));
	err_why(w->e, "it stands where the lock of " STR_FMT " would be", STR_ARG(w->lock->shown));
	return err_help(w->e,
	                "use it as the lock it is (`lamina build --lock " STR_FMT
	                "`), move it away, or build without one (`lamina build --no-lock`)",
	                STR_ARG(w->lock->lock_path));
}

/* The lock of other inputs: NAME.in and NAME.txt have one name for theirs. Inputs that are gone have no say. */
static bool check_sources(struct relock_work *w)
{
	const struct str_list *there = &w->origin.sources, *here = &w->sources;
	bool same = there->n == here->n;
	for (size_t i = 0; same && i < here->n; i++) same = str_eq(there->p[i], here->p[i]);
	if (same || there->n == 0) return true;
	for (size_t i = 0; i < there->n; i++) {
		struct io_stat st = { 0 };
		struct err ignored = { 0 };
		if (str_list_has(here, there->p[i])) continue;
		if (!io_stat(path_join(w->a, w->lock->folder, there->p[i]).p, &st, &ignored) || !st.exists) continue;
		err_set(w->e, ERR_USAGE, "lock-clash", STR_FMT " is the lock of " STR_FMT ", not of " STR_FMT,
		        STR_ARG(w->lock->lock_path), STR_ARG(there->p[i]), STR_ARG(w->lock->shown));
		return err_help(w->e,
		                "rename one of the two, or give this one a lock of another name: `lamina lock -r " STR_FMT
		                " -o pylock.NAME.toml`, then build with --lock",
		                STR_ARG(w->lock->shown));
	}
	return true;
}

static bool load(struct relock_work *w)
{
	struct io_stat st = { 0 };
	bool found = false;
	str path = w->lock->lock_path;
	if (w->o->mode == RELOCK_NO_LOCK || w->lock->is_stream) return true;
	if (!io_stat(arena_cstr(w->a, path), &st, w->e)) return false;
	if (!st.exists) return true;
	if (!io_read_file(w->a, arena_cstr(w->a, path), LOCK_FILE_MAX, &w->old_text, w->e)) return false;
	if (!pylock_origin_read(w->a, w->old_text, path, &w->origin, &found, w->e))
		return err_help(w->e, "remove the file: lamina locks " STR_FMT " again", STR_ARG(w->lock->shown));
	if (!found) return foreign(w);
	w->exists = true;
	w->lock->text = w->old_text;
	w->lock->targets = w->origin.targets;
	w->lock->n_packages = w->origin.pins.n;
	return true;
}

/* --- what the mode makes of it --- */

static str first_reasons(struct relock_work *w)
{
	str out = { 0 };
	const struct str_list *r = &w->lock->reasons;
	for (size_t i = 0; i < r->n && out.n < 600; i++) {
		if (i) out = arena_join(w->a, out, S("; "));
		out = arena_join(w->a, out, r->p[i]);
	}
	return out;
}

/* As `lamina lock` takes them. */
static str inputs_as_options(struct arena *a, const struct relock *x)
{
	const struct str_list *list = x->packages.n ? &x->packages : &x->requirements;
	str out = x->project.n ? arena_fmt(a, " --project " STR_FMT, STR_ARG(x->folder)) : S("");
	for (size_t i = 0; i < list->n && x->project.n == 0; i++)
		out = arena_fmt(a, STR_FMT " %s " STR_FMT, STR_ARG(out), x->packages.n ? "--package" : "-r", STR_ARG(list->p[i]));
	return out;
}

static bool of_command_line(const struct relock_work *w)
{
	const struct project *p = w->o->project;
	return p && p->artifacts.n && str_eq(p->artifacts.p[0].where, S("command line"));
}

static bool refuse(struct relock_work *w)
{
	const struct relock *x = w->lock;
	if (w->exists)
		err_set(w->e, ERR_RESOLVE, "lock-outdated", STR_FMT " is out of date for " STR_FMT, STR_ARG(x->lock_path),
		        STR_ARG(x->shown));
	else
		err_set(w->e, ERR_RESOLVE, "lock-missing", STR_FMT " has no lock: there is no " STR_FMT, STR_ARG(x->shown),
		        STR_ARG(x->is_stream ? S("file to keep one beside") : x->lock_path));
	if (w->exists) err_why(w->e, STR_FMT, STR_ARG(first_reasons(w)));
	if (x->is_stream) return err_help(w->e, "put the requirements into a file: a lock needs one to stand beside");
	if (!of_command_line(w)) return err_help(w->e, "run `lamina lock` (or build without --locked) and keep what it writes");
	return err_help(w->e,
	                "run `lamina lock" STR_FMT
	                "` with the same --runtime and --arch (or build without --locked), and keep what it writes",
	                STR_ARG(inputs_as_options(w->a, x)));
}

/* --frozen without a lock: what pins everything needs none. */
static bool frozen(struct relock_work *w)
{
	struct relock *x = w->lock;
	struct err ignored = { 0 };
	x->state = RELOCK_UNREAD;
	if (!x->is_stream) *vec_push(w->a, &x->inputs) = x->lock_path;
	if (w->exists) {
		/* Only for the indexes' credentials; a lock may stand alone. */
		struct relock_work quiet = *w;
		struct notes nobody;
		note_init(&nobody, w->a);
		quiet.notes = &nobody;
		quiet.e = &ignored;
		relock_read_wants(&quiet);
		return true;
	}
	x->state = RELOCK_AS_IT_IS;
	if (x->project.n == 0 && x->packages.n == 0) return true;
	err_set(w->e, ERR_RESOLVE, "lock-missing", STR_FMT " has no lock: there is no " STR_FMT, STR_ARG(x->shown),
	        STR_ARG(x->lock_path));
	return err_help(w->e, "run `lamina lock" STR_FMT "` and keep what it writes, or build without --frozen",
	                STR_ARG(of_command_line(w) ? inputs_as_options(w->a, x) : S("")));
}

bool relock_keep(struct relock_work *w)
{
	struct relock *x = w->lock;
	if (w->o->mode != RELOCK_WRITE || x->is_stream) return true;
	*vec_push(w->a, &x->inputs) = x->lock_path;
	if (!x->changed || w->o->dry_run) return true;
	if (io_write_file(arena_cstr(w->a, x->lock_path), x->text, w->o->file_mode, true, w->e)) return true;
	if (str_starts(str_from(w->e->help), S("check the permissions"))) w->e->help[0] = '\0'; /* there is something better */
	return err_help(w->e,
	                "the lock is kept beside what it is made from; `lamina build --no-lock` resolves without keeping one");
}

static bool renew(struct relock_work *w)
{
	struct relock *x = w->lock;
	bool keep = w->o->mode == RELOCK_WRITE && !x->is_stream;
	if (x->is_stream && w->o->mode == RELOCK_WRITE)
		note_add(w->notes, NOTE_INFO, "no-lock", STR_FMT " is resolved anew each time: no lock is written for it",
		         STR_ARG(x->shown));
	if (!relock_solve(w)) return false;
	x->state = keep ? RELOCK_WRITTEN : RELOCK_MADE;
	return true;
}

static void tell_unknown_upgrades(struct relock_work *w)
{
	for (size_t i = 0; i < w->o->upgrade.n; i++) {
		bool there = false;
		for (size_t k = 0; k < w->origin.pins.n; k++) there = there || str_eq(w->origin.pins.p[k].name, w->o->upgrade.p[i]);
		if (!there && w->exists)
			note_add(w->notes, NOTE_WARNING, "upgrade-unknown", "there is no " STR_FMT " in " STR_FMT " to upgrade",
			         STR_ARG(w->o->upgrade.p[i]), STR_ARG(w->lock->lock_path));
	}
}

static bool bring_up_to_date(struct relock_work *w)
{
	struct relock *x = w->lock;
	if (!load(w)) return false;
	relock_choose_policy(w);
	if (w->o->mode == RELOCK_FROZEN) return frozen(w);
	if (!relock_read_wants(w) || !check_sources(w) || !relock_choose(w) || !relock_compare(w, &x->reasons)) return false;
	bool upgrade = w->o->upgrade_all || w->o->upgrade.n;
	tell_unknown_upgrades(w);
	if (upgrade && x->reasons.n == 0) *vec_push(w->a, &x->reasons) = S("--upgrade was given");
	bool stale = x->reasons.n > 0;
	if (stale && w->o->mode == RELOCK_LOCKED) return refuse(w);
	if (stale && w->o->mode == RELOCK_LOOK) return x->state = RELOCK_STALE, true;
	for (size_t i = 0; i < x->reasons.n && w->exists; i++)
		note_add(w->notes, NOTE_VERBOSE, "why-locked", STR_FMT ": " STR_FMT, STR_ARG(x->lock_path), STR_ARG(x->reasons.p[i]));
	if (stale) return renew(w);
	x->state = RELOCK_FRESH;
	relock_local_inputs(w, &w->origin.folders, &x->inputs);
	*vec_push(w->a, &x->inputs) = x->lock_path;
	return true;
}

/* --- all of a run --- */

static struct relock *find(const struct relock_set *set, str key)
{
	for (size_t i = 0; i < set->list.n; i++)
		if (str_eq(set->list.p[i]->key, key)) return set->list.p[i];
	return NULL;
}

const struct relock *relock_of(const struct relock_set *set, const struct artifact *artifact)
{
	struct arena scratch = { 0 };
	if (!set || artifact->dependencies.n == 0) return NULL;
	const struct relock *found = find(set, relock_key(&scratch, artifact));
	arena_release(&scratch);
	return found;
}

static bool same_place(const struct relock_set *set, const struct relock *x, struct err *e)
{
	for (size_t i = 0; i < set->list.n; i++) {
		const struct relock *other = set->list.p[i];
		if (other->lock_path.n == 0 || x->lock_path.n == 0 || other->is_stream || !str_eq(other->lock_path, x->lock_path))
			continue;
		err_set(e, ERR_USAGE, "lock-clash", STR_FMT " would be the lock of " STR_FMT " and of " STR_FMT, STR_ARG(x->lock_path),
		        STR_ARG(other->shown), STR_ARG(x->shown));
		return err_help(e, "rename one of the two");
	}
	return true;
}

static bool refuse_upgrade(const struct relock *x, const struct artifact *artifact, struct err *e)
{
	err_set(e, ERR_USAGE, "not-to-lock", STR_FMT " is a lock that lamina does not write, so it cannot upgrade it",
	        STR_ARG(x->shown.n ? x->shown : artifact->dependencies.p[0].path));
	return err_help(e, "use the tool that wrote it (`poetry update`, `uv lock --upgrade`, `pip-compile --upgrade`)");
}

static bool add_lock(struct arena *a, const struct relock_request *r, struct locking_options *locking,
                     const struct relock_options *o, struct relock_set *out, struct err *e)
{
	str key = relock_key(a, r->artifact);
	if (find(out, key)) return true;
	for (size_t i = 0; i < r->artifact->dependencies.n; i++) {
		const struct dependency_input *d = &r->artifact->dependencies.p[i];
		bool folder = d->kind == DEPENDENCY_PACKAGE;
		if (folder && !private_folder_check(a, d->path, e)) return err_where(e, STR_FMT, STR_ARG(r->artifact->where));
	}
	struct relock *x = arena_new(a, struct relock);
	x->notes = r->notes;
	if (!relock_inputs(a, r->artifact, locking, x, e)) return false;
	if (x->state == RELOCK_AS_IT_IS && (o->upgrade_all || o->upgrade.n)) return refuse_upgrade(x, r->artifact, e);
	if (x->state != RELOCK_AS_IT_IS && o->output.n) {
		x->lock_path = o->output;
		x->folder = path_dir(o->output);
		x->is_stream = false; /* it has a place to be kept */
	}
	if (!same_place(out, x, e)) return false;
	*vec_push(a, &out->list) = x;
	return true;
}

static void set_means(struct relock_work *w)
{
	const struct relock_options *o = w->o;
	w->index = *o->index;
	index_level_of_project(w->a, o->project, &w->index.lamina_toml);
	w->means = (struct private_means){ .env = o->env,
		                               .index = &w->index,
		                               .store = o->store,
		                               .jobs = o->jobs,
		                               .look_only = o->mode == RELOCK_LOOK,
		                               .build_constraints = &o->build_constraints,
		                               .will_build = o->will_build,
		                               .cancel = o->cancel,
		                               .offline = o->offline,
		                               .refresh = o->refresh,
		                               .now = o->now,
		                               .progress = o->progress,
		                               .log = o->log,
		                               .log_context = o->log_context };
}

static bool work_on(struct arena *a, struct relock *x, const struct relock_request *requests, size_t n,
                    const struct relock_options *o, struct err *e)
{
	struct relock_work w = { .a = a, .o = o, .lock = x, .notes = x->notes, .e = e };
	set_means(&w);
	for (size_t i = 0; i < n; i++) {
		const struct artifact *artifact = requests[i].artifact;
		if (artifact->dependencies.n == 0 || !str_eq(relock_key(a, artifact), x->key)) continue;
		*vec_push(a, &w.wanted) = artifact->target;
		w.words = artifact->private; /* one for all: project.c */
	}
	return bring_up_to_date(&w);
}

bool relock_run(struct arena *a, const struct relock_request *requests, size_t n, struct locking_options *locking,
                const struct relock_options *options, struct relock_set *out, struct err *e)
{
	struct relock_set set = { 0 };
	for (size_t i = 0; i < n; i++)
		if (requests[i].artifact->dependencies.n && !add_lock(a, &requests[i], locking, options, &set, e)) return false;
	for (size_t i = 0; i < set.list.n; i++)
		if (set.list.p[i]->state != RELOCK_AS_IT_IS && !work_on(a, set.list.p[i], requests, n, options, e)) return false;
	*out = set;
	return true;
}

bool relock_beside(struct arena *a, const struct artifact *artifact, const struct env *env, str *path, struct err *e)
{
	struct locking_options locking = { .env = env };
	struct relock x = { 0 };
	*path = (str){ 0 };
	if (artifact->dependencies.n == 0) return true;
	if (!relock_inputs(a, artifact, &locking, &x, e)) return false;
	if (x.state != RELOCK_AS_IT_IS && !x.is_stream) *path = x.lock_path;
	return true;
}

/* --- targets of a lock that is there --- */

static bool add_artifact(struct arena *a, const struct artifact *base, str text, struct project *out)
{
	struct artifact x = *base;
	struct err unknown = { 0 };
	if (!target_parse(text, &x.target, &unknown)) return false;
	*vec_push(a, &out->artifacts) = x;
	return true;
}

bool relock_targets(struct arena *a, const struct build_request *request, const struct env *env, struct project *out,
                    struct err *e)
{
	struct artifact base = { .name = S("lock"), .where = S("command line") };
	struct locking_options locking = { .env = env };
	struct relock x = { 0 };
	struct relock_options o = { .mode = RELOCK_WRITE };
	struct relock_work w = { .a = a, .o = &o, .lock = &x, .e = e };
	for (size_t i = 0; i < request->requirements.n; i++)
		*vec_push(a, &base.dependencies) =
		    (struct dependency_input){ DEPENDENCY_REQUIREMENTS, arena_str(a, request->requirements.p[i]) };
	if (request->project.n)
		*vec_push(a, &base.dependencies) = (struct dependency_input){ DEPENDENCY_PROJECT, arena_str(a, request->project) };
	for (size_t i = 0; i < request->packages.n; i++)
		*vec_push(a, &base.dependencies) =
		    (struct dependency_input){ DEPENDENCY_PACKAGE, arena_str(a, request->packages.p[i]) };
	if (base.dependencies.n == 0 || !relock_inputs(a, &base, &locking, &x, e)) return base.dependencies.n == 0;
	if (x.state == RELOCK_AS_IT_IS || x.is_stream || !load(&w)) return x.state == RELOCK_AS_IT_IS || x.is_stream;
	for (size_t i = 0; i < w.origin.targets.n; i++) add_artifact(a, &base, w.origin.targets.p[i], out);
	return true;
}
