/* sha256.c: SHA-256 by libcrypto's low-level functions, and base64.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The low-level functions are deprecated in favour of EVP, whose first use loads providers and configuration: more work than
 * a whole build of ours. They stay in every OpenSSL 3. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <openssl/sha.h>
#include <string.h>

#include "base/oom.h"

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sha256_stream), "the stream holds libcrypto's context");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct sha256_stream), "and is aligned for it");
_Static_assert(SHA256_DIGEST_LENGTH == SHA256_SIZE, "one size of digest");

static SHA256_CTX *context(struct sha256_stream *s) { return (SHA256_CTX *)(void *)s->state; }

void sha256_begin(struct sha256_stream *s)
{
	memset(s, 0, sizeof *s);
	BUG_IF(SHA256_Init(context(s)) != 1);
}

void sha256_update(struct sha256_stream *s, const void *bytes, size_t n)
{
	if (n > 0) BUG_IF(SHA256_Update(context(s), bytes, n) != 1);
}

void sha256_end(struct sha256_stream *s, struct sha256 *out) { BUG_IF(SHA256_Final(out->bytes, context(s)) != 1); }

void sha256_of(str bytes, struct sha256 *out)
{
	struct sha256_stream s;
	sha256_begin(&s);
	sha256_update(&s, bytes.p, bytes.n);
	sha256_end(&s, out);
}

bool sha256_eq(const struct sha256 *a, const struct sha256 *b) { return sha256_cmp(a, b) == 0; }

int sha256_cmp(const struct sha256 *a, const struct sha256 *b) { return memcmp(a->bytes, b->bytes, sizeof a->bytes); }

void sha256_hex(const struct sha256 *d, char out[SHA256_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = digits[d->bytes[i] >> 4];
		out[2 * i + 1] = digits[d->bytes[i] & 15];
	}
	out[SHA256_HEX] = '\0';
}

str sha256_hex_str(struct arena *a, const struct sha256 *d)
{
	char hex[SHA256_HEX + 1];
	sha256_hex(d, hex);
	return arena_str(a, (str){ hex, SHA256_HEX });
}

bool sha256_from_hex(str hex, struct sha256 *out)
{
	if (hex.n != SHA256_HEX) return false;
	struct sha256 d;
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		int high = ascii_hex(hex.p[2 * i]), low = ascii_hex(hex.p[2 * i + 1]);
		if (high < 0 || low < 0) return false;
		d.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*out = d;
	return true;
}

str base64_encode(struct arena *a, str bytes, bool url)
{
	const char *digits = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	                         : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	if (bytes.n > SIZE_MAX / 2) die_oom(bytes.n);
	char *out = arena_alloc(a, bytes.n / 3 * 4 + 5, 1, 1);
	size_t n = 0;
	for (size_t i = 0; i < bytes.n; i += 3) {
		size_t have = bytes.n - i < 3 ? bytes.n - i : 3;
		unsigned group = 0;
		for (size_t k = 0; k < 3; k++) group = group << 8 | (k < have ? (unsigned char)bytes.p[i + k] : 0u);
		for (size_t k = 0; k < 4; k++) {
			if (k <= have)
				out[n++] = digits[group >> (18 - 6 * k) & 63];
			else if (!url)
				out[n++] = '=';
		}
	}
	return (str){ out, n };
}

static int digit64(char c, bool url)
{
	if (ascii_upper(c)) return c - 'A';
	if (ascii_lower(c)) return c - 'a' + 26;
	if (ascii_digit(c)) return c - '0' + 52;
	if (c == (url ? '-' : '+')) return 62;
	return c == (url ? '_' : '/') ? 63 : -1;
}

bool base64_decode(struct arena *a, str text, bool url, str *out)
{
	size_t n = text.n, padding = 0;
	while (padding < 2 && n > 0 && text.p[n - 1] == '=') n--, padding++;
	if (n % 4 == 1) return false;
	size_t wanted = (4 - n % 4) % 4; /* RFC 4648 section 4: padding fills the last group of four, no more and no less */
	if (padding != wanted && !(url && padding == 0)) return false;
	char *bytes = arena_alloc(a, n / 4 * 3 + 4, 1, 1);
	size_t made = 0;
	unsigned group = 0;
	for (size_t i = 0; i < n; i++) {
		int digit = digit64(text.p[i], url);
		if (digit < 0) return false;
		group = (group << 6 | (unsigned)digit) & 0xffffff;
		if (i % 4 > 0) bytes[made++] = (char)(group >> (6 - 2 * (i % 4)) & 0xff);
	}
	/* Section 3.5: bits that no byte uses are zero, so that a digest has one spelling. */
	if (n % 4 == 2 && (group & 15) != 0) return false;
	if (n % 4 == 3 && (group & 3) != 0) return false;
	*out = (str){ bytes, made };
	return true;
}
