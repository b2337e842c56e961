/* artifact.h: what one build makes: one layer or function package for one target.
 * SPDX-License-Identifier: Apache-2.0
 *
 * pipeline/project.h turns options and lamina.toml into a list of these, one per artifact and target, with every default filled
 * in and every path resolved against the folder it was written in; no later stage looks at options again.
 * Lifetime: belongs to the arena of the project. */
#ifndef LAMINA_MODEL_ARTIFACT_H
#define LAMINA_MODEL_ARTIFACT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/private_policy.h"
#include "model/target.h"

enum artifact_kind { ARTIFACT_LAYER, ARTIFACT_FUNCTION };
enum artifact_layout { LAYOUT_FLAT, LAYOUT_VERSIONED };
enum artifact_compress { COMPRESS_COPY, COMPRESS_FAST, COMPRESS_STORE, COMPRESS_SMALL, COMPRESS_SMALLEST };

/* What --slim may name; the default is SLIM_PYC alone. */
enum slim_bits {
	SLIM_PYC = 1 << 0,
	SLIM_TESTS = 1 << 1,
	SLIM_DOCS = 1 << 2,
	SLIM_TYPE_STUBS = 1 << 3,
	SLIM_HEADERS = 1 << 4,
	SLIM_DIST_INFO = 1 << 5,
	SLIM_NOTHING = 1 << 6 /* --no-slim: every file of every wheel */
};

enum dependency_kind {
	DEPENDENCY_REQUIREMENTS,
	DEPENDENCY_LOCK,
	DEPENDENCY_PROJECT,
	DEPENDENCY_PACKAGE /* a private project: itself, and what it needs */
};

struct dependency_input {
	enum dependency_kind kind;
	str path; /* usable from the process's folder */
};

struct artifact_prefer {
	str glob;         /* of the path in the artifact */
	str distribution; /* normalised name, or "." for the project's own files */
};

struct artifact_file {
	str target;    /* path in the artifact */
	str source;    /* file or folder on disk */
	bool may_lack; /* nothing is packed when it does not exist */
	str where;     /* of its text in lamina.toml; empty = the artifact's */
};

/* An executable or shared library, placed by its kind (pipeline/binaries.h). */
enum binary_kind { BINARY_BOOTSTRAP, BINARY_BIN, BINARY_LIB, BINARY_EXTENSION };

struct artifact_binary {
	enum binary_kind kind;
	str path;   /* usable from the process's folder; in a draft as written, with {arch} and the like */
	str folder; /* what a draft's path is relative to */
	str where;  /* of its text in lamina.toml; empty = the artifact's */
};

/* An executable that the Go toolchain makes: `bootstrap` of the package. */
struct artifact_go {
	str package; /* "./cmd/worker" or an import path, as written; empty = none */
	str folder;  /* what it is relative to; empty = the process's folder */
	bool has_tags, has_ldflags, has_cgo, cgo;
	struct str_list tags; /* instead of golang/go_build.h's */
	str ldflags;
	struct str_list env; /* "NAME=value", over the environment */
};

struct artifact {
	enum artifact_kind kind;
	str name;
	struct target target;
	str output; /* the zip's path; empty with `into` */
	str into;   /* folder of an exploded tree; empty without */
	str where;  /* "lamina.toml:12" or "command line", for messages */

	VEC(struct dependency_input) dependencies;
	struct str_list groups, only_groups, extras;
	bool no_default_groups, all_extras;
	bool no_deps;                  /* of private packages: themselves alone */
	struct str_list only, exclude; /* normalised names */
	struct private_words private;  /* what wheels may be made of */
	struct str_list provided;      /* as written: runtime:NAME, layer zip, ARN, name */

	struct str_list sources; /* folders whose files go to the artifact's root */
	struct str_list include, exclude_path;
	VEC(struct artifact_file) files;
	VEC(struct artifact_binary) binaries;
	struct str_list command; /* words of the step that runs before (pipeline/build_command.h); none = no step */
	str command_folder;      /* where it runs; empty = here */
	str command_where;       /* of its text in lamina.toml */
	str command_out;         /* the folder that it fills */
	VEC(struct artifact_prefer) prefer;
	struct artifact_go go;

	enum artifact_layout layout;
	enum artifact_compress compress;
	uint32_t slim; /* enum slim_bits */
	bool scripts;
	str handler; /* functions: as written, may be empty */
};

#endif
