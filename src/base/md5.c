/* md5.c: libcrypto's low-level functions, as in sha256.c.
 * SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/md5.h"

#include <openssl/md5.h>

#include "base/io.h"

#define PIECE ((size_t)256 << 10)

bool md5_file(struct arena *a, const char *path, str *hex, struct err *e)
{
	struct arena scratch = { 0 };
	struct io_stat st;
	unsigned char digest[MD5_DIGEST_LENGTH];
	char *piece = arena_alloc(&scratch, PIECE, 1, 64);
	int fd = io_open_read(path, e);
	bool ok = fd >= 0 && io_fstat(fd, path, &st, e);
	MD5_CTX context;
	MD5_Init(&context);
	for (uint64_t done = 0; ok && done < st.size;) {
		size_t n = st.size - done < PIECE ? (size_t)(st.size - done) : PIECE;
		ok = io_pread(fd, path, piece, n, done, e);
		MD5_Update(&context, piece, n);
		done += n;
	}
	MD5_Final(digest, &context);
	io_close(&fd);
	arena_release(&scratch);
	if (!ok) return false;
	char *out = arena_array(a, char, 2 * sizeof digest + 1);
	for (size_t i = 0; i < sizeof digest; i++) {
		out[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	*hex = (str){ out, 2 * sizeof digest };
	return true;
}
