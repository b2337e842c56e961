/* version.c: `lamina --version`.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/version.h"

#include "index/config.h"
#include "net/http.h"
#include "net/url.h"

void version_print(struct ui *ui)
{
	ui_printf(ui, "lamina %s\n", LAMINA_VERSION);
	if (ui->verbosity == 0) return;
	struct arena a = { 0 };
	struct err ignored = { 0 };
	str curl = S("no libcurl");
	http_library_version(&a, &curl);
	/* The others are linked statically where that is possible, so they are known when lamina is built. */
	ui_printf(ui, "%s, " STR_FMT "\n", LAMINA_LIBRARIES, STR_ARG(curl));
	struct url url;
	if (url_parse(&a, index_built_in_default(), &url, &ignored))
		ui_printf(ui, "default index: " STR_FMT "\n", STR_ARG(url.host));
	else
		ui_print(ui, S("default index: none\n"));
	arena_release(&a);
}
