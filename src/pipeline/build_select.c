/* build_select.c: which of the fetched wheels an artifact holds: all, less what is provided, excluded or not among --only.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "pipeline/build_parts.h"
#include "pipeline/closure.h"
#include "python/version.h"

static int by_name(const void *a, const void *b)
{
	const struct distribution *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static void collect(struct build *b, struct job *j, const struct fetch_request *requests, const struct fetch_result *results)
{
	j->distributions = arena_array(b->a, struct distribution, j->n_requests);
	j->n_distributions = 0;
	for (size_t i = 0; i < j->n_requests; i++) {
		const struct locked_package *p = requests[j->first_request + i].package;
		const struct fetch_result *r = &results[j->first_request + i];
		struct distribution *d = &j->distributions[j->n_distributions++];
		*d = (struct distribution){ .name = p->name, .version = r->record->version, .file = r->file, .record = r->record };
		d->extras = p->extras;
		d->backend = r->backend;
		if (p->from_file.n) d->required_at = arena_fmt(b->a, STR_FMT ":%u", STR_ARG(p->from_file), p->from_line);
		if (r->local.n) str_list_add_new(b->a, &j->local_files, r->local);
		for (size_t k = 0; r->inputs && k < r->inputs->n; k++) *vec_push(b->a, &j->local_files) = r->inputs->p[k];
		for (size_t k = 0; k < r->record->warnings.n; k++) /* each names the wheel */
			note_add(&j->built->notes, NOTE_WARNING, "wheel", STR_FMT, STR_ARG(r->record->warnings.p[k]));
	}
	if (j->n_distributions > 1) qsort(j->distributions, j->n_distributions, sizeof *j->distributions, by_name);
}

/* --only and --exclude have not been applied: they follow dependencies, and those stand in the wheels. */
static bool prune_is_due(const struct job *j) { return !j->locking.pruned && (j->artifact->only.n || j->artifact->exclude.n); }

/* Not listed, but needed by what is listed: excluding such a name says that it is left out on purpose. */
static bool is_needed_only(const struct prune_node *nodes, size_t n, str name)
{
	bool needed = false;
	for (size_t i = 0; i < n; i++) {
		if (str_eq(nodes[i].name, name)) return false;
		needed = needed || str_list_has(&nodes[i].needs, name);
	}
	return needed;
}

/* Locks that do not know dependencies are pruned by what the wheels say. */
static bool prune(struct build *b, struct job *j)
{
	const struct artifact *artifact = j->artifact;
	if (!prune_is_due(j)) return true;
	struct prune_node *nodes;
	if (!closure_table(b->a, j->distributions, j->n_distributions, &j->locking.target, &j->built->notes, &nodes, b->e))
		return false;
	struct str_list excluded = { 0 };
	for (size_t i = 0; i < artifact->exclude.n; i++)
		if (!is_needed_only(nodes, j->n_distributions, artifact->exclude.p[i]))
			*vec_push(b->a, &excluded) = artifact->exclude.p[i];
	if (!prune_table(b->a, nodes, j->n_distributions, &artifact->only, &excluded, b->e)) return false;
	size_t kept = 0;
	for (size_t i = 0; i < j->n_distributions; i++)
		if (nodes[i].keep) j->distributions[kept++] = j->distributions[i];
	j->n_distributions = kept;
	return true;
}

static bool same_version(str left, str right)
{
	struct arena scratch = { 0 };
	struct version a, b;
	bool same = str_eq(left, right);
	if (!same && version_parse(&scratch, left, &a, NULL) && version_parse(&scratch, right, &b, NULL))
		same = version_cmp(&a, &b) == 0;
	arena_release(&scratch);
	return same;
}

static bool is_provided(struct job *j, str name, str version)
{
	const struct provided_name *p = provided_find(&j->provided, name);
	if (!p) return false;
	if (p->version.n && version.n && !same_version(p->version, version))
		note_add(&j->built->notes, NOTE_WARNING, "provided-version",
		         STR_FMT " provides " STR_FMT " " STR_FMT ", the lock has " STR_FMT, STR_ARG(p->by), STR_ARG(name),
		         STR_ARG(p->version), STR_ARG(version));
	else
		note_add(&j->built->notes, NOTE_INFO, "provided", STR_FMT " is left out: provided by " STR_FMT, STR_ARG(name),
		         STR_ARG(p->by));
	return true;
}

void build_drop_provided_packages(struct job *j)
{
	size_t kept = 0;
	struct locked_package *p = j->locking.set.packages.p;
	if (j->provided.names.n == 0 || prune_is_due(j)) return;
	for (size_t i = 0; i < j->locking.set.packages.n; i++)
		if (!is_provided(j, p[i].name, p[i].version)) p[kept++] = p[i];
	j->locking.set.packages.n = kept;
}

static void drop_provided(struct job *j)
{
	size_t kept = 0;
	for (size_t i = 0; i < j->n_distributions; i++)
		if (!is_provided(j, j->distributions[i].name, j->distributions[i].version))
			j->distributions[kept++] = j->distributions[i];
	j->n_distributions = kept;
}

static struct str_list left_out(struct build *b, const struct job *j)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < j->artifact->exclude.n; i++) *vec_push(b->a, &names) = j->artifact->exclude.p[i];
	for (size_t i = 0; i < j->provided.names.n; i++) *vec_push(b->a, &names) = j->provided.names.p[i].name;
	return names;
}

bool build_distributions(struct build *b, struct job *j, const struct fetch_request *requests,
                         const struct fetch_result *results)
{
	collect(b, j, requests, results);
	const struct lock_target *target = &j->locking.target;
	/* What is left out need not run on the target, nor have what it needs. */
	if (!prune(b, j)) return false;
	drop_provided(j);
	if (!closure_check_python(b->a, j->distributions, j->n_distributions, target, &j->built->notes, b->e)) return false;
	if (!j->locking.incomplete && !j->locking.resolved) return true;
	struct str_list names = left_out(b, j);
	return closure_check(b->a, j->distributions, j->n_distributions, target, &names, &j->built->notes, b->e);
}
