/* resolution.h: what resolving gave: the versions and files for several targets at once, ready to be written as one lock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made by pipeline/resolve, written by lockfile/pylock_write. A package appears once per version; which targets, extras and groups
 * of the project want it is in its uses.
 * Lifetime: the arena's. */
#ifndef LAMINA_MODEL_RESOLUTION_H
#define LAMINA_MODEL_RESOLUTION_H

#include "model/lock.h"

#define RESOLUTION_TARGETS_MAX 64

/* One file that the lock may install from. */
struct resolved_file {
	struct locked_file locked; /* name, url or path, digest, size */
	str upload_time;           /* as the index says it; empty when it does not */
	uint64_t targets;          /* bit i: chosen for targets[i] */
};

/* Who wants a package: the project itself (both empty), one of its extras, or one of its groups; on these targets. */
struct resolved_use {
	str extra, group;
	uint64_t targets;
};

struct resolved_package {
	str name;    /* normalised */
	str version; /* as the index spells it; empty for direct references without one */
	str index;   /* URL without credentials; empty for direct references */
	str requires_python;
	VEC(struct resolved_file) files; /* wheels by file name; a direct reference is one file */
	VEC(struct resolved_use) uses;   /* sorted: main, extras, groups */
	struct str_list dependencies;    /* names, sorted; of all targets together */
	uint64_t targets;
};

struct resolved_target {
	str text; /* "python3.12/arm64" */
	int python_minor;
	str machine; /* "aarch64" */
};

struct resolution {
	VEC(struct resolved_target) targets;            /* sorted by text */
	VEC(struct resolved_package) packages;          /* by name, then version */
	str requires_python;                            /* of the project; may be empty */
	struct str_list extras, groups, default_groups; /* sorted */
	/* [tool.lamina]: what the lock was made from. */
	struct sha256 inputs;    /* of wants, targets and options that choose */
	struct str_list options; /* "prerelease=allow", sorted; empty when all are the defaults */
	/* For people and messages; may be empty. */
	struct str_list sources;  /* names of the files that were read, as seen from the lock's folder */
	struct str_list requires; /* what they ask for, sorted: "fastapi==0.111.0" */
};

#endif
