/* export.h: a lock as requirements that other installers read: what `poetry export` and `uv export` make of their locks.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Universal: no target is chosen. Each package of the lock becomes an item with the environments in which it takes part, as a set
 * (python/marker_set.h), whose marker is written behind the line. Poetry's lines are those of poetry-plugin-export, uv's those of
 * `uv export`; other locks are written in Poetry's manner.
 *
 * Use:
 *     struct export_request r = { .lock = { .path = S("poetry.lock"), .groups = groups, .env = env } };
 *     if (!export_read(arena, &r, notes, &set, e)) return false;
 *     if (!export_text(&set, EXPORT_REQUIREMENTS, options, notes, &buf, e)) return false;
 *
 * Errors: those of lockfile.h; "too-large" for markers with too many cases; ERR_RESOLVE "export-walk" when a poetry.lock before
 *         lock-version 2.1 gives no answer for every environment, "export-pin" for what no format can pin.
 * Lifetime: the arena's, with views into the lock. Threads: none. */
#ifndef LAMINA_LOCKFILE_EXPORT_H
#define LAMINA_LOCKFILE_EXPORT_H

#include "base/buf.h"
#include "lockfile/lockfile.h"
#include "python/marker_set.h"

enum export_format { EXPORT_REQUIREMENTS, EXPORT_CONSTRAINTS, EXPORT_PYLOCK };

struct export_request {
	struct lock_request lock; /* its target may be NULL */
	struct str_list without_groups;
	bool no_project;       /* uv: leave out the project itself */
	bool with_credentials; /* into the URLs of indexes */
	bool files;            /* each item has `locked`, for pylock.toml */
};

struct export_item {
	str name;               /* as it is written */
	struct str_list extras; /* sorted */
	str rest;               /* what follows name and extras: "==1.0", " @ https://..." */
	str line;               /* p != NULL: instead of name, extras and rest: "-e ./x" */
	bool editable;
	uint32_t marker;
	struct str_list hashes;        /* "sha256:hex" in the order of the lines */
	struct locked_package *locked; /* the same package with its files, for pylock.toml */
	size_t order;                  /* of the lines where they are not sorted as text */
};

/* Lines in front: where packages come from. */
struct export_index {
	str url; /* with credentials when they were asked for; secret then */
	bool is_default;
	str trusted_host; /* p == NULL: https */
};

struct export_set {
	struct marker_sets *markers;
	enum marker_style style;
	uint32_t given;  /* environments that the lock is for */
	str python_text; /* p != NULL: `given` as requires-python says it */
	str folder;      /* paths of files are relative to it */
	VEC(struct export_item) items;
	VEC(struct export_index) indexes;
	bool has_indexes;            /* an empty line follows the indexes */
	bool as_text;                /* lines are sorted as text, equal ones are one */
	struct lock_options options; /* of requirements files */
	struct str_list inputs;
	const char *format;
};

bool export_read(struct arena *a, const struct export_request *request, struct notes *notes, struct export_set *out,
                 struct err *e);

enum export_flags { EXPORT_NO_HASHES = 1, EXPORT_NO_URLS = 2 };
/* requirements.txt and constraints.txt. */
bool export_text(struct arena *a, struct export_set *set, enum export_format format, unsigned flags, struct notes *notes,
                 struct buf *out, struct err *e);

/* pylock.toml, for a file in `folder`. Every file must have its place by now (pipeline/export_files.c asks indexes for it).
 * Errors: ERR_RESOLVE "export-pin" for what the format cannot say. */
bool export_pylock(struct arena *a, struct export_set *set, str folder, struct buf *out, struct err *e);

#endif
