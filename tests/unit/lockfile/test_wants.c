/* test_wants.c: which file of a folder says what it needs; requirements that were read before; where paths lead.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "lockfile/wants.h"

struct folder {
	struct arena a;
	str path;
};

static struct folder *begin(void)
{
	static struct folder f;
	struct err e = { 0 };
	f = (struct folder){ 0 };
	assert_true(io_mkdtemp(&f.a, "lamina-wants-", &f.path, &e));
	return &f;
}

static void end(struct folder *f)
{
	struct err e = { 0 };
	assert_true(io_remove_tree(arena_cstr(&f->a, f->path), &e));
	arena_release(&f->a);
}

static void put(struct folder *f, const char *name, const char *text)
{
	struct err e = { 0 };
	char *path = arena_cstr(&f->a, path_join(&f->a, f->path, str_from(name)));
	assert_true(io_mkdirs_for(path, &e));
	assert_true(io_write_file(path, str_from(text), 0644, false, &e));
}

static void finds(void **state)
{
	(void)state;
	static const struct {
		const char *row, *pyproject, *setup, *want;
	} rows[] = {
		{ "nothing", NULL, NULL, "" },
		{ "project", "[project]\nname='a'\n", NULL, "pyproject.toml" },
		{ "groups alone", "[dependency-groups]\na=[]\n", NULL, "pyproject.toml" },
		{ "poetry", "[tool.poetry]\nname='a'\n", NULL, "pyproject.toml" },
		{ "settings of tools", "[tool.black]\nline-length=1\n", NULL, "" },
		{ "settings beside setup.cfg", "[tool.black]\n", "[options]\ninstall_requires=a\n", "setup.cfg" },
		{ "project beside setup.cfg", "[project]\nname='a'\n", "[options]\n", "pyproject.toml" },
		{ "setup.cfg of tools", NULL, "[flake8]\n", "" },
		{ "setup.cfg", NULL, "[metadata]\nname=a\n[options]\n", "setup.cfg" },
		{ "broken", "[project\n", NULL, "pyproject.toml" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct folder *f = begin();
		struct err e = { 0 };
		str file = S("unset");
		if (rows[i].pyproject) put(f, "pyproject.toml", rows[i].pyproject);
		if (rows[i].setup) put(f, "setup.cfg", rows[i].setup);
		CHECK(rows[i].row, wants_find(&f->a, f->path, &file, &e));
		CHECK_STR(rows[i].row, str_empty(file) ? file : path_base(file), str_from(rows[i].want));
		end(f);
	}
}

static bool read_text(struct arena *a, const char *text, struct wants *w, struct err *e)
{
	struct wants_request request = { .text = str_from(text) };
	struct notes notes;
	note_init(&notes, a);
	*vec_push(a, &request.requirements) = S("-");
	return wants_read(a, &request, &notes, w, e);
}

static void given_text(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct wants w = { 0 };
	assert_true(read_text(&a, "b>=1\na\n", &w, &e));
	assert_int_equal(w.list.n, 2);
	CHECK_STR("text", w.list.p[0].text, S("b>=1"));
	CHECK_STR("file", w.list.p[0].from_file, S("-"));
	assert_int_equal(w.list.p[1].line, 2);
	assert_false(read_text(&a, "a\nb=1\n", &w, &e));
	CHECK("place", strncmp(e.where, "-:2:2", 5) == 0);
	/* What failed leaves the answer alone. */
	assert_int_equal(w.list.n, 2);
	arena_release(&a);
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct wants w = { 0 };
	struct buf b;
	buf_init(&b, (size_t)16 << 20);
	for (int i = 0; i < 100001; i++) buf_addf(&b, "a%d\n", i);
	assert_false(read_text(&a, b.p, &w, &e));
	assert_string_equal(e.id, "too-large");
	buf_release(&b);
	arena_release(&a);
}

/* A project that is named by another folder still has paths as seen from its own file. */
static void paths(void **state)
{
	(void)state;
	struct folder *f = begin();
	struct err e = { 0 };
	struct wants w = { 0 };
	struct notes notes;
	note_init(&notes, &f->a);
	put(f, "pyproject.toml", "[tool.uv.workspace]\nmembers=['x/*']\n[tool.uv.sources]\nc={path='c'}\n");
	put(f, "x/a/pyproject.toml",
	    "[project]\nname='a'\ndependencies=['b','c','d']\n[tool.uv.sources]\nb={workspace=true}\nd={path='/d'}\n");
	put(f, "x/b/pyproject.toml", "[project]\nname='b'\n");
	struct wants_request request = { .project = path_join(&f->a, f->path, S("x/a")) };
	if (!wants_read(&f->a, &request, &notes, &w, &e)) fail_msg("%s at %s", e.what, e.where);
	assert_int_equal(w.list.n, 3);
	CHECK_STR("member", w.list.p[0].file.path, S("../b"));
	CHECK_STR("of the root", w.list.p[1].file.path, S("../../c"));
	CHECK_STR("absolute", w.list.p[2].file.path, S("/d"));
	end(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(given_text),
		cmocka_unit_test(limits),
		cmocka_unit_test(paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
