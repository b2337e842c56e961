/* build_index.c: the indexes of a build: options and environment, [index.*] of lamina.toml, then what projects and requirements say.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `index_key` stands for the answer in build keys and in the names of remembered listings: another index must not be answered from
 * this one's memory. It holds no credentials. */
#include <string.h>

#include "format/toml.h"
#include "pipeline/build_parts.h"

#define PYPROJECT_MAX ((size_t)4 << 20)

static bool make(struct build *b, struct build_index *x)
{
	struct buf text;
	if (!index_config_make(b->a, &x->inputs, &x->config, b->e)) return false;
	buf_init(&text, (size_t)1 << 20);
	for (size_t i = 0; i < x->config.sources.n; i++) {
		const struct index_source *s = &x->config.sources.p[i];
		buf_addf(&text, "index " STR_FMT " %d %d", STR_ARG(s->url), s->is_default, s->is_explicit);
		for (size_t k = 0; k < s->packages.n; k++) buf_addf(&text, " " STR_FMT, STR_ARG(s->packages.p[k]));
		buf_add_char(&text, '\n');
	}
	for (size_t i = 0; i < x->config.find_links.n; i++)
		buf_addf(&text, "links " STR_FMT "\n", STR_ARG(x->config.find_links.p[i]));
	buf_addf(&text, "no-index %d\n", x->config.no_index);
	x->key = buf_take(&text, b->a);
	buf_release(&text);
	*vec_push(b->a, &b->indexes) = x;
	return true;
}

bool build_index_begin(struct build *b)
{
	struct build_index *base = arena_new(b->a, struct build_index);
	base->inputs = *b->options->index;
	struct index_level *level = &base->inputs.lamina_toml;
	for (size_t i = 0; i < b->project->indexes.n; i++) {
		const struct project_index *from = &b->project->indexes.p[i];
		struct index_definition *to = vec_push(b->a, &level->indexes);
		*to =
		    (struct index_definition){ .name = from->name, .url = from->url, .where = from->where, .packages = from->packages };
		to->is_default = from->is_default;
		to->has_username = from->username.n > 0;
		to->username = from->username;
		to->has_password = from->password.n > 0;
		to->password = from->password;
	}
	if (b->project->config_folder.n) level->directory = b->project->config_folder;
	level->origin = S("lamina.toml");
	return make(b, base);
}

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
static str poetry_secret(struct build *b, str name, const char *what)
{
	str key = arena_fmt(b->a, "POETRY_HTTP_BASIC_" STR_FMT "_%s", STR_ARG(name), what);
	char *p = arena_cstr(b->a, key);
	for (size_t i = 0; i < key.n; i++) {
		if (ascii_lower(p[i])) p[i] = (char)(p[i] - ('a' - 'A'));
		if (!ascii_alnum(p[i])) p[i] = '_';
	}
	const char *value = env_get_nonempty(b->options->env, p);
	return value ? str_from(value) : (str){ 0 };
}

static void add_poetry(struct build *b, const struct toml_value *source, struct index_level *level)
{
	str priority = text_of(source, "priority"), url = text_of(source, "url"), name = text_of(source, "name");
	if (url.n == 0) return;
	struct index_definition *d = vec_push(b->a, &level->indexes);
	*d = (struct index_definition){ .name = name, .url = url, .where = level->origin };
	d->is_default = truth_of(source, "default") || str_eq(priority, S("default"));
	d->is_explicit = str_eq(priority, S("explicit"));
	d->username = poetry_secret(b, name, "USERNAME");
	d->has_username = d->username.n > 0;
	d->password = poetry_secret(b, name, "PASSWORD");
	d->has_password = d->password.n > 0;
}

static void add_uv(struct build *b, const struct toml_value *index, struct index_level *level)
{
	str url = text_of(index, "url");
	if (url.n == 0) return;
	struct index_definition *d = vec_push(b->a, &level->indexes);
	*d = (struct index_definition){ .name = text_of(index, "name"), .url = url, .where = level->origin };
	d->is_default = truth_of(index, "default");
	d->is_explicit = truth_of(index, "explicit");
}

/* [[tool.uv.index]] and [[tool.poetry.source]] of the pyproject.toml beside a lock. What cannot be read is the lock reader's to refuse. */
static void add_pyproject(struct build *b, const struct job *j, struct index_inputs *inputs)
{
	struct toml_document d;
	struct err ignored = { 0 };
	str text, path = path_join(b->a, path_dir(j->locking.set.lock_path), S("pyproject.toml"));
	if (!io_read_file(b->a, path.p, PYPROJECT_MAX, &text, &ignored) || !toml_parse(b->a, text, path, &d, &ignored)) return;
	const struct toml_value *uv = toml_at(d.root, "tool.uv.index"), *poetry = toml_at(d.root, "tool.poetry.source");
	if (!uv && !poetry) return;
	struct index_level *level = vec_push(b->a, &inputs->project);
	level->origin = path;
	level->directory = path_dir(path);
	for (size_t i = 0; uv && uv->type == TOML_ARRAY && i < uv->u.array.n; i++) add_uv(b, uv->u.array.p[i], level);
	for (size_t i = 0; poetry && poetry->type == TOML_ARRAY && i < poetry->u.array.n; i++)
		add_poetry(b, poetry->u.array.p[i], level);
}

static void add_requirements(struct build *b, const struct job *j, struct index_inputs *inputs)
{
	const struct lock_options *o = &j->locking.options;
	if (!o->index_url.p && o->extra_index_urls.n == 0 && o->find_links.n == 0 && o->trusted_hosts.n == 0 && !o->no_index)
		return;
	struct index_level *level = vec_push(b->a, &inputs->project);
	level->origin = j->locking.set.lock_path;
	level->index_url = o->index_url;
	level->extra_index_urls = o->extra_index_urls;
	level->find_links = o->find_links;
	level->trusted_hosts = o->trusted_hosts;
	level->has_no_index = level->no_index = o->no_index;
}

bool build_index_of_lock(struct build *b, struct job *j)
{
	str lock = j->locking.set.lock_path;
	j->index = b->indexes.p[0];
	for (size_t i = 1; i < b->indexes.n; i++)
		if (str_eq(b->indexes.p[i]->lock_path, lock) && sha256_eq(&b->indexes.p[i]->lock_sha256, &j->locking.set.lock_sha256)) {
			j->index = b->indexes.p[i];
			return true;
		}
	struct build_index *own = arena_new(b->a, struct build_index);
	own->lock_path = lock;
	own->lock_sha256 = j->locking.set.lock_sha256;
	own->inputs = b->indexes.p[0]->inputs;
	own->inputs.project.p = NULL;
	own->inputs.project.n = own->inputs.project.cap = 0;
	if (strcmp(j->locking.set.format, "requirements.txt") == 0)
		add_requirements(b, j, &own->inputs);
	else
		add_pyproject(b, j, &own->inputs);
	if (own->inputs.project.n == 0) return true;
	if (!make(b, own)) return false;
	j->index = own;
	return true;
}
