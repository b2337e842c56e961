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

static bool make_folders(struct build *b, struct batches *all)
{
	const char *tmp = env_get_nonempty(b->options->env, "TMPDIR");
	str scratch;
	if (!io_mkdtemp(b->a, arena_fmt(b->a, "%s/lamina-go-", tmp ? tmp : "/tmp").p, &scratch, b->e)) return false;
	*vec_push(b->a, &b->go_scratch) = scratch;
	for (size_t i = 0; i < all->list.n; i++) {
		str folder = arena_fmt(b->a, STR_FMT "/%zu", STR_ARG(scratch), i);
		if (!io_mkdirs(folder.p, b->e) || !path_absolute(b->a, folder, &all->list.p[i].folder, b->e)) return false;
	}
	return true;
}

static void prepare(struct batch *x, size_t jobs, struct go_process *p)
{
	struct build *b = x->b;
	const struct build_go *go = x->jobs[0]->go;
	struct str_list packages = { 0 };
	for (size_t i = 0; i < x->n; i++) *vec_push(b->a, &packages) = x->jobs[i]->go->pattern;
	str output = x->n == 1 ? program_path(x, x->jobs[0]) : arena_fmt(b->a, STR_FMT "/", STR_ARG(x->folder));
	x->who = build_go_who_all(b, x->jobs, x->n);
	*p = (struct go_process){ .program = go->tool, .folder = go->folder, .line = tell, .context = x };
	p->env = go_environment(b->a, b->options->env, &go->settings, go->folder);
	p->arguments = go_build_arguments(b->a, &go->settings, go->mod_flag, &packages, output, jobs);
}

/* --- what was made --- */

/* Lambda's x86_64 has AVX2 but not everywhere AVX-512; its arm64 begins with Graviton2, which is Armv8.2. Without the build information
 * (its settings can be switched off) there is nothing to judge. */
static void judge_level(struct job *j, const struct elf_facts *f)
{
	bool arm = j->artifact->target.arch == ARCH_ARM64;
	str level = f->has_go ? elf_go_setting(&f->go, arm ? S("GOARM64") : S("GOAMD64")) : (str){ 0 };
	bool bad = arm ? level.n && !str_starts(level, S("v8.0")) && !str_starts(level, S("v8.1")) && !str_starts(level, S("v8.2"))
	               : str_eq(level, S("v4"));
	if (!bad) return;
	note_add(&j->built->notes, NOTE_WARNING, "go-level", "`" STR_FMT "` is built with %s=" STR_FMT ", which not every %s has",
	         STR_ARG(j->artifact->name), arm ? "GOARM64" : "GOAMD64", STR_ARG(level),
	         arm ? "Graviton of Lambda" : "x86_64 processor of Lambda");
	note_help(&j->built->notes, "%s", arm ? "use GOARM64=v8.2 or lower" : "use GOAMD64=v3 or lower");
}

static bool take_program(struct build *b, struct job *j, str path)
{
	struct source_list one = { 0 };
	struct io_stat st;
	struct elf_facts f;
	if (!io_stat(path.p, &st, b->e)) return false;
	if (!st.exists) {
		err_set(b->e, ERR_FORMAT, "go-build", "go built no program for `" STR_FMT "`", STR_ARG(j->artifact->name));
		return err_where(b->e, STR_FMT, STR_ARG(j->artifact->where));
	}
	*vec_push(b->a, &one.files) =
	    (struct source_file){ .name = S("bootstrap"), .path = path, .size = st.size, .inode = st.inode };
	one.files.p[0].mtime_ns = st.mtime_ns;
	one.files.p[0].ctime_ns = st.ctime_ns;
	if (!sources_hash(b->a, &one, 1, b->options->cancel, b->e)) return false;
	if (!binaries_check(b->a, j->artifact, one.files.p, 1, &j->built->notes, b->e) || !elf_read_path(b->a, path, &f, b->e))
		return false;
	judge_level(j, &f);
	j->go->program = one.files.p[0];
	j->go->is_built = true;
	return true;
}

static bool take_shared(struct build *b, struct go_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct job *twin = same_program(g, i);
		if (twin && !take_program(b, g->jobs[i], twin->go->program.path)) return false;
	}
	return true;
}

bool build_go_compile(struct build *b, struct go_group *groups, size_t n)
{
	struct batches all = { 0 };
	make_batches(b, groups, n, &all);
	if (all.list.n == 0) return true;
	if (!make_folders(b, &all)) return false;
	size_t jobs = b->options->jobs ? b->options->jobs : 1;
	size_t at_once = all.list.n < jobs ? all.list.n : jobs;
	struct go_process *processes = arena_array(b->a, struct go_process, all.list.n);
	for (size_t i = 0; i < all.list.n; i++) prepare(&all.list.p[i], jobs / at_once, &processes[i]);
	if (!go_run(b->a, processes, all.list.n, at_once, b->options->cancel, b->e)) return false;
	for (size_t i = 0; i < all.list.n; i++)
		if (processes[i].status != 0) return failed(&all.list.p[i], &processes[i]);
	for (size_t i = 0; i < all.list.n; i++) {
		struct batch *x = &all.list.p[i];
		for (size_t k = 0; k < x->n; k++)
			if (!take_program(b, x->jobs[k], program_path(x, x->jobs[k]))) return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!take_shared(b, &groups[i])) return false;
	return true;
}
