/* pack_parts.h: what the files of pack share; private to pipeline/pack*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_PACK_PARTS_H
#define LAMINA_PIPELINE_PACK_PARTS_H

#include "pipeline/pack.h"
#include "zip/zip_pack.h"

#define PACK_LINK_MODE 0120777u

struct pack {
	struct arena *a;
	const struct pack_request *request;
	struct notes *notes;
	struct err *e;
	str output;
	struct str_list files; /* @LIST replaced */
	str executable;        /* path of the first file when it is one */
	str arch;
	size_t folders;                  /* that were looked into */
	VEC(struct zip_pack_item) items; /* by name once pack_collect is done */
};

/* pack_collect.c: which entries there will be. */
bool pack_collect(struct pack *p);
/* pack_head.c: what a file's first bytes say. */
struct pack_head {
	bool elf, shebang, crlf; /* crlf: the "#!" line ends in "\r\n" */
};
/* path: NUL-terminated; links: whether one may be in it. */
bool pack_read_head(str path, bool links, struct pack_head *out, struct err *e);
bool pack_refuse_crlf(str path, struct err *e);
/* Whether a name alone makes a file executable. */
bool pack_executable_place(str name);
/* Fills in p->executable and p->arch from the first file. */
bool pack_find_executable(struct pack *p);

#endif
