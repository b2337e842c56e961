/* test_map.c: look-ups, order, lists and the cursor over bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "base/map.h"
#include "base/vec.h"

static void look_ups(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct map m;
	map_init(&m, &a);
	assert_null(map_get(&m, S("nothing")));
	assert_false(map_has(&m, S("")));
	static char values[5000];
	for (size_t i = 0; i < ROWS(values); i++) {
		bool added = false;
		void **place = map_put(&m, arena_fmt(&a, "key-%zu", i), &added);
		assert_true(added && *place == NULL);
		*place = &values[i];
	}
	for (size_t i = 0; i < ROWS(values); i++) {
		str key = arena_fmt(&a, "key-%zu", i);
		assert_ptr_equal(map_get(&m, key), &values[i]);
		CHECK_STR("in order of insertion", m.entries[i].key, key);
	}
	bool added = true;
	assert_ptr_equal(*map_put(&m, S("key-17"), &added), &values[17]);
	assert_false(added);
	assert_int_equal(m.n, ROWS(values));
	assert_null(map_get(&m, S("key-5000")));
	arena_release(&a);
}

static void odd_keys(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct map m;
	map_init(&m, &a);
	static const str keys[] = { { NULL, 0 }, { "a", 1 }, { "a\0", 2 }, { "a\0b", 3 }, { "12345678", 8 }, { "123456789", 9 } };
	for (size_t i = 0; i < ROWS(keys); i++) {
		assert_false(map_has(&m, keys[i]));
		map_put(&m, keys[i], NULL);
		assert_true(map_has(&m, keys[i]));
		assert_null(map_get(&m, keys[i]));
	}
	arena_release(&a);
}

/* Names that collide in one map do not in another: the key differs from map to map. */
static void keyed(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct map m[2];
	for (size_t i = 0; i < 2; i++) {
		map_init(&m[i], &a);
		map_put(&m[i], S("name"), NULL);
	}
	assert_true(m[0].entries[0].hash != m[1].entries[0].hash);
	arena_release(&a);
}

static void lists(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct {
		VEC(uint64_t);
	} v = { 0 };
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t *element = vec_push(&a, &v);
		assert_int_equal(*element, 0);
		*element = i;
	}
	for (size_t i = 0; i < v.n; i++) assert_int_equal(v.p[i], i);
	struct str_list list = { 0 };
	str_list_sort(&list);
	assert_true(str_list_add_new(&a, &list, S("b")));
	assert_true(str_list_add_new(&a, &list, S("a")));
	assert_false(str_list_add_new(&a, &list, S("b")));
	assert_true(str_list_has(&list, S("a")) && !str_list_has(&list, S("c")));
	str_list_sort(&list);
	CHECK_STR("sorted", list.p[0], S("a"));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_ups),
		cmocka_unit_test(odd_keys),
		cmocka_unit_test(keyed),
		cmocka_unit_test(lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
