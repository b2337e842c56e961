/* reader.h: what the readers of all lock formats share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to lockfile/. A `struct lock_reader` lives for one lock_read: where files come from, how markers are decided, where
 * packages go.
 * Lifetime: the arena of the reader.
 * Threads: none. */
#ifndef LAMINA_LOCKFILE_READER_H
#define LAMINA_LOCKFILE_READER_H

#include "format/toml.h"
#include "lockfile/lockfile.h"
#include "python/requirement.h"

struct lock_reader {
	struct arena *a;
	const struct lock_request *request;
	const struct lock_target *target; /* NULL while a lock is exported for every environment */
	struct notes *notes;
	struct locked_set *set;
	struct lock_options *options;
	struct sha256_stream digest;                 /* of what set->lock_sha256 covers */
	struct marker_environment known;             /* the target's values; extras and groups set by the reader */
	struct marker_environment assumed;           /* the same with the assumed values */
	struct str_list extras, groups, only_groups; /* of the request, normalised */
};

/* One file per format gives one of these. */
struct lock_format_ops {
	enum lock_format format;
	const char *name;
	bool (*read)(struct lock_reader *r, str path, str text, struct err *e);
};
extern const struct lock_format_ops lock_format_requirements, lock_format_pylock, lock_format_poetry, lock_format_uv,
    lock_format_pipfile, lock_format_pdm;

/* lockfile.c: a reader for a request; set and options are the caller's to add. */
void reader_begin(struct lock_reader *r, struct arena *a, const struct lock_request *request, struct notes *notes);
bool reader_format(struct lock_reader *r, str path, const struct lock_format_ops **out, struct err *e);

/* The file's bytes (or the request's, for its own path); registers it as an input. counts: it is part of lock_sha256. */
bool reader_load(struct lock_reader *r, str path, bool counts, str *text, struct err *e);
/* As reader_load, but a missing file leaves *found false. */
bool reader_load_beside(struct lock_reader *r, str path, bool *found, str *text, struct err *e);

/* Does the marker hold for the target? NULL holds. *assumed becomes the marker's text when an assumed value decided, and a note
 * says so for `who`; it is left alone otherwise. */
bool reader_decide(struct lock_reader *r, const struct marker *m, str who, str *assumed);
/* Does the target's Python satisfy a specifier set, by the same three-valued rule? */
bool reader_python_matches(struct lock_reader *r, str specifier, str who, bool *matches, struct err *e);

/* A new package of the set, with chosen = SIZE_MAX; the pointer dies with the next call. False above LOCK_PACKAGES_MAX. */
bool reader_add(struct lock_reader *r, struct locked_package **out, struct err *e);
/* Takes "sha256:HEX" (any case of the digits) into a file: sha256 where it is one, other_hashes where it is sha384 or sha512.
 * Weaker algorithms are skipped. False when the text is no hash: the caller says where. */
bool locked_file_hash(struct arena *a, struct locked_file *f, str algorithm, str hex, struct err *e);
/* "sha256:0123" with the algorithm checked to be strong and the digits to be complete, lower case. */
bool reader_hash_text(struct arena *a, str algorithm, str hex, str *out, struct err *e);
/* True when a file has a digest that is worth something. */
bool locked_file_verifiable(const struct locked_file *f);

/* File name at the end of a URL's path, percent-decoded once. */
str reader_url_file(struct arena *a, str url);
/* Local path of a file: URL; false when it is none, or names another host. */
bool url_local_path(struct arena *a, str url, str *path);
str percent_decode(struct arena *a, str text);
/* The text with the user and password of each URL in it replaced, for messages (cut at a length that messages never reach). */
str url_masked(struct arena *a, str url);

/* Line of an offset; cheap when the offsets of successive calls grow. Ready when zeroed. */
struct line_cursor {
	size_t at;
	uint32_t lines; /* line breaks before `at` */
};
uint32_t reader_line(struct line_cursor *c, str text, size_t offset);

/* Marker of a TOML string, with the place of the value in errors. */
bool reader_marker(struct lock_reader *r, const struct toml_document *d, const struct toml_value *v, struct marker **out,
                   struct err *e);
/* ERR_FORMAT about a value: sets e and the place. Returns false. */
bool reader_bad(const struct toml_document *d, const struct toml_value *v, struct err *e, const char *id, const char *format,
                ...) __attribute__((format(printf, 5, 6)));
/* Normalised copies, unique. */
void reader_normalize_names(struct arena *a, const struct str_list *in, struct str_list *out);
/* "did you mean" help for a name that is not in the list. */
bool reader_unknown_name(struct arena *a, struct err *e, const char *id, const char *kind, str name,
                         const struct str_list *known);

#endif
