/* starter_packages.c: looks at names, and at the heads of project files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/starter_packages.h"

#include "base/io.h"
#include "format/toml.h"

#define DEPTH_MAX    2
#define NAMES_MAX    20000
#define FOLDERS_MAX  5000
#define PACKAGES_MAX 200
#define FILE_MAX     ((size_t)4 << 20)

struct search {
	struct arena *a;
	struct str_list *out;
	size_t folders;
	struct err *e;
};

static str read_small(struct arena *a, str folder, str name)
{
	str text = { 0 };
	struct err ignored = { 0 };
	return io_read_file(a, path_join(a, folder, name).p, FILE_MAX, &text, &ignored) ? text : (str){ 0 };
}

bool starter_is_package(struct arena *a, str folder)
{
	struct toml_document d;
	struct err ignored = { 0 };
	str text = read_small(a, folder, S("pyproject.toml")), line, rest;
	if (text.n && toml_parse(a, text, S("pyproject.toml"), &d, &ignored) && toml_at(d.root, "build-system")) return true;
	rest = read_small(a, folder, S("setup.cfg"));
	while (str_line(&rest, &line))
		if (str_eq(str_trim(line), S("[metadata]"))) return true;
	return false;
}

static bool is_passed_by(str name)
{
	static const char *const names[] = { "tests",         "test",  "docs", "doc",     "examples",
		                                 "example",       "build", "dist", "scripts", "node_modules",
		                                 "site-packages", "venv",  "env",  "vendor",  NULL };
	for (const char *const *n = names; *n; n++)
		if (str_eq(name, str_from(*n))) return true;
	return str_starts(name, S(".")) || str_ends(name, S(".egg-info"));
}

/* What a TOML string holds as it is. */
static bool fits_in_quotes(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '"' || name.p[i] == '\\') return false;
	return utf8_valid(name);
}

static bool look(struct search *s, str folder, str shown, unsigned depth)
{
	struct str_list names = { 0 };
	if (!io_list(s->a, folder.p, NAMES_MAX, &names, s->e)) return false;
	for (size_t i = 0; i < names.n; i++) {
		struct io_stat st = { 0 };
		if (is_passed_by(names.p[i]) || !fits_in_quotes(names.p[i])) continue;
		str below = path_join(s->a, folder, names.p[i]);
		if (!io_lstat(below.p, &st, s->e)) return false;
		if (!st.is_dir || ++s->folders > FOLDERS_MAX || s->out->n >= PACKAGES_MAX) continue;
		str name = shown.n ? path_join(s->a, shown, names.p[i]) : names.p[i];
		if (starter_is_package(s->a, below))
			*vec_push(s->a, s->out) = name;
		else if (depth < DEPTH_MAX && !look(s, below, name, depth + 1))
			return false;
	}
	return true;
}

bool starter_find_packages(struct arena *a, str folder, struct str_list *out, struct err *e)
{
	struct search s = { .a = a, .out = out, .e = e };
	return look(&s, folder.n ? folder : S("."), (str){ 0 }, 1);
}
