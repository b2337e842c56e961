/* cmd_lock.h: the words about locks that `build` and `lock` share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_COMMAND_CMD_LOCK_H
#define LAMINA_COMMAND_CMD_LOCK_H

#include "command/command.h"
#include "model/private_policy.h"

/* Rows of an option table. */
/* clang-format off */
#define CMD_PRIVATE_OPTIONS \
	{ .name = "sdists", \
	  .takes = OPT_VALUE, \
	  .choices = PRIVATE_SDISTS, \
	  .help = "Source distributions: pure makes wheels of those that need nothing run; no by default." }, \
	{ .name = "build", \
	  .takes = OPT_VALUE, \
	  .choices = PRIVATE_BUILDS, \
	  .help = "How wheels are made: native runs nothing of a project, host may run its build backend here." }, \
	{ .name = "build-constraint", \
	  .takes = OPT_EACH, \
	  .metavar = "FILE", \
	  .complete = OPT_FILES, \
	  .help = "With --build=host: constraints on what build backends are installed with." }
/* clang-format on */

struct private_words cmd_private_words(const struct run *run);

/* --upgrade [NAME], repeated. */
void cmd_lock_upgrade(struct run *run, bool *all, struct str_list *names);
/* --locked, --frozen, --no-lock and --upgrade exclude each other. */
bool cmd_lock_words(const struct opt_values *v, struct err *e);

#endif
