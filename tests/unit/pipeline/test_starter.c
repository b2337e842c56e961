/* test_starter.c: what `lamina init` finds in a folder; what it writes is a lamina.toml.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "base/io.h"
#include "pipeline/project_parts.h"
#include "pipeline/starter.h"

#define MANY 4

static const struct {
	const char *row;
	const char *files[MANY][2]; /* name, content */
	const char *lines[MANY];    /* each must be there, those with ! not; none = nothing is found */
} rows[] = {
	{ "nothing", { { "readme.md", "x" } }, { 0 } },
	{ "lock before requirements", { { "poetry.lock", "" }, { "requirements.txt", "" } }, { "lock = \"poetry.lock\"" } },
	{ "requirements of another name", { { "requirements-dev.txt", "" } }, { "requirements = \"requirements-dev.txt\"" } },
	{ "a name that would end the string", { { "requirements\".txt", "" } }, { 0 } },
	{ "handler beside it",
	  { { "index.py", "def handler(event, context):\n" } },
	  { "source = \".\"", "handler = \"index.handler\"", "include" } },
	{ "handler in a folder",
	  { { "src/app.py", "async def lambda_handler(e, c):\n" } },
	  { "source = \"src\"", "handler = \"app.lambda_handler\"" } },
	{ "handler as a value", { { "main.py", "handler = Mangum(app)\n" } }, { "handler = \"main.handler\"" } },
	{ "compared, not set", { { "main.py", "handler == 1\n" } }, { 0 } },
	{ "a longer name", { { "main.py", "def handler_of(x):\n" } }, { 0 } },
	{ "indented", { { "main.py", "class A:\n    def handler(self):\n" } }, { 0 } },
	{ "the newest Python that is admitted",
	  { { "uv.lock", "" }, { "pyproject.toml", "[project]\nrequires-python = \">=3.10,<3.12\"\n" } },
	  { "runtime = \"python3.11\"" } },
	{ "a package with its lock",
	  { { "uv.lock", "" }, { "pyproject.toml", "[build-system]\n" }, { "src/x/__init__.py", "" } },
	  { "[layer.deps]\nproject = \".\"", "and the project itself" } },
	{ "a package whose code is a function's",
	  { { "uv.lock", "" }, { "pyproject.toml", "[build-system]\n" }, { "src/app.py", "def handler(e, c):\n" } },
	  { "lock = \"uv.lock\"", "source = \"src\"", "layers = [\"deps\"]" } },
	{ "a package alone", { { "pyproject.toml", "[build-system]\n" } }, { "[layer.shared]\npackage = \".\"\n" } },
	{ "packages below",
	  { { "lambda/libb/setup.cfg", "[metadata]\nname = b\n" },
	    { "liba/pyproject.toml", "[build-system]\n" },
	    { "lambda/app.py", "def handler(e, c):\n" },
	    { "tests/x/pyproject.toml", "[build-system]\n" } },
	  { "package = [\"lambda/libb\", \"liba\"]\n", "layers = [\"shared\"]" } },
	{ "packages too deep, and applications",
	  { { "a/b/c/pyproject.toml", "[build-system]\n" }, { "d/pyproject.toml", "[project]\n" }, { "requirements.txt", "" } },
	  { "requirements = \"requirements.txt\"", "!shared" } },
	{ "a project file that cannot be read", { { "uv.lock", "" }, { "pyproject.toml", "[" } }, { "runtime = \"python3.12\"" } },
};

static void check_text(const char *row, struct arena *a, str text)
{
	struct err e = { 0 };
	struct env env = { 0 };
	struct config config;
	CHECK(row, config_parse(a, text, S("lamina.toml"), &env, &config, &e));
	CHECK(row, config.drafts.n > 0);
}

static void check_line(const char *row, str text, const char *line)
{
	bool absent = line[0] == '!';
	CHECK(row, str_contains(text, str_from(line + absent)) != absent);
}

static void starts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct notes notes;
		struct buf text;
		str folder;
		note_init(&notes, &a);
		buf_init(&text, 1 << 16);
		assert_true(io_mkdtemp(&a, "/tmp/lamina-starter-", &folder, &e));
		for (size_t k = 0; k < MANY && rows[i].files[k][0]; k++) {
			str path = path_join(&a, folder, str_from(rows[i].files[k][0]));
			assert_true(io_mkdirs_for(path.p, &e) && io_write_file(path.p, str_from(rows[i].files[k][1]), 0644, false, &e));
		}
		bool ok = starter_write(&a, folder, &notes, &text, &e);
		CHECK(rows[i].row, ok == (rows[i].lines[0] != NULL));
		if (ok) check_text(rows[i].row, &a, buf_str(&text));
		for (size_t k = 0; k < MANY && rows[i].lines[k]; k++) check_line(rows[i].row, buf_str(&text), rows[i].lines[k]);
		if (!ok) CHECK_STR(rows[i].row, str_from(e.id), S("no-artifact"));
		struct err ignored = { 0 };
		io_remove_tree(folder.p, &ignored);
		buf_release(&text);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(starts) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
