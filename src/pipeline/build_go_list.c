/* build_go_list.c: what each program is made of, as `go list -deps` and `go env` tell, and the facts of all those files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Facts of files are taken before the compiler starts: what changes meanwhile is newer than the stamp and never fresh. */
#include <stdlib.h>
#include <string.h>

#include "golang/go_command.h"
#include "golang/go_failure.h"
#include "golang/go_mod.h"
#include "golang/go_run.h"
#include "pipeline/build_go.h"
#include "pipeline/stamp_names.h"

/* What one package outside the module cache adds to every program that it is part of. */
struct local {
	VEC(size_t) inputs;         /* in facts.inputs; packages share some */
	size_t first_file, n_files; /* in facts.files */
};

struct facts {
	struct build *b;
	struct go_group *group;
	struct map by_path;   /* import path -> struct go_package */
	struct map seen;      /* path -> 1 + its index in inputs */
	struct local common;  /* belongs to every program */
	struct local *locals; /* by index of package */
	struct local *now;    /* gets what is looked at */
	VEC(struct stamp_input) inputs;
	struct source_list files; /* in the order of the packages */
	struct str_list words;    /* of go.mod and go.work */
};

static bool input(struct facts *f, str path)
{
	struct stamp_input in;
	bool added;
	void **slot = map_put(&f->seen, path, &added);
	if (added) {
		if (!stamp_input_now(arena_str(f->b->a, path), &in, f->b->e)) return false;
		*vec_push(f->b->a, &f->inputs) = in;
		*slot = (void *)(uintptr_t)f->inputs.n;
	}
	*vec_push(f->b->a, &f->now->inputs) = (size_t)(uintptr_t)*slot - 1;
	return true;
}

/* go.mod and its like: the file, and its sums beside it. */
static bool module_file(struct facts *f, str path)
{
	struct arena *a = f->b->a;
	if (path.n == 0 || str_eq(path, S("off")) || str_eq(path, S("/dev/null"))) return true;
	str sum = str_ends(path, S(".work")) ? arena_join(a, path, S(".sum"))
	                                     : arena_join(a, str_slice(path, 0, path.n - S(".mod").n), S(".sum"));
	return input(f, path) && input(f, sum) && input(f, path_join(a, path_dir(path), S("vendor/modules.txt")));
}

/* Of the main module or workspace. go has read it by now; one that is gone is told by its facts. */
static void module_words(struct facts *f, str path)
{
	struct err ignored = { 0 };
	str text;
	if (path.n == 0 || !path_is_absolute(path) || !io_read_file(f->b->a, path.p, GO_MOD_MAX, &text, &ignored)) return;
	struct str_list lines = go_mod_lines(f->b->a, text);
	for (size_t i = 0; i < lines.n; i++) *vec_push(f->b->a, &f->words) = lines.p[i];
}

static bool add_file(struct facts *f, str dir, str name);

/* Files that GOFLAGS names: another go.mod, a profile, an overlay. */
static bool flag_files(struct facts *f)
{
	static const char *const names[] = { "pgo", "overlay", NULL };
	str folder = f->group->jobs[0]->go->folder, flags = f->group->env[GO_ENV_FLAGS], mod = go_flag_value(flags, "modfile");
	if (str_ends(mod, S(".mod"))) {
		mod = path_join(f->b->a, folder, mod);
		module_words(f, mod);
		if (!module_file(f, mod)) return false;
	}
	for (const char *const *n = names; *n; n++) {
		str value = go_flag_value(flags, *n);
		if (value.n == 0 || str_eq(value, S("auto")) || str_eq(value, S("off"))) continue;
		if (!add_file(f, folder, value)) return false;
	}
	return true;
}

/* Where another go.work, or go.mod, would be found first. */
static bool absent_above(struct facts *f, str from, str until, str name)
{
	struct arena *a = f->b->a;
	for (str folder = from;; folder = path_dir(folder)) {
		if (!input(f, path_join(a, folder, name))) return false;
		if (str_eq(folder, until) || str_eq(folder, S("/")) || str_eq(folder, S("."))) return true;
	}
}

static bool common_inputs(struct facts *f)
{
	const struct go_group *g = f->group;
	const struct build_go *go = g->jobs[0]->go;
	struct arena *a = f->b->a;
	str root = g->env[GO_ENV_ROOT];
	if (!input(f, go->tool) || !input(f, path_join(a, root, S("VERSION"))) || !input(f, path_join(a, root, S("go.env"))))
		return false;
	if (g->env[GO_ENV_FILE].n && !str_eq(g->env[GO_ENV_FILE], S("off")) && !input(f, g->env[GO_ENV_FILE])) return false;
	if (!module_file(f, g->env[GO_ENV_MOD]) || !module_file(f, g->env[GO_ENV_WORK]) || !flag_files(f)) return false;
	module_words(f, g->env[GO_ENV_MOD]);
	module_words(f, g->env[GO_ENV_WORK]);
	if (g->env[GO_ENV_WORK].n == 0 && !absent_above(f, go->folder, S("/"), S("go.work"))) return false;
	for (size_t i = 0; i < g->list.packages.n; i++) {
		const struct go_package *p = &g->list.packages.p[i];
		if (p->go_mod.n && !go_package_is_cached(p) && !module_file(f, p->go_mod)) return false;
	}
	f->common.n_files = f->files.files.n;
	return true;
}

static bool add_file(struct facts *f, str dir, str name)
{
	struct arena *a = f->b->a;
	str path = arena_str(a, path_join(a, dir, name));
	struct stamp_input now;
	if (!stamp_input_now(path, &now, f->b->e) || !input(f, path)) return false;
	*vec_push(a, &f->files.files) = (struct source_file){ .name = name, .path = path, .size = now.size };
	if (now.exists) return true;
	err_set(f->b->e, ERR_IO, "source-changed", "a file vanished while it was looked at");
	return err_where(f->b->e, STR_FMT, STR_ARG(path));
}

/* Every folder between an embedded file and its package: a pattern may match what comes into it. */
static bool embed_folders(struct facts *f, str dir, str name)
{
	for (str folder = path_dir(name); !str_eq(folder, S(".")); folder = path_dir(folder))
		if (!input(f, arena_join(f->b->a, path_join(f->b->a, dir, folder), STAMP_NAMES_ALL))) return false;
	return true;
}

static bool look_at_package(struct facts *f, size_t index)
{
	const struct go_package *p = &f->group->list.packages.p[index];
	struct local *l = &f->locals[index];
	struct arena *a = f->b->a;
	*l = (struct local){ .first_file = f->files.files.n };
	f->now = l;
	if (p->standard || go_package_is_cached(p)) return true;
	if (!input(f, arena_join(a, p->dir, STAMP_NAMES_GO))) return false;
	for (size_t i = 0; i < p->files.n; i++)
		if (!add_file(f, p->dir, p->files.p[i])) return false;
	for (size_t i = 0; i < p->embeds.n; i++)
		if (!add_file(f, p->dir, p->embeds.p[i]) || !embed_folders(f, p->dir, p->embeds.p[i])) return false;
	/* The profile of a main package is used when it is there (go help build: -pgo). */
	struct io_stat st;
	str profile = path_join(a, p->dir, S("default.pgo"));
	if (!io_stat(profile.p, &st, f->b->e)) return false;
	if (st.exists && str_eq(p->name, S("main")) && !add_file(f, p->dir, S("default.pgo"))) return false;
	str root = p->module_dir.n && str_starts(p->dir, p->module_dir) ? p->module_dir : p->dir;
	if (!str_eq(root, p->dir) && !absent_above(f, path_dir(p->dir), root, S("go.mod"))) return false;
	l->n_files = f->files.files.n - l->first_file;
	return true;
}

/* --- each program's own --- */

static void put(struct sha256_stream *h, str s)
{
	uint64_t n = s.n;
	sha256_update(h, &n, sizeof n);
	sha256_update(h, s.p, s.n);
}

static void put_number(struct sha256_stream *h, uint64_t n) { sha256_update(h, &n, sizeof n); }

static void put_files(const struct facts *f, struct sha256_stream *h, const struct local *l)
{
	put_number(h, l->n_files);
	for (size_t i = 0; i < l->n_files; i++) {
		const struct source_file *file = &f->files.files.p[l->first_file + i];
		put(h, file->name);
		sha256_update(h, file->sha256.bytes, SHA256_SIZE);
	}
}

/* One program in the making. */
struct digest {
	struct facts *f;
	struct build_go *go;
	struct sha256_stream h;
	bool *taken; /* by index of input */
};

static void take_inputs(struct digest *d, const struct local *l)
{
	for (size_t i = 0; i < l->inputs.n; i++) {
		size_t index = l->inputs.p[i];
		if (!d->taken[index]) *vec_push(d->f->b->a, &d->go->inputs) = d->f->inputs.p[index];
		d->taken[index] = true;
	}
}

static void take_package(struct digest *d, const struct go_package *p)
{
	const struct local *l = &d->f->locals[p - d->f->group->list.packages.p];
	if (p->standard) return;
	put(&d->h, p->path);
	put(&d->h, p->module);
	put(&d->h, p->go_version);
	put_files(d->f, &d->h, l);
	take_inputs(d, l);
}

static void finish_program(struct facts *f, struct build_go *go)
{
	struct arena scratch = { 0 };
	struct digest d = { .f = f, .go = go, .taken = arena_array(&scratch, bool, f->inputs.n) };
	sha256_begin(&d.h);
	put(&d.h, f->group->env_text);
	put_number(&d.h, f->words.n);
	for (size_t i = 0; i < f->words.n; i++) put(&d.h, f->words.p[i]);
	put_files(f, &d.h, &f->common);
	take_inputs(&d, &f->common);
	take_package(&d, go->package);
	for (size_t i = 0; i < go->package->depends.n; i++) {
		const struct go_package *p = map_get(&f->by_path, go->package->depends.p[i]);
		if (p) take_package(&d, p);
	}
	sha256_end(&d.h, &go->key);
	arena_release(&scratch);
}

/* --- which of the listed packages is the job's --- */

static bool is_package_of(const struct build_go *go, const struct go_package *p)
{
	struct io_stat x, y;
	struct err ignored = { 0 };
	if (!p->is_root) return false;
	if (go->dir.n == 0) return str_eq(p->path, go->pattern);
	if (str_eq(p->dir, go->dir)) return true;
	/* Symbolic links: go may know the folder by another name. */
	return io_stat(p->dir.p ? p->dir.p : "", &x, &ignored) && io_stat(go->dir.p, &y, &ignored) && x.exists && y.exists &&
	       x.inode == y.inode && x.device == y.device;
}

static bool find_package(struct build *b, struct go_group *g, struct job *j)
{
	const struct go_package *only = NULL;
	size_t roots = 0;
	for (size_t i = 0; i < g->list.packages.n; i++) {
		const struct go_package *p = &g->list.packages.p[i];
		roots += p->is_root;
		if (p->is_root) only = p;
		if (!is_package_of(j->go, p)) continue;
		j->go->package = p;
		return true;
	}
	if (roots == 1 && g->n == 1) {
		j->go->package = only;
		return true;
	}
	err_set(b->e, ERR_USAGE, "go-package", "`" STR_FMT "` names not one Go package but %zu", STR_ARG(j->artifact->name), roots);
	err_where(b->e, STR_FMT, STR_ARG(j->artifact->where));
	return err_help(b->e, "name the folder of one main package, for example go = \"./cmd/worker\"");
}

static bool digest_group(struct build *b, struct go_group *g)
{
	struct facts f = { .b = b, .group = g };
	map_init(&f.by_path, b->a);
	map_init(&f.seen, b->a);
	f.locals = arena_array(b->a, struct local, g->list.packages.n);
	f.now = &f.common;
	if (!common_inputs(&f)) return false;
	for (size_t i = 0; i < g->list.packages.n; i++) {
		*map_put(&f.by_path, g->list.packages.p[i].path, NULL) = &g->list.packages.p[i];
		if (!look_at_package(&f, i)) return false;
	}
	if (!sources_hash(b->a, &f.files, b->options->jobs, b->options->cancel, b->e)) return false;
	for (size_t i = 0; i < g->n; i++) {
		if (!find_package(b, g, g->jobs[i])) return false;
		finish_program(&f, g->jobs[i]->go);
	}
	return true;
}

/* --- the commands --- */

struct telling {
	struct build *b;
	str who;
};

static void tell(void *context, str line)
{
	const struct telling *t = context;
	const struct build_options *o = t->b->options;
	if (!o->tool_says || line.n == 0) return;
	bool own = str_starts(line, S("go: downloading "));
	o->tool_says(o->tool_context, own ? line : arena_fmt(t->b->a, STR_FMT ": " STR_FMT, STR_ARG(t->who), STR_ARG(line)));
}

static void prepare(struct build *b, struct go_group *g, struct telling *t, struct go_process two[2])
{
	const struct build_go *go = g->jobs[0]->go;
	struct str_list packages = { 0 };
	struct map seen;
	map_init(&seen, b->a);
	for (size_t i = 0; i < g->n; i++) {
		bool added;
		map_put(&seen, g->jobs[i]->go->pattern, &added);
		if (added) *vec_push(b->a, &packages) = g->jobs[i]->go->pattern;
	}
	*t = (struct telling){ b, build_go_who_all(b, g->jobs, g->n) };
	struct go_process p = { .program = go->tool, .folder = go->folder, .line = tell, .context = t };
	p.env = go_environment(b->a, b->options->env, &go->settings, go->folder, (str){ 0 });
	two[0] = two[1] = p;
	two[0].arguments = go_env_arguments(b->a, &go->settings);
	two[1].arguments = go_list_arguments(b->a, &go->settings, go->mod_flag, &packages);
}

static bool read_answers(struct build *b, struct go_group *g, const struct go_process two[2], str who)
{
	for (int i = 0; i < 2; i++) {
		if (two[i].status == 0) continue;
		go_failure(who, two[i].status, two[i].tail, b->e);
		return err_where(b->e, STR_FMT, STR_ARG(g->jobs[0]->artifact->where));
	}
	str rest = two[0].output;
	for (size_t i = 0; i < GO_ENV_LINES; i++) {
		if (i == GO_ENV_DECIDING) g->env_text = rest;
		str_line(&rest, &g->env[i]);
	}
	for (size_t i = 0; i < GO_ENV_LINES; i++) g->env[i] = arena_str(b->a, g->env[i]);
	return go_list_parse(b->a, two[1].output, &g->list, b->e);
}

bool build_go_list(struct build *b, struct go_group *groups, size_t n)
{
	struct go_process *processes = arena_array(b->a, struct go_process, n * 2);
	struct telling *tellings = arena_array(b->a, struct telling, n);
	for (size_t i = 0; i < n; i++) prepare(b, &groups[i], &tellings[i], &processes[i * 2]);
	if (!go_run(b->a, processes, n * 2, b->options->jobs + 1, b->options->cancel, b->e)) return false;
	for (size_t i = 0; i < n; i++)
		if (!read_answers(b, &groups[i], &processes[i * 2], tellings[i].who) || !digest_group(b, &groups[i])) return false;
	return true;
}
