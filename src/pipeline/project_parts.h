/* project_parts.h: what the files that make a project share; private to pipeline/project*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_PROJECT_PARTS_H
#define LAMINA_PIPELINE_PROJECT_PARTS_H

#include "format/toml.h"
#include "pipeline/project.h"

struct config;

/* An artifact before its targets are known: every key may still be unset. */
struct draft {
	const struct config *config;    /* NULL without one */
	const struct toml_value *table; /* its keys in it; NULL for an artifact of options */
	struct artifact artifact;       /* kind, name, lists, files, prefer */
	struct str_list runtimes, archs;
	str output, layout, compress, bytecode;
	str output_folder; /* where a relative output begins; no template */
	struct str_list slim;
	bool has_slim;
	enum choice scripts;
	str into;
};

struct config {
	struct toml_document document;
	str folder; /* of lamina.toml, to join paths to */
	struct draft defaults;
	VEC(struct draft) drafts;
	VEC(struct project_index) indexes;
};

/* project_config.c: reads lamina.toml. */
/* text: the bytes of `path`, which is for messages and the folder. */
bool config_parse(struct arena *a, str text, str path, const struct env *env, struct config *out, struct err *e);
bool config_read(struct arena *a, str path, const struct env *env, struct config *out, struct err *e);
/* project_keys.c: one table [defaults], [layer.X] or [function.X] into a draft. */
enum key_scope { SCOPE_DEFAULTS = 1, SCOPE_LAYER = 2, SCOPE_FUNCTION = 4 };
bool keys_read(struct arena *a, const struct config *config, const struct toml_value *table, enum key_scope scope,
               struct draft *out, struct err *e);
/* "lamina.toml:3:8" */
str config_place(struct arena *a, const struct config *config, uint32_t offset);
/* "unknown key `x`, did you mean `y`" at the key's place. Returns false. */
bool key_unknown(const struct config *config, const struct toml_member *member, const char *const *known, str table,
                 struct err *e);
/* "${VAR}" and "${VAR:-default}" replaced; an unset variable without a default is an error at the place. */
bool expand_variables(struct arena *a, const struct config *config, const struct env *env, const struct toml_value *value,
                      str *out, struct err *e);
/* project_go.c: what only functions in Go have. */
bool go_key_read(struct arena *a, const struct config *config, const struct toml_member *member, struct draft *out,
                 struct err *e);
void go_from_options(struct arena *a, const struct build_request *request, struct draft *out);
void go_apply_defaults(const struct draft *defaults, struct draft *out);
/* A Python runtime of [defaults] is not meant for a Go function. */
bool go_takes_runtime(const struct draft *defaults, const struct draft *d);
/* The runtime when none is given, and refusals of what does not go with Go. Before targets are made. */
bool go_complete(struct arena *a, struct draft *d, struct notes *notes, struct err *e);
/* project.c */
bool artifact_has(const struct artifact *artifact, enum binary_kind kind);
/* project_targets.c: fills in defaults, checks words, repeats a draft for each target. */
bool targets_expand(struct arena *a, const struct draft *draft, struct notes *notes, struct project *out, struct err *e);

#endif
