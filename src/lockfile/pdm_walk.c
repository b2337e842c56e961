/* pdm_walk.c: which entries of a pdm.lock take part, where they do not say it themselves.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: pdm 2.29, resolving against the lock alone (models/repositories/lock.py): a requirement is answered by the entries of its name and
 * extras whose version it admits, and an entry asks for its `dependencies`, PEP 508 texts. The walk is for every environment at
 * once; what it finds becomes the entry's marker, which the target decides afterwards. */
#include <string.h>

#include "lockfile/pdm_lock.h"
#include "python/marker_set.h"
#include "python/name.h"

#define INCLUDE_DEPTH 50
#define STEPS_MAX     ((size_t)1000000)

struct walk {
	struct pdm_lock *l;
	struct arena *a;
	struct marker_sets *markers;
	uint32_t *where; /* of each package */
	bool *queued;
	VEC(size_t) queue;
	uint32_t python; /* of the project: what only others need is not locked */
	bool check;      /* only: is there an answer for each requirement? */
};

static bool same_extras(const struct str_list *x, const struct str_list *y)
{
	if (x->n != y->n) return false;
	for (size_t i = 0; i < x->n; i++)
		if (!str_eq(x->p[i], y->p[i])) return false;
	return true;
}

static bool admits(const struct requirement *r, const struct pdm_package *p)
{
	/* A direct entry is what a requirement of that name means, whatever version it turned out to have. */
	if (p->entry.package.files.n == 1 && p->entry.package.files.p[0].kind >= LOCKED_DIRECTORY) return true;
	return !r->specifier.n || (p->has_version && specifier_matches(&r->specifier, &p->version, p->entry.package.version));
}

static void reach(struct walk *w, size_t at, uint32_t where)
{
	uint32_t all = marker_sets_or(w->markers, w->where[at], where);
	if (all == w->where[at]) return;
	w->where[at] = all;
	if (w->queued[at]) return;
	w->queued[at] = true;
	*vec_push(w->a, &w->queue) = at;
}

/* Gives the number of entries that answer; with plain, those without extras. */
static size_t answer(struct walk *w, const struct requirement *r, const struct str_list *extras, uint32_t where)
{
	struct pdm_lock *l = w->l;
	size_t n = 0;
	for (size_t at = (size_t)(uintptr_t)map_get(&l->by_name, name_normalize(w->a, r->name)); at;
	     at = l->packages.p[at - 1].next) {
		const struct pdm_package *p = &l->packages.p[at - 1];
		if (!same_extras(&p->entry.package.extras, extras) || !admits(r, p)) continue;
		n++;
		if (!w->check) reach(w, at - 1, where);
	}
	return n;
}

static bool missing(struct walk *w, const struct requirement *r, struct err *e)
{
	err_set(e, ERR_RESOLVE, w->check ? "lock-stale" : "lock-missing-package",
	        w->check ? "pyproject.toml changed since the lock was made: nothing in it is `" STR_FMT "`"
	                 : "the lock has nothing for `" STR_FMT "`",
	        STR_ARG(str_slice(r->text, 0, 200)));
	err_where(e, STR_FMT, STR_ARG(w->l->path));
	return err_help(e, w->check ? "run: pdm lock (or use the lock as it is: --frozen)" : "lock again: pdm lock");
}

static bool follow(struct walk *w, const struct requirement *r, uint32_t from, struct err *e)
{
	static const struct str_list none;
	struct marker_choice choice = { 0 };
	struct str_list extras = { 0 };
	uint32_t where = marker_sets_and(w->markers, from, marker_sets_from(w->markers, r->marker, &choice));
	if (marker_sets_and(w->markers, where, w->python) == MARKER_NEVER) return true;
	reader_normalize_names(w->a, &r->extras, &extras);
	str_list_sort(&extras);
	size_t n = answer(w, r, &extras, where);
	/* pdm leaves out the entry with extras that the package turned out not to have. */
	if (!n && extras.n) n = answer(w, r, &none, where);
	return n || missing(w, r, e);
}

/* --- the project's requirements --- */

static bool root_texts(struct walk *w, const struct toml_value *list, struct err *e)
{
	const struct toml_document *d = &w->l->project;
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++) {
		const struct toml_value *v = list->u.array.p[i];
		struct requirement r;
		if (v->type != TOML_STRING) continue; /* include-group */
		/* "-e file:///..." of the groups for development is not PEP 508; its entry says what it is. */
		if (str_starts(str_trim(v->u.string), S("-e"))) continue;
		if (!requirement_parse(w->a, v->u.string, &r, e) || !marker_check(r.marker, e)) return toml_where(e, d, v->offset);
		if (!follow(w, &r, MARKER_ALWAYS, e)) return false;
	}
	return true;
}

static const struct toml_value *by_name(const struct toml_value *table, str group)
{
	for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n; i++)
		if (name_same(table->u.table.p[i].key, group)) return table->u.table.p[i].value;
	return NULL;
}

static bool root_group(struct walk *w, str group, unsigned depth, struct err *e)
{
	const struct toml_value *root = w->l->project.root, *list = by_name(toml_get(root, S("dependency-groups")), group);
	if (str_eq(group, S("default"))) return root_texts(w, toml_at(root, "project.dependencies"), e);
	if (!root_texts(w, by_name(toml_at(root, "project.optional-dependencies"), group), e)) return false;
	if (!root_texts(w, by_name(toml_at(root, "tool.pdm.dev-dependencies"), group), e) || !root_texts(w, list, e)) return false;
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++) {
		const struct toml_value *t = list->u.array.p[i], *name = t->type == TOML_TABLE ? toml_get(t, S("include-group")) : NULL;
		if (!name || name->type != TOML_STRING) continue;
		if (depth >= INCLUDE_DEPTH) return reader_bad(&w->l->project, t, e, "lock-field", "groups include each other");
		if (!root_group(w, name->u.string, depth + 1, e)) return false;
	}
	return true;
}

static struct walk begin(struct pdm_lock *l)
{
	struct walk w = { .l = l, .a = l->r->a, .markers = marker_sets_new(l->r->a) };
	w.where = arena_array(w.a, uint32_t, l->packages.n + 1);
	w.queued = arena_array(w.a, bool, l->packages.n + 1);
	w.python = MARKER_ALWAYS;
	const struct toml_value *python = l->has_project ? toml_at(l->project.root, "project.requires-python") : NULL;
	struct specifier_set set;
	if (!python || python->type != TOML_STRING || !specifier_parse(w.a, python->u.string, &set, NULL)) return w;
	struct interval_set versions = specifier_intervals(w.a, &set);
	w.python = marker_sets_python(w.markers, &versions);
	return w;
}

static bool roots(struct walk *w, struct err *e)
{
	for (size_t i = 0; i < w->l->chosen.n; i++)
		if (!root_group(w, w->l->chosen.p[i], 0, e)) return false;
	return true;
}

bool pdm_fresh(struct pdm_lock *l, struct err *e)
{
	struct walk w = begin(l);
	w.check = true;
	return roots(&w, e);
}

static bool take_step(struct walk *w, size_t at, struct err *e)
{
	const struct pdm_package *p = &w->l->packages.p[at];
	uint32_t where = w->where[at];
	w->queued[at] = false;
	for (size_t i = 0; i < p->needs.n; i++) {
		struct requirement r;
		if (!requirement_parse(w->a, p->needs.p[i], &r, e) || !marker_check(r.marker, e))
			return toml_where(e, &w->l->d, p->table->offset);
		if (!follow(w, &r, where, e)) return false;
	}
	return true;
}

bool pdm_walk(struct pdm_lock *l, struct err *e)
{
	struct walk w = begin(l);
	if (!l->has_project) {
		err_set(e, ERR_FORMAT, "lock-missing-project", "a pdm.lock without inherit_metadata needs its pyproject.toml");
		err_where(e, STR_FMT, STR_ARG(l->path));
		return err_help(e, "keep both files together, or run: pdm lock --strategy inherit_metadata");
	}
	if (!roots(&w, e)) return false;
	for (size_t i = 0; i < w.queue.n; i++) {
		if (!take_step(&w, w.queue.p[i], e)) return false;
		if (w.queue.n > STEPS_MAX || marker_sets_over(w.markers)) {
			err_set(e, ERR_FORMAT, "too-large", "the lock has too many ways from the project to its packages");
			return err_where(e, STR_FMT, STR_ARG(l->path));
		}
	}
	for (size_t i = 0; i < l->packages.n; i++) {
		struct pdm_package *p = &l->packages.p[i];
		p->in = w.where[i] != MARKER_NEVER;
		if (!p->in || w.where[i] == MARKER_ALWAYS) continue;
		str text = marker_sets_text(w.markers, w.where[i], MARKER_ALWAYS, MARKER_STYLE_SHORT);
		if (text.n && !marker_parse(w.a, text, &p->entry.marker, e)) return false;
	}
	return true;
}
