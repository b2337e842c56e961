/* requirements.h: requirements files as pip reads them, before anything is decided about them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: pip's documentation "Requirements File Format" and its reader req_file.py (26.3). The order of the steps is part of the
 * format: decode (byte order mark, then a PEP 263 comment in the first two lines, then UTF-8); split at every Unicode line
 * boundary; join lines that end in a backslash (a comment line ends the run); remove comments; replace ${NAME}; take what stands
 * before the first word that begins with "-" as the requirement and parse the rest as a shell would, with pip's options.
 *
 * Not here: whether the requirement makes sense (requirements_reduce.c), whether named paths exist.
 * Secrets: a value that came out of an environment variable never enters an error: messages show the line as written.
 * Errors: ERR_FORMAT "requirements" (FILE:LINE:COLUMN with the line), "requirements-recursion", "requirements-remote" (files named
 * by http URLs: reading has no network), "requirements-encoding"; ERR_IO.
 * Lifetime: arena.
 * Limits:   below. */
#ifndef LAMINA_LOCKFILE_REQUIREMENTS_H
#define LAMINA_LOCKFILE_REQUIREMENTS_H

#include "lockfile/lockfile.h"

#define REQUIREMENTS_LINE_MAX  ((size_t)1 << 20) /* bytes of a joined line, after ${NAME} */
#define REQUIREMENTS_LINES_MAX ((size_t)1000000) /* of all files together */
#define REQUIREMENTS_FILES_MAX ((size_t)1000)
#define REQUIREMENTS_DEPTH_MAX 50
#define REQUIREMENTS_NAMES_MAX ((size_t)10000) /* trusted hosts; names after --no-binary, --only-binary */

/* A joined line without its comment, before and after ${NAME}. */
struct requirements_text_line {
	str text;        /* what is parsed */
	str written;     /* the same before variables were replaced: what messages show */
	uint32_t line;   /* the first physical line */
	uint32_t indent; /* bytes of white space before `written` on that line */
};

struct requirements_text {
	VEC(struct requirements_text_line) lines;
};

/* Bytes of a file to UTF-8. */
bool requirements_decode(struct arena *a, str bytes, str path, str *text, struct err *e);
bool requirements_split(struct arena *a, str text, str path, const struct env *env, struct requirements_text *out,
                        struct err *e);

struct requirement_line {
	str text;               /* the requirement; for -e its value; for `-r pylock.toml` the path */
	struct str_list hashes; /* "sha256:...", as written, in order */
	bool constraint, editable, pylock;
	str file; /* as it can be opened; p == NULL when the text came without a file */
	struct requirements_text_line source;
};

struct requirements {
	VEC(struct requirement_line) lines;
	struct lock_options options;
	struct str_list find_links_as_written;
	bool no_require_hashes;
	struct str_list inputs; /* files read, in order */
	struct sha256 digest;   /* of their bytes, in order */
};

struct requirements_request {
	struct str_list paths; /* read one after the other */
	str text;              /* p != NULL: the content of the first path */
	bool text_only;        /* the text has no path: `directory` is where its relative names start */
	str directory;
	const struct env *env;
};

bool requirements_parse(struct arena *a, const struct requirements_request *request, struct requirements *out, struct err *e);

/* Adds FILE:LINE:COLUMN and the line as written with a caret under byte `at` of `text` (which is part of the line's text). */
bool requirements_where(struct arena *a, const struct requirement_line *line, size_t at, struct err *e);

void requirements_hide(const struct requirements_text_line *l, const struct err *inner, struct err *e);

/* requirements_options.c: the words behind a requirement, as Python's shlex and optparse take them. */
struct requirements_words {
	VEC(str) list;
};
bool requirements_shell_split(struct arena *a, str text, struct requirements_words *out, struct err *e);

struct requirements_line_options {
	str index_url; /* p == NULL: not given */
	struct str_list extra_index_urls, requirements, constraints, editables, find_links, trusted_hosts;
	struct str_list hashes; /* "algorithm:digest" */
	struct str_list binary; /* values of --no-binary ("-" in front) and --only-binary ("+" in front), in order */
	bool no_index, prefer_binary, require_hashes, no_require_hashes, pre;
};
bool requirements_options_parse(struct arena *a, const struct requirements_words *words, struct requirements_line_options *out,
                                struct err *e);

#endif
