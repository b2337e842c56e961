/* private_host_parts.h: what the files of private_host share; for them alone.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One `struct host_build` is one project on its way: told (what pyproject.toml says), keyed (what its wheel depends on), then - unless it
 * is known - Python, scratch folder, copy, environment, hooks, judgement. */
#ifndef LAMINA_PIPELINE_PRIVATE_HOST_PARTS_H
#define LAMINA_PIPELINE_PRIVATE_HOST_PARTS_H

#include "base/scratch.h"
#include "model/plan.h"
#include "pipeline/private_git.h"
#include "pipeline/private_host.h"

/* A Python of this computer. */
struct host_python {
	str path;    /* itself, not a virtual environment's */
	str version; /* "3.12.1" */
	struct lock_target target;
};

struct host_build {
	struct arena *a;
	const struct private_tree *tree;
	const struct private_options *options;
	const char *why;
	struct notes *notes;
	/* private_host_project.c: what the project says */
	str called;           /* its name, else its folder: for messages */
	str name, version;    /* what is static of them */
	str backend;          /* "module:object" */
	struct str_list path; /* backend-path */
	struct str_list requires;
	const uint32_t *lines;       /* beside requires: where they stand; NULL: nowhere */
	struct str_list constraints; /* [tool.uv] build-constraint-dependencies */
	/* private_host_key.c */
	VEC(struct source_file) files;
	struct private_git git; /* the repository that its version may come from; top empty: none that matters */
	str key;
	struct str_list inputs;
	/* on the way */
	struct host_python python;
	struct scratch scratch;
	str copy;        /* the project's copy */
	str environment; /* with bin/ and lib/ */
	struct err *e;
};

/* private_host_project.c */
bool host_project_read(struct host_build *b);

/* private_host_key.c: lists and hashes what the result depends on. */
bool host_key(struct host_build *b);
/* Files that bind versions of build requirements (PIP_BUILD_CONSTRAINT, UV_BUILD_CONSTRAINT), absolute. */
void host_constraints(struct host_build *b, struct str_list *out);
/* The variables that the backend sees. environment: empty while there is none. */
char **host_variables(struct arena *a, const struct env *env, str environment, str temporary);

/* private_host_python.c */
bool host_python_find(struct host_build *b);

/* private_host_run.c: one child in its own process group, nothing on its standard input, awaited. A status other than 0 is no error. */
#define HOST_TAIL_MAX ((size_t)64 << 10)
struct host_process {
	struct str_list words; /* the program's path first */
	str folder;            /* empty = this one */
	char **variables;
	unsigned limit_ms; /* 0 = none */
	const atomic_bool *cancel;
	/* filled: */
	int status; /* exit status, or 128 + the signal that ended it */
	str said;   /* the last HOST_TAIL_MAX bytes of what it wrote */
};
bool host_run(struct arena *a, struct host_process *p, struct err *e);

/* private_host_copy.c: the project, and what its repository says of versions, into the scratch folder. */
bool host_copy(struct host_build *b);

/* private_host_git.c */
/* Where a backend may ask for its version. */
void host_git_find(struct host_build *b);
/* What decides versions: small files of the repository, and the folders whose names do. */
void host_git_files(struct host_build *b, struct str_list *files, struct str_list *folders);
/* A repository for the copy at `to`. */
bool host_git_copy(struct host_build *b, str to);

/* private_host_environment.c: an environment with these requirements. */
bool host_environment(struct host_build *b, const struct str_list *requires);

/* private_host_hooks.c */
bool host_requires(struct host_build *b, struct str_list *out);
/* file: path of the wheel. */
bool host_build_wheel(struct host_build *b, str *file);
/* *text: METADATA; empty when the backend has no such hook. */
bool host_prepare_metadata(struct host_build *b, str *text);

/* private_host_judge.c: does the target take it? */
bool host_judge(struct host_build *b, str file, const struct wheel_record *record);

#endif
