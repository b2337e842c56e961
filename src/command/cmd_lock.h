/* cmd_lock.h: the words about locks that `build` and `lock` share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_COMMAND_CMD_LOCK_H
#define LAMINA_COMMAND_CMD_LOCK_H

#include "command/command.h"

/* --upgrade [NAME], repeated. */
void cmd_lock_upgrade(struct run *run, bool *all, struct str_list *names);
/* --locked, --frozen, --no-lock and --upgrade exclude each other. */
bool cmd_lock_words(const struct opt_values *v, struct err *e);

#endif
