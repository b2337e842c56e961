/* plan_collide.c: two distributions, or the project and a distribution, that own one path.
 * SPDX-License-Identifier: Apache-2.0
 *
 * pip lets the last writer win, so that the result depends on the order of installation. Here equal bytes are one file; different
 * bytes are an error where they could change what is imported, and a warning where they cannot; `prefer` decides either. */
#include <string.h>

#include "base/glob.h"
#include "pipeline/plan_parts.h"

/* Warnings about files that two bring; one wheel may hold 100,000 of them. */
#define COLLISIONS_TOLD 20

/* The candidates [from, to) that share a name. */
struct group {
	size_t from, to;
};

static str owner(const struct plan_work *w, const struct candidate *c)
{
	return c->entry.distribution == PLAN_PROJECT ? S("the project") : w->distributions[c->entry.distribution].name;
}

static void content_of(const struct candidate *c, struct sha256 *digest)
{
	switch (c->entry.source) {
	case PLAN_WHEEL: *digest = c->entry.u.wheel->sha256; return;
	case PLAN_FILE: *digest = c->entry.u.file->sha256; return;
	case PLAN_TEXT: sha256_of(c->entry.u.text, digest); return;
	}
}

static bool all_equal(const struct plan_work *w, struct group g)
{
	struct sha256 first, other;
	content_of(&w->all.p[g.from], &first);
	for (size_t i = g.from + 1; i < g.to; i++) {
		content_of(&w->all.p[i], &other);
		if (!sha256_eq(&first, &other) || w->all.p[i].is_record) return false;
	}
	return !w->all.p[g.from].is_record;
}

static void keep_only(struct plan_work *w, struct group g, size_t winner, bool twins)
{
	for (size_t i = g.from; i < g.to; i++) {
		if (i == winner) continue;
		w->all.p[i].dropped = true;
		w->all.p[i].is_twin = twins;
		if (twins && w->all.p[i].entry.mode == 0755) w->all.p[winner].entry.mode = 0755;
	}
}

/* Paths are those in the artifact; what is importable may be named as Python sees it, too, whatever the layout is. */
static bool names_path(const struct plan_work *w, str glob, str name)
{
	if (glob_match(glob, name)) return true;
	return w->site.n && str_starts(name, w->site) && glob_match(glob, str_from_pos(name, w->site.n));
}

/* The candidate that `prefer` names, or STR_NONE. The last matching rule that names an owner wins, as in .gitignore. */
static size_t preferred(const struct plan_work *w, struct group g)
{
	size_t found = STR_NONE;
	for (size_t p = 0; p < w->artifact->prefer.n; p++) {
		const struct artifact_prefer *rule = &w->artifact->prefer.p[p];
		if (!names_path(w, rule->glob, w->all.p[g.from].entry.name)) continue;
		for (size_t i = g.from; i < g.to; i++) {
			bool project = w->all.p[i].entry.distribution == PLAN_PROJECT;
			if (project ? str_eq(rule->distribution, S(".")) : str_eq(rule->distribution, owner(w, &w->all.p[i]))) found = i;
		}
	}
	return found;
}

/* Folders at the top of the site folder that are not meant to be imported, whoever put them there. */
static bool is_stray_folder(str top)
{
	static const char *const names[] = { "tests", "test",  "docs", "doc",     "examples", "example", "benchmarks",
		                                 "bin",   "share", "man",  "include", "etc",      NULL };
	for (const char *const *n = names; *n; n++)
		if (str_eq(top, str_from(*n))) return true;
	return false;
}

static bool is_code(str path)
{
	str base = path;
	size_t slash = str_rchr(path, '/');
	if (slash != STR_NONE) base = str_from_pos(path, slash + 1);
	return str_ends(base, S(".py")) || str_ends(base, S(".pyi")) || str_ends(base, S(".pyc")) || str_ends(base, S(".so")) ||
	       str_contains(base, S(".so.")) || str_ends(base, S(".pth"));
}

/* The first candidate whose name is not before `name`. */
static size_t lower_bound(const struct plan_work *w, str name)
{
	size_t low = 0, high = w->all.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(w->all.p[middle].entry.name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does the top folder hold anything that can be imported, so that a data file in it belongs to a package? Collisions come in the
 * order of names, so that the answer for the folder before is nearly always the one that is wanted. */
static bool folder_has_code(struct plan_work *w, str folder)
{
	if (str_eq(folder, w->judged_folder)) return w->judged_code;
	w->judged_folder = folder;
	w->judged_code = false;
	for (size_t i = lower_bound(w, arena_join(w->a, folder, S("/"))); i < w->all.n && !w->judged_code; i++) {
		str name = w->all.p[i].entry.name;
		if (!str_starts(name, folder) || str_at(name, folder.n) != '/') break;
		w->judged_code = is_code(name);
	}
	return w->judged_code;
}

static bool can_be_imported(struct plan_work *w, str name)
{
	if (!str_starts(name, w->site)) return false;
	str path = str_from_pos(name, w->site.n), top, rest;
	if (!str_cut(path, '/', &top, &rest)) return is_code(path);
	if (is_stray_folder(top)) return false;
	return is_code(path) || folder_has_code(w, str_slice(name, 0, w->site.n + top.n));
}

/* The first of the group whose bytes are not those of its first. */
static const struct candidate *other_content(const struct plan_work *w, struct group g)
{
	struct sha256 first, other;
	content_of(&w->all.p[g.from], &first);
	for (size_t i = g.from + 1; i < g.to; i++) {
		content_of(&w->all.p[i], &other);
		if (!sha256_eq(&first, &other)) return &w->all.p[i];
	}
	return &w->all.p[g.from + 1];
}

static bool refuse(struct plan_work *w, struct group g)
{
	const struct candidate *first = &w->all.p[g.from], *second = other_content(w, g);
	str name = first->entry.name;
	err_set(w->e, ERR_FORMAT, "collision", STR_FMT " and " STR_FMT " both bring `" STR_FMT "`, with different content",
	        STR_ARG(owner(w, first)), STR_ARG(owner(w, second)), STR_ARG(name));
	err_why(w->e, "the file can be imported, so which of them is there decides what the code does");
	bool project = second->entry.distribution == PLAN_PROJECT;
	return err_help(w->e, "choose one: --prefer '" STR_FMT "=" STR_FMT "', or prefer = { \"" STR_FMT "\" = \"" STR_FMT "\" }",
	                STR_ARG(name), STR_ARG(project ? S(".") : owner(w, first)), STR_ARG(name),
	                STR_ARG(project ? S(".") : owner(w, first)));
}

/* Two private packages with an empty "NAME/__init__.py": nothing collides yet, and importing NAME finds the files of both. A namespace
 * package has no such file, or one that says so. */
static void say_same_import_name(struct plan_work *w, struct group g)
{
	const struct candidate *first = &w->all.p[g.from], *second = &w->all.p[g.from + 1];
	str name = first->entry.name, top, rest;
	if (first->entry.distribution == PLAN_PROJECT || second->entry.distribution == PLAN_PROJECT || !str_starts(name, w->site))
		return;
	const struct distribution *x = &w->distributions[first->entry.distribution],
	                          *y = &w->distributions[second->entry.distribution];
	if (!x->backend || !y->backend || first->entry.source != PLAN_WHEEL || first->entry.u.wheel->usize) return;
	if (!str_cut(str_from_pos(name, w->site.n), '/', &top, &rest) || !str_eq(rest, S("__init__.py"))) return;
	note_add(w->notes, NOTE_WARNING, "same-import-name",
	         "the private packages " STR_FMT " and " STR_FMT " are both imported as `" STR_FMT "`", STR_ARG(x->name),
	         STR_ARG(y->name), STR_ARG(top));
	note_help(w->notes, "rename one; to share the name on purpose, take the empty " STR_FMT "/__init__.py out of both",
	          STR_ARG(top));
}

static bool decide(struct plan_work *w, struct group g)
{
	if (all_equal(w, g)) {
		say_same_import_name(w, g);
		keep_only(w, g, g.from, true);
		return true;
	}
	str name = w->all.p[g.from].entry.name;
	size_t winner = preferred(w, g);
	if (winner != STR_NONE) {
		keep_only(w, g, winner, false);
		note_add(w->notes, NOTE_VERBOSE, "preferred", "`" STR_FMT "` is that of " STR_FMT ", as `prefer` says", STR_ARG(name),
		         STR_ARG(owner(w, &w->all.p[winner])));
		return true;
	}
	if (can_be_imported(w, name)) return refuse(w, g);
	keep_only(w, g, g.from, false);
	if (w->collisions++ >= COLLISIONS_TOLD) return true;
	note_add(w->notes, NOTE_WARNING, "collision",
	         STR_FMT " and " STR_FMT " both bring `" STR_FMT "` with different content; that of " STR_FMT " is kept",
	         STR_ARG(owner(w, &w->all.p[g.from])), STR_ARG(owner(w, other_content(w, g))), STR_ARG(name),
	         STR_ARG(owner(w, &w->all.p[g.from])));
	note_help(w->notes, "nothing imports it; --prefer '" STR_FMT "=NAME' chooses another", STR_ARG(name));
	return true;
}

bool plan_collide(struct plan_work *w)
{
	for (size_t i = 0; i < w->all.n;) {
		struct group g = { i, i + 1 };
		while (g.to < w->all.n && str_eq(w->all.p[g.to].entry.name, w->all.p[i].entry.name)) g.to++;
		if (g.to - g.from > 1 && !decide(w, g)) return false;
		i = g.to;
	}
	if (w->collisions > COLLISIONS_TOLD)
		note_add(w->notes, NOTE_WARNING, "collision", "%zu more paths are brought by two distributions with different content",
		         w->collisions - COLLISIONS_TOLD);
	return true;
}
