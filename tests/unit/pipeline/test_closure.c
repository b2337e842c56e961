/* test_closure.c: what wheels need beyond what is listed: markers, extras, cycles, versions, Python.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "pipeline/closure.h"
#include "target/target.h"

#define MANY 4

/* A distribution: name, version, Requires-Dist lines, Requires-Python, extras asked for on it. */
struct wheel {
	const char *name, *version, *needs[MANY], *python, *extras[MANY];
};

static const struct {
	const char *row;
	struct wheel wheels[MANY];
	const char *left_out;
	const char *id;      /* NULL = complete */
	const char *message; /* a piece of it */
	const char *note;    /* id of a warning, or NULL */
} rows[] = {
	{ "nothing needed", { { "a", "1", { 0 }, 0, { 0 } } }, 0, 0, 0, 0 },
	{ "listed", { { "a", "1", { "B >= 1" }, 0, { 0 } }, { "b", "1.5", { 0 }, 0, { 0 } } }, 0, 0, 0, 0 },
	{ "missing", { { "a", "1", { "b>=2" }, 0, { 0 } } }, 0, "missing-dependency", "b>=2 (needed by a)", 0 },
	{ "left out on purpose", { { "a", "1", { "b>=2" }, 0, { 0 } } }, "b", 0, 0, 0 },
	{ "another system", { { "a", "1", { "b; sys_platform == 'win32'" }, 0, { 0 } } }, 0, 0, 0, 0 },
	{ "this system", { { "a", "1", { "b; sys_platform == 'linux'" }, 0, { 0 } } }, 0, "missing-dependency", "b", 0 },
	{ "extra that nobody asks for", { { "a", "1", { "b; extra == 'x'" }, 0, { 0 } } }, 0, 0, 0, 0 },
	{ "extra that the file asks for", { { "a", "1", { "b; extra == 'x'" }, 0, { "X" } } }, 0, "missing-dependency", "b", 0 },
	{ "extra that a wheel asks for",
	  { { "a", "1", { "b[x]" }, 0, { 0 } }, { "b", "1", { "c; extra == 'x'" }, 0, { 0 } } },
	  0,
	  "missing-dependency",
	  "c (needed by b)",
	  0 },
	{ "extra that refers to itself",
	  { { "a", "1", { "a[y]; extra == 'x'", "b; extra == 'y'" }, 0, { "x" } } },
	  0,
	  "missing-dependency",
	  "b (needed by a)",
	  0 },
	{ "extras in a circle", { { "a", "1", { "a[y]; extra == 'x'", "a[x]; extra == 'y'" }, 0, { "x" } } }, 0, 0, 0, 0 },
	{ "wheels in a circle", { { "a", "1", { "b" }, 0, { 0 } }, { "b", "1", { "a" }, 0, { 0 } } }, 0, 0, 0, 0 },
	{ "another version", { { "a", "1", { "b>=2" }, 0, { 0 } }, { "b", "1", { 0 }, 0, { 0 } } }, 0, 0, 0, "conflict" },
	{ "pre-release that is locked", { { "a", "1", { "b>=1" }, 0, { 0 } }, { "b", "2.0rc1", { 0 }, 0, { 0 } } }, 0, 0, 0, 0 },
	{ "requirement that cannot be read", { { "a", "1", { "== what" }, 0, { 0 } } }, 0, 0, 0, "bad-requirement" },
	{ "Python allowed", { { "a", "1", { 0 }, ">=3.8", { 0 } } }, 0, 0, 0, 0 },
	{ "Python too old", { { "a", "1", { 0 }, ">=3.13", { 0 } } }, 0, "requires-python", "a 1", 0 },
	{ "Requires-Python that cannot be read", { { "a", "1", { 0 }, "three", { 0 } } }, 0, 0, 0, "bad-requires-python" },
};

static void add_all(struct arena *a, struct str_list *list, const char *const *texts)
{
	for (size_t i = 0; i < MANY && texts[i]; i++) *vec_push(a, list) = str_from(texts[i]);
}

static size_t make(struct arena *a, const struct wheel *wheels, struct distribution *out)
{
	size_t n = 0;
	for (; n < MANY && wheels[n].name; n++) {
		struct wheel_record *r = arena_new(a, struct wheel_record);
		add_all(a, &r->requires_dist, wheels[n].needs);
		if (wheels[n].python) r->requires_python = str_from(wheels[n].python);
		out[n] = (struct distribution){ .name = str_from(wheels[n].name), .version = str_from(wheels[n].version), .record = r };
		add_all(a, &out[n].extras, wheels[n].extras);
	}
	return n;
}

static void describe(struct arena *a, struct lock_target *out)
{
	struct target t;
	struct err e = { 0 };
	assert_true(target_parse(S("python3.12/arm64"), &t, &e));
	*out = (struct lock_target){ .python_minor = 12 };
	target_markers(a, &t, out->values, out->assumed);
}

static void needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct notes notes;
		struct lock_target target;
		struct distribution distributions[MANY];
		struct str_list left_out = { 0 };
		note_init(&notes, &a);
		describe(&a, &target);
		size_t n = make(&a, rows[i].wheels, distributions);
		if (rows[i].left_out) *vec_push(&a, &left_out) = str_from(rows[i].left_out);
		bool ok = closure_check_python(&a, distributions, n, &target, &notes, &e) &&
		          closure_check(&a, distributions, n, &target, &left_out, &notes, &e);
		CHECK(rows[i].row, ok == (rows[i].id == NULL));
		if (!ok) {
			CHECK_STR(rows[i].row, str_from(e.id), str_from(rows[i].id));
			CHECK(rows[i].row, str_contains(str_from(e.what), str_from(rows[i].message)));
		}
		CHECK(rows[i].row, notes.list.n == (rows[i].note ? 1 : 0));
		if (rows[i].note) CHECK_STR(rows[i].row, str_from(notes.list.p[0].id), str_from(rows[i].note));
		arena_release(&a);
	}
}

/* Each extra asks for the next one: what a hostile wheel can ask for ends. */
static void chain_of_extras(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct notes notes;
	struct lock_target target;
	struct wheel_record *r = arena_new(&a, struct wheel_record);
	struct distribution d = { .name = S("a"), .version = S("1"), .file = S("a-1-py3-none-any.whl"), .record = r };
	struct str_list none = { 0 };
	note_init(&notes, &a);
	describe(&a, &target);
	for (int i = 0; i < 3000; i++) *vec_push(&a, &r->requires_dist) = arena_fmt(&a, "a[e%d]; extra == 'e%d'", i + 1, i);
	*vec_push(&a, &d.extras) = S("e0");
	assert_false(closure_check(&a, &d, 1, &target, &none, &notes, &e));
	CHECK_STR("id", str_from(e.id), S("closure-too-large"));
	CHECK_STR("where", str_from(e.where), d.file);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(needs), cmocka_unit_test(chain_of_extras) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
