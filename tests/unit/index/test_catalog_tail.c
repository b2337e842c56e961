/* test_catalog_tail.c: METADATA out of the last bytes of a wheel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "base/buf.h"
#include "index/catalog_tail.h"
#include "zip/zip_read.h"

/* --- a small writer of archives: stored members only --- */

struct member {
	const char *name;
	str data;
};

static void local_or_central(struct buf *b, const struct member *m, bool central, uint32_t at)
{
	uint32_t crc = zip_crc32(0, m->data.p, m->data.n);
	buf_add_u32(b, central ? 0x02014b50 : 0x04034b50);
	if (central) buf_add_u16(b, 20);
	buf_add_u16(b, 20);
	buf_add_u16(b, 0);
	buf_add_u16(b, 0); /* stored */
	buf_add_u32(b, 0);
	buf_add_u32(b, crc);
	buf_add_u32(b, (uint32_t)m->data.n);
	buf_add_u32(b, (uint32_t)m->data.n);
	buf_add_u16(b, (uint16_t)strlen(m->name));
	buf_add_u16(b, 0);
	if (central) {
		buf_add_u16(b, 0);
		buf_add_u16(b, 0);
		buf_add_u16(b, 0);
		buf_add_u32(b, 0);
		buf_add_u32(b, at);
	}
	buf_add_str(b, str_from(m->name));
}

static str archive(struct arena *a, const struct member *members, size_t n)
{
	struct buf b;
	uint32_t at[16];
	buf_init(&b, 1 << 24);
	for (size_t i = 0; i < n; i++) {
		at[i] = (uint32_t)b.n;
		local_or_central(&b, &members[i], false, 0);
		buf_add_str(&b, members[i].data);
	}
	uint32_t directory = (uint32_t)b.n;
	for (size_t i = 0; i < n; i++) local_or_central(&b, &members[i], true, at[i]);
	uint32_t size = (uint32_t)b.n - directory;
	buf_add_u32(&b, 0x06054b50);
	buf_add_u32(&b, 0);
	buf_add_u16(&b, (uint16_t)n);
	buf_add_u16(&b, (uint16_t)n);
	buf_add_u32(&b, size);
	buf_add_u32(&b, directory);
	buf_add_u16(&b, 0);
	str whole = buf_take(&b, a);
	buf_release(&b);
	return whole;
}

/* Reads as catalog_metadata.c does: the end first, then what is asked for. Gives the verdict and how often was asked. */
static enum tail_verdict read_all(struct arena *a, str whole, size_t first, str project, struct tail_answer *out, int *asked)
{
	struct tail t = { .size = whole.n };
	t.end.at = whole.n > first ? whole.n - first : 0;
	t.end.bytes = str_from_pos(whole, (size_t)t.end.at);
	for (*asked = 1; *asked < 10; ++*asked) {
		enum tail_verdict v = tail_read(a, &t, TAIL_WHEEL_METADATA, project, out);
		if (v == TAIL_FOUND || v == TAIL_NO) return v;
		assert_true(out->from < out->to && out->to <= whole.n);
		str came = str_slice(whole, (size_t)out->from, (size_t)out->to);
		if (v == TAIL_MORE_END) {
			assert_true(out->to == t.end.at);
			t.end = (struct tail_piece){ out->from, arena_join(a, came, t.end.bytes) };
		} else {
			t.member = (struct tail_piece){ out->from, came };
		}
	}
	return TAIL_NO;
}

static const struct member wheel[] = {
	{ "six.py", { "x = 1\n", 6 } },
	{ "vendor/six-1.0.dist-info/METADATA", { "no", 2 } },
	{ "six-1.0.dist-info/METADATA", { "Name: six\n", 10 } },
	{ "six-1.0.dist-info/METADATA.json", { "no", 2 } },
	{ "six-1.0.dist-info/RECORD", { "", 0 } },
};

static void whatever_was_asked_for_first(void **state)
{
	(void)state;
	struct arena a = { 0 };
	str whole = archive(&a, wheel, ROWS(wheel));
	for (size_t first = 0; first <= whole.n + 10; first++) {
		struct tail_answer answer = { 0 };
		int asked;
		enum tail_verdict v = read_all(&a, whole, first, S("six"), &answer, &asked);
		if (first < 22) {
			assert_int_equal(v, TAIL_NO);
			continue;
		}
		assert_int_equal(v, TAIL_FOUND);
		CHECK_STR("text", answer.text, S("Name: six\n"));
		assert_true(asked <= 3);
	}
	arena_release(&a);
}

static void far_members_are_asked_for_alone(void **state)
{
	(void)state;
	struct arena a = { 0 };
	str filler = { arena_array(&a, char, 300000), 300000 };
	const struct member members[] = { wheel[2], { "six.bin", filler }, wheel[4] };
	str whole = archive(&a, members, ROWS(members));
	struct tail_answer answer = { 0 };
	int asked;
	assert_int_equal(read_all(&a, whole, 16384, S("six"), &answer, &asked), TAIL_FOUND);
	assert_int_equal(asked, 2);
	assert_true(answer.text.n == 10);
	arena_release(&a);
}

static void every_single_damage(void **state)
{
	(void)state;
	struct arena a = { 0 };
	str whole = archive(&a, wheel, ROWS(wheel));
	char *bytes = arena_cstr(&a, whole);
	size_t refused = 0;
	for (size_t i = 0; i < whole.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct arena b = { 0 };
			struct tail_answer answer = { 0 };
			int asked;
			bytes[i] = (char)(bytes[i] ^ 1 << bit);
			if (read_all(&b, (str){ bytes, whole.n }, 300, S("six"), &answer, &asked) == TAIL_FOUND)
				assert_true(str_eq(answer.text, S("Name: six\n")));
			else
				refused++;
			bytes[i] = (char)(bytes[i] ^ 1 << bit);
			arena_release(&b);
		}
	assert_true(refused > 500);
	arena_release(&a);
}

static void cut_anywhere(void **state)
{
	(void)state;
	struct arena a = { 0 };
	str whole = archive(&a, wheel, ROWS(wheel));
	for (size_t n = 0; n < whole.n; n++) {
		struct tail_answer answer = { 0 };
		int asked;
		assert_int_equal(read_all(&a, str_slice(whole, 0, n), 300, S("six"), &answer, &asked), TAIL_NO);
	}
	arena_release(&a);
}

static const struct {
	const char *entry, *project;
	bool wheel, sdist;
} names[] = {
	{ "six-1.0.dist-info/METADATA", "six", true, false },
	{ "Big_Six-1.0.dist-info/METADATA", "big-six", true, false },
	{ "big.six-1.0.dist-info/METADATA", "big-six", true, false },
	{ "big-six-1.0.dist-info/METADATA", "big-six", true, false },
	{ "big-six-1.0.dist-info/METADATA", "big", false, false },
	{ "six.dist-info/METADATA", "six", false, false },
	{ "six-1.0.dist-info/metadata", "six", false, false },
	{ "x/six-1.0.dist-info/METADATA", "six", false, false },
	{ "METADATA", "six", false, false },
	{ "six-1.0/PKG-INFO", "six", false, true },
	{ "six-1.0/six.egg-info/PKG-INFO", "six", false, false },
	{ "PKG-INFO", "six", false, false },
};

static void members(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(names); i++) {
		str entry = str_from(names[i].entry), project = str_from(names[i].project);
		CHECK(names[i].entry, tail_is_member(entry, TAIL_WHEEL_METADATA, project) == names[i].wheel);
		CHECK(names[i].entry, tail_is_member(entry, TAIL_SDIST_PKG_INFO, project) == names[i].sdist);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_was_asked_for_first),
		cmocka_unit_test(far_members_are_asked_for_alone),
		cmocka_unit_test(every_single_damage),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
