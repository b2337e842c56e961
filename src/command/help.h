/* help.h: help texts from the command tables.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_COMMAND_HELP_H
#define LAMINA_COMMAND_HELP_H

#include "command/command.h"

struct help_row {
	const char *name, *text;
};
/* What holds for every command; each ends with a NULL name. */
extern const struct help_row help_environment[], help_statuses[];

/* Help of a command (of a group when group is not NULL), of a group (command NULL), or of lamina (both NULL). */
void help_print(struct buf *b, const struct command *group, const struct command *command);
/* The usage line without a line end: "lamina build [OPTIONS] [NAME...]". */
void help_usage(struct buf *b, const struct command *group, const struct command *command);
/* Lines of examples, each behind `indent`; what is wider than OPT_COLUMNS is broken as a shell reads it. */
void help_examples(struct buf *b, const char *examples, const char *indent);

#endif
