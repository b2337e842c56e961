/* zip_refuse.c: how a refused archive is told.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "zip/zip_names.h"
#include "zip/zip_record.h"

/* One code point of a name, or its bytes as \xNN; gives the bytes written (at most 16). */
static size_t show_one(char out[16], const char *bytes, size_t n, bool plain)
{
	if (plain && !(n == 1 && *bytes == '\\')) {
		memcpy(out, bytes, n);
		return n;
	}
	if (plain) {
		memcpy(out, "\\\\", 2);
		return 2;
	}
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];
		out[4 * i] = '\\';
		out[4 * i + 1] = 'x';
		out[4 * i + 2] = digits[c >> 4];
		out[4 * i + 3] = digits[c & 15];
	}
	return 4 * n;
}

void zip_shown(char out[ZIP_SHOWN_MAX], str name)
{
	size_t n = 0;
	for (size_t at = 0; at < name.n;) {
		char one[16];
		size_t from = at;
		uint32_t c = 0;
		bool plain = utf8_next(name, &at, &c) && !zip_name_is_control(c);
		if (at == from) at++; /* not UTF-8: one byte */
		size_t add = show_one(one, name.p + from, at - from, plain);
		if (n + add + sizeof "..." > ZIP_SHOWN_MAX) {
			memcpy(out + n, "...", 3);
			n += 3;
			break;
		}
		memcpy(out + n, one, add);
		n += add;
	}
	out[n] = '\0';
}

bool zip_refuse(const struct zip_place *place, const char *id, struct err *e, const char *format, ...)
{
	char what[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	err_set(e, ERR_FORMAT, id, "%s", what);
	err_at(e, place->at);
	if (str_empty(place->name)) return err_where(e, STR_FMT, STR_ARG(place->path));
	char shown[ZIP_SHOWN_MAX];
	zip_shown(shown, place->name);
	return err_where(e, STR_FMT ": %s", STR_ARG(place->path), shown);
}
