/* build_go_run.c: `go build`, as few commands as possible, and what is wrong with what they made.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One command builds many programs: go then compiles what they share once and links them side by side. Programs are named after the
 * last element of their import path, so two of one name go into different commands. */
#include "base/io.h"
#include "format/elf.h"
#include "golang/go_command.h"
#include "golang/go_failure.h"
#include "golang/go_run.h"
#include "pipeline/binaries.h"
#include "pipeline/build_go.h"
#include "target/target.h"

/* Programs of one `go build`. */
struct batch {
	struct build *b;
	struct go_group *group;
	struct job **jobs;
	size_t n;
	str folder;                     /* where they appear */
	str who;                        /* of the lines that come now */
	struct str_list failed;         /* functions that an error was about */
	const struct job *first_failed; /* the first of them */
};

struct batches {
	VEC(struct batch) list;
};

static str program_path(const struct batch *x, const struct job *j)
{
	return path_join(x->b->a, x->folder, x->n == 1 ? S("bootstrap") : go_program_name(j->go->package->path));
}

/* --- who is meant --- */

static bool is_part(const struct job *j, str import_path)
{
	if (str_eq(j->go->package->path, import_path)) return true;
	return str_list_has(&j->go->package->depends, import_path);
}

/* "# example.com/app/cmd/worker" begins what the compiler says about a package; which functions need it? */
static void set_who(struct batch *x, str header)
{
	str package, rest;
	struct job **about = arena_array(x->b->a, struct job *, x->n);
	size_t n = 0;
	str_cut(header, ' ', &package, &rest);
	for (size_t i = 0; i < x->n; i++) {
		if (!is_part(x->jobs[i], package)) continue;
		if (!x->first_failed) x->first_failed = x->jobs[i];
		about[n++] = x->jobs[i];
		str_list_add_new(x->b->a, &x->failed, build_go_who(x->b, x->jobs[i]));
	}
	x->who = n ? build_go_who_all(x->b, about, n) : build_go_who_all(x->b, x->jobs, x->n);
}

static void tell(void *context, str line)
{
	struct batch *x = context;
	const struct build_options *o = x->b->options;
	if (str_starts(line, S("# "))) set_who(x, str_from_pos(line, 2));
	if (!o->tool_says || line.n == 0) return;
	bool own = str_starts(line, S("go: downloading "));
	o->tool_says(o->tool_context, own ? line : arena_fmt(x->b->a, STR_FMT ": " STR_FMT, STR_ARG(x->who), STR_ARG(line)));
}

static bool failed(struct batch *x, const struct go_process *p)
{
	str who = { 0 };
	for (size_t i = 0; i < x->failed.n && i < 3; i++)
		who = i ? arena_fmt(x->b->a, STR_FMT ", " STR_FMT, STR_ARG(who), STR_ARG(x->failed.p[i])) : x->failed.p[i];
	if (x->failed.n > 3) who = arena_fmt(x->b->a, STR_FMT " and %zu more", STR_ARG(who), x->failed.n - 3);
	if (who.n == 0) who = build_go_who_all(x->b, x->jobs, x->n);
	go_failure(who, p->status, p->tail, x->b->e);
	return err_where(x->b->e, STR_FMT, STR_ARG((x->first_failed ? x->first_failed : x->jobs[0])->artifact->where));
}

/* --- batches --- */

static struct batch *batch_for(struct build *b, struct batches *all, struct go_group *g, str name, size_t first)
{
	for (size_t i = first; i < all->list.n; i++) {
		struct batch *x = &all->list.p[i];
		bool taken = false;
		for (size_t k = 0; k < x->n; k++) taken = taken || str_ieq(go_program_name(x->jobs[k]->go->package->path), name);
		if (!taken) return x;
	}
	struct batch *x = vec_push(b->a, &all->list);
	*x = (struct batch){ .b = b, .group = g, .jobs = arena_array(b->a, struct job *, g->n) };
	return x;
}

/* Two functions of one package share its program. */
static const struct job *same_program(const struct go_group *g, size_t until)
{
	for (size_t i = 0; i < until; i++)
		if (g->jobs[i]->go->package == g->jobs[until]->go->package) return g->jobs[i];
	return NULL;
}

/* To be packed, with all that share the program. */
static void offer(struct batch *x, const struct job *j, str path)
{
	const struct go_group *g = x->group;
	for (size_t i = 0; i < g->n; i++)
		if (g->jobs[i]->go->package == j->go->package) build_go_pack_offer(x->b->go_run->pack, g->jobs[i], path);
}

static str work_folder(struct build *b) { return path_join(b->a, b->go_run->scratch.path, S("work")); }

static void make_batches(struct build *b, struct go_group *groups, size_t n, struct batches *all)
{
	for (size_t i = 0; i < n; i++) {
		size_t first = all->list.n;
		for (size_t k = 0; k < groups[i].n; k++) {
			struct job *j = groups[i].jobs[k];
			if (same_program(&groups[i], k)) continue;
			struct batch *x = batch_for(b, all, &groups[i], go_program_name(j->go->package->path), first);
			x->jobs[x->n++] = j;
		}
	}
}

static bool make_folders(struct build *b, struct go_group *groups, size_t n, struct batches *all)
{
	const char *tmp = env_get_nonempty(b->options->env, "TMPDIR");
	str base = tmp ? str_from(tmp) : S("/tmp");
	for (size_t i = n; i-- > 0;)
		if (groups[i].env[GO_ENV_TMP].n) base = groups[i].env[GO_ENV_TMP];
	if (!path_absolute(b->a, base, &base, b->e)) return false;
	if (!scratch_begin(b->a, base, "lamina-go", &b->go_run->scratch, b->e))
		return err_help(b->e, "GOTMPDIR and TMPDIR name folders that exist and can be written to");
	str path = b->go_run->scratch.path;
	if (!io_mkdirs(work_folder(b).p, b->e)) return false;
	for (size_t i = 0; i < all->list.n; i++) {
		struct batch *x = &all->list.p[i];
		x->folder = arena_fmt(b->a, STR_FMT "/%zu", STR_ARG(path), i);
		if (!io_mkdirs(x->folder.p, b->e)) return false;
	}
	return true;
}

/* A file appeared in the batch's folder. */
static void made(void *context, str name)
{
	struct batch *x = context;
	for (size_t i = 0; i < x->n; i++) {
		str path = program_path(x, x->jobs[i]);
		if (str_eq(path_base(path), name)) offer(x, x->jobs[i], path);
	}
}

static void prepare(struct batch *x, size_t jobs, struct go_process *p)
{
	struct build *b = x->b;
	const struct build_go *go = x->jobs[0]->go;
	struct str_list packages = { 0 };
	for (size_t i = 0; i < x->n; i++) *vec_push(b->a, &packages) = x->jobs[i]->go->pattern;
	str output = x->n == 1 ? program_path(x, x->jobs[0]) : arena_fmt(b->a, STR_FMT "/", STR_ARG(x->folder));
	x->who = build_go_who_all(b, x->jobs, x->n);
	*p = (struct go_process){ .program = go->tool, .folder = go->folder, .line = tell, .made = made, .context = x };
	p->watch = x->folder;
	p->env = go_environment(b->a, b->options->env, &go->settings, go->folder, work_folder(b));
	p->arguments = go_build_arguments(b->a, &go->settings, go->mod_flag, &packages, output, jobs);
}

/* --- what was made --- */

/* Lambda's x86_64 has AVX2 but not everywhere AVX-512; its arm64 begins with Graviton2, which is Armv8.2. Without the build information
 * (its settings can be switched off) there is nothing to judge. */
static void judge_level(const struct job *j, const struct elf_facts *f, struct notes *notes)
{
	bool arm = j->artifact->target.arch == ARCH_ARM64;
	str level = f->has_go ? elf_go_setting(&f->go, arm ? S("GOARM64") : S("GOAMD64")) : (str){ 0 };
	bool bad = arm ? level.n && !str_starts(level, S("v8.0")) && !str_starts(level, S("v8.1")) && !str_starts(level, S("v8.2"))
	               : str_eq(level, S("v4"));
	if (!bad) return;
	note_add(notes, NOTE_WARNING, "go-level", "`" STR_FMT "` is built with %s=" STR_FMT ", which not every %s has",
	         STR_ARG(j->artifact->name), arm ? "GOARM64" : "GOAMD64", STR_ARG(level),
	         arm ? "Graviton of Lambda" : "x86_64 processor of Lambda");
	note_help(notes, "%s", arm ? "use GOARM64=v8.2 or lower" : "use GOAMD64=v3 or lower");
}

/* The program has a name for a moment only, so the function's stands for it. What is linked with C is the computer's own choice. */
static bool refuse_program(struct arena *a, const struct job *j, str path, const struct err *bad, struct err *e)
{
	str what = str_from(bad->what);
	size_t at = str_find(what, path);
	if (at != STR_NONE)
		what = arena_fmt(a, STR_FMT STR_FMT STR_FMT, STR_ARG(str_slice(what, 0, at)), STR_ARG(j->artifact->name),
		                 STR_ARG(str_from_pos(what, at + path.n)));
	err_set(e, bad->code, bad->id, STR_FMT, STR_ARG(what));
	err_where(e, STR_FMT, STR_ARG(j->artifact->where));
	if (bad->why[0]) err_why(e, "%s", bad->why);
	if (j->go->settings.cgo) return err_help(e, "leave out `go-cgo`, or build on an older system");
	return err_help(e, "%s", bad->help);
}

bool build_go_read_program(struct arena *a, const struct job *j, str path, struct source_file *out, struct notes *notes,
                           const atomic_bool *cancel, struct err *e)
{
	struct source_list one = { 0 };
	struct io_stat st;
	struct elf_facts f;
	if (!io_stat(path.p, &st, e)) return false;
	if (!st.exists) {
		err_set(e, ERR_FORMAT, "go-build", "go built no program for `" STR_FMT "`", STR_ARG(j->artifact->name));
		return err_where(e, STR_FMT, STR_ARG(j->artifact->where));
	}
	struct source_file *file = vec_push(a, &one.files);
	*file = (struct source_file){ .name = S("bootstrap"), .path = path, .size = st.size, .inode = st.inode };
	file->mtime_ns = st.mtime_ns;
	file->ctime_ns = st.ctime_ns;
	struct err bad = { 0 };
	if (!sources_hash(a, &one, 1, cancel, e)) return false;
	if (!binaries_check(a, j->artifact, file, 1, notes, &bad) || !elf_read_path(a, path, &f, &bad))
		return refuse_program(a, j, path, &bad, e);
	judge_level(j, &f, notes);
	*out = *file;
	return true;
}

/* What the threads have not packed is at least read here, with what there is to be said about it. */
static bool take_program(struct batch *x, struct job *j, str path)
{
	struct build *b = x->b;
	return build_go_pack_take(b->go_run->pack, j) ||
	       build_go_read_program(b->a, j, path, &j->go->program, &j->built->notes, b->options->cancel, b->e);
}

static bool take_batch(struct batch *x)
{
	const struct go_group *g = x->group;
	for (size_t i = 0; i < x->n; i++) {
		str path = program_path(x, x->jobs[i]);
		for (size_t k = 0; k < g->n; k++)
			if (g->jobs[k]->go->package == x->jobs[i]->go->package && !take_program(x, g->jobs[k], path)) return false;
	}
	return true;
}

static bool run_all(struct build *b, struct batches *all)
{
	size_t n = all->list.n, jobs = build_go_pack_leaves(b->go_run->pack), at_once = n < jobs ? n : jobs;
	struct go_process *processes = arena_array(b->a, struct go_process, n);
	for (size_t i = 0; i < n; i++) prepare(&all->list.p[i], jobs / at_once, &processes[i]);
	if (!go_run(b->a, processes, n, at_once, b->options->cancel, b->e)) return false;
	for (size_t i = 0; i < n; i++)
		if (processes[i].status != 0) return failed(&all->list.p[i], &processes[i]);
	return true;
}

bool build_go_compile(struct build *b, struct go_group *groups, size_t n)
{
	struct batches all = { 0 };
	make_batches(b, groups, n, &all);
	if (all.list.n == 0) return true;
	b->go_run = arena_new(b->a, struct build_go_run);
	if (!make_folders(b, groups, n, &all)) return false;
	b->go_run->pack = build_go_pack_begin(b, groups, n);
	bool ok = run_all(b, &all);
	for (size_t i = 0; ok && i < all.list.n; i++) {
		struct batch *x = &all.list.p[i];
		for (size_t k = 0; k < x->n; k++) offer(x, x->jobs[k], program_path(x, x->jobs[k]));
	}
	build_go_pack_finish(b->go_run->pack, ok);
	for (size_t i = 0; ok && i < all.list.n; i++) ok = take_batch(&all.list.p[i]);
	return ok;
}
