/* marker_set.c: decision diagrams of markers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/marker_set.h"

#include <stdlib.h>
#include <string.h>

#include "python/marker_diagram.h"
#include "python/name.h"

struct marker_sets *marker_sets_new(struct arena *a)
{
	struct marker_sets *m = arena_new(a, struct marker_sets);

	m->a = a;
	map_init(&m->unique, a);
	map_init(&m->done, a);
	map_init(&m->texts, a);
	map_init(&m->free_names, a);
	for (uint32_t i = 0; i < 2; i++) vec_push(a, &m->nodes)->axis = UINT32_MAX;
	return m;
}

bool marker_sets_over(const struct marker_sets *m) { return m->over; }

static uint32_t give_up(struct marker_sets *m)
{
	m->over = true;
	return MARKER_ALWAYS;
}

/* --- nodes --- */

static uint32_t reduce(uint32_t axis, struct marker_label *labels, uint32_t *children, uint32_t n)
{
	uint32_t kept = 0;

	if (axis >= AXIS_FREE) return children[0] == children[1] ? 1 : 2;
	for (uint32_t i = 0; i + 1 < n; i++) {
		uint32_t other = marker_axis_is_version(axis) ? children[i + 1] : children[n - 1];
		if (children[i] == other) continue;
		labels[kept] = labels[i];
		children[kept++] = children[i];
	}
	children[kept++] = children[n - 1];
	return kept;
}

static str node_key(struct marker_sets *m, uint32_t axis, const struct marker_label *labels, const uint32_t *children,
                    uint32_t n)
{
	size_t size = 8 + (size_t)n * (4 + sizeof(uintptr_t) + 1), at = 0;
	char *key = arena_array(m->a, char, size);

	memcpy(key, &axis, 4);
	memcpy(key + 4, &n, 4);
	at = 8;
	for (uint32_t i = 0; i < n; i++, at += 4) memcpy(key + at, &children[i], 4);
	for (uint32_t i = 0; axis < AXIS_FREE && i + 1 < n; i++) {
		uintptr_t what = marker_axis_is_version(axis) ? (uintptr_t)labels[i].cut.version : (uintptr_t)labels[i].text.p;
		memcpy(key + at, &what, sizeof what);
		at += sizeof what;
		key[at++] = (char)labels[i].cut.side;
	}
	return (str){ key, at };
}

uint32_t marker_diagram_node(struct marker_sets *m, uint32_t axis, struct marker_label *labels, uint32_t *children, uint32_t n)
{
	struct arena_mark mark;
	str key;
	bool added;
	void *known;

	n = reduce(axis, labels, children, n);
	if (n == 1) return children[0];
	mark = arena_mark(m->a);
	key = node_key(m, axis, labels, children, n);
	known = map_get(&m->unique, key);
	if (known != NULL) {
		arena_rewind(m->a, mark);
		return (uint32_t)(uintptr_t)known;
	}
	if (m->nodes.n >= MARKER_SETS_NODES) return give_up(m);
	*vec_push(m->a, &m->nodes) = (struct marker_node){ axis, n, labels, children };
	*map_put(&m->unique, key, &added) = (void *)(uintptr_t)(m->nodes.n - 1);
	return (uint32_t)(m->nodes.n - 1);
}

/* --- operations --- */

static int label_cmp(uint32_t axis, const struct marker_label *x, const struct marker_label *y)
{
	return marker_axis_is_version(axis) ? cut_cmp(x->cut, y->cut) : str_cmp(x->text, y->text);
}

/* What a node answers once `i` of its labels are passed; with text, only when the label itself is meant. */
static uint32_t child_at(const struct marker_node *x, uint32_t i, bool here)
{
	if (marker_axis_is_version(x->axis)) return x->children[i];
	return here ? x->children[i] : x->children[x->n - 1];
}

static uint32_t combine(struct marker_sets *m, bool both, uint32_t x, uint32_t y);

/* Two nodes of one variable: their labels together. */
static uint32_t merge(struct marker_sets *m, bool both, struct marker_node x, struct marker_node y)
{
	uint32_t n = 0, i = 0, j = 0, room = x.n + y.n;
	struct marker_label *labels = arena_array(m->a, struct marker_label, room);
	uint32_t *children = arena_array(m->a, uint32_t, room);

	if (x.axis >= AXIS_FREE) {
		children[0] = combine(m, both, x.children[0], y.children[0]);
		children[1] = combine(m, both, x.children[1], y.children[1]);
		return marker_diagram_node(m, x.axis, labels, children, 2);
	}
	while (i + 1 < x.n || j + 1 < y.n) {
		int c = i + 1 == x.n ? 1 : j + 1 == y.n ? -1 : label_cmp(x.axis, &x.labels[i], &y.labels[j]);
		labels[n] = c <= 0 ? x.labels[i] : y.labels[j];
		children[n++] = combine(m, both, child_at(&x, i, c <= 0), child_at(&y, j, c >= 0));
		i += c <= 0;
		j += c >= 0;
	}
	children[n++] = combine(m, both, x.children[x.n - 1], y.children[y.n - 1]);
	return marker_diagram_node(m, x.axis, labels, children, n);
}

/* A node and a set that does not ask for its variable. */
static uint32_t descend(struct marker_sets *m, bool both, struct marker_node x, uint32_t y)
{
	struct marker_label *labels = arena_array(m->a, struct marker_label, x.n);
	uint32_t *children = arena_array(m->a, uint32_t, x.n);

	if (x.axis < AXIS_FREE) memcpy(labels, x.labels, (x.n - 1) * sizeof *labels);
	for (uint32_t i = 0; i < x.n; i++) children[i] = combine(m, both, x.children[i], y);
	return marker_diagram_node(m, x.axis, labels, children, x.n);
}

/* As deep as there are variables: AXIS_FREE + MARKER_SETS_FREE. */
static uint32_t combine(struct marker_sets *m, bool both, uint32_t x, uint32_t y)
{
	uint32_t zero = both ? MARKER_NEVER : MARKER_ALWAYS, one = both ? MARKER_ALWAYS : MARKER_NEVER, key[3], result;
	bool added;
	void *known;

	if (x == y || y == one) return x;
	if (x == one) return y;
	if (x == zero || y == zero) return zero;
	if (m->over || ++m->steps > MARKER_SETS_STEPS) return give_up(m);
	if (x > y) return combine(m, both, y, x);
	key[0] = both, key[1] = x, key[2] = y;
	known = map_get(&m->done, (str){ (const char *)key, sizeof key });
	if (known != NULL) return (uint32_t)(uintptr_t)known - 1;
	if (m->nodes.p[x].axis == m->nodes.p[y].axis)
		result = merge(m, both, m->nodes.p[x], m->nodes.p[y]);
	else if (m->nodes.p[x].axis < m->nodes.p[y].axis)
		result = descend(m, both, m->nodes.p[x], y);
	else
		result = descend(m, both, m->nodes.p[y], x);
	*map_put(&m->done, arena_str(m->a, (str){ (const char *)key, sizeof key }), &added) = (void *)((uintptr_t)result + 1);
	return result;
}

uint32_t marker_sets_and(struct marker_sets *m, uint32_t x, uint32_t y) { return combine(m, true, x, y); }
uint32_t marker_sets_or(struct marker_sets *m, uint32_t x, uint32_t y) { return combine(m, false, x, y); }

uint32_t marker_sets_not(struct marker_sets *m, uint32_t x)
{
	struct marker_node node;
	struct marker_label *labels;
	uint32_t *children, key[3] = { 2, x, 0 }, result;
	bool added;
	void *known;

	if (x <= MARKER_ALWAYS) return !x;
	if (m->over || ++m->steps > MARKER_SETS_STEPS) return give_up(m);
	known = map_get(&m->done, (str){ (const char *)key, sizeof key });
	if (known != NULL) return (uint32_t)(uintptr_t)known - 1;
	node = m->nodes.p[x];
	labels = arena_array(m->a, struct marker_label, node.n);
	children = arena_array(m->a, uint32_t, node.n);
	if (node.axis < AXIS_FREE) memcpy(labels, node.labels, (node.n - 1) * sizeof *labels);
	for (uint32_t i = 0; i < node.n; i++) children[i] = marker_sets_not(m, node.children[i]);
	result = marker_diagram_node(m, node.axis, labels, children, node.n);
	*map_put(&m->done, arena_str(m->a, (str){ (const char *)key, sizeof key }), &added) = (void *)((uintptr_t)result + 1);
	return result;
}

uint32_t marker_sets_only_python(struct marker_sets *m, uint32_t x)
{
	struct marker_node node;
	struct marker_label *labels;
	uint32_t *children;

	if (x <= MARKER_ALWAYS) return x;
	node = m->nodes.p[x];
	if (node.axis != AXIS_PYTHON) return MARKER_ALWAYS; /* it is not never, or it would be MARKER_NEVER */
	labels = arena_array(m->a, struct marker_label, node.n);
	children = arena_array(m->a, uint32_t, node.n);
	memcpy(labels, node.labels, (node.n - 1) * sizeof *labels);
	for (uint32_t i = 0; i < node.n; i++) children[i] = node.children[i] != MARKER_NEVER;
	return marker_diagram_node(m, AXIS_PYTHON, labels, children, node.n);
}
