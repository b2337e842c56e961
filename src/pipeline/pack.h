/* pack.h: named files and folders -> one deterministic zip (`lamina zip`).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The rules are those of build-lambda-zip (aws-lambda-go), made safe: the first file is the executable when it is an ELF executable or
 * begins with "#!"; it is stored under its own name, and a symbolic link `bootstrap` leads to it when it is called otherwise. Everything
 * else is stored under the path it was named by, folders with all they hold. Modes come from place and content (0755 for bootstrap, bin/,
 * extensions/, ELF executables, "#!", and what --exec names; 0644 otherwise), never from the host.
 * A path on the command line is read through symbolic links, as build-lambda-zip does; links inside folders are refused unless `links`
 * says otherwise.
 * Errors:  ERR_USAGE "no-input", "output-inside", "output-is-input"; ERR_FORMAT "pack-name", "pack-folder", "pack-special",
 *          "pack-link", "pack-depth", "collision", "bootstrap-clash", "crlf-shebang", "size-unzipped"; ERR_IO. Nothing is left behind.
 * Memory:  zip_pack's bound (zip/zip_pack.h) and about 600 bytes a file. */
#ifndef LAMINA_PIPELINE_PACK_H
#define LAMINA_PIPELINE_PACK_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "model/note.h"

enum pack_links { PACK_LINKS_UNSET, PACK_LINKS_REFUSE, PACK_LINKS_FOLLOW, PACK_LINKS_KEEP };

struct pack_request {
	struct str_list files; /* as written: files, folders, @LIST */
	str output;            /* empty: the first file's name + ".zip" */
	str prefix;            /* of every name; then no link is made */
	struct str_list exec, exclude;
	bool plain; /* the first file is like the others */
	enum pack_links links;
	int level; /* of deflate, see ZIP_PACK_LEVEL_... */
	size_t jobs;
	const atomic_bool *cancel;
};

struct pack_result {
	str path;
	uint64_t size, unzipped_size, entries;
	struct sha256 sha256;
	str arch; /* of the executable, as AWS spells it; empty when it has none */
};

bool pack_zip(struct arena *a, const struct pack_request *request, struct notes *notes, struct pack_result *out, struct err *e);

#endif
