/* lock.h: the exact files that were chosen, as every lock format says it in the end.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A reader of lockfile/ turns one file (and the files it includes) into a `struct locked_set` for ONE target: the packages that
 * take part, each with the artifacts that the lock allows. Nothing here knows the network; choosing one artifact per package is
 * lockfile/select.h where the lock names files, and pipeline/fetch where an index page has to name them.
 * Lifetime: everything belongs to the arena given to the reader. */
#ifndef LAMINA_MODEL_LOCK_H
#define LAMINA_MODEL_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/vec.h"

enum locked_kind { LOCKED_WHEEL, LOCKED_SDIST, LOCKED_DIRECTORY, LOCKED_VCS, LOCKED_ARCHIVE };

/* One file that a lock names. Empty views and has_* = false mean "the lock does not say". */
struct locked_file {
	enum locked_kind kind;
	str file; /* file name, percent-decoded */
	str url;  /* absolute, as written */
	str path; /* as written, relative to the lock's folder */
	bool has_sha256;
	struct sha256 sha256;
	bool has_size;
	uint64_t size;
	/* Other digests that the lock lists ("sha512:..."): each known algorithm must match too. */
	struct str_list other_hashes;
	str subdirectory;
	str vcs_reference; /* commit for LOCKED_VCS */
	bool editable;
};

/* One package of the set. */
struct locked_package {
	str name;               /* normalised */
	str version;            /* as written; empty for direct references without one */
	struct str_list extras; /* normalised, requested on it */
	str index;              /* URL of the index it comes from; empty = what configuration decides */
	/* Files that the lock names for it. Empty: only hashes or nothing is known (requirements.txt, Pipfile.lock). */
	VEC(struct locked_file) files;
	/* Digests of which any may match, when files are not named (requirements.txt --hash), as "sha256:hex". */
	struct str_list hashes;
	/* After selection: index into files, or SIZE_MAX when an index page has to name the file. */
	size_t chosen;
	str from_file; /* where it stands in the input, for messages */
	uint32_t from_line;
	str assumed; /* the marker that was decided by an assumed value (python-packaging 2.3), or empty */
	bool pinned_by_hash;
	bool no_wheels, no_sdists; /* what the requirements forbid; heeded where source distributions may be answers */
	/* Names of the packages that it needs, where the lock knows (for --only / --exclude); normalised. */
	struct str_list dependencies;
	bool knows_dependencies;
};

struct locked_set {
	VEC(struct locked_package) packages; /* sorted by name, then version */
	str lock_path;                       /* as given */
	struct sha256 lock_sha256;           /* of the lock's bytes (requirements: of all files read, in order) */
	const char *format;                  /* "requirements.txt", "pylock.toml", "poetry.lock", "uv.lock" */
	/* Every file that was read to make it, for stamps and depfiles. */
	struct str_list inputs;
	/* Requirements that are not pinned to one version: text with "FILE:LINE: " in front; build refuses them. */
	struct str_list unpinned;
	bool hash_mode; /* --require-hashes or any --hash */
};

#endif
