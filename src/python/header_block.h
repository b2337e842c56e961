/* header_block.h: the "Name: value" lines at the top of METADATA, PKG-INFO and WHEEL.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: RFC 822 as Python's email.parser reads it, which is what defines these files (PyPA "Core metadata specifications").
 * Lines end with "\n", "\r\n" or "\r". A line that starts with white space continues the value before it. The block ends at the
 * first blank line, at the first line that is no header, or with the text; what follows is the body and never looked at.
 * Lines that Python skips are skipped: a leading continuation, "From " lines, lines that begin with ":".
 * Errors:   none; any bytes are some block.
 * Lifetime: views into the text; unfolded values belong to the arena.
 * Use:      struct header_block b = header_block_over(text);
 *           for (struct header h; header_block_next(&b, &h);) use(h.name, header_value(arena, &h));
 * Not here: which headers must exist (metadata.h, wheel_file.h). */
#ifndef LAMINA_PYTHON_HEADER_BLOCK_H
#define LAMINA_PYTHON_HEADER_BLOCK_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct header_block {
	str text;
	size_t at;
};

struct header {
	str name;      /* as written; names are compared without case */
	str raw;       /* all lines of the value, with the line breaks between them */
	size_t offset; /* of the name in the text */
};

struct header_block header_block_over(str text);
/* The next header, or false at the end of the block. */
bool header_block_next(struct header_block *b, struct header *out);
/* The value in one line (RFC 5322 section 2.2.3: the line breaks go, the white space stays), trimmed. */
str header_value(struct arena *a, const struct header *h);
/* "1", "2.1", "1.9.2": the first two numbers (0 when absent, UINT64_MAX when they do not fit); false on anything else. */
bool header_dotted_number(str text, uint64_t parts[2]);

#endif
