/* complete.h: shell completion from the command tables, one file a shell.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The scripts are static but for two questions that they ask lamina when TAB is pressed: `lamina completion runtimes` and
 * `lamina completion artifacts` (names in the nearest lamina.toml), one word a line. */
#ifndef LAMINA_COMMAND_COMPLETE_H
#define LAMINA_COMMAND_COMPLETE_H

#include "command/command.h"

void complete_bash(struct buf *b);
void complete_zsh(struct buf *b);
void complete_fish(struct buf *b);

/* What the shells have in common: calls each(...) for every command that can be run. */
typedef void complete_each(struct buf *b, const struct command *group, const struct command *command);
void complete_walk(struct buf *b, complete_each *each);
/* The names of a list, separated by `separator`. */
void complete_names(struct buf *b, const struct command *const *list, const char *separator);
bool complete_takes_value(const struct opt *o);

#endif
