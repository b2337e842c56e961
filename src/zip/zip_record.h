/* zip_record.h: signatures, fixed sizes and flag bits of the records of an archive; for zip/ and index/catalog_tail.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.9 (data descriptor), 4.3.12 (central header), 4.3.14 (ZIP64 end
 * record), 4.3.15 (ZIP64 locator), 4.3.16 (end record), 4.4.4 (flags), 4.5 and 4.6 (extra fields). */
#ifndef LAMINA_ZIP_ZIP_RECORD_H
#define LAMINA_ZIP_ZIP_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define ZIP_SIG_LOCAL      0x04034b50u
#define ZIP_SIG_CENTRAL    0x02014b50u
#define ZIP_SIG_END        0x06054b50u
#define ZIP_SIG_END64      0x06064b50u
#define ZIP_SIG_LOCATOR64  0x07064b50u
#define ZIP_SIG_DESCRIPTOR 0x08074b50u

#define ZIP_LOCAL_SIZE     30
#define ZIP_CENTRAL_SIZE   46
#define ZIP_END_SIZE       22
#define ZIP_END64_SIZE     56
#define ZIP_END64_REST     44 /* what its own size field says when it has no extensible data */
#define ZIP_LOCATOR64_SIZE 20
#define ZIP_COMMENT_MAX    65535

#define ZIP_MAX16 0xffffu     /* "look into the ZIP64 record" in a 16-bit field */
#define ZIP_MAX32 0xffffffffu /* the same in a 32-bit one */

#define ZIP_FLAG_ENCRYPTED  0x0001u
#define ZIP_FLAG_LEVEL      0x0006u /* bits 1 and 2: how hard the coder tried; says nothing about the bytes */
#define ZIP_FLAG_DESCRIPTOR 0x0008u
#define ZIP_FLAG_PATCHED    0x0020u
#define ZIP_FLAG_STRONG     0x0040u
#define ZIP_FLAG_UTF8       0x0800u
#define ZIP_FLAG_MASKED     0x2000u
#define ZIP_FLAGS_KNOWN     (ZIP_FLAG_LEVEL | ZIP_FLAG_DESCRIPTOR | ZIP_FLAG_UTF8)

#define ZIP_EXTRA_ZIP64        0x0001u
#define ZIP_EXTRA_PATCH        0x000fu
#define ZIP_EXTRA_STRONG       0x0017u
#define ZIP_EXTRA_UNICODE_PATH 0x7075u
#define ZIP_EXTRA_AES          0x9901u
#define ZIP_VERSION_NEEDED_MAX 63 /* APPNOTE 4.4.3.2: the newest feature that is defined */

/* st_mode bits as they stand in archives, whatever this system's <sys/stat.h> says. */
#define ZIP_S_IFMT  0170000u
#define ZIP_S_IFDIR 0040000u
#define ZIP_S_IFREG 0100000u
#define ZIP_S_IFLNK 0120000u

/* Where something is wrong: the archive, the entry (empty when none is meant) and the byte. */
struct zip_place {
	str path;
	str name;
	uint64_t at;
};

/* ERR_FORMAT with the rule's id; the name is escaped in `where`. False, so that `return zip_refuse(...)` reads well. */
bool zip_refuse(const struct zip_place *place, const char *id, struct err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A name made safe to show: control characters, bytes that are no UTF-8 and characters that change the direction of text become
 * \xNN, a backslash is doubled, long names are cut. */
#define ZIP_SHOWN_MAX 256
void zip_shown(char out[ZIP_SHOWN_MAX], str name);

#endif
