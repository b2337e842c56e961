/* private_git.c: looks for the repository of a folder, and reads its rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/private_git.h"

#include "base/io.h"
#include "python/source_git.h"

#define DEPTH_MAX  64
#define IGNORE_MAX ((size_t)1 << 20)
#define CONFIG_MAX ((size_t)1 << 20)
#define LINK_MAX   ((size_t)8192)

static bool is_there(struct arena *a, str folder, str name)
{
	struct io_stat st;
	struct err ignored = { 0 };
	return io_stat(path_join(a, folder, name).p, &st, &ignored) && st.exists;
}

/* A regular file's text; not that of a link when git would not follow it. */
static bool text_of(struct arena *a, str path, size_t max, bool follow, str *text)
{
	struct io_stat st;
	struct err ignored = { 0 };
	path = arena_str(a, path);
	if (!(follow ? io_stat(path.p, &st, &ignored) : io_lstat(path.p, &st, &ignored)) || !st.is_regular) return false;
	return io_read_file(a, path.p, max, text, &ignored);
}

/* One line of a file, "gitdir: " taken away. */
static bool line_of(struct arena *a, str path, str prefix, str *line)
{
	str text;
	if (!text_of(a, path, LINK_MAX, true, &text) || !str_starts(text, prefix)) return false;
	*line = str_trim(str_from_pos(text, prefix.n));
	return line->n > 0;
}

/* --- the repository --- */

/* FOLDER/.git, be it a folder or a file that names one. */
static bool open_repository(struct arena *a, str folder, struct private_git *g)
{
	struct io_stat st;
	struct err ignored = { 0 };
	str git = path_join(a, folder, S(".git")), target;
	if (!io_stat(git.p, &st, &ignored) || !st.exists) return false;
	if (st.is_regular) {
		if (!line_of(a, git, S("gitdir:"), &target)) return false;
		git = path_join(a, folder, target);
	}
	g->folder = g->common = git;
	if (line_of(a, path_join(a, git, S("commondir")), S(""), &target)) g->common = path_join(a, git, target);
	return is_there(a, git, S("HEAD")) && is_there(a, g->common, S("objects"));
}

static bool find_repository(struct arena *a, str real, bool here_only, struct private_git *g)
{
	str top = real;
	for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
		if (open_repository(a, top, g)) {
			g->top = top;
			str below = str_from_pos(real, top.n == 1 ? 1 : top.n + 1);
			g->above = top.n < real.n ? arena_fmt(a, STR_FMT "/", STR_ARG(below)) : (str){ 0 };
			return true;
		}
		*vec_push(a, &g->vcs.inputs) = path_join(a, top, S(".git/HEAD"));
		if (here_only || str_eq(top, path_dir(top))) return false;
		top = path_dir(top);
	}
	return false;
}

bool private_git_is_nested(struct arena *a, str path)
{
	struct private_git g = { 0 };
	return open_repository(a, path, &g);
}

/* A value of the repository's own configuration; keys have no case. */
static str setting(struct arena *a, const struct private_git *g, str section, str key)
{
	str text, line, value = { 0 };
	bool inside = false;
	if (!text_of(a, path_join(a, g->common, S("config")), CONFIG_MAX, true, &text)) return value;
	while (str_line(&text, &line)) {
		str name, rest;
		line = str_trim(line);
		if (str_starts(line, S("["))) {
			inside = str_ieq(str_trim(str_slice(line, 1, str_chr(line, ']'))), section);
		} else if (inside && str_cut(line, '=', &name, &rest) && str_ieq(str_trim(name), key)) {
			value = str_trim(rest);
			if (value.n > 1 && str_starts(value, S("\"")) && str_ends(value, S("\""))) value = str_slice(value, 1, value.n - 1);
		}
	}
	return value;
}

/* --- what it tracks --- */

static const char *tracked(void *context, struct arena *a, struct str_list *paths)
{
	const struct private_git *g = context;
	struct io_stat st;
	struct err ignored = { 0 };
	str path = path_join(a, g->folder, S("index")), index;
	size_t id = str_ieq(setting(a, g, S("extensions"), S("objectformat")), S("sha256")) ? 32 : 20;
	if (io_stat(path.p, &st, &ignored) && !st.exists) return NULL; /* nothing was ever added */
	if (!text_of(a, path, GIT_INDEX_MAX, true, &index)) return "the index cannot be read";
	return git_index_paths(a, index, id, g->above, paths);
}

/* --- rules --- */

static void add_file(struct arena *a, struct ignore_rules *rules, str path, bool follow, str folder)
{
	str text;
	if (text_of(a, path, IGNORE_MAX, follow, &text)) ignore_add(a, rules, folder, text);
}

void private_git_add_rules(struct arena *a, struct ignore_rules *rules, str path, str folder)
{
	add_file(a, rules, path_join(a, path, S(".gitignore")), false, folder);
}

/* Those that count least come first: the repository's own settings, then .gitignore files from the top down. */
static void take_rules(struct arena *a, struct private_git *g)
{
	str exclude = path_join(a, g->common, S("info/exclude")), other = setting(a, g, S("core"), S("excludesfile"));
	*vec_push(a, &g->vcs.inputs) = path_join(a, g->common, S("config"));
	*vec_push(a, &g->vcs.inputs) = exclude;
	*vec_push(a, &g->vcs.inputs) = path_join(a, g->folder, S("index"));
	if (path_is_absolute(other)) {
		*vec_push(a, &g->vcs.inputs) = other;
		add_file(a, &g->rules, other, true, (str){ 0 });
	}
	add_file(a, &g->rules, exclude, true, (str){ 0 });
	/* The folder's own rules are read when it is walked. */
	for (size_t at = 0; at < g->above.n; at++) {
		if (at && g->above.p[at - 1] != '/') continue;
		str folder = at ? str_slice(g->above, 0, at - 1) : (str){ 0 };
		str path = folder.n ? path_join(a, g->top, folder) : g->top;
		*vec_push(a, &g->vcs.inputs) = path_join(a, path, S(".gitignore"));
		private_git_add_rules(a, &g->rules, path, folder);
	}
}

/* "*" at the top of a repository names the top itself, too; git does not know it for a folder then. */
static bool names_all(const struct ignore_rule *rule)
{
	if (rule->folder.n || !rule->anywhere || rule->folders_only) return false;
	for (size_t i = 0; i < rule->pattern.n; i++)
		if (rule->pattern.p[i] != '*') return false;
	return true;
}

bool private_git_ignores_folder(const struct private_git *g)
{
	if (!g->top.n) return false;
	for (size_t i = 0; i < g->above.n; i++)
		if (g->above.p[i] == '/' && ignore_match(&g->rules, str_slice(g->above, 0, i), true)) return true;
	for (size_t i = g->above.n ? 0 : g->rules.list.n; i > 0; i--)
		if (names_all(&g->rules.list.p[i - 1])) return !g->rules.list.p[i - 1].negated;
	return false;
}

/* --- hatchling's way --- */

/* The nearest file of that name; the search ends where the version control's own folder stands, and does not look at it otherwise. */
static str nearest_above(struct arena *a, str real, str name, str boundary, struct str_list *inputs)
{
	str folder = real, text = { 0 };
	for (unsigned depth = 0; depth < DEPTH_MAX; depth++) {
		str path = path_join(a, folder, name);
		if (depth) *vec_push(a, inputs) = path;
		if (depth && text_of(a, path, IGNORE_MAX, true, &text)) return text.p ? text : S("");
		if (!depth && is_there(a, folder, name)) break; /* its own, which is in the tree */
		if (is_there(a, folder, boundary) || str_eq(folder, path_dir(folder))) break;
		folder = path_dir(folder);
	}
	return (str){ 0 };
}

void private_git_read(struct arena *a, str real, struct private_git *out)
{
	struct private_git g = { 0 };
	bool sdist = is_there(a, real, S("PKG-INFO")) && !is_there(a, real, S(".git"));
	if (find_repository(a, real, sdist, &g)) {
		take_rules(a, &g);
		g.vcs.git = true;
		g.vcs.tracked = tracked;
	} else {
		g.top = g.above = (str){ 0 };
	}
	if (!sdist) {
		g.vcs.upper_gitignore = nearest_above(a, real, S(".gitignore"), S(".git"), &g.vcs.inputs);
		g.vcs.upper_hgignore = nearest_above(a, real, S(".hgignore"), S(".hg"), &g.vcs.inputs);
	}
	*out = g;
	out->vcs.context = out;
}
