/* source_setuptools_manifest.c: the files that setuptools would put into a source distribution, which is what include-package-data
 * chooses from.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: setuptools/command/egg_info.py (manifest_maker, FileList, translate_pattern) and sdist.py (84): what is in by itself (readme,
 * project files, tests/test*.py, the code, package-data), then MANIFEST.in line by line, then licences and the files that `file:`
 * names; build/ and environments are taken out at the end. Includes are globs over the files, excludes are expressions over what is
 * listed so far; the two understand "**" and "[a-z]" differently (source_pattern.h). */
#include "python/source_setuptools.h"

struct manifest {
	struct setuptools *s;
	const struct source_tree *tree;
	bool *listed;
	uint32_t line;
	bool upwards; /* a pattern has the part ".." */
};

/* --- sets --- */

static void list_path(struct manifest *m, str path)
{
	const struct source_entry *e = source_tree_find(m->tree, path);
	if (e && !e->folder) m->listed[e - m->tree->entries] = true;
}

static void change(struct manifest *m, str pattern, enum pattern_kind kind, bool value)
{
	for (size_t i = 0; i < m->tree->n; i++)
		if (!m->tree->entries[i].folder && pattern_path(pattern, m->tree->entries[i].path, kind)) m->listed[i] = value;
}

/* Everything in the folders that a glob finds. */
static void graft(struct manifest *m, str pattern)
{
	for (size_t i = 0; i < m->tree->n; i++) {
		size_t first, end;
		if (!m->tree->entries[i].folder || !pattern_path(pattern, m->tree->entries[i].path, PATTERN_PLAIN)) continue;
		source_tree_below(m->tree, m->tree->entries[i].path, &first, &end);
		for (size_t j = first; j < end; j++)
			if (!m->tree->entries[j].folder) m->listed[j] = true;
	}
	if (!str_eq(pattern, S("."))) return;
	for (size_t i = 0; i < m->tree->n; i++) m->listed[i] |= !m->tree->entries[i].folder;
}

static void drop_below(struct manifest *m, str folder)
{
	size_t first, end;
	source_tree_below(m->tree, folder, &first, &end);
	for (size_t i = first; i < end; i++) m->listed[i] = false;
}

/* --- MANIFEST.in --- */

/* The folder "." makes patterns that begin with "./", which no path does: such a line has no effect in setuptools either. */
static str deep(struct manifest *m, str folder, str pattern)
{
	if (str_empty(folder)) return arena_fmt(m->s->a, "**/" STR_FMT, STR_ARG(pattern));
	return arena_fmt(m->s->a, STR_FMT "/**/" STR_FMT, STR_ARG(folder), STR_ARG(pattern));
}

static void act(struct manifest *m, str action, str folder, str pattern)
{
	if (str_eq(action, S("include")))
		change(m, pattern, PATTERN_PLAIN, true);
	else if (str_eq(action, S("exclude")))
		change(m, pattern, PATTERN_MANIFEST, false);
	else if (str_eq(action, S("recursive-include")))
		change(m, deep(m, folder, pattern), PATTERN_RECURSIVE, true);
	else if (str_eq(action, S("recursive-exclude")))
		change(m, deep(m, folder, pattern), PATTERN_MANIFEST, false);
	else if (str_eq(action, S("global-include")))
		change(m, deep(m, S(""), pattern), PATTERN_MANIFEST, true);
	else if (str_eq(action, S("global-exclude")))
		change(m, deep(m, S(""), pattern), PATTERN_MANIFEST, false);
	else if (str_eq(action, S("graft")))
		graft(m, pattern);
	else
		change(m, arena_join(m->s->a, pattern, S("/**")), PATTERN_MANIFEST, false);
}

/* How many words stand before the patterns; 0 when there is no such action. */
static size_t words_before(str action)
{
	static const struct {
		const char *name;
		size_t words;
	} actions[] = { { "include", 1 },           { "exclude", 1 },           { "global-include", 1 }, { "global-exclude", 1 },
		            { "recursive-include", 2 }, { "recursive-exclude", 2 }, { "graft", 1 },          { "prune", 1 } };
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (str_eq(action, str_from(actions[i].name))) return actions[i].words;
	return 0;
}

static void bad_line(struct manifest *m, str line)
{
	note_add(m->s->w->notes, NOTE_WARNING, "manifest-line", STR_FMT "/MANIFEST.in:%u: this line means nothing: " STR_FMT,
	         STR_ARG(m->tree->where), (unsigned)m->line, STR_ARG(str_slice(line, 0, 200)));
}

static bool leads_up(str pattern)
{
	return str_eq(pattern, S("..")) || str_starts(pattern, S("../")) || str_ends(pattern, S("/..")) ||
	       str_contains(pattern, S("/../"));
}

static void take_line(struct manifest *m, str line)
{
	struct str_list words = { 0 };
	str rest = line;
	while (rest.n) {
		size_t from = 0, to;
		while (from < rest.n && ascii_space(rest.p[from])) from++;
		for (to = from; to < rest.n && !ascii_space(rest.p[to]);) to++;
		if (to > from) *vec_push(m->s->a, &words) = str_slice(rest, from, to);
		rest = str_from_pos(rest, to);
	}
	if (!words.n) return;
	size_t before = words_before(words.p[0]);
	bool single = str_eq(words.p[0], S("graft")) || str_eq(words.p[0], S("prune"));
	if (!before || words.n <= before || (single && words.n != 2)) {
		bad_line(m, line);
		return;
	}
	for (size_t i = 1; i < words.n; i++) m->upwards |= leads_up(words.p[i]);
	str folder = before == 2 ? pattern_clean(m->s->a, words.p[1]) : S("");
	for (size_t i = before; i < words.n; i++) act(m, words.p[0], folder, pattern_clean(m->s->a, words.p[i]));
}

/* distutils.text_file: up to a "#"; but where a backslash protects the first one, all of them belong to the line. */
static str without_comment(struct arena *a, str line)
{
	struct buf b;
	size_t hash = str_chr(line, '#');
	if (hash == STR_NONE) return str_trim(line);
	if (hash == 0 || line.p[hash - 1] != '\\') return str_trim(str_slice(line, 0, hash));
	buf_init(&b, line.n + 1);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != '\\' || str_at(line, i + 1) != '#') buf_add_char(&b, line.p[i]);
	line = buf_take(&b, a);
	buf_release(&b);
	return str_trim(line);
}

static void take_text(struct manifest *m, str text)
{
	str line, joined = S("");
	while (str_line(&text, &line)) {
		m->line++;
		bool comment = str_starts(str_trim(line), S("#"));
		line = without_comment(m->s->a, line);
		if (comment && joined.n) continue;
		bool more = str_ends(line, S("\\"));
		if (more) line = str_slice(line, 0, line.n - 1);
		line = joined.n ? arena_join(m->s->a, joined, line) : line;
		joined = more && line.n < SOURCE_TEXT_MAX / 1024 ? line : S("");
		if (!more) take_line(m, line);
	}
	if (joined.n) take_line(m, joined);
}

/* --- what is in by itself --- */

static void list_defaults(struct manifest *m)
{
	static const char *const readmes[] = { "README", "README.txt", "README.rst" };
	static const char *const others[] = { "setup.py", "setup.cfg", "pyproject.toml", "MANIFEST.in" };
	for (size_t i = 0; i < 3; i++) {
		if (!source_tree_find(m->tree, str_from(readmes[i]))) continue;
		list_path(m, str_from(readmes[i]));
		break;
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) list_path(m, str_from(others[i]));
	change(m, S("tests/test*.py"), PATTERN_GLOB, true);
	change(m, S("test/test*.py"), PATTERN_GLOB, true);
}

/* What the source distribution was made with: NAME.egg-info/SOURCES.txt in the root folder of the packages. */
static bool list_sources(struct manifest *m)
{
	struct setuptools *s = m->s;
	char *name = arena_cstr(s->a, s->w->facts.name);
	str text, line;
	if (!source_tree_is_sdist(m->tree)) return true;
	for (size_t i = 0; i < s->w->facts.name.n; i++)
		if (name[i] == '-') name[i] = '_';
	str file = arena_fmt(s->a, "%s.egg-info/SOURCES.txt", name);
	str path = setuptools_join(s->a, setuptools_folder(s, S("")), file);
	const struct source_entry *e = source_tree_find(m->tree, path);
	if (!e || e->folder) return true;
	if (!source_text(s->w, path, &text)) return false;
	while (str_line(&text, &line)) list_path(m, str_trim(line));
	return true;
}

bool setuptools_manifest(struct setuptools *s, bool *listed)
{
	struct manifest m = { .s = s, .tree = s->w->tree, .listed = listed };
	static const char *const environments[] = { "build", ".tox", ".nox", ".venv" };
	str text;
	list_defaults(&m);
	if (!list_sources(&m)) return false;
	if (source_tree_find(m.tree, S("MANIFEST.in"))) {
		if (!source_text(s->w, S("MANIFEST.in"), &text)) return false;
		if (!utf8_valid(text) || source_python_odd_space(text, false))
			return source_refuse(s->w, "MANIFEST.in holds blanks or bytes that programs understand in several ways");
		take_text(&m, text);
		if (m.upwards) return source_refuse(s->w, "MANIFEST.in names files by \"..\", which depends on what lies above");
	}
	for (size_t i = 0; i < s->w->facts.license_files.n; i++) list_path(&m, s->w->facts.license_files.p[i]);
	for (size_t i = 0; i < s->referenced.n; i++) list_path(&m, pattern_clean(s->a, s->referenced.p[i]));
	for (size_t i = 0; i < sizeof environments / sizeof *environments; i++) drop_below(&m, str_from(environments[i]));
	return true;
}
