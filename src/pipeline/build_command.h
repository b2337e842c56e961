/* build_command.h: the step that an artifact runs before it is built (`command`).
 * SPDX-License-Identifier: Apache-2.0
 *
 * Runs in the folder of lamina.toml with the user's environment and LAMINA_ARCH ("arm64"), LAMINA_RUNTIME ("provided.al2023"),
 * LAMINA_NAME and LAMINA_OUT: an absolute folder that is made before and kept from run to run, so that make finds what it made. What the
 * folder holds afterwards goes to the artifact's root. Its output goes to stderr as it comes, because stdout is for data.
 * It runs on every build: only the step itself knows whether it has something to do.
 * Errors: ERR_FORMAT "command-failed" with the exit status; ERR_IO "command" when it cannot be started; ERR_INTERRUPT. */
#ifndef LAMINA_PIPELINE_BUILD_COMMAND_H
#define LAMINA_PIPELINE_BUILD_COMMAND_H

#include <stdatomic.h>

#include "base/env.h"
#include "base/err.h"
#include "model/artifact.h"

/* cancel: may be NULL; the step is asked to end when it becomes true. */
bool build_command_run(struct arena *a, const struct artifact *artifact, const struct env *env, const atomic_bool *cancel,
                       struct err *e);

#endif
