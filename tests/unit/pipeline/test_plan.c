/* test_plan.c: small distributions through the plan: places, order, collisions, RECORD.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "pipeline/plan.h"
#include "target/target.h"

/* A file of a distribution: equal letters are equal bytes. */
struct file {
	const char *name;
	char content;
};

struct made {
	struct arena a;
	struct artifact artifact;
	struct distribution distributions[4];
	size_t n;
	struct source_file sources[4];
	size_t n_sources;
	struct notes notes;
	struct plan plan;
	struct err e;
};

static void begin(struct made *m)
{
	*m = (struct made){ 0 };
	note_init(&m->notes, &m->a);
	m->artifact.slim = SLIM_PYC;
	assert_true(target_parse(S("python3.12/arm64"), &m->artifact.target, &m->e));
}

static struct wheel_record *add(struct made *m, const char *name, const struct file *files)
{
	struct wheel_record *r = arena_new(&m->a, struct wheel_record);
	size_t n = 0;
	while (files[n].name) n++;
	r->name = str_from(name);
	r->version = S("1.0");
	r->dist_info = arena_fmt(&m->a, "%s-1.0.dist-info", name);
	r->data_dir = arena_fmt(&m->a, "%s-1.0.data", name);
	r->entries = arena_array(&m->a, struct wheel_entry, n);
	r->n_entries = n;
	for (size_t i = 0; i < n; i++) {
		r->entries[i] = (struct wheel_entry){ .name = str_from(files[i].name), .usize = 1, .csize = 1 };
		sha256_of((str){ &files[i].content, 1 }, &r->entries[i].sha256);
	}
	m->distributions[m->n++] = (struct distribution){ .name = r->name, .version = r->version, .record = r };
	return r;
}

static void prefer(struct made *m, const char *glob, const char *name)
{
	struct artifact_prefer *p = vec_push(&m->a, &m->artifact.prefer);
	*p = (struct artifact_prefer){ str_from(glob), str_from(name) };
}

static bool make(struct made *m)
{
	return plan_make(&m->a, &m->artifact, m->distributions, m->n, m->sources, m->n_sources, &m->notes, &m->plan, &m->e);
}

static const struct plan_entry *entry(const struct made *m, const char *name)
{
	for (size_t i = 0; i < m->plan.n; i++)
		if (str_eq(m->plan.entries[i].name, str_from(name))) return &m->plan.entries[i];
	return NULL;
}

static void end(struct made *m) { arena_release(&m->a); }

static const struct file simple[] = { { "a-1.0.data/data/share/x", 'd' },
	                                  { "a-1.0.data/headers/a.h", 'h' },
	                                  { "a-1.0.data/purelib/p.py", 'p' },
	                                  { "a-1.0.data/scripts/tool", 's' },
	                                  { "a-1.0.dist-info/METADATA", 'm' },
	                                  { "a-1.0.dist-info/RECORD", 'r' },
	                                  { "a-1.0.dist-info/RECORD.jws", 'j' },
	                                  { "a/__init__.py", 'i' },
	                                  { "a/x.pyc", 'c' },
	                                  { NULL, 0 } };

static void spreads_as_pip_does(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	add(&m, "a", simple);
	assert_true(make(&m));
	static const char *const want[] = { "python/a-1.0.dist-info/METADATA",
		                                "python/a-1.0.dist-info/RECORD",
		                                "python/a/__init__.py",
		                                "python/bin/tool",
		                                "python/p.py",
		                                "python/share/x" };
	assert_int_equal(m.plan.n, ROWS(want));
	for (size_t i = 0; i < ROWS(want); i++) CHECK_STR(want[i], m.plan.entries[i].name, str_from(want[i]));
	assert_int_equal(m.plan.slimmed_files, 3); /* the header, the signature, the byte code */
	assert_int_equal(entry(&m, "python/bin/tool")->mode, 0755);
	str record = entry(&m, "python/a-1.0.dist-info/RECORD")->u.text;
	assert_true(str_contains(record, S("a/__init__.py,sha256=")));
	assert_true(str_contains(record, S("a-1.0.dist-info/RECORD,,\n")));
	assert_true(str_contains(record, S("bin/tool,sha256=")));
	assert_false(str_contains(record, S("x.pyc")));
	end(&m);
}

static void prefixes_follow_kind_and_layout(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	m.artifact.layout = LAYOUT_VERSIONED;
	add(&m, "a", simple);
	assert_true(make(&m));
	assert_non_null(entry(&m, "python/lib/python3.12/site-packages/a/__init__.py"));
	end(&m);
	begin(&m);
	m.artifact.kind = ARTIFACT_FUNCTION;
	add(&m, "a", simple);
	assert_true(make(&m));
	assert_non_null(entry(&m, "a/__init__.py"));
	end(&m);
}

static void scripts_go_to_the_root(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	m.artifact.scripts = true;
	struct wheel_record *r = add(&m, "a", simple);
	struct wheel_script *s = vec_push(&m.a, &r->scripts);
	*s = (struct wheel_script){ .name = S("run-a"), .module = S("a.cli"), .attribute = S("App.main") };
	assert_true(make(&m));
	const struct plan_entry *script = entry(&m, "bin/run-a");
	assert_non_null(script);
	assert_int_equal(script->mode, 0755);
	assert_true(str_starts(script->u.text, S("#!/var/lang/bin/python3.12\n")));
	assert_true(str_contains(script->u.text, S("from a.cli import App\n")));
	assert_true(str_contains(script->u.text, S("sys.exit(App.main())")));
	assert_non_null(entry(&m, "bin/tool"));
	assert_true(str_contains(entry(&m, "python/a-1.0.dist-info/RECORD")->u.text, S("../bin/run-a,sha256=")));
	end(&m);
}

static void a_python_line_is_rewritten(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	struct wheel_record *r = add(&m, "a", simple);
	struct wheel_inline *in = vec_push(&m.a, &r->inlined);
	*in = (struct wheel_inline){ 3, S("#!python -E\nprint()\n") };
	assert_true(make(&m));
	CHECK_STR("shebang", entry(&m, "python/bin/tool")->u.text, S("#!/var/lang/bin/python3.12 -E\nprint()\n"));
	end(&m);
}

/* Two distributions, one path. */
static const struct {
	const char *row, *name;
	char a, b;
	const char *glob, *owner; /* prefer */
	const char *id;           /* of the error */
	char wins;                /* whose bytes are there */
	bool warned;
} collisions[] = {
	{ "equal bytes", "x/__init__.py", 'e', 'e', NULL, NULL, NULL, 'e', false },
	{ "module", "x/__init__.py", '1', '2', NULL, NULL, "collision", 0, false },
	{ "top module", "x.py", '1', '2', NULL, NULL, "collision", 0, false },
	{ "library", "x/y.so.1", '1', '2', NULL, NULL, "collision", 0, false },
	{ "data of a package", "x/data.json", '1', '2', NULL, NULL, "collision", 0, false },
	{ "path file", "x.pth", '1', '2', NULL, NULL, "collision", 0, false },
	{ "licence", "LICENSE", '1', '2', NULL, NULL, NULL, '1', true },
	{ "stray tests", "tests/__init__.py", '1', '2', NULL, NULL, NULL, '1', true },
	{ "data without a package", "etc/x.conf", '1', '2', NULL, NULL, NULL, '1', true },
	{ "preferred", "x/__init__.py", '1', '2', "python/x/*", "b", NULL, '2', false },
	{ "prefer of another path", "x/__init__.py", '1', '2', "python/y/*", "b", "collision", 0, false },
};

static void collisions_are_decided(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(collisions); i++) {
		struct made m;
		begin(&m);
		const char *row = collisions[i].row;
		const struct file a[] = { { collisions[i].name, collisions[i].a }, { "x/only_a.py", 'A' }, { NULL, 0 } };
		const struct file b[] = { { collisions[i].name, collisions[i].b }, { NULL, 0 } };
		add(&m, "a", a);
		add(&m, "b", b);
		if (collisions[i].glob) prefer(&m, collisions[i].glob, collisions[i].owner);
		bool ok = make(&m);
		CHECK(row, ok == !collisions[i].id);
		if (!ok) CHECK_STR(row, str_from(m.e.id), str_from(collisions[i].id));
		if (ok) {
			struct sha256 want;
			sha256_of((str){ &collisions[i].wins, 1 }, &want);
			str name = arena_fmt(&m.a, "python/%s", collisions[i].name);
			CHECK(row, sha256_eq(&entry(&m, name.p)->u.wheel->sha256, &want));
			CHECK(row, (m.notes.list.n > 0 && m.notes.list.p[0].level == NOTE_WARNING) == collisions[i].warned);
		}
		end(&m);
	}
}

static void the_project_wins_only_when_preferred(void **state)
{
	(void)state;
	for (int preferred = 0; preferred < 2; preferred++) {
		struct made m;
		begin(&m);
		const struct file a[] = { { "x/__init__.py", '1' }, { NULL, 0 } };
		add(&m, "a", a);
		m.sources[m.n_sources++] = (struct source_file){ .name = S("python/x/__init__.py"), .size = 1 };
		if (preferred) prefer(&m, "python/x/__init__.py", ".");
		assert_int_equal(make(&m), preferred);
		if (preferred) assert_int_equal(entry(&m, "python/x/__init__.py")->source, PLAN_FILE);
		end(&m);
	}
}

static void a_file_is_no_folder(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	const struct file a[] = { { "x", '1' }, { "x-y", '1' }, { NULL, 0 } };
	const struct file b[] = { { "x/deep/y.py", '1' }, { NULL, 0 } };
	add(&m, "a", a);
	add(&m, "b", b);
	assert_false(make(&m));
	assert_string_equal(m.e.id, "collision");
	end(&m);
}

static void names_are_in_bytewise_order(void **state)
{
	(void)state;
	struct made m;
	begin(&m);
	/* "a-b" sorts before "a/b", and the two distributions interleave. */
	const struct file a[] = { { "p/a", '1' }, { "p/c", '1' }, { "z", '1' }, { NULL, 0 } };
	const struct file b[] = { { "p-x", '1' }, { "p/b", '1' }, { "y", '1' }, { NULL, 0 } };
	add(&m, "a", a);
	add(&m, "b", b);
	assert_true(make(&m));
	for (size_t i = 1; i < m.plan.n; i++) assert_true(str_cmp(m.plan.entries[i - 1].name, m.plan.entries[i].name) < 0);
	assert_int_equal(m.plan.n, 6);
	end(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spreads_as_pip_does),    cmocka_unit_test(prefixes_follow_kind_and_layout),
		cmocka_unit_test(scripts_go_to_the_root), cmocka_unit_test(a_python_line_is_rewritten),
		cmocka_unit_test(collisions_are_decided), cmocka_unit_test(the_project_wins_only_when_preferred),
		cmocka_unit_test(a_file_is_no_folder),    cmocka_unit_test(names_are_in_bytewise_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
