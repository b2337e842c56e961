/* stamp.h: what a finished build was made from, so that the next one can say "up to date" after a few stats.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two keys: `options` covers everything that does not stand in files (artifact, target, indexes, lamina's version, coder); `content`
 * covers everything that decides the bytes (options, digests of wheels and project files). The quick answer needs equal options, equal
 * stat facts of every input and an untouched output. When only stat facts differ, the build goes on until the plan and then compares
 * content: equal content and an untouched output is up to date as well.
 * A tree (--into) counts as untouched when the names, sizes, modes and times of all its files are those of the build: one lstat a
 * file, about 2 ms for 1,000 files. A zip is one stat. Variables that a requirements file names (${NAME}) are kept as salted digests.
 * Stat facts are a heuristic for the user's own files (size, mtime, ctime, inode), as make and git use them; --force looks at nothing.
 * A stamp that cannot be read is no stamp. Stamps live in .lamina/ beside lamina.toml, else in the store by the output's path.
 * Format: a checksummed blob of store_blob_*, or a file of the same bytes; private, versioned. */
#ifndef LAMINA_PIPELINE_STAMP_H
#define LAMINA_PIPELINE_STAMP_H

#include "base/env.h"
#include "base/io.h"
#include "base/sha256.h"
#include "pipeline/sources.h"
#include "store/store.h"

struct stamp_input {
	str path;
	bool exists;
	uint64_t size, inode;
	int64_t mtime_ns, ctime_ns;
};

struct stamp_variable {
	str name;
	struct sha256 value; /* with the name and the options; of an unset one too */
};

struct stamp {
	struct sha256 options, content;
	int64_t taken_ns; /* when the facts were taken: a file changed just before may change again without showing it */
	VEC(struct stamp_input) inputs;       /* locks, included files, configuration, and files that decided by being absent */
	VEC(struct stamp_input) sources;      /* the project's files, by path; order of the scan */
	VEC(struct stamp_variable) variables; /* of the environment, that the lock names */
	struct stamp_input output;
	struct sha256 tree;   /* of a tree: facts of all its files */
	struct str_list tops; /* of a tree: names in it, by which lamina knows it as its own; without subfolders */
	bool is_tree;
	str record; /* the JSON record of that build, without "up_to_date" and "elapsed_ms" */
};

/* Where the stamp of an output is kept. */
struct stamp_place {
	struct store *store; /* used when state is empty */
	str state;           /* ".lamina" */
	str output;          /* path of the zip or tree */
};

/* found = false for none, unreadable, damaged or of another version. */
bool stamp_load(struct arena *a, const struct stamp_place *place, struct stamp *out, bool *found, struct err *e);
/* A state folder that cannot be written is a note, not an error: the artifact is there. */
bool stamp_save(struct arena *a, const struct stamp_place *place, const struct stamp *stamp, struct notes *notes,
                struct err *e);

/* The facts of a path as they are now. */
bool stamp_input_now(str path, struct stamp_input *out, struct err *e);
bool stamp_input_same(const struct stamp_input *a, const struct stamp_input *b);
/* Are all inputs and the output as the stamp has them? Files that changed within STAMP_RACY_NS before the facts were taken are never
 * fresh: time stamps are too coarse to show a second change (git calls such entries "racy"). */
#define STAMP_RACY_NS INT64_C(20000000)
bool stamp_inputs_fresh(const struct stamp *stamp);
bool stamp_sources_fresh(const struct stamp *stamp, const struct source_list *now);
bool stamp_output_fresh(const struct stamp *stamp);
bool stamp_variables_fresh(const struct stamp *stamp, const struct env *env);
/* The variables that the text of a requirements file names, as they are now. */
void stamp_add_variables(struct arena *a, struct stamp *stamp, str text, const struct env *env);
/* Facts of all files of a tree. */
bool stamp_tree_now(str path, struct sha256 *out, struct err *e);

/* The pure codec, for tests and fuzzing. */
bool stamp_encode(const struct stamp *stamp, struct buf *out);
bool stamp_decode(struct arena *a, str bytes, struct stamp *out);

#endif
