/* slim.c: the rules of --slim, one small predicate a word.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/slim.h"

static const struct {
	const char *word;
	uint32_t bit;
} words[] = {
	{ "pyc", SLIM_PYC },         { "tests", SLIM_TESTS },         { "docs", SLIM_DOCS }, { "type-stubs", SLIM_TYPE_STUBS },
	{ "headers", SLIM_HEADERS }, { "dist-info", SLIM_DIST_INFO },
};

bool slim_word(str word, uint32_t *bit, struct err *e)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!str_eq(word, str_from(words[i].word))) continue;
		*bit = words[i].bit;
		return true;
	}
	err_set(e, ERR_USAGE, "unknown-slim", "`" STR_FMT "` is nothing that --slim knows", STR_ARG(word));
	return err_help(e, "choose from " SLIM_WORDS ", or --no-slim to keep every file");
}

/* True when a folder of the path (not the file itself) has the name. */
static bool has_folder(str path, str name)
{
	str part, rest = path;
	while (str_cut(rest, '/', &part, &rest))
		if (str_eq(part, name)) return true;
	return false;
}

static str base_name(str path)
{
	size_t slash = str_rchr(path, '/');
	return slash == STR_NONE ? path : str_from_pos(path, slash + 1);
}

static bool ends_in_one_of(str path, const char *const *endings)
{
	for (; *endings; endings++)
		if (str_ends(path, str_from(*endings))) return true;
	return false;
}

static bool is_pyc(str path)
{
	return str_ends(path, S(".pyc")) || str_ends(path, S(".pyo")) || has_folder(path, S("__pycache__"));
}

/* Folders called `tests` and the configuration that only pytest reads. `test` and `testing` stay: django.test, numpy.testing and
 * others are part of their packages' interface. */
static bool is_test(str path) { return has_folder(path, S("tests")) || str_eq(base_name(path), S("conftest.py")); }

/* Documents, never code: botocore.docs and boto3.docs are modules that are imported at run time. */
static bool is_document(str path)
{
	static const char *const documents[] = { ".rst", ".md", ".html", ".css", ".pdf", ".png", ".svg", ".ipynb", NULL };
	if (str_starts(path, S("share/doc/")) || str_starts(path, S("share/man/"))) return true;
	bool place = has_folder(path, S("docs")) || has_folder(path, S("doc")) || has_folder(path, S("examples"));
	return place && ends_in_one_of(path, documents);
}

static bool is_stub(str path) { return str_ends(path, S(".pyi")) || str_eq(base_name(path), S("py.typed")); }

static bool is_header(str path)
{
	static const char *const endings[] = { ".h", ".hh", ".hpp", ".hxx", ".inl", ".pxd", ".pxi", NULL };
	return ends_in_one_of(path, endings);
}

/* importlib.metadata and pkg_resources read METADATA, entry_points.txt and top_level.txt; licences must travel with the code. */
static bool needed_in_dist_info(str name)
{
	static const char *const kept[] = { "METADATA", "entry_points.txt", "top_level.txt", NULL };
	for (const char *const *k = kept; *k; k++)
		if (str_eq(name, str_from(*k))) return true;
	static const char *const licences[] = { "license", "licence", "copying", "notice", "authors", "licenses/", NULL };
	for (const char *const *l = licences; *l; l++)
		if (str_istarts(name, str_from(*l))) return true;
	return false;
}

bool slim_drops(uint32_t bits, str path, str dist_info)
{
	if (bits & SLIM_NOTHING) return false;
	if (path.n > dist_info.n && str_starts(path, dist_info) && path.p[dist_info.n] == '/')
		return (bits & SLIM_DIST_INFO) && !needed_in_dist_info(str_from_pos(path, dist_info.n + 1));
	if ((bits & SLIM_PYC) && is_pyc(path)) return true;
	if ((bits & SLIM_TESTS) && is_test(path)) return true;
	if ((bits & SLIM_DOCS) && is_document(path)) return true;
	if ((bits & SLIM_TYPE_STUBS) && is_stub(path)) return true;
	return (bits & SLIM_HEADERS) && is_header(path);
}
