/* lockfile.c: finds the reader of a lock and runs it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The format follows from the file's name, which each specification fixes (PEP 751 "File name"; Poetry and uv write one name);
 * only requirements files have free names, so that content decides when the name says nothing. */
#include "lockfile/lockfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "lockfile/reader.h"
#include "python/name.h"
#include "python/version.h"

static const struct lock_format_ops *const formats[] = { &lock_format_requirements, &lock_format_pylock,  &lock_format_poetry,
	                                                     &lock_format_uv,           &lock_format_pipfile, &lock_format_pdm };
#define N_FORMATS (sizeof formats / sizeof *formats)

const char *lock_format_name(enum lock_format format)
{
	for (size_t i = 0; i < N_FORMATS; i++)
		if (formats[i]->format == format) return formats[i]->name;
	return format == LOCK_FORMAT_AUTO ? "auto" : "unknown";
}

enum lock_format lock_format_from(str name)
{
	for (size_t i = 0; i < N_FORMATS; i++)
		if (str_ieq(str_from(formats[i]->name), name)) return formats[i]->format;
	if (str_ieq(name, S("requirements"))) return LOCK_FORMAT_REQUIREMENTS;
	if (str_ieq(name, S("pylock"))) return LOCK_FORMAT_PYLOCK;
	if (str_ieq(name, S("poetry"))) return LOCK_FORMAT_POETRY;
	if (str_ieq(name, S("uv"))) return LOCK_FORMAT_UV;
	if (str_ieq(name, S("pipfile"))) return LOCK_FORMAT_PIPFILE;
	if (str_ieq(name, S("pdm"))) return LOCK_FORMAT_PDM;
	return LOCK_FORMAT_UNKNOWN;
}

/* PEP 751: "pylock.toml" or "pylock.NAME.toml" where NAME has no dot. */
static bool is_pylock_name(str base)
{
	if (str_eq(base, S("pylock.toml"))) return true;
	if (!str_starts(base, S("pylock.")) || !str_ends(base, S(".toml")) || base.n <= sizeof "pylock..toml" - 1) return false;
	str name = str_slice(base, sizeof "pylock." - 1, base.n - (sizeof ".toml" - 1));
	return str_chr(name, '.') == STR_NONE;
}

static enum lock_format sniff_text(str text)
{
	/* The writers of the three TOML locks put these marks at the top; 8 kB of comments before them is enough for anybody. */
	str head = str_slice(text, 0, 8192);
	if (str_contains(head, S("\"pipfile-spec\"")) && str_contains(head, S("\"_meta\""))) return LOCK_FORMAT_PIPFILE;
	if (str_contains(head, S("lock_version")) && str_contains(head, S("[metadata]"))) return LOCK_FORMAT_PDM;
	if (str_contains(head, S("lock-version")) && str_contains(head, S("created-by"))) return LOCK_FORMAT_PYLOCK;
	if (str_contains(head, S("by Poetry")) && str_contains(head, S("[[package]]"))) return LOCK_FORMAT_POETRY;
	if (str_contains(head, S("[[package]]")) && str_contains(text, S("[metadata]")) && str_contains(text, S("content-hash")))
		return LOCK_FORMAT_POETRY;
	if (str_contains(head, S("[[package]]")) && str_contains(head, S("requires-python"))) return LOCK_FORMAT_UV;
	if (str_contains(head, S("[[package]]")) || str_contains(head, S("[project]")) || str_contains(head, S("[tool.")))
		return LOCK_FORMAT_UNKNOWN;
	return LOCK_FORMAT_REQUIREMENTS;
}

enum lock_format lock_format_sniff(str path, str text)
{
	str base = path_base(path);
	if (is_pylock_name(base)) return LOCK_FORMAT_PYLOCK;
	if (str_eq(base, S("poetry.lock"))) return LOCK_FORMAT_POETRY;
	if (str_eq(base, S("uv.lock"))) return LOCK_FORMAT_UV;
	if (str_eq(base, S("Pipfile.lock"))) return LOCK_FORMAT_PIPFILE;
	if (str_eq(base, S("pdm.lock"))) return LOCK_FORMAT_PDM;
	static const char *const others[] = { "Pipfile", "pyproject.toml", "package-lock.json" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (str_eq(base, str_from(others[i]))) return LOCK_FORMAT_UNKNOWN;
	if (str_ends(base, S(".txt")) || str_ends(base, S(".in"))) return LOCK_FORMAT_REQUIREMENTS;
	if (str_empty(text)) return LOCK_FORMAT_UNKNOWN;
	return sniff_text(text);
}

static int compare_packages(const void *va, const void *vb)
{
	const struct locked_package *a = va, *b = vb;
	int c = str_cmp(a->name, b->name);
	return c ? c : str_cmp(a->version, b->version);
}

void reader_begin(struct lock_reader *r, struct arena *a, const struct lock_request *request, struct notes *notes)
{
	const struct lock_target *t = request->target;
	*r = (struct lock_reader){ .a = a, .request = request, .target = t, .notes = notes };
	for (size_t i = 0; t && i < MARKER_N_ENVIRONMENT; i++) {
		r->known.values[i] = t->values[i];
		r->assumed.values[i] = t->values[i].p ? t->values[i] : t->assumed[i];
	}
	reader_normalize_names(r->a, &request->extras, &r->extras);
	reader_normalize_names(r->a, &request->groups, &r->groups);
	reader_normalize_names(r->a, &request->only_groups, &r->only_groups);
	sha256_begin(&r->digest);
}

bool reader_format(struct lock_reader *r, str path, const struct lock_format_ops **out, struct err *e)
{
	enum lock_format format = r->request->format;
	if (format == LOCK_FORMAT_AUTO) format = lock_format_sniff(path, r->request->text);
	if (format == LOCK_FORMAT_UNKNOWN) {
		str text = { 0 };
		str base = path_base(path);
		if (!str_eq(base, S("Pipfile")) && !str_eq(base, S("pyproject.toml"))) {
			if (!io_read_file(r->a, arena_cstr(r->a, path), LOCK_FILE_MAX, &text, e)) return false;
			format = lock_format_sniff(path, text);
		}
	}
	for (size_t i = 0; i < N_FORMATS; i++)
		if (formats[i]->format == format) return *out = formats[i], true;
	err_set(e, ERR_FORMAT, "lock-format", "this file is no lock that lamina reads");
	err_where(e, STR_FMT, STR_ARG(path));
	return err_help(
	    e, "use requirements.txt, pylock.toml (also pylock.NAME.toml), poetry.lock, uv.lock, Pipfile.lock or pdm.lock");
}

bool lock_read(struct arena *a, const struct lock_request *request, struct notes *notes, struct locked_set *out,
               struct lock_options *options, struct err *e)
{
	struct locked_set set = { 0 };
	struct lock_options found = { 0 };
	struct lock_reader r;
	reader_begin(&r, a, request, notes);
	r.set = &set;
	r.options = &found;
	const struct lock_format_ops *ops = NULL;
	if (!reader_format(&r, request->path, &ops, e)) return false;
	set.lock_path = request->path;
	set.format = ops->name;
	str text;
	/* A requirements file is read by its own parser, which also reads what it includes. */
	if (ops->format == LOCK_FORMAT_REQUIREMENTS)
		text = request->text;
	else if (!reader_load(&r, request->path, true, &text, e))
		return false;
	if (!ops->read(&r, request->path, text, e)) return false;
	if (ops->format != LOCK_FORMAT_REQUIREMENTS) sha256_end(&r.digest, &set.lock_sha256);
	if (set.packages.n) qsort(set.packages.p, set.packages.n, sizeof *set.packages.p, compare_packages);
	*out = set;
	if (options) *options = found;
	return true;
}
