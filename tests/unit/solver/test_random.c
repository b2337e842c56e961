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

/* --- larger ones that have an answer --- */

#define PLANTED_NAMES    40
#define PLANTED_VERSIONS 12

static unsigned below(unsigned n) { return (unsigned)(next_byte() << 8 | next_byte()) % n; }

/* Every need of a planted version admits the planted version of its target; the others ask for anything. */
static void planted_text(struct buf *text)
{
	unsigned planted[PLANTED_NAMES];

	for (unsigned i = 0; i < PLANTED_NAMES; i++) planted[i] = 1 + below(PLANTED_VERSIONS);
	buf_addf(text, "> p0<=%u; p1>=%u; p2", planted[0] + below(2), planted[1]);
	for (unsigned i = 0; i < PLANTED_NAMES; i++) {
		for (unsigned v = 1; v <= PLANTED_VERSIONS; v++) {
			unsigned n = 1 + below(4);

			buf_addf(text, "\np%u %u:", i, v);
			for (unsigned k = 0; k < n; k++) {
				unsigned to = below(PLANTED_NAMES), at = v == planted[i] ? planted[to] : 1 + below(PLANTED_VERSIONS);
				unsigned low = at > 2 ? at - below(3) : at, high = at + below(3);

				buf_addf(text, "%s p%u>=%u,<=%u", k != 0 ? ";" : "", to, low, high);
			}
		}
	}
}

static size_t chosen_of(const struct solver_answer *answer, str name)
{
	for (size_t i = 0; i < answer->choices.n; i++)
		if (str_eq(answer->choices.p[i].name, name)) return i;
	return SIZE_MAX;
}

static void check_met(struct registry *r, const struct solver_answer *answer, const struct solver_need *needs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = chosen_of(answer, needs[i].name);
		const struct registry_project *p = registry_project(r, needs[i].name);

		assert_true(at != SIZE_MAX);
		assert_true(interval_set_contains(&needs[i].allowed, p->page.candidates[answer->choices.p[at].candidate].version));
	}
}

static void planted(void **unused)
{
	(void)unused;
	for (uint64_t i = 0; i < 300; i++) {
		struct registry r;
		struct solver_answer answer = { 0 };
		struct solver_options options = { 0 };
		struct err e = { 0 };
		struct buf text;

		state = (i + 1) * 0x9e3779b97f4a7c15u | 1;
		buf_init(&text, 1 << 20);
		planted_text(&text);
		registry_read(&r, buf_str(&text));
		if (!registry_solve(&r, &options, &answer, NULL, &e)) fail_msg("%s\n%s\n%s", text.p, e.what, e.why);
		check_met(&r, &answer, r.root.p, r.root.n);
		for (size_t k = 0; k < answer.choices.n; k++) {
			const struct registry_version *v =
			    registry_project(&r, answer.choices.p[k].name)->of[answer.choices.p[k].candidate];

			check_met(&r, &answer, v->needs.p, v->needs.n);
		}
		registry_end(&r);
		buf_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees),
		cmocka_unit_test(planted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
