/* fetch_hashes.c: digests other than SHA-256 that a lock lists.
 * SPDX-License-Identifier: Apache-2.0
 *
 * PEP 751 asks that every listed digest of a known algorithm be checked; pip accepts sha256, sha384 and sha512. Weaker ones are ignored:
 * readers refuse locks that have nothing better. libcrypto's low-level functions, as in base/sha256.c. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <string.h>

#include "pipeline/fetch_parts.h"

#define PIECE ((size_t)256 << 10)

struct digests {
	SHA512_CTX sha384, sha512;
};

static bool hash_file(struct fetch *f, struct wanted *w, int fd, struct digests *d)
{
	struct arena scratch = { 0 };
	char *piece = arena_alloc(&scratch, PIECE, 1, 64);
	bool ok = true;
	SHA384_Init(&d->sha384);
	SHA512_Init(&d->sha512);
	for (uint64_t done = 0; ok && done < w->stored_size;) {
		size_t n = w->stored_size - done < PIECE ? (size_t)(w->stored_size - done) : PIECE;
		ok = io_pread(fd, w->file.p, piece, n, done, f->e);
		if (!ok) break;
		SHA384_Update(&d->sha384, piece, n);
		SHA512_Update(&d->sha512, piece, n);
		done += n;
	}
	arena_release(&scratch);
	return ok;
}

static str hex(struct arena *a, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_array(a, char, 2 * n + 1);
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	return (str){ out, 2 * n };
}

static bool mismatch(struct fetch *f, const struct wanted *w, str algorithm, str expected, str got)
{
	if (w->fresh) store_file_drop(f->options->store, &w->sha256, NULL); /* a file that was there is somebody else's */
	err_set(f->e, ERR_RESOLVE, "hash-mismatch", STR_FMT " is not the file that was locked", STR_ARG(w->file));
	return err_why(f->e, "expected " STR_FMT ":" STR_FMT ", got " STR_FMT, STR_ARG(algorithm), STR_ARG(expected), STR_ARG(got));
}

/* One of the list is enough (any), or each known one must match. */
static bool judge(struct fetch *f, struct wanted *w, const struct str_list *list, bool any, str sha384, str sha512)
{
	str algorithm, value, wanted_value = { 0 }, wanted_algorithm = { 0 }, got = { 0 };
	for (size_t i = 0; i < list->n; i++) {
		if (!str_cut(list->p[i], ':', &algorithm, &value)) continue;
		str have = { 0 };
		if (str_eq(algorithm, S("sha256"))) have = sha256_hex_str(f->a, &w->sha256);
		if (str_eq(algorithm, S("sha384"))) have = sha384;
		if (str_eq(algorithm, S("sha512"))) have = sha512;
		if (have.n == 0) continue;
		bool same = str_ieq(have, value);
		if (any && same) return true;
		if (!any && !same) return mismatch(f, w, algorithm, value, have);
		wanted_algorithm = algorithm;
		wanted_value = value;
		got = have;
	}
	return !any || list->n == 0 || mismatch(f, w, wanted_algorithm, wanted_value, got);
}

bool fetch_check_others(struct fetch *f, struct wanted *w, int fd)
{
	bool others = w->others && w->others->n, any = w->any && w->any->n;
	if (!others && !any) return true;
	struct digests d;
	unsigned char bytes384[SHA384_DIGEST_LENGTH], bytes512[SHA512_DIGEST_LENGTH];
	if (!hash_file(f, w, fd, &d)) return false;
	SHA384_Final(bytes384, &d.sha384);
	SHA512_Final(bytes512, &d.sha512);
	str sha384 = hex(f->a, bytes384, sizeof bytes384), sha512 = hex(f->a, bytes512, sizeof bytes512);
	if (any && !judge(f, w, w->any, true, sha384, sha512)) return false;
	return !others || judge(f, w, w->others, false, sha384, sha512);
}
