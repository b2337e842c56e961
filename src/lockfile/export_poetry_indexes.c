/* export_poetry_indexes.c: --index-url and --extra-index-url as `poetry export` writes them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: poetry 2.5, factory.py (create_pool), repository_pool.py, utils/authenticator.py and utils/password_manager.py.
 * The sources of the project come in the order of their priority: primary (also those that older versions knew as default and
 * secondary), supplemental, explicit. The registry that Poetry knows by itself is there unless a primary source is configured.
 * Credentials: POETRY_HTTP_BASIC_<NAME>_USERNAME and _PASSWORD, then [http-basic.NAME] of poetry.toml beside the project, of auth.toml
 * and of config.toml in Poetry's folder. The keyring is not asked. */
#include <string.h>

#include "base/env.h"
#include "base/io.h"
#include "lockfile/export_parts.h"

#define CONFIG_MAX  ((size_t)4 << 20)
#define SOURCES_MAX 1000

enum priority { PRIMARY, SUPPLEMENTAL, EXPLICIT };

struct source {
	str name, url;
	enum priority priority;
};

struct sources {
	struct exporter *x;
	VEC(struct source) list;
	bool has_registry; /* the one that Poetry knows by itself */
	VEC(struct toml_document) config;
};

static str text_of(const struct toml_value *table, const char *key)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	return v && v->type == TOML_STRING ? v->u.string : (str){ 0 };
}

static bool is_registry(str name) { return str_ieq(name, S("pypi")); }

static void read_sources(struct sources *s, const struct toml_document *project)
{
	const struct toml_value *list = toml_at(project->root, "tool.poetry.source");
	bool primary = false, named = false;
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n && i < SOURCES_MAX; i++) {
		const struct toml_value *t = list->u.array.p[i];
		if (t->type != TOML_TABLE) continue;
		struct source *to = vec_push(s->x->a, &s->list);
		str priority = text_of(t, "priority");
		to->name = text_of(t, "name");
		to->url = text_of(t, "url");
		while (str_ends(to->url, S("/"))) to->url.n--;
		to->priority = str_ieq(priority, S("explicit"))       ? EXPLICIT
		               : str_ieq(priority, S("supplemental")) ? SUPPLEMENTAL
		                                                      : PRIMARY;
		if (to->priority == PRIMARY) primary = true;
		if (is_registry(to->name)) named = true;
	}
	s->has_registry = named || !primary;
	if (!named && !primary) *vec_push(s->x->a, &s->list) = (struct source){ .name = S("pypi") };
}

/* --- credentials --- */

static str config_folder(struct sources *s)
{
	const struct env *env = s->x->request->lock.env;
	const char *v = env ? env_get_nonempty(env, "POETRY_CONFIG_DIR") : NULL;
	if (v) return str_from(v);
	if ((v = env ? env_get_nonempty(env, "XDG_CONFIG_HOME") : NULL)) return path_join(s->x->a, str_from(v), S("pypoetry"));
	v = env ? env_get_nonempty(env, "HOME") : NULL;
	return v ? path_join(s->x->a, str_from(v), S(".config/pypoetry")) : (str){ 0 };
}

static bool add_config(struct sources *s, str path, struct err *e)
{
	struct io_stat st;
	str text;
	if (!io_stat(arena_cstr(s->x->a, path), &st, e)) return false;
	if (!st.is_regular) return true;
	if (!io_read_file(s->x->a, arena_cstr(s->x->a, path), CONFIG_MAX, &text, e)) return false;
	struct toml_document d;
	struct err inner = { 0 };
	if (!toml_parse(s->x->a, text, path, &d, &inner)) {
		/* The file holds passwords: nothing of its text must be shown. */
		uint32_t line = 0, column = 0;
		toml_line_column(text, inner.has_offset ? inner.offset : 0, &line, &column);
		err_set(e, ERR_FORMAT, "toml", "this file of Poetry's is no TOML");
		return err_where(e, STR_FMT ":%u:%u", STR_ARG(path), (unsigned)line, (unsigned)column);
	}
	*vec_push(s->x->a, &s->config) = d;
	return true;
}

static bool read_config(struct sources *s, str project_path, struct err *e)
{
	struct arena *a = s->x->a;
	str folder = config_folder(s);
	if (!add_config(s, path_join(a, path_dir(project_path), S("poetry.toml")), e)) return false;
	if (!folder.p) return true;
	return add_config(s, path_join(a, folder, S("auth.toml")), e) && add_config(s, path_join(a, folder, S("config.toml")), e);
}

static str secret(struct sources *s, str name, const char *what)
{
	struct arena *a = s->x->a;
	str upper = arena_fmt(a, "POETRY_HTTP_BASIC_" STR_FMT "_%s", STR_ARG(name), what);
	char *key = arena_cstr(a, upper);
	for (size_t i = 0; i < upper.n; i++) {
		if (ascii_lower(key[i])) key[i] = (char)(key[i] - ('a' - 'A'));
		if (key[i] == '-') key[i] = '_';
	}
	const struct env *env = s->x->request->lock.env;
	const char *value = env ? env_get(env, key) : NULL;
	/* A shell cannot set a name with a dot in it. */
	for (size_t i = 0; i < upper.n; i++)
		if (!ascii_alnum(key[i])) key[i] = '_';
	if (!value && env) value = env_get(env, key);
	if (value) return str_from(value);
	for (size_t i = 0; i < s->config.n; i++) {
		const struct toml_value *all = toml_get(s->config.p[i].root, S("http-basic"));
		const struct toml_value *own = all ? toml_get(all, name) : NULL;
		str text = own ? text_of(own, what[0] == 'U' ? "username" : "password") : (str){ 0 };
		if (text.p) return text;
	}
	return (str){ 0 };
}

/* As urllib.parse.quote with nothing safe. */
static str quote(struct arena *a, str text)
{
	str url = export_file_url(a, text);
	str out = str_from_pos(url, sizeof "file://" - 1), left, right;
	while (str_cut(out, '/', &left, &right)) out = arena_fmt(a, STR_FMT "%%2F" STR_FMT, STR_ARG(left), STR_ARG(right));
	return out;
}

static str netloc(str url)
{
	size_t at = str_find(url, S("://"));
	str rest = at == STR_NONE ? url : str_from_pos(url, at + 3);
	return str_slice(rest, 0, str_chr(rest, '/'));
}

static str authenticated(struct sources *s, const struct source *from)
{
	struct arena *a = s->x->a;
	if (str_contains(netloc(from->url), S("@"))) return from->url;
	str user = secret(s, from->name, "USERNAME"), password = secret(s, from->name, "PASSWORD");
	size_t scheme = str_find(from->url, S("://"));
	if (str_empty(user) || str_empty(password) || scheme == STR_NONE) return from->url;
	return arena_fmt(a, STR_FMT "://" STR_FMT ":" STR_FMT "@" STR_FMT, STR_ARG(str_slice(from->url, 0, scheme)),
	                 STR_ARG(quote(a, user)), STR_ARG(quote(a, password)), STR_ARG(str_from_pos(from->url, scheme + 3)));
}

/* --- lines --- */

bool export_poetry_indexes(struct exporter *x, const struct toml_document *project, const struct str_list *used, struct err *e)
{
	struct sources s = { .x = x };
	const struct source *first = NULL;
	read_sources(&s, project);
	if (x->request->with_credentials && !read_config(&s, project->path, e)) return false;
	x->out->has_indexes = true;
	for (enum priority p = PRIMARY; p <= EXPLICIT; p++)
		for (size_t i = 0; i < s.list.n; i++) {
			const struct source *from = &s.list.p[i];
			if (from->priority != p) continue;
			if (!first && p != EXPLICIT) first = from;
			if (str_empty(from->url) || !str_list_has(used, from->url)) continue;
			struct export_index *to = vec_push(x->a, &x->out->indexes);
			to->url = x->request->with_credentials ? authenticated(&s, from) : from->url;
			to->is_default = !s.has_registry && from == first;
			if (str_starts(to->url, S("http://"))) to->trusted_host = netloc(to->url);
		}
	return true;
}
