/* tar.h: a strict reader of source distributions that are tar archives.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Members come one by one, in the order of the archive, with clean names below one top folder. What two readers of tar could take for
 * two different things is refused, never guessed: two names for one member, two sizes, two members of one name, links that lead out of
 * the tree, bytes after the end. A link is not given as a link: when all members were read, tar_copies says which files stand in its
 * place, so whoever unpacks writes regular files and folders and nothing else.
 *
 * Why an own reader: libarchive, Python's tarfile and GNU tar all smooth over what has to be refused here (repeated PAX keywords, PAX
 * against header, sparse files, junk after the end, garbage between members), each in its own way, and none tells that it did. So every
 * header is read here, once, by one set of rules (tar_header.h, tar_pax.h). gzip is inflated with zlib, which checks CRC-32 and length
 * and tells where the stream ends; libarchive's gzip filter does neither. bzip2 and xz go through libarchive's filters (tar_input.h).
 * Source:   POSIX.1-2017 pax ("ustar Interchange Format", "pax Header Block"), GNU tar manual "Basic Tar Format"; PEP 706 and 721 (the
 *           data filter), python-packaging 11.1; docs/private-packages.md lists the rules for users.
 * Limits:   struct tar_limits; everything is bounded before it is used or allocated. No recursion.
 * Errors:   ERR_FORMAT "bad-sdist": what names the archive, where the member, why the rule; ERR_IO "read", "no-libarchive".
 * Lifetime: tar_close; names belong to the arena.
 * Threads:  one at a time.
 * Use:      tar_open; while tar_next gives a member: tar_read until *got is 0 (or not at all); tar_copies; tar_close. */
#ifndef LAMINA_FORMAT_TAR_H
#define LAMINA_FORMAT_TAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum tar_coding { TAR_PLAIN, TAR_GZIP, TAR_BZIP2, TAR_XZ };

struct tar_limits {
	uint64_t archive_max;  /* bytes of the file */
	uint64_t inflated_max; /* bytes of the tar in it, and of all files with those that links add */
	uint64_t ratio_from;   /* the ratio is judged above this many inflated bytes */
	uint32_t ratio_max;
	uint32_t names_max; /* members, the folders above them, and what links add */
	uint32_t name_max;  /* bytes of a name */
	uint32_t part_max;  /* bytes between two slashes */
	uint32_t depth_max; /* parts of a name */
	uint32_t extra_max; /* bytes of a PAX header */
};
extern const struct tar_limits tar_limits_default;

enum tar_kind { TAR_FILE, TAR_FOLDER, TAR_SYMLINK, TAR_HARDLINK };

struct tar_member {
	str name; /* relative, clean, valid UTF-8; folders without a slash at the end */
	enum tar_kind kind;
	str link;        /* of a link: its text */
	uint64_t size;   /* of a file */
	bool executable; /* its owner's */
	uint64_t at;     /* of its header, in the inflated bytes */
};

/* What stands in the place of a link: a file with the bytes of a member, or a folder. */
struct tar_copy {
	str name;
	str from; /* empty: a folder */
	bool executable;
};

/* The coding that a file name's ending promises; false when it is none of a tar archive. */
bool tar_coding_of(str file, enum tar_coding *out);

/* False, with "bad-sdist" set. member: what it is about, or empty; at: a place in the inflated bytes, or ERR_NO_OFFSET. */
bool tar_refuse(str file, str member, uint64_t at, const char *why, struct err *e);

struct tar;
/* fd: a regular file, read from its start whatever its position is; it stays the caller's. file: what messages call it. limits: NULL is
 * the default. */
bool tar_open(struct arena *a, int fd, str file, enum tar_coding coding, const struct tar_limits *limits, struct tar **out,
              struct err *e);
/* The next member; *out is NULL after the last, when the archive's end and all links have been checked. */
bool tar_next(struct tar *t, const struct tar_member **out, struct err *e);
/* Bytes of the member that tar_next gave; *got is 0 at its end. */
bool tar_read(struct tar *t, void *to, size_t n, size_t *got, struct err *e);
void tar_close(struct tar *t); /* NULL is fine */

/* After the last member. Folders come before what is in them. */
const struct tar_copy *tar_copies(const struct tar *t, size_t *n);
/* The one folder at the top. */
str tar_top(const struct tar *t);

#endif
