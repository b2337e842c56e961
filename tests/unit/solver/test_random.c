/* test_random.c: thousands of small registries against trying everything.
 * SPDX-License-Identifier: Apache-2.0
 *
 * LAMINA_TEST_SEED repeats a run, LAMINA_TEST_COUNT makes it longer. */
#include "../base/rows.h"

#include "small.h"

#define BYTES 400

static uint64_t state;

static uint8_t next_byte(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint8_t)(state >> 32);
}

static void agrees(void **unused)
{
	const char *seed = getenv("LAMINA_TEST_SEED"), *count = getenv("LAMINA_TEST_COUNT");
	uint64_t base = 20240601, runs = 4000;

	(void)unused;
	if (seed != NULL) str_u64(str_from(seed), &base);
	if (count != NULL) str_u64(str_from(count), &runs);
	for (uint64_t i = 0; i < runs; i++) {
		uint8_t bytes[BYTES];
		struct buf text;

		state = (base + i) * 0x9e3779b97f4a7c15u | 1;
		for (size_t k = 0; k < 16 + sizeof bytes; k++) {
			uint8_t byte = next_byte();

			if (k >= 16) bytes[k - 16] = byte;
		}
		buf_init(&text, 1 << 20);
		small_text(bytes, sizeof bytes, &text);
		small_check(buf_str(&text), i % 5 == 0);
		buf_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(agrees) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
