/* project.h: options and lamina.toml -> the artifacts to build, with every default filled in.
 * SPDX-License-Identifier: Apache-2.0
 *
 * With options that describe an artifact (requirements, lock, project, source, files) there is one artifact, and of a lamina.toml
 * only [defaults] and [index.*] count. Without them lamina.toml names the artifacts, and options override its keys. Each artifact is
 * repeated for each of its targets.
 * Errors: ERR_USAGE with ids "unknown-key", "wrong-type", "bad-value", "unknown-artifact", "no-artifact", "no-runtime",
 *         "unknown-runtime", "unknown-arch", "output-clash", "not-in-this-version"; ERR_FORMAT "toml". In lamina.toml the place is
 *         FILE:LINE:COLUMN with the line shown and "did you mean".
 * Paths:  those of lamina.toml are joined to its folder, so that every path in an artifact works from the process's folder.
 * Lifetime: the arena given. */
#ifndef LAMINA_PIPELINE_PROJECT_H
#define LAMINA_PIPELINE_PROJECT_H

#include "base/buf.h"
#include "base/env.h"
#include "base/err.h"
#include "model/artifact.h"
#include "model/note.h"

/* A word that may be absent, so that lamina.toml's value can stand. */
enum choice { CHOICE_UNSET, CHOICE_NO, CHOICE_YES };

/* What the command line said; empty views and lists mean "not said". */
struct build_request {
	struct str_list names; /* artifacts of lamina.toml */
	str config;            /* --config */
	struct str_list requirements;
	str lock, project;
	struct str_list packages; /* --package */
	bool no_deps;
	struct private_words private; /* --sdists, --build */
	struct str_list groups, only_groups, extras, only, exclude;
	bool no_default_groups, all_extras;
	struct str_list sources, include, exclude_path;
	str bootstrap;  /* --bootstrap */
	str kind, name; /* "layer", "function" */
	struct str_list runtimes, archs;
	str output, into;
	str layout;
	struct str_list slim;
	bool no_slim;
	struct str_list provided, prefer; /* GLOB=NAME */
	enum choice scripts;
	str compress, bytecode;
	str go; /* --go PACKAGE */
};

struct project_index {
	str name, url;
	struct str_list packages; /* globs of names that come from here and from nowhere else */
	bool is_default;
	str username, password; /* after ${VAR}; secret */
	str where;
};

struct project {
	VEC(struct artifact) artifacts;
	VEC(struct project_index) indexes;
	str config_path;   /* empty when no artifact comes from a lamina.toml */
	str config_folder; /* of the lamina.toml that was read, whatever was taken from it; empty: the process's folder */
	str state;         /* folder for stamps: ".lamina" beside lamina.toml; empty without it (stamps live in the store) */
};

bool project_load(struct arena *a, const struct build_request *request, const struct env *env, struct notes *notes,
                  struct project *out, struct err *e);
/* The nearest lamina.toml from the process's folder upwards; empty when there is none. */
bool project_find_config(struct arena *a, str *path, struct err *e);
/* The project as JSON lines (--dump project). */
bool project_dump(const struct project *p, struct buf *out);

#endif
