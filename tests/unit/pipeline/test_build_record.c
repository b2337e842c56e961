/* test_build_record.c: the record of an artifact, written in both ways and read back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "format/json.h"
#include "report/build_record.h"

static struct build_result zip(struct arena *a)
{
	struct build_result r = { .kind = S("layer"), .name = S("deps"), .runtime = S("python3.12"), .arch = S("arm64") };
	r.path = S("dist/\"deps\".zip");
	r.size = UINT64_C(5000000000);
	r.unzipped_size = 7;
	r.entries = 2;
	r.lock = S("uv.lock");
	sha256_of(S("zip"), &r.sha256);
	sha256_of(S("lock"), &r.lock_sha256);
	r.slimmed_files = 3;
	r.slimmed_bytes = 4;
	struct built_distribution *d = vec_push(a, &r.distributions);
	*d = (struct built_distribution){ .name = S("x"), .version = S("1.0"), .size = 5, .unzipped_size = 6 };
	sha256_of(S("wheel"), &d->sha256);
	*vec_push(a, &r.warnings) = (struct built_warning){ S("yanked"), S("a \"b\"\n") };
	return r;
}

static str write(struct arena *a, const struct build_result *r, bool flat)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	(flat ? build_record_write_flat : build_record_write)(r, &b);
	str text = buf_take(&b, a);
	buf_release(&b);
	return text;
}

static void comes_back(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct build_result r = zip(&a), back;
	assert_true(build_record_read(&a, write(&a, &r, false), &back));
	CHECK_STR("path", back.path, r.path);
	assert_true(back.size == r.size && back.entries == 2 && !back.is_tree && back.slimmed_bytes == 4);
	assert_true(sha256_eq(&back.sha256, &r.sha256) && sha256_eq(&back.lock_sha256, &r.lock_sha256));
	assert_int_equal(back.distributions.n, 1);
	assert_true(sha256_eq(&back.distributions.p[0].sha256, &r.distributions.p[0].sha256));
	CHECK_STR("warning", back.warnings.p[0].message, S("a \"b\"\n"));
	CHECK_STR("same text", write(&a, &back, false), write(&a, &r, false));
	arena_release(&a);
}

/* value: as JSON text; NULL = the key is absent */
static const struct {
	const char *row;
	bool tree, planned, flat;
	const char *key, *value;
} keys[] = {
	{ "size of a zip", false, false, false, "size", "5000000000" },
	{ "size of a tree", true, false, false, "size", "null" },
	{ "digest of a tree", true, false, false, "sha256", "null" },
	{ "entries of a tree", true, false, false, "entries", "2" },
	{ "entries that are not known", false, true, false, "entries", "null" },
	{ "planned", false, true, false, "planned", "true" },
	{ "not planned", false, false, false, "planned", NULL },
	{ "no md5 unless asked for", false, false, false, "md5", NULL },
	{ "flat number", false, false, true, "size", "\"5000000000\"" },
	{ "flat truth", false, false, true, "up_to_date", "\"false\"" },
	{ "flat list", false, false, true, "distributions", NULL },
	{ "flat size of a tree", true, false, true, "size", NULL },
	{ "flat entries that are not known", false, true, true, "entries", NULL },
};

static void values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(keys); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct json_value *o;
		struct build_result r = zip(&a);
		r.is_tree = keys[i].tree;
		r.planned = keys[i].planned;
		str text = write(&a, &r, keys[i].flat);
		CHECK(keys[i].row, json_parse(&a, text, &o, &e));
		str member = arena_fmt(&a, "\"%s\":", keys[i].key);
		CHECK(keys[i].row, str_contains(text, member) == (keys[i].value != NULL));
		if (keys[i].value) CHECK(keys[i].row, str_contains(text, arena_fmt(&a, STR_FMT "%s", STR_ARG(member), keys[i].value)));
		arena_release(&a);
	}
}

static const char *const not_records[] = { "",
	                                       "{}",
	                                       "[]",
	                                       "{\"schema\":2,\"name\":\"x\"}",
	                                       "{\"schema\":1}",
	                                       "{\"schema\":1,\"name\":\"x\",\"lock\":\"l\",\"lock_sha256\":\"zz\"}" };

static void refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(not_records); i++) {
		struct arena a = { 0 };
		struct build_result r;
		CHECK(not_records[i], !build_record_read(&a, str_from(not_records[i]), &r));
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(comes_back), cmocka_unit_test(values), cmocka_unit_test(refused) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
