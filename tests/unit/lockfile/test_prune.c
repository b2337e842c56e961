/* test_prune.c: --only and --exclude over a table of needs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "lockfile/prune.h"

/* "a:b,c b:d c d" -> nodes. */
static struct prune_node *parse(struct arena *a, const char *text, size_t *n)
{
	struct {
		VEC(struct prune_node);
	} nodes = { 0 };
	str rest = str_from(text), word, name, needs, need;
	while (!str_empty(rest)) {
		str_cut(rest, ' ', &word, &rest);
		struct prune_node *node = vec_push(a, &nodes);
		str_cut(word, ':', &name, &needs);
		node->name = name;
		while (!str_empty(needs)) {
			str_cut(needs, ',', &need, &needs);
			*vec_push(a, &node->needs) = need;
		}
	}
	*n = nodes.n;
	return nodes.p;
}

static void split(struct arena *a, const char *text, struct str_list *out)
{
	str rest = str_from(text), word;
	while (!str_empty(rest)) {
		str_cut(rest, ' ', &word, &rest);
		*vec_push(a, out) = word;
	}
}

static void tables(void **state)
{
	(void)state;
	static const struct {
		const char *row, *table, *only, *exclude, *want;
	} rows[] = {
		{ "nothing asked", "a:b b c", "", "", "a b c" },
		{ "only with its needs", "a:b b:c c d", "a", "", "a b c" },
		{ "only two", "a:b b c:d d e", "a C", "", "a b c d" },
		{ "only in another spelling", "a-b:x x y", "A_b", "", "a-b x" },
		{ "only, needs outside the table", "a:zzz b", "a", "", "a" },
		{ "exclude with what only it needs", "a:b b:c c d", "", "a", "d" },
		{ "exclude keeps what others need", "a:b,c b c d:c", "", "a", "c d" },
		{ "exclude in the middle", "a:b b:c c", "", "b", "a" },
		{ "exclude in the middle, shared below", "a:b,c b:c c", "", "b", "a c" },
		{ "only, then exclude", "a:b,c b c:d d e", "a", "c", "a b" },
		{ "exclude all roots", "a:b b", "", "a", "" },
		{ "cycle kept", "a:b b:a c", "", "c", "a b" },
		{ "cycle excluded", "a:b b:a c", "", "a b", "c" },
		{ "half of a root cycle excluded", "a:b b:a c", "", "a", "b c" },
		{ "cycle below a root", "r:a a:b b:a", "", "a", "r" },
		{ "cycle by only", "a:b b:a c", "b", "", "a b" },
		{ "self", "a:a b", "", "b", "a" },
		{ "deep", "a:b b:c c:d d:e e:f f:g g:h h", "c", "f", "c d e" },
		{ "empty", "", "", "", "" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct str_list only = { 0 }, exclude = { 0 };
		size_t n;
		struct prune_node *nodes = parse(&a, rows[i].table, &n);
		split(&a, rows[i].only, &only);
		split(&a, rows[i].exclude, &exclude);
		CHECK(rows[i].row, prune_table(&a, nodes, n, &only, &exclude, &e));
		str have = S("");
		for (size_t j = 0; j < n; j++)
			if (nodes[j].keep)
				have = arena_fmt(&a, STR_FMT "%s" STR_FMT, STR_ARG(have), have.n ? " " : "", STR_ARG(nodes[j].name));
		CHECK_STR(rows[i].row, have, str_from(rows[i].want));
		arena_release(&a);
	}
}

static void unknown_names(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str_list only = { 0 };
	size_t n;
	struct prune_node *nodes = parse(&a, "requests urllib3", &n);
	split(&a, "request", &only);
	assert_false(prune_table(&a, nodes, n, &only, NULL, &e));
	assert_string_equal(e.id, "unknown-distribution");
	assert_int_equal(e.code, ERR_USAGE);
	CHECK("did you mean", str_contains(str_from(e.help), S("`requests`")));
	arena_release(&a);
}

static void a_long_chain_needs_no_stack(void **state)
{
	(void)state;
	enum { N = 200000 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct str_list exclude = { 0 };
	struct prune_node *nodes = arena_array(&a, struct prune_node, N);
	for (size_t i = 0; i < N; i++) {
		nodes[i].name = arena_fmt(&a, "p%zu", i);
		*vec_push(&a, &nodes[i].needs) = arena_fmt(&a, "p%zu", i + 1);
	}
	split(&a, "p100000", &exclude);
	assert_true(prune_table(&a, nodes, N, NULL, &exclude, &e));
	assert_true(nodes[99999].keep && !nodes[100000].keep && !nodes[N - 1].keep);
	arena_release(&a);
}

static void sets(void **state)
{
	(void)state;
	struct bench b;
	bench_begin(&b);
	const char *head = "version = 1\n[[package]]\nname = \"root\"\nversion = \"0\"\nsource = { virtual = \".\" }\n"
	                   "dependencies = [{ name = \"a\" }, { name = \"c\" }]\n";
	str text = arena_fmt(&b.a, "%s", head);
	static const char *const packages[][2] = { { "a", "b" }, { "b", "a" }, { "c", "d" }, { "d", NULL } };
	for (size_t i = 0; i < ROWS(packages); i++) {
		const char *need = packages[i][1];
		text = arena_fmt(
		    &b.a,
		    STR_FMT "[[package]]\nname = \"%s\"\nversion = \"1\"\nsource = { registry = \"https://index.example\" }\n%s%s%s"
		            "wheels = [{ url = \"https://h.example/%s-1-py3-none-any.whl\", hash = \"sha256:" HEX64 "\" }]\n",
		    STR_ARG(text), packages[i][0], need ? "dependencies = [{ name = \"" : "", need ? need : "", need ? "\" }]\n" : "",
		    packages[i][0]);
	}
	struct str_list exclude = { 0 };
	split(&b.a, "c", &exclude);
	assert_true(bench_read(&b, "no-such-folder/uv.lock", arena_cstr(&b.a, text), (struct lock_request){ 0 }));
	CHECK_STR("all", bench_packages(&b), S("a 1, b 1, c 1, d 1"));
	assert_true(lock_prune_possible(&b.set));
	assert_true(lock_prune(&b.a, &b.set, NULL, &exclude, &b.notes, &b.e));
	CHECK_STR("without c", bench_packages(&b), S("a 1, b 1"));
	assert_true(bench_read(&b, "requirements.txt", "a==1\n", (struct lock_request){ 0 }));
	assert_false(lock_prune_possible(&b.set));
	assert_false(lock_prune(&b.a, &b.set, NULL, &exclude, &b.notes, &b.e));
	assert_string_equal(b.e.id, "dependencies-unknown");
	bench_end(&b);
}

/* app needs lib, whose extra x brings opt (and y brings other); opt also stands in the project itself. */
#define POETRY_ENTRY(name, more)                                                                                               \
	"[[package]]\nname = \"" name "\"\nversion = \"1\"\noptional = false\npython-versions = \"*\"\ngroups = [\"main\"]\n"      \
	"files = [{ file = \"" name "-1-py3-none-any.whl\", hash = \"sha256:" HEX64 "\" }]\n" more
#define POETRY_LOCK(edge)                                                                                                      \
	POETRY_ENTRY("app", "[package.dependencies]\n" edge)                                                                       \
	POETRY_ENTRY("lib",                                                                                                        \
	             "[package.dependencies]\n"                                                                                    \
	             "opt = { version = \"*\", optional = true, markers = \"extra == 'x'\" }\n"                                    \
	             "other = { version = \"*\", optional = true, markers = \"sys_platform == 'win32' and extra == 'y'\" }\n"      \
	             "[package.extras]\nx = [\"opt\"]\ny = [\"other\"]\n")                                                         \
	POETRY_ENTRY("opt", "")                                                                                                    \
	POETRY_ENTRY("other", "") "[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\ncontent-hash = \"\"\n"

static void optional_edges_of_poetry(void **state)
{
	(void)state;
	static const struct {
		const char *row, *lock, *project, *exclude, *want;
	} rows[] = {
		{ "nobody asks for the extra", POETRY_LOCK("lib = \"*\"\n"), "[tool.poetry.dependencies]\napp = \"*\"\nopt = \"*\"\n",
		  "app", "opt 1, other 1" },
		{ "a package asks for the extra", POETRY_LOCK("lib = { version = \"*\", extras = [\"X\"] }\n"),
		  "[tool.poetry.dependencies]\napp = \"*\"\n", "app", "other 1" },
		{ "it asks where it is not needed",
		  POETRY_LOCK(
		      "lib = [{ version = \"*\" }, { version = \"*\", extras = [\"x\"], markers = \"sys_platform == 'win32'\" }]\n"),
		  "[tool.poetry.dependencies]\napp = \"*\"\nopt = \"*\"\n", "app", "opt 1, other 1" },
		{ "the project asks for the extra", POETRY_LOCK("lib = \"*\"\n"),
		  "[tool.poetry.dependencies]\napp = \"*\"\nlib = { version = \"*\", extras = [\"x\"] }\n", "app", "other 1" },
		{ "the project asks in [project]", POETRY_LOCK("lib = \"*\"\n"), "[project]\ndependencies = [\"app\", \"lib[x]\"]\n",
		  "app", "other 1" },
		{ "the extra's marker does not hold", POETRY_LOCK("lib = { version = \"*\", extras = [\"y\"] }\n"),
		  "[tool.poetry.dependencies]\napp = \"*\"\n", "app", "opt 1, other 1" },
		{ "no project: what can be", POETRY_LOCK("lib = \"*\"\n"), NULL, "app", "other 1" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;
		struct str_list exclude = { 0 };
		bench_begin(&b);
		split(&b.a, rows[i].exclude, &exclude);
		struct lock_request request = { .frozen = true, .project_text = str_from(rows[i].project) };
		if (!rows[i].project) request.project_text = (str){ 0 };
		if (!bench_read(&b, "no-such-folder/poetry.lock", rows[i].lock, request))
			fail_msg("row \"%s\": %s", rows[i].row, b.e.what);
		CHECK_STR(rows[i].row, bench_packages(&b), S("app 1, lib 1, opt 1, other 1"));
		CHECK(rows[i].row, lock_prune(&b.a, &b.set, NULL, &exclude, &b.notes, &b.e));
		CHECK_STR(rows[i].row, bench_packages(&b), str_from(rows[i].want));
		bench_end(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(a_long_chain_needs_no_stack),
		cmocka_unit_test(sets),
		cmocka_unit_test(optional_edges_of_poetry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
