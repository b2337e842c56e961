/* fuzz_wheel_tail.c: METADATA out of the last bytes of an archive: what is asked for lies inside it and leads to an end, and the
 * answer is that of the whole archive.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "index/catalog_tail.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static bool read_all(struct arena *a, str whole, size_t first, enum tail_member member, str *text)
{
	struct tail t = { .size = whole.n };
	t.end.at = whole.n > first ? whole.n - first : 0;
	t.end.bytes = str_from_pos(whole, (size_t)t.end.at);
	for (int reads = 0; reads < 8; reads++) {
		struct tail_answer answer = { 0 };
		enum tail_verdict v = tail_read(a, &t, member, S("six"), &answer);
		if (v == TAIL_NO) return false;
		if (v == TAIL_FOUND) {
			*text = answer.text;
			return true;
		}
		require(answer.from < answer.to && answer.to <= whole.n);
		str came = str_slice(whole, (size_t)answer.from, (size_t)answer.to);
		if (v == TAIL_MORE_END) {
			require(answer.to == t.end.at);
			t.end = (struct tail_piece){ answer.from, arena_join(a, came, t.end.bytes) };
		} else {
			t.member = (struct tail_piece){ answer.from, came };
		}
	}
	abort(); /* it asks for ever */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	str whole = { (const char *)data, size };
	for (int member = TAIL_WHEEL_METADATA; member <= TAIL_SDIST_PKG_INFO; member++) {
		str all = { 0 }, part = { 0 };
		bool found = read_all(&a, whole, size, (enum tail_member)member, &all);
		bool again = read_all(&a, whole, 64, (enum tail_member)member, &part);
		require(!again || (found && str_eq(all, part)));
	}
	arena_release(&a);
	return 0;
}
