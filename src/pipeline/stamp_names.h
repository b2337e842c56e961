/* stamp_names.h: the names in a folder as an input of a stamp: "DIR/" + one of the suffixes below.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A new file can change a build as much as a changed one. The folder's own times would tell, but they also change with every temporary
 * file of an editor, and with the output itself when it is written there; so the names are what is remembered: a digest of them stands
 * in `size`, and there are no times. */
#ifndef LAMINA_PIPELINE_STAMP_NAMES_H
#define LAMINA_PIPELINE_STAMP_NAMES_H

#include "pipeline/stamp.h"

#define STAMP_NAMES_ALL S("/*")
/* What the go command looks at: sources of every language it knows, and go.mod, which begins another module. */
#define STAMP_NAMES_GO S("/*.go")

bool stamp_is_names(str path);
bool stamp_names_now(str path, struct stamp_input *out, struct err *e);

#endif
