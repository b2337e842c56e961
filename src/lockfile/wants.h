/* wants.h: what a project asks for before anything is locked: requirements.txt, pyproject.toml, setup.cfg as one kind of answer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A reader turns the inputs of ONE lock into a list of wants: each requirement with where it stands, which extra or group of the
 * project brings it, and which index it must come from. Markers are kept, not evaluated: the same wants serve every target.
 * Inputs:  requirements files (-r, several; -c constraints inside), pyproject.toml ([project], [dependency-groups],
 *          [tool.poetry], [tool.uv]), setup.cfg ([options] install_requires, extras_require).
 * Sources: pip's requirements file format; PEP 621, 735; Poetry's and uv's documentation of their tables (python-packaging 8, 9).
 * Errors:  ERR_FORMAT "toml", "ini", "requirements", "project-field" with FILE:LINE:COLUMN and the line; ERR_RESOLVE "dynamic-dependencies"
 *          (names the table and what would help); ERR_USAGE "unknown-group"; ERR_IO.
 * Lifetime: the arena's. Threads: no state. */
#ifndef LAMINA_LOCKFILE_WANTS_H
#define LAMINA_LOCKFILE_WANTS_H

#include "lockfile/lockfile.h"
#include "python/requirement.h"

enum want_kind {
	WANT_REQUIREMENT,
	WANT_CONSTRAINT, /* binds only when something needs the name */
	WANT_OVERRIDE,   /* replaces every other requirement on the name (uv's override-dependencies) */
	WANT_EXCLUDE     /* the name is never needed (uv's exclude-dependencies) */
};

struct want {
	enum want_kind kind;
	str name;                    /* normalised */
	struct str_list extras;      /* normalised, sorted */
	struct interval_set allowed; /* versions; everything for direct references */
	str arbitrary;               /* text of ===, else empty */
	bool pinned;                 /* one single == without wildcard, or === */
	bool names_prerelease;       /* a clause turns pre-releases on */
	bool allow_prereleases;      /* Poetry's allow-prereleases */
	struct marker *marker;       /* NULL = always; never mentions `extra` (that is `extra` below) */
	str text;                    /* normal form without marker, for explanations: "pydantic[email]>=2,<3" */
	bool direct;                 /* a URL, path, folder or repository: `file` says which */
	struct locked_file file;
	str index;              /* name or URL of the index it must come from; empty = configuration decides */
	struct str_list hashes; /* "sha256:hex": any may match; empty = any file */
	str extra, group;       /* of the project, normalised; both empty: its own dependencies */
	str from_file;          /* where it stands */
	uint32_t line, column;  /* 0 = unknown */
};

/* An index that a project file names ([[tool.uv.index]], [[tool.poetry.source]], Pipfile sources). */
struct wants_index {
	str name, url, where;                   /* where: "pyproject.toml:12" */
	bool is_default, is_explicit, is_extra; /* is_extra: Poetry's supplemental */
};

struct wants {
	VEC(struct want) list; /* in the order written */
	str name, version;     /* of the project; may be empty */
	str requires_python;   /* as a specifier; empty = any */
	str requires_python_where;
	struct str_list extras; /* that the project has, normalised */
	struct str_list groups; /* likewise, PEP 735 and Poetry's */
	struct str_list default_groups;
	struct lock_options options; /* what requirements files say about indexes, binaries and pre-releases */
	VEC(struct wants_index) indexes;
	str prerelease, resolution, exclude_newer; /* [tool.uv]; empty = not said */
	struct str_list inputs;                    /* files read */
	struct sha256 digest; /* of what they ask for, not of their bytes where that is possible: a comment changes nothing */
};

struct wants_request {
	struct str_list requirements; /* files */
	str text;                     /* p != NULL: the bytes of requirements.p[0], already read */
	str project;                  /* folder or project file; p == NULL: none */
	struct str_list folders;      /* of private projects: each is a direct reference, with all that it needs */
	str home; /* where the lock of `folders` lies: the digest sees them from there, so that it is one wherever the process is */
	const struct env *env;
};

bool wants_read(struct arena *a, const struct wants_request *request, struct notes *notes, struct wants *out, struct err *e);
/* The root of the uv workspace that the project in that folder is a member of, absolute; empty when it is none, or the root itself. */
bool wants_workspace_root(struct arena *a, str folder, str *root, struct err *e);
/* Is there something in that folder that wants_read could read (pyproject.toml with dependencies, setup.cfg)? Gives the file. */
bool wants_find(struct arena *a, str folder, str *file, struct err *e);

#endif
