/* fuzz_source.c: projects of every build backend as trees: the first byte chooses the backend, each text after it is a file, with NUL bytes
 * between.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A text is NAME, a line break and the content; a name that ends with "/" is a folder, and folders above a file come by themselves. A
 * pyproject.toml without [build-system] gets the one that the first byte means. Whatever the bytes are: a failure says what and by which rule;
 * a plan names files of the tree, each once and in order, and no path of the wheel leads out of it; asking twice gives the same answer, and
 * asking for metadata alone never says another name or version. */
#include <stdlib.h>

#include "base/map.h"
#include "python/source_ignore.h"
#include "python/source_wheel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES_MAX 64

static const char *const heads[] = {
	"[build-system]\nrequires=[\"flit_core\"]\nbuild-backend=\"flit_core.buildapi\"\n",
	"[build-system]\nrequires=[\"hatchling\"]\nbuild-backend=\"hatchling.build\"\n",
	"[build-system]\nrequires=[\"pdm-backend\"]\nbuild-backend=\"pdm.backend\"\n",
	"[build-system]\nrequires=[\"poetry-core\"]\nbuild-backend=\"poetry.core.masonry.api\"\n",
	"[build-system]\nrequires=[\"uv_build\"]\nbuild-backend=\"uv_build\"\n",
	"[build-system]\nrequires=[\"setuptools\",\"setuptools-scm\"]\nbuild-backend=\"setuptools.build_meta\"\n",
};

struct world {
	struct arena *a;
	struct map texts; /* path -> struct source_entry *, NULL in `text` for folders */
	struct ignore_rules rules;
	str head;
};

struct node {
	struct source_entry entry;
	str text;
};

static bool read_text(void *context, struct arena *a, str path, str *text, struct err *e)
{
	struct world *w = context;
	const struct node *n = map_get(&w->texts, path);
	(void)e;
	if (!n || n->entry.folder) abort(); /* only what is listed is read */
	*text = str_eq(path, S("pyproject.toml")) && !str_contains(n->text, S("[build-system]")) ? arena_join(a, w->head, n->text)
	                                                                                         : n->text;
	return true;
}

static const char *tracked(void *context, struct arena *a, struct str_list *paths)
{
	(void)context;
	*vec_push(a, paths) = S("demo/a.txt");
	return NULL;
}

static bool good_name(str name)
{
	str part, rest = name;
	if (!name.n || name.n > 200 || !utf8_valid(name)) return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '\\') return false;
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		if (!part.n || str_eq(part, S(".")) || str_eq(part, S(".."))) return false;
	}
	return true;
}

/* False when the name, or one above it, is something else already. */
static bool add(struct world *w, str name, bool folder, str text)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] != '/') continue;
		const struct node *above = map_get(&w->texts, str_slice(name, 0, i));
		if (above && !above->entry.folder) return false;
		if (!above && !add(w, str_slice(name, 0, i), true, (str){ 0 })) return false;
	}
	if (map_has(&w->texts, name)) return false;
	struct node *n = arena_new(w->a, struct node);
	n->entry = (struct source_entry){ .path = name, .folder = folder, .size = text.n };
	n->text = text;
	*map_put(&w->texts, name, NULL) = n;
	return true;
}

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct source_entry *)a)->path, ((const struct source_entry *)b)->path);
}

static void list_tree(struct world *w, struct source_tree *tree)
{
	struct source_entry *entries = arena_array(w->a, struct source_entry, w->texts.n);
	const struct node *rules = map_get(&w->texts, S(".gitignore"));
	if (rules && !rules->entry.folder) ignore_add(w->a, &w->rules, (str){ 0 }, rules->text);
	for (size_t i = 0; i < w->texts.n; i++) {
		entries[i] = ((const struct node *)w->texts.entries[i].value)->entry;
		entries[i].ignored = ignore_match(&w->rules, entries[i].path, entries[i].folder);
	}
	if (w->texts.n > 1) qsort(entries, w->texts.n, sizeof *entries, by_path);
	tree->entries = entries;
	tree->n = w->texts.n;
}

static void check(const struct source_tree *tree, const struct source_wheel *wheel)
{
	for (size_t i = 0; i < wheel->files.n; i++) {
		const struct source_member *m = &wheel->files.p[i];
		if (str_empty(m->to) || m->to.p[0] == '/' || str_starts(m->to, S("../")) || str_contains(m->to, S("/../"))) abort();
		if (i && str_cmp(wheel->files.p[i - 1].to, m->to) >= 0) abort();
		if (!m->from.n) continue;
		const struct source_entry *entry = source_tree_find(tree, m->from);
		if (!entry || entry->folder) abort();
	}
}

static void check_error(const struct err *e)
{
	if (e->code == ERR_NONE || e->code == ERR_BUG || !e->id || !e->what[0]) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct world w = { .a = &a };
	struct source_tree tree = { .where = S("work/demo"), .context = &w, .read = read_text };
	struct source_wheel wheel = { 0 }, again = { 0 }, short_one = { 0 };
	struct err e = { 0 }, second = { 0 }, third = { 0 };
	struct notes notes, more;
	if (size < 2 || size > 100000) return 0;
	map_init(&w.texts, &a);
	w.head = str_from(heads[data[0] % (sizeof heads / sizeof *heads)]);
	tree.vcs = (struct source_vcs){ .git = data[0] & 64, .folder_ignored = data[0] & 32, .tracked = tracked };
	str rest = { (const char *)data + 1, size - 1 }, one;
	for (size_t i = 0; rest.n && i < FILES_MAX; i++) {
		str name, text = { 0 };
		if (!str_cut(rest, '\0', &one, &rest)) rest = (str){ 0 };
		if (!str_cut(one, '\n', &name, &text)) name = one;
		bool folder = str_ends(name, S("/"));
		if (folder) name.n--;
		if (good_name(name)) add(&w, name, folder, text.p ? text : S(""));
	}
	list_tree(&w, &tree);
	note_init(&notes, &a);
	note_init(&more, &a);
	bool planned = source_wheel_plan(&a, &tree, &notes, &wheel, &e);
	if (planned)
		check(&tree, &wheel);
	else
		check_error(&e);
	if (source_wheel_plan(&a, &tree, &more, &again, &second) != planned || notes.list.n != more.list.n) abort();
	if (planned && !str_eq(wheel.metadata, again.metadata)) abort();
	if (!source_wheel_metadata(&a, &tree, &more, &short_one, &third))
		check_error(&third);
	else if (planned && (!str_eq(wheel.version, short_one.version) || !str_eq(wheel.name, short_one.name)))
		abort();
	if (planned && third.code) abort();
	arena_release(&a);
	return 0;
}
