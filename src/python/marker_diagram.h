/* marker_diagram.h: the nodes behind marker_set.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to marker_set*.c. A node asks for one variable and has a child for each answer: labels[0..n-1) divide the answers, children
 * has n. For versions, labels are cuts in order and children[i] is for what lies before labels[i] (the last one: after all). For texts,
 * labels are values in order and the last child is for every other value. Yes-or-no variables have no labels: children no, yes.
 * Neighbours (for texts: a value and the last) never have the same child, and a node with one child is that child. */
#ifndef LAMINA_PYTHON_MARKER_DIAGRAM_H
#define LAMINA_PYTHON_MARKER_DIAGRAM_H

#include "base/map.h"
#include "python/marker_set.h"
#include "python/marker_tree.h"

/* The order of the diagram, which is also that of the text: Python, then by name, as uv has it. */
enum marker_axis {
	AXIS_PYTHON,
	AXIS_IMPLEMENTATION_VERSION,
	AXIS_IMPLEMENTATION_NAME,
	AXIS_OS_NAME,
	AXIS_PLATFORM_MACHINE,
	AXIS_PLATFORM_PYTHON_IMPLEMENTATION,
	AXIS_PLATFORM_SYSTEM,
	AXIS_SYS_PLATFORM,
	AXIS_FREE /* and above: a comparison of its own */
};

struct marker_label {
	struct cut cut; /* CUT_BELOW or CUT_ABOVE of a version that each family has once */
	str text;       /* likewise once */
};

struct marker_node {
	uint32_t axis, n; /* number of children */
	const struct marker_label *labels;
	const uint32_t *children;
};

struct marker_free {
	const struct marker *comparison;
	bool negated; /* the yes of the variable is the no of the comparison: it was `not in` or `!=` */
};

struct marker_sets {
	struct arena *a;
	VEC(struct marker_node) nodes; /* 0 and 1 are MARKER_NEVER and MARKER_ALWAYS */
	VEC(const struct version *) versions;
	VEC(struct marker_free) free_list;
	struct map unique, done, texts, free_names;
	uint32_t real; /* platforms as they are; 0 until it is needed */
	size_t steps;
	bool over;
};

static inline bool marker_axis_is_version(uint32_t axis) { return axis <= AXIS_IMPLEMENTATION_VERSION; }

/* A node, or what it comes down to. Takes over the arrays. */
uint32_t marker_diagram_node(struct marker_sets *m, uint32_t axis, struct marker_label *labels, uint32_t *children, uint32_t n);

#endif
