/* relock_solve.c: the resolution behind a lock, and its text.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "pipeline/fetch.h"
#include "pipeline/index_levels.h"
#include "pipeline/relock_parts.h"
#include "target/target.h"

/* --- targets --- */

struct targets {
	VEC(struct lock_target) list;
};

static void add_target(struct relock_work *w, struct targets *to, const struct target *t)
{
	str text = target_text(w->a, t);
	for (size_t i = 0; i < to->list.n; i++)
		if (str_eq(to->list.p[i].text, text)) return;
	struct lock_target lt = { 0 };
	locking_target(w->a, t, &lt);
	*vec_push(w->a, &to->list) = lt;
}

static int by_text(const void *a, const void *b)
{
	const struct lock_target *x = a, *y = b;
	return str_cmp(x->text, y->text);
}

static void sort_targets(struct targets *t)
{
	if (t->list.n > 1) qsort(t->list.p, t->list.n, sizeof *t->list.p, by_text);
}

/* All artifacts of lamina.toml that have these inputs: which of them are built now must not decide what the lock is for. */
static void add_of_project(struct relock_work *w, struct targets *to)
{
	struct build_request all = { .config = w->o->project->config_path };
	struct project project = { 0 };
	struct notes ignored;
	struct err e = { 0 };
	note_init(&ignored, w->a);
	if (all.config.n == 0 || !project_load(w->a, &all, w->o->env, &ignored, &project, &e)) return;
	for (size_t i = 0; i < project.artifacts.n; i++) {
		const struct artifact *x = &project.artifacts.p[i];
		if (x->dependencies.n && str_eq(relock_key(w->a, x), w->lock->key)) add_target(w, to, &x->target);
	}
}

/* What must be in the lock, and with what it has besides. */
static void list_targets(struct relock_work *w, struct targets *needed, struct targets *all)
{
	for (size_t i = 0; i < w->wanted.n; i++) add_target(w, needed, &w->wanted.p[i]);
	add_of_project(w, needed);
	for (size_t i = 0; i < needed->list.n; i++) *vec_push(w->a, &all->list) = needed->list.p[i];
	bool from_config = w->o->project->config_path.n > 0;
	for (size_t i = 0; i < w->origin.targets.n && !from_config; i++) {
		struct target t;
		struct err unknown = { 0 };
		if (target_parse(w->origin.targets.p[i], &t, &unknown)) add_target(w, all, &t);
	}
	sort_targets(needed);
	sort_targets(all);
}

/* --- one run --- */

static void received(void *context, uint64_t bytes) { progress_advance(((struct relock_work *)context)->o->progress, bytes); }

static void log_line(void *context, const char *line)
{
	const struct relock_work *w = context;
	if (w->o->log) w->o->log(w->o->log_context, line);
}

static bool index_of(struct relock_work *w, struct index_config *config)
{
	struct index_inputs inputs = w->index;
	index_level_of_options(w->a, &w->wants.options, w->lock->shown, &inputs);
	if (w->lock->project.n) index_level_of_pyproject(w->a, w->lock->folder, w->o->env, &inputs);
	return index_config_make(w->a, &inputs, config, w->e);
}

/* A build takes wheels whatever stands there; only a lock with source distributions can do as it says. */
static void ignore_no_binary(struct relock_work *w)
{
	struct str_list *names = &w->wants.options.no_binary;
	for (size_t i = 0; i < names->n && !w->solve.sdists; i++)
		note_add(w->notes, NOTE_WARNING, "no-binary",
		         "`--no-binary " STR_FMT "` of " STR_FMT " is not followed: lamina builds from wheels only",
		         STR_ARG(names->p[i]), STR_ARG(w->lock->shown));
	if (!w->solve.sdists) *names = (struct str_list){ 0 };
}

static bool solve_for(struct relock_work *w, const struct index_config *config, const struct targets *targets,
                      struct notes *notes, struct resolution *out, struct err *e)
{
	struct index_client_options client = { .env = w->o->env,
		                                   .cancel = w->o->cancel,
		                                   .notes = notes,
		                                   .now = w->o->now,
		                                   .offline = w->o->offline,
		                                   .log = log_line,
		                                   .received = received,
		                                   .context = w };
	progress_phase(w->o->progress, "Resolving", 0, true);
	bool ok = resolve_run(w->a, &w->wants, targets->list.p, targets->list.n, &client, config, w->o->store, w->o->refresh,
	                      &w->solve, notes, out, NULL, e);
	progress_done(w->o->progress);
	return ok;
}

static void pass_on(struct notes *to, const struct notes *from)
{
	for (size_t i = 0; i < from->list.n; i++) {
		const struct note *n = &from->list.p[i];
		note_add(to, n->level, n->id, STR_FMT, STR_ARG(n->message));
		if (n->help.n) note_help(to, STR_FMT, STR_ARG(n->help));
	}
}

static void tell_dropped(struct relock_work *w, const struct targets *kept, const struct err *why)
{
	for (size_t i = 0; i < w->origin.targets.n; i++) {
		bool stays = false;
		for (size_t k = 0; k < kept->list.n; k++) stays = stays || str_eq(kept->list.p[k].text, w->origin.targets.p[i]);
		if (!stays)
			note_add(w->notes, NOTE_WARNING, "target-dropped", STR_FMT " is no longer in " STR_FMT ": %s",
			         STR_ARG(w->origin.targets.p[i]), STR_ARG(w->lock->lock_path), why->what);
	}
}

/* Targets that nobody asks for now stay as long as they stand in nobody's way. */
static bool solve(struct relock_work *w, const struct index_config *config, struct targets *needed, struct targets *all,
                  struct resolution *out)
{
	struct notes notes;
	struct err e = { 0 };
	note_init(&notes, w->a);
	w->solve.pins = w->origin.pins.p;
	w->solve.n_pins = w->origin.pins.n;
	bool ok = solve_for(w, config, all, &notes, out, &e);
	if (!ok && e.code == ERR_RESOLVE && needed->list.n < all->list.n) {
		struct err first = e;
		err_clear(&e);
		note_init(&notes, w->a);
		ok = solve_for(w, config, needed, &notes, out, &e);
		if (ok) tell_dropped(w, needed, &first);
		*all = *needed;
	}
	pass_on(w->notes, &notes);
	if (ok) return true;
	*w->e = e;
	return e.code == ERR_NETWORK &&
	       err_help(w->e, "name another index (--index-url URL), or ask none: --offline takes what the store has");
}

/* --- files whose digest no index told --- */

struct unknown {
	struct resolved_file *file;
	struct locked_package package;
	const struct lock_target *target;
};

static const struct lock_target *first_target(const struct targets *targets, uint64_t mask)
{
	for (size_t i = 0; i < targets->list.n; i++)
		if (mask >> i & 1) return &targets->list.p[i];
	return &targets->list.p[0];
}

static size_t list_unknown(struct relock_work *w, const struct targets *targets, struct resolution *r, struct unknown **out)
{
	struct {
		VEC(struct unknown);
	} list = { 0 };
	for (size_t i = 0; i < r->packages.n; i++)
		for (size_t k = 0; k < r->packages.p[i].files.n; k++) {
			const struct resolved_package *p = &r->packages.p[i];
			struct resolved_file *f = &p->files.p[k];
			bool proved = f->locked.has_sha256 || f->locked.kind == LOCKED_DIRECTORY || f->locked.kind == LOCKED_VCS;
			if (proved) continue;
			struct unknown *u = vec_push(w->a, &list);
			*u = (struct unknown){ .file = f, .target = first_target(targets, f->targets) };
			u->package = (struct locked_package){ .name = p->name, .version = p->version, .index = p->index };
			*vec_push(w->a, &u->package.files) = f->locked;
		}
	*out = list.p;
	return list.n;
}

/* They are loaded as a build would, into the store: the build has no need to load them again. */
static bool complete(struct relock_work *w, const struct index_config *config, const struct targets *targets,
                     struct resolution *r)
{
	struct unknown *unknown;
	size_t n = list_unknown(w, targets, r, &unknown);
	if (n == 0) return true;
	struct fetch_request *requests = arena_array(w->a, struct fetch_request, n);
	struct fetch_result *results = arena_array(w->a, struct fetch_result, n);
	struct fetch_stats stats = { 0 };
	struct fetch_options options = { .store = w->o->store,
		                             .env = w->o->env,
		                             .index = config,
		                             .offline = w->o->offline,
		                             .refresh = w->o->refresh,
		                             .jobs = w->o->jobs,
		                             .now = w->o->now,
		                             .cancel = w->o->cancel,
		                             .progress = w->o->progress,
		                             .means = &w->means,
		                             .log = w->o->log,
		                             .log_context = w->o->log_context };
	for (size_t i = 0; i < n; i++)
		requests[i] = (struct fetch_request){ .package = &unknown[i].package,
			                                  .target = unknown[i].target,
			                                  .lock_format = "pylock.toml",
			                                  .lock_folder = S("."),
			                                  .policy = w->lock->policy,
			                                  .notes = w->notes };
	if (!fetch_wheels(w->a, requests, n, &options, results, &stats, w->e)) return false;
	for (size_t i = 0; i < n; i++) {
		unknown[i].file->locked.has_sha256 = true;
		unknown[i].file->locked.sha256 = results[i].sdist.n ? results[i].sdist_sha256 : results[i].sha256;
		uint64_t size = results[i].sdist.n ? results[i].sdist_size : results[i].record->size;
		if (!unknown[i].file->locked.has_size && size) {
			unknown[i].file->locked.has_size = true;
			unknown[i].file->locked.size = size;
		}
	}
	return true;
}

/* --- the lock --- */

static bool describe(struct relock_work *w, struct resolution *r)
{
	struct str_list folders = { 0 };
	/* As the lock will tell them apart: files of --find-links have an index. */
	for (size_t i = 0; i < r->packages.n; i++)
		for (size_t k = 0; k < r->packages.p[i].files.n; k++) {
			const struct locked_file *f = &r->packages.p[i].files.p[k].locked;
			bool named = r->packages.p[i].files.n == 1 && (f->kind == LOCKED_ARCHIVE || r->packages.p[i].index.n == 0);
			if (f->kind == LOCKED_DIRECTORY || (named && f->path.n && !f->url.n)) *vec_push(w->a, &folders) = f->path;
		}
	relock_local_inputs(w, &folders, &w->lock->inputs);
	r->options = w->kept;
	r->sources = w->sources;
	r->requires = w->requires;
	return relock_digest(w, &folders, &r->inputs);
}

bool relock_solve(struct relock_work *w)
{
	struct targets needed = { 0 }, all = { 0 };
	struct index_config config;
	struct resolution r;
	struct buf text;
	list_targets(w, &needed, &all);
	ignore_no_binary(w);
	if (!index_of(w, &config) || !solve(w, &config, &needed, &all, &r)) return false;
	if (!complete(w, &config, &all, &r) || !describe(w, &r)) return false;
	buf_init(&text, RELOCK_TEXT_MAX);
	bool ok = pylock_write(&r, w->lock->folder, &text, w->e);
	if (ok) w->lock->text = buf_take(&text, w->a);
	buf_release(&text);
	if (!ok) return false;
	w->lock->changed = !w->exists || !str_eq(w->old_text, w->lock->text);
	w->lock->targets = (struct str_list){ 0 };
	for (size_t i = 0; i < all.list.n; i++) *vec_push(w->a, &w->lock->targets) = all.list.p[i].text;
	w->lock->n_packages = r.packages.n;
	if (!relock_keep(w)) return false;
	relock_tell(w, &r);
	return true;
}
