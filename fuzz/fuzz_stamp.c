/* fuzz_stamp.c: bytes are no stamp, or one that is written as the same bytes again.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses: 0 = the bytes as they are, else the checksum is made right, so that what lies behind it is reached. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/stamp.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check(struct arena *a, str bytes)
{
	struct stamp s;
	struct buf again;
	if (!stamp_decode(a, bytes, &s)) return;
	buf_init(&again, bytes.n + 1);
	require(stamp_encode(&s, &again));
	struct stamp back;
	require(again.n == bytes.n && stamp_decode(a, buf_str(&again), &back));
	require(back.inputs.n == s.inputs.n && back.sources.n == s.sources.n && back.tops.n == s.tops.n);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	if (size == 0) return 0;
	str body = { (const char *)data + 1, size - 1 };
	if (data[0] == 0) {
		check(&a, body);
	} else {
		struct sha256 digest;
		char *bytes = arena_alloc(&a, body.n + 8, 1, 1);
		sha256_of(body, &digest);
		if (body.n) memcpy(bytes, body.p, body.n);
		memcpy(bytes + body.n, digest.bytes, 8);
		check(&a, (str){ bytes, body.n + 8 });
	}
	arena_release(&a);
	return 0;
}
