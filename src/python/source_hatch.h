/* source_hatch.h: what the files of hatchling share; private to python/source_hatch*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source:   hatchling's documentation "Builder configuration", "Wheel builder", "Metadata", "Version source" (1.33). Its patterns are those
 *           of .gitignore as pathspec's GitIgnoreSpec reads them: the last rule that names the file itself decides; without such a
 *           rule, the last one that names a folder above it.
 * Lifetime: views into the project's files and the arena. */
#ifndef LAMINA_PYTHON_SOURCE_HATCH_H
#define LAMINA_PYTHON_SOURCE_HATCH_H

#include "python/source_backend.h"

/* --- source_hatch_spec.c --- */
struct hatch_rule {
	str pattern;       /* as pattern_path takes it; empty: any path */
	bool negated;      /* "!" */
	bool folders_only; /* ends with "/" */
	bool below;        /* ended with a part of two asterisks: what is in the folder, and that as if it were named itself */
};
struct hatch_spec {
	VEC(struct hatch_rule) list;
};
enum hatch_match { HATCH_NO_RULE, HATCH_MATCHES, HATCH_NEGATED };

void hatch_spec_add(struct arena *a, struct hatch_spec *spec, str line);
enum hatch_match hatch_spec_match(const struct hatch_spec *spec, str path, bool folder);

/* --- source_hatch.c --- */
/* A table of the configuration, and the file it stands in: hatch.toml or pyproject.toml. */
struct hatch_section {
	const struct toml_document *file;
	const struct toml_value *table; /* NULL: absent */
};

struct hatch {
	struct toml_document own;        /* hatch.toml; root NULL without one */
	struct hatch_section build;      /* [tool.hatch.build] */
	const struct toml_value *target; /* its targets.wheel, or NULL */
	struct hatch_section metadata;   /* [tool.hatch.metadata] */
	struct hatch_section version;    /* [tool.hatch.version] */
	str version_file;                /* of hatch-vcs, in an unpacked archive: it is an artifact */
};

/* ERR_FORMAT "project-field" at a value of the section's file. */
bool hatch_bad_field(struct source_work *w, const struct hatch_section *s, const struct toml_value *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The target's own value of a key, else the one of all targets; NULL when neither has it. */
const struct toml_value *hatch_option(const struct hatch *h, const char *key);
bool hatch_flag(struct source_work *w, const struct hatch *h, const char *key, bool *out);

/* --- source_hatch_metadata.c: the version, requirements and fields that hatchling reads in its own way --- */
/* What `dynamic` names and PKG-INFO has; *open: a field is left, or the version is to be found out (for which metadata hooks run, too). */
bool hatch_take_pkg_info(struct source_work *w, bool *open);
bool hatch_read_version(struct source_work *w, const struct hatch *h);
bool hatch_read_fields(struct source_work *w, const struct hatch *h);

/* --- source_hatch_files.c --- */
bool hatch_add_files(struct source_work *w, const struct hatch *h);

#endif
