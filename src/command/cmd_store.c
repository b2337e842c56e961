/* cmd_store.c: the environment's store, with somebody to tell when it is busy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/cmd_store.h"

static void waiting(void *context, const char *message) { ui_say(context, "%s", message); }

bool cmd_store_open(struct run *run, struct notes *notes, struct store *out, struct err *e)
{
	struct store_options options = {
		.notes = notes, .now = run->now_ns / 1000000000, .waiting = waiting, .waiting_context = run->ui
	};
	return store_open_with(run->arena, store_root(run->arena, run->env), &options, out, e);
}
