/* source_tree.c: looking things up in a sorted listing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/source_tree.h"

/* The first entry whose path is not below `path`. */
static size_t lower_bound(const struct source_tree *t, str path)
{
	size_t low = 0, high = t->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(t->entries[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct source_entry *source_tree_find(const struct source_tree *t, str path)
{
	size_t i = lower_bound(t, path);
	return i < t->n && str_eq(t->entries[i].path, path) ? &t->entries[i] : NULL;
}

bool source_tree_is_sdist(const struct source_tree *t)
{
	const struct source_entry *entry = source_tree_find(t, S("PKG-INFO"));
	return entry && !entry->folder;
}

/* Names that begin with FOLDER/ stand together: between FOLDER/ and FOLDER0, "0" being the sign after "/". */
static int side(str path, str folder)
{
	int order = str_cmp(str_slice(path, 0, folder.n), folder);
	if (order) return order;
	if (path.n == folder.n) return -1;
	return (unsigned char)path.p[folder.n] == '/' ? 0 : (unsigned char)path.p[folder.n] < '/' ? -1 : 1;
}

void source_tree_below(const struct source_tree *t, str folder, size_t *first, size_t *end)
{
	*first = 0;
	*end = t->n;
	if (folder.n == 0) return;
	size_t low = 0, high = t->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (side(t->entries[middle].path, folder) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	for (high = t->n; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (side(t->entries[middle].path, folder) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	*end = low;
}
