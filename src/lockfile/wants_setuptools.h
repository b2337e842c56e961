/* wants_setuptools.h: requirements that setuptools keeps outside [project]: setup.cfg, and files that `dynamic` names.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to wants*.c.
 * Source: setuptools' documentation "Configuring setuptools using setup.cfg files" and "pyproject.toml files", its
 *         config/setupcfg.py and config/_apply_pyprojecttoml.py (84).
 * Never read: setup.py. Where it may decide about requirements, that is an error which says so.
 * Lifetime: the arena's. */
#ifndef LAMINA_LOCKFILE_WANTS_SETUPTOOLS_H
#define LAMINA_LOCKFILE_WANTS_SETUPTOOLS_H

#include "lockfile/wants_reader.h"

/* A setup.cfg as the project: [metadata] name, version; [options] install_requires, python_requires; [options.extras_require]. */
bool wants_setup_cfg_read(struct wants_reader *r, str path, str text, struct err *e);
/* The same beside a pyproject.toml that leaves these to it; *found tells whether there is one with [options] or [metadata]. */
bool wants_setup_cfg_beside(struct wants_reader *r, str folder, bool *found, struct err *e);
/* ERR_RESOLVE "dynamic-dependencies": nothing else says what the project needs. */
bool wants_setup_py(str path, struct err *e);
/* What `dynamic` of [project] announces. */
bool wants_dynamic_read(struct wants_project *p, struct err *e);

#endif
