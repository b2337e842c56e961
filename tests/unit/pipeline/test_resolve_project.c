/* test_resolve_project.c: which file of a version a target takes, and why versions are refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <stdarg.h>

#include "pipeline/resolve_parts.h"
#include "python/name.h"
#include "target/target.h"

#define FILES_MAX 8

/* One file of the project `a`. */
struct file {
	const char *name;
	const char *python, *yanked, *time;
	uint8_t digest; /* of which the SHA-256 is made; 0 = the index does not say */
};

static struct arena arena;
static struct lock_target lock_target;
static struct tag_list tags;
static struct resolve_options options;
static struct notes notes;
static struct wants wants;
static struct resolve run;
static struct resolve_target target;

static int set_up(void **state)
{
	(void)state;
	struct target t;
	struct err e = { 0 };
	arena = (struct arena){ 0 };
	assert_true(target_parse(S("python3.12/arm64"), &t, &e));
	lock_target = (struct lock_target){
		.tags = &tags, .text = S("python3.12/arm64"), .python_minor = 12, .glibc_minor = 34, .machine = S("aarch64")
	};
	target_markers(&arena, &t, lock_target.values, lock_target.assumed);
	tags_for(&arena, 12, 34, S("aarch64"), &tags);
	options = (struct resolve_options){ 0 };
	notes = (struct notes){ 0 };
	note_init(&notes, &arena);
	wants = (struct wants){ 0 };
	run = (struct resolve){
		.a = &arena, .wants = &wants, .options = &options, .notes = &notes, .targets = &target, .n_targets = 1
	};
	target = (struct resolve_target){ .run = &run, .lt = &lock_target };
	map_init(&target.rules, &arena);
	map_init(&target.projects, &arena);
	map_init(&target.pins, &arena);
	map_init(&target.ranks, &arena);
	map_init(&target.pythons, &arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

/* A page of the files, which are given newest version first. */
static const struct catalog_project *page_of(const struct file *files)
{
	struct catalog_file *list = arena_array(&arena, struct catalog_file, FILES_MAX);
	struct catalog_release *releases = arena_array(&arena, struct catalog_release, FILES_MAX);
	struct catalog_project *page = arena_new(&arena, struct catalog_project);
	struct err e = { 0 };
	*page = (struct catalog_project){ .name = S("a"), .known = true, .releases = releases, .files = list };
	for (size_t i = 0; i < FILES_MAX && files[i].name; i++, page->n_files++) {
		struct wheel_name w;
		struct sdist_name s = { 0 };
		struct index_file *f = &list[i].index;
		f->file = str_from(files[i].name);
		f->requires_python = str_from(files[i].python);
		f->yanked = files[i].yanked != NULL;
		f->yanked_reason = str_from(files[i].yanked);
		f->upload_time = str_from(files[i].time);
		f->has_sha256 = files[i].digest != 0;
		f->sha256.bytes[0] = files[i].digest;
		list[i].is_wheel = wheel_name_parse(&arena, f->file, &w, &e);
		list[i].is_sdist = !list[i].is_wheel && sdist_name_parse(&arena, f->file, &s, &e);
		list[i].version = list[i].is_wheel ? w.version : list[i].is_sdist ? s.version : S("0");
		struct catalog_release *last = page->n_releases ? &releases[page->n_releases - 1] : NULL;
		if (last && str_eq(last->text, list[i].version)) {
			last->count++;
			continue;
		}
		last = &releases[page->n_releases++];
		*last = (struct catalog_release){ .text = list[i].version, .first = i, .count = 1 };
		assert_true(version_parse(&arena, last->text, &last->version, NULL));
	}
	return page;
}

static struct resolve_project *build(const struct file *files)
{
	map_init(&target.projects, &arena);
	struct resolve_project *p = resolve_project_of(&target, S("a"));
	resolve_project_build(&target, p, page_of(files));
	return p;
}

static struct want *add_rule(const char *requirement)
{
	struct want *w = arena_new(&arena, struct want);
	struct requirement r;
	struct err e = { 0 };
	str pin;
	assert_true(requirement_parse(&arena, str_from(requirement), &r, &e));
	w->name = S("a");
	w->allowed = specifier_intervals(&arena, &r.specifier);
	w->pinned = specifier_pin(&r.specifier, &pin);
	for (size_t i = 0; i < r.specifier.n; i++)
		if (r.specifier.clauses[i].op == SPEC_ARBITRARY) w->arbitrary = r.specifier.clauses[i].text;
	struct resolve_rule *rule = resolve_rule_of(&target, S("a"));
	*vec_push(&arena, &rule->named) = w;
	return w;
}

#define ARM "manylinux_2_17_aarch64"

/* Rows: the files, which of them is taken (-1: none), and the reason of the newest version's refusal. */
static const struct {
	const char *name;
	struct file files[FILES_MAX];
	int taken;
	const char *reason;
} rows[] = {
	{ "any", { { .name = "a-1-py3-none-any.whl" } }, 0, "" },
	{ "most specific",
	  { { .name = "a-1-cp312-abi3-" ARM ".whl" },
	    { .name = "a-1-cp312-cp312-" ARM ".whl" },
	    { .name = "a-1-py3-none-any.whl" } },
	  1,
	  "" },
	{ "build tag",
	  { { .name = "a-1-1-py3-none-any.whl" }, { .name = "a-1-2x-py3-none-any.whl" }, { .name = "a-1-py3-none-any.whl" } },
	  1,
	  "" },
	{ "not yanked first",
	  { { .name = "a-1-cp312-cp312-" ARM ".whl", .yanked = "" }, { .name = "a-1-py3-none-any.whl" } },
	  1,
	  "" },
	{ "a file for another Python",
	  { { .name = "a-1-cp312-cp312-" ARM ".whl", .python = ">=3.13" }, { .name = "a-1-py3-none-any.whl" } },
	  1,
	  "" },
	{ "unreadable requires-python of a page", { { .name = "a-1-py3-none-any.whl", .python = "new" } }, 0, "" },
	{ "python", { { .name = "a-1-py3-none-any.whl", .python = ">=3.13" } }, -1, "needs Python >=3.13 (the target has 3.12)" },
	{ "python range",
	  { { .name = "a-1-py3-none-any.whl", .python = ">=2.7,<3.12" } },
	  -1,
	  "needs Python >=2.7,<3.12 (the target has 3.12)" },
	{ "yanked", { { .name = "a-1-py3-none-any.whl", .yanked = " bad build " } }, -1, "is yanked: bad build" },
	{ "yanked without a reason", { { .name = "a-1-py3-none-any.whl", .yanked = "" } }, -1, "is yanked" },
	{ "source only", { { .name = "a-1.tar.gz" } }, -1, "has no wheel, only source code that would have to be built" },
	{ "nothing to install", { { .name = "a-1.exe" } }, -1, "has no file that can be installed" },
	{ "older Pythons",
	  { { .name = "a-1-cp39-cp39-" ARM ".whl" },
	    { .name = "a-1-cp310-cp310-" ARM ".whl" },
	    { .name = "a-1-cp311-cp311-" ARM ".whl" } },
	  -1,
	  "has no wheel for python3.12/arm64 (built for CPython 3.9 to 3.11 only)" },
	{ "one Python",
	  { { .name = "a-1-cp313-cp313-" ARM ".whl" } },
	  -1,
	  "has no wheel for python3.12/arm64 (built for CPython 3.13 only)" },
	{ "Pythons with a gap",
	  { { .name = "a-1-cp39-cp39-" ARM ".whl" }, { .name = "a-1-cp311-cp311-" ARM ".whl" } },
	  -1,
	  "has no wheel for python3.12/arm64 (built for CPython 3.9, 3.11 only)" },
	{ "glibc",
	  { { .name = "a-1-cp312-cp312-manylinux_2_39_aarch64.whl" } },
	  -1,
	  "has no wheel for python3.12/arm64 (the nearest needs glibc 2.39 or newer, but python3.12 has glibc 2.34)" },
	{ "two kinds", { { .name = "a-1-py3-none-any.whl", .yanked = "" }, { .name = "a-1.tar.gz" } }, -1, "is yanked" },
};

static void files_are_taken_or_refused(void **state)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct resolve_project *p = build(rows[i].files);
		CHECK(rows[i].name, p->solver.n == 1);
		if (rows[i].taken >= 0) {
			CHECK(rows[i].name, p->list[0].refused == 0);
			CHECK(rows[i].name, p->more[0].file == (size_t)rows[i].taken);
		} else {
			CHECK(rows[i].name, p->list[0].refused != 0);
			CHECK(rows[i].name, str_eq(resolve_reason(&target, p, p->list[0].refused, NULL), str_from(rows[i].reason)));
		}
		tear_down(state);
		set_up(state);
	}
}

static void neighbours_share_a_refusal(void **state)
{
	(void)state;
	const struct file files[FILES_MAX] = {
		{ .name = "a-5-py3-none-any.whl", .python = ">=3.14" },
		{ .name = "a-4-py3-none-any.whl", .python = ">=3.13" },
		{ .name = "a-3-py3-none-any.whl" },
		{ .name = "a-2-cp38-cp38-" ARM ".whl" },
		{ .name = "a-1-cp37-cp37m-" ARM ".whl" },
	};
	struct resolve_project *p = build(files);
	assert_int_equal(p->list[0].refused, 1);
	assert_int_equal(p->list[1].refused, 1);
	assert_int_equal(p->list[2].refused, 0);
	assert_int_equal(p->list[3].refused, 2);
	assert_int_equal(p->list[4].refused, 2);
	assert_true(str_eq(resolve_reason(&target, p, 1, NULL), S("needs Python >=3.14 or >=3.13 (the target has 3.12)")));
	assert_true(str_eq(resolve_reason(&target, p, 2, NULL),
	                   S("has no wheel for python3.12/arm64 (built for CPython 3.7 to 3.8 only)")));
}

static void pins_and_locks_admit_yanked(void **state)
{
	static const struct {
		const char *requirement;
		bool admitted;
	} cases[] = { { "a==1", true },  { "a===1", true }, { "a==1.*", false },
		          { "a>=1", false }, { "a==2", false }, { "a==1,!=3", false } };
	const struct file files[FILES_MAX] = { { .name = "a-1-py3-none-any.whl", .yanked = "" } };
	for (size_t i = 0; i < ROWS(cases); i++) {
		add_rule(cases[i].requirement);
		struct resolve_project *p = build(files);
		CHECK(cases[i].requirement, (p->list[0].refused == 0) == cases[i].admitted);
		tear_down(state);
		set_up(state);
	}
	struct str_list pins = { 0 };
	*vec_push(&arena, &pins) = S("1.0");
	*map_put(&target.pins, S("a"), NULL) = &pins;
	struct resolve_project *p = build(files);
	assert_int_equal(p->list[0].refused, 0);
	assert_int_equal(p->solver.preferred, 0);
}

static void hashes_choose_files(void **state)
{
	(void)state;
	const struct file files[FILES_MAX] = { { .name = "a-2-py3-none-any.whl", .digest = 9 },
		                                   { .name = "a-1-cp312-cp312-" ARM ".whl", .digest = 1 },
		                                   { .name = "a-1-py3-none-any.whl", .digest = 2 },
		                                   { .name = "a-0-py3-none-any.whl" } };
	struct want *w = add_rule("a");
	*vec_push(&arena, &w->hashes) = S("sha256:0200000000000000000000000000000000000000000000000000000000000000");
	struct resolve_project *p = build(files);
	assert_true(str_eq(resolve_reason(&target, p, p->list[0].refused, NULL), S("has no file with an allowed hash")));
	assert_int_equal(p->list[1].refused, 0);
	assert_int_equal(p->more[1].file, 2);
	assert_int_equal(p->list[2].refused, 0); /* what the index does not say shows later */
}

static void times_exclude_files(void **state)
{
	(void)state;
	const struct file files[FILES_MAX] = { { .name = "a-3-py3-none-any.whl" },
		                                   { .name = "a-2-py3-none-any.whl", .time = "2024-01-02T00:00:00Z" },
		                                   { .name = "a-1-py3-none-any.whl", .time = "2024-01-01T23:59:59.999Z" } };
	options.exclude_newer = S("2024-01-01");
	run.has_cutoff = resolve_time_parse(options.exclude_newer, true, &run.cutoff);
	struct resolve_project *p = build(files);
	assert_true(str_eq(resolve_reason(&target, p, p->list[0].refused, NULL),
	                   S("is listed without its time of upload, which --exclude-newer needs")));
	assert_true(str_eq(resolve_reason(&target, p, p->list[1].refused, NULL), S("was uploaded after 2024-01-01")));
	assert_int_equal(p->list[2].refused, 0);
}

static void source_distributions_on_request(void **state)
{
	(void)state;
	const struct file files[FILES_MAX] = { { .name = "a-2.tar.gz" },
		                                   { .name = "a-1-py3-none-any.whl" },
		                                   { .name = "a-1.tar.gz" } };
	options.sdists = true;
	struct resolve_project *p = build(files);
	assert_int_equal(p->list[0].refused, 0);
	assert_int_equal(p->more[0].file, 0);
	assert_int_equal(p->more[1].file, 1);
	*vec_push(&arena, &wants.options.only_binary) = S("a");
	p = build(files);
	assert_int_not_equal(p->list[0].refused, 0);
	wants.options.only_binary.n = 0;
	*vec_push(&arena, &wants.options.no_binary) = S(":all:");
	p = build(files);
	assert_int_equal(p->more[1].file, 2);
}

static void inputs_depend_on_what_chooses(void **state)
{
	(void)state;
	struct sha256 first, second;
	struct str_list list;
	struct lock_target two[2] = { lock_target, lock_target };
	two[1].text = S("python3.12/x86_64");
	resolve_inputs(&arena, &wants, two, 2, &options, &first, &list);
	assert_int_equal(list.n, 0);
	struct lock_target turned[3] = { two[1], two[0], two[1] };
	options.upgrade_all = true;
	resolve_inputs(&arena, &wants, turned, 3, &options, &second, &list);
	assert_true(sha256_eq(&first, &second));
	resolve_inputs(&arena, &wants, two, 1, &options, &second, &list);
	assert_false(sha256_eq(&first, &second));
	options.order = RESOLVE_LOWEST;
	options.prereleases = RESOLVE_PRE_ALLOW;
	options.exclude_newer = S("2024-01-01");
	resolve_inputs(&arena, &wants, two, 2, &options, &second, &list);
	assert_false(sha256_eq(&first, &second));
	assert_int_equal(list.n, 3);
	assert_true(str_eq(list.p[0], S("exclude-newer=2024-01-01")) && str_eq(list.p[1], S("prerelease=allow")) &&
	            str_eq(list.p[2], S("resolution=lowest")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_taken_or_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(neighbours_share_a_refusal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pins_and_locks_admit_yanked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hashes_choose_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(times_exclude_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(source_distributions_on_request, set_up, tear_down),
		cmocka_unit_test_setup_teardown(inputs_depend_on_what_chooses, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
