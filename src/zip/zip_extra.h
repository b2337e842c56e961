/* zip_extra.h: extra fields of headers; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: APPNOTE 4.5.1 (layout), 4.5.3 (ZIP64, 0x0001), 4.6.9 (Info-ZIP Unicode Path, 0x7075). */
#ifndef LAMINA_ZIP_ZIP_EXTRA_H
#define LAMINA_ZIP_ZIP_EXTRA_H

#include "zip/zip_record.h"

struct zip_extra {
	bool has_zip64;
	str zip64; /* content of 0x0001 */
};

/* Walks the field, refuses what overruns, what is there twice, encryption, patches and a Unicode path other than place->name.
 */
bool zip_extra_parse(const struct zip_place *place, str extra, struct zip_extra *out, struct err *e);

/* The sizes of a header, with its sentinels replaced. */
struct zip_wide {
	uint64_t usize, csize, header_at;
	uint32_t disk;
};
bool zip_extra_central(const struct zip_place *place, const struct zip_extra *x, uint16_t method, struct zip_wide *wide,
                       struct err *e);
/* Local headers have the two sizes only. */
bool zip_extra_local(const struct zip_place *place, const struct zip_extra *x, uint16_t method, struct zip_wide *wide,
                     struct err *e);

#endif
