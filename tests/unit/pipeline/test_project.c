/* test_project.c: options and lamina.toml -> artifacts, and what is refused, with its place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "base/io.h"
#include "pipeline/project_parts.h"

/* --- lamina.toml as text --- */

static const struct {
	const char *row, *text, *id, *where; /* id: NULL = accepted */
	const char *help;
} configs[] = {
	{ "empty", "", NULL, NULL, NULL },
	{ "byte order mark and Windows line ends", "\xef\xbb\xbf[layer.a]\r\nlock = \"uv.lock\"\r\n", NULL, NULL, NULL },
	{ "one string for a list", "[layer.a]\nrequirements = \"r.txt\"\narch = \"arm64\"\n", NULL, NULL, NULL },
	{ "keys of later commands", "[function.f]\nsource = \"src\"\nmemory-size = 512\n[deploy]\nkeep-versions = 5\n", NULL, NULL,
	  NULL },
	{ "unknown key", "[layer.a]\nrequirments = \"r.txt\"\n", "unknown-key", "lamina.toml:2:1", "`requirements`" },
	{ "unknown table", "[layers.a]\n", "unknown-key", "lamina.toml:1:", "`layer`" },
	{ "key of a function in a layer", "[layer.a]\nhandler = \"x.y\"\n", "unknown-key", "lamina.toml:2:1", NULL },
	{ "list of numbers", "[layer.a]\nrequirements = [1]\n", "wrong-type", "lamina.toml:2:17", NULL },
	{ "number for a string", "[layer.a]\noutput = 1\n", "wrong-type", "lamina.toml:2:10", NULL },
	{ "layer that is no table", "layer = 1\n", "wrong-type", "lamina.toml:1:9", NULL },
	{ "wrong type in [deploy]", "[deploy]\nkeep-versions = \"5\"\n", "wrong-type", "lamina.toml:2:17", NULL },
	{ "wrong type in [check]", "[check]\nignore = [true]\n", "wrong-type", "lamina.toml:2:10", NULL },
	{ "unknown key in [deploy]", "[deploy]\nbuket = \"b\"\n", "unknown-key", "lamina.toml:2:1", "`bucket`" },
	{ "name with a dot", "[layer.\"a.b\"]\n", "bad-value", "lamina.toml:1:8", "letters" },
	{ "layer and function of one name", "[layer.a]\nlock = \"l\"\n[function.a]\nsource = \"s\"\n", "bad-value", "lamina.toml:3",
	  NULL },
	{ "secret in the open", "[index.i]\nurl = \"http://127.0.0.1/\"\npassword = \"x\"\n", "bad-value", "lamina.toml:3:12",
	  NULL },
	{ "variable that is not set", "[index.i]\nurl = \"${NO_SUCH}\"\n", "variable-unset", "lamina.toml:2:7", "NO_SUCH" },
	{ "variable with a default", "[index.i]\nurl = \"${NO_SUCH:-http://127.0.0.1/}\"\n", NULL, NULL, NULL },
	{ "index without an address", "[index.i]\n", "bad-value", "lamina.toml:1:8", NULL },
	{ "packages of an index", "[index.i]\nurl = \"http://127.0.0.1/\"\npackages = true\n", "wrong-type", "lamina.toml:3:12",
	  NULL },
	{ "secret in the address", "[index.i]\nurl = \"http://me:secret@127.0.0.1/\"\n", "bad-value", "lamina.toml:2:7",
	  "password" },
	{ "secret from the environment", "[index.i]\nurl = \"http://me:${A:-x}@127.0.0.1/\"\n", NULL, NULL, NULL },
	{ "address with an at sign", "[index.i]\nurl = \"http://127.0.0.1/a@b\"\n", NULL, NULL, NULL },
	{ "layer that is not there", "[layer.deps]\nlock = \"l\"\n[function.f]\nsource = \"s\"\nlayers = [\"dep\"]\n",
	  "unknown-artifact", "lamina.toml:5:11", "`deps`" },
	{ "layer of AWS", "[function.f]\nsource = \"s\"\nlayers = \"arn:aws:lambda:x\"\n", NULL, NULL, NULL },
	{ "file outside the artifact", "[layer.a]\nfiles = { \"../x\" = \"y\" }\n", "bad-value", "lamina.toml:2:11", NULL },
	{ "not in this version", "[layer.l]\nsplit = 2\n", "not-in-this-version", "lamina.toml:2:1", NULL },
	{ "broken syntax", "[layer.a\n", "toml", "lamina.toml:1:", NULL },
};

static void config_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(configs); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct env env = { 0 };
		struct config config;
		bool ok = config_parse(&a, str_from(configs[i].text), S("lamina.toml"), &env, &config, &e);
		CHECK(configs[i].row, ok == (configs[i].id == NULL));
		if (!ok) {
			CHECK_STR(configs[i].row, str_from(e.id), str_from(configs[i].id));
			CHECK(configs[i].row, e.code == ERR_USAGE);
			CHECK(configs[i].row, str_starts(str_from(e.where), str_from(configs[i].where)));
			CHECK(configs[i].row, !configs[i].help || str_contains(str_from(e.help), str_from(configs[i].help)));
		}
		arena_release(&a);
	}
}

/* --- whole projects --- */

struct made {
	struct arena a;
	struct notes notes;
	struct project project;
	struct err e;
	str folder;
};

static void begin(struct made *m, const char *config)
{
	*m = (struct made){ 0 };
	note_init(&m->notes, &m->a);
	assert_true(io_mkdtemp(&m->a, "/tmp/lamina-project-", &m->folder, &m->e));
	assert_true(io_write_file(path_join(&m->a, m->folder, S("lamina.toml")).p, str_from(config), 0644, false, &m->e));
}

static bool load(struct made *m, struct build_request *request)
{
	struct env env = { 0 };
	request->config = path_join(&m->a, m->folder, S("lamina.toml"));
	return project_load(&m->a, request, &env, &m->notes, &m->project, &m->e);
}

static void end(struct made *m)
{
	struct err ignored = { 0 };
	io_remove_tree(m->folder.p, &ignored);
	arena_release(&m->a);
}

static const char two[] =
    "[defaults]\nruntime = \"python3.12\"\narch = [\"arm64\", \"x86_64\", \"aarch64\"]\nslim = [\"pyc\", \"tests\"]\n"
    "output = \"out/{name}-{arch}.zip\"\n"
    "[layer.deps]\nrequirements = \"r.txt\"\nprovided = [\"layers/base.zip\", \"boto3\"]\n"
    "[function.api]\nsource = \"src\"\nslim = []\n";

static void targets_and_paths(void **state)
{
	(void)state;
	struct made m;
	struct build_request request = { .no_slim = false };
	begin(&m, two);
	assert_true(load(&m, &request));
	assert_int_equal(m.project.artifacts.n, 4); /* aarch64 is arm64 again */
	const struct artifact *x = &m.project.artifacts.p[0];
	CHECK_STR("output", x->output, path_join(&m.a, m.folder, S("out/deps-arm64.zip")));
	CHECK_STR("requirements", x->dependencies.p[0].path, path_join(&m.a, m.folder, S("r.txt")));
	CHECK_STR("a layer is relative to the file", x->provided.p[0], path_join(&m.a, m.folder, S("layers/base.zip")));
	CHECK_STR("a name is a name", x->provided.p[1], S("boto3"));
	assert_int_equal(x->slim, SLIM_PYC | SLIM_TESTS);
	x = &m.project.artifacts.p[2];
	CHECK_STR("source", x->sources.p[0], path_join(&m.a, m.folder, S("src")));
	assert_int_equal(x->kind, ARTIFACT_FUNCTION);
	assert_int_equal(x->slim, SLIM_NOTHING);
	end(&m);
}

static void options_take_defaults(void **state)
{
	(void)state;
	struct made m;
	struct build_request request = { .output = S("mine.zip") };
	begin(&m, two);
	*vec_push(&m.a, &request.requirements) = S("mine.txt");
	*vec_push(&m.a, &request.archs) = S("x86_64");
	assert_true(load(&m, &request));
	assert_int_equal(m.project.artifacts.n, 1);
	const struct artifact *x = &m.project.artifacts.p[0];
	CHECK_STR("name", x->name, S("mine"));
	CHECK_STR("output", x->output, S("mine.zip"));
	assert_int_equal(x->dependencies.n, 1);
	assert_int_equal(x->slim, SLIM_PYC | SLIM_TESTS);
	CHECK_STR("runtime", str_from(x->target.runtime->name), S("python3.12"));
	assert_int_equal(m.project.config_path.n, 0); /* its stamp lives in the store */
	end(&m);
}

static const struct {
	const char *row, *config;
	struct build_request request;
	const char *artifact, *id;
} refusals[] = {
	{ "unknown artifact", two, { .no_slim = false }, "dep", "unknown-artifact" },
	{ "kind without an artifact", two, { .kind = { "layer", 5 } }, NULL, "option-value" },
	{ "name without an artifact", two, { .name = { "x", 1 } }, NULL, "option-value" },
	{ "one path for two targets", two, { .output = { "x.zip", 5 } }, NULL, "output-clash" },
	{ "unknown word in the template", two, { .output = { "{nme}.zip", 9 } }, NULL, "bad-value" },
	{ "no runtime", "[layer.a]\nlock = \"l\"\n", { .no_slim = false }, NULL, "no-runtime" },
	{ "unknown runtime", "[layer.a]\nlock = \"l\"\nruntime = \"python3.99\"\n", { .no_slim = false }, NULL, "unknown-runtime" },
	{ "Python for a runtime without it",
	  "[layer.a]\nlock = \"l\"\nruntime = \"provided.al2023\"\n",
	  { .no_slim = false },
	  NULL,
	  "no-python" },
	{ "nothing to put in", "[layer.a]\nruntime = \"python3.12\"\n", { .no_slim = false }, NULL, "no-input" },
	{ "no artifact", "", { .no_slim = false }, NULL, "no-artifact" },
};

static void refused_projects(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(refusals); i++) {
		struct made m;
		struct build_request request = refusals[i].request;
		begin(&m, refusals[i].config);
		if (refusals[i].artifact) *vec_push(&m.a, &request.names) = str_from(refusals[i].artifact);
		bool ok = load(&m, &request);
		CHECK(refusals[i].row, ok == (refusals[i].id == NULL));
		if (!ok) {
			CHECK_STR(refusals[i].row, str_from(m.e.id), str_from(refusals[i].id));
			CHECK(refusals[i].row, m.e.code == ERR_USAGE);
		}
		end(&m);
	}
}

/* Braces in a folder's name are not the template's. */
static void braces_above(void **state)
{
	(void)state;
	struct made m;
	struct build_request request = { .no_slim = false };
	begin(&m, "");
	str folder = path_join(&m.a, m.folder, S("{x}"));
	assert_true(io_mkdirs(folder.p, &m.e));
	str text = S("[layer.a]\nruntime = \"python3.12\"\narch = \"arm64\"\nlock = \"l\"\noutput = \"{name}.zip\"\n");
	request.config = path_join(&m.a, folder, S("lamina.toml"));
	assert_true(io_write_file(request.config.p, text, 0644, false, &m.e));
	struct env env = { 0 };
	assert_true(project_load(&m.a, &request, &env, &m.notes, &m.project, &m.e));
	CHECK_STR("output", m.project.artifacts.p[0].output, path_join(&m.a, folder, S("a.zip")));
	end(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_texts),     cmocka_unit_test(targets_and_paths), cmocka_unit_test(options_take_defaults),
		cmocka_unit_test(refused_projects), cmocka_unit_test(braces_above),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
