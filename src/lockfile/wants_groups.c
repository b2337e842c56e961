/* wants_groups.c: groups of a pyproject.toml: [dependency-groups], and what uv and Poetry had before there was that.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PEP 735. Names are compared normalised, two that are one are an error, and so are groups that include each other in a
 * circle or one that is not there. What a table in a group means that is not {include-group = ...} is for later specifications:
 * it is an error only for those who use the group. Everybody uses all groups here (one lock serves every selection), so such a group, and
 * those that include it, are left out with a warning.
 * uv's dev-dependencies are its group `dev`; Poetry's groups enrich the standard ones of the same name (wants_poetry.h).
 * A group that is included twice adds nothing the second time: wants are a set. */
#include "lockfile/wants_poetry.h"
#include "lockfile/wants_uv.h"
#include "python/name.h"

enum colour { UNSEEN, OPEN, DONE };

struct group {
	str name; /* normalised */
	str key;  /* as written */
	uint32_t offset;
	const struct toml_value *list;       /* of [dependency-groups] */
	const struct toml_value *uv;         /* [tool.uv] dev-dependencies */
	const struct toml_value *poetry;     /* [tool.poetry.group.NAME] */
	const struct toml_value *poetry_dev; /* [tool.poetry.dev-dependencies] */
	struct poetry_wants *table;          /* of the two of Poetry; read when it is first asked */
	bool unusable;                       /* it holds what nobody knows yet */
	enum colour colour;                  /* of the search for circles */
	size_t seen_by;                      /* index + 1 of the group into which it went last */
};

struct groups {
	struct wants_project *p;
	VEC(struct group *) list;
	struct map by_name;
};

static bool bad(struct groups *g, uint64_t offset, struct err *e, const char *what, str name, const char *help)
{
	err_set(e, ERR_FORMAT, "project-field", "%s `" STR_FMT "`", what, STR_ARG(str_slice(name, 0, 200)));
	toml_where(e, &g->p->d, offset);
	return err_help(e, "%s", help);
}

/* --- includes --- */

static bool named(struct groups *g, const struct toml_value *name, struct group **out, struct err *e)
{
	if (name->type != TOML_STRING) {
		reader_bad(&g->p->d, name, e, "project-field", "the name of a group is a string, not %s", toml_type_name(name->type));
		return err_help(e, "write {include-group = \"NAME\"}");
	}
	*out = map_get(&g->by_name, name_normalize(g->p->r->a, name->u.string));
	return *out || bad(g, name->offset, e, "there is no group", name->u.string, "include a group that the project has");
}

/* The i-th thing in a group, of both kinds of list, when it is an include: *out, else NULL. *shape is false for a table that nobody
 * knows. */
static bool included(struct groups *g, const struct group *one, size_t i, struct group **out, bool *shape, struct err *e)
{
	const struct toml_value *more = one->poetry ? toml_get(one->poetry, S("include-groups")) : NULL;
	size_t n = one->list ? one->list->u.array.n : 0;
	*out = NULL;
	*shape = true;
	if (i >= n) return named(g, more->u.array.p[i - n], out, e);
	const struct toml_value *v = one->list->u.array.p[i];
	if (v->type != TOML_TABLE) return true;
	const struct toml_value *name = toml_get(v, S("include-group"));
	if (!name || v->u.table.n != 1) return *shape = false, true;
	return named(g, name, out, e);
}

static size_t things(const struct group *one)
{
	const struct toml_value *more = one->poetry ? toml_get(one->poetry, S("include-groups")) : NULL;
	return (one->list ? one->list->u.array.n : 0) + (more ? more->u.array.n : 0);
}

static uint64_t thing_at(const struct group *one, size_t i)
{
	return one->list && i < one->list->u.array.n ? one->list->u.array.p[i]->offset : one->offset;
}

/* Looks for circles and for tables of unknown shape. */
static bool look(struct groups *g, struct group *one, unsigned depth, struct err *e)
{
	one->colour = OPEN;
	if (depth > WANTS_DEPTH_MAX)
		return bad(g, one->offset, e, "too many groups include each other, down to", one->name,
		           "list the requirements themselves");
	for (size_t i = 0; i < things(one); i++) {
		struct group *other;
		bool shape;
		if (!included(g, one, i, &other, &shape, e)) return false;
		if (!shape) {
			uint32_t line, column;
			toml_line_column(g->p->d.text, thing_at(one, i), &line, &column);
			one->unusable = true;
			note_add(g->p->r->notes, NOTE_WARNING, "group-left-out",
			         STR_FMT ":%u:%u: the group `" STR_FMT "` holds a table that is no include-group; the group is left out",
			         STR_ARG(g->p->d.path), (unsigned)line, (unsigned)column, STR_ARG(one->key));
			break;
		}
		if (!other) continue;
		if (other->colour == OPEN)
			return bad(g, thing_at(one, i), e, "a circle of groups leads back to", other->key, "take one of the includes out");
		if (other->colour == UNSEEN && !look(g, other, depth + 1, e)) return false;
		one->unusable |= other->unusable;
	}
	one->colour = DONE;
	return true;
}

/* --- wants --- */

static bool poetry_table(struct groups *g, struct group *one, struct err *e)
{
	struct poetry_wants more;
	if (one->table || !(one->poetry || one->poetry_dev)) return true;
	one->table = arena_new(g->p->r->a, struct poetry_wants);
	if (!wants_poetry_table(g->p, one->poetry ? toml_get(one->poetry, S("dependencies")) : NULL, one->table, e)) return false;
	if (!one->poetry_dev) return true;
	if (!wants_poetry_table(g->p, one->poetry_dev, &more, e)) return false;
	for (size_t i = 0; i < more.list.n; i++) *vec_push(g->p->r->a, &one->table->list) = more.list.p[i];
	return true;
}

static bool has_texts(const struct group *one)
{
	for (size_t i = 0; one->list && i < one->list->u.array.n; i++)
		if (one->list->u.array.p[i]->type != TOML_TABLE) return true;
	return false;
}

static bool put(struct groups *g, size_t into, struct group *one, const struct want *as, struct err *e)
{
	bool good;
	if (one->seen_by == into + 1) return true;
	one->seen_by = into + 1;
	if (!wants_step(g->p->r, &g->p->steps, g->p->d.path, e) || !poetry_table(g, one, e)) return false;
	g->p->enrich = one->table;
	good = wants_project_list(g->p, one->list, as, true, e) && wants_project_list(g->p, one->uv, as, false, e);
	g->p->enrich = NULL;
	if (!good) return false;
	if (one->table && !has_texts(one) && !wants_poetry_add(g->p, one->table, as, e)) return false;
	for (size_t i = 0; i < things(one); i++) {
		struct group *other;
		bool shape;
		if (!included(g, one, i, &other, &shape, e)) return false;
		if (other && !put(g, into, other, as, e)) return false;
	}
	return true;
}

/* --- which groups there are --- */

static struct group *group_of(struct groups *g, str key, uint32_t offset, bool *added)
{
	str name = name_normalize(g->p->r->a, key);
	void **slot = map_put(&g->by_name, name, added);
	if (!*slot) {
		struct group *one = arena_new(g->p->r->a, struct group);
		*one = (struct group){ .name = name, .key = key, .offset = offset };
		*vec_push(g->p->r->a, &g->list) = *slot = one;
	}
	return *slot;
}

static bool twice(struct groups *g, str name, uint32_t offset, struct err *e)
{
	return bad(g, offset, e, "this group is given twice:", name,
	           "names that differ in case and in `-`, `_`, `.` only are one: put both lists together");
}

static bool find_standard(struct groups *g, struct err *e)
{
	const struct toml_value *table;
	if (!wants_project_table(g->p, "dependency-groups", &table, e)) return false;
	for (size_t i = 0; table && i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		bool added;
		if (!wants_name(g->p, "a group", m->key, m->key_offset, e)) return false;
		struct group *one = group_of(g, m->key, m->key_offset, &added);
		if (!added) return twice(g, one->name, m->key_offset, e);
		if (m->value->type != TOML_ARRAY) return wants_project_list(g->p, m->value, NULL, true, e);
		if (g->list.n > WANTS_NAMES_MAX) return bad(g, m->key_offset, e, "too many groups, at", m->key, "keep fewer groups");
		one->list = m->value;
	}
	return true;
}

static bool find_poetry(struct groups *g, struct err *e)
{
	const struct toml_value *table, *dev;
	bool added;
	if (!wants_project_table(g->p, "tool.poetry.group", &table, e) ||
	    !wants_project_table(g->p, "tool.poetry.dev-dependencies", &dev, e))
		return false;
	for (size_t i = 0; table && i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		struct str_list include = { 0 };
		if (!wants_name(g->p, "a group", m->key, m->key_offset, e)) return false;
		if (m->value->type != TOML_TABLE)
			return bad(g, m->key_offset, e, "this group is no table:", m->key, "write [tool.poetry.group.NAME.dependencies]");
		struct group *one = group_of(g, m->key, m->key_offset, &added);
		if (one->poetry) return twice(g, one->name, m->key_offset, e);
		if (g->list.n > WANTS_NAMES_MAX) return bad(g, m->key_offset, e, "too many groups, at", m->key, "keep fewer groups");
		one->poetry = m->value;
		if (!toml_want_strings(g->p->r->a, &g->p->d, m->value, "include-groups", false, &include, e))
			return err_help(e, "write include-groups = [\"NAME\"]");
	}
	if (dev) group_of(g, S("dev"), dev->offset, &added)->poetry_dev = dev;
	return true;
}

static bool find(struct groups *g, struct err *e)
{
	const struct toml_value *dev = g->p->uv ? toml_get(g->p->uv, S("dev-dependencies")) : NULL;
	bool added;
	map_init(&g->by_name, g->p->r->a);
	if (!find_standard(g, e) || !find_poetry(g, e)) return false;
	if (dev) group_of(g, S("dev"), dev->offset, &added)->uv = dev;
	return true;
}

bool wants_groups_read(struct wants_project *p, struct err *e)
{
	struct groups g = { .p = p };
	if (!find(&g, e)) return false;
	for (size_t i = 0; i < g.list.n; i++)
		if (g.list.p[i]->colour == UNSEEN && !look(&g, g.list.p[i], 0, e)) return false;
	for (size_t i = 0; i < g.list.n; i++) {
		struct want as = { .group = g.list.p[i]->name };
		bool never;
		if (g.list.p[i]->unusable) continue;
		if (!wants_add_name(p->r, &p->r->out->groups, as.group, p->d.path, e)) return false;
		if (!wants_uv_group(p, as.group, &as.marker, &never, e)) return false;
		if (!never && !put(&g, i, g.list.p[i], &as, e)) return false;
	}
	return true;
}
