/* tar_input.h: the bytes of a tar archive, inflated as they are asked for.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One compressed stream that fills the file from its first byte to its last: bytes after its end are refused.
 * gzip:     zlib, which is linked in: CRC-32 and length are checked. One member.
 * bzip2, xz: libarchive's filters over its raw format; exactly the one filter that the name promises, nothing that would run a program.
 *           Streams in a row are one, as these formats say.
 * Limits:   archive_max, inflated_max and the ratio of struct tar_limits. Memory: 128 KiB, and the decoder's.
 * Source:   RFC 1952.
 * Errors:   ERR_FORMAT "bad-sdist", ERR_IO "read", "no-libarchive". Lifetime: tar_input_close. Threads: one at a time. */
#ifndef LAMINA_FORMAT_TAR_INPUT_H
#define LAMINA_FORMAT_TAR_INPUT_H

#include "format/tar.h"

struct tar_input;
bool tar_input_open(struct arena *a, int fd, str file, enum tar_coding coding, const struct tar_limits *limits,
                    struct tar_input **out, struct err *e);
/* n bytes, or fewer at the end of the stream, which is complete and undamaged then. */
bool tar_input_read(struct tar_input *in, void *to, size_t n, size_t *got, struct err *e);
uint64_t tar_input_at(const struct tar_input *in); /* bytes given so far */
void tar_input_close(struct tar_input *in);        /* NULL is fine */

#endif
