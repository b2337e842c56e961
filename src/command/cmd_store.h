/* cmd_store.h: opens the store for a command.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_COMMAND_CMD_STORE_H
#define LAMINA_COMMAND_CMD_STORE_H

#include "command/command.h"
#include "store/store.h"

/* The environment's store; waiting for another process is said on stderr. */
bool cmd_store_open(struct run *run, struct notes *notes, struct store *out, struct err *e);
/* To look only: a store that is not there is not made, and nothing in it counts as used. */
bool cmd_store_look(struct run *run, struct notes *notes, struct store *out, struct err *e);

#endif
