/* err.c: filling the one error type.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof((struct err *)0)->what + sizeof((struct err *)0)->where + sizeof((struct err *)0)->why +
                       sizeof((struct err *)0)->help <
                   4000,
               "a message stays below 4,000 bytes");

/* Length of text[0..n) without a UTF-8 sequence that the cut at n left incomplete. */
static size_t whole_utf8(const char *text, size_t n)
{
	size_t back = 0;
	while (back < 3 && back < n && ((unsigned char)text[n - 1 - back] & 0xc0) == 0x80) back++;
	if (back == n) return n;
	unsigned char lead = (unsigned char)text[n - 1 - back];
	size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	return length > back + 1 ? n - 1 - back : n;
}

__attribute__((format(printf, 3, 0))) static void fill(char *part, size_t size, const char *format, va_list arguments)
{
	int n = vsnprintf(part, size, format, arguments);
	if (n < 0)
		part[0] = '\0';
	else if ((size_t)n >= size)
		part[whole_utf8(part, size - 1)] = '\0';
}

bool err_set(struct err *e, enum err_code code, const char *id, const char *format, ...)
{
	if (err_is_set(e)) return false;
	memset(e, 0, sizeof *e);
	e->code = code;
	e->id = id;
	va_list arguments;
	va_start(arguments, format);
	fill(e->what, sizeof e->what, format, arguments);
	va_end(arguments);
	return false;
}

bool err_sys(struct err *e, enum err_code code, const char *id, int sys, const char *format, ...)
{
	if (err_is_set(e)) return false;
	memset(e, 0, sizeof *e);
	e->code = code;
	e->id = id;
	e->sys = sys;
	va_list arguments;
	va_start(arguments, format);
	fill(e->what, sizeof e->what, format, arguments);
	va_end(arguments);
	char text[128];
	return err_why(e, "%s", err_strerror(sys, text, sizeof text));
}

#define ADD_PART(part)                                                                                                         \
	do {                                                                                                                       \
		if (!err_is_set(e) || e->part[0]) return false;                                                                        \
		va_list arguments;                                                                                                     \
		va_start(arguments, format);                                                                                           \
		fill(e->part, sizeof e->part, format, arguments);                                                                      \
		va_end(arguments);                                                                                                     \
	} while (0)

bool err_where(struct err *e, const char *format, ...)
{
	ADD_PART(where);
	return false;
}

bool err_why(struct err *e, const char *format, ...)
{
	ADD_PART(why);
	return false;
}

bool err_help(struct err *e, const char *format, ...)
{
	ADD_PART(help);
	return false;
}

bool err_at(struct err *e, uint64_t offset)
{
	if (!err_is_set(e) || e->has_offset) return false;
	e->has_offset = true;
	e->offset = offset;
	return false;
}

void err_clear(struct err *e) { memset(e, 0, sizeof *e); }

int err_status(enum err_code code)
{
	switch (code) {
#define X(name, status)                                                                                                        \
	case name: return status;
		ERR_CODES(X)
#undef X
	}
	return 70;
}

const char *err_strerror(int sys, char *buffer, size_t size)
{
#ifdef __GLIBC__
	return strerror_r(sys, buffer, size); /* the GNU form may answer with a text of its own */
#else
	if (strerror_r(sys, buffer, size) != 0) snprintf(buffer, size, "error %d", sys);
	return buffer;
#endif
}
