/* test_wheel_name.c: file names of wheels and source distributions, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "base/buf.h"
#include "python/wheel_name.h"

/* want: "name version build tags.." or, after "!", what the reason must contain. */
static const struct {
	const char *row, *file, *want;
} wheels[] = {
	{ "plain", "foo-1.0-py3-none-any.whl", "foo 1.0 - py3-none-any" },
	{ "normalised", "Foo.Bar_baz-1.0RC1-py3-none-any.whl", "foo-bar-baz 1.0rc1 - py3-none-any" },
	{ "zeros of the release stay", "foo-01.0.0-py3-none-any.whl", "foo 1.0.0 - py3-none-any" },
	{ "compressed set", "foo-1-py3.py2-none-any.whl", "foo 1 - py2-none-any py3-none-any" },
	{ "product", "foo-1-cp39.cp38-abi3.none-any.whl", "foo 1 - cp38-abi3-any cp38-none-any cp39-abi3-any cp39-none-any" },
	{ "repeated tag", "foo-1-py3.py3-none-any.whl", "foo 1 - py3-none-any" },
	{ "upper case tags", "foo-1-CP312-CP312-Win_AMD64.whl", "foo 1 - cp312-cp312-win_amd64" },
	{ "build", "foo-1-2-py3-none-any.whl", "foo 1 2/ py3-none-any" },
	{ "build with suffix", "foo-1-002b_x-py3-none-any.whl", "foo 1 2/b_x py3-none-any" },
	{ "build zero", "foo-1-00-py3-none-any.whl", "foo 1 0/ py3-none-any" },
	{ "local version", "foo-1.0+CU121-py3-none-any.whl", "foo 1.0+cu121 - py3-none-any" },
	{ "percent-encoded plus", "foo-1.0%2Bcu121-py3-none-any.whl", "foo 1.0+cu121 - py3-none-any" },
	{ "percent-encoded plus, lower case", "foo-1.0%2bcu121-py3-none-any.whl", "foo 1.0+cu121 - py3-none-any" },
	{ "epoch", "foo-1!2-py3-none-any.whl", "foo 1!2 - py3-none-any" },
	{ "post release by underscore", "foo-1_post2-py3-none-any.whl", "foo 1.post2 - py3-none-any" },
	{ "leading underscore", "_foo-1-py3-none-any.whl", "-foo 1 - py3-none-any" },
	{ "private tag", "foo-1-_x-none-any.whl", "foo 1 - _x-none-any" },
	{ "no suffix", "foo-1-py3-none-any", "!\".whl\"" },
	{ "upper case suffix", "foo-1-py3-none-any.WHL", "!\".whl\"" },
	{ "suffix alone", ".whl", "!five or six parts" },
	{ "empty", "", "!\".whl\"" },
	{ "too few parts", "foo-1-none-any.whl", "!five or six parts" },
	{ "too many parts", "foo-1-1-x-py3-none-any.whl", "!five or six parts" },
	{ "variant label", "foo-1-1-py3-none-any-x86_64_v3.whl", "!five or six parts" },
	{ "empty name", "-1-py3-none-any.whl", "!project name" },
	{ "two underscores", "foo__bar-1-py3-none-any.whl", "!project name" },
	{ "plus in the name", "foo+-1-py3-none-any.whl", "!project name" },
	{ "bad version", "foo-x-py3-none-any.whl", "!version" },
	{ "empty version", "foo--py3-none-any.whl", "!version" },
	{ "other percent code", "foo-1%2E0-py3-none-any.whl", "!version" },
	{ "encoded twice", "foo-1.0%252Bx-py3-none-any.whl", "!version" },
	{ "build without digit", "foo-1-b2-py3-none-any.whl", "!build tag" },
	{ "empty build", "foo-1--py3-none-any.whl", "!build tag" },
	{ "empty Python tag", "foo-1--none-any.whl", "!tag in it is empty" },
	{ "empty member", "foo-1-py3.-none-any.whl", "!tag in it is empty" },
	{ "empty platform", "foo-1-py3-none-.whl", "!tag in it is empty" },
	{ "Python tag with digit first", "foo-1-3py-none-any.whl", "!identifier" },
	{ "slash", "foo-1-py3-none-a/../any.whl", "!characters" },
	{ "backslash", "foo-1-py3-none-a\\any.whl", "!characters" },
	{ "control character", "foo-1-py3-none-any\n.whl", "!characters" },
	{ "not ASCII", "f\xc3\xb6o-1-py3-none-any.whl", "!characters" },
};

static str render(struct arena *a, const struct wheel_name *w)
{
	str text = arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(w->name), STR_ARG(w->version));
	if (w->has_build)
		text = arena_fmt(a, STR_FMT " " STR_FMT "/" STR_FMT, STR_ARG(text), STR_ARG(w->build_number), STR_ARG(w->build_suffix));
	else
		text = arena_join(a, text, S(" -"));
	for (size_t i = 0; i < w->tags.n; i++) text = arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(text), STR_ARG(w->tags.p[i]));
	return text;
}

static void wheel_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(wheels); i++) {
		struct arena a = { 0 };
		struct wheel_name w;
		struct err e = { 0 };
		if (wheel_name_parse(&a, str_from(wheels[i].file), &w, &e)) {
			CHECK_STR(wheels[i].row, render(&a, &w), str_from(wheels[i].want));
		} else {
			CHECK(wheels[i].row, wheels[i].want[0] == '!' && strstr(e.why, wheels[i].want + 1));
			CHECK(wheels[i].row, e.code == ERR_FORMAT && strcmp(e.id, "wheel-name") == 0);
		}
		arena_release(&a);
	}
}

static str repeat(struct arena *a, const char *part, size_t times)
{
	struct buf b;
	buf_init(&b, 100000);
	for (size_t i = 0; i < times; i++) buf_addf(&b, "%s%s%zu", i ? "." : "", part, i);
	str text = buf_take(&b, a);
	buf_release(&b);
	return text;
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct wheel_name w;
	struct err e = { 0 };
	str ten = repeat(&a, "a", 10), eleven = repeat(&a, "a", 11);
	str fits = arena_fmt(&a, "foo-1-" STR_FMT "-" STR_FMT "-" STR_FMT ".whl", STR_ARG(ten), STR_ARG(ten), STR_ARG(ten));
	assert_true(wheel_name_parse(&a, fits, &w, &e));
	assert_int_equal(w.tags.n, WHEEL_TAGS_MAX);
	str over = arena_fmt(&a, "foo-1-" STR_FMT "-" STR_FMT "-" STR_FMT ".whl", STR_ARG(ten), STR_ARG(eleven), STR_ARG(ten));
	assert_false(wheel_name_parse(&a, over, &w, &e));
	assert_non_null(strstr(e.why, "combinations"));
	str longest = repeat(&a, "x", 2000);
	err_clear(&e);
	assert_false(wheel_name_parse(&a, arena_fmt(&a, "foo-1-py3-none-" STR_FMT ".whl", STR_ARG(longest)), &w, &e));
	assert_true(strlen(e.what) < 1000);
	arena_release(&a);
}

static const struct {
	const char *row, *file, *want;
} sdists[] = {
	{ "tar.gz", "foo-1.0.tar.gz", "foo 1.0" },
	{ "zip", "Foo.Bar-1.0.zip", "foo-bar 1.0" },
	{ "dashes in the name", "foo-bar-1.0.tar.gz", "foo-bar 1.0" },
	{ "encoded plus", "foo-1.0%2Bx.tar.gz", "foo 1.0+x" },
	{ "version normalised", "foo-1.0RC.tar.gz", "foo 1.0rc0" },
	{ "any text as name", "a b-1.tar.gz", "a b 1" },
	{ "bz2", "foo-1.0.tar.bz2", "!ends neither" },
	{ "no dash", "foo.tar.gz", "!dash" },
	{ "empty name", "-1.0.tar.gz", "!dash" },
	{ "bad version", "foo-bar.tar.gz", "!version" },
	{ "dash in version", "foo-1-1.tar.gz", "foo-1 1" },
	{ "slash", "a/foo-1.tar.gz", "!characters" },
	{ "empty", "", "!ends neither" },
};

static void sdist_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(sdists); i++) {
		struct arena a = { 0 };
		struct sdist_name s;
		struct err e = { 0 };
		if (sdist_name_parse(&a, str_from(sdists[i].file), &s, &e)) {
			str have = arena_fmt(&a, STR_FMT " " STR_FMT, STR_ARG(s.name), STR_ARG(s.version));
			CHECK_STR(sdists[i].row, have, str_from(sdists[i].want));
		} else {
			CHECK(sdists[i].row, sdists[i].want[0] == '!' && strstr(e.why, sdists[i].want + 1));
			CHECK(sdists[i].row, strcmp(e.id, "sdist-name") == 0);
		}
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wheel_names),
		cmocka_unit_test(limits),
		cmocka_unit_test(sdist_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
