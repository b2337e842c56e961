/* slim.h: which files of a wheel a build leaves out. Pure.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only `pyc` is on by default, because it never changes what can be imported: byte code in a wheel carries time stamps that no zip
 * keeps. Each other word is chosen by the user; docs/slim.md says what each drops and which packages it is known to break. */
#ifndef LAMINA_PIPELINE_SLIM_H
#define LAMINA_PIPELINE_SLIM_H

#include "base/err.h"
#include "model/artifact.h"

#define SLIM_WORDS "pyc, tests, docs, type-stubs, headers, dist-info"

/* One word of --slim; ERR_USAGE "unknown-slim" with the words there are. */
bool slim_word(str word, uint32_t *bit, struct err *e);
/* path: inside the site folder ("pkg/tests/x.py"); dist_info: name of the distribution's *.dist-info folder. */
bool slim_drops(uint32_t bits, str path, str dist_info);

#endif
