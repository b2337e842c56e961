/* catalog_codec.h: the compact form of a page: what the store keeps and what projects are made of; private to catalog*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Encoding sorts files into releases and drops what can never be an answer: file names of other projects, names and versions
 * that are not valid, second files of a name. What comes out depends on the set of links only, not on their order.
 * Decoding copies what it keeps: the text may go afterwards. It is one walk; files that `relevant` does not want are skipped
 * with their length, and it is asked once for each set of tags.
 * Layout:   numbers are LEB128; a string has its length before it.
 *             format; status, reason; strings (versions, Requires-Python, reasons); kinds (tags; 0 sdist, 1 other); beginnings of
 *             URLs; number of releases; of each: spelling, number of files; of each file: length of the rest, kind, flags, name, number of
 *             the URL's beginning, its middle, digests, numbers of version, Requires-Python and reason, size, time, hashes.
 * Source:   PyPA "Binary distribution format", "Source distribution file name"; file names of sdists are split where the name of the
 *           project ends, as uv does, since old ones have dashes anywhere.
 * Limits:   CATALOG_BLOB_MAX. Decoding refuses whatever encoding does not write (false: damaged). */
#ifndef LAMINA_INDEX_CATALOG_CODEC_H
#define LAMINA_INDEX_CATALOG_CODEC_H

#include "base/buf.h"
#include "base/map.h"
#include "base/rd.h"
#include "index/catalog.h"

#define CATALOG_BLOB_MAX ((size_t)256 << 20)

/* Takes files one by one (as index_page_take; they are copied). Those of an earlier page win over later ones of the same name. */
struct catalog_encoder;
struct catalog_encoder *catalog_encoder_new(str name);
void catalog_encoder_take(void *encoder, const struct index_file *file);
void catalog_encoder_page(struct catalog_encoder *c,
                          const struct index_page *page); /* all files of it; then the next page begins */
/* out->over when it is too large. The encoder is gone afterwards. */
void catalog_encoder_end(struct catalog_encoder *c, str status, str reason, struct buf *out);
void catalog_encoder_free(struct catalog_encoder *c);
/* Sets all of *out but name, index and known. */
bool catalog_decode(struct arena *a, str bytes, const struct catalog_options *o, struct catalog_project *out);
/* All that an encoded page says, as a page again; for find-links that are mixed into it. */
bool catalog_unpack(struct arena *a, str bytes, struct index_page *out);

/* --- numbers and strings, for the other things that the catalog keeps --- */
void catalog_put(struct buf *out, uint64_t n);
void catalog_put_str(struct buf *out, str s);
uint64_t catalog_get(struct rd *r);
str catalog_get_str(struct rd *r); /* a view */

/* --- catalog_names.c --- */
enum { KIND_SDIST, KIND_OTHER, KIND_TAGS };

/* One version text as file names spell it. */
struct spelling {
	bool good;
	struct version version;
	str normal;
	size_t rank; /* of the release */
};

/* What a file is, found without reading any text twice. */
struct file_kind {
	const struct spelling *spelling;
	bool is_wheel, is_sdist;
	str tags; /* lower case; empty unless a wheel */
};
struct name_reader {
	struct arena *arena;
	str project;
	struct map spellings, tags, names;
	VEC(struct spelling *) versions; /* the good ones, each spelling once */
};
void name_reader_begin(struct name_reader *r, struct arena *a, str project);
/* False: no file of this project that has a version. */
bool name_reader_read(struct name_reader *r, str file, struct file_kind *out);

#endif
