/* test_pool.c: every item once, the lowest failure, cancelling, memory that stays.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/pool.h"

#define ITEMS 500

struct work {
	atomic_int runs[ITEMS];
	str kept[ITEMS];
	size_t fail_from;
	atomic_bool *cancel;
};

static bool item(void *context, size_t i, struct pool_worker *worker, struct err *e)
{
	struct work *w = context;
	atomic_fetch_add(&w->runs[i], 1);
	arena_alloc(&worker->scratch, 1000, 1, 1);
	w->kept[i] = arena_fmt(&worker->keep, "item %zu", i);
	if (w->cancel && i == 10) atomic_store(w->cancel, true);
	if (i == w->fail_from) usleep(3000); /* later failures come first */
	if (i >= w->fail_from) return err_set(e, ERR_FORMAT, "bad", "item %zu", i);
	return true;
}

static void every_item_once(void **state)
{
	(void)state;
	static const size_t jobs[] = { 0, 1, 3, 64, 1000 };
	for (size_t j = 0; j < ROWS(jobs); j++) {
		static struct work w;
		memset(&w, 0, sizeof w);
		w.fail_from = SIZE_MAX;
		struct pool_keep keep = { 0 };
		struct err e = { 0 };
		assert_true(pool_run(jobs[j], ITEMS, item, &w, NULL, &keep, &e));
		for (size_t i = 0; i < ITEMS; i++) {
			assert_int_equal(w.runs[i], 1);
			char want[32];
			snprintf(want, sizeof want, "item %zu", i);
			CHECK_STR("kept", w.kept[i], str_from(want));
		}
		pool_keep_release(&keep);
	}
	struct err e = { 0 };
	assert_true(pool_run(4, 0, item, NULL, NULL, NULL, &e));
}

static void lowest_failure(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		static struct work w;
		memset(&w, 0, sizeof w);
		w.fail_from = 37;
		struct err e = { 0 };
		assert_false(pool_run(8, ITEMS, item, &w, NULL, NULL, &e));
		assert_string_equal(e.what, "item 37");
		for (size_t i = 0; i < 37; i++) assert_int_equal(w.runs[i], 1);
		assert_int_equal(w.runs[ITEMS - 1], 0);
	}
}

static void cancelled(void **state)
{
	(void)state;
	static struct work w;
	atomic_bool cancel = false;
	w = (struct work){ .fail_from = SIZE_MAX, .cancel = &cancel };
	struct err e = { 0 };
	assert_false(pool_run(2, ITEMS, item, &w, &cancel, NULL, &e));
	assert_int_equal(e.code, ERR_INTERRUPT);
	assert_int_equal(w.runs[ITEMS - 1], 0);
}

static bool silent(void *context, size_t i, struct pool_worker *worker, struct err *e)
{
	(void)context, (void)i, (void)worker, (void)e;
	return false;
}

static void failure_without_error(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_false(pool_run(2, 2, silent, NULL, NULL, NULL, &e));
	assert_int_equal(e.code, ERR_BUG);
	assert_true(pool_cpus() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_item_once), cmocka_unit_test(lowest_failure),
		                                cmocka_unit_test(cancelled), cmocka_unit_test(failure_without_error) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
