/* private_host_python.c: a Python of the target's minor on this computer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looked for in LAMINA_PYTHON, on PATH, and where pyenv, uv, mise, asdf and images of manylinux keep theirs. Names promise nothing, so
 * each is asked what it is; the first CPython of that minor on glibc is taken. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/private_host_parts.h"
#include "python/version.h"

#define CANDIDATES_MAX 200
#define ASKED_MAX      60
#define ASK_LIMIT_MS   20000

/* Isolated (-I) and without site (-S): nothing of the user is imported. Before 3.11 _base_executable is not what its name says. */
static const char question[] =
    "import os, platform, sys\n"
    "v = sys.version_info\n"
    "try:\n"
    "    libc = os.confstr('CS_GNU_LIBC_VERSION') or ''\n"
    "except (AttributeError, OSError, ValueError):\n"
    "    libc = ''\n"
    "base = sys._base_executable if v >= (3, 11) else os.path.realpath(sys.executable)\n"
    "full = '%d.%d.%d' % v[:3] + ('' if v[3] == 'final' else v[3][0] + str(v[4]))\n"
    "for key, value in (('path', base), ('version', full), ('minor', '%d.%d' % v[:2]), ('libc', libc),\n"
    "                   ('implementation', sys.implementation.name), ('flags', sys.abiflags), ('bits', sys.maxsize > 2**32),\n"
    "                   ('os', os.name), ('platform', sys.platform), ('machine', platform.machine()),\n"
    "                   ('python', platform.python_implementation()), ('release', platform.release()),\n"
    "                   ('system', platform.system()), ('kernel', platform.version())):\n"
    "    print('lamina:%s=%s' % (key, value))\n";

struct search {
	struct host_build *b;
	int minor;
	struct str_list seen; /* paths that were asked */
	struct str_list unfit;
	char **variables;
};

/* --- what one says of itself --- */

static str answer(str said, const char *key)
{
	str line, prefix = S("lamina:");
	while (str_line(&said, &line)) {
		str rest, name, value;
		if (!str_starts(line, prefix)) continue;
		rest = str_from_pos(line, prefix.n);
		if (str_cut(rest, '=', &name, &value) && str_eq(name, str_from(key))) return value;
	}
	return (str){ 0 };
}

static bool glibc_minor(str text, int *out)
{
	str name, version, major, minor;
	uint64_t n;
	if (!str_cut(text, ' ', &name, &version) || !str_eq(name, S("glibc")) || !str_cut(version, '.', &major, &minor))
		return false;
	if (!str_eq(major, S("2"))) return false;
	minor = str_slice(minor, 0, str_chr(minor, '.') == STR_NONE ? minor.n : str_chr(minor, '.'));
	if (!str_u64(minor, &n) || n > 1000) return false;
	*out = (int)n;
	return true;
}

/* NULL when it fits. */
static const char *why_not(const struct search *s, str said, int *glibc)
{
	str minor = arena_fmt(s->b->a, "3.%d", s->minor);
	if (answer(said, "version").n == 0) return "does not start";
	if (!str_eq(answer(said, "implementation"), S("cpython"))) return "is no CPython";
	if (!str_eq(answer(said, "minor"), minor)) return "has another version";
	if (answer(said, "flags").n) return "is a debug or free-threaded build";
	if (!str_eq(answer(said, "bits"), S("True"))) return "is a 32-bit build";
	if (!str_eq(answer(said, "platform"), S("linux")) || !glibc_minor(answer(said, "libc"), glibc))
		return "does not run on glibc";
	return NULL;
}

static void take(struct search *s, str said, int glibc)
{
	struct host_python *p = &s->b->python;
	struct arena *a = s->b->a;
	struct tag_list *tags = arena_new(a, struct tag_list);
	str version = arena_str(a, answer(said, "version")), machine = arena_str(a, answer(said, "machine"));
	*p = (struct host_python){ .path = arena_str(a, answer(said, "path")), .version = version };
	p->target.python_minor = s->minor;
	p->target.glibc_minor = glibc;
	p->target.machine = machine;
	p->target.text = arena_fmt(a, "Python " STR_FMT " of this computer", STR_ARG(version));
	p->target.tags = tags;
	str *values = p->target.values;
	values[MARKER_OS_NAME] = arena_str(a, answer(said, "os"));
	values[MARKER_SYS_PLATFORM] = arena_str(a, answer(said, "platform"));
	values[MARKER_PLATFORM_MACHINE] = machine;
	values[MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = arena_str(a, answer(said, "python"));
	values[MARKER_PLATFORM_RELEASE] = arena_str(a, answer(said, "release"));
	values[MARKER_PLATFORM_SYSTEM] = arena_str(a, answer(said, "system"));
	values[MARKER_PLATFORM_VERSION] = arena_str(a, answer(said, "kernel"));
	values[MARKER_PYTHON_VERSION] = arena_fmt(a, "3.%d", s->minor);
	values[MARKER_PYTHON_FULL_VERSION] = values[MARKER_IMPLEMENTATION_VERSION] = version;
	values[MARKER_IMPLEMENTATION_NAME] = S("cpython");
	tags_for(a, s->minor, glibc, machine, tags);
}

/* False with an error only when the search is over for good. */
static bool ask(struct search *s, str path, bool named, bool *found)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	int glibc = 0;
	if (*found || s->seen.n >= ASKED_MAX) return true;
	if (!io_stat(arena_cstr(s->b->a, path), &st, &ignored) || !st.is_regular || (st.mode & 0111) == 0) {
		if (named) *vec_push(s->b->a, &s->unfit) = arena_fmt(s->b->a, STR_FMT " is no program", STR_ARG(path));
		return true;
	}
	if (!str_list_add_new(s->b->a, &s->seen, path)) return true;
	struct host_process p = { .variables = s->variables, .limit_ms = ASK_LIMIT_MS, .cancel = s->b->options->cancel };
	const str words[] = { path, S("-I"), S("-S"), S("-c"), str_from(question) };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) *vec_push(s->b->a, &p.words) = words[i];
	if (!host_run(s->b->a, &p, &ignored)) {
		if (ignored.code == ERR_INTERRUPT) *s->b->e = ignored;
		return ignored.code != ERR_INTERRUPT;
	}
	const char *why = why_not(s, p.status == 0 ? p.said : (str){ 0 }, &glibc);
	*found = !why;
	if (*found)
		take(s, p.said, glibc);
	else if (named || strcmp(why, "has another version") != 0)
		*vec_push(s->b->a, &s->unfit) = arena_fmt(s->b->a, STR_FMT " %s", STR_ARG(path), why);
	return true;
}

/* --- where they are --- */

static bool ask_path(struct search *s, const char *const *names, bool *found)
{
	const char *path = env_get(s->b->options->means->env, "PATH");
	str rest = path ? str_from(path) : S("/usr/local/bin:/usr/bin:/bin"), folder;
	while (rest.n && !*found) {
		if (!str_cut(rest, ':', &folder, &rest)) rest = (str){ 0 };
		if (!path_is_absolute(folder)) continue; /* what lies in the current folder is not asked */
		for (const char *const *n = names; *n && !*found; n++)
			if (!ask(s, path_join(s->b->a, folder, str_from(*n)), false, found)) return false;
	}
	return true;
}

static bool ask_named(struct search *s, bool *found)
{
	const char *named = env_get_nonempty(s->b->options->means->env, "LAMINA_PYTHON");
	if (!named) return true;
	str path = str_from(named);
	if (str_chr(path, '/') != STR_NONE) return path_absolute(s->b->a, path, &path, s->b->e) && ask(s, path, true, found);
	const char *names[] = { named, NULL };
	return ask_path(s, names, found);
}

/* Folders of one version each, the newest first: "3.12.10" before "3.12.9". */
static int newest_first(const void *x, const void *y)
{
	const str *a = x, *b = y;
	size_t i = 0, k = 0;
	while (i < a->n && k < b->n) {
		uint64_t m = 0, n = 0;
		if (!ascii_digit(a->p[i]) || !ascii_digit(b->p[k])) {
			if (a->p[i] != b->p[k]) return (unsigned char)a->p[i] < (unsigned char)b->p[k] ? 1 : -1;
			i++, k++;
			continue;
		}
		for (; i < a->n && ascii_digit(a->p[i]) && m < UINT32_MAX; i++) m = m * 10 + (uint64_t)(a->p[i] - '0');
		for (; k < b->n && ascii_digit(b->p[k]) && n < UINT32_MAX; k++) n = n * 10 + (uint64_t)(b->p[k] - '0');
		if (m != n) return m < n ? 1 : -1;
	}
	return 0;
}

static bool ask_kept(struct search *s, str root, str prefix, bool *found)
{
	struct arena *a = s->b->a;
	struct str_list names = { 0 };
	struct err ignored = { 0 };
	str start = arena_fmt(a, STR_FMT "3.%d", STR_ARG(prefix), s->minor);
	if (*found || !io_list(a, arena_cstr(a, root), 10000, &names, &ignored)) return true;
	if (names.n > 1) qsort(names.p, names.n, sizeof *names.p, newest_first);
	for (size_t i = 0; i < names.n && i < CANDIDATES_MAX; i++) {
		str name = names.p[i],
		    program = arena_fmt(a, STR_FMT "/" STR_FMT "/bin/python3.%d", STR_ARG(root), STR_ARG(name), s->minor);
		bool fits = str_starts(name, start) && !ascii_digit(str_at(name, start.n));
		if (fits && !ask(s, program, false, found)) return false;
	}
	return true;
}

/* $VARIABLE/below, or HOME/below when it is not set. */
static str place(struct search *s, const char *variable, const char *below, const char *home)
{
	const struct env *env = s->b->options->means->env;
	const char *root = variable ? env_get_nonempty(env, variable) : NULL, *user = env_get_nonempty(env, "HOME");
	if (root) return path_join(s->b->a, str_from(root), str_from(below));
	return user ? path_join(s->b->a, str_from(user), str_from(home)) : S("");
}

static bool ask_tools(struct search *s, bool *found)
{
	struct arena *a = s->b->a;
	str minor = arena_fmt(a, "3%d", s->minor);
	const struct {
		str root, prefix;
	} places[] = { { place(s, "PYENV_ROOT", "versions", ".pyenv/versions"), S("") },
		           { place(s, "UV_PYTHON_INSTALL_DIR", "", ".local/share/uv/python"), S("cpython-") },
		           { place(s, "XDG_DATA_HOME", "uv/python", ".local/share/uv/python"), S("cpython-") },
		           { place(s, "MISE_DATA_DIR", "installs/python", ".local/share/mise/installs/python"), S("") },
		           { place(s, "ASDF_DATA_DIR", "installs/python", ".asdf/installs/python"), S("") } };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].root.n && !ask_kept(s, places[i].root, places[i].prefix, found)) return false;
	str wheels = arena_fmt(a, "/opt/python/cp" STR_FMT "-cp" STR_FMT "/bin/python", STR_ARG(minor), STR_ARG(minor));
	return *found || ask(s, wheels, false, found);
}

static bool none(struct search *s)
{
	struct host_build *b = s->b;
	struct buf text;
	err_set(b->e, ERR_RESOLVE, "no-host-python",
	        "`" STR_FMT "` must be built by its own backend, and there is no Python 3.%d here", STR_ARG(b->called), s->minor);
	err_where(b->e, STR_FMT, STR_ARG(b->tree->tree.where));
	buf_init(&text, 2000);
	for (size_t i = 0; i < s->unfit.n; i++) buf_addf(&text, "; " STR_FMT, STR_ARG(s->unfit.p[i]));
	err_why(b->e, "%s; looked on PATH and where pyenv, uv, mise and asdf keep theirs" STR_FMT, b->why, STR_ARG(buf_str(&text)));
	buf_release(&text);
	return err_help(
	    b->e, "install one (`uv python install 3.%d`, `pyenv install 3.%d`), or name it: LAMINA_PYTHON=/path/to/python3.%d",
	    s->minor, s->minor, s->minor);
}

bool host_python_find(struct host_build *b)
{
	struct search s = { .b = b, .minor = b->options->target->python_minor };
	str name = arena_fmt(b->a, "python3.%d", s.minor);
	const char *const exact[] = { name.p, NULL }, *const others[] = { "python3", "python", NULL };
	bool found = false;
	s.variables = host_variables(b->a, b->options->means->env, (str){ 0 }, (str){ 0 });
	if (!ask_named(&s, &found)) return false;
	if (!found && !ask_path(&s, exact, &found)) return false;
	if (!found && !ask_path(&s, others, &found)) return false;
	if (!found && !ask_tools(&s, &found)) return false;
	return found || none(&s);
}
