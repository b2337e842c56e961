/* closure.c: extras spread along dependencies until nothing changes; then each needed name is looked up.
 * SPDX-License-Identifier: Apache-2.0
 *
 * State: `active[i]` are the extras asked for on distribution i so far; a work list holds distributions whose extras grew. Each
 * (distribution, extra) pair enters once, so the time is bounded by requirements times extras. */
#include "pipeline/closure.h"

#include "base/buf.h"
#include "base/map.h"
#include "python/name.h"
#include "python/requirement.h"

#define MISSING_SHOWN 10

struct need {
	struct requirement requirement;
	str name; /* normalised */
	bool held;
};

struct needs {
	VEC(struct need) list; /* parsed Requires-Dist, the target's markers not yet applied */
};

struct spreading {
	struct arena *a;
	const struct distribution *distributions;
	size_t n;
	const struct lock_target *target;
	struct notes *notes;
	struct err *e;
	struct map by_name; /* name -> index + 1 */
	struct needs *needs;
	struct str_list *active;
	struct prune_node *nodes;
	VEC(size_t) work;
	size_t steps;
	/* called for each need that holds; may be NULL */
	bool (*visit)(struct spreading *s, size_t from, const struct need *need);
	void *context;
};

static bool parse_needs(struct spreading *s, size_t i)
{
	const struct distribution *d = &s->distributions[i];
	for (size_t k = 0; k < d->record->requires_dist.n; k++) {
		struct need need = { 0 };
		struct err ignored = { 0 };
		bool repaired = false;
		str text = d->record->requires_dist.p[k];
		if (!requirement_parse_lenient(s->a, text, &need.requirement, &repaired, &ignored)) {
			note_add(s->notes, NOTE_WARNING, "bad-requirement",
			         "a requirement of " STR_FMT " cannot be read and is not checked: " STR_FMT, STR_ARG(d->name),
			         STR_ARG(text));
			continue;
		}
		if (repaired)
			note_add(s->notes, NOTE_VERBOSE, "repaired-requirement", "a requirement of " STR_FMT " was repaired: " STR_FMT,
			         STR_ARG(d->name), STR_ARG(text));
		need.name = name_normalize(s->a, need.requirement.name);
		*vec_push(s->a, &s->needs[i].list) = need;
	}
	return true;
}

static bool holds(const struct spreading *s, size_t i, const struct need *need)
{
	struct marker_environment env = { .extras = &s->active[i] }, assumed = { .extras = &s->active[i] };
	for (size_t k = 0; k < MARKER_N_ENVIRONMENT; k++) {
		env.values[k] = s->target->values[k];
		assumed.values[k] = s->target->assumed[k];
	}
	bool was_assumed = false;
	return marker_decide(need->requirement.marker, &env, &assumed, &was_assumed);
}

static void ask_extras(struct spreading *s, size_t to, const struct requirement *requirement)
{
	bool grew = false;
	for (size_t k = 0; k < requirement->extras.n; k++)
		grew = str_list_add_new(s->a, &s->active[to], name_normalize(s->a, requirement->extras.p[k])) || grew;
	if (grew) *vec_push(s->a, &s->work) = to;
}

static bool too_large(struct spreading *s, size_t i)
{
	const struct distribution *d = &s->distributions[i];
	err_set(s->e, ERR_FORMAT, "closure-too-large", "the requirements and extras of " STR_FMT " are too many to follow",
	        STR_ARG(d->name));
	return err_where(s->e, STR_FMT, STR_ARG(d->file));
}

static bool spread_one(struct spreading *s, size_t i)
{
	for (size_t k = 0; k < s->needs[i].list.n; k++) {
		struct need *need = &s->needs[i].list.p[k];
		s->steps += 1 + s->active[i].n;
		if (s->steps > CLOSURE_STEPS_MAX) return too_large(s, i);
		if (need->held || !holds(s, i, need)) continue;
		need->held = true; /* further extras only add */
		size_t to = (size_t)(uintptr_t)map_get(&s->by_name, need->name);
		*vec_push(s->a, &s->nodes[i].needs) = need->name;
		if (to) ask_extras(s, to - 1, &need->requirement);
		if (s->visit && !s->visit(s, i, need)) return false;
	}
	return true;
}

static bool spread(struct spreading *s)
{
	map_init(&s->by_name, s->a);
	s->needs = arena_array(s->a, struct needs, s->n);
	s->active = arena_array(s->a, struct str_list, s->n);
	s->nodes = arena_array(s->a, struct prune_node, s->n);
	for (size_t i = 0; i < s->n; i++) {
		*map_put(&s->by_name, s->distributions[i].name, NULL) = (void *)(uintptr_t)(i + 1);
		s->nodes[i].name = s->distributions[i].name;
		for (size_t k = 0; k < s->distributions[i].extras.n; k++)
			str_list_add_new(s->a, &s->active[i], name_normalize(s->a, s->distributions[i].extras.p[k]));
		if (!parse_needs(s, i)) return false;
		*vec_push(s->a, &s->work) = i;
	}
	for (size_t next = 0; next < s->work.n; next++)
		if (!spread_one(s, s->work.p[next])) return false;
	return true;
}

bool closure_table(struct arena *a, const struct distribution *distributions, size_t n, const struct lock_target *target,
                   struct notes *notes, struct prune_node **nodes, struct err *e)
{
	struct spreading s = { .a = a, .distributions = distributions, .n = n, .target = target, .notes = notes, .e = e };
	if (!spread(&s)) return false;
	*nodes = s.nodes;
	return true;
}

/* What closure_check collects. */
struct checking {
	const struct str_list *left_out;
	struct map missing; /* names already told */
	struct buf text;
	size_t shown;
};

static str requirement_text(struct arena *a, const struct requirement *r)
{
	return r->specifier.n ? specifier_text(a, &r->specifier) : (str){ 0 };
}

static void check_version(struct spreading *s, size_t from, const struct need *need, const struct distribution *to)
{
	if (need->requirement.specifier.n == 0) return;
	if (specifier_contains(s->a, &need->requirement.specifier, to->version, SPEC_PRE_YES)) return;
	note_add(s->notes, NOTE_WARNING, "conflict", STR_FMT " " STR_FMT " wants " STR_FMT STR_FMT ", but " STR_FMT " is locked",
	         STR_ARG(s->distributions[from].name), STR_ARG(s->distributions[from].version), STR_ARG(need->name),
	         STR_ARG(requirement_text(s->a, &need->requirement)), STR_ARG(to->version));
}

static bool check_need(struct spreading *s, size_t from, const struct need *need)
{
	struct checking *c = s->context;
	size_t to = (size_t)(uintptr_t)map_get(&s->by_name, need->name);
	if (to) {
		check_version(s, from, need, &s->distributions[to - 1]);
		return true;
	}
	bool added;
	if (str_list_has(c->left_out, need->name)) return true;
	map_put(&c->missing, need->name, &added);
	if (!added) return true;
	if (c->shown++ >= MISSING_SHOWN) return true;
	buf_addf(&c->text, "%s" STR_FMT STR_FMT " (needed by " STR_FMT ")", c->shown > 1 ? ", " : "", STR_ARG(need->name),
	         STR_ARG(requirement_text(s->a, &need->requirement)), STR_ARG(s->distributions[from].name));
	return true;
}

/* The file that the first distribution with a place stands in. */
static str listing_file(const struct spreading *s)
{
	for (size_t i = 0; i < s->n; i++) {
		str at = s->distributions[i].required_at;
		size_t colon = str_rchr(at, ':');
		if (at.n) return colon == STR_NONE ? at : str_slice(at, 0, colon);
	}
	return S("the requirements file");
}

static bool report_missing(const struct checking *c, const struct spreading *s)
{
	err_set(s->e, ERR_RESOLVE, "missing-dependency", "%zu %s not listed: " STR_FMT "%s", c->missing.n,
	        c->missing.n == 1 ? "dependency is" : "dependencies are", STR_ARG(buf_str(&c->text)),
	        c->missing.n > MISSING_SHOWN ? ", ..." : "");
	err_where(s->e, STR_FMT, STR_ARG(listing_file(s)));
	err_why(s->e, "a file that is used as a lock must list everything, or the function fails with \"No module named ...\"");
	return err_help(s->e, "list them with exact versions (name==version), or leave them out on purpose with --exclude NAME or "
	                      "--provided NAME");
}

bool closure_check(struct arena *a, const struct distribution *distributions, size_t n, const struct lock_target *target,
                   const struct str_list *left_out, struct notes *notes, struct err *e)
{
	struct checking c = { .left_out = left_out };
	struct spreading s = { .a = a, .distributions = distributions, .n = n, .target = target, .notes = notes, .e = e };
	s.visit = check_need;
	s.context = &c;
	buf_init(&c.text, 4096);
	map_init(&c.missing, a);
	bool ok = spread(&s);
	if (ok && c.missing.n) ok = report_missing(&c, &s);
	buf_release(&c.text);
	return ok;
}

bool closure_check_python(struct arena *a, const struct distribution *distributions, size_t n, const struct lock_target *target,
                          struct notes *notes, struct err *e)
{
	str full = target->values[MARKER_PYTHON_FULL_VERSION];
	for (size_t i = 0; i < n; i++) {
		const struct distribution *d = &distributions[i];
		struct specifier_set set;
		struct err ignored = { 0 };
		if (d->record->requires_python.n == 0) continue;
		if (!specifier_parse(a, d->record->requires_python, &set, &ignored)) {
			note_add(notes, NOTE_WARNING, "bad-requires-python", "Requires-Python of " STR_FMT " cannot be read: " STR_FMT,
			         STR_ARG(d->name), STR_ARG(d->record->requires_python));
			continue;
		}
		enum tri allows = specifier_allows_python(&set, target->python_minor, full);
		if (allows == TRI_UNKNOWN) {
			str assumed = target->assumed[MARKER_PYTHON_FULL_VERSION];
			allows = specifier_allows_python(&set, target->python_minor, assumed);
			note_add(notes, NOTE_INFO, "assumed-python", STR_FMT " requires Python " STR_FMT "; " STR_FMT " is assumed",
			         STR_ARG(d->name), STR_ARG(d->record->requires_python), STR_ARG(assumed));
		}
		if (allows != TRI_FALSE) continue;
		err_set(e, ERR_RESOLVE, "requires-python", STR_FMT " " STR_FMT " does not run on Python 3.%d", STR_ARG(d->name),
		        STR_ARG(d->version), target->python_minor);
		err_why(e, "it requires Python " STR_FMT, STR_ARG(d->record->requires_python));
		if (d->required_at.n) err_where(e, STR_FMT, STR_ARG(d->required_at));
		return err_help(e, "choose another version of it, or another --runtime");
	}
	return true;
}
