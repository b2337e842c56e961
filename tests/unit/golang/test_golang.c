/* test_golang.c: what go is given, how it is run, what it lists and how it fails.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "golang/go_command.h"
#include "golang/go_failure.h"
#include "golang/go_list.h"
#include "golang/go_mod.h"
#include "golang/go_run.h"

static const struct {
	const char *row, *path, *want;
} names[] = {
	{ "last element", "example.com/app/cmd/worker", "worker" }, { "one element", "worker", "worker" },
	{ "version behind", "example.com/worker/v2", "worker" },    { "two digits", "example.com/worker/v10", "worker" },
	{ "v1 is a name", "example.com/worker/v1", "v1" },          { "v0 is a name", "example.com/worker/v0", "v0" },
	{ "version of a word", "example.com/worker/v2x", "v2x" },   { "version alone", "v2", "v2" },
	{ "version below one element", "worker/v2", "worker" },
};

static void program_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		CHECK(names[i].row, str_eq(go_program_name(str_from(names[i].path)), str_from(names[i].want)));
}

/* NUL stands as "|" and RS as "^" in these rows. */
static str listing(struct arena *a, const char *text)
{
	char *copy = arena_cstr(a, str_from(text));
	for (char *p = copy; *p; p++) {
		if (*p == '^') *p = '\x1e';
	}
	size_t n = strlen(copy);
	for (size_t i = 0; i < n; i++)
		if (copy[i] == '|') copy[i] = '\0';
	return (str){ copy, n };
}

static void lists(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct go_list list;
	struct err e = { 0 };
	str text = listing(
	    &a,
	    "^errors|errors|/go/src/errors|true|true||||||\n"
	    "^example.com/x/y|y|/cache/example.com/x@v1.2.3/y|false|true|example.com/x@v1.2.3|/cache/example.com/x@v1.2.3|/m|1.17|fy.go|\n"
	    "^example.com/app|main|/app|false|false|example.com/app@|/app|/app/go.mod|1.18|fmain.go|fother.go|etexts/a.txt|derrors|\n");
	/* The standard library's row has one field too many on purpose: an item without a letter. */
	assert_false(go_list_parse(&a, text, &list, &e));
	assert_string_equal(e.id, "go-list");
	err_clear(&e);
	text = listing(
	    &a,
	    "^errors|errors|/go/src/errors|true|true|||||\n"
	    "^example.com/x/y|y|/cache/example.com/x@v1.2.3/y|false|true|example.com/x@v1.2.3|/cache/example.com/x@v1.2.3|/m|1.17|fy.go|\n"
	    "^example.com/app|main|/app|false|false|example.com/app@|/app|/app/go.mod|1.18|fmain.go|fother.go|etexts/a.txt|derrors|\n");
	assert_true(go_list_parse(&a, text, &list, &e));
	assert_int_equal(list.packages.n, 3);
	const struct go_package *p = list.packages.p;
	assert_true(p[0].standard && !p[0].is_root && !go_package_is_cached(&p[0]));
	assert_true(!p[1].standard && !p[1].is_root && go_package_is_cached(&p[1]));
	assert_true(p[2].is_root && !go_package_is_cached(&p[2]) && str_eq(p[2].name, S("main")));
	assert_int_equal(p[2].files.n, 2);
	assert_true(str_eq(p[2].embeds.p[0], S("texts/a.txt")) && str_eq(p[2].depends.p[0], S("errors")));
	assert_true(go_list_parse(&a, S(""), &list, &e) && list.packages.n == 0);
	assert_false(go_list_parse(&a, S("go: something else"), &list, &e));
	err_clear(&e);
	assert_false(go_list_parse(&a, listing(&a, "^cut|main|/x"), &list, &e));
	arena_release(&a);
}

static const struct {
	const char *row, *said, *id;
	enum err_code code;
	const char *why;
} failures[] = {
	{ "compile error", "# example.com/app\n./main.go:3:2: undefined: x\n", "go-build", ERR_FORMAT,
	  "./main.go:3:2: undefined: x" },
	{ "downloads are no complaint", "go: downloading example.com/x v1.0.0\nmain.go:1:1: expected 'package'\n", "go-build",
	  ERR_FORMAT, "main.go:1:1: expected 'package'" },
	{ "C", "# x\nmain.go: In function 'f':\nmain.go:5:37: warning: implicit\n    5 | f();\nmain.go:6:2: error: no such thing\n",
	  "go-build", ERR_FORMAT, "main.go:6:2: error: no such thing" },
	{ "the C linker",
	  "# x\n/go/link: running gcc failed: exit status 1\n/usr/bin/gcc -Wl,-x a.o\n/usr/bin/ld: a.o: in function `f':\nm.c:5: undefined "
	  "reference to `g'\ncollect2: error\n",
	  "go-build", ERR_FORMAT, "m.c:5: undefined reference to `g'" },
	{ "warnings alone", "# x\nm.c:1:1: warning: odd\n", "go-build", ERR_FORMAT, "m.c:1:1: warning: odd" },
	{ "nothing said", "", "go-build", ERR_FORMAT, "the go command ended with status 2 and said nothing" },
	{ "go.mod for later", "go: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)\n", "go-too-old", ERR_IO,
	  NULL },
	{ "a directive for later", "go: errors parsing go.mod:\n/x/go.mod:5: unknown directive: godebug\n", "go-too-old", ERR_IO,
	  "/x/go.mod:5: unknown directive: godebug" },
	{ "no -buildvcs", "flag provided but not defined: -buildvcs\nusage: go build\n", "go-too-old", ERR_IO, NULL },
	{ "go.sum", "main.go:4:2: missing go.sum entry for module providing package x\n", "go-sum", ERR_RESOLVE, NULL },
	{ "checksum", "verifying x@v1: checksum mismatch\n\nSECURITY ERROR\n", "go-sum", ERR_RESOLVE, "SECURITY ERROR" },
	{ "vendor", "go: inconsistent vendoring in /x:\n", "go-sum", ERR_RESOLVE, NULL },
	{ "refused", "x@v1: Get \"http://127.0.0.1:9/x\": dial tcp 127.0.0.1:9: connect: connection refused\n", "go-network",
	  ERR_NETWORK, NULL },
	{ "proxy off", "main.go:4:2: module lookup disabled by GOPROXY=off\n", "go-network", ERR_NETWORK, NULL },
	{ "disk", "write /x: no space left on device\n", "go-disk", ERR_IO, NULL },
	{ "no Go files", "no Go files in /x\n", "go-package", ERR_USAGE, "no Go files in /x" },
};

static void failing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct err e = { 0 };
		CHECK(failures[i].row, !go_failure(S("worker (arm64)"), 2, str_from(failures[i].said), &e));
		CHECK(failures[i].row, strcmp(e.id, failures[i].id) == 0 && e.code == failures[i].code);
		CHECK(failures[i].row, strncmp(e.what, "worker (arm64) ", 15) == 0);
		CHECK(failures[i].row, !failures[i].why || strcmp(e.why, failures[i].why) == 0);
	}
}

static bool has(const struct env *env, const char *variable)
{
	for (char **v = env->vars; *v; v++)
		if (strcmp(*v, variable) == 0) return true;
	return false;
}

static void environment(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char *vars[] = { (char[]){ "PATH=/bin" },
		             (char[]){ "AWS_SECRET_ACCESS_KEY=x" },
		             (char[]){ "GOPRIVATE=corp.example" },
		             (char[]){ "GOOS=plan9" },
		             (char[]){ "GOARCH=mips" },
		             (char[]){ "CGO_ENABLED=1" },
		             (char[]){ "CC=clang" },
		             (char[]){ "GIT_ASKPASS=/x" },
		             (char[]){ "GOAMD64=v3" },
		             (char[]){ "LD_PRELOAD=/x" },
		             NULL };
	struct env env = { vars };
	struct go_settings s = { .goarch = S("amd64") };
	struct env made = go_environment(&a, &env, &s, S("/app"), (str){ 0 });
	assert_true(has(&made, "PATH=/bin") && has(&made, "GOPRIVATE=corp.example") && has(&made, "GIT_ASKPASS=/x"));
	assert_true(has(&made, "GOOS=linux") && has(&made, "GOARCH=amd64") && has(&made, "CGO_ENABLED=0") &&
	            has(&made, "PWD=/app"));
	assert_false(has(&made, "GOOS=plan9") || has(&made, "GOARCH=mips") || has(&made, "CGO_ENABLED=1") ||
	             has(&made, "CC=clang"));
	assert_false(has(&made, "AWS_SECRET_ACCESS_KEY=x") || has(&made, "LD_PRELOAD=/x"));
	s.cgo = true;
	*vec_push(&a, &s.env) = S("GOAMD64=v1");
	made = go_environment(&a, &env, &s, S("/app"), (str){ 0 });
	assert_true(has(&made, "CGO_ENABLED=1") && has(&made, "CC=clang") && has(&made, "GOAMD64=v1") && !has(&made, "GOAMD64=v3"));
	assert_true(str_eq(go_variable(&env, &s, "GOAMD64"), S("v1")) && go_variable(&env, &s, "AWS_SECRET_ACCESS_KEY").n == 0);
	arena_release(&a);
}

static const struct {
	const char *row, *variable;
	bool counts, cgo;
} key_rows[] = {
	{ "flags", "GOFLAGS=-v", true, false },
	{ "level", "GOAMD64=v2", true, false },
	{ "toolchain", "GOTOOLCHAIN=local", true, false },
	{ "proxy", "GOPROXY=off", false, false },
	{ "cache", "GOCACHE=/x", false, false },
	{ "compiler without cgo", "CC=x", false, false },
	{ "compiler with cgo", "CC=x", true, true },
	{ "stranger", "EDITOR=vi", false, true },
};

static void keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof key_rows / sizeof *key_rows; i++) {
		struct arena a = { 0 };
		struct buf with, without;
		struct go_settings s = { .goarch = S("amd64"), .cgo = key_rows[i].cgo };
		char *vars[] = { arena_cstr(&a, str_from(key_rows[i].variable)), NULL };
		struct env set = { vars }, unset = { vars + 1 };
		buf_init(&with, 4096);
		buf_init(&without, 4096);
		go_environment_key(&set, &s, &with);
		go_environment_key(&unset, &s, &without);
		CHECK(key_rows[i].row, str_eq(buf_str(&with), buf_str(&without)) == !key_rows[i].counts);
		buf_release(&with);
		buf_release(&without);
		arena_release(&a);
	}
}

static const struct {
	const char *row, *arch, *variable;
	bool good;
} levels[] = {
	{ "v1", "amd64", "GOAMD64=v1", true },     { "v4", "amd64", "GOAMD64=v4", true },
	{ "v5", "amd64", "GOAMD64=v5", false },    { "word", "amd64", "GOAMD64=avx", false },
	{ "empty", "amd64", "GOAMD64=", true },    { "other architecture", "arm64", "GOAMD64=v5", true },
	{ "v8.0", "arm64", "GOARM64=v8.0", true }, { "v8.2,lse", "arm64", "GOARM64=v8.2,lse", true },
	{ "v9.5", "arm64", "GOARM64=v9.5", true }, { "v9.6", "arm64", "GOARM64=v9.6", false },
	{ "v7", "arm64", "GOARM64=v7", false },    { "v8", "arm64", "GOARM64=v8", false },
};

static void known_levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		char *vars[] = { arena_cstr(&a, str_from(levels[i].variable)), NULL };
		struct env env = { vars };
		struct go_settings s = { .goarch = str_from(levels[i].arch) };
		CHECK(levels[i].row, go_check_level(&env, &s, &e) == levels[i].good);
		CHECK(levels[i].row, levels[i].good || (e.code == ERR_USAGE && strcmp(e.id, "go-level") == 0));
		arena_release(&a);
	}
}

/* --- running --- */

static void add_line(void *context, str line)
{
	struct buf *b = context;
	buf_add_char(b, '<');
	buf_add_str(b, line);
	buf_add_char(b, '>');
}

static struct go_process shell(struct arena *a, const char *script)
{
	static char *no_variables[] = { NULL };
	struct go_process p = { .program = S("/bin/sh"), .env = { no_variables } };
	*vec_push(a, &p.arguments) = S("-c");
	*vec_push(a, &p.arguments) = str_from(script);
	return p;
}

static void running(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct buf lines;
	buf_init(&lines, 65536);
	struct go_process p[4] = { shell(&a, "echo out; echo one >&2; printf 'two\\r\\nthree' >&2; exit 3"),
		                       shell(&a, "cat; pwd; kill -9 $$"),
		                       shell(&a, "head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2"),
		                       shell(&a, "true") };
	p[0].line = add_line;
	p[0].context = &lines;
	p[1].folder = S("/");
	assert_true(go_run(&a, p, 4, 2, NULL, &e));
	assert_true(p[0].status == 3 && str_eq(p[0].output, S("out\n")) && str_eq(buf_str(&lines), S("<one><two><three>")));
	assert_true(p[1].status == 128 + 9 && str_eq(p[1].output, S("/\n")));
	assert_true(p[2].status == 0 && p[2].output.n == 300000 && p[2].tail.n == GO_TAIL_MAX);
	assert_int_equal(p[3].status, 0);
	p[0].program = S("/nonexistent/go");
	assert_false(go_run(&a, p, 1, 1, NULL, &e));
	assert_string_equal(e.id, "go-start");
	err_clear(&e);
	atomic_bool cancel = true;
	p[0] = shell(&a, "sleep 60");
	assert_false(go_run(&a, p, 1, 1, &cancel, &e));
	assert_int_equal(e.code, ERR_INTERRUPT);
	buf_release(&lines);
	arena_release(&a);
}

static const struct {
	const char *row, *text, *want;
} mods[] = {
	{ "plain", "module example.com/x\n\ngo 1.21\n\nrequire a v1\n", "go 1.21" },
	{ "comments and spaces", "module x // go 1.2\n\tgo\t 1.22.1 // later\r\n// go 1.3\n", "go 1.22.1" },
	{ "godebug", "go 1.23\ngodebug panicnil=1\ngodebug (\n\tdefault=go1.21\n\t// no\n\n\thttp2client=0 // off\n)\n",
	  "go 1.23;godebug panicnil=1;godebug default=go1.21;godebug http2client=0" },
	{ "blocks of others", "require (\n\tgo v1\n\tgodebug v1\n)\nreplace(\n\tgo => ../go\n)\ngo 1.20\n", "go 1.20" },
	{ "a block that does not end", "require (\ngo 1.20\n", "" },
	{ "work", "go 1.22\n\nuse (\n\t./a\n)\n\ntoolchain go1.23\n", "go 1.22" },
	{ "nothing", "", "" },
};

static void module_lines(void **state)
{
	(void)state;
	struct arena a = { 0 };
	for (size_t i = 0; i < sizeof mods / sizeof *mods; i++) {
		struct str_list lines = go_mod_lines(&a, str_from(mods[i].text));
		str all = { 0 };
		for (size_t k = 0; k < lines.n; k++)
			all = arena_fmt(&a, STR_FMT "%s" STR_FMT, STR_ARG(all), k ? ";" : "", STR_ARG(lines.p[k]));
		CHECK(mods[i].row, str_eq(all, str_from(mods[i].want)));
	}
	arena_release(&a);
}

static void flags(void **state)
{
	(void)state;
	static const struct {
		const char *row, *flags, *name, *want;
	} rows[] = {
		{ "none", "", "tags", "" },
		{ "one", "-tags=a,b", "tags", "a,b" },
		{ "two dashes, the last", "-tags=a  -mod=mod\t--tags=b=c ", "tags", "b=c" },
		{ "no value", "-tags -v", "tags", "" },
		{ "a longer name", "-ldflagsx=1", "ldflags", "" },
		{ "another", "-modfile=../x.mod", "modfile", "../x.mod" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		CHECK(rows[i].row, str_eq(go_flag_value(str_from(rows[i].flags), rows[i].name), str_from(rows[i].want)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(program_names), cmocka_unit_test(lists),        cmocka_unit_test(module_lines),
		cmocka_unit_test(flags),         cmocka_unit_test(failing),      cmocka_unit_test(environment),
		cmocka_unit_test(keys),          cmocka_unit_test(known_levels), cmocka_unit_test(running),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
