/* wants_uv.h: what uv reads in a pyproject.toml besides [project].
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to wants*.c.
 * Source: uv's documentation of [tool.uv] and of dependency sources (0.13), and how it lowers them (uv-distribution, lower.rs).
 * Members of a workspace: sources and the settings of the root's file hold for all of them; a member's own sources come first. Settings
 *          (indexes, constraints, overrides ...) are read in the root's file only, or in the uv.toml beside it.
 * Lifetime: the arena's. */
#ifndef LAMINA_LOCKFILE_WANTS_UV_H
#define LAMINA_LOCKFILE_WANTS_UV_H

#include "lockfile/wants_reader.h"

/* The file in which a workspace is described: the project's own, or one above it. */
struct wants_workspace {
	struct toml_document d; /* root NULL: there is none */
	str folder;
	const struct toml_value *table; /* [tool.uv.workspace] */
	struct map sources;             /* [tool.uv.sources] of that file */
	struct map members;             /* normalised name -> folder (a str); made when it is first asked */
	bool listed;
};

/* wants_workspace.c: finds the workspace of a project. */
bool wants_workspace_find(struct wants_project *p, struct err *e);
/* The folder of a member; empty when there is none of that name. */
bool wants_workspace_member(struct wants_project *p, str name, str *folder, struct err *e);

/* wants_sources.c: [tool.uv.sources]. Adds the want, or one want for each source that holds under its own marker. */
bool wants_sources_read(struct wants_project *p, struct err *e);
bool wants_sources_add(struct wants_project *p, const struct toml_value *v, const struct want *w, struct err *e);

/* wants_uv.c: indexes, constraints, overrides, settings. */
bool wants_uv_settings(struct wants_project *p, struct err *e);
/* default-groups, once all groups are known. */
bool wants_uv_defaults(struct wants_project *p, struct err *e);
/* What [tool.uv.dependency-groups] says about the Pythons of a group, as a marker. */
bool wants_uv_group(struct wants_project *p, str group, struct marker **marker, bool *never, struct err *e);

#endif
