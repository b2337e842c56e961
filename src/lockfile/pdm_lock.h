/* pdm_lock.h: pdm.lock as it stands in the file.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to the reader of pdm.lock.
 * Lifetime: arena; views into the TOML. */
#ifndef LAMINA_LOCKFILE_PDM_LOCK_H
#define LAMINA_LOCKFILE_PDM_LOCK_H

#include "base/map.h"
#include "lockfile/entries.h"

struct pdm_package {
	struct lock_entry entry; /* its marker is the file's, or what the walk found */
	struct version version;
	bool has_version;
	struct str_list needs; /* PEP 508 texts */
	const struct toml_value *table;
	size_t next; /* package of the same name + 1, 0 = none */
	bool in;     /* one of its groups is chosen */
};

struct pdm_lock {
	struct lock_reader *r;
	struct toml_document d, project;
	bool has_project;
	str path;
	const struct toml_value *metadata;
	struct {
		struct pdm_package *p;
		size_t n, cap;
	} packages;
	struct map by_name;     /* name -> index + 1 of its last package */
	bool inherits;          /* entries say their groups and markers */
	struct str_list chosen; /* groups */
	struct line_cursor lines;
};

/* pdm_walk.c: from the project's requirements to the entries that take part, for locks whose entries do not say it: sets `in` and the
 * markers of the entries. */
bool pdm_walk(struct pdm_lock *l, struct err *e);
/* "lock-stale" when a requirement of the project (main and the chosen groups) has no entry in the lock. */
bool pdm_fresh(struct pdm_lock *l, struct err *e);

#endif
