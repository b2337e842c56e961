/* starter.c: a few looks at names and first lines; every guess is written down as a comment.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/starter.h"

#include "base/io.h"
#include "format/toml.h"
#include "pipeline/starter_go.h"
#include "pipeline/starter_packages.h"
#include "python/specifier.h"
#include "target/target.h"

#define FILE_MAX  ((size_t)4 << 20)
#define NAMES_MAX 20000

struct starter {
	struct arena *a;
	str folder;
	struct str_list names;    /* in the folder */
	struct str_list packages; /* private ones below it */
	struct notes *notes;
	struct buf *out;
	struct err *e;
};

struct found_handler {
	str folder;  /* "app", or "." */
	str handler; /* "index.handler" */
};

static bool has(const struct starter *s, const char *name) { return str_list_has(&s->names, str_from(name)); }

static str read_small(const struct starter *s, str relative)
{
	str text = { 0 };
	struct err ignored = { 0 };
	str path = path_join(s->a, s->folder, relative);
	return io_read_file(s->a, path.p, FILE_MAX, &text, &ignored) ? text : (str){ 0 };
}

/* Is what follows the name "(", or "=" but not "=="? */
static bool follows(str s, str name, char wanted)
{
	if (!str_starts(s, name)) return false;
	str rest = str_trim(str_from_pos(s, name.n));
	return str_at(rest, 0) == wanted && !(wanted == '=' && str_at(rest, 1) == '=');
}

/* Does any line begin with "def NAME(" or "NAME ="? */
static bool defines(str text, str name)
{
	str line, rest = text;
	while (str_line(&rest, &line)) {
		str s = line;
		if (str_starts(s, S("async "))) s = str_from_pos(s, 6);
		if (str_starts(s, S("def ")) && follows(str_trim(str_from_pos(s, 4)), name, '(')) return true;
		if (follows(line, name, '=')) return true;
	}
	return false;
}

static bool find_handler_in(const struct starter *s, str folder, struct found_handler *out)
{
	static const char *const modules[] = { "lambda_function", "index", "handler", "app", "main", NULL };
	static const char *const functions[] = { "lambda_handler", "handler", NULL };
	for (const char *const *m = modules; *m; m++) {
		str text = read_small(s, path_join(s->a, folder, arena_fmt(s->a, "%s.py", *m)));
		for (const char *const *f = functions; *f; f++) {
			if (text.n == 0 || !defines(text, str_from(*f))) continue;
			*out = (struct found_handler){ folder, arena_fmt(s->a, "%s.%s", *m, *f) };
			return true;
		}
	}
	return false;
}

static bool find_handler(const struct starter *s, struct found_handler *out)
{
	static const char *const folders[] = { "src", "app", "function", "lambda", "api", NULL };
	if (find_handler_in(s, S("."), out)) return true;
	for (const char *const *f = folders; *f; f++)
		if (has(s, *f) && find_handler_in(s, str_from(*f), out)) return true;
	return false;
}

/* The newest runtime that requires-python admits; python3.12 when nobody says anything. */
static str choose_runtime(const struct starter *s, str *why)
{
	struct toml_document d;
	struct specifier_set set;
	struct err ignored = { 0 };
	str requires = { 0 }, text = read_small(s, S("pyproject.toml")), chosen = { 0 };
	*why = S("the project does not say which Python it needs");
	if (text.n && toml_parse(s->a, text, S("pyproject.toml"), &d, &ignored)) {
		const struct toml_value *v = toml_at(d.root, "project.requires-python");
		if (v && v->type == TOML_STRING) requires = v->u.string;
	}
	if (requires.n == 0 || !specifier_parse(s->a, requires, &set, &ignored)) return S("python3.12");
	size_t n;
	const struct runtime *table = runtimes(&n);
	int best = -1;
	for (size_t i = 0; i < n; i++) {
		if (table[i].python_minor <= best || !table[i].python_full_version) continue;
		if (specifier_allows_python(&set, table[i].python_minor, (str){ 0 }) != TRI_TRUE) continue;
		best = table[i].python_minor;
		chosen = str_from(table[i].name);
	}
	if (chosen.n == 0) return S("python3.12");
	*why = arena_fmt(s->a, "the newest that requires-python = \"" STR_FMT "\" admits", STR_ARG(requires));
	return chosen;
}

/* A name that a TOML string holds as it is. */
static bool fits_in_quotes(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '"' || name.p[i] == '\\') return false;
	return utf8_valid(name);
}

/* The line that names the lock, and from what it comes; empty when there is none. A project that is a package comes with its lock, unless
 * a function takes its code as files. */
static str dependency_line(const struct starter *s, bool has_handler)
{
	static const char *const locks[] = { "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", NULL };
	for (const char *const *l = locks; *l; l++) {
		if (!has(s, *l)) continue;
		bool package = l < locks + 3 && !has_handler && starter_is_package(s->a, s->folder.n ? s->folder : S("."));
		return package ? S("project = \".\"") : arena_fmt(s->a, "lock = \"%s\"", *l);
	}
	if (has(s, "requirements.txt")) return S("requirements = \"requirements.txt\"");
	for (size_t i = 0; i < s->names.n; i++) {
		str name = s->names.p[i];
		if (str_starts(name, S("requirements")) && str_ends(name, S(".txt")) && fits_in_quotes(name))
			return arena_fmt(s->a, "requirements = \"" STR_FMT "\"", STR_ARG(name));
	}
	return (str){ 0 };
}

static bool nothing_found(struct starter *s)
{
	err_set(s->e, ERR_USAGE, "no-artifact", "nothing here looks like a Lambda project");
	err_where(s->e, STR_FMT, STR_ARG(s->folder));
	err_why(
	    s->e,
	    "looked for poetry.lock, uv.lock, pylock.toml, pdm.lock, Pipfile.lock, requirements*.txt, for a Python file with a handler, for packages with a [build-system], and for go.mod with main packages that import aws-lambda-go");
	return err_help(s->e, "run it in the project's folder: lamina -C DIR init");
}

static void write_go(struct starter *s, const struct starter_programs *programs)
{
	for (size_t i = 0; i < programs->list.n; i++) {
		const struct starter_program *p = &programs->list.p[i];
		buf_addf(s->out, "\n%s[function." STR_FMT "]\ngo = \"" STR_FMT "\"\nruntime = \"provided.al2023\"\n",
		         i ? "" : "# Main packages that import aws-lambda-go.\n", STR_ARG(p->name), STR_ARG(p->folder));
	}
}

static void write_go_alone(struct starter *s, const struct starter_programs *programs)
{
	buf_addf(s->out, "# What `lamina build` makes. All keys: `lamina help build`, docs/lamina-toml.md.\n[defaults]\n");
	buf_addf(s->out, "arch = [\"x86_64\"] # or \"arm64\", or both: Go builds for either on any computer\n");
	write_go(s, programs);
}

static void write_packages(struct starter *s)
{
	if (s->packages.n == 0) return;
	buf_addf(s->out,
	         "\n# The packages that are in this repository, and what they need, as a layer.\n[layer.shared]\npackage = ");
	for (size_t i = 0; i < s->packages.n; i++)
		buf_addf(s->out, "%s\"" STR_FMT "\"", i ? ", " : s->packages.n > 1 ? "[" : "", STR_ARG(s->packages.p[i]));
	buf_add_str(s->out, s->packages.n > 1 ? S("]\n") : S("\n"));
}

static void write_text(struct starter *s, str dependencies, const struct found_handler *handler)
{
	str why, runtime = choose_runtime(s, &why);
	buf_addf(s->out, "# What `lamina build` makes. All keys: `lamina help build`, docs/lamina-toml.md.\n[defaults]\n");
	buf_addf(s->out, "runtime = \"" STR_FMT "\" # " STR_FMT "\n", STR_ARG(runtime), STR_ARG(why));
	buf_addf(s->out, "arch = [\"x86_64\"] # add \"arm64\" to build for Graviton, too\n");
	if (dependencies.n)
		buf_addf(s->out, "\n# Everything that the lock names%s, as a layer.\n[layer.deps]\n" STR_FMT "\n",
		         str_starts(dependencies, S("project")) ? ", and the project itself" : "", STR_ARG(dependencies));
	write_packages(s);
	if (!handler->handler.n) return;
	buf_addf(s->out, "\n# The code of the function.\n[function.app]\nsource = \"" STR_FMT "\"\n", STR_ARG(handler->folder));
	if (str_eq(handler->folder, S(".")))
		buf_add_str(s->out, S("include = [\"*.py\"] # only Python files; add what the code reads at run time\n"));
	buf_addf(s->out, "handler = \"" STR_FMT "\"\n", STR_ARG(handler->handler));
	if (dependencies.n || s->packages.n)
		buf_addf(s->out, "layers = [%s%s%s]\n", dependencies.n ? "\"deps\"" : "", dependencies.n && s->packages.n ? ", " : "",
		         s->packages.n ? "\"shared\"" : "");
}

bool starter_write(struct arena *a, str folder, struct notes *notes, struct buf *out, struct err *e)
{
	struct starter s = { .a = a, .folder = folder, .notes = notes, .out = out, .e = e };
	struct found_handler handler = { 0 };
	struct starter_programs programs;
	if (!io_list(a, folder.n ? folder.p : ".", NAMES_MAX, &s.names, e)) return false;
	bool has_handler = find_handler(&s, &handler);
	str dependencies = dependency_line(&s, has_handler);
	if (!starter_find_go(a, folder, &programs, e) || !starter_find_packages(a, folder, &s.packages, e)) return false;
	if (!dependencies.n && !s.packages.n && !has_handler && starter_is_package(a, folder.n ? folder : S(".")))
		*vec_push(a, &s.packages) = S(".");
	bool has_python = dependencies.n || s.packages.n || has_handler;
	if (!has_python && !programs.list.n) return nothing_found(&s);
	if (!has_python) {
		write_go_alone(&s, &programs);
		return true;
	}
	write_text(&s, dependencies, &handler);
	write_go(&s, &programs);
	if (has(&s, "requirements.txt") && !str_contains(dependencies, S("requirements.txt")))
		note_add(notes, NOTE_INFO, "init-lock", "requirements.txt is there too; the lock was chosen because it has hashes");
	return true;
}
