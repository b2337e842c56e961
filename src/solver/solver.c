/* solver.c: the search itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/solver.h"

bool solver_run(struct arena *a, const struct solver_provider *provider, const struct solver_need *root, size_t n_root,
                const struct solver_options *options, struct solver_answer *out, struct solver_failure *failure, struct err *e)
{
	(void)a, (void)provider, (void)root, (void)n_root, (void)options, (void)out, (void)failure;
	return err_set(e, ERR_RESOLVE, "no-solution", "there is no solver yet");
}
