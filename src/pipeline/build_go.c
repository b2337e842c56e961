/* build_go.c: which jobs there are, and which of them need the compiler.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/build_go.h"

#include <stdlib.h>
#include <string.h>

#include "golang/go_command.h"
#include "pipeline/build_key.h"
#include "target/target.h"

#define KEY_MAX ((size_t)4 << 20)

static const char *go_arch(const struct target *t) { return t->arch == ARCH_ARM64 ? "arm64" : "amd64"; }

static void set_settings(struct build *b, const struct artifact *x, struct go_settings *s)
{
	*s = (struct go_settings){ .goarch = str_from(go_arch(&x->target)), .cgo = x->go.cgo, .env = x->go.env };
	s->tags = x->go.tags;
	s->ldflags = x->go.has_ldflags ? x->go.ldflags : S(GO_LDFLAGS);
	if (!x->go.has_tags) *vec_push(b->a, &s->tags) = S(GO_TAGS);
	for (size_t i = 0; i < x->go.env.n; i++)
		if (str_eq(x->go.env.p[i], S("CGO_ENABLED=1"))) s->cgo = true;
}

static bool refuse_package(const struct artifact *x, const char *problem, const char *help, struct err *e)
{
	err_set(e, ERR_USAGE, "go-package", "`" STR_FMT "` names %s as its Go package", STR_ARG(x->name), problem);
	err_where(e, STR_FMT, STR_ARG(x->where));
	err_why(e, "go = \"" STR_FMT "\"", STR_ARG(x->go.package));
	return err_help(e, "%s", help);
}

/* "./cmd/worker", or "cmd/worker" when that is a folder: built from its own module, wherever lamina.toml is. */
static bool place_folder(struct build *b, const struct artifact *x, struct build_go *g)
{
	g->folder = go_module_root(b->a, g->dir);
	if (g->folder.n == 0)
		return refuse_package(x, "a folder that is in no module", "make it one: go mod init example.com/NAME && go mod tidy",
		                      b->e);
	str below = str_from_pos(g->dir, g->folder.n);
	if (str_starts(below, S("/"))) below = str_from_pos(below, 1);
	g->pattern = below.n ? arena_fmt(b->a, "./" STR_FMT, STR_ARG(below)) : S(".");
	return true;
}

static bool place(struct build *b, const struct artifact *x, struct build_go *g)
{
	str package = x->go.package, folder;
	struct io_stat st;
	bool written_as_path = str_starts(package, S(".")) || path_is_absolute(package);
	if (!path_absolute(b->a, path_join(b->a, x->go.folder, package), &g->dir, b->e)) return false;
	if (!io_stat(g->dir.p, &st, b->e)) return false;
	if (st.is_dir) return place_folder(b, x, g);
	if (st.is_regular) return refuse_package(x, "a file", "name the folder that it is in", b->e);
	if (written_as_path && !str_contains(package, S("...")))
		return refuse_package(x, "a folder that does not exist", "look at `go`, which is relative to lamina.toml", b->e);
	g->dir = (str){ 0 };
	if (!path_absolute(b->a, x->go.folder.n ? x->go.folder : S("."), &folder, b->e)) return false;
	g->folder = go_module_root(b->a, folder);
	if (g->folder.n == 0) g->folder = folder;
	g->pattern = package;
	return true;
}

bool build_go_begin(struct build *b, struct job *j, str *key)
{
	struct build_go *g = j->go = arena_new(b->a, struct build_go);
	struct buf text;
	if (!go_find(b->a, b->options->env, &g->tool, b->e)) return err_where(b->e, STR_FMT, STR_ARG(j->artifact->where));
	set_settings(b, j->artifact, &g->settings);
	if (!go_check_level(b->options->env, &g->settings, b->e)) return err_where(b->e, STR_FMT, STR_ARG(j->artifact->where));
	if (!place(b, j->artifact, g)) return false;
	g->mod_flag = go_mod_flag(b->a, g->folder, b->options->env, &g->settings);
	buf_init(&text, KEY_MAX);
	buf_addf(&text, STR_FMT "%c" STR_FMT "%c" STR_FMT "%c", STR_ARG(g->tool), 0, STR_ARG(g->folder), 0, STR_ARG(g->mod_flag),
	         0);
	go_environment_key(b->options->env, &g->settings, &text);
	g->group = buf_take(&text, b->a);
	buf_addf(&text, STR_FMT, STR_ARG(g->pattern));
	buf_add(&text, "", 1);
	buf_add_str(&text, *key);
	*key = buf_take(&text, b->a);
	buf_release(&text);
	return true;
}

str build_go_who(struct build *b, const struct job *j)
{
	return arena_fmt(b->a, STR_FMT " (%s)", STR_ARG(j->artifact->name), target_arch_name(j->artifact->target.arch));
}

str build_go_who_all(struct build *b, struct job *const *jobs, size_t n)
{
	str who = n ? build_go_who(b, jobs[0]) : S("the program");
	for (size_t i = 1; i < n && i < 3; i++)
		who = arena_fmt(b->a, STR_FMT ", " STR_FMT, STR_ARG(who), STR_ARG(build_go_who(b, jobs[i])));
	return n > 3 ? arena_fmt(b->a, STR_FMT " and %zu more", STR_ARG(who), n - 3) : who;
}

void build_go_key(const struct job *j, struct sha256 *content)
{
	struct sha256_stream h;
	sha256_begin(&h);
	sha256_update(&h, content->bytes, SHA256_SIZE);
	sha256_update(&h, j->go->key.bytes, SHA256_SIZE);
	sha256_end(&h, content);
}

/* --- groups --- */

static size_t group_jobs(struct build *b, struct go_group **out)
{
	struct map by_key;
	size_t n = 0;
	*out = arena_array(b->a, struct go_group, b->n);
	map_init(&by_key, b->a);
	for (size_t i = 0; i < b->n; i++) {
		struct job *j = &b->jobs[i];
		bool added;
		if (!j->go || j->done) continue;
		void **slot = map_put(&by_key, j->go->group, &added);
		if (added) {
			*slot = &(*out)[n++];
			((struct go_group *)*slot)->jobs = arena_array(b->a, struct job *, b->n);
		}
		struct go_group *g = *slot;
		g->jobs[g->n++] = j;
	}
	return n;
}

/* Words of the command line stand instead of those of GOFLAGS, and lamina passes some. */
static void tell_hidden_flags(const struct go_group *g, struct job *j)
{
	static const struct {
		const char *flag, *key;
	} hidden[] = { { "tags", "go-tags" }, { "ldflags", "go-ldflags" } };
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
		str value = go_flag_value(g->env[GO_ENV_FLAGS], hidden[i].flag);
		if (value.n == 0) continue;
		note_add(&j->built->notes, NOTE_WARNING, "go-flags", "`" STR_FMT "` is built without the -%s=" STR_FMT " of GOFLAGS",
		         STR_ARG(j->artifact->name), hidden[i].flag, STR_ARG(value));
		note_help(&j->built->notes, "lamina passes -%s itself; write what you want into `%s`", hidden[i].flag, hidden[i].key);
	}
}

static bool check_package(struct build *b, const struct go_group *g, struct job *j)
{
	const struct go_package *p = j->go->package;
	const struct artifact *x = j->artifact;
	if (!str_eq(p->name, S("main"))) {
		err_set(b->e, ERR_USAGE, "go-not-main", "`" STR_FMT "` names a Go package that is no program", STR_ARG(x->name));
		err_where(b->e, STR_FMT, STR_ARG(x->where));
		err_why(b->e, STR_FMT " is package " STR_FMT ", not package main", STR_ARG(p->path), STR_ARG(p->name));
		return err_help(b->e, "name the folder that has the func main");
	}
	tell_hidden_flags(g, j);
	bool library = false, rpc_off = false;
	for (size_t i = 0; i < p->depends.n; i++)
		library = library || str_eq(p->depends.p[i], S("github.com/aws/aws-lambda-go/lambda"));
	for (size_t i = 0; i < j->go->settings.tags.n; i++) rpc_off = rpc_off || str_eq(j->go->settings.tags.p[i], S(GO_TAGS));
	if (!library) {
		note_add(&j->built->notes, NOTE_INFO, "go-no-runtime-library",
		         "`" STR_FMT "` does not import github.com/aws/aws-lambda-go/lambda, so it has to speak the Runtime API itself",
		         STR_ARG(x->name));
	} else if (!rpc_off) {
		note_add(&j->built->notes, NOTE_INFO, "go-norpc",
		         "`" STR_FMT "` is built without the tag " GO_TAGS
		         ", so it carries the RPC server of the retired runtime go1.x",
		         STR_ARG(x->name));
		note_help(&j->built->notes, "add \"" GO_TAGS "\" to go-tags");
	}
	return true;
}

/* Leaves those in the group that have to be built. */
static bool keep_stale(struct build *b, struct go_group *g)
{
	size_t kept = 0;
	for (size_t i = 0; i < g->n; i++) {
		struct job *j = g->jobs[i];
		if (!check_package(b, g, j) || (!b->options->only_look && !build_prepare(b, j))) return false;
		if (!j->current) g->jobs[kept++] = j;
	}
	g->n = kept;
	return true;
}

bool build_go_programs(struct build *b)
{
	struct go_group *groups;
	size_t n = group_jobs(b, &groups);
	if (n == 0 || b->options->dump == DUMP_FETCH) return true;
	progress_phase(b->options->progress, "Looking at Go packages", 0, false);
	bool ok = build_go_list(b, groups, n);
	progress_done(b->options->progress);
	for (size_t i = 0; ok && i < n; i++) ok = keep_stale(b, &groups[i]);
	if (!ok || b->options->only_look) return ok;
	progress_phase(b->options->progress, "Building Go programs", 0, false);
	ok = build_go_compile(b, groups, n);
	progress_done(b->options->progress);
	return ok;
}

/* --- into the plan --- */

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct source_file *)a)->name, ((const struct source_file *)b)->name);
}

bool build_go_add_program(struct arena *a, const struct source_file *program, struct source_list *sources, struct err *e)
{
	struct source_list all = { 0 };
	if (program->path.n == 0) return err_set(e, ERR_BUG, "go-program", "a program was not built");
	for (size_t i = 0; i < sources->files.n; i++) {
		if (str_eq(sources->files.p[i].name, S("bootstrap"))) {
			err_set(e, ERR_FORMAT, "collision", "two files of the project would both be `bootstrap`");
			err_why(e, STR_FMT " and the program that go builds", STR_ARG(sources->files.p[i].path));
			return err_help(e, "leave the file out with exclude-path");
		}
		*vec_push(a, &all.files) = sources->files.p[i];
	}
	*vec_push(a, &all.files) = *program;
	qsort(all.files.p, all.files.n, sizeof *all.files.p, by_name);
	*sources = all;
	return true;
}

void build_go_end(struct build *b)
{
	if (!b->go_run) return;
	if (b->go_run->pack) build_go_pack_end(b->go_run->pack);
	scratch_end(&b->go_run->scratch);
}
