/* lockfile.h: reads what people lock with - requirements.txt, pylock.toml, poetry.lock, uv.lock, Pipfile.lock, pdm.lock - as one kind of answer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A reader turns one file, and the files it includes or stands beside, into the packages that take part for ONE target: markers
 * are evaluated, groups and extras chosen, dependencies walked where the format asks for it. It names every file that the lock
 * allows for a package; lockfile/select.h then chooses one of them. Nothing here uses the network or the process's environment.
 *
 * Use:
 *     struct lock_target lt = { .tags = &tags, .text = S("python3.12/arm64"), .python_minor = 12, .glibc_minor = 34, ... };
 *     target_markers(arena, &target, lt.values, lt.assumed);                  // target/target.h
 *     struct lock_request r = { .path = S("uv.lock"), .target = &lt, .extras = extras, .env = env };
 *     if (!lock_read(arena, &r, notes, &set, &options, e)) return false;      // packages, files, hashes
 *     if (!lock_prune(arena, &set, &only, &exclude, notes, e)) return false;  // lockfile/prune.h
 *     if (!lock_select(arena, &set, &lt, 0, e)) return false;                 // lockfile/select.h: package.chosen
 *
 * Markers that the target leaves unknown are decided by lt.assumed: the package gets `assumed`, and a note "assumed-marker" says so.
 * Paths of files are relative to the folder of request.path, or absolute.
 * Errors: ERR_FORMAT for what is wrong in the file (`where` = FILE:LINE:COLUMN, `why` = the line and a caret), ERR_RESOLVE where a
 *         lock and the request or its project disagree, ERR_USAGE for extras and groups that do not exist, ERR_IO for files.
 *         Ids: "toml", "lock-format", "lock-version", "lock-field", "lock-duplicate", "lock-hash", "lock-stale", "lock-target",
 *         "lock-missing-package", "unknown-extra", "unknown-group", "requirements", "requirements-recursion", "hash-missing",
 *         "hash-weak", "conflict", "not-found", "too-large".
 * Limits: LOCK_FILE_MAX bytes a file, LOCK_PACKAGES_MAX packages, REQUIREMENTS_* in requirements.h. Time is linear in the lock.
 * Lifetime: everything given out belongs to the arena; the request must live as long as the call.
 * Threads:  no state. */
#ifndef LAMINA_LOCKFILE_LOCKFILE_H
#define LAMINA_LOCKFILE_LOCKFILE_H

#include "base/env.h"
#include "base/err.h"
#include "model/lock.h"
#include "model/note.h"
#include "python/marker.h"
#include "python/tags.h"

#define LOCK_FILE_MAX     ((size_t)64 << 20)
#define LOCK_PACKAGES_MAX ((size_t)500000)

enum lock_format {
	LOCK_FORMAT_AUTO, /* from the file's name, else its content */
	LOCK_FORMAT_REQUIREMENTS,
	LOCK_FORMAT_PYLOCK,
	LOCK_FORMAT_POETRY,
	LOCK_FORMAT_UV,
	LOCK_FORMAT_PIPFILE,
	LOCK_FORMAT_PDM,
	LOCK_FORMAT_UNKNOWN /* what lock_format_sniff says about Pipfile, pyproject.toml and the like */
};

/* "requirements.txt", "pylock.toml", "poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock". */
const char *lock_format_name(enum lock_format format);
/* From the format's own name, as a user may write it; LOCK_FORMAT_UNKNOWN when it is none. */
enum lock_format lock_format_from(str name);
/* From the name of the file (pylock.toml, pylock.NAME.toml, poetry.lock, uv.lock, Pipfile.lock, pdm.lock, *.txt, *.in), else from the first tables of
 * the text; text may be empty. */
enum lock_format lock_format_sniff(str path, str text);

/* What a target answers, as plain values: this folder does not know the table of runtimes. */
struct lock_target {
	str values[MARKER_N_ENVIRONMENT];  /* p == NULL: unknown before run time */
	str assumed[MARKER_N_ENVIRONMENT]; /* what decides when the marker stays unknown; p == NULL: nothing to assume */
	const struct tag_list *tags;
	str text;         /* "python3.12/arm64", for messages */
	int python_minor; /* for "needs glibc 2.39, ..."; -1 when only tags are known */
	int glibc_minor;
	str machine; /* "x86_64", "aarch64" */
};

struct lock_request {
	str path;                   /* of the lock, relative to the process's folder or absolute */
	struct str_list more_paths; /* requirements.txt only: further files of the same set (-r given several times) */
	str text;                   /* p != NULL: the bytes of `path`, already read (standard input, tests) */
	str member;       /* folder of a uv workspace's member: it is meant, not the project beside the lock; empty: that one */
	str project_text; /* p != NULL: the bytes of the pyproject.toml beside it, likewise */
	enum lock_format format;
	const struct lock_target *target;
	struct str_list extras;      /* of the project; any spelling */
	struct str_list groups;      /* besides the default ones */
	struct str_list only_groups; /* not empty: these and neither the default groups nor the project's own dependencies */
	bool all_extras;
	bool no_default_groups;
	bool frozen;           /* do not compare the lock with its project */
	const struct env *env; /* for ${NAME} in requirements files; NULL = empty */
};

/* What a requirements file says about where packages come from (empty for other formats). */
struct lock_options {
	str index_url; /* p == NULL: not given */
	struct str_list extra_index_urls;
	struct str_list find_links; /* relative ones joined to the folder of their file when they exist there, as pip does */
	struct str_list trusted_hosts;
	struct str_list only_binary, no_binary; /* normalised names, or ":all:" */
	bool no_index, pre, prefer_binary, require_hashes;
};

/* options may be NULL. Packages come sorted by name, then version, with chosen = SIZE_MAX. */
bool lock_read(struct arena *a, const struct lock_request *request, struct notes *notes, struct locked_set *out,
               struct lock_options *options, struct err *e);

#endif
