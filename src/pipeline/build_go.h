/* build_go.h: functions in Go, from the package that lamina.toml names to the program that is packed as `bootstrap`.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   begin     which go, which module, which flags: the key of the options. No process is started.
 *   programs  for what the stamp does not answer: `go list -deps` tells the packages and files; their digests are the content's key, and
 *             equal content is not built again. The rest is built, all functions of one module, architecture and set of flags by one
 *             `go build`, groups side by side within the budget of processors.
 *             What is built is packed while go links others; nothing appears before all of it is built.
 *   add       the program joins the files that the plan is made of.
 * The stamp gets everything that decided: the go command, GOROOT's VERSION and go.env, what `go env -w` wrote, go.mod, go.sum, go.work and
 * where they would be looked for, vendor/modules.txt, every file of every package outside the module cache, embedded and ignored ones too,
 * and the names in their folders. Not noticed: C headers and libraries outside the packages (cgo), a module cache edited by hand.
 * Programs, and what go works with, wait in a folder of GOTMPDIR or TMPDIR (base/scratch.h).
 * Errors: golang/go_failure.h; ERR_IO "go-missing"; ERR_USAGE "go-not-main", "go-package"; pipeline/binaries.h for the program. */
#ifndef LAMINA_PIPELINE_BUILD_GO_H
#define LAMINA_PIPELINE_BUILD_GO_H

#include "base/scratch.h"
#include "golang/go_command.h"
#include "golang/go_list.h"
#include "pipeline/build_parts.h"

struct build_go {
	str tool;
	struct go_settings settings;
	str folder;  /* absolute: where go runs, the module's folder */
	str dir;     /* absolute: the package's folder; empty for an import path */
	str pattern; /* what go is given */
	str mod_flag;
	str group; /* jobs with an equal one may share a go command */
	/* from the list: */
	const struct go_package *package;
	struct sha256 key;
	VEC(struct stamp_input) inputs;
	/* when it was built: */
	struct source_file program;
	struct packing *packed; /* its zip is made and waits for commit; or NULL */
};

/* Jobs that one `go list` answers for. */
struct go_group {
	struct job **jobs;
	size_t n;
	struct go_list list;
	str env[GO_ENV_LINES]; /* answers of `go env` */
	str env_text;          /* those that decide about programs */
};

/* What lives until the end of the run. */
struct build_go_run {
	struct scratch scratch;
	struct build_go_pack *pack;
};

/* *key: grows by what decides beside files. */
bool build_go_begin(struct build *b, struct job *j, str *key);
bool build_go_programs(struct build *b);
bool build_go_add_program(struct arena *a, const struct source_file *program, struct source_list *sources, struct err *e);
/* Puts the zip of a job with go.packed in its place. */
bool build_go_commit(struct build *b, struct job *j, struct assemble_result *made);
/* Mixes the packages' digest into that of the other content. */
void build_go_key(const struct job *j, struct sha256 *content);
void build_go_end(struct build *b);

/* Private to build_go*.c. */
/* "worker (arm64)" */
str build_go_who(struct build *b, const struct job *j);
/* "worker (arm64), api (arm64) and 3 more" */
str build_go_who_all(struct build *b, struct job *const *jobs, size_t n);
/* build_go_list.c: fills the groups' lists, and each job's package, key and inputs. */
bool build_go_list(struct build *b, struct go_group *groups, size_t n);
/* build_go_run.c: builds the programs of the groups' jobs. */
bool build_go_compile(struct build *b, struct go_group *groups, size_t n);
/* Digests, and what is wrong with the program; any thread. */
bool build_go_read_program(struct arena *a, const struct job *j, str path, struct source_file *out, struct notes *notes,
                           const atomic_bool *cancel, struct err *e);
/* build_go_pack.c: begin starts threads; offer: a program is whole; finish waits for what was offered, if it is wanted; take: has the
 * job's program, as it is now, been packed? end drops what was not committed. */
struct build_go_pack *build_go_pack_begin(struct build *b, const struct go_group *groups, size_t n);
/* Processors that are left for go. */
size_t build_go_pack_leaves(const struct build_go_pack *p);
void build_go_pack_offer(struct build_go_pack *p, const struct job *j, str path);
void build_go_pack_finish(struct build_go_pack *p, bool is_wanted_still);
bool build_go_pack_take(struct build_go_pack *p, struct job *j);
void build_go_pack_end(struct build_go_pack *p);

#endif
