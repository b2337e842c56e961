/* sha256.h: SHA-256 (FIPS 180-4), streaming.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libcrypto's low-level functions, linked statically where that is possible: they use the processor's SHA instructions and
 * start in no time, which the EVP interface does not (docs/dependencies.md).
 * Threads: a context belongs to one thread at a time. */
#ifndef LAMINA_BASE_SHA256_H
#define LAMINA_BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

#define SHA256_SIZE 32
#define SHA256_HEX  64

struct sha256 {
	uint8_t bytes[SHA256_SIZE];
};

struct sha256_stream {
	_Alignas(16) unsigned char state[128]; /* libcrypto's SHA256_CTX; its size is checked at compile time */
};

void sha256_begin(struct sha256_stream *s);
void sha256_update(struct sha256_stream *s, const void *bytes, size_t n);
void sha256_end(struct sha256_stream *s, struct sha256 *out);
void sha256_of(str bytes, struct sha256 *out);

bool sha256_eq(const struct sha256 *a, const struct sha256 *b);
int sha256_cmp(const struct sha256 *a, const struct sha256 *b);
/* 64 lower-case digits and a NUL. */
void sha256_hex(const struct sha256 *d, char out[SHA256_HEX + 1]);
str sha256_hex_str(struct arena *a, const struct sha256 *d);
/* Exactly 64 hexadecimal digits of either case. */
bool sha256_from_hex(str hex, struct sha256 *out);

/* Base64 (RFC 4648): url = the URL-safe alphabet without padding (wheel RECORD), else the standard one with padding. */
str base64_encode(struct arena *a, str bytes, bool url);
/* Accepts either alphabet as told, padding optional with url; false on anything else. */
bool base64_decode(struct arena *a, str text, bool url, str *out);

#endif
