/* test_pylock_write.c: resolutions as pylock.toml: markers of targets, extras and groups; places of files; what is read back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "lockfile/pylock_write.h"
#include <string.h>

/* "312x 312a 313x": Python's minor version and the machine. */
static void add_targets(struct bench *b, struct resolution *r, const char *words)
{
	str rest = str_from(words), word;
	while (rest.n) {
		str_cut(rest, ' ', &word, &rest);
		bool arm = word.p[word.n - 1] == 'a';
		uint64_t minor = 0;
		str_u64(str_slice(word, 1, word.n - 1), &minor);
		*vec_push(&b->a, &r->targets) = (struct resolved_target){
			.text = arena_fmt(&b->a, "python3.%d/%s", (int)minor, arm ? "arm64" : "x86_64"),
			.python_minor = (int)minor,
			.machine = arm ? S("aarch64") : S("x86_64"),
		};
	}
}

static struct resolved_package *add_package(struct bench *b, struct resolution *r, const char *name, uint64_t targets)
{
	struct resolved_package *p = vec_push(&b->a, &r->packages);
	p->name = str_from(name);
	p->version = S("1.0");
	p->index = S("https://index.example/simple");
	p->targets = targets;
	struct resolved_file *f = vec_push(&b->a, &p->files);
	f->targets = targets;
	f->locked.kind = LOCKED_WHEEL;
	f->locked.file = arena_fmt(&b->a, "%s-1.0-py3-none-any.whl", name);
	f->locked.url = arena_fmt(&b->a, "https://files.example/%s-1.0-py3-none-any.whl", name);
	f->locked.has_sha256 = true;
	return p;
}

static str write(struct bench *b, const struct resolution *r)
{
	struct buf out;
	buf_init(&out, (size_t)1 << 20);
	err_clear(&b->e);
	if (!pylock_write(r, S("."), &out, &b->e)) fail_msg("%s", b->e.what);
	str text = buf_take(&out, &b->a);
	buf_release(&out);
	return text;
}

/* The value of a key's first line, without quotes. */
static str value_of(str text, const char *key)
{
	str line;
	size_t n = strlen(key);
	while (str_line(&text, &line))
		if (str_starts(line, str_from(key)) && str_starts(str_from_pos(line, n), S(" = \"")))
			return str_slice(line, n + 4, line.n - 1);
	return S("");
}

struct use_row {
	const char *extra, *group;
	uint64_t targets;
};

static void markers(void **state)
{
	(void)state;
	static const struct {
		const char *row, *targets;
		struct use_row uses[5]; /* ends with targets 0 */
		const char *marker;
	} rows[] = {
		{ "one target", "312x", { { "", "", 1 } }, "" },
		{ "all of two", "312a 312x", { { "", "", 3 } }, "" },
		{ "one machine", "312a 312x", { { "", "", 1 } }, "platform_machine == 'aarch64'" },
		{ "one machine of two Pythons", "311a 311x 312a 312x", { { "", "", 5 } }, "platform_machine == 'aarch64'" },
		{ "one Python", "311a 311x 312a 312x", { { "", "", 12 } }, "python_version == '3.12'" },
		{ "two Pythons of three", "310x 311x 312x", { { "", "", 6 } }, "python_version == '3.11' or python_version == '3.12'" },
		{ "one corner", "311a 311x 312a 312x", { { "", "", 8 } }, "python_version == '3.12' and platform_machine == 'x86_64'" },
		{ "all but one corner",
		  "311a 311x 312a 312x",
		  { { "", "", 7 } },
		  "python_version == '3.11' or python_version == '3.12' and platform_machine == 'aarch64'" },
		{ "a diagonal",
		  "311a 311x 312a 312x",
		  { { "", "", 9 } },
		  "python_version == '3.11' and platform_machine == 'aarch64' or python_version == '3.12' and platform_machine == 'x86_64'" },
		{ "an extra", "312x", { { "fast", "", 1 } }, "'fast' in extras" },
		{ "two extras", "312a 312x", { { "fast", "", 3 }, { "slow", "", 3 } }, "'fast' in extras or 'slow' in extras" },
		{ "an extra on one", "312a 312x", { { "fast", "", 2 } }, "'fast' in extras and platform_machine == 'x86_64'" },
		{ "two extras on one",
		  "312a 312x",
		  { { "fast", "", 2 }, { "slow", "", 2 } },
		  "('fast' in extras or 'slow' in extras) and platform_machine == 'x86_64'" },
		{ "needed anyway", "312a 312x", { { "", "", 3 }, { "fast", "", 3 } }, "" },
		{ "needed anyway on one",
		  "312a 312x",
		  { { "", "", 1 }, { "fast", "", 3 } },
		  "platform_machine == 'aarch64' or 'fast' in extras and platform_machine == 'x86_64'" },
		{ "a group makes a group of the rest",
		  "312x",
		  { { "", "", 1 }, { "", "dev", 1 } },
		  "'main' in dependency_groups or 'dev' in dependency_groups" },
		{ "a group on several corners",
		  "311a 311x 312a 312x",
		  { { "", "dev", 9 } },
		  "'dev' in dependency_groups and (python_version == '3.11' and platform_machine == 'aarch64' or python_version == '3.12' and "
		  "platform_machine == 'x86_64')" },
		{ "nobody says who", "312a 312x", { { 0 } }, "" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;
		struct resolution r = { 0 };
		bench_begin(&b);
		add_targets(&b, &r, rows[i].targets);
		struct resolved_package *p = add_package(&b, &r, "demo", (UINT64_C(1) << r.targets.n) - 1);
		for (const struct use_row *u = rows[i].uses; u->targets; u++)
			*vec_push(&b.a, &p->uses) = (struct resolved_use){ str_from(u->extra), str_from(u->group), u->targets };
		CHECK_STR(rows[i].row, value_of(write(&b, &r), "marker"), str_from(rows[i].marker));
		bench_end(&b);
	}
}

/* The marker that is written holds for the targets of the mask and no other: all masks of 2 x 2 and 3 x 1 targets. */
static void every_mask(void **state)
{
	(void)state;
	static const char *const sets[] = { "311a 311x 312a 312x", "310x 311x 312x", "311a 312x 313a", "312a 312x 313x" };
	for (size_t s = 0; s < ROWS(sets); s++)
		for (uint64_t mask = 1; mask < 16; mask++) {
			struct bench b;
			struct resolution r = { 0 };
			bench_begin(&b);
			add_targets(&b, &r, sets[s]);
			if (mask >> r.targets.n) {
				bench_end(&b);
				break;
			}
			struct resolved_package *p = add_package(&b, &r, "demo", mask);
			*vec_push(&b.a, &p->uses) = (struct resolved_use){ .targets = mask };
			str text = write(&b, &r);
			for (size_t i = 0; i < r.targets.n; i++) {
				b.target.python_minor = r.targets.p[i].python_minor;
				b.target.values[MARKER_PYTHON_VERSION] = arena_fmt(&b.a, "3.%d", r.targets.p[i].python_minor);
				b.target.values[MARKER_PLATFORM_MACHINE] = r.targets.p[i].machine;
				if (!bench_read(&b, "pylock.toml", arena_cstr(&b.a, text), (struct lock_request){ 0 }))
					fail_msg("%s", b.e.what);
				CHECK(sets[s], b.set.packages.n == (mask >> i & 1));
			}
			bench_end(&b);
		}
}

static void main_group(void **state)
{
	(void)state;
	struct bench b;
	struct resolution r = { 0 };
	bench_begin(&b);
	add_targets(&b, &r, "312a");
	*vec_push(&b.a, &r.groups) = S("dev");
	*vec_push(&b.a, &r.groups) = S("main");
	*vec_push(&b.a, &r.default_groups) = S("dev");
	struct resolved_package *p = add_package(&b, &r, "own", 1);
	*vec_push(&b.a, &p->uses) = (struct resolved_use){ .targets = 1 };
	p = add_package(&b, &r, "tester", 1);
	*vec_push(&b.a, &p->uses) = (struct resolved_use){ .group = S("dev"), .targets = 1 };
	str text = write(&b, &r);
	CHECK_STR("a free name", value_of(text, "main-group"), S("main-2"));
	assert_true(str_contains(text, S("default-groups = [\"dev\", \"main-2\"]\n")));
	const char *lock = arena_cstr(&b.a, text);
	static const struct {
		const char *row;
		bool no_default;
		const char *only, *want;
	} rows[] = { { "defaults", false, NULL, "own 1.0, tester 1.0" },
		         { "no defaults", true, NULL, "own 1.0" },
		         { "only", false, "dev", "tester 1.0" } };
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct lock_request request = { .no_default_groups = rows[i].no_default };
		if (rows[i].only) *vec_push(&b.a, &request.only_groups) = str_from(rows[i].only);
		if (!bench_read(&b, "pylock.toml", lock, request)) fail_msg("%s: %s", rows[i].row, b.e.what);
		CHECK_STR(rows[i].row, bench_packages(&b), str_from(rows[i].want));
	}
	bench_end(&b);
}

static void places(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		enum locked_kind kind;
		const char *index, *file, *url, *path, *want; /* a piece of the text */
	} rows[] = {
		{ "index", LOCKED_WHEEL, "https://i.example/simple", "demo-1.0-py3-none-any.whl",
		  "https://f.example/a/demo-1.0-py3-none-any.whl", "",
		  "index = \"https://i.example/simple\"\nwheels = [\n    { name = \"demo-1.0-py3-none-any.whl\", url = "
		  "\"https://f.example/a/demo-1.0-py3-none-any.whl\", hashes = { sha256 = \"" },
		{ "logins are left out", LOCKED_WHEEL, "https://me:pw@i.example/simple", "demo-1.0-py3-none-any.whl",
		  "https://me:p@w@f.example/demo-1.0-py3-none-any.whl#sha256=00", "",
		  "index = \"https://i.example/simple\"\nwheels = [\n    { name = \"demo-1.0-py3-none-any.whl\", url = "
		  "\"https://f.example/demo-1.0-py3-none-any.whl\", " },
		{ "an at sign in the path stays", LOCKED_WHEEL, "https://i.example/s", "demo-1.0-py3-none-any.whl",
		  "https://f.example/@x/demo-1.0-py3-none-any.whl", "", "url = \"https://f.example/@x/demo-1.0-py3-none-any.whl\"" },
		{ "sdist", LOCKED_SDIST, "https://i.example/simple", "demo-1.0.tar.gz", "https://f.example/demo-1.0.tar.gz", "",
		  "sdist = { name = \"demo-1.0.tar.gz\", url = " },
		{ "direct wheel", LOCKED_WHEEL, "", "demo-1.0-py3-none-any.whl", "https://f.example/demo-1.0-py3-none-any.whl", "",
		  "archive = { url = \"https://f.example/demo-1.0-py3-none-any.whl\", hashes = " },
		{ "path", LOCKED_WHEEL, "", "demo-1.0-py3-none-any.whl", "", "wheels/demo-1.0-py3-none-any.whl",
		  "archive = { path = \"wheels/demo-1.0-py3-none-any.whl\", hashes = " },
		{ "folder", LOCKED_DIRECTORY, "", "", "", "libs/./demo/", "directory = { path = \"libs/demo\" }\n" },
		{ "this folder", LOCKED_DIRECTORY, "", "", "", ".", "directory = { path = \".\" }\n" },
		{ "above", LOCKED_DIRECTORY, "", "", "", "../demo", "directory = { path = \"../demo\" }\n" },
		{ "repository", LOCKED_VCS, "", "", "git+https://me:pw@r.example/demo.git", "",
		  "vcs = { type = \"git\", url = \"https://r.example/demo.git\", commit-id = " },
		{ "quotes", LOCKED_DIRECTORY, "", "", "", "a\"b\\c\nd", "directory = { path = \"a\\\"b\\\\c\\u000Ad\" }\n" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;
		struct resolution r = { 0 };
		bench_begin(&b);
		add_targets(&b, &r, "312a");
		struct resolved_package *p = add_package(&b, &r, "demo", 1);
		p->index = str_from(rows[i].index);
		struct locked_file *f = &p->files.p[0].locked;
		f->kind = rows[i].kind;
		f->file = str_from(rows[i].file);
		f->url = str_from(rows[i].url);
		f->path = str_from(rows[i].path);
		f->vcs_reference = S("abc");
		str text = write(&b, &r);
		if (!str_contains(text, str_from(rows[i].want))) fail_msg("row \"%s\": " STR_FMT, rows[i].row, STR_ARG(text));
		struct lock_request request = { 0 };
		if (!bench_read(&b, "pylock.toml", arena_cstr(&b.a, text), request))
			fail_msg("row \"%s\": %s %s", rows[i].row, b.e.what, b.e.why);
		CHECK(rows[i].row, b.set.packages.n == 1);
		bench_end(&b);
	}
}

static void paths(void **state)
{
	(void)state;
	static const struct {
		const char *folder, *path, *want;
	} rows[] = {
		{ "/a/b", "/a/b/c", "c" },
		{ "/a/b", "/a/b", "." },
		{ "/a/b", "/a/bc", "../bc" },
		{ "/a/bc", "/a/b", "../b" },
		{ "/a/b/c", "/a/x/y", "../../x/y" },
		{ "/", "/a", "a" },
		{ "/a", "/", ".." },
		{ "/a/b", "/a/b/../c", "../c" },
	};
	struct arena a = { 0 };
	for (size_t i = 0; i < ROWS(rows); i++) {
		str out;
		struct err e = { 0 };
		assert_true(pylock_path_from(&a, str_from(rows[i].folder), str_from(rows[i].path), &out, &e));
		while (str_ends(out, S("/"))) out.n--;
		CHECK_STR(rows[i].path, out, str_from(rows[i].want));
	}
	arena_release(&a);
}

static void facts(void **state)
{
	(void)state;
	static const struct {
		const char *time;
		bool kept;
	} rows[] = { { "2024-05-20T21:33:24Z", true },         { "2024-05-20T21:33:24.123456Z", true },
		         { "2024-05-20T21:33:24+00:00", false },   { "2024-05-20 21:33:24Z", false },
		         { "2024-05-20T21:33:24.Z", false },       { "2024-05-20T21:33Z", false },
		         { "2024-05-20T21:33:24.1\"x\"Z", false }, { "", false } };
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;
		struct resolution r = { 0 };
		bench_begin(&b);
		add_targets(&b, &r, "312a");
		struct resolved_file *f = &add_package(&b, &r, "demo", 1)->files.p[0];
		f->upload_time = str_from(rows[i].time);
		f->locked.has_size = true;
		f->locked.size = 17;
		*vec_push(&b.a, &f->locked.other_hashes) = S("sha512:ff");
		str text = write(&b, &r);
		CHECK(rows[i].time, str_contains(text, S("upload-time")) == rows[i].kept);
		CHECK(rows[i].time,
		      str_contains(text, S(", size = 17, hashes = { sha256 = \"")) && str_contains(text, S("\", sha512 = \"ff\" }")));
		bench_end(&b);
	}
}

static void dependencies(void **state)
{
	(void)state;
	struct bench b;
	struct resolution r = { 0 };
	bench_begin(&b);
	add_targets(&b, &r, "312a 312x");
	struct resolved_package *low = add_package(&b, &r, "low", 1);
	*vec_push(&b.a, &low->uses) = (struct resolved_use){ .targets = 1 };
	low = add_package(&b, &r, "low", 2);
	low->version = S("2.0");
	low->files.p[0].locked.file = S("low-2.0-py3-none-any.whl");
	*vec_push(&b.a, &low->uses) = (struct resolved_use){ .targets = 2 };
	struct resolved_package *top = add_package(&b, &r, "top", 3);
	*vec_push(&b.a, &top->dependencies) = S("gone");
	*vec_push(&b.a, &top->dependencies) = S("low");
	str text = write(&b, &r);
	assert_true(str_contains(
	    text,
	    S("dependencies = [\n    { name = \"low\", version = \"1.0\" },\n    { name = \"low\", version = \"2.0\" },\n]\n")));
	assert_true(str_contains(
	    text, S("name = \"low\"\nversion = \"1.0\"\nmarker = \"platform_machine == 'aarch64'\"\ndependencies = []\n")));
	bench_end(&b);
}

static void origin(void **state)
{
	(void)state;
	struct bench b;
	struct resolution r = { 0 };
	struct pylock_origin o;
	bool found;
	bench_begin(&b);
	add_targets(&b, &r, "312a 312x");
	add_package(&b, &r, "demo", 3);
	memset(r.inputs.bytes, 0xab, sizeof r.inputs.bytes);
	*vec_push(&b.a, &r.options) = S("prerelease=allow");
	*vec_push(&b.a, &r.sources) = S("a.txt");
	*vec_push(&b.a, &r.requires) = S("demo; os_name == \"posix\"");
	str text = write(&b, &r);
	assert_true(pylock_origin_read(&b.a, text, S("f/pylock.toml"), &o, &found, &b.e));
	assert_true(found && sha256_eq(&o.inputs, &r.inputs) && o.targets.n == 2 && o.options.n == 1 && o.sources.n == 1 &&
	            o.pins.n == 1);
	CHECK_STR("target", o.targets.p[0], S("python3.12/arm64"));
	CHECK_STR("requires", o.requires.p[0], r.requires.p[0]);
	CHECK_STR("pin", o.pins.p[0].index, S("https://index.example/simple"));
	assert_true(pylock_origin_read(&b.a, S("lock-version = \"1.0\"\n[tool.other]\n"), S("x"), &o, &found, &b.e) && !found);
	static const char *const bad[] = { "x = = 1\n",
		                               "[tool.lamina]\ninputs = \"md5:00\"\n",
		                               "[tool.lamina]\ninputs = 7\n",
		                               "tool = 1\n",
		                               "[tool.lamina]\ninputs = \"sha256:" HEX64 "\"\ntargets = [1]\n",
		                               "packages = [1]\n[tool.lamina]\ninputs = \"sha256:" HEX64 "\"\n" };
	for (size_t i = 0; i < ROWS(bad); i++) {
		err_clear(&b.e);
		CHECK(bad[i],
		      !pylock_origin_read(&b.a, str_from(bad[i]), S("pylock.toml"), &o, &found, &b.e) && b.e.code == ERR_FORMAT);
	}
	bench_end(&b);
}

/* The same bytes for the same resolution, wherever the process stands; a limit that is met is told. */
static void limits(void **state)
{
	(void)state;
	struct bench b;
	struct resolution r = { 0 };
	struct buf out;
	bench_begin(&b);
	add_targets(&b, &r, "312a");
	add_package(&b, &r, "demo", 1);
	assert_true(str_eq(write(&b, &r), write(&b, &r)));
	buf_init(&out, 100);
	assert_false(pylock_write(&r, S("."), &out, &b.e));
	assert_string_equal(b.e.id, "too-large");
	buf_release(&out);
	bench_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(markers),      cmocka_unit_test(every_mask),
		                                cmocka_unit_test(main_group),   cmocka_unit_test(places),
		                                cmocka_unit_test(paths),        cmocka_unit_test(facts),
		                                cmocka_unit_test(dependencies), cmocka_unit_test(origin),
		                                cmocka_unit_test(limits) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
