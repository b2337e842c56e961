/* marker_tree.h: the parsed form of a marker; private to marker.c and marker_evaluate.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A node is a comparison, or a list as it was written inside one pair of parentheses (or none): items joined by "and" and "or",
 * where "and" binds tighter. A list has at least two items; parentheses around a single item leave no trace. */
#ifndef LAMINA_PYTHON_MARKER_TREE_H
#define LAMINA_PYTHON_MARKER_TREE_H

#include "python/marker.h"

enum marker_op {
	MARKER_OP_ARBITRARY,
	MARKER_OP_EQ,
	MARKER_OP_COMPATIBLE,
	MARKER_OP_NE,
	MARKER_OP_LE,
	MARKER_OP_GE,
	MARKER_OP_LT,
	MARKER_OP_GT,
	MARKER_OP_IN,
	MARKER_OP_NOT_IN
};

struct marker_operand {
	bool is_variable;
	enum marker_variable variable;
	str text; /* of a string */
};

struct marker_item {
	bool after_or; /* joined to the item before with "or"; false: with "and" */
	struct marker *node;
};

struct marker {
	struct marker_item *items; /* NULL for a comparison */
	size_t n;
	struct marker_operand left, right;
	enum marker_op op;
	struct specifier_set clause; /* op and the right string, when the left is a version variable and they fit; else n is 0 */
};

const char *marker_op_text(enum marker_op op);

/* Variables that compare as versions; those that do so only when both sides are versions. */
static inline bool marker_is_version(enum marker_variable v)
{
	return v == MARKER_PYTHON_VERSION || v == MARKER_PYTHON_FULL_VERSION || v == MARKER_IMPLEMENTATION_VERSION;
}
static inline bool marker_may_be_version(enum marker_variable v)
{
	return v == MARKER_PLATFORM_RELEASE || v == MARKER_PLATFORM_VERSION;
}
static inline bool marker_is_set(enum marker_variable v) { return v == MARKER_EXTRAS || v == MARKER_DEPENDENCY_GROUPS; }

#endif
