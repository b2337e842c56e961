/* tar_header.c: reads one header block.
 * SPDX-License-Identifier: Apache-2.0 */
#include "format/tar_header.h"

#include <string.h>

/* Offsets and widths of the fields. */
enum {
	NAME = 0,
	NAME_SIZE = 100,
	MODE = 100,
	UID = 108,
	GID = 116,
	SIZE = 124,
	MTIME = 136,
	CHECKSUM = 148,
	TYPE = 156,
	LINK = 157,
	MAGIC = 257,
	DEVMAJOR = 329,
	DEVMINOR = 337,
	PREFIX = 345,
	PREFIX_SIZE = 155,
	PADDING = 500
};

enum format { USTAR, GNU, OLD, UNKNOWN };

static bool zeros(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i]) return false;
	return true;
}

bool tar_block_is_zero(const unsigned char *block) { return zeros(block, TAR_BLOCK); }

/* Spaces, octal digits, then spaces and NULs to the end. An empty field is 0 where optional says so. */
static bool octal(const unsigned char *p, size_t n, bool optional, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;
	while (i < n && p[i] == ' ') i++;
	size_t first = i;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) v = v << 3 | (uint64_t)(p[i] - '0'); /* at most 12 digits */
	if (i == first && !optional) return false;
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0') return false;
	*out = v;
	return true;
}

/* Of a field that nobody needs, GNU's binary form is fine, too, up to 64 bits: negative times and large owners are written in it. */
static bool ignored_number(const unsigned char *p, size_t n)
{
	uint64_t v;
	if (p[0] != 0x80 && p[0] != 0xff) return octal(p, n, true, &v);
	unsigned char sign = p[0] == 0xff ? 0xff : 0;
	for (size_t i = 1; i + 8 < n; i++)
		if (p[i] != sign) return false;
	return n <= 8 || (p[n - 8] & 0x80) == (sign & 0x80);
}

/* A text ends at its first NUL; nothing may come after that. */
static bool text(const unsigned char *p, size_t n, str *out)
{
	const unsigned char *end = memchr(p, 0, n);
	size_t used = end ? (size_t)(end - p) : n;
	*out = (str){ (const char *)p, used };
	return zeros(p + used, n - used);
}

static enum format format_of(const unsigned char *b)
{
	if (memcmp(b + MAGIC,
	           "ustar\0"
	           "00",
	           8) == 0)
		return USTAR;
	if (memcmp(b + MAGIC, "ustar  ", 8) == 0) return GNU;
	return zeros(b + MAGIC, TAR_BLOCK - MAGIC) ? OLD : UNKNOWN;
}

static bool checksum_fits(const unsigned char *b)
{
	uint64_t said, sum = 0;
	for (size_t i = 0; i < TAR_BLOCK; i++) sum += i >= CHECKSUM && i < TYPE ? ' ' : b[i];
	return octal(b + CHECKSUM, TYPE - CHECKSUM, false, &said) && said == sum;
}

static const char *check_type(char type)
{
	switch (type) {
	case '0':
	case '1':
	case '2':
	case '5':
	case 'L':
	case 'K':
	case 'x':
	case 'g': return NULL;
	case '3':
	case '4': return "a member is a device";
	case '6': return "a member is a pipe (FIFO)";
	case 'S': return "a member is a sparse file";
	default: return "a member has a type that no source distribution needs";
	}
}

static const char *read_name(const unsigned char *b, enum format format, struct tar_header *h)
{
	str prefix = { 0 };
	if (!text(b + NAME, NAME_SIZE, &h->first) || !text(b + LINK, NAME_SIZE, &h->link)) return "a name has bytes after a NUL";
	if (format == USTAR && !text(b + PREFIX, PREFIX_SIZE, &prefix)) return "a name has bytes after a NUL";
	size_t n = 0;
	if (prefix.n) {
		memcpy(h->text, prefix.p, prefix.n);
		n = prefix.n;
		h->text[n++] = '/';
	}
	memcpy(h->text + n, h->first.p, h->first.n);
	h->name = (str){ h->text, n + h->first.n };
	return NULL;
}

const char *tar_header_read(const unsigned char *b, struct tar_header *h)
{
	uint64_t mode;
	if (!checksum_fits(b)) return "a header's checksum is wrong: the archive is damaged, or this is no tar archive";
	enum format format = format_of(b);
	if (format == UNKNOWN) return "a header has a format that is neither ustar nor GNU";
	h->ustar = format == USTAR;
	h->gnu = format == GNU;
	h->type = (char)(b[TYPE] ? b[TYPE] : '0');
	const char *why = check_type(h->type);
	if (why) return why;
	if ((h->type == 'x' || h->type == 'g') && !h->ustar) return "a PAX header has a header that is not ustar's";
	if ((h->type == 'L' || h->type == 'K') && !h->gnu) return "a GNU long name has a header that is not GNU's";
	if (!zeros(b + (format == USTAR ? PADDING : PREFIX), TAR_BLOCK - (format == USTAR ? PADDING : PREFIX)))
		return "a header has bytes in places that are reserved";
	if (!octal(b + SIZE, MTIME - SIZE, false, &h->size)) return "a member's size is no octal number";
	if (!octal(b + MODE, UID - MODE, true, &mode)) return "a member's mode is no octal number";
	if (!ignored_number(b + UID, GID - UID) || !ignored_number(b + GID, SIZE - GID) ||
	    !ignored_number(b + MTIME, CHECKSUM - MTIME) || !ignored_number(b + DEVMAJOR, DEVMINOR - DEVMAJOR) ||
	    !ignored_number(b + DEVMINOR, PREFIX - DEVMINOR))
		return "a header has a field that should be a number";
	h->mode = (uint32_t)mode;
	why = read_name(b, format, h);
	if (why) return why;
	/* Before type '5' there was, a slash at the end told folders. */
	if (b[TYPE] == '\0' && str_ends(h->name, S("/"))) h->type = '5';
	return NULL;
}
