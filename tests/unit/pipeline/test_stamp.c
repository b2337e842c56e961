/* test_stamp.c: encoding, and what counts as fresh.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <stdlib.h>
#include <unistd.h>

#include "pipeline/stamp.h"

static void survives_encoding(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct stamp s = { .taken_ns = 42, .record = S("{}"), .is_tree = true }, back;
	*vec_push(&a, &s.inputs) = (struct stamp_input){ .path = S("lock"), .exists = true, .size = 7, .mtime_ns = -1 };
	*vec_push(&a, &s.sources) = (struct stamp_input){ .path = S("a.py"), .exists = true };
	s.output.path = S("out.zip");
	struct buf b;
	buf_init(&b, 1 << 16);
	assert_true(stamp_encode(&s, &b));
	assert_true(stamp_decode(&a, buf_str(&b), &back));
	assert_int_equal(back.taken_ns, 42);
	assert_int_equal(back.inputs.n, 1);
	assert_int_equal(back.inputs.p[0].mtime_ns, -1);
	CHECK_STR("output", back.output.path, S("out.zip"));
	CHECK_STR("record", back.record, S("{}"));
	assert_true(back.is_tree);
	/* Every cut and every flipped byte is no stamp. */
	for (size_t i = 0; i < b.n; i++) {
		assert_false(stamp_decode(&a, (str){ b.p, i }, &back));
		b.p[i] ^= 1;
		assert_false(stamp_decode(&a, buf_str(&b), &back));
		b.p[i] ^= 1;
	}
	buf_release(&b);
	arena_release(&a);
}

static void a_change_is_seen(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	str folder;
	assert_true(io_mkdtemp(&a, "/tmp/lamina-stamp-", &folder, &e));
	str path = path_join(&a, folder, S("input"));
	assert_true(io_write_file(path.p, S("one"), 0644, false, &e));
	struct stamp s = { 0 };
	struct stamp_input in;
	assert_true(stamp_input_now(path, &in, &e));
	*vec_push(&a, &s.inputs) = in;
	s.taken_ns = in.ctime_ns + 2 * STAMP_RACY_NS;
	assert_true(stamp_inputs_fresh(&s));
	s.taken_ns = in.ctime_ns + STAMP_RACY_NS / 2; /* changed just before: it may change again unseen */
	assert_false(stamp_inputs_fresh(&s));
	s.taken_ns = in.ctime_ns + 2 * STAMP_RACY_NS;
	assert_true(io_write_file(path.p, S("two"), 0644, false, &e));
	assert_false(stamp_inputs_fresh(&s));
	assert_true(io_unlink(path.p, &e));
	assert_false(stamp_inputs_fresh(&s));
	/* What decided by being absent decides until it appears. */
	assert_true(stamp_input_now(path, &s.inputs.p[0], &e));
	assert_true(stamp_inputs_fresh(&s));
	assert_true(io_write_file(path.p, S("three"), 0644, false, &e));
	assert_false(stamp_inputs_fresh(&s));
	assert_true(io_remove_tree(folder.p, &e));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(survives_encoding), cmocka_unit_test(a_change_is_seen) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
