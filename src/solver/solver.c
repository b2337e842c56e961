/* solver.c: a search from its beginning to its answer or explanation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/solver.h"

#include "solver/explain.h"

bool solver_run(struct arena *a, const struct solver_provider *provider, const struct solver_need *root, size_t n_root,
                const struct solver_options *options, struct solver_answer *out, struct solver_failure *failure, struct err *e)
{
	struct search s;
	enum outcome outcome;

	search_begin(&s, provider, root, n_root, options);
	outcome = search_run(&s, e);
	if (outcome == OUTCOME_SOLVED) answer_build(&s, a, out);
	if (outcome == OUTCOME_IMPOSSIBLE) explain(&s, a, failure, e);
	search_release(&s);
	return outcome == OUTCOME_SOLVED;
}
