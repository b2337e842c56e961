/* wants_poetry.c: Poetry's lists of dependencies, its extras and its sources.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/wants_poetry.h"

#include "base/io.h"
#include "lockfile/wants_uv.h"
#include "python/name.h"
#include "python/poetry_constraint.h"

/* --- tables --- */

static bool push(struct wants_project *p, struct poetry_wants *out, const struct poetry_dependency *one, struct err *e)
{
	void **slot;
	if (!wants_step(p->r, &p->steps, p->d.path, e)) return false;
	*vec_push(p->r->a, &out->list) = *one;
	slot = map_put(&out->first, one->want.name, NULL);
	out->list.p[out->list.n - 1].next = (size_t)(uintptr_t)*slot;
	*slot = (void *)(uintptr_t)out->list.n;
	return true;
}

bool wants_poetry_table(struct wants_project *p, const struct toml_value *table, struct poetry_wants *out, struct err *e)
{
	*out = (struct poetry_wants){ 0 };
	map_init(&out->first, p->r->a);
	if (!table) return true;
	if (table->type != TOML_TABLE) {
		reader_bad(&p->d, table, e, "project-field", "dependencies are a table, not %s", toml_type_name(table->type));
		return err_help(e, "write [tool.poetry.dependencies] above its keys");
	}
	for (size_t i = 0; i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		bool many = m->value->type == TOML_ARRAY;
		size_t n = many ? m->value->u.array.n : 1;
		if (str_ieq(m->key, S("python"))) continue;
		for (size_t j = 0; j < n; j++) {
			struct poetry_dependency one;
			const struct toml_value *v = many ? m->value->u.array.p[j] : m->value;
			if (!wants_poetry_entry(p, m->key, many ? v->offset : m->key_offset, v, &one, e) || !push(p, out, &one, e))
				return false;
		}
	}
	return true;
}

bool wants_poetry_add(struct wants_project *p, const struct poetry_wants *list, const struct want *as, struct err *e)
{
	for (size_t i = 0; i < list->list.n; i++) {
		struct want w = list->list.p[i].want;
		if (!wants_step(p->r, &p->steps, p->d.path, e)) return false;
		if (list->list.p[i].never) continue;
		w.extra = as->extra;
		w.group = as->group;
		if (!wants_marker_and(p->r->a, w.marker, as->marker, &w.marker, e)) return toml_where(e, &p->d, 0);
		if (!wants_add(p->r, &w, e)) return false;
	}
	return true;
}

/* --- enriching --- */

static bool compatible(struct wants_project *p, const struct toml_value *v, const struct want *w, const struct want *more,
                       struct want *one, struct err *e)
{
	one->allowed = interval_set_intersect(p->r->a, &w->allowed, &more->allowed);
	if (one->allowed.n) return true;
	reader_bad(&p->d, v, e, "project-field",
	           "`" STR_FMT "` and `" STR_FMT "` of [tool.poetry] (line %u) allow no version together",
	           STR_ARG(str_slice(w->text, 0, 200)), STR_ARG(str_slice(more->text, 0, 200)), (unsigned)more->line);
	return err_help(e, "a table of Poetry only narrows what the list above it says");
}

/* w with what one alternative of Poetry's table adds. */
static bool enriched(struct wants_project *p, const struct toml_value *v, const struct want *w, const struct want *more,
                     struct want *one, struct err *e)
{
	*one = *w;
	if (w->direct && more->direct &&
	    (w->file.kind != more->file.kind || (w->file.url.n && more->file.url.n && !str_eq(w->file.url, more->file.url)))) {
		reader_bad(&p->d, v, e, "project-field", "`" STR_FMT "` has another source in [tool.poetry] (line %u)",
		           STR_ARG(w->name), (unsigned)more->line);
		return err_help(e, "name the source in one of the two places");
	}
	if (w->direct) {
		one->file.editable |= more->file.editable;
	} else if (more->direct) {
		wants_set_direct(p->r->a, one, &more->file);
		one->hashes = more->hashes;
	} else {
		if (!compatible(p, v, w, more, one, e)) return false;
		bool narrower = !interval_set_equal(p->r->a, &one->allowed, &w->allowed);
		if (narrower) one->text = arena_fmt(p->r->a, STR_FMT ", " STR_FMT, STR_ARG(w->text), STR_ARG(more->text));
		one->pinned |= more->pinned;
		one->names_prerelease |= more->names_prerelease;
		one->index = more->index;
	}
	one->allow_prereleases = more->allow_prereleases;
	return wants_marker_and(p->r->a, w->marker, more->marker, &one->marker, e) || toml_where(e, &p->d, v->offset);
}

static bool together(struct wants_project *p, const struct want *w, const struct want *more)
{
	struct marker_sets *sets = marker_sets_new(p->r->a);
	struct str_list extras = { 0 };
	if (!w->marker || !more->marker) return true;
	if (!str_empty(w->extra)) *vec_push(p->r->a, &extras) = w->extra;
	struct marker_choice choice = { .extras = &extras };
	uint32_t both =
	    marker_sets_and(sets, marker_sets_from(sets, w->marker, &choice), marker_sets_from(sets, more->marker, &choice));
	return both != MARKER_NEVER || marker_sets_over(sets);
}

bool wants_poetry_enrich(struct wants_project *p, const struct toml_value *v, const struct want *w, struct err *e)
{
	size_t i = p->enrich ? (size_t)(uintptr_t)map_get(&p->enrich->first, w->name) : 0;
	bool any = false;
	for (; i; i = p->enrich->list.p[i - 1].next) {
		const struct poetry_dependency *more = &p->enrich->list.p[i - 1];
		struct want one;
		if (!wants_step(p->r, &p->steps, p->d.path, e)) return false;
		if (more->never || !together(p, w, &more->want)) continue;
		if (!enriched(p, v, w, &more->want, &one, e) || !wants_add(p->r, &one, e)) return false;
		any = true;
	}
	return any || wants_sources_add(p, v, w, e);
}

/* --- [tool.poetry.dependencies] and [tool.poetry.extras] --- */

struct main_list {
	struct wants_project *p;
	struct poetry_wants *list;
	struct map listed; /* dependency -> struct str_list of the extras that list it */
};

static bool read_extra(struct main_list *m, const struct toml_member *extra, struct err *e)
{
	struct wants_project *p = m->p;
	str name = name_normalize(p->r->a, extra->key);
	const struct toml_value *list = extra->value;
	if (!wants_name(p, "an extra", extra->key, extra->key_offset, e)) return false;
	if (list->type != TOML_ARRAY) {
		reader_bad(&p->d, list, e, "project-field", "an extra is an array of names, not %s", toml_type_name(list->type));
		return err_help(e, "write NAME = [\"DEPENDENCY\"]");
	}
	if (str_list_has(&p->r->out->extras, name)) {
		err_set(e, ERR_FORMAT, "project-field", "the extra `" STR_FMT "` is given twice", STR_ARG(name));
		toml_where(e, &p->d, extra->key_offset);
		return err_help(e, "names that differ in case and in `-`, `_`, `.` only are one: put both lists together");
	}
	if (!wants_add_name(p->r, &p->r->out->extras, name, p->d.path, e)) return false;
	for (size_t i = 0; i < list->u.array.n; i++) {
		const struct toml_value *v = list->u.array.p[i];
		if (!wants_step(p->r, &p->steps, p->d.path, e)) return false;
		if (v->type != TOML_STRING || !name_valid(str_trim(v->u.string))) {
			reader_bad(&p->d, v, e, "project-field", "an extra lists names of [tool.poetry.dependencies]");
			return err_help(e, "write the name alone; its version and markers stand in [tool.poetry.dependencies]");
		}
		str dependency = name_normalize(p->r->a, str_trim(v->u.string));
		if (!map_has(&m->list->first, dependency)) {
			note_add(p->r->notes, NOTE_WARNING, "extra-without-dependency",
			         STR_FMT ": the extra `" STR_FMT "` lists `" STR_FMT "`, which [tool.poetry.dependencies] does not have",
			         STR_ARG(p->d.path), STR_ARG(name), STR_ARG(dependency));
			continue;
		}
		void **slot = map_put(&m->listed, dependency, NULL);
		if (!*slot) *slot = arena_new(p->r->a, struct str_list);
		str_list_add_new(p->r->a, *slot, name);
	}
	return true;
}

/* "markers" that name extras make a dependency one of those extras. */
static bool add_by_marker(struct main_list *m, const struct want *w, struct err *e)
{
	struct wants_project *p = m->p;
	struct marker_choice choice = { 0 };
	struct marker_sets *sets = marker_sets_new(p->r->a);
	uint32_t without = marker_sets_from(sets, w->marker, &choice);
	if (!wants_add(p->r, w, e)) return false;
	for (size_t i = 0; i < p->r->out->extras.n; i++) {
		struct want one = *w;
		struct str_list extra = { 0 };
		if (!wants_step(p->r, &p->steps, p->d.path, e)) return false;
		one.extra = *vec_push(p->r->a, &extra) = p->r->out->extras.p[i];
		choice.extras = &extra;
		uint32_t with = marker_sets_from(sets, w->marker, &choice);
		if (with != without && !wants_add(p->r, &one, e)) return false;
	}
	return true;
}

static bool add_main(struct main_list *m, const struct poetry_dependency *one, struct err *e)
{
	const struct str_list *extras = map_get(&m->listed, one->want.name);
	struct want w = one->want;
	if (one->never) return true;
	if (!one->optional && marker_mentions(w.marker, MARKER_EXTRA)) return add_by_marker(m, &w, e);
	if (!one->optional) return wants_add(m->p->r, &w, e);
	for (size_t i = 0; extras && i < extras->n; i++) {
		w.extra = extras->p[i];
		if (!wants_step(m->p->r, &m->p->steps, m->p->d.path, e) || !wants_add(m->p->r, &w, e)) return false;
	}
	if (extras || !marker_mentions(w.marker, MARKER_EXTRA)) return true;
	return add_by_marker(m, &w, e);
}

static bool add_list(struct wants_project *p, struct poetry_wants *list, struct err *e)
{
	struct main_list m = { .p = p, .list = list };
	const struct toml_value *extras;
	map_init(&m.listed, p->r->a);
	if (!wants_project_table(p, "tool.poetry.extras", &extras, e)) return false;
	for (size_t i = 0; extras && i < extras->u.table.n; i++)
		if (!read_extra(&m, &extras->u.table.p[i], e)) return false;
	for (size_t i = 0; i < list->list.n; i++)
		if (!add_main(&m, &list->list.p[i], e)) return false;
	return true;
}

static bool read_python(struct wants_project *p, const struct toml_value *table, struct err *e)
{
	const struct toml_value *v = NULL;
	struct poetry_constraint c;
	struct err inner = { 0 };
	for (size_t i = 0; table && i < table->u.table.n; i++)
		if (str_ieq(table->u.table.p[i].key, S("python"))) v = table->u.table.p[i].value;
	if (!v || v->type != TOML_STRING || str_eq(str_trim(v->u.string), S("*"))) return true;
	if (!poetry_constraint_parse(p->r->a, v->u.string, &c, &inner)) {
		reader_bad(&p->d, v, e, "project-field", "%s", inner.what);
		return err_help(e, "write python = \"^3.10\" or \">=3.10,<3.15\"");
	}
	p->r->out->requires_python = wants_python_text(p->r->a, &c.allowed);
	p->r->out->requires_python_where =
	    arena_fmt(p->r->a, STR_FMT ":%u", STR_ARG(p->d.path), (unsigned)reader_line(&p->lines, p->d.text, v->offset));
	return true;
}

static bool is_dynamic(const struct wants_project *p)
{
	const struct toml_value *list = p->project ? toml_get(p->project, S("dynamic")) : NULL;
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++) {
		const struct toml_value *v = list->u.array.p[i];
		if (v->type == TOML_STRING &&
		    (str_eq(v->u.string, S("dependencies")) || str_eq(v->u.string, S("optional-dependencies"))))
			return true;
	}
	return false;
}

bool wants_poetry_main(struct wants_project *p, struct err *e)
{
	struct poetry_wants *list = arena_new(p->r->a, struct poetry_wants);
	const struct toml_value *table, *main = p->project ? toml_get(p->project, S("dependencies")) : NULL;
	bool own = main && main->type == TOML_ARRAY && main->u.array.n, extras = false;
	if (!wants_project_table(p, "tool.poetry.dependencies", &table, e) || !read_python(p, table, e) ||
	    !wants_poetry_table(p, table, list, e))
		return false;
	for (size_t i = 0; i < p->extras.n; i++) extras |= ((const struct toml_value *)p->extras.entries[i].value)->u.array.n > 0;
	if (own || extras) {
		p->enrich = list;
		/* Extras by PEP 621, the list itself by Poetry: said by `dynamic`. */
		if (own || !is_dynamic(p)) return true;
		for (size_t i = 0; i < list->list.n; i++)
			if (!list->list.p[i].optional && !list->list.p[i].never && !wants_add(p->r, &list->list.p[i].want, e)) return false;
		return true;
	}
	return add_list(p, list, e);
}

/* --- [[tool.poetry.source]] --- */

static bool read_source(struct wants_project *p, const struct toml_value *t, bool *primary, struct err *e)
{
	struct wants_index x = { 0 };
	str priority = S("primary");
	bool older = false;
	if (t->type != TOML_TABLE) {
		reader_bad(&p->d, t, e, "project-field", "a source is a table");
		return err_help(e, "write [[tool.poetry.source]] above its keys");
	}
	if (!toml_want_string(&p->d, t, "name", &x.name, e) || !toml_want_string(&p->d, t, "url", &x.url, e) ||
	    !toml_want_string(&p->d, t, "priority", &priority, e) || !toml_want_bool(&p->d, t, "default", &x.is_default, e) ||
	    !toml_want_bool(&p->d, t, "secondary", &older, e))
		return err_help(e, "write name, url and priority in quotes");
	if (str_empty(x.name)) {
		reader_bad(&p->d, t, e, "project-field", "the source has no name");
		return err_help(e, "add name = \"NAME\"");
	}
	x.is_default |= str_ieq(priority, S("default"));
	x.is_explicit = str_ieq(priority, S("explicit"));
	x.is_extra = older || str_ieq(priority, S("supplemental")) || str_ieq(priority, S("secondary"));
	if (!x.is_default && !x.is_explicit && !x.is_extra && !str_ieq(priority, S("primary"))) {
		reader_bad(&p->d, toml_get(t, S("priority")), e, "project-field", "`priority` cannot be `" STR_FMT "`",
		           STR_ARG(str_slice(priority, 0, 100)));
		return err_help(e, "it is one of primary, supplemental, explicit");
	}
	x.where = arena_fmt(p->r->a, STR_FMT ":%u", STR_ARG(p->d.path), (unsigned)reader_line(&p->lines, p->d.text, t->offset));
	*primary |= !x.is_explicit && !x.is_extra;
	*vec_push(p->r->a, &p->r->out->indexes) = x;
	return true;
}

bool wants_poetry_indexes(struct wants_project *p, struct err *e)
{
	const struct toml_value *list = p->poetry ? toml_get(p->poetry, S("source")) : NULL;
	size_t before = p->r->out->indexes.n;
	bool primary = false, given = false;
	if (!list) return true;
	if (list->type != TOML_ARRAY || list->u.array.n > WANTS_NAMES_MAX) {
		reader_bad(&p->d, list, e, "project-field", "`source` is an array of tables");
		return err_help(e, "write [[tool.poetry.source]] above its keys");
	}
	for (size_t i = 0; i < list->u.array.n; i++)
		if (!read_source(p, list->u.array.p[i], &primary, e)) return false;
	/* A primary source takes the place of the usual index: the last of them is the default. */
	struct wants_index *x = p->r->out->indexes.p;
	for (size_t i = before; i < p->r->out->indexes.n; i++) given |= x[i].is_default || str_empty(x[i].url);
	for (size_t i = p->r->out->indexes.n; i-- > before && primary && !given;) {
		if (x[i].is_explicit || x[i].is_extra) continue;
		x[i].is_default = given = true;
	}
	return true;
}
