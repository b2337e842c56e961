/* man.h: man pages from the command tables, as roff (man(7)).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The build makes lamina.1 and lamina-COMMAND.1 with it. A group (`cache`) has one page with its subcommands. */
#ifndef LAMINA_COMMAND_MAN_H
#define LAMINA_COMMAND_MAN_H

#include "command/command.h"

/* The page of a command or a group, or of lamina (NULL). */
void man_print(struct buf *b, const struct command *command);

#endif
