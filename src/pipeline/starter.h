/* starter.h: a first lamina.toml, made from what a project folder holds.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Looks for locks and requirements (poetry.lock, uv.lock, pylock.toml, pdm.lock, Pipfile.lock, requirements*.txt), for the Python version that the project asks
 * for, for private packages (starter_packages.h), and for folders that hold a handler (index.py, lambda_function.py, app.py, main.py, handler.py with a function of that name).
 * Reads only; nothing is executed. The text has a comment on each line that was guessed. */
#ifndef LAMINA_PIPELINE_STARTER_H
#define LAMINA_PIPELINE_STARTER_H

#include "base/buf.h"
#include "base/err.h"
#include "model/note.h"

/* Appends the text of a lamina.toml for the project in `folder`. Errors: ERR_IO; ERR_USAGE "no-artifact" when nothing is found. */
bool starter_write(struct arena *a, str folder, struct notes *notes, struct buf *out, struct err *e);

#endif
