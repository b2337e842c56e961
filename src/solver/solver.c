/* solver.c: a search from its beginning to its answer or explanation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/solver.h"

#include "solver/search.h"

bool solver_run(struct arena *a, const struct solver_provider *provider, const struct solver_need *root, size_t n_root,
                const struct solver_options *options, struct solver_answer *out, struct solver_failure *failure, struct err *e)
{
	struct search s;
	enum outcome outcome;

	search_begin(&s, provider, root, n_root, options);
	outcome = search_run(&s, e);
	if (outcome == OUTCOME_SOLVED) answer_build(&s, a, out);
	if (outcome == OUTCOME_IMPOSSIBLE) {
		if (failure != NULL)
			for (size_t i = 0; i < s.projects.n; i++) *vec_push(a, &failure->packages) = arena_str(a, s.projects.p[i].name);
		if (failure != NULL) str_list_sort(&failure->packages);
		err_set(e, ERR_RESOLVE, "no-solution", "no set of versions meets all requirements");
	}
	search_release(&s);
	return outcome == OUTCOME_SOLVED;
}
