/* resolve.c: the run: targets one after the other, each fed to the solver, and what it says when there is no answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/resolve_parts.h"

/* --- the solver's questions --- */

static void trace(struct resolve *r, str line)
{
	if (r->options->trace) r->options->trace(r->options->trace_context, line.p);
}

static void trace_project(struct resolve_target *t, const struct resolve_project *p)
{
	struct arena_mark mark = arena_mark(t->run->a);
	size_t usable = 0;
	for (size_t i = 0; i < p->solver.n; i++) usable += p->list[i].refused == 0;
	trace(t->run, p->missing ? arena_fmt(t->run->a, STR_FMT ": unknown", STR_ARG(p->name))
	                         : arena_fmt(t->run->a, STR_FMT ": %zu versions, %zu can be used on " STR_FMT, STR_ARG(p->name),
	                                     p->solver.n, usable, STR_ARG(t->lt->text)));
	arena_rewind(t->run->a, mark);
}

static bool on_project(void *context, str name, const struct solver_project **out, struct err *e)
{
	struct resolve_target *t = context;
	struct resolve_project *p = resolve_project_of(t, name);
	if (!resolve_project_load(t, p, e)) return false;
	if (t->run->options->trace && !p->traced) trace_project(t, p);
	p->traced = true;
	*out = &p->solver;
	return true;
}

static void trace_needs(struct resolve_target *t, const struct resolve_project *p, size_t candidate, str extra,
                        const struct solver_needs *needs)
{
	struct arena *a = t->run->a;
	struct arena_mark mark = arena_mark(a);
	str line = arena_fmt(a, STR_FMT "%s" STR_FMT "%s " STR_FMT, STR_ARG(p->name), extra.n ? "[" : "", STR_ARG(extra),
	                     extra.n ? "]" : "", STR_ARG(p->list[candidate].text));
	if (needs->refused)
		line = arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(line), STR_ARG(resolve_reason(t, p, needs->refused, NULL)));
	for (size_t i = 0; i < needs->n; i++)
		line = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(line), i ? ", " : " needs ", STR_ARG(needs->list[i].text));
	trace(t->run, line);
	arena_rewind(a, mark);
}

static bool on_needs(void *context, str name, size_t candidate, str extra, const struct solver_needs **out, struct err *e)
{
	struct resolve_target *t = context;
	struct resolve_project *p = resolve_project_of(t, name);
	if (!resolve_needs_of(t, p, candidate, extra, out, e)) return false;
	if (t->run->options->trace) trace_needs(t, p, candidate, extra, *out);
	if (str_empty(extra)) resolve_wave_tried(t, p);
	return true;
}

static void on_likely(void *context, str name, const struct interval_set *allowed, size_t best)
{
	resolve_wave_likely(context, name, allowed, best);
}

static str on_reason(void *context, str name, uint32_t refused)
{
	return resolve_reason(context, resolve_project_of(context, name), refused, NULL);
}

static str on_hint(void *context, str name, const struct interval_set *allowed)
{
	return resolve_hint(context, resolve_project_of(context, name), allowed);
}

/* --- one target --- */

static bool check_python(struct resolve_target *t, struct err *e)
{
	const struct wants *w = t->run->wants;
	if (resolve_python_of(t, w->requires_python).allowed) return true;
	err_set(e, ERR_RESOLVE, "python-excluded", "the project needs Python " STR_FMT ", and " STR_FMT " has " STR_FMT,
	        STR_ARG(w->requires_python), STR_ARG(t->lt->text), STR_ARG(resolve_python_text(t)));
	err_where(e, STR_FMT, STR_ARG(w->requires_python_where));
	return err_help(e, "choose another runtime (`lamina runtimes` lists them), or change requires-python");
}

static struct str_list *pins_of(struct resolve_target *t, str name)
{
	bool added;
	void **slot = map_put(&t->pins, name, &added);
	if (added) *slot = arena_new(t->run->a, struct str_list);
	return *slot;
}

static int newest_first(const void *x, const void *y)
{
	const struct pylock_pin *a = *(const struct pylock_pin *const *)x, *b = *(const struct pylock_pin *const *)y;
	struct arena scratch = { 0 };
	struct version v, w;
	int c = str_cmp(a->name, b->name);
	if (c == 0 && version_parse(&scratch, a->version, &v, NULL) && version_parse(&scratch, b->version, &w, NULL))
		c = version_cmp(&w, &v);
	arena_release(&scratch);
	return c;
}

/* What the lock that is there names. */
static void take_pins(struct resolve_target *t)
{
	const struct resolve_options *o = t->run->options;
	if (o->upgrade_all || o->n_pins == 0) return;
	const struct pylock_pin **sorted = arena_array(t->run->a, const struct pylock_pin *, o->n_pins);
	for (size_t i = 0; i < o->n_pins; i++) sorted[i] = &o->pins[i];
	qsort(sorted, o->n_pins, sizeof *sorted, newest_first);
	for (size_t i = 0; i < o->n_pins; i++)
		if (!str_list_has(&o->upgrade, sorted[i]->name))
			str_list_add_new(t->run->a, pins_of(t, sorted[i]->name), sorted[i]->version);
}

/* What the targets before this one were given comes before what the lock names. */
static void take_answers(struct resolve_target *t)
{
	struct arena *a = t->run->a;
	for (size_t k = 0; k < t->position; k++) {
		struct resolve_target *other = &t->run->targets[k];
		for (size_t i = 0; i < other->answer.choices.n; i++) {
			const struct solver_choice *c = &other->answer.choices.p[i];
			struct str_list *pins = pins_of(t, c->name), all = { 0 };
			for (size_t n = 0; n < pins->n && n < k; n++) str_list_add_new(a, &all, pins->p[n]);
			str_list_add_new(a, &all, resolve_project_of(other, c->name)->list[c->candidate].text);
			for (size_t n = 0; n < pins->n; n++) str_list_add_new(a, &all, pins->p[n]);
			*pins = all;
		}
	}
	for (size_t i = 0; i < t->projects.n; i++) {
		struct resolve_project *p = t->projects.entries[i].value;
		if (p->loaded && !p->missing && !p->direct) resolve_project_prefer(t, p);
	}
}

static bool begin_target(struct resolve *r, struct resolve_target *t, const struct lock_target *lt, size_t position,
                         struct err *e)
{
	t->run = r;
	t->lt = lt;
	t->position = position;
	map_init(&t->rules, r->a);
	map_init(&t->projects, r->a);
	map_init(&t->pins, r->a);
	map_init(&t->ranks, r->a);
	map_init(&t->pythons, r->a);
	for (size_t i = 0; i < MARKER_N_ENVIRONMENT; i++) {
		t->known.values[i] = lt->values[i];
		t->assumed.values[i] = lt->values[i].p ? lt->values[i] : lt->assumed[i];
	}
	take_pins(t);
	return check_python(t, e) && resolve_roots(t, e);
}

/* --- when there is no answer --- */

static str root_name(struct resolve *r)
{
	str root =
	    r->wants->name.n ? arena_fmt(r->a, "the project `" STR_FMT "`", STR_ARG(r->wants->name)) : S("your requirements");
	return root;
}

static bool solve(struct resolve_target *t, struct str_list *packages, struct err *e)
{
	struct resolve *r = t->run;
	struct solver_provider provider = {
		.context = t, .project = on_project, .needs = on_needs, .likely = on_likely, .reason = on_reason, .hint = on_hint
	};
	struct solver_options options = { .lowest = r->options->order == RESOLVE_LOWEST,
		                              .lowest_direct = r->options->order == RESOLVE_LOWEST_DIRECT,
		                              .root = root_name(r),
		                              .cancel = r->options->cancel };
	struct solver_failure failure = { 0 };
	struct err why = { 0 };
	t->answer = (struct solver_answer){ 0 };
	if (solver_run(r->a, &provider, t->needs.p, t->needs.n, &options, &t->answer, &failure, &why)) return true;
	*packages = failure.packages;
	bool none = strcmp(why.id, "no-solution") == 0;
	if (none && resolve_failure(t, packages, e)) return false;
	if (none && r->n_targets > 1) err_where(&why, "for " STR_FMT, STR_ARG(t->lt->text));
	*e = why;
	return false;
}

/* --- yanked versions as pip takes them --- */

static const struct interval_set *pin_in(const struct solver_needs *needs, str name)
{
	for (size_t i = 0; i < needs->n; i++) {
		str text = needs->list[i].text;
		if (str_eq(needs->list[i].name, name) && str_contains(text, S("==")) && !str_contains(text, S("*")))
			return &needs->list[i].allowed;
	}
	return NULL;
}

/* Pins that versions which were looked at have on yanked ones: let in for the next try. True when there is something new. */
static bool admit_pinned(struct resolve_target *t)
{
	struct arena *a = t->run->a;
	size_t before = t->admitted.n;
	for (size_t i = 0; i < t->projects.n; i++) {
		struct resolve_project *p = t->projects.entries[i].value;
		for (size_t c = 0; p->loaded && c < p->solver.n; c++) {
			for (const struct resolve_needs *n = p->more[c].needs; n; n = n->next) {
				for (size_t k = 0; k < n->needs.n; k++) {
					str name = n->needs.list[k].name;
					const struct resolve_project *q = map_get(&t->projects, name);
					const struct interval_set *pin = pin_in(&n->needs, name);
					for (size_t v = 0; pin && q && q->loaded && v < q->solver.n; v++) {
						uint32_t refused = q->list[v].refused;
						if (!refused || q->refusals.p[refused - 1].kind != REFUSED_YANKED) continue;
						if (interval_set_contains(pin, q->list[v].version))
							str_list_add_new(a, &t->admitted,
							                 arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(q->list[v].text)));
					}
				}
			}
		}
	}
	return t->admitted.n > before;
}

static bool solve_target(struct resolve_target *t, struct str_list *packages, struct err *e)
{
	if (t->position) take_answers(t);
	bool solved = solve(t, packages, e);
	while (t->run->options->yanked_as_pip && (solved || e->code == ERR_RESOLVE) && admit_pinned(t)) {
		err_clear(e);
		map_init(&t->projects, t->run->a);
		solved = solve(t, packages, e);
	}
	return solved;
}

/* --- the run --- */

static bool relevant(void *context, const struct index_file *f)
{
	struct resolve *r = context;
	if (!str_ends(f->file, S(".whl"))) return r->options->sdists;
	for (size_t i = 0; i < r->n_targets; i++)
		if (resolve_rank(&r->targets[i], f->file) != SIZE_MAX) return true;
	return false;
}

static void on_page(void *context, const struct catalog_project *page) { resolve_wave_arrived(context, page, SIZE_MAX); }

static void on_metadata(void *context, const struct catalog_project *page, size_t file)
{
	resolve_wave_arrived(context, page, file);
}

static int target_order(const void *x, const void *y)
{
	const struct lock_target *a = *(const struct lock_target *const *)x, *b = *(const struct lock_target *const *)y;
	return str_cmp(a->text, b->text);
}

static size_t sort_targets(struct arena *a, const struct lock_target *targets, size_t n, const struct lock_target ***out)
{
	const struct lock_target **sorted = arena_array(a, const struct lock_target *, n);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) sorted[i] = &targets[i];
	qsort(sorted, n, sizeof *sorted, target_order);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || !str_eq(sorted[kept - 1]->text, sorted[i]->text)) sorted[kept++] = sorted[i];
	*out = sorted;
	return kept;
}

static bool take_options(struct resolve *r, struct err *e)
{
	str text = r->options->exclude_newer;
	r->prereleases = r->options->prereleases;
	if (r->wants->options.pre && r->prereleases == RESOLVE_PRE_IF_NECESSARY) r->prereleases = RESOLVE_PRE_ALLOW;
	if (str_empty(text)) return true;
	r->has_cutoff = true;
	if (resolve_time_parse(text, true, &r->cutoff)) return true;
	err_set(e, ERR_USAGE, "bad-time", "`" STR_FMT "` is no time", STR_ARG(text));
	return err_help(e, "write a date (2024-05-31) or a time of RFC 3339 (2024-05-31T12:00:00Z)");
}

static bool resolve_all(struct resolve *r, const struct lock_target **targets, struct str_list *packages, struct err *e)
{
	for (size_t i = 0; i < r->n_targets; i++)
		if (!begin_target(r, &r->targets[i], targets[i], i, e)) return false;
	for (size_t i = 0; i < r->n_targets; i++) resolve_wave_begin(&r->targets[i]);
	for (size_t i = 0; i < r->n_targets; i++)
		if (!solve_target(&r->targets[i], packages, e)) return false;
	for (size_t i = 0; i < r->n_targets; i++) resolve_tell(&r->targets[i]);
	return true;
}

/* What resolve_run was given. */
struct request {
	const struct wants *wants;
	const struct lock_target *targets;
	size_t n_targets;
	const struct index_client_options *client;
	const struct index_config *config;
	struct store *store;
	const struct resolve_options *options;
	struct notes *notes;
};

/* unasked: pages of the store were used without asking the index about them. */
static bool run(struct arena *a, const struct request *q, bool refresh, struct resolution *out, struct str_list *packages,
                bool *unasked, struct err *e)
{
	struct arena own = { 0 };
	const struct lock_target **sorted;
	struct str_list proof = { 0 };
	struct resolve r = { .a = &own, .wants = q->wants, .options = q->options, .notes = q->notes };
	r.client = q->client;
	r.config = q->config;
	r.store = q->store;
	map_init(&r.sdists, &own);
	r.n_targets = sort_targets(&own, q->targets, q->n_targets, &sorted);
	r.targets = arena_array(&own, struct resolve_target, r.n_targets);
	struct catalog_options c = { .client = *q->client,
		                         .config = q->config,
		                         .store = q->store,
		                         .refresh = refresh,
		                         .relevant = relevant,
		                         .context = &r,
		                         .project_arrived = on_page,
		                         .metadata_arrived = on_metadata };
	struct catalog_stats stats;
	r.catalog = catalog_new(&c);
	bool ok = take_options(&r, e) && resolve_all(&r, sorted, &proof, e);
	if (ok) {
		struct resolution made = { 0 };
		resolve_merge(&r, a, &made);
		resolve_inputs(a, q->wants, q->targets, q->n_targets, q->options, &made.inputs, &made.options);
		*out = made;
	}
	for (size_t i = 0; i < proof.n; i++) *vec_push(a, packages) = arena_str(a, proof.p[i]);
	catalog_stats(r.catalog, &stats);
	*unasked = stats.pages_from_store > 0;
	catalog_free(r.catalog);
	arena_release(&own);
	return ok;
}

bool resolve_run(struct arena *a, const struct wants *wants, const struct lock_target *targets, size_t n_targets,
                 struct index_client_options *client, const struct index_config *config, struct store *store, bool refresh,
                 const struct resolve_options *options, struct notes *notes, struct resolution *out, struct str_list *packages,
                 struct err *e)
{
	struct request q = { wants, targets, n_targets, client, config, store, options, notes };
	struct str_list proof = { 0 }, again = { 0 };
	struct err why = { 0 };
	bool unasked;
	if (n_targets > RESOLUTION_TARGETS_MAX)
		return err_set(e, ERR_USAGE, "too-large", "one lock serves at most %d targets", RESOLUTION_TARGETS_MAX);
	bool ok = run(a, &q, refresh, out, &proof, &unasked, e);
	/* What was true seconds ago must not be the reason of a failure: what is missing may be there by now. */
	if (!ok && e->code == ERR_RESOLVE && unasked && !refresh && !client->offline) {
		ok = run(a, &q, true, out, &again, &unasked, &why);
		if (ok) {
			err_clear(e);
		} else if (why.code != ERR_NETWORK) {
			*e = why;
			proof = again;
		}
	}
	if (packages && !ok) *packages = proof;
	return ok;
}
