/* str.h: a view of bytes that somebody else owns.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A str is a pointer and a length, passed by value. It promises no terminating NUL and no encoding.
 * Invariants: n == 0 may go with p == NULL; the empty str is {NULL, 0} or any pointer with n == 0.
 * Lifetime:   never longer than the storage it points into (an arena, a buf, a literal).
 * Threads:    values; reading is safe as long as the storage is not written.
 * Not here:   building text (buf.h, arena_fmt in arena.h). */
#ifndef LAMINA_BASE_STR_H
#define LAMINA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct str {
	const char *p;
	size_t n;
} str;

/* Position that means "not there" in the str_find family. */
#define STR_NONE SIZE_MAX

#define S(literal) ((str){ (literal), sizeof(literal) - 1 })
/* printf("%.*s"): views longer than INT_MAX print as INT_MAX bytes. */
#define STR_FMT    "%.*s"
#define STR_ARG(s) ((s).n > 0x7fffffff ? 0x7fffffff : (int)(s).n), ((s).p ? (s).p : "")

/* View of a NUL-terminated string; NULL gives the empty view. */
str str_from(const char *cstr);

bool str_eq(str a, str b);
/* Equality that ignores the case of ASCII letters. */
bool str_ieq(str a, str b);
/* Bytewise order (unsigned), a prefix sorts first: <0, 0, >0. */
int str_cmp(str a, str b);
/* qsort/bsearch comparator over arrays of str. */
int str_cmp_ptr(const void *a, const void *b);

bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_istarts(str s, str prefix);
/* First/last position of c, or STR_NONE. */
size_t str_chr(str s, char c);
size_t str_rchr(str s, char c);
/* First position of needle, or STR_NONE; the empty needle is at 0. */
size_t str_find(str s, str needle);
bool str_contains(str s, str needle);

/* Bytes [from, to) of s; both are clamped to the length. */
str str_slice(str s, size_t from, size_t to);
/* Everything from position `from`. */
str str_from_pos(str s, size_t from);
/* Without the ASCII white space (space, \t \n \r \v \f) around it. */
str str_trim(str s);
/* Splits at the first c: false (and *left = s, *right empty) when c is not there. */
bool str_cut(str s, char c, str *left, str *right);
/* Takes the next line off *rest, without its "\n" or "\r\n"; false when *rest is empty. */
bool str_line(str *rest, str *line);

/* The whole of s as a decimal number without sign; false when empty, not digits, or above UINT64_MAX. */
bool str_u64(str s, uint64_t *out);

static inline bool str_empty(str s) { return s.n == 0; }
static inline char str_at(str s, size_t i) { return i < s.n ? s.p[i] : '\0'; }

/* ASCII classes: independent of the locale, unlike <ctype.h>. */
static inline bool ascii_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool ascii_lower(char c) { return c >= 'a' && c <= 'z'; }
static inline bool ascii_upper(char c) { return c >= 'A' && c <= 'Z'; }
static inline bool ascii_alpha(char c) { return ascii_lower(c) || ascii_upper(c); }
static inline bool ascii_alnum(char c) { return ascii_alpha(c) || ascii_digit(c); }
static inline bool ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline char ascii_tolower(char c) { return ascii_upper(c) ? (char)(c + ('a' - 'A')) : c; }
/* Value of a hexadecimal digit, or -1. */
int ascii_hex(char c);

/* True when s is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
bool utf8_valid(str s);
/* Decodes the code point at *pos and moves past it; false (and *pos unmoved) on ill-formed input or at the end. */
bool utf8_next(str s, size_t *pos, uint32_t *code_point);
/* Writes one code point (<= U+10FFFF) as 1-4 bytes and gives their number. */
size_t utf8_put(char out[4], uint32_t code_point);

#endif
