/* private_host_key.c: what the result of a backend depends on, as far as that can be known: the folder, Python's minor, variables.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Not in the key: newer build requirements (--refresh builds again) and the patch version of Python. */
#include <string.h>
#include <sys/utsname.h>

#include "pipeline/private_host_parts.h"
#include "pipeline/sources.h"
#include "pipeline/stamp_names.h"

/* Bumped when the same inputs would be built in another way. */
#define KEY_VERSION "host build 1"
/* The first moment that a zip can tell: what backends write does not depend on the clock. */
#define EPOCH "315532800"

/* --- variables --- */

static bool starts_with_any(const char *variable, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (strncmp(variable, *prefixes, strlen(*prefixes)) == 0) return true;
	return false;
}

/* What would reach into the isolated environment, or tell a version control about another folder. */
static bool is_dropped(const char *variable)
{
	static const char *const prefixes[] = { "PYTHON",
		                                    "PIP_",
		                                    "__PYVENV",
		                                    "VIRTUAL_ENV",
		                                    "GIT_DIR=",
		                                    "GIT_WORK_TREE",
		                                    "GIT_INDEX",
		                                    "GIT_PREFIX=",
		                                    "GIT_COMMON_DIR",
		                                    "GIT_CEILING_",
		                                    "PYENV_VERSION",
		                                    "PEP517_",
		                                    "UV_",
		                                    "LAMINA_",
		                                    "_PYPROJECT_",
		                                    "SETUPTOOLS_USE_DISTUTILS",
		                                    NULL };
	return starts_with_any(variable, prefixes);
}

/* What compilers and backends are known to read. */
static bool matters(const char *variable)
{
	static const char *const prefixes[] = { "CC=",
		                                    "CXX=",
		                                    "CPP=",
		                                    "CFLAGS=",
		                                    "CXXFLAGS=",
		                                    "CPPFLAGS=",
		                                    "LDFLAGS=",
		                                    "LDSHARED=",
		                                    "AR=",
		                                    "ARCHFLAGS=",
		                                    "SETUPTOOLS_",
		                                    "HATCH_",
		                                    "PDM_",
		                                    "POETRY_",
		                                    "MATURIN_",
		                                    "CMAKE_",
		                                    "SKBUILD",
		                                    "CARGO_",
		                                    "RUSTFLAGS",
		                                    "PBR_",
		                                    "NPY_",
		                                    "MESON",
		                                    "CYTHON",
		                                    "FLIT_",
		                                    "LD_LIBRARY_PATH=",
		                                    "C_INCLUDE_PATH=",
		                                    "LIBRARY_PATH=",
		                                    "PKG_CONFIG_",
		                                    "SOURCE_DATE_EPOCH=",
		                                    "VERSIONEER",
		                                    "PYO3_",
		                                    "CPATH=",
		                                    "CPLUS_INCLUDE_PATH=",
		                                    "LD_RUN_PATH=",
		                                    NULL };
	return starts_with_any(variable, prefixes);
}

static char *setting(struct arena *a, const char *name, str value)
{
	return arena_cstr(a, arena_fmt(a, "%s=" STR_FMT, name, STR_ARG(value)));
}

char **host_variables(struct arena *a, const struct env *env, str environment, str temporary)
{
	size_t n = 0, k = 0;
	while (env->vars && env->vars[n]) n++;
	char **all = arena_array(a, char *, n + 8);
	bool isolated = environment.n > 0;
	for (size_t i = 0; i < n; i++) {
		/* A shim of pyenv may need its own variables to answer. */
		if (isolated ? is_dropped(env->vars[i]) : strncmp(env->vars[i], "PYTHON", 6) == 0) continue;
		if (isolated && (strncmp(env->vars[i], "PATH=", 5) == 0 || strncmp(env->vars[i], "TMPDIR=", 7) == 0)) continue;
		all[k++] = env->vars[i];
	}
	if (!isolated) return all;
	const char *path = env_get(env, "PATH");
	str rest = path ? str_from(path) : S("/usr/local/bin:/usr/bin:/bin");
	all[k++] = setting(a, "PATH", arena_fmt(a, STR_FMT "/bin:" STR_FMT, STR_ARG(environment), STR_ARG(rest)));
	all[k++] = setting(a, "VIRTUAL_ENV", environment);
	all[k++] = setting(a, "TMPDIR", temporary);
	all[k++] = setting(a, "PYTHONNOUSERSITE", S("1"));
	all[k++] = setting(a, "GIT_CEILING_DIRECTORIES", path_dir(temporary));
	if (!env_get_nonempty(env, "SOURCE_DATE_EPOCH")) all[k++] = setting(a, "SOURCE_DATE_EPOCH", S(EPOCH));
	return all;
}

/* --- the folder --- */

/* What earlier builds in the folder left would be taken for its sources. An unpacked source distribution has its egg-info by right. */
static bool is_left_over(const struct host_build *b, str path)
{
	static const char *const starts[] = { "build/lib/", "build/lib.", "build/bdist.", "build/temp.", NULL };
	for (const char *const *s = starts; *s; s++)
		if (str_starts(path, str_from(*s))) return true;
	return str_contains(path, S(".egg-info/")) && !source_tree_find(&b->tree->tree, S("PKG-INFO"));
}

/* Sockets and links to nothing are no sources. A file elsewhere that a link names may be one, which nothing would notice to change. */
static bool is_no_source(const struct host_build *b, size_t i)
{
	const struct source_entry *entry = &b->tree->tree.entries[i];
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	if (!b->tree->faults[i] || entry->ignored) return b->tree->faults[i] != NULL;
	return !io_stat(path_join(b->a, b->tree->folder, entry->path).p, &st, &ignored) || !st.exists || !st.is_regular;
}

static bool list_files(struct host_build *b)
{
	struct source_list list = { 0 };
	for (size_t i = 0; i < b->tree->tree.n; i++) {
		const struct source_entry *entry = &b->tree->tree.entries[i];
		const struct io_stat *st = &b->tree->facts[i];
		if (entry->folder || is_left_over(b, entry->path) || is_no_source(b, i)) continue;
		if (!private_tree_take(b->a, b->tree, entry, b->e)) return false;
		*vec_push(b->a, &list.files) = (struct source_file){ .name = entry->path,
			                                                 .path = path_join(b->a, b->tree->folder, entry->path),
			                                                 .size = st->size,
			                                                 .mtime_ns = st->mtime_ns,
			                                                 .ctime_ns = st->ctime_ns,
			                                                 .inode = st->inode };
	}
	if (!sources_hash(b->a, &list, b->options->jobs, b->options->cancel, b->e)) return false;
	b->files.p = list.files.p;
	b->files.n = b->files.cap = list.files.n;
	/* Here it is the mode on disk: the copy gets it, and a configure script needs it. */
	for (size_t i = 0; i < b->files.n; i++)
		b->files.p[i].executable = source_tree_find(&b->tree->tree, b->files.p[i].name)->executable;
	return true;
}

/* --- the key --- */

static void put(struct sha256_stream *h, str text)
{
	uint64_t n = text.n;
	sha256_update(h, &n, sizeof n);
	sha256_update(h, text.p, text.n);
}

static void put_git(struct host_build *b, struct sha256_stream *h)
{
	struct str_list files = { 0 }, folders = { 0 };
	if (b->git.top.n == 0) return;
	host_git_files(b, &files, &folders);
	put(h, b->git.above);
	for (size_t i = 0; i < files.n; i++) {
		str text = { 0 };
		struct err ignored = { 0 };
		if (!io_read_file(b->a, files.p[i].p, (size_t)16 << 20, &text, &ignored)) continue;
		put(h, files.p[i]);
		put(h, text);
		*vec_push(b->a, &b->inputs) = files.p[i];
	}
	for (size_t i = 0; i < folders.n; i++) *vec_push(b->a, &b->inputs) = arena_join(b->a, folders.p[i], STAMP_NAMES_ALL);
}

void private_host_hash(const struct env *env, struct sha256_stream *h)
{
	struct utsname computer;
	/* Computers of several kinds may share a store. */
	put(h, uname(&computer) == 0 ? str_from(computer.machine) : S(""));
	const char *const names[] = { "LAMINA_PYTHON", "PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *value = env_get(env, names[i]);
		put(h, value ? str_from(value) : S(""));
	}
	for (size_t i = 0; env->vars && env->vars[i]; i++)
		if (matters(env->vars[i])) put(h, str_from(env->vars[i]));
}

static void put_constraints(struct host_build *b, struct sha256_stream *h)
{
	struct str_list files = { 0 };
	host_constraints(b, &files);
	for (size_t i = 0; i < files.n; i++) {
		str text = { 0 };
		struct err ignored = { 0 };
		io_read_file(b->a, arena_cstr(b->a, files.p[i]), (size_t)16 << 20, &text, &ignored);
		put(h, text);
		*vec_push(b->a, &b->inputs) = files.p[i];
	}
}

void private_host_hash_run(struct arena *a, const struct private_options *options, struct sha256_stream *h,
                           struct str_list *inputs)
{
	struct host_build b = { .a = a, .options = options };
	private_host_hash(options->means->env, h);
	put_constraints(&b, h);
	*inputs = b.inputs;
}

bool host_key(struct host_build *b)
{
	struct sha256_stream h;
	struct sha256 digest;
	if (!list_files(b)) return false;
	host_git_find(b);
	sha256_begin(&h);
	put(&h, arena_fmt(b->a, KEY_VERSION " 3.%d", b->options->target->python_minor));
	for (size_t i = 0; i < b->files.n; i++) {
		const struct source_file *f = &b->files.p[i];
		put(&h, f->name);
		sha256_update(&h, f->executable ? "x" : "-", 1);
		sha256_update(&h, &f->sha256, sizeof f->sha256);
		*vec_push(b->a, &b->inputs) = f->path;
	}
	for (size_t i = 0; i < b->tree->folders.n; i++)
		*vec_push(b->a, &b->inputs) = arena_join(b->a, b->tree->folders.p[i], STAMP_NAMES_ALL);
	private_host_hash(b->options->means->env, &h);
	put_constraints(b, &h);
	put_git(b, &h);
	sha256_end(&h, &digest);
	b->key = sha256_hex_str(b->a, &digest);
	return true;
}
