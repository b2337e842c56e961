/* source_wheel.h: what the wheel of a source project holds, found out by reading and never by running anything.
 * SPDX-License-Identifier: Apache-2.0
 *
 * For projects whose build backend is one of setuptools, poetry-core, flit_core, hatchling, pdm-backend and uv_build, and that stay
 * within what these do without the project's own code: the file set, the METADATA, the entry points and the licence files are those of
 * the wheel that the backend would make. Everything else is refused with a written reason ("setup.py calls setup(ext_modules=...): it
 * compiles C"), so that a wheel made here is right or not made.
 * Backends: one file each, source_<backend>.c, behind one table; source_wheel.c chooses by [build-system] (none: setuptools, PEP 517).
 * Sources:  PEP 517, 518, 621, 639, 660 (project files), 427 (wheels), core metadata 2.4; each backend's documentation.
 * Pure:     no input but the tree, no output, no clock. The same tree gives the same answer everywhere.
 * Errors:   ERR_FORMAT "toml", "ini", "project-field", "no-name", "no-version", "empty-package", "bad-glob", "missing-file" with
 *           FILE:LINE:COLUMN; ERR_RESOLVE "cannot-build" (what = the project, why = the reason, help = what would work).
 * Notes:    "data-left-out" (files inside a package that the rules leave out), "top-level-tests", "no-init", "stale-egg-info".
 * Lifetime: the arena's. */
#ifndef LAMINA_PYTHON_SOURCE_WHEEL_H
#define LAMINA_PYTHON_SOURCE_WHEEL_H

#include "model/note.h"
#include "python/source_tree.h"

/* One file of the wheel, dist-info included, RECORD not. */
struct source_member {
	str to;      /* path in the wheel */
	str from;    /* path in the tree; empty when `content` is made */
	str content; /* when from is empty */
	bool executable;
};

struct source_wheel {
	const char *backend;             /* "setuptools" */
	str name, version;               /* name as written; version normalised */
	str file_name;                   /* "libexample-1.0-py3-none-any.whl" */
	str dist_info;                   /* "libexample-1.0.dist-info" */
	str metadata;                    /* bytes of METADATA; also among the files */
	VEC(struct source_member) files; /* bytewise by `to` */
	str requires_python;             /* empty when absent */
	struct str_list requires_dist;   /* with markers for extras, as METADATA has them */
	struct str_list provides_extra;
	struct str_list inputs; /* paths of the tree that decided something without being packed (pyproject.toml ...) */
};

bool source_wheel_plan(struct arena *a, const struct source_tree *tree, struct notes *notes, struct source_wheel *out,
                       struct err *e);

/* Name, version, requirements alone, for resolving; the file set is not looked at. */
bool source_wheel_metadata(struct arena *a, const struct source_tree *tree, struct notes *notes, struct source_wheel *out,
                           struct err *e);

#endif
