/* test_opt.c: the grammar of the command line, values, help texts, suggestions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <stdio.h>
#include <string.h>

#include "base/opt.h"
#include "base/suggest.h"

static const struct opt table[] = {
	{ .heading = "Input" },
	{ .name = "requirements",
	  .letter = 'r',
	  .takes = OPT_EACH,
	  .metavar = "FILE",
	  .help = "A requirements file; may be repeated." },
	{ .name = "output", .letter = 'o', .takes = OPT_VALUE, .metavar = "FILE", .help = "Write there." },
	{ .name = "jobs", .letter = 'j', .takes = OPT_NUMBER, .min = 1, .max = 64, .help = "Threads." },
	{ .name = "arch", .takes = OPT_LIST, .choices = "x86_64|arm64", .help = "Architectures." },
	{ .name = "kind", .takes = OPT_VALUE, .choices = "layer|function", .help = "What it is." },
	{ .name = "compress", .takes = OPT_VALUE, .choices = "copy|!small|fast|!tiny", .help = "How." },
	{ .heading = "Other" },
	{ .name = "json", .takes = OPT_MAYBE, .choices = "flat", .help = "As JSON." },
	{ .name = "upgrade", .letter = 'U', .takes = OPT_NEXT, .metavar = "NAME", .help = "Newer versions." },
	{ .name = "force", .letter = 'f', .takes = OPT_NOTHING, .help = "Rebuild." },
	{ .name = "secret", .takes = OPT_NOTHING, .hidden = true, .help = "Not shown." },
	{ 0 },
};
static const struct opt more[] = { { .name = "verbose", .letter = 'v', .takes = OPT_NOTHING, .help = "More." }, { 0 } };

/* Words are given in one string; "_" stands for an empty word. */
static size_t words_of(char *line, char *words[32])
{
	size_t n = 0;
	for (char *save = NULL, *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (strcmp(word, "_") == 0) word[0] = '\0';
		words[n++] = word;
	}
	return n;
}

/* All that was given, as "name=value,value name*2 | arguments". */
static str shown(struct arena *a, const struct opt_values *v)
{
	str s = S("");
	for (size_t i = 0; i < v->n_slots; i++) {
		const struct opt_slot *slot = &v->slots[i];
		if (slot->given == 0) continue;
		s = arena_fmt(a, STR_FMT "%s%s*%zu", STR_ARG(s), s.n ? " " : "", slot->opt->name, slot->given);
		for (size_t k = 0; k < slot->values.n; k++)
			s = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(s), k ? "," : "=", STR_ARG(slot->values.p[k]));
	}
	s = arena_fmt(a, STR_FMT " |", STR_ARG(s));
	for (size_t i = 0; i < v->arguments.n; i++) s = arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(s), STR_ARG(v->arguments.p[i]));
	return s;
}

static void grammar(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{ "", " |" },
		{ "a b", " | a b" },
		{ "--output x", "output*1=x |" },
		{ "--output=x=y", "output*1=x=y |" },
		{ "-o x", "output*1=x |" },
		{ "-ox", "output*1=x |" },
		{ "-o=x", "output*1=x |" },
		{ "--compress small", "compress*1=small |" },
		{ "--json --json=flat --json", "json*3=flat |" },
		{ "-f --force", "force*2 |" },
		{ "-r a -r b --requirements=c", "requirements*3=a,b,c |" },
		{ "-r a,b", "requirements*1=a,b |" },
		{ "--arch x86_64,arm64 --arch arm64", "arch*2=x86_64,arm64,arm64 |" },
		{ "a --force b", "force*1 | a b" },
		{ "-fv", "force*1 verbose*1 |" },
		{ "-vv -v", "verbose*3 |" },
		{ "-force", "output*1=rce force*1 |" }, /* as getopt(3) has it */
		{ "-fvj4", "jobs*1=4 force*1 verbose*1 |" },
		{ "-fvj 4", "jobs*1=4 force*1 verbose*1 |" },
		{ "-f -- -v --force", "force*1 | -v --force" },
		{ "-", " | -" },
		{ "-o -", "output*1=- |" },
		{ "--output=-x", "output*1=-x |" },
		{ "--json x", "json*1 | x" },
		{ "--json=flat x", "json*1=flat | x" },
		{ "--upgrade", "upgrade*1 |" },
		{ "--upgrade a -U b", "upgrade*2=a,b |" },
		{ "--upgrade -f", "upgrade*1 force*1 |" },
		{ "--upgrade -- a", "upgrade*1 | a" },
		{ "--secret", "secret*1 |" },
		{ "-r a -- -- b", "requirements*1=a | -- b" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		char line[200], *words[32];
		snprintf(line, sizeof line, "%s", rows[i][0]);
		size_t n = words_of(line, words);
		const struct opt *const tables[] = { table, NULL, more };
		struct opt_values v;
		struct err e = { 0 };
		opt_begin(&v, &a, tables, 3);
		if (!opt_parse(&v, words, n, false, NULL, &e)) fail_msg("%s: %s", rows[i][0], e.what);
		CHECK_STR(rows[i][0], shown(&a, &v), str_from(rows[i][1]));
		arena_release(&a);
	}
}

static void refusals(void **state)
{
	(void)state;
	static const struct {
		const char *line, *id, *what, *help;
	} rows[] = {
		{ "--requirments x", "unknown-option", "unknown option `--requirments`", "did you mean `--requirements`?" },
		{ "--out x", "unknown-option", "unknown option `--out`", "did you mean `--output`?" },
		{ "--secrets", "unknown-option", "unknown option `--secrets`", "`lamina x --help` lists the options" },
		{ "--zzzzzz", "unknown-option", "unknown option `--zzzzzz`", "`lamina x --help` lists the options" },
		{ "-x", "unknown-option", "unknown option `-x`", "`lamina x --help` lists the options" },
		{ "-fx", "unknown-option", "unknown option `-x`", "`lamina x --help` lists the options" },
		{ "-kind", "unknown-option", "unknown option `-k`", "did you mean `--kind`?" },
		{ "-o", "option-needs-value", "`--output` needs a value: FILE", "" },
		{ "--output", "option-needs-value", "`--output` needs a value: FILE", "" },
		{ "--output --force", "option-needs-value", NULL, "a value that begins with `-` is written `--output=--force`" },
		{ "--output=", "option-needs-value", "`--output` has an empty value", NULL },
		{ "--output _", "option-needs-value", "`--output` has an empty value", NULL },
		{ "--arch x86_64,", "option-needs-value", "`--arch` has an empty value", NULL },
		{ "--json=", "option-needs-value", NULL, NULL },
		{ "--json=flatt", "option-value", "`--json` cannot be `flatt`", "did you mean `flat`?" },
		{ "--kind=Layer", "option-value", "`--kind` cannot be `Layer`", "did you mean `layer`?" },
		{ "--kind=table", "option-value", "`--kind` cannot be `table`", NULL },
		{ "--force=yes", "option-takes-no-value", "`--force` takes no value", "" },
		{ "-j 0", "option-value", "`--jobs` cannot be `0`", "" },
		{ "-j65", "option-value", "`--jobs` cannot be `65`", "" },
		{ "-j4x", "option-value", "`--jobs` cannot be `4x`", "" },
		{ "--jobs=-1", "option-value", "`--jobs` cannot be `-1`", "" },
		{ "-o x -o y", "option-twice", "`--output` is given twice", "" },
		{ "-o x --output x", "option-twice", "`--output` is given twice", "" },
		{ "-j 4 -fj5", "option-twice", "`--jobs` is given twice", "" },
		{ "--json=flat --json --json=flat", "option-twice", "`--json` is given twice", "" },
		{ "--compress=smal", "option-value", "`--compress` cannot be `smal`", "" }, /* nothing hidden is suggested */
		{ "--=x", "unknown-option", "unknown option `--`", "`lamina x --help` lists the options" },
		{ "---force", "unknown-option", "unknown option `---force`", "did you mean `--force`?" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		char line[200], *words[32];
		snprintf(line, sizeof line, "%s", rows[i].line);
		size_t n = words_of(line, words);
		const struct opt *const tables[] = { table };
		struct opt_values v;
		struct err e = { 0 };
		opt_begin(&v, &a, tables, 1);
		v.help = "lamina x --help";
		CHECK(rows[i].line, !opt_parse(&v, words, n, false, NULL, &e) && e.code == ERR_USAGE);
		CHECK(rows[i].line, strcmp(e.id, rows[i].id) == 0);
		if (rows[i].what) CHECK_STR(rows[i].line, str_from(e.what), str_from(rows[i].what));
		if (rows[i].help) CHECK_STR(rows[i].line, str_from(e.help), str_from(rows[i].help));
		arena_release(&a);
	}
}

static void in_front_of_a_command(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char v_word[] = "-v", build[] = "build", after[] = "--after";
	char *words[] = { v_word, build, after };
	const struct opt *const tables[] = { more };
	struct opt_values v;
	struct err e = { 0 };
	size_t used = 0;
	opt_begin(&v, &a, tables, 1);
	assert_true(opt_parse(&v, words, 3, true, &used, &e));
	assert_int_equal(used, 1);
	assert_int_equal(opt_count(&v, "verbose"), 1);
	arena_release(&a);
}

static void values(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char line[] = "-j 7 -o b -r x --json=flat", *words[32];
	size_t n = words_of(line, words);
	const struct opt *const tables[] = { table };
	struct opt_values v;
	struct err e = { 0 };
	opt_begin(&v, &a, tables, 1);
	assert_true(opt_parse(&v, words, n, false, NULL, &e));
	assert_true(opt_number(&v, "jobs", 3) == 7);
	CHECK_STR("one value", opt_value(&v, "output"), S("b"));
	assert_string_equal(opt_cstr(&v, "output"), "b");
	assert_null(opt_cstr(&v, "kind"));
	assert_int_equal(opt_list(&v, "requirements")->n, 1);
	assert_int_equal(opt_list(&v, "arch")->n, 0);
	assert_true(opt_given(&v, "json") && !opt_given(&v, "force"));
	CHECK_STR("of a flag", opt_value(&v, "json"), S("flat"));
	arena_release(&a);
}

static void help_text(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 10000);
	opt_help(&b, table);
	str rest = buf_str(&b), line;
	static const char *const want[] = {
		"",
		"Input:",
		"  -r, --requirements FILE   A requirements file; may be repeated.",
		"  -o, --output FILE         Write there.",
		"  -j, --jobs N              Threads.",
		"      --arch x86_64|arm64   Architectures.",
		"      --kind layer|function",
		"                            What it is.",
		"      --compress copy|fast  How.",
		"",
		"Other:",
		"      --json[=flat]         As JSON.",
		"  -U, --upgrade [NAME]      Newer versions.",
		"  -f, --force               Rebuild.",
	};
	for (size_t i = 0; i < ROWS(want); i++) {
		assert_true(str_line(&rest, &line));
		CHECK_STR(want[i], line, str_from(want[i]));
	}
	assert_int_equal(rest.n, 0);
	buf_clear(&b);
	opt_wrap(&b, S("one two three\n\nfour"), 72, 4);
	CHECK_STR("wrapped", buf_str(&b), S("one two\n    three\n    \n    four\n"));
	buf_release(&b);
}

static void choices(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char line[] = "--compress=x", *words[32];
	size_t n = words_of(line, words);
	const struct opt *const tables[] = { table };
	struct opt_values v;
	struct err e = { 0 };
	opt_begin(&v, &a, tables, 1);
	assert_false(opt_parse(&v, words, n, false, NULL, &e));
	CHECK_STR("the hidden ones are not told", str_from(e.why), S("it is one of copy, fast"));
	struct str_list all = { 0 }, shown = { 0 };
	opt_choices(&a, "!a|b|!c", true, &all);
	opt_choices(&a, "!a|b|!c", false, &shown);
	assert_true(all.n == 3 && shown.n == 1);
	CHECK_STR("without its mark", all.p[2], S("c"));
	CHECK_STR("shown", shown.p[0], S("b"));
	arena_release(&a);
}

static void suggestions(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t distance;
	} distances[] = {
		{ "", "", 0 },      { "", "abc", 3 },    { "kitten", "sitting", 3 },
		{ "ab", "ba", 1 },  { "abc", "acb", 1 }, { "foo_bar", "Foo-Bar", 0 },
		{ "ca", "abc", 3 },
	};
	for (size_t i = 0; i < ROWS(distances); i++)
		CHECK(distances[i].a, suggest_distance(str_from(distances[i].a), str_from(distances[i].b)) == distances[i].distance);
	char text[100];
	memset(text, 'a', sizeof text);
	str longer = { text, sizeof text };
	assert_true(suggest_distance(longer, S("a")) == SIZE_MAX);
	static const str names[] = {
		{ "python3.11", 10 }, { "python3.12", 10 }, { "provided.al2", 12 }, { "provided.al2023", 15 }
	};
	static const char *const rows[][2] = {
		{ "python3.21", "python3.11" },
		{ "python-3.12", "python3.12" },
		{ "prov", "provided.al2" },
		{ "ruby", "" },
		{ "provided.al2032", "provided.al2023" },
		{ "x", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK_STR(rows[i][0], suggest_nearest(str_from(rows[i][0]), names, ROWS(names)), str_from(rows[i][1]));
	assert_int_equal(suggest_nearest(longer, names, ROWS(names)).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grammar),     cmocka_unit_test(refusals),  cmocka_unit_test(in_front_of_a_command),
		cmocka_unit_test(values),      cmocka_unit_test(help_text), cmocka_unit_test(choices),
		cmocka_unit_test(suggestions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
