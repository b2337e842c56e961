/* entries.h: packages of a lock before markers are decided.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Formats whose entries stand side by side, each with a marker of its own, are read into a list of these; a target keeps those whose
 * marker holds, an export writes all of them.
 * Private to lockfile/.
 * Lifetime: the arena of the reader. */
#ifndef LAMINA_LOCKFILE_ENTRIES_H
#define LAMINA_LOCKFILE_ENTRIES_H

#include "format/json.h"
#include "lockfile/reader.h"

struct lock_entry {
	struct locked_package package;
	struct marker *marker; /* NULL = always */
	bool pinned;           /* to one version or file */
	str written;           /* when it is not: "name>=1", for messages */
	size_t written_name;   /* length of the name in it */
	bool direct;           /* a file by its place, not of an index */
	str vcs;               /* "git" ...: the system of a LOCKED_VCS file */
};

struct lock_entries {
	struct lock_entry *p;
	size_t n, cap;
};

/* A new entry; "too-large" above LOCK_PACKAGES_MAX. */
bool entries_add(struct lock_reader *r, struct lock_entries *list, struct lock_entry **out, struct err *e);
/* Keeps those that hold for the target. Entries of one name are one package when they are the same version or file;
 * otherwise ERR_RESOLVE "lock-duplicate". */
bool entries_take(struct lock_reader *r, const struct lock_entries *list, struct err *e);

/* File kind of a name or URL: an archive unless it ends in ".whl". */
enum locked_kind entries_kind(str file);
/* Does it end like an archive that an installer takes? */
bool entries_is_archive(str name);

/* --- Pipfile.lock --- */

/* An index of "_meta", in their order: the first one serves what names none. url: with ${NAME} replaced. */
struct pipfile_source {
	str name, url;
};
struct pipfile_sources {
	struct pipfile_source *p;
	size_t n, cap;
};
bool pipfile_entries(struct lock_reader *r, str path, str text, struct lock_entries *out, struct pipfile_sources *sources,
                     struct err *e);

/* --- pdm.lock, pylock.toml, requirements.txt --- */

bool pdm_entries(struct lock_reader *r, str path, str text, struct lock_entries *out, struct err *e);
/* groups: that take part, for markers which ask for them. */
bool pylock_entries(struct lock_reader *r, str path, str text, struct lock_entries *out, struct str_list *groups,
                    struct err *e);
/* Each line for itself; a line without == takes the version of a constraint. options: the reader's. */
bool requirements_entries(struct lock_reader *r, struct lock_entries *out, struct err *e);

#endif
