/* fuzz_source_setuptools.c: projects of setuptools: pyproject.toml, setup.cfg, MANIFEST.in, setup.py and a module, with NUL bytes between.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever the bytes are: a failure says what and by which rule; a plan names files of the tree, each once and in order, and no path
 * of the wheel leads out of it. */
#include <stdlib.h>

#include "python/source_wheel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define N_TEXTS 5
static const char *const text_names[N_TEXTS] = { "pyproject.toml", "setup.cfg", "MANIFEST.in", "setup.py",
	                                             "src/demo/__init__.py" };
static const struct {
	const char *path;
	bool folder;
} names[] = {
	{ "LICENSE", false },
	{ "MANIFEST.in", false },
	{ "README.md", false },
	{ "demo.py", false },
	{ "pyproject.toml", false },
	{ "setup.cfg", false },
	{ "setup.py", false },
	{ "src", true },
	{ "src/demo", true },
	{ "src/demo/__init__.py", false },
	{ "src/demo/a.txt", false },
	{ "src/demo/sub", true },
	{ "src/demo/sub/.h", false },
	{ "src/demo/sub/b.pyi", false },
	{ "src/demo/sub/c.json", false },
	{ "src/demo/sub/x", true },
	{ "src/demo/sub/x/d.txt", false },
	{ "src/mod.py", false },
	{ "tests", true },
	{ "tests/test_a.py", false },
};
#define N_NAMES (sizeof names / sizeof *names)

struct texts {
	str text[N_TEXTS];
};

static bool read_text(void *context, struct arena *a, str path, str *text, struct err *e)
{
	const struct texts *t = context;
	(void)a;
	(void)e;
	*text = S("text\n");
	for (size_t i = 0; i < N_TEXTS; i++)
		if (str_eq(path, str_from(text_names[i]))) *text = t->text[i];
	return true;
}

static void check(const struct source_tree *tree, const struct source_wheel *w)
{
	for (size_t i = 0; i < w->files.n; i++) {
		const struct source_member *m = &w->files.p[i];
		if (str_empty(m->to) || m->to.p[0] == '/' || str_starts(m->to, S("../")) || str_contains(m->to, S("/../"))) abort();
		if (i && str_cmp(w->files.p[i - 1].to, m->to) >= 0) abort();
		if (m->from.n && !source_tree_find(tree, m->from)) abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct texts texts = { 0 };
	struct source_entry entries[N_NAMES] = { 0 };
	struct source_tree tree = { .where = S("demo"), .entries = entries, .context = &texts, .read = read_text };
	struct source_wheel wheel;
	struct notes notes;
	str rest = { (const char *)data, size };
	bool given[N_TEXTS] = { false };
	if (size > 100000) return 0;
	for (size_t i = 0; i < N_TEXTS; i++) {
		given[i] = rest.p != NULL;
		if (!rest.p || !str_cut(rest, '\0', &texts.text[i], &rest)) {
			if (given[i]) texts.text[i] = rest;
			rest = (str){ 0 };
		}
		if (!texts.text[i].p) texts.text[i] = S("");
	}
	for (size_t i = 0; i < N_NAMES; i++) {
		bool there = true;
		for (size_t j = 0; j < N_TEXTS; j++)
			if (str_eq(str_from(names[i].path), str_from(text_names[j]))) there = given[j];
		if (there) entries[tree.n++] = (struct source_entry){ .path = str_from(names[i].path), .folder = names[i].folder };
	}
	note_init(&notes, &a);
	if (source_wheel_plan(&a, &tree, &notes, &wheel, &e))
		check(&tree, &wheel);
	else if (e.code == ERR_NONE || e.code == ERR_BUG || !e.id || !e.what[0])
		abort();
	arena_release(&a);
	return 0;
}
