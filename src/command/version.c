/* version.c: `lamina --version`.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/version.h"

void version_print(struct ui *ui)
{
	ui_printf(ui, "lamina %s\n", LAMINA_VERSION);
	if (ui->verbosity == 0) return;
	ui_printf(ui, "%s\n", LAMINA_LIBRARIES); /* linked statically where that is possible, so known when lamina is built */
}
