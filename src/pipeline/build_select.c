/* build_select.c: which of the fetched wheels an artifact holds: all, less what is provided, excluded or not among --only.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "pipeline/build_parts.h"
#include "pipeline/closure.h"

static int by_name(const void *a, const void *b)
{
	const struct distribution *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static void collect(struct build *b, struct job *j, const struct fetch_request *requests, const struct fetch_result *results)
{
	j->distributions = arena_array(b->a, struct distribution, j->n_requests);
	for (size_t i = 0; i < j->n_requests; i++) {
		const struct locked_package *p = requests[j->first_request + i].package;
		const struct fetch_result *r = &results[j->first_request + i];
		struct distribution *d = &j->distributions[j->n_distributions++];
		*d = (struct distribution){ .name = p->name, .version = r->record->version, .file = r->file, .record = r->record };
		d->extras = p->extras;
		if (p->from_file.n) d->required_at = arena_fmt(b->a, STR_FMT ":%u", STR_ARG(p->from_file), p->from_line);
		for (size_t k = 0; k < r->record->warnings.n; k++)
			note_add(&j->built->notes, NOTE_WARNING, "wheel", STR_FMT ": " STR_FMT, STR_ARG(r->file), STR_ARG(r->record->warnings.p[k]));
	}
	if (j->n_distributions > 1) qsort(j->distributions, j->n_distributions, sizeof *j->distributions, by_name);
}

/* Locks that do not know dependencies are pruned by what the wheels say. */
static bool prune(struct build *b, struct job *j)
{
	const struct artifact *artifact = j->artifact;
	if (j->locking.pruned || (artifact->only.n == 0 && artifact->exclude.n == 0)) return true;
	struct prune_node *nodes;
	if (!closure_table(b->a, j->distributions, j->n_distributions, &j->locking.target, &j->built->notes, &nodes, b->e)) return false;
	if (!prune_table(b->a, nodes, j->n_distributions, &artifact->only, &artifact->exclude, b->e)) return false;
	size_t kept = 0;
	for (size_t i = 0; i < j->n_distributions; i++)
		if (nodes[i].keep) j->distributions[kept++] = j->distributions[i];
	j->n_distributions = kept;
	return true;
}

static void drop_provided(struct build *b, struct job *j)
{
	size_t kept = 0;
	for (size_t i = 0; i < j->n_distributions; i++) {
		const struct distribution *d = &j->distributions[i];
		const struct provided_name *p = provided_find(&j->provided, d->name);
		if (!p) {
			j->distributions[kept++] = *d;
			continue;
		}
		if (p->version.n && !str_eq(p->version, d->version))
			note_add(&j->built->notes, NOTE_WARNING, "provided-version", STR_FMT " provides " STR_FMT " " STR_FMT ", the lock has " STR_FMT,
			         STR_ARG(p->by), STR_ARG(d->name), STR_ARG(p->version), STR_ARG(d->version));
		else
			note_add(&j->built->notes, NOTE_INFO, "provided", STR_FMT " is left out: provided by " STR_FMT, STR_ARG(d->name), STR_ARG(p->by));
	}
	j->n_distributions = kept;
	(void)b;
}

static struct str_list left_out(struct build *b, const struct job *j)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < j->artifact->exclude.n; i++) *vec_push(b->a, &names) = j->artifact->exclude.p[i];
	for (size_t i = 0; i < j->provided.names.n; i++) *vec_push(b->a, &names) = j->provided.names.p[i].name;
	return names;
}

bool build_distributions(struct build *b, struct job *j, const struct fetch_request *requests, const struct fetch_result *results)
{
	collect(b, j, requests, results);
	const struct lock_target *target = &j->locking.target;
	if (!closure_check_python(b->a, j->distributions, j->n_distributions, target, &j->built->notes, b->e)) return false;
	if (j->locking.incomplete) {
		struct str_list names = left_out(b, j);
		if (!closure_check(b->a, j->distributions, j->n_distributions, target, &names, &j->built->notes, b->e)) return false;
	}
	if (!prune(b, j)) return false;
	drop_provided(b, j);
	return true;
}
