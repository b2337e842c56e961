/* tar_tree.h: the names of an archive as a tree, and where its links lead.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every member is a node, and so is every folder above one. Names clash when one is a file and a folder, or a file twice; folders may be
 * listed again. Links are followed part by part as the system would, but in this tree only, after the last member: what they lead to is
 * a file or a folder of the archive, below the top folder, or the archive is refused. Folders that links make contain themselves are
 * found by sorting all folders topologically before anything is copied.
 * Limits: names_max, name_max, inflated_max (bytes of files with all copies), TAR_STEPS_MAX parts of links followed in sum. */
#ifndef LAMINA_FORMAT_TAR_TREE_H
#define LAMINA_FORMAT_TAR_TREE_H

#include "base/map.h"
#include "base/vec.h"
#include "format/tar.h"

#define TAR_STEPS_MAX 500000
#define TAR_HOPS_MAX  40 /* links in a row: what Linux allows */

struct tar_node;
struct tar_tree {
	struct arena *a;
	const struct tar_limits *limits;
	struct map names;
	struct tar_node *root, *top;
	VEC(struct tar_node *) links;
	VEC(struct tar_copy) copies;
	uint64_t bytes; /* of all files, copies included */
	size_t steps;
	str culprit; /* the member that a reason is about */
};

void tar_tree_init(struct tar_tree *t, struct arena *a, const struct tar_limits *limits);
/* NULL, or why the name can be no member's. name: without the slash at a folder's end. */
const char *tar_name_check(str name, const struct tar_limits *limits);
/* Both: NULL, or why the archive is refused. */
const char *tar_tree_add(struct tar_tree *t, const struct tar_member *m);
const char *tar_tree_resolve(struct tar_tree *t);
str tar_tree_top(const struct tar_tree *t);

#endif
