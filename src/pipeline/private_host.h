/* private_host.h: builds a project by its own backend, with a Python of this computer (--build=host).
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the native rules refuse is built as PEP 517 has it: a copy of the folder, a Python of the target's minor that is found on this
 * computer, an environment of its own with nothing but what [build-system].requires and get_requires_for_build_wheel ask for - resolved
 * and verified by lamina itself, for this computer - and the backend's hooks, each in a process of its own.
 * Isolated: no user site, no PYTHON* or PIP_* variables, no file of the user's folder is written. Not sandboxed: the project's code runs
 *           with the user's rights and may use the network.
 * Result:   checked as any wheel is; name and version must be the project's, its tags must fit the target, and its ELF files must run
 *           there (machine, glibc, libstdc++, libraries that Lambda has).
 * Kept:     by the digest of the folder, the minor, and the variables that compilers and backends read: what is known runs nothing.
 * Cancel:   the backend's process group gets SIGINT, then SIGTERM, then SIGKILL; temporary files go.
 * Errors:   ERR_RESOLVE "no-host-python", "host-build-platform", those of resolving (a build requirement); ERR_FORMAT
 *           "host-build-failed", "host-build-wheel", those of ingestion; ERR_IO "host-build-start"; ERR_INTERRUPT.
 * Sources:  PEP 517, 518, 660 (backend-path), python-packaging 11.3. */
#ifndef LAMINA_PIPELINE_PRIVATE_HOST_H
#define LAMINA_PIPELINE_PRIVATE_HOST_H

#include "pipeline/private.h"

/* Does the policy allow it, and is there all that it needs? */
bool private_host_allowed(const struct private_options *options);

/* What of the environment decides what a backend makes, this computer's kind among it. */
void private_host_hash(const struct env *env, struct sha256_stream *h);
/* The same with the contents of constraint files, which inputs names. options->means must be there. */
void private_host_hash_run(struct arena *a, const struct private_options *options, struct sha256_stream *h,
                           struct str_list *inputs);

/* why: the refusal of the native rules, "its build backend is `maturin`". */
bool private_host_make(struct arena *a, const struct private_tree *tree, const char *why, const struct private_options *options,
                       struct notes *notes, struct private_wheel *out, struct err *e);
/* METADATA alone, by prepare_metadata_for_build_wheel where there is one. It need not fit the target. */
bool private_host_metadata(struct arena *a, const struct private_tree *tree, const char *why,
                           const struct private_options *options, struct notes *notes, struct source_wheel *out, struct err *e);

#endif
