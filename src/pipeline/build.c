/* build.c: the order of the stages.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All artifacts are locked first and fetched together, so that two architectures share their pure wheels and their waiting; then each
 * is planned and assembled in turn. */
#include "pipeline/build.h"

#include <string.h>

#include "pipeline/assemble.h"
#include "pipeline/binaries.h"
#include "pipeline/build_command.h"
#include "pipeline/build_go.h"
#include "pipeline/build_key.h"
#include "pipeline/build_parts.h"
#include "pipeline/locking_own.h"
#include "target/target.h"

/* How often a wheel that turns out damaged is fetched again. */
#define REPAIRS_MAX 2

static uint64_t clock_ms(const struct build *b) { return b->options->monotonic_ms ? b->options->monotonic_ms() : 0; }

static void describe(struct job *j)
{
	struct build_result *r = &j->built->result;
	const struct artifact *x = j->artifact;
	r->kind = x->kind == ARTIFACT_LAYER ? S("layer") : S("function");
	r->name = x->name;
	r->runtime = str_from(x->target.runtime->name);
	r->arch = str_from(target_arch_name(x->target.arch));
	r->is_tree = x->into.n > 0;
	r->path = r->is_tree ? x->into : x->output;
	if (x->dependencies.n) r->lock = x->dependencies.p[0].path;
}

/* --- stage: what the stamp knows --- */

static bool start_job(struct build *b, struct job *j, const struct artifact *artifact, struct built *built)
{
	j->artifact = artifact;
	j->built = built;
	j->turn = -1;
	built->artifact = artifact;
	note_init(&built->notes, b->a);
	describe(j);
	build_note_runtime(b, j);
	uint64_t from = clock_ms(b);
	j->place = (struct stamp_place){ .store = b->options->store,
		                             .state = b->project->state,
		                             .output = artifact->into.n ? artifact->into : artifact->output };
	j->index = b->indexes.p[0];
	str key = j->index->key;
	if (artifact->go.package.n && !build_go_begin(b, j, &key)) return false;
	build_key_options(artifact, key, b->options, &j->options_key);
	if (artifact->command.n && !b->options->only_look && b->options->dump == DUMP_NONE &&
	    !build_command_run(b->a, artifact, b->options->env, b->options->cancel, b->e))
		return false;
	if (!sources_scan(b->a, artifact, &b->outputs, &j->sources, b->e)) return false;
	if (!stamp_load(b->a, &j->place, &j->stamp, &j->has_stamp, b->e)) return false;
	if (b->options->dump == DUMP_NONE && !build_from_stamp_quick(b, j)) return false;
	j->spent_ms = clock_ms(b) - from;
	return true;
}

/* --- stage: lock --- */

static enum relock_mode mode_of(const struct build_options *o)
{
	if (o->frozen) return RELOCK_FROZEN;
	if (o->locked) return RELOCK_LOCKED;
	if (o->only_look) return RELOCK_LOOK;
	return o->no_lock ? RELOCK_NO_LOCK : RELOCK_WRITE;
}

/* The locks that lamina keeps itself, each once, for all artifacts that need one now. */
static bool relock(struct build *b)
{
	const struct build_options *o = b->options;
	struct relock_request *requests = arena_array(b->a, struct relock_request, b->n);
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (!b->jobs[i].done) requests[n++] = (struct relock_request){ b->jobs[i].artifact, &b->jobs[i].built->notes };
	struct relock_options options = { .env = o->env,
		                              .store = o->store,
		                              .index = o->index,
		                              .project = b->project,
		                              .mode = mode_of(o),
		                              .offline = o->offline,
		                              .refresh = o->refresh,
		                              .build_constraints = o->build_constraints,
		                              .will_build = true,
		                              .upgrade_all = o->upgrade_all,
		                              .upgrade = o->upgrade,
		                              .jobs = o->jobs,
		                              .file_mode = o->mode,
		                              .now = o->now_ns / 1000000000,
		                              .cancel = o->cancel,
		                              .progress = o->progress,
		                              .log = o->log,
		                              .log_context = o->log_context };
	if (!relock_run(b->a, requests, n, &b->locking, &options, &b->relocked, b->e)) return false;
	b->locking.relocked = &b->relocked;
	return true;
}

static bool lock_job(struct build *b, struct job *j)
{
	b->locking.sources = &j->sources;
	if (!locking_read(b->a, j->artifact, &b->locking, &j->built->notes, &j->locking, b->e)) return build_advise(b, j);
	if (!provided_read(b->a, j->artifact, &j->built->notes, &j->provided, b->e) || !build_note_outside(b, j)) return false;
	struct build_result *r = &j->built->result;
	if (j->artifact->dependencies.n) {
		r->lock = j->locking.set.lock_path;
		r->lock_sha256 = j->locking.set.lock_sha256;
		if (!build_index_of_lock(b, j)) return false;
	}
	if (!j->locking.undecided) build_drop_provided_packages(j);
	return true;
}

/* --- stage: fetch --- */

static void ask_for(struct build *b, struct job *j, struct fetch_request *requests, size_t *n)
{
	j->first_request = *n;
	j->n_requests = j->locking.set.packages.n;
	for (size_t k = 0; k < j->n_requests; k++)
		requests[(*n)++] = (struct fetch_request){ .package = &j->locking.set.packages.p[k],
			                                       .listed = locking_own_tree(&b->locking, &j->locking.set.packages.p[k]),
			                                       .target = &j->locking.target,
			                                       .lock_format = j->locking.set.format,
			                                       .lock_folder = path_dir(j->locking.set.lock_path),
			                                       .policy = j->locking.policy,
			                                       .notes = &j->built->notes };
}

static bool fetch_from(struct build *b, const struct build_index *index, const struct fetch_request *requests, size_t n,
                       struct fetch_result *results)
{
	const struct build_options *o = b->options;
	struct fetch_options options = { .store = o->store,
		                             .env = o->env,
		                             .index = &index->config,
		                             .index_key = index->key,
		                             .offline = o->offline,
		                             .refresh = o->refresh,
		                             .look_only = o->only_look,
		                             .jobs = o->jobs,
		                             .allow_record_mismatch = o->allow_record_mismatch,
		                             .now = o->now_ns / 1000000000,
		                             .cancel = o->cancel,
		                             .progress = o->progress,
		                             .means = &b->means,
		                             .log = o->log,
		                             .log_context = o->log_context };
	return n == 0 || fetch_wheels(b->a, requests, n, &options, results, &b->stats, b->e);
}

/* Artifacts with the same indexes are fetched together. */
static bool fetch_jobs(struct build *b)
{
	size_t total = 0, n = 0;
	for (size_t i = 0; i < b->n; i++) total += b->jobs[i].locking.set.packages.n;
	b->requests = arena_array(b->a, struct fetch_request, total);
	b->fetched = arena_array(b->a, struct fetch_result, total);
	for (size_t x = 0; x < b->indexes.n; x++) {
		const struct build_index *index = b->indexes.p[x];
		size_t from = n;
		for (size_t i = 0; i < b->n; i++)
			if (!b->jobs[i].done && b->jobs[i].index == index) ask_for(b, &b->jobs[i], b->requests, &n);
		if (!fetch_from(b, index, b->requests + from, n - from, b->fetched + from)) return false;
	}
	return true;
}

/* --- stages: plan, assemble --- */

static void fill_result(struct build *b, struct job *j, const struct assemble_result *made)
{
	struct build_result *r = &j->built->result;
	r->size = made->size;
	r->unzipped_size = made->unzipped_size;
	r->entries = made->entries;
	r->sha256 = made->sha256;
	r->slimmed_files = j->plan.slimmed_files;
	r->slimmed_bytes = j->plan.slimmed_bytes;
	for (size_t i = 0; i < j->plan.n_distributions; i++) {
		const struct distribution *d = &j->plan.distributions[i];
		*vec_push(b->a, &r->distributions) =
		    (struct built_distribution){ d->name, d->version,       d->record->sha256,
			                             d->size, d->unzipped_size, d->backend ? str_from(d->backend) : (str){ 0 } };
	}
	build_note_sizes(j);
	build_take_warnings(b, j);
}

struct assemble_options build_assemble_options(const struct build *b, const struct job *j)
{
	return (struct assemble_options){ .store = b->options->store,
		                              .jobs = b->options->jobs,
		                              .mode = b->options->mode,
		                              .force = b->options->force,
		                              .known_names = &j->stamp.tops,
		                              .cancel = b->options->cancel,
		                              .progress = b->options->progress };
}

/* A zip without an entry is of no use to anybody; most likely the folder or the filter is wrong. */
static bool refuse_empty(const struct job *j, struct err *e)
{
	const struct artifact *x = j->artifact;
	err_set(e, ERR_USAGE, "empty-artifact", "`" STR_FMT "` would hold no file", STR_ARG(x->name));
	err_where(e, STR_FMT, STR_ARG(x->sources.n ? x->sources.p[0] : x->dependencies.n ? x->dependencies.p[0].path : x->where));
	if (x->sources.n) return err_help(e, "look at --source, --include and --exclude-path: no file is left of them");
	if (j->locking.incomplete && j->locking.set.packages.n == 0)
		return err_help(e, "it names nothing to install for " STR_FMT "/%s; look at its lines and their markers",
		                STR_ARG(j->built->result.runtime), target_arch_name(x->target.arch));
	return err_help(e, "the lock has nothing for " STR_FMT "/%s; look at its markers, groups, --only, --exclude and --provided",
	                STR_ARG(j->built->result.runtime), target_arch_name(x->target.arch));
}

static bool dump_plan(struct build *b, struct job *j);

static bool plan_job(struct build *b, struct job *j)
{
	struct source_list sources = j->sources;
	if (j->go && !build_go_add_program(b->a, &j->go->program, &sources, b->e)) return false;
	return plan_make(b->a, j->artifact, j->distributions, j->n_distributions, sources.files.p, sources.files.n,
	                 &j->built->notes, &j->plan, b->e);
}

/* *damaged tells which distribution's wheel the store has to fetch again. */
static bool put_together(struct build *b, struct job *j, struct assemble_result *made, uint32_t *damaged)
{
	struct assemble_options options = build_assemble_options(b, j);
	bool tree = j->artifact->into.n > 0;
	if (!plan_job(b, j)) return false;
	if (j->plan.n == 0) return refuse_empty(j, b->e);
	if (!build_fits(j, b->e)) return false;
	if (tree) {
		return build_announce_tree(b, j) && assemble_tree(b->a, j->artifact, &j->plan, &options, made, damaged, b->e);
	}
	bool copied;
	if (!build_same_copy(b, j, made, &copied)) return false;
	if (!copied && !assemble_zip(b->a, j->artifact, &j->plan, &options, made, damaged, b->e)) return false;
	build_same_keep(j, made);
	return true;
}

/* One attempt. */
static bool make(struct build *b, struct job *j, uint32_t *damaged)
{
	struct assemble_result made;
	*damaged = UINT32_MAX;
	if (b->options->dump == DUMP_PLAN) return plan_job(b, j) && dump_plan(b, j);
	bool ok = j->go && j->go->packed ? build_go_commit(b, j, &made) : put_together(b, j, &made, damaged);
	if (!ok) return false;
	fill_result(b, j, &made);
	return build_keep_stamp(b, j, &j->content, made.inode);
}

/* Where one wheel is damaged others may be, and this is the slow path anyway: all are looked at. */
static bool drop_damaged(struct build *b, struct job *j, uint32_t damaged)
{
	struct store *store = b->options->store;
	bool dropped = false;
	for (size_t i = 0; i < j->n_distributions; i++) {
		const struct wheel_record *record = j->distributions[i].record;
		bool good = false;
		int fd = -1;
		if (!store_file_open(store, &record->sha256, record->size, &fd, NULL, b->e)) return false;
		bool ok = fd < 0 || store_file_check(store, &record->sha256, fd, &good, b->e);
		io_close(&fd);
		if (!ok) return false;
		if (i == damaged && !good) dropped = true;
	}
	/* The file is what its name says, so its record is not. */
	if (!dropped) store_file_drop(store, &j->distributions[damaged].record->sha256, "its record does not fit it");
	return true;
}

static bool refetch(struct build *b, struct job *j, uint32_t damaged)
{
	err_clear(b->e);
	if (!drop_damaged(b, j, damaged) || !fetch_jobs(b)) return false;
	return build_distributions(b, j, b->requests, b->fetched);
}

bool build_prepare(struct build *b, struct job *j)
{
	if (j->prepared) return true;
	if (!build_distributions(b, j, b->requests, b->fetched)) return false;
	if (!sources_hash(b->a, &j->sources, b->options->jobs, b->options->cancel, b->e)) return false;
	if (!b->options->only_look) {
		build_note_prefer(j);
		build_note_include(j);
		if (!binaries_check(b->a, j->artifact, j->sources.files.p, j->sources.files.n, &j->built->notes, b->e)) return false;
	}
	build_key_content(j->artifact, j->distributions, j->n_distributions, &j->sources, &j->content);
	if (j->go) build_go_key(j, &j->content);
	if (b->options->dump == DUMP_NONE && !build_from_stamp_content(b, j, &j->content, &j->current)) return false;
	j->prepared = true;
	return true;
}

static bool finish_job(struct build *b, struct job *j)
{
	if (!build_prepare(b, j)) return false;
	if (j->current) return true;
	for (int repairs = 0;; repairs++) {
		uint32_t damaged;
		bool ok = make(b, j, &damaged);
		io_close(&j->turn);
		if (ok) return true;
		if (damaged == UINT32_MAX || repairs == REPAIRS_MAX || !refetch(b, j, damaged)) return false;
	}
}

/* --- --dump --- */

static bool dump_plan(struct build *b, struct job *j)
{
	for (size_t i = 0; i < j->plan.n; i++) {
		const struct plan_entry *entry = &j->plan.entries[i];
		static const char *const sources[] = { [PLAN_WHEEL] = "wheel", [PLAN_FILE] = "file", [PLAN_TEXT] = "text" };
		buf_addf(b->options->dump_out, "%04o %s " STR_FMT " " STR_FMT "\n", entry->mode, sources[entry->source],
		         STR_ARG(entry->distribution == UINT32_MAX ? S(".") : j->distributions[entry->distribution].name),
		         STR_ARG(entry->name));
	}
	return true;
}

static bool dump_fetch(struct build *b, const struct job *j)
{
	for (size_t i = 0; i < j->n_requests; i++) {
		const struct fetch_result *r = &b->fetched[j->first_request + i];
		buf_addf(b->options->dump_out, STR_FMT "  " STR_FMT "\n", STR_ARG(sha256_hex_str(b->a, &r->sha256)), STR_ARG(r->file));
	}
	return true;
}

/* --- the run --- */

/* --check, --dry-run: the stages as far as they need neither network nor writing. What is not in the store would be built. */
static bool look_at_job(struct build *b, struct job *j)
{
	if (j->locking.undecided) return true;
	for (size_t i = 0; i < j->n_requests; i++)
		if (!b->fetched[j->first_request + i].record) return true;
	if (!build_prepare(b, j)) return false;
	j->done = j->current;
	return true;
}

static bool look_at_all(struct build *b, void (*each)(void *, struct built *), void *context, size_t *finished)
{
	for (size_t i = 0; i < b->n; i++) {
		struct job *j = &b->jobs[i];
		if (!j->done && !look_at_job(b, j)) return false;
		j->built->result.planned = !j->done;
		if (!j->done) build_take_warnings(b, j);
		build_same_tell(b, j);
		each(context, j->built);
		(*finished)++;
	}
	return true;
}

static bool lock_all(struct build *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct job *j = &b->jobs[i];
		uint64_t from = clock_ms(b);
		if (j->done) continue;
		if (!lock_job(b, j)) return false;
		if (b->options->dump == DUMP_LOCK && !locking_dump(&j->locking, b->options->dump_out)) return false;
		j->spent_ms += clock_ms(b) - from;
	}
	return true;
}

static bool finish_all(struct build *b, void (*each)(void *, struct built *), void *context, size_t *finished)
{
	for (size_t i = 0; i < b->n; i++) {
		struct job *j = &b->jobs[i];
		uint64_t from = clock_ms(b);
		if (!j->done) {
			if (!(b->options->dump == DUMP_FETCH ? dump_fetch(b, j) : finish_job(b, j))) return false;
		}
		j->built->result.elapsed_ms = j->spent_ms + clock_ms(b) - from;
		build_same_tell(b, j);
		if (i + 1 == b->n) build_same_note(b, &j->built->notes);
		if (b->options->dump == DUMP_NONE) each(context, j->built);
		(*finished)++;
	}
	return true;
}

/* The wait is everybody's; it is counted on the first artifact that needed it. */
static void count_wait(struct build *b, uint64_t from)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->jobs[i].done) continue;
		b->jobs[i].spent_ms += clock_ms(b) - from;
		break;
	}
}

static void set_means(struct build *b)
{
	const struct build_options *o = b->options;
	b->means = (struct private_means){ .env = o->env,
		                               .index = &b->indexes.p[0]->inputs,
		                               .store = o->store,
		                               .jobs = o->jobs,
		                               .look_only = o->only_look,
		                               .outputs = &b->outputs,
		                               .build_constraints = &o->build_constraints,
		                               .will_build = true,
		                               .cancel = o->cancel,
		                               .offline = o->offline,
		                               .refresh = o->refresh,
		                               .now = o->now_ns / 1000000000,
		                               .progress = o->progress,
		                               .log = o->log,
		                               .log_context = o->log_context };
	b->locking.means = &b->means;
}

static bool run_stages(struct build *b, void (*each)(void *context, struct built *built), void *context, struct built *results,
                       size_t *finished)
{
	if (!build_index_begin(b) || !build_guard(b)) return false;
	set_means(b);
	for (size_t i = 0; i < b->n; i++)
		if (!start_job(b, &b->jobs[i], &b->project->artifacts.p[i], &results[i])) return false;
	uint64_t from = clock_ms(b);
	if (!relock(b)) return false;
	count_wait(b, from);
	if (!lock_all(b)) return false;
	if (b->options->dump == DUMP_LOCK) return true;
	from = clock_ms(b);
	if (!fetch_jobs(b) || !build_go_programs(b)) return false;
	count_wait(b, from);
	if (b->options->only_look) return look_at_all(b, each, context, finished);
	return finish_all(b, each, context, finished);
}

bool build_run(struct arena *a, const struct project *project, const struct build_options *options,
               void (*each)(void *context, struct built *built), void *context, struct built *results, size_t *finished,
               struct err *e)
{
	struct build b = { .a = a, .project = project, .options = options, .n = project->artifacts.n, .e = e };
	b.jobs = arena_array(a, struct job, b.n);
	b.locking = (struct locking_options){ .env = options->env, .frozen = options->frozen };
	*finished = 0;
	if (options->dump == DUMP_PROJECT) return project_dump(project, options->dump_out);
	bool ok = run_stages(&b, each, context, results, finished);
	build_go_end(&b);
	return ok;
}
