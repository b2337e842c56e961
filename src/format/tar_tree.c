/* tar_tree.c: nodes, clashes, links and what takes their place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "format/tar_tree.h"

#include <string.h>

#include "base/io.h"

/* HARD nodes are files whose bytes another one has. */
enum node_kind { FILE_NODE, FOLDER_NODE, LINK_NODE, HARD_NODE };

struct tar_node {
	str path;
	enum node_kind kind;
	bool executable;
	struct tar_node *parent, *child, *sibling; /* child: the newest one */
	uint64_t size;
	str text;             /* of a symbolic link */
	struct tar_node *end; /* of a link: the file or folder that it leads to */
	size_t waiting;       /* of a folder, while sorting: folders that contain it and are not done */
};

static bool control(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;
	/* U+200E/F marks, U+202A-E embeddings and overrides, U+2066-9 isolates (Unicode UAX #9), U+061C */
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static const char *check_text(str name)
{
	uint32_t c;
	if (!utf8_valid(name)) return "a name is not valid UTF-8";
	for (size_t at = 0; utf8_next(name, &at, &c);) {
		if (control(c)) return "a name has a control character";
		if (c == '\\') return "a name has a backslash";
	}
	return NULL;
}

const char *tar_name_check(str name, const struct tar_limits *limits)
{
	if (str_empty(name)) return "a member has no name";
	if (name.n > limits->name_max) return "a name is too long";
	const char *why = check_text(name);
	if (why) return why;
	if (name.p[0] == '/') return "a name is an absolute path";
	if (ascii_alpha(name.p[0]) && str_at(name, 1) == ':') return "a name begins with a drive letter";
	uint32_t depth = 0;
	for (size_t from = 0, i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '/') continue;
		str part = str_slice(name, from, i);
		if (str_empty(part)) return "a name has an empty part (\"//\")";
		if (str_eq(part, S(".."))) return "a name leads out of its folder (\"..\")";
		if (str_eq(part, S("."))) return "a name has the part \".\"";
		if (part.n > limits->part_max) return "a name is too long";
		if (++depth > limits->depth_max) return "folders are nested too deep";
		from = i + 1;
	}
	return NULL;
}

void tar_tree_init(struct tar_tree *t, struct arena *a, const struct tar_limits *limits)
{
	*t = (struct tar_tree){ .a = a, .limits = limits };
	map_init(&t->names, a);
	t->root = arena_new(a, struct tar_node);
	t->root->kind = FOLDER_NODE;
}

static bool full(const struct tar_tree *t) { return t->names.n + t->copies.n >= t->limits->names_max; }

static struct tar_node *new_node(struct tar_tree *t, str path, enum node_kind kind, struct tar_node *parent)
{
	struct tar_node *node = arena_new(t->a, struct tar_node);
	*node = (struct tar_node){ .path = path, .kind = kind, .parent = parent, .sibling = parent->child };
	parent->child = node;
	*map_put(&t->names, path, NULL) = node;
	return node;
}

/* The folder of a name, made with those above it where the archive does not list them. */
static const char *parent_of(struct tar_tree *t, str name, struct tar_node **out)
{
	struct tar_node *at = t->root;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] != '/') continue;
		str path = str_slice(name, 0, i);
		struct tar_node *node = map_get(&t->names, path);
		if (!node && full(t)) return "it has too many members";
		if (!node) node = new_node(t, path, FOLDER_NODE, at);
		if (node->kind != FOLDER_NODE) return "a member lies below a file or link of the archive";
		at = node;
	}
	*out = at;
	return NULL;
}

static const char *add_bytes(struct tar_tree *t, uint64_t n)
{
	if (n > t->limits->inflated_max - t->bytes) return "it is too large when it is unpacked";
	t->bytes += n;
	return NULL;
}

/* Hard links name a member by its whole path, as POSIX says; those before it only. */
static const char *add_hard(struct tar_tree *t, struct tar_node *node, str link)
{
	while (str_starts(link, S("./"))) link = str_from_pos(link, 2);
	const char *why = tar_name_check(link, t->limits);
	if (why) return "a hard link has a target that no member can have";
	struct tar_node *target = map_get(&t->names, link);
	if (!target || target == node) return "a hard link leads to no earlier member";
	if (target->kind == HARD_NODE) target = target->end;
	if (target->kind != FILE_NODE) return "a hard link leads to something else than a file";
	node->end = target;
	node->size = target->size;
	node->executable = target->executable;
	*vec_push(t->a, &t->links) = node;
	return NULL;
}

static const char *add_link(struct tar_tree *t, struct tar_node *node, str text)
{
	if (str_empty(text)) return "a symbolic link has no target";
	if (text.n > t->limits->name_max) return "a link's target is too long";
	if (check_text(text)) return "a symbolic link's target is not clean UTF-8";
	if (text.p[0] == '/') return "a symbolic link leads out of the archive (absolute path)";
	node->text = text;
	*vec_push(t->a, &t->links) = node;
	return NULL;
}

/* Folders may be listed more than once: that says nothing new. */
static const char *clash(const struct tar_node *old, const struct tar_member *m)
{
	bool folder = old->kind == FOLDER_NODE;
	if (folder && m->kind == TAR_FOLDER) return NULL;
	return folder || m->kind == TAR_FOLDER ? "one name is a file and a folder" : "two members have one name";
}

const char *tar_tree_add(struct tar_tree *t, const struct tar_member *m)
{
	static const enum node_kind kinds[] = { FILE_NODE, FOLDER_NODE, LINK_NODE, HARD_NODE };
	struct tar_node *parent;
	t->culprit = m->name;
	struct tar_node *node = map_get(&t->names, m->name);
	if (node) return clash(node, m);
	const char *why = parent_of(t, m->name, &parent);
	if (why) return why;
	if (full(t)) return "it has too many members";
	if (parent == t->root && m->kind != TAR_FOLDER) return "a file lies beside the top folder";
	node = new_node(t, m->name, kinds[m->kind], parent);
	node->executable = m->executable;
	node->size = m->size;
	if (t->root->child->sibling) return "it has more than one top folder";
	t->top = t->root->child;
	if (m->kind == TAR_FILE) return add_bytes(t, m->size);
	if (m->kind == TAR_HARDLINK) return add_hard(t, node, m->link);
	return m->kind == TAR_SYMLINK ? add_link(t, node, m->link) : NULL;
}

/* --- where links lead --- */

static struct tar_node *child_of(const struct tar_tree *t, const struct tar_node *folder, str part, char *text)
{
	size_t n = folder->path.n;
	if (n) memcpy(text, folder->path.p, n);
	if (n) text[n++] = '/';
	memcpy(text + n, part.p, part.n);
	return map_get(&t->names, (str){ text, n + part.n });
}

/* Follows a link's text as the system would: parts that are links themselves put their text in front of what is left. */
struct following {
	struct tar_node *at;
	str left[TAR_HOPS_MAX + 1];
	size_t n;
	unsigned hops;
	char *text; /* room for a folder's path, a slash and a part */
};

static const char *follow_part(struct tar_tree *t, struct following *f, str part)
{
	if (++t->steps > TAR_STEPS_MAX) return "its symbolic links are too many and too long to follow";
	if (str_empty(part) || str_eq(part, S("."))) return NULL;
	if (f->at->kind != FOLDER_NODE) return "a symbolic link leads nowhere";
	if (str_eq(part, S(".."))) {
		/* Above the top folder other programs have another name for it, or none: pip unpacks without it. */
		f->at = f->at->parent;
		return f->at && f->at != t->root ? NULL : "a symbolic link leads out of the archive";
	}
	struct tar_node *child = part.n > t->limits->part_max ? NULL : child_of(t, f->at, part, f->text);
	if (!child) return "a symbolic link leads nowhere";
	if (child->kind == LINK_NODE && !child->end) {
		if (f->hops++ >= TAR_HOPS_MAX || f->n > TAR_HOPS_MAX) return "symbolic links lead in a circle";
		f->left[f->n++] = child->text;
		return NULL; /* the text counts from the folder that the link is in: f->at */
	}
	f->at = child->end ? child->end : child;
	return NULL;
}

static const char *follow(struct tar_tree *t, struct tar_node *link, char *text)
{
	struct following f = { .at = link->parent, .left = { link->text }, .n = 1, .text = text };
	t->culprit = link->path;
	while (f.n > 0) {
		str part, *left = &f.left[f.n - 1];
		if (!str_cut(*left, '/', &part, left)) {
			f.n--;
			*left = (str){ 0 };
		}
		const char *why = follow_part(t, &f, part);
		if (why) return why;
	}
	link->end = f.at;
	link->size = f.at->size;
	link->executable = f.at->executable;
	return NULL;
}

/* What a folder contains once links are replaced: itself a folder, or NULL. */
static struct tar_node *inner_folder(struct tar_node *n)
{
	struct tar_node *real = n->end ? n->end : n;
	return real->kind == FOLDER_NODE ? real : NULL;
}

/* Kahn's topological sort over "contains": folders that are never free of others contain themselves. */
static const char *check_circles(struct tar_tree *t)
{
	VEC(struct tar_node *) queue = { 0 };
	size_t folders = 1;
	for (size_t i = 0; i < t->names.n; i++) {
		struct tar_node *n = t->names.entries[i].value, *inner = inner_folder(n);
		if (inner) inner->waiting++;
		if (n->kind == FOLDER_NODE) folders++;
	}
	*vec_push(t->a, &queue) = t->root;
	for (size_t i = 0; i < queue.n; i++) {
		for (struct tar_node *c = queue.p[i]->child; c; c = c->sibling) {
			struct tar_node *inner = inner_folder(c);
			if (inner && --inner->waiting == 0) *vec_push(t->a, &queue) = inner;
		}
	}
	if (queue.n == folders) return NULL;
	for (size_t i = 0; i < t->links.n; i++) {
		if (t->links.p[i]->end->waiting) t->culprit = t->links.p[i]->path;
	}
	return "symbolic links lead in a circle: a folder would contain itself";
}

/* --- what takes their place --- */

struct pending {
	str name;
	struct tar_node *node;
};

static const char *copy_file(struct tar_tree *t, const struct pending *p)
{
	*vec_push(t->a, &t->copies) = (struct tar_copy){ p->name, p->node->path, p->node->executable };
	return add_bytes(t, p->node->size);
}

/* The content of a link, folder by folder. It is finite: no folder contains itself. */
static const char *expand(struct tar_tree *t, struct tar_node *link)
{
	VEC(struct pending) queue = { 0 };
	t->culprit = link->path;
	*vec_push(t->a, &queue) = (struct pending){ link->path, link->end };
	for (size_t i = 0; i < queue.n; i++) {
		struct pending p = queue.p[i];
		const char *why = NULL;
		if (full(t)) return "it has too many members, with what its links lead to";
		if (p.node->kind == FILE_NODE) {
			why = copy_file(t, &p);
			if (why) return why;
			continue;
		}
		*vec_push(t->a, &t->copies) = (struct tar_copy){ .name = p.name };
		for (struct tar_node *c = p.node->child; c; c = c->sibling) {
			if (t->copies.n + queue.n - i >= t->limits->names_max)
				return "it has too many members, with what its links lead to";
			str name = arena_fmt(t->a, STR_FMT "/" STR_FMT, STR_ARG(p.name), STR_ARG(path_base(c->path)));
			why = tar_name_check(name, t->limits);
			if (why) return why;
			*vec_push(t->a, &queue) = (struct pending){ name, c->end ? c->end : c };
		}
	}
	return NULL;
}

const char *tar_tree_resolve(struct tar_tree *t)
{
	const char *why = NULL;
	t->culprit = (str){ 0 };
	if (!t->top) return "it is empty";
	if (!t->links.n) return NULL;
	char *text = arena_alloc(t->a, (size_t)t->limits->name_max + t->limits->part_max + 2, 1, 1);
	for (size_t i = 0; i < t->links.n && !why; i++)
		if (t->links.p[i]->kind == LINK_NODE) why = follow(t, t->links.p[i], text);
	if (!why) why = check_circles(t);
	for (size_t i = 0; i < t->links.n && !why; i++) why = expand(t, t->links.p[i]);
	return why;
}

str tar_tree_top(const struct tar_tree *t) { return t->top ? t->top->path : (str){ 0 }; }
