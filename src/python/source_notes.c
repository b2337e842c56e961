/* source_notes.c: what is worth a word about a wheel that is right: things that are seldom meant, whatever the backend.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A backend that packs whole folders leaves nothing out but what its project excludes, which needs no word, and what version control ignores:
 * that is where generated code and built pages stay behind. */
#include "python/source_backend.h"

bool source_is_quiet(str path)
{
	static const char *const endings[] = { ".pyc", ".pyo", "~",    ".orig", ".swp", ".bak", ".tmp", ".log", ".c",
		                                   ".cpp", ".pyx", ".pxd", ".o",    ".a",   ".h",   ".so",  ".pyd", ".rej" };
	size_t slash = str_rchr(path, '/');
	str name = slash == STR_NONE ? path : str_from_pos(path, slash + 1);
	if (str_starts(name, S(".")) || str_contains(path, S("/."))) return true;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_ends(name, str_from(endings[i]))) return true;
	return str_contains(path, S(".egg-info/")) || str_contains(path, S("/node_modules/"));
}

bool source_note_left_out(struct source_work *w, const struct str_list *paths, const char *why)
{
	str list = S("");
	size_t n = 0;
	for (size_t i = 0; i < paths->n; i++) {
		if (source_is_quiet(paths->p[i])) continue;
		if (n++ < 3) list = arena_fmt(w->a, STR_FMT "%s" STR_FMT, STR_ARG(list), list.n ? ", " : "", STR_ARG(paths->p[i]));
	}
	if (!n) return false;
	note_add(w->notes, NOTE_WARNING, "data-left-out",
	         STR_FMT ": %zu file%s of its packages stay%s out of the wheel%s: " STR_FMT "%s", STR_ARG(w->facts.name), n,
	         n == 1 ? "" : "s", n == 1 ? "s" : "", why, STR_ARG(list), n > 3 ? ", ..." : "");
	return true;
}

/* How the backend is told to leave a folder out: what stands before its name, and behind it. */
static const struct {
	const char *backend, *before, *behind;
} ways[] = {
	{ "setuptools", "[tool.setuptools.packages.find] exclude = [\"", "*\"]" },
	{ "hatchling", "[tool.hatch.build.targets.wheel] exclude = [\"/", "\"]" },
	{ "pdm-backend", "[tool.pdm.build] excludes = [\"", "\"]" },
	{ "poetry-core", "[tool.poetry] packages: take `", "` out, or give it format = \"sdist\"" },
	{ "uv_build", "[tool.uv.build-backend] module-name: take `", "` out" },
};

static void help_leave_out(struct source_work *w, const char *backend, const char *name)
{
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (str_eq(str_from(backend), str_from(ways[i].backend)))
			note_help(w->notes, "%s%s%s", ways[i].before, name, ways[i].behind);
}

/* A top-level package of that name beside others: two projects that bring it fall over each other, and it shadows the user's own. */
void source_note_tests(struct source_work *w, const char *backend)
{
	static const char *const names[] = { "tests", "test", "docs", "doc", "examples", "example" };
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		str folder = arena_fmt(w->a, "%s/", names[k]);
		bool found = false, others = false;
		for (size_t i = 0; i < w->members.n; i++) {
			str to = w->members.p[i].to, top = str_slice(to, 0, str_chr(to, '/'));
			if (!str_ends(to, S(".py")) || str_ends(top, S(".data")) || str_ends(top, S(".dist-info"))) continue;
			found |= str_starts(to, folder);
			others |= !str_starts(to, folder);
		}
		if (!found || !others) continue;
		note_add(w->notes, NOTE_WARNING, "top-level-tests", STR_FMT ": the wheel holds the top-level package `%s`",
		         STR_ARG(w->facts.name), names[k]);
		help_leave_out(w, backend, names[k]);
	}
}

/* Members are sorted: the first whose name is not before `name`. */
static size_t lower_bound(const struct source_work *w, str name)
{
	size_t low = 0, high = w->members.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(w->members.p[middle].to, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A file PATH.* or anything below PATH/. */
static bool has_module(const struct source_work *w, str path)
{
	for (size_t i = 0; i < 2; i++) {
		str begin = arena_join(w->a, path, i ? S("/") : S("."));
		size_t at = lower_bound(w, begin);
		if (at < w->members.n && str_starts(w->members.p[at].to, begin)) return true;
	}
	return false;
}

/* A script of a package that is in the wheel, by a module of it that is not. What another distribution brings is not known here. */
void source_note_scripts(struct source_work *w)
{
	for (size_t i = 0; i < w->facts.entry_points.n; i++) {
		const struct source_entry_point *p = &w->facts.entry_points.p[i];
		if (!str_eq(p->group, S("console_scripts")) && !str_eq(p->group, S("gui_scripts"))) continue;
		str module = str_trim(str_slice(p->value, 0, str_chr(p->value, ':')));
		str path = source_module_path(w->a, module), top = str_slice(path, 0, str_chr(path, '/'));
		if (!module.n || !has_module(w, top) || has_module(w, path)) continue;
		note_add(w->notes, NOTE_WARNING, "script-without-module",
		         STR_FMT ": the script `" STR_FMT "` calls " STR_FMT ", which is not in the wheel", STR_ARG(w->facts.name),
		         STR_ARG(p->name), STR_ARG(p->value));
		note_help(w->notes, "correct the entry point, or have " STR_FMT ".py packed", STR_ARG(path));
	}
}
