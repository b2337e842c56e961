/* resolve_failure.c: failures that need no proof: one requirement of the user cannot be met whatever the others are.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An unknown name and a pinned version that is not there, or that the target cannot use, get the same errors as in a lock that names
 * them: these say what is wrong with that one file, where an explanation would tell a story. */
#include "net/url.h"
#include "pipeline/resolve_parts.h"

static void where(const struct solver_need *need, struct err *e)
{
	if (need->where.n) err_where(e, STR_FMT, STR_ARG(need->where));
}

/* The catalog's own error says which indexes were asked. */
static bool unknown(struct resolve_target *t, struct resolve_project *p, const struct solver_need *need, struct err *e)
{
	str meant = resolve_meant(t, p->name);
	const struct err *asked = p->page ? p->page->missing : NULL;
	bool told = asked && asked->where[0]; /* below, with its answer */
	err_set(e, ERR_RESOLVE, "unknown-project", "there is no project `" STR_FMT "`: " STR_FMT, STR_ARG(p->name),
	        STR_ARG(told && !p->rule->index.n ? S("no index has it") : p->solver.missing));
	where(need, e);
	if (told) err_why(e, "asked %s: %s", asked->where, asked->why);
	if (meant.n) return err_help(e, "did you mean `" STR_FMT "`?", STR_ARG(meant));
	if (asked && asked->help[0]) return err_help(e, "%s", asked->help);
	return err_help(e, STR_FMT, STR_ARG(resolve_hint(t, p, &need->allowed)));
}

static bool no_such_version(struct resolve_target *t, struct resolve_project *p, const struct solver_need *need, struct err *e)
{
	str hint = resolve_hint(t, p, &need->allowed);
	err_set(e, ERR_RESOLVE, "no-such-version", "the index has no files of " STR_FMT, STR_ARG(need->text));
	where(need, e);
	if (p->page->index.n) err_why(e, STR_FMT " was asked", STR_ARG(url_display(t->run->a, p->page->index)));
	if (hint.n) err_help(e, STR_FMT, STR_ARG(hint));
	return err_help(e,
	                "choose a version that is there, or name the index that has it: --index-url URL or --extra-index-url URL");
}

static bool no_wheel(struct resolve_target *t, struct resolve_project *p, size_t candidate, const struct solver_need *need,
                     struct err *e)
{
	struct arena *a = t->run->a;
	struct refusal one = { .first = candidate, .last = candidate };
	struct str_list names = resolve_names(t, p, &one);
	struct wheel_nearest near =
	    wheel_choose_nearest(a, names.p, names.n, t->lt->python_minor, t->lt->glibc_minor, t->lt->machine);
	str hint = resolve_hint(t, p, &need->allowed), version = p->list[candidate].text;
	if (near.index == SIZE_MAX) {
		err_set(e, ERR_RESOLVE, "sdist-only", STR_FMT " " STR_FMT " is there as a source distribution only", STR_ARG(p->name),
		        STR_ARG(version));
		where(need, e);
		err_why(e, STR_FMT " would have to be built, and source distributions are not built unless that is asked for",
		        STR_ARG(names.n ? names.p[0] : p->name));
	} else {
		err_set(e, ERR_RESOLVE, "no-wheel", STR_FMT " " STR_FMT " has no wheel for " STR_FMT, STR_ARG(p->name),
		        STR_ARG(version), STR_ARG(t->lt->text));
		where(need, e);
		err_why(e, "the nearest is " STR_FMT ": " STR_FMT, STR_ARG(names.p[near.index]), STR_ARG(near.reason));
	}
	if (hint.n) err_help(e, STR_FMT, STR_ARG(hint));
	return err_help(e, "choose a version that has such a wheel");
}

static bool other_python(struct resolve_target *t, struct resolve_project *p, size_t candidate, const struct solver_need *need,
                         str reason, struct err *e)
{
	str hint = resolve_hint(t, p, &need->allowed);
	err_set(e, ERR_RESOLVE, "requires-python", STR_FMT " " STR_FMT " does not run on " STR_FMT, STR_ARG(p->name),
	        STR_ARG(p->list[candidate].text), STR_ARG(t->lt->text));
	where(need, e);
	err_why(e, "it " STR_FMT, STR_ARG(reason));
	if (hint.n) err_help(e, STR_FMT, STR_ARG(hint));
	return err_help(e, "choose another version of it, or another --runtime");
}

/* What its metadata shows, once it was looked at. */
static bool bad_metadata(struct resolve_target *t, struct resolve_project *p, size_t candidate, const struct solver_need *need,
                         bool *told, struct err *e)
{
	const struct catalog_metadata *m = p->more[candidate].metadata;
	*told = false;
	if (!m || (!m->broken && resolve_python_of(t, m->requires_python).allowed)) return false;
	*told = true;
	if (!m->broken)
		return other_python(t, p, candidate, need,
		                    arena_fmt(t->run->a, "needs Python " STR_FMT " (the target has " STR_FMT ")",
		                              STR_ARG(m->requires_python), STR_ARG(resolve_python_text(t))),
		                    e);
	if (!resolve_waits_for_sdist(t, p, p->more[candidate].file)) {
		*e = m->why;
		where(need, e);
		return false;
	}
	str hint = resolve_hint(t, p, &need->allowed);
	err_set(e, m->why.code, m->why.id, "%s", m->why.what);
	where(need, e);
	err_why(e, "%s%s%s", m->why.where, m->why.where[0] ? ": " : "", m->why.why);
	return hint.n && err_help(e, STR_FMT, STR_ARG(hint));
}

/* The newest version that the pin allows; SIZE_MAX: there is none. */
static size_t pinned(const struct resolve_project *p, const struct solver_need *need)
{
	for (size_t i = 0; i < p->solver.n; i++)
		if (interval_set_contains(&need->allowed, p->list[i].version)) return i;
	return SIZE_MAX;
}

static bool tell_pinned(struct resolve_target *t, struct resolve_project *p, const struct solver_need *need, bool *told,
                        struct err *e)
{
	size_t candidate = pinned(p, need);
	*told = true;
	if (candidate == SIZE_MAX) return no_such_version(t, p, need, e);
	uint32_t refused = p->list[candidate].refused;
	if (refused == 0) return bad_metadata(t, p, candidate, need, told, e);
	switch (p->refusals.p[refused - 1].kind) {
	case REFUSED_TAGS:
	case REFUSED_SDIST: return no_wheel(t, p, candidate, need, e);
	case REFUSED_PYTHON: return other_python(t, p, candidate, need, resolve_reason(t, p, refused, &need->allowed), e);
	default: *told = false; return false;
	}
}

bool resolve_failure(struct resolve_target *t, struct str_list *packages, struct err *e)
{
	for (size_t i = 0; i < t->needs.n; i++) {
		const struct solver_need *need = &t->needs.p[i];
		struct resolve_project *p = need->soft ? NULL : map_get(&t->projects, need->name);
		bool told = false;
		if (!p || !p->loaded || p->direct) continue;
		if (p->missing) {
			unknown(t, p, need, e);
			told = true;
		} else if (t->need_wants.p[i]->pinned && p->page && p->solver.missing.n == 0) {
			tell_pinned(t, p, need, &told, e);
		}
		if (!told) continue;
		packages->n = 0;
		*vec_push(t->run->a, packages) = p->name;
		return true;
	}
	return false;
}
