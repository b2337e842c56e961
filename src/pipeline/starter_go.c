/* starter_go.c: reads package clauses and imports, and nothing below them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/starter_go.h"

#include "base/io.h"
#include "golang/go_list.h"

#define DEPTH_MAX    12
#define FOLDERS_MAX  20000
#define NAMES_MAX    20000
#define FILE_MAX     ((size_t)4 << 20)
#define PROGRAMS_MAX 1000
#define LIBRARY      "github.com/aws/aws-lambda-go/lambda"

struct search {
	struct arena *a;
	struct starter_programs *out;
	size_t folders;
	struct err *e;
};

/* The next line of code: without comments, "" for none. */
static str code_of(str line, bool *in_comment)
{
	for (;;) {
		line = str_trim(line);
		if (*in_comment) {
			size_t end = str_find(line, S("*/"));
			if (end == STR_NONE) return (str){ 0 };
			line = str_from_pos(line, end + 2);
			*in_comment = false;
		} else if (str_starts(line, S("/*"))) {
			*in_comment = true;
			line = str_from_pos(line, 2);
		} else {
			return str_starts(line, S("//")) ? (str){ 0 } : line;
		}
	}
}

/* Does the file begin "package main" and import the library? Imports end with the first other declaration. */
static bool is_function(str text)
{
	str line, rest = text;
	bool in_comment = false, main = false, in_imports = false;
	while (str_line(&rest, &line)) {
		if (!in_comment && str_starts(line, S("//go:build ignore"))) return false; /* an example, run by name */
		str code = code_of(line, &in_comment);
		if (code.n == 0) continue;
		if (str_starts(code, S("package "))) {
			str name = str_trim(str_from_pos(code, 8));
			main = str_eq(name, S("main")) || str_starts(name, S("main ")) || str_starts(name, S("main/")) ||
			       str_starts(name, S("main;"));
			if (!main) return false;
			continue;
		}
		if (str_starts(code, S("import"))) in_imports = true;
		if (!in_imports) return false;
		if (str_contains(code, S("\"" LIBRARY "\""))) return true;
		if (str_starts(code, S("func ")) || str_starts(code, S("type ")) || str_starts(code, S("var ")) ||
		    str_starts(code, S("const ")))
			return false;
	}
	return false;
}

static bool skipped(str name)
{
	return str_starts(name, S(".")) || str_starts(name, S("_")) || str_eq(name, S("vendor")) || str_eq(name, S("testdata")) ||
	       str_eq(name, S("node_modules"));
}

static bool is_taken(const struct search *s, str name)
{
	for (size_t i = 0; i < s->out->list.n; i++)
		if (str_eq(s->out->list.p[i].name, name)) return true;
	return false;
}

/* As go names the program of the module's own folder: a clone has any name. */
static str module_name(struct search *s, str folder)
{
	str text, line;
	struct err ignored = { 0 };
	if (!io_read_file(s->a, path_join(s->a, folder, S("go.mod")).p, FILE_MAX, &text, &ignored)) return path_base(folder);
	while (str_line(&text, &line)) {
		str word, rest;
		if (!str_cut(str_trim(line), ' ', &word, &rest) || !str_eq(word, S("module"))) continue;
		str_cut(str_trim(rest), ' ', &word, &rest);
		if (word.n > 2 && word.p[0] == '"' && word.p[word.n - 1] == '"') word = str_slice(word, 1, word.n - 1);
		return go_program_name(word);
	}
	return path_base(folder);
}

/* "cmd/worker" -> "worker", and "cmd-worker" when that is taken. */
static str name_of(struct search *s, str relative, str root)
{
	str base = relative.n ? path_base(relative) : module_name(s, root);
	for (int whole = 0; whole < 2; whole++) {
		char *name = arena_cstr(s->a, whole ? relative : base);
		size_t n = 0;
		for (const char *p = name; *p && n < 60; p++) name[n++] = ascii_alnum(*p) || *p == '_' ? *p : '-';
		str made = { name, n };
		if (n && !is_taken(s, made)) return made;
	}
	return arena_fmt(s->a, "function-%zu", s->out->list.n + 1);
}

static bool walk(struct search *s, str root, str relative, unsigned depth)
{
	struct str_list names = { 0 };
	str folder = relative.n ? path_join(s->a, root, relative) : root;
	bool found = false;
	struct err unreadable = { 0 };
	if (depth > DEPTH_MAX || ++s->folders > FOLDERS_MAX || s->out->list.n >= PROGRAMS_MAX) return true;
	if (!io_list(s->a, folder.n ? folder.p : ".", NAMES_MAX, &names, &unreadable)) return true;
	for (size_t i = 0; i < names.n && !found; i++) {
		struct arena scratch = { 0 };
		str text;
		if (!str_ends(names.p[i], S(".go")) || str_ends(names.p[i], S("_test.go"))) continue;
		found =
		    io_read_file(&scratch, path_join(s->a, folder, names.p[i]).p, FILE_MAX, &text, &unreadable) && is_function(text);
		arena_release(&scratch);
		if (!found) continue;
		str absolute;
		if (!path_absolute(s->a, root.n ? root : S("."), &absolute, s->e)) return false;
		*vec_push(s->a, &s->out->list) = (struct starter_program){ name_of(s, relative, absolute),
			                                                       relative.n ? arena_join(s->a, S("./"), relative) : S(".") };
	}
	for (size_t i = 0; i < names.n; i++) {
		struct io_stat st;
		str below = relative.n ? path_join(s->a, relative, names.p[i]) : names.p[i];
		if (skipped(names.p[i]) || !io_lstat(path_join(s->a, root, below).p, &st, &unreadable) || !st.is_dir) continue;
		if (!walk(s, root, below, depth + 1)) return false;
	}
	return true;
}

bool starter_find_go(struct arena *a, str folder, struct starter_programs *out, struct err *e)
{
	struct search s = { .a = a, .out = out, .e = e };
	struct io_stat st, work;
	*out = (struct starter_programs){ 0 };
	struct err ignored = { 0 };
	if (!io_stat(path_join(a, folder, S("go.mod")).p, &st, &ignored) ||
	    !io_stat(path_join(a, folder, S("go.work")).p, &work, &ignored))
		return true;
	out->has_module = st.exists || work.exists;
	return !out->has_module || walk(&s, folder, (str){ 0 }, 0);
}
