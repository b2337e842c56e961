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

bool cmd_store_look(struct run *run, struct notes *notes, struct store *out, struct err *e)
{
	struct store_options options = { .notes = notes, .waiting = waiting, .waiting_context = run->ui };
	str root = store_root(run->arena, run->env);
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	if (root.n && (!io_stat(path_join(run->arena, root, S("v1/lock")).p, &st, &ignored) || !st.exists)) root = (str){ 0 };
	return store_open_with(run->arena, root, &options, out, e);
}
