/* wants_groups.c: [dependency-groups] of a pyproject.toml.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PEP 735. Names are compared normalised, two that are one are an error, and so are groups that include each other in a
 * circle or one that is not there. What a table in a group means that is not {include-group = ...} is for later specifications:
 * it is an error only for those who use the group. Everybody uses all groups here (one lock serves every selection), so such a group, and
 * those that include it, are left out with a warning.
 * A group that is included twice adds nothing the second time: wants are a set. */
#include "lockfile/wants_reader.h"
#include "python/name.h"

enum colour { UNSEEN, OPEN, DONE };

struct group {
	str name; /* normalised */
	str key;  /* as written */
	uint32_t offset;
	const struct toml_value *list; /* NULL: only older tables have it */
	bool unusable;                 /* it holds what nobody knows yet */
	enum colour colour;            /* of the search for circles */
	size_t seen_by;                /* index + 1 of the group into which it went last */
};

struct groups {
	struct wants_project *p;
	VEC(struct group *) list;
	struct map by_name;
};

static bool bad(struct groups *g, const struct toml_value *v, struct err *e, const char *what, str name, const char *help)
{
	reader_bad(&g->p->d, v, e, "project-field", "%s `" STR_FMT "`", what, STR_ARG(str_slice(name, 0, 200)));
	return err_help(e, "%s", help);
}

/* --- includes --- */

/* NULL in *out (without an error) when the table is of an unknown shape. */
static bool included(struct groups *g, const struct toml_value *table, struct group **out, struct err *e)
{
	const struct toml_value *name = toml_get(table, S("include-group"));
	*out = NULL;
	if (!name || table->u.table.n != 1) return true;
	if (name->type != TOML_STRING) {
		reader_bad(&g->p->d, name, e, "project-field", "`include-group` is a string, not %s", toml_type_name(name->type));
		return err_help(e, "write {include-group = \"NAME\"}");
	}
	*out = map_get(&g->by_name, name_normalize(g->p->r->a, name->u.string));
	if (*out) return true;
	return bad(g, name, e, "there is no group", name->u.string, "include a group that [dependency-groups] has");
}

/* Looks for circles and for tables of unknown shape. */
static bool look(struct groups *g, struct group *one, unsigned depth, struct err *e)
{
	one->colour = OPEN;
	if (depth > WANTS_DEPTH_MAX)
		return bad(g, one->list, e, "too many groups include each other, down to", one->name,
		           "list the requirements themselves");
	for (size_t i = 0; one->list && i < one->list->u.array.n; i++) {
		const struct toml_value *v = one->list->u.array.p[i];
		struct group *other;
		if (v->type != TOML_TABLE) continue;
		if (!included(g, v, &other, e)) return false;
		if (!other) {
			uint32_t line, column;
			toml_line_column(g->p->d.text, v->offset, &line, &column);
			one->unusable = true;
			note_add(g->p->r->notes, NOTE_WARNING, "group-left-out",
			         STR_FMT ":%u:%u: the group `" STR_FMT "` holds a table that is no include-group; the group is left out",
			         STR_ARG(g->p->d.path), (unsigned)line, (unsigned)column, STR_ARG(one->key));
			continue;
		}
		if (other->colour == OPEN)
			return bad(g, v, e, "a circle of groups leads back to", other->key, "take one of the includes out");
		if (other->colour == UNSEEN && !look(g, other, depth + 1, e)) return false;
		one->unusable |= other->unusable;
	}
	one->colour = DONE;
	return true;
}

/* --- wants --- */

static bool put(struct groups *g, size_t into, struct group *one, const struct want *as, struct err *e)
{
	if (one->seen_by == into + 1) return true;
	one->seen_by = into + 1;
	if (!wants_step(g->p->r, &g->p->steps, g->p->d.path, e)) return false;
	if (!wants_project_list(g->p, one->list, as, true, e)) return false;
	for (size_t i = 0; one->list && i < one->list->u.array.n; i++) {
		const struct toml_value *v = one->list->u.array.p[i];
		struct group *other;
		if (v->type != TOML_TABLE) continue;
		if (!included(g, v, &other, e) || !put(g, into, other, as, e)) return false;
	}
	return true;
}

static bool find(struct groups *g, const struct toml_value *table, struct err *e)
{
	map_init(&g->by_name, g->p->r->a);
	for (size_t i = 0; table && i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		struct group *one = arena_new(g->p->r->a, struct group);
		bool added;
		if (!wants_name(g->p, "a group", m->key, m->key_offset, e)) return false;
		*one = (struct group){
			.name = name_normalize(g->p->r->a, m->key), .key = m->key, .offset = m->key_offset, .list = m->value
		};
		*map_put(&g->by_name, one->name, &added) = one;
		if (!added) {
			err_set(e, ERR_FORMAT, "project-field", "the group `" STR_FMT "` is given twice", STR_ARG(one->name));
			toml_where(e, &g->p->d, m->key_offset);
			return err_help(e, "names that differ in case and in `-`, `_`, `.` only are one: put both lists together");
		}
		if (m->value->type != TOML_ARRAY) return wants_project_list(g->p, m->value, NULL, true, e);
		if (g->list.n >= WANTS_NAMES_MAX) return bad(g, m->value, e, "too many groups, at", m->key, "keep fewer groups");
		*vec_push(g->p->r->a, &g->list) = one;
	}
	return true;
}

bool wants_groups_read(struct wants_project *p, struct err *e)
{
	struct groups g = { .p = p };
	const struct toml_value *table;
	if (!wants_project_table(p, "dependency-groups", &table, e) || !find(&g, table, e)) return false;
	for (size_t i = 0; i < g.list.n; i++)
		if (g.list.p[i]->colour == UNSEEN && !look(&g, g.list.p[i], 0, e)) return false;
	for (size_t i = 0; i < g.list.n; i++) {
		struct want as = { .group = g.list.p[i]->name };
		if (g.list.p[i]->unusable) continue;
		if (!wants_add_name(p->r, &p->r->out->groups, as.group, p->d.path, e) || !put(&g, i, g.list.p[i], &as, e)) return false;
	}
	return true;
}
