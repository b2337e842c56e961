/* build_index.c: the indexes of a build: options and environment, [index.*] of lamina.toml, then what projects and requirements say.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `index_key` stands for the answer in build keys and in the names of remembered listings: another index must not be answered from
 * this one's memory. It holds no credentials. */
#include "pipeline/build_parts.h"
#include "pipeline/index_levels.h"
#include "pipeline/newest_wheel.h"

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
	index_level_of_project(b->a, b->project, &base->inputs.lamina_toml);
	return make(b, base);
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
	index_level_of_options(b->a, &j->locking.options, lock, &own->inputs);
	if (j->locking.of_project) index_level_of_pyproject(b->a, path_dir(lock), b->options->env, &own->inputs);
	index_level_of_lock(b->a, lock, b->options->env, &own->inputs);
	if (own->inputs.project.n == 0) return true;
	if (!make(b, own)) return false;
	j->index = own;
	return true;
}

bool build_advise(struct build *b, struct job *j)
{
	const struct build_options *o = b->options;
	struct err why = *b->e;
	if (!j->locking.refused || o->offline || o->only_look || !newest_wheel_helps(&why)) return false;
	err_clear(b->e);
	bool ok = build_index_of_lock(b, j);
	*b->e = why;
	if (!ok) return false;
	struct index_client_options options = {
		.env = o->env, .cancel = o->cancel, .notes = &j->built->notes, .now = o->now_ns / 1000000000
	};
	struct index_client *client = index_client_new(&j->index->config, &options);
	newest_wheel_advise(b->a, client, j->locking.refused, &j->locking.target, b->e);
	index_client_free(client);
	return false;
}
