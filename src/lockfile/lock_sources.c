/* lock_sources.c: indexes of Pipfile.lock and pdm.lock.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/lock_sources.h"

#include "base/buf.h"
#include "base/io.h"
#include "format/json.h"
#include "format/toml.h"
#include "lockfile/lockfile.h"

#define SOURCES_MAX 1000

str lock_sources_expand(struct arena *a, str text, const struct env *env)
{
	struct buf b;
	if (!env || str_chr(text, '$') == STR_NONE) return text;
	buf_init(&b, (size_t)1 << 16);
	for (size_t i = 0; i < text.n;) {
		size_t from = i + 1, to;
		bool brace = str_at(text, from) == '{';
		if (brace) from++;
		for (to = from; ascii_alnum(str_at(text, to)) || str_at(text, to) == '_';) to++;
		const char *value = NULL;
		if (text.p[i] == '$' && to > from && (!brace || str_at(text, to) == '}'))
			value = env_get(env, arena_cstr(a, str_slice(text, from, to)));
		if (!value) {
			buf_add_char(&b, text.p[i++]);
			continue;
		}
		buf_add_str(&b, str_from(value));
		i = to + brace;
	}
	str out = buf_take(&b, a);
	buf_release(&b);
	return out;
}

static str json_text(const struct json_value *table, const char *key)
{
	const struct json_value *v = json_get(table, str_from(key));
	return v && v->type == JSON_STRING ? v->text : (str){ 0 };
}

static void of_pipfile(struct arena *a, str text, const struct env *env, struct lock_sources *out)
{
	struct json_value *root;
	struct err ignored = { 0 };
	if (!json_parse(a, text, &root, &ignored)) return;
	const struct json_value *meta = json_get(root, S("_meta")), *list = meta ? json_get(meta, S("sources")) : NULL;
	for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->items.n && i < SOURCES_MAX; i++) {
		str url = lock_sources_expand(a, json_text(list->items.p[i], "url"), env);
		if (str_empty(url)) continue;
		struct lock_source *s = vec_push(a, out);
		s->name = json_text(list->items.p[i], "name");
		s->url = url;
		s->is_default = i == 0;
		s->is_explicit = i > 0;
	}
}

static str toml_text(const struct toml_value *table, const char *key)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	return v && v->type == TOML_STRING ? v->u.string : (str){ 0 };
}

/* The source that is called as pdm's own replaces it. */
static void of_pdm(struct arena *a, str text, str path, const struct env *env, struct lock_sources *out)
{
	struct toml_document d;
	struct err ignored = { 0 };
	if (!toml_parse(a, text, path, &d, &ignored)) return;
	const struct toml_value *list = toml_at(d.root, "tool.pdm.source");
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n && i < SOURCES_MAX; i++) {
		const struct toml_value *t = list->u.array.p[i];
		if (t->type != TOML_TABLE || str_empty(toml_text(t, "url"))) continue;
		struct lock_source *s = vec_push(a, out);
		s->name = toml_text(t, "name");
		s->url = lock_sources_expand(a, toml_text(t, "url"), env);
		s->username = lock_sources_expand(a, toml_text(t, "username"), env);
		s->password = lock_sources_expand(a, toml_text(t, "password"), env);
		s->is_default = str_ieq(s->name, S("pypi"));
		s->is_page = str_eq(toml_text(t, "type"), S("find_links"));
		toml_want_strings(a, &d, t, "include_packages", false, &s->include, &ignored);
	}
}

void lock_sources_read(struct arena *a, str path, const struct env *env, struct lock_sources *out)
{
	struct err ignored = { 0 };
	str text, base = path_base(path);
	bool pipfile = str_eq(base, S("Pipfile.lock"));
	*out = (struct lock_sources){ 0 };
	if (!pipfile && !str_eq(base, S("pdm.lock"))) return;
	str file = pipfile ? path : path_join(a, path_dir(path), S("pyproject.toml"));
	if (!io_read_file(a, arena_cstr(a, file), LOCK_FILE_MAX, &text, &ignored)) return;
	if (pipfile)
		of_pipfile(a, text, env, out);
	else
		of_pdm(a, text, file, env, out);
}
