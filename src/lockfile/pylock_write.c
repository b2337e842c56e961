/* pylock_write.c: the lock as a whole: head, packages, [tool.lamina].
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/pylock_write.h"

#include "base/io.h"
#include "base/map.h"
#include "lockfile/pylock_write_parts.h"

/* TOML 1.0 "Basic strings": what must be escaped, and nothing else. Text that is no UTF-8 loses the bytes that spoil it. */
void pylock_add_string(struct buf *out, str s)
{
	bool valid = utf8_valid(s);
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\u%04X", c);
		else if (valid || c < 0x80)
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '"');
}

/* --- lists --- */

static void add_strings(struct buf *out, const struct str_list *list)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < list->n; i++) {
		if (i) buf_add_str(out, S(", "));
		pylock_add_string(out, list->p[i]);
	}
	buf_add_char(out, ']');
}

static void add_list(struct buf *out, const char *key, const struct str_list *list)
{
	if (list->n == 0) return;
	buf_addf(out, "%s = ", key);
	add_strings(out, list);
	buf_add_char(out, '\n');
}

/* One a line: what people compare. */
static void add_lines(struct buf *out, const char *key, const struct str_list *list)
{
	if (list->n == 0) return;
	buf_addf(out, "%s = [\n", key);
	for (size_t i = 0; i < list->n; i++) {
		buf_add_str(out, S("    "));
		pylock_add_string(out, list->p[i]);
		buf_add_str(out, S(",\n"));
	}
	buf_add_str(out, S("]\n"));
}

static void add_text(struct buf *out, const char *key, str value)
{
	if (value.n == 0) return;
	buf_addf(out, "%s = ", key);
	pylock_add_string(out, value);
	buf_add_char(out, '\n');
}

/* --- the head --- */

static bool has_groups(const struct resolution *r)
{
	for (size_t i = 0; i < r->packages.n; i++)
		for (size_t k = 0; k < r->packages.p[i].uses.n; k++)
			if (r->packages.p[i].uses.p[k].group.n) return true;
	return false;
}

/* A name that no group of the project has. */
static str free_group(struct arena *a, const struct resolution *r)
{
	str name = S("main");
	for (unsigned i = 2; str_list_has(&r->groups, name) || str_list_has(&r->default_groups, name); i++)
		name = arena_fmt(a, "main-%u", i);
	return name;
}

static void add_head(struct pylock_writer *w)
{
	const struct resolution *r = w->r;
	struct str_list defaults = { 0 };
	if (w->main_group.n) *vec_push(w->a, &defaults) = w->main_group;
	for (size_t i = 0; i < r->default_groups.n; i++) *vec_push(w->a, &defaults) = r->default_groups.p[i];
	str_list_sort(&defaults);
	buf_add_str(w->out, S("# Written by `lamina lock`. Edit what it was made from, not this file.\nlock-version = \"1.0\"\n"));
	if (r->targets.n) buf_add_str(w->out, S("environments = [\n"));
	for (size_t i = 0; i < r->targets.n; i++) {
		buf_add_str(w->out, S("    \""));
		pylock_add_environment(w->out, &r->targets.p[i]);
		buf_add_str(w->out, S("\",\n"));
	}
	if (r->targets.n) buf_add_str(w->out, S("]\n"));
	add_text(w->out, "requires-python", r->requires_python);
	add_list(w->out, "extras", &r->extras);
	add_list(w->out, "dependency-groups", &r->groups);
	add_list(w->out, "default-groups", &defaults);
	buf_add_str(w->out, S("created-by = \"lamina\"\n"));
	if (r->packages.n == 0) buf_add_str(w->out, S("packages = []\n"));
}

/* --- packages --- */

/* A dependency is told by its name, and by its version where the lock has several. */
static void add_dependency(struct pylock_writer *w, const struct resolved_package *p, str name, const struct map *by_name)
{
	const struct resolution *r = w->r;
	size_t first = (uintptr_t)map_get(by_name, name), alike = 0, other = SIZE_MAX;
	for (size_t i = first - 1; first && i < r->packages.n && str_eq(r->packages.p[i].name, name); i++) alike++, other = i;
	for (size_t i = 0; i < alike; i++) {
		const struct resolved_package *d = &r->packages.p[other + 1 - alike + i];
		if (alike > 1 && !(d->targets & p->targets)) continue;
		buf_add_str(w->out, S("    { name = "));
		pylock_add_string(w->out, name);
		if (alike > 1 && d->version.n) {
			buf_add_str(w->out, S(", version = "));
			pylock_add_string(w->out, d->version);
		}
		buf_add_str(w->out, S(" },\n"));
	}
}

static void add_dependencies(struct pylock_writer *w, const struct resolved_package *p, const struct map *by_name)
{
	bool any = false;
	for (size_t i = 0; i < p->dependencies.n; i++) any = any || map_has(by_name, p->dependencies.p[i]);
	if (!any) {
		/* An empty list says that it needs nothing; no list would say that nobody knows. */
		buf_add_str(w->out, S("dependencies = []\n"));
		return;
	}
	buf_add_str(w->out, S("dependencies = [\n"));
	for (size_t i = 0; i < p->dependencies.n; i++) add_dependency(w, p, p->dependencies.p[i], by_name);
	buf_add_str(w->out, S("]\n"));
}

static bool add_package(struct pylock_writer *w, const struct resolved_package *p, const struct map *by_name)
{
	buf_add_str(w->out, S("\n[[packages]]\n"));
	add_text(w->out, "name", p->name);
	add_text(w->out, "version", p->version);
	add_text(w->out, "marker", pylock_marker_of(w, p));
	add_text(w->out, "requires-python", p->requires_python);
	add_dependencies(w, p, by_name);
	return p->files.n == 0 || pylock_add_files(w, p);
}

static bool add_packages(struct pylock_writer *w)
{
	const struct resolution *r = w->r;
	struct map by_name; /* name -> position + 1 of its first package */
	map_init(&by_name, w->a);
	for (size_t i = r->packages.n; i-- > 0;) *map_put(&by_name, r->packages.p[i].name, NULL) = (void *)(uintptr_t)(i + 1);
	for (size_t i = 0; i < r->packages.n; i++)
		if (!add_package(w, &r->packages.p[i], &by_name)) return false;
	return true;
}

/* --- [tool.lamina] --- */

static void add_tool(struct pylock_writer *w)
{
	const struct resolution *r = w->r;
	char hex[SHA256_HEX + 1];
	struct str_list targets = { 0 };
	for (size_t i = 0; i < r->targets.n; i++) *vec_push(w->a, &targets) = r->targets.p[i].text;
	sha256_hex(&r->inputs, hex);
	buf_addf(w->out, "\n[tool.lamina]\ninputs = \"sha256:%s\"\n", hex);
	buf_add_str(w->out, S("targets = "));
	add_strings(w->out, &targets);
	buf_add_char(w->out, '\n');
	add_list(w->out, "options", &r->options);
	add_list(w->out, "sources", &r->sources);
	add_text(w->out, "main-group", w->main_group);
	add_lines(w->out, "requires", &r->requires);
}

bool pylock_write(const struct resolution *r, str lock_folder, struct buf *out, struct err *e)
{
	struct arena scratch = { 0 };
	struct pylock_writer w = { .r = r, .a = &scratch, .out = out, .e = e };
	w.all = r->targets.n >= 64 ? UINT64_MAX : (UINT64_C(1) << r->targets.n) - 1;
	if (has_groups(r)) w.main_group = free_group(&scratch, r);
	bool ok = path_absolute(&scratch, lock_folder.n ? lock_folder : S("."), &w.folder, e);
	if (ok) {
		add_head(&w);
		ok = add_packages(&w);
		add_tool(&w);
		if (ok && out->over) ok = err_set(e, ERR_FORMAT, "too-large", "the lock would be larger than %zu bytes", out->max);
	}
	arena_release(&scratch);
	return ok;
}
