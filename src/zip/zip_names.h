/* zip_names.h: which names an entry may have; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A name is a relative path of non-empty parts between "/", well-formed UTF-8 without control characters. What is clean here
 * means the same file to every tool that unpacks, and stays inside the folder it is unpacked into.
 * Source: APPNOTE 4.4.17, appendix D; PEP 427; the registry's upload rules; docs/zip.md lists the ids. */
#ifndef LAMINA_ZIP_ZIP_NAMES_H
#define LAMINA_ZIP_ZIP_NAMES_H

#include "zip/zip_read.h"
#include "zip/zip_record.h"

#define ZIP_NAME_PART_MAX 255 /* what file systems take for one part */

/* Control characters (C0, DEL, C1) and the ones that change the direction of text: both make a shown name lie. */
bool zip_name_is_control(uint32_t code_point);

/* utf8_flag: bit 11, which alone makes bytes above 0x7F mean UTF-8. place->name is the name. */
bool zip_name_check(const struct zip_place *place, bool utf8_flag, size_t name_max, struct err *e);

/* Refuses equal names and files that are also folders; notes a pair that differs only by the case of ASCII letters. at[i] is
 * the central header of entry i. */
bool zip_name_clashes(struct zip_archive *z, const uint64_t *at, struct err *e);

#endif
