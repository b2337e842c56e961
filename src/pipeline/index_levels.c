/* index_levels.c: the levels between the command line and the environment.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/index_levels.h"

#include "base/io.h"
#include "format/toml.h"
#include "lockfile/lock_sources.h"

#define PYPROJECT_MAX ((size_t)4 << 20)

void index_level_of_project(struct arena *a, const struct project *project, struct index_level *level)
{
	for (size_t i = 0; i < project->indexes.n; i++) {
		const struct project_index *from = &project->indexes.p[i];
		struct index_definition *to = vec_push(a, &level->indexes);
		*to =
		    (struct index_definition){ .name = from->name, .url = from->url, .where = from->where, .packages = from->packages };
		to->is_default = from->is_default;
		to->has_username = from->username.n > 0;
		to->username = from->username;
		to->has_password = from->password.n > 0;
		to->password = from->password;
	}
	if (project->config_folder.n) level->directory = project->config_folder;
	level->origin = S("lamina.toml");
}

void index_level_of_options(struct arena *a, const struct lock_options *o, str origin, struct index_inputs *inputs)
{
	if (!o->index_url.p && o->extra_index_urls.n == 0 && o->find_links.n == 0 && o->trusted_hosts.n == 0 && !o->no_index)
		return;
	struct index_level *level = vec_push(a, &inputs->project);
	level->origin = origin;
	level->index_url = o->index_url;
	level->extra_index_urls = o->extra_index_urls;
	level->find_links = o->find_links;
	level->trusted_hosts = o->trusted_hosts;
	level->has_no_index = level->no_index = o->no_index;
}

/* --- pyproject.toml --- */

static str text_of(const struct toml_value *table, const char *key)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	return v && v->type == TOML_STRING ? v->u.string : (str){ 0 };
}

static bool truth_of(const struct toml_value *table, const char *key)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	return v && v->type == TOML_BOOL && v->u.boolean;
}

/* POETRY_HTTP_BASIC_<NAME>_USERNAME and _PASSWORD, as Poetry reads them: upper case, other characters become "_". */
static str poetry_secret(struct arena *a, const struct env *env, str name, const char *what)
{
	str key = arena_fmt(a, "POETRY_HTTP_BASIC_" STR_FMT "_%s", STR_ARG(name), what);
	char *p = arena_cstr(a, key);
	for (size_t i = 0; i < key.n; i++) {
		if (ascii_lower(p[i])) p[i] = (char)(p[i] - ('a' - 'A'));
		if (!ascii_alnum(p[i])) p[i] = '_';
	}
	const char *value = env_get_nonempty(env, p);
	return value ? str_from(value) : (str){ 0 };
}

static void add_poetry(struct arena *a, const struct env *env, const struct toml_value *source, struct index_level *level)
{
	str priority = text_of(source, "priority"), url = text_of(source, "url"), name = text_of(source, "name");
	if (url.n == 0) return;
	struct index_definition *d = vec_push(a, &level->indexes);
	*d = (struct index_definition){ .name = name, .url = url, .where = level->origin };
	d->is_default = truth_of(source, "default") || str_eq(priority, S("default"));
	d->is_explicit = str_eq(priority, S("explicit"));
	d->username = poetry_secret(a, env, name, "USERNAME");
	d->has_username = d->username.n > 0;
	d->password = poetry_secret(a, env, name, "PASSWORD");
	d->has_password = d->password.n > 0;
}

static void add_uv(struct arena *a, const struct toml_value *index, struct index_level *level)
{
	str url = text_of(index, "url");
	if (url.n == 0) return;
	struct index_definition *d = vec_push(a, &level->indexes);
	*d = (struct index_definition){ .name = text_of(index, "name"), .url = url, .where = level->origin };
	d->is_default = truth_of(index, "default");
	d->is_explicit = truth_of(index, "explicit");
}

void index_level_of_pyproject(struct arena *a, str folder, const struct env *env, struct index_inputs *inputs)
{
	struct toml_document d;
	struct err ignored = { 0 };
	str text, path = path_join(a, folder, S("pyproject.toml"));
	if (!io_read_file(a, path.p, PYPROJECT_MAX, &text, &ignored) || !toml_parse(a, text, path, &d, &ignored)) return;
	const struct toml_value *uv = toml_at(d.root, "tool.uv.index"), *poetry = toml_at(d.root, "tool.poetry.source");
	if (!uv && !poetry) return;
	struct index_level *level = vec_push(a, &inputs->project);
	level->origin = path;
	level->directory = path_dir(path);
	for (size_t i = 0; uv && uv->type == TOML_ARRAY && i < uv->u.array.n; i++) add_uv(a, uv->u.array.p[i], level);
	for (size_t i = 0; poetry && poetry->type == TOML_ARRAY && i < poetry->u.array.n; i++)
		add_poetry(a, env, poetry->u.array.p[i], level);
}

static bool is_built_in(str url)
{
	str known = index_built_in_default();
	while (str_ends(url, S("/"))) url.n--;
	while (str_ends(known, S("/"))) known.n--;
	return known.n && str_eq(url, known);
}

void index_level_of_lock(struct arena *a, str lock, const struct env *env, struct index_inputs *inputs)
{
	struct lock_sources sources;
	lock_sources_read(a, lock, env, &sources);
	if (sources.n == 0) return;
	struct index_level *level = vec_push(a, &inputs->project);
	level->origin = lock;
	level->directory = path_dir(lock);
	for (size_t i = 0; i < sources.n; i++) {
		const struct lock_source *s = &sources.p[i];
		if (s->is_default && is_built_in(s->url)) continue;
		if (s->is_page) {
			*vec_push(a, &level->find_links) = s->url;
			continue;
		}
		struct index_definition *d = vec_push(a, &level->indexes);
		*d = (struct index_definition){ .name = s->name, .url = s->url, .where = lock, .packages = s->include };
		d->is_default = s->is_default;
		d->is_explicit = s->is_explicit;
		d->username = s->username;
		d->has_username = s->username.n > 0;
		d->password = s->password;
		d->has_password = s->password.n > 0;
	}
}
