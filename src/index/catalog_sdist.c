/* catalog_sdist.c: PKG-INFO of a .tar.gz.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only headers are walked; contents but PKG-INFO's are passed over as they are inflated.
 * Source:   POSIX.1-2017 pax, "ustar Interchange Format" (header: name 100, size at 124, checksum at 148, type at 156, prefix at
 *           345); PyPA "Source distribution format": one folder NAME-VERSION at the top with PKG-INFO in it. Long names (pax
 *           headers, GNU "L") belong to other members: this one's name is short.
 * Limits:   TAR_BYTES_MAX of inflated bytes are looked at, METADATA_MAX of the member.
 * Errors:   ERR_FORMAT "bad-sdist". */
#include <string.h>

#include "index/catalog_parts.h"
#include "net/gunzip.h"
#include "python/metadata.h"

#define BLOCK         512
#define TAR_BYTES_MAX ((uint64_t)512 << 20)

struct pkg_info {
	struct gunzip *gunzip;
	unsigned char block[BLOCK];
	size_t have;      /* bytes of the block */
	uint64_t passing; /* bytes of a member that nobody wants, with its padding */
	uint64_t taking;  /* bytes of PKG-INFO that are still to come */
	uint64_t seen;
	bool found, ended;
	struct buf text;
};

struct pkg_info *pkg_info_new(struct arena *a)
{
	struct pkg_info *p = arena_new(a, struct pkg_info);
	p->gunzip = gunzip_new(a);
	buf_init(&p->text, METADATA_MAX);
	return p;
}

void pkg_info_free(struct pkg_info *p)
{
	gunzip_free(p->gunzip);
	buf_release(&p->text);
}

str pkg_info_text(const struct pkg_info *p) { return buf_str(&p->text); }

static bool bad(struct err *e, const char *why)
{
	err_set(e, ERR_FORMAT, "bad-sdist", "the source distribution cannot be read");
	return err_why(e, "%s", why);
}

/* Octal digits, or GNU's binary form (first bit set). */
static bool number(const unsigned char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;
	if (p[0] & 0x80) {
		for (i = 1; i < n; i++) {
			if (v >> 55) return false;
			v = v << 8 | p[i];
		}
		*out = v;
		return p[0] == 0x80;
	}
	while (i < n && p[i] == ' ') i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) {
		if (v >> 60) return false;
		v = v << 3 | (uint64_t)(p[i] - '0');
	}
	*out = v;
	return i == n || p[i] == '\0' || p[i] == ' ';
}

static bool sum_fits(const unsigned char *block)
{
	uint64_t said, sum = 0;
	for (size_t i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : block[i];
	return number(block + 148, 8, &said) && said == sum;
}

static str field(const unsigned char *p, size_t n)
{
	const unsigned char *end = memchr(p, 0, n);
	return (str){ (const char *)p, end ? (size_t)(end - p) : n };
}

/* "NAME-VERSION/PKG-INFO", perhaps behind "./". */
static bool is_pkg_info(const unsigned char *block)
{
	str name = field(block, 100), top, rest;
	if (memcmp(block + 257, "ustar", 5) == 0 && memcmp(block + 257, "ustar  ", 7) != 0 && block[345]) {
		str prefix = field(block + 345, 155);
		return str_eq(name, S("PKG-INFO")) && str_chr(prefix, '/') == STR_NONE;
	}
	if (str_starts(name, S("./"))) name = str_from_pos(name, 2);
	return str_cut(name, '/', &top, &rest) && !str_empty(top) && str_eq(rest, S("PKG-INFO"));
}

static bool take_header(struct pkg_info *p, struct err *e)
{
	static const unsigned char blank[BLOCK];
	uint64_t size;
	if (memcmp(p->block, blank, BLOCK) == 0) {
		p->ended = true;
		return true;
	}
	if (!sum_fits(p->block)) return bad(e, "it is no tar archive");
	if (!number(p->block + 124, 12, &size) || size > TAR_BYTES_MAX) return bad(e, "a member of it has no usable size");
	char type = (char)p->block[156];
	bool file = type == '0' || type == '\0' || type == '7';
	if (file && is_pkg_info(p->block)) {
		if (size > METADATA_MAX) return bad(e, "its PKG-INFO is too large");
		p->taking = size;
		p->found = size == 0;
		return true;
	}
	/* Links and folders have no content, whatever their size field says. */
	bool empty = type == '1' || type == '2' || type == '3' || type == '4' || type == '5' || type == '6';
	p->passing = empty ? 0 : (size + BLOCK - 1) / BLOCK * BLOCK;
	return true;
}

static size_t least(uint64_t a, size_t b) { return a < b ? (size_t)a : b; }

static bool on_bytes(void *context, const void *bytes, size_t n, struct err *e)
{
	struct pkg_info *p = context;
	const char *at = bytes;
	p->seen += n;
	if (p->seen > TAR_BYTES_MAX) return bad(e, "it unpacks to more than 512 MiB");
	while (n > 0 && !p->found && !p->ended) {
		size_t step;
		if (p->passing > 0) {
			step = least(p->passing, n);
			p->passing -= step;
		} else if (p->taking > 0) {
			step = least(p->taking, n);
			buf_add(&p->text, at, step);
			p->taking -= step;
			p->found = p->taking == 0;
		} else {
			step = least(BLOCK - p->have, n);
			memcpy(p->block + p->have, at, step);
			p->have += step;
			if (p->have == BLOCK) {
				p->have = 0;
				if (!take_header(p, e)) return false;
			}
		}
		at += step;
		n -= step;
	}
	return true;
}

bool pkg_info_feed(struct pkg_info *p, const void *bytes, size_t n, bool *found, struct err *e)
{
	struct err cause = { 0 };
	bool ok = p->found || gunzip_feed(p->gunzip, bytes, n, on_bytes, p, &cause);
	*found = p->found;
	if (ok || p->found) return true;
	return cause.code == ERR_FORMAT ? (*e = cause, false) : bad(e, "it is not compressed with gzip, or damaged");
}
