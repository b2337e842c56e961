/* build_go_pack.c: packs the programs that are there while go still links others.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Linking leaves processors idle at its begin and end, packing one function after the other does too: side by side neither does.
 * Nothing appears before every program is built, and nothing here is an error: what a thread could not pack is looked at again, in
 * turn and with its words, by the thread that builds. The bytes do not depend on which of the two did it. */
#include <pthread.h>
#include <signal.h>

#include "base/pool.h"
#include "pipeline/build_go.h"

#define THREADS_MAX 16
#define PENDING_MAX 128 /* finished zips that wait for the last program: a descriptor each */

struct packing {
	struct job *job;
	str path;
	bool offered, packed;
	struct arena arena;
	struct notes notes;
	struct source_file program;
	struct assembled zip;
	uint64_t spent_ms;
};

struct build_go_pack {
	struct build *b;
	struct packing *all;
	size_t n;
	struct str_list folders; /* that were not there before, outer ones first */
	size_t jobs, go_jobs;
	bool sparing; /* fewer processors than there are may be used */
	pthread_t threads[THREADS_MAX];
	size_t n_threads;
	pthread_mutex_t mutex; /* guards what follows, and what is offered */
	pthread_cond_t news;
	size_t *queue; /* indices into all */
	size_t n_queue, n_taken;
	bool go_ended, closed;
};

/* --- one program --- */

static bool pack(struct build_go_pack *p, struct packing *x, size_t jobs, struct err *e)
{
	struct job *j = x->job;
	struct assemble_options options = build_assemble_options(p->b, j);
	struct source_list sources = j->sources;
	uint32_t damaged;
	options.jobs = jobs;
	note_init(&x->notes, &x->arena);
	if (!build_go_read_program(&x->arena, j, x->path, &x->program, &x->notes, options.cancel, e)) return false;
	if (!build_go_add_program(&x->arena, &x->program, &sources, e)) return false;
	if (!plan_make(&x->arena, j->artifact, j->distributions, j->n_distributions, sources.files.p, sources.files.n, &x->notes,
	               &j->plan, e))
		return false;
	return build_fits(j, e) && assemble_zip_make(&x->arena, j->artifact, &j->plan, &options, &x->zip, &damaged, e);
}

/* The last programs get more threads each. */
static size_t threads_for_one(const struct build_go_pack *p)
{
	size_t left = p->n - p->n_taken + 1;
	if (p->sparing && !p->go_ended && left > 1) return 1;
	size_t side_by_side = left < p->n_threads ? left : p->n_threads;
	return p->jobs / side_by_side ? p->jobs / side_by_side : 1;
}

static void *work(void *argument)
{
	struct build_go_pack *p = argument;
	pthread_mutex_lock(&p->mutex);
	for (;;) {
		while (p->n_taken == p->n_queue && !p->closed) pthread_cond_wait(&p->news, &p->mutex);
		if (p->n_taken == p->n_queue) break;
		struct packing *x = &p->all[p->queue[p->n_taken++]];
		size_t jobs = threads_for_one(p);
		pthread_mutex_unlock(&p->mutex);
		struct err ignored = { 0 };
		uint64_t (*clock)(void) = p->b->options->monotonic_ms;
		uint64_t from = clock ? clock() : 0;
		x->packed = pack(p, x, jobs, &ignored);
		x->spent_ms = clock ? clock() - from : 0;
		pthread_mutex_lock(&p->mutex);
	}
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

/* --- all of them --- */

static bool is_missing(str folder)
{
	struct io_stat st;
	struct err ignored = { 0 };
	return io_stat(folder.p, &st, &ignored) && !st.exists;
}

/* The folders that an output needs and that are not there. */
static void note_missing(struct build_go_pack *p, str output)
{
	struct str_list found = { 0 };
	struct arena *a = p->b->a;
	for (str folder = path_dir(output); !str_eq(folder, S(".")) && !str_eq(folder, S("/")); folder = path_dir(folder)) {
		str name = arena_str(a, folder);
		if (!is_missing(name)) break;
		*vec_push(a, &found) = name;
	}
	while (found.n > 0) str_list_add_new(a, &p->folders, found.p[--found.n]);
}

static bool is_wanted(const struct build *b, const struct job *j)
{
	return b->options->dump == DUMP_NONE && j->artifact->into.n == 0 && j->prepared && !j->current;
}

/* Signals go to the thread that knows what to do with them. */
static void start_threads(struct build_go_pack *p, size_t n)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (p->n_threads < n && pthread_create(&p->threads[p->n_threads], NULL, work, p) == 0) p->n_threads++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct build_go_pack *build_go_pack_begin(struct build *b, const struct go_group *groups, size_t n)
{
	struct build_go_pack *p = arena_new(b->a, struct build_go_pack);
	p->b = b;
	p->jobs = p->go_jobs = b->options->jobs ? b->options->jobs : 1;
	p->all = arena_array(b->a, struct packing, b->n);
	p->queue = arena_array(b->a, size_t, b->n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < groups[i].n; k++) {
			struct job *j = groups[i].jobs[k];
			if (!is_wanted(b, j) || p->n == PENDING_MAX) continue;
			note_missing(p, j->artifact->output);
			p->all[p->n++].job = j;
		}
	}
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->news, NULL);
	if (p->jobs == 1 || p->n == 0) return p;
	p->sparing = p->jobs < pool_cpus();
	size_t threads = p->sparing ? 1 : p->jobs < THREADS_MAX ? p->jobs : THREADS_MAX;
	start_threads(p, threads < p->n ? threads : p->n);
	if (p->sparing && p->n_threads) p->go_jobs--;
	return p;
}

size_t build_go_pack_leaves(const struct build_go_pack *p) { return p->go_jobs; }

void build_go_pack_offer(struct build_go_pack *p, const struct job *j, str path)
{
	if (p->n_threads == 0) return;
	pthread_mutex_lock(&p->mutex);
	for (size_t i = 0; i < p->n; i++) {
		struct packing *x = &p->all[i];
		if (x->job != j || x->offered) continue;
		x->offered = true;
		x->path = path;
		p->queue[p->n_queue++] = i;
		pthread_cond_signal(&p->news);
	}
	pthread_mutex_unlock(&p->mutex);
}

void build_go_pack_finish(struct build_go_pack *p, bool is_wanted_still)
{
	pthread_mutex_lock(&p->mutex);
	p->go_ended = p->closed = true;
	if (!is_wanted_still) p->n_queue = p->n_taken;
	pthread_cond_broadcast(&p->news);
	pthread_mutex_unlock(&p->mutex);
	for (size_t i = 0; i < p->n_threads; i++) pthread_join(p->threads[i], NULL);
	p->n_threads = 0;
}

static void take_notes(struct notes *to, const struct notes *from)
{
	for (size_t i = 0; i < from->list.n; i++) {
		const struct note *n = &from->list.p[i];
		note_add(to, n->level, n->id, STR_FMT, STR_ARG(n->message));
		if (n->help.n) note_help(to, STR_FMT, STR_ARG(n->help));
	}
}

static bool is_same_file(const struct source_file *f)
{
	struct io_stat st;
	struct err ignored = { 0 };
	return io_stat(f->path.p, &st, &ignored) && st.exists && st.size == f->size && st.inode == f->inode &&
	       st.mtime_ns == f->mtime_ns && st.ctime_ns == f->ctime_ns;
}

bool build_go_pack_take(struct build_go_pack *p, struct job *j)
{
	for (size_t i = 0; i < p->n; i++) {
		struct packing *x = &p->all[i];
		if (x->job != j || !x->packed) continue;
		/* It was whole when go said so; that it is the one that go left at the end costs a look. */
		if (!is_same_file(&x->program)) return false;
		take_notes(&j->built->notes, &x->notes);
		j->go->program = x->program;
		j->go->packed = x;
		j->spent_ms += x->spent_ms;
		return true;
	}
	return false;
}

bool build_go_commit(struct build *b, struct job *j, struct assemble_result *made)
{
	struct packing *x = j->go->packed;
	j->go->packed = NULL;
	return assemble_zip_commit(&x->zip, made, b->e);
}

void build_go_pack_end(struct build_go_pack *p)
{
	build_go_pack_finish(p, false);
	for (size_t i = 0; i < p->n; i++) {
		assemble_zip_drop(&p->all[i].zip);
		arena_release(&p->all[i].arena);
	}
	/* Those that were made for zips that did not come are empty. */
	while (p->folders.n > 0) io_remove_empty(p->folders.p[--p->folders.n].p);
	pthread_cond_destroy(&p->news);
	pthread_mutex_destroy(&p->mutex);
}
