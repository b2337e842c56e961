/* relock_tell.c: what a new lock changes against the old one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "pipeline/relock_parts.h"

#define TOLD_MAX 30 /* changes that are told one by one without -v */

static str versions_of(struct arena *a, str so_far, str version)
{
	if (version.n == 0) return so_far;
	return so_far.n ? arena_fmt(a, STR_FMT ", " STR_FMT, STR_ARG(so_far), STR_ARG(version)) : version;
}

static void compare(struct relock_work *w, const struct resolution *r)
{
	struct arena *a = w->a;
	struct map names; /* in order of the names: both lists are sorted, but a name may be in one of them only */
	struct str_list sorted = { 0 };
	map_init(&names, a);
	for (size_t i = 0; i < w->origin.pins.n; i++) *vec_push(a, &sorted) = w->origin.pins.p[i].name;
	for (size_t i = 0; i < r->packages.n; i++) *vec_push(a, &sorted) = r->packages.p[i].name;
	str_list_sort(&sorted);
	for (size_t i = 0; i < sorted.n; i++) {
		bool added;
		void **slot = map_put(&names, sorted.p[i], &added);
		if (!added) continue;
		struct relock_change *c = arena_new(a, struct relock_change);
		c->name = sorted.p[i];
		*slot = c;
	}
	for (size_t i = 0; i < w->origin.pins.n; i++) {
		struct relock_change *c = map_get(&names, w->origin.pins.p[i].name);
		c->from = versions_of(a, c->from, w->origin.pins.p[i].version);
	}
	for (size_t i = 0; i < r->packages.n; i++) {
		struct relock_change *c = map_get(&names, r->packages.p[i].name);
		c->to = versions_of(a, c->to, r->packages.p[i].version);
	}
	for (size_t i = 0; i < names.n; i++) {
		const struct relock_change *c = names.entries[i].value;
		if (!str_eq(c->from, c->to)) *vec_push(a, &w->lock->changes) = *c;
	}
}

static str join(struct arena *a, const struct str_list *list)
{
	str out = { 0 };
	for (size_t i = 0; i < list->n; i++) {
		if (i) out = arena_join(a, out, S(", "));
		out = arena_join(a, out, list->p[i]);
	}
	return out;
}

static void tell_change(struct relock_work *w, enum note_level level, const struct relock_change *c)
{
	if (c->from.n && c->to.n)
		note_add(w->notes, level, "lock-changed", "updated: " STR_FMT " " STR_FMT " -> " STR_FMT, STR_ARG(c->name),
		         STR_ARG(c->from), STR_ARG(c->to));
	else
		note_add(w->notes, level, "lock-changed", "%s: " STR_FMT " " STR_FMT, c->to.n ? "added" : "removed", STR_ARG(c->name),
		         STR_ARG(c->to.n ? c->to : c->from));
}

/* Targets that no artifact of lamina.toml has any more; those that were given up have been told of. */
static void tell_targets(struct relock_work *w)
{
	for (size_t i = 0; i < w->origin.targets.n && w->o->project->config_path.n; i++)
		if (!str_list_has(&w->lock->targets, w->origin.targets.p[i]))
			note_add(w->notes, NOTE_INFO, "target-gone",
			         STR_FMT " is no longer in " STR_FMT ": nothing in " STR_FMT " asks for it",
			         STR_ARG(w->origin.targets.p[i]), STR_ARG(w->lock->lock_path), STR_ARG(w->o->project->config_path));
}

void relock_tell(struct relock_work *w, const struct resolution *r)
{
	const struct relock *x = w->lock;
	bool written = w->o->mode == RELOCK_WRITE && !x->is_stream && !w->o->dry_run;
	compare(w, r);
	if (!x->changed) {
		note_add(w->notes, NOTE_VERBOSE, "lock-same", STR_FMT " stays as it is", STR_ARG(x->lock_path));
		return;
	}
	if (!w->o->brief)
		note_add(w->notes, NOTE_INFO, "locked", "%s " STR_FMT ": %zu package%s for " STR_FMT "%s" STR_FMT,
		         written ? "locked" : "resolved", STR_ARG(x->shown), r->packages.n, r->packages.n == 1 ? "" : "s",
		         STR_ARG(join(w->a, &x->targets)), written ? " -> " : "", STR_ARG(written ? x->lock_path : S("")));
	tell_targets(w);
	/* Of a first lock everything is new: its number says enough. */
	enum note_level level = w->exists ? NOTE_INFO : NOTE_VERBOSE;
	for (size_t i = 0; i < x->changes.n; i++) tell_change(w, i < TOLD_MAX ? level : NOTE_VERBOSE, &x->changes.p[i]);
	if (w->exists && x->changes.n > TOLD_MAX)
		note_add(w->notes, NOTE_INFO, "lock-changed", "%zu more changes (-v lists them)", x->changes.n - TOLD_MAX);
}
