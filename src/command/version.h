/* version.h: what this lamina is made of.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_COMMAND_VERSION_H
#define LAMINA_COMMAND_VERSION_H

#include "command/ui.h"

/* `lamina 0.1.0`; with -v also the libraries and the default index's host. */
void version_print(struct ui *ui);

#endif
