/* test_lockfile.c: which format a file is, and what a request chooses in each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

static void formats(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
		enum lock_format want;
	} rows[] = {
		{ "requirements.txt", "", LOCK_FORMAT_REQUIREMENTS },
		{ "a/b/dev.in", "", LOCK_FORMAT_REQUIREMENTS },
		{ "pylock.toml", "", LOCK_FORMAT_PYLOCK },
		{ "x/pylock.dev.toml", "", LOCK_FORMAT_PYLOCK },
		{ "pylock.a.b.toml", "", LOCK_FORMAT_UNKNOWN },
		{ "pylock..toml", "", LOCK_FORMAT_UNKNOWN },
		{ "apylock.toml", "", LOCK_FORMAT_UNKNOWN },
		{ "poetry.lock", "", LOCK_FORMAT_POETRY },
		{ "uv.lock", "", LOCK_FORMAT_UV },
		{ "Pipfile.lock", "{}", LOCK_FORMAT_PIPFILE },
		{ "a/pdm.lock", "", LOCK_FORMAT_PDM },
		{ "Pipfile", "[packages]\n", LOCK_FORMAT_UNKNOWN },
		{ "pyproject.toml", "[project]\n", LOCK_FORMAT_UNKNOWN },
		{ "other", "", LOCK_FORMAT_UNKNOWN },
		{ "other", "a==1\n", LOCK_FORMAT_REQUIREMENTS },
		{ "other", "lock-version = \"1.0\"\ncreated-by = \"x\"\n", LOCK_FORMAT_PYLOCK },
		{ "other", "# made by Poetry 2\n[[package]]\n", LOCK_FORMAT_POETRY },
		{ "other", "[[package]]\n[metadata]\ncontent-hash = \"\"\n", LOCK_FORMAT_POETRY },
		{ "other", "version = 1\nrequires-python = \">=3\"\n[[package]]\n", LOCK_FORMAT_UV },
		{ "other", "[project]\n", LOCK_FORMAT_UNKNOWN },
		{ "other", "{\"_meta\": {\"pipfile-spec\": 6}}", LOCK_FORMAT_PIPFILE },
		{ "other", "[metadata]\nlock_version = \"4.5.0\"\n", LOCK_FORMAT_PDM },
	};
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].path, lock_format_sniff(str_from(rows[i].path), str_from(rows[i].text)) == rows[i].want);
	assert_string_equal(lock_format_name(LOCK_FORMAT_UV), "uv.lock");
	assert_int_equal(lock_format_from(S("Poetry.lock")), LOCK_FORMAT_POETRY);
	assert_int_equal(lock_format_from(S("pylock")), LOCK_FORMAT_PYLOCK);
	assert_int_equal(lock_format_from(S("npm")), LOCK_FORMAT_UNKNOWN);
}

#define PYLOCK_PACKAGE(name, marker)                                                                                           \
	"[[packages]]\nname = \"" name "\"\nversion = \"1\"\nmarker = \"" marker "\"\n"                                            \
	"wheels = [{ path = \"" name "-1-py3-none-any.whl\", hashes = { sha256 = \"" HEX64 "\" } }]\n"
#define PYLOCK                                                                                                                                 \
	"lock-version = \"1.0\"\ncreated-by = \"x\"\nextras = [\"x\"]\ndependency-groups = [\"g\"]\ndefault-groups = [\"main\"]\n" PYLOCK_PACKAGE( \
	    "a", "'main' in dependency_groups") PYLOCK_PACKAGE("b", "'g' in dependency_groups")                                                    \
	    PYLOCK_PACKAGE("c", "'x' in extras")
#define UV_PACKAGE(name)                                                                                                       \
	"[[package]]\nname = \"" name "\"\nversion = \"1\"\nsource = { registry = \"https://index.example/simple\" }\n"            \
	"wheels = [{ url = \"https://h.example/" name "-1-py3-none-any.whl\", hash = \"sha256:" HEX64 "\" }]\n"
#define UV                                                                                                                           \
	"version = 1\n[[package]]\nname = \"root\"\nversion = \"0\"\nsource = { editable = \".\" }\ndependencies = [{ name = \"a\" }]\n" \
	"[package.optional-dependencies]\nx = [{ name = \"c\" }]\n[package.dev-dependencies]\ng = [{ name = \"b\" }]\n" UV_PACKAGE(      \
	    "a") UV_PACKAGE("b") UV_PACKAGE("c")
#define POETRY_PACKAGE(name, groups, more)                                                                                     \
	"[[package]]\nname = \"" name "\"\nversion = \"1\"\noptional = false\npython-versions = \"*\"\ngroups = [" groups          \
	"]\n" more "files = [{ file = \"" name "-1-py3-none-any.whl\", hash = \"sha256:" HEX64 "\" }]\n"
#define POETRY                                                                                                                 \
	POETRY_PACKAGE("a", "\"main\"", "")                                                                                        \
	POETRY_PACKAGE("b", "\"g\"", "")                                                                                           \
	POETRY_PACKAGE("c", "\"main\"", "markers = 'extra == \"x\"'\n")                                                            \
	"[extras]\nx = [\"c\"]\n[metadata]\nlock-version = \"2.1\"\npython-versions = \"*\"\ncontent-hash = \"\"\n"

static void choices(void **state)
{
	(void)state;
	static str x[] = { { "X", 1 } }, g[] = { { "G", 1 } };
	static const struct {
		const char *row;
		struct lock_request request;
		const char *want[3]; /* pylock, uv, poetry */
	} rows[] = {
		{ "plain", { .frozen = false }, { "a 1", "a 1", "a 1" } },
		{ "extra", { .extras = { x, 1, 1 } }, { "a 1, c 1", "a 1, c 1", "a 1, c 1" } },
		{ "all extras", { .all_extras = true }, { "a 1, c 1", "a 1, c 1", "a 1, c 1" } },
		{ "group", { .groups = { g, 1, 1 } }, { "a 1, b 1", "a 1, b 1", "a 1, b 1" } },
		{ "only group", { .only_groups = { g, 1, 1 } }, { "b 1", "b 1", "b 1" } },
		{ "no default groups", { .no_default_groups = true }, { "", "a 1", "a 1" } },
	};
	static const struct {
		const char *path, *text;
	} locks[] = { { "no-such-folder/pylock.toml", PYLOCK },
		          { "no-such-folder/uv.lock", UV },
		          { "no-such-folder/poetry.lock", POETRY } };
	for (size_t i = 0; i < ROWS(rows); i++)
		for (size_t j = 0; j < ROWS(locks); j++) {
			struct bench b;
			bench_begin(&b);
			bool good = bench_read(&b, locks[j].path, locks[j].text, rows[i].request);
			if (!good) fail_msg("row \"%s\", %s: %s: %s", rows[i].row, locks[j].path, b.e.id, b.e.what);
			CHECK_STR(rows[i].row, bench_packages(&b), str_from(rows[i].want[j]));
			struct sha256 digest;
			sha256_of(str_from(locks[j].text), &digest);
			CHECK(rows[i].row, sha256_eq(&digest, &b.set.lock_sha256));
			CHECK(rows[i].row, b.set.inputs.n == 1 && b.set.format && b.set.packages.n < 4);
			bench_end(&b);
		}
}

static void options_of_requirements(void **state)
{
	(void)state;
	char token[] = "TOKEN=secret", *vars[] = { token, NULL };
	struct env env = { vars };
	struct bench b;
	bench_begin(&b);
	const char *text =
	    "-i https://${TOKEN}@index.example/simple\n--extra-index-url https://b.example\n-f wheels\n--pre\n--prefer-binary\n"
	    "--trusted-host h.example\n--only-binary A_b\na==1 --hash=sha256:" HEX64 "\n";
	assert_true(bench_read(&b, "requirements.txt", text, (struct lock_request){ .env = &env }));
	CHECK_STR("index", b.options.index_url, S("https://secret@index.example/simple"));
	assert_true(b.options.extra_index_urls.n == 1 && b.options.find_links.n == 1 && b.options.trusted_hosts.n == 1);
	CHECK_STR("only binary", b.options.only_binary.p[0], S("a-b"));
	assert_true(b.options.pre && b.options.prefer_binary && b.options.require_hashes && b.set.hash_mode && !b.options.no_index);
	CHECK_STR("hash", b.set.packages.p[0].hashes.p[0], S("sha256:" HEX64));
	assert_true(b.set.packages.p[0].pinned_by_hash && b.set.packages.p[0].chosen == SIZE_MAX &&
	            b.set.packages.p[0].from_line == 8);
	assert_false(b.set.packages.p[0].knows_dependencies);
	bench_end(&b);
}

static void unpinned_are_listed(void **state)
{
	(void)state;
	struct bench b;
	bench_begin(&b);
	assert_true(bench_read(&b, "requirements.txt", "a>=1\nb==1\n\nc[x] ; python_version > '3'\n", (struct lock_request){ 0 }));
	assert_int_equal(b.set.unpinned.n, 2);
	CHECK_STR("first", b.set.unpinned.p[0], S("requirements.txt:1: a>=1"));
	CHECK_STR("second", b.set.unpinned.p[1], S("requirements.txt:4: c[x] ; python_version > '3'"));
	CHECK_STR("pinned", bench_packages(&b), S("b 1"));
	bench_end(&b);
}

static void assumptions_are_noted_once(void **state)
{
	(void)state;
	struct bench b;
	bench_begin(&b);
	const char *text =
	    "a==1; python_full_version >= '3.12.1'\nb==1; python_full_version >= '3.12.0'\na==1; python_full_version >= '3.12.1'\n";
	assert_true(bench_read(&b, "requirements.txt", text, (struct lock_request){ 0 }));
	CHECK_STR("both", bench_packages(&b), S("a 1, b 1"));
	CHECK_STR("assumed", b.set.packages.p[0].assumed, S("python_full_version >= \"3.12.1\""));
	assert_true(str_empty(b.set.packages.p[1].assumed));
	assert_int_equal(b.notes.list.n, 1);
	assert_string_equal(b.notes.list.p[0].id, "assumed-marker");
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(choices),
		cmocka_unit_test(options_of_requirements),
		cmocka_unit_test(unpinned_are_listed),
		cmocka_unit_test(assumptions_are_noted_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
