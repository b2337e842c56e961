/* export_files.c: asks indexes where files are.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/export_files.h"

#include <string.h>

#include "base/io.h"
#include "lockfile/reader.h"
#include "pipeline/index_levels.h"
#include "python/version.h"
#include "python/wheel_name.h"

struct asking {
	struct arena *a;
	struct export_set *set;
	struct notes *notes;
	struct err *e;
	VEC(struct export_item *) items; /* of the queries */
};

/* A file of an index: it has a name or a hash, and no place. */
static bool lacks_place(const struct export_item *item)
{
	const struct locked_package *p = item->locked;
	if (!p) return false;
	for (size_t i = 0; i < p->files.n; i++) {
		const struct locked_file *f = &p->files.p[i];
		if (f->kind == LOCKED_DIRECTORY || f->kind == LOCKED_VCS || !str_empty(f->url) || !str_empty(f->path)) return false;
	}
	return true;
}

/* --- which files of a page are meant --- */

static bool has_hash(const struct str_list *hashes, const struct index_file *file)
{
	char hex[SHA256_HEX + 1];
	if (file->has_sha256) sha256_hex(&file->sha256, hex);
	for (size_t i = 0; i < hashes->n; i++) {
		str algorithm, digits;
		if (!str_cut(hashes->p[i], ':', &algorithm, &digits)) continue;
		if (file->has_sha256 && str_eq(algorithm, S("sha256")) && str_ieq(digits, str_from(hex))) return true;
		for (size_t k = 0; k < file->other_hashes.n; k++)
			if (str_ieq(file->other_hashes.p[k], hashes->p[i])) return true;
	}
	return false;
}

static bool of_version(struct arena *a, str file, str version)
{
	struct wheel_name w;
	struct sdist_name s;
	struct version have, want;
	struct err ignored = { 0 };
	if (!version_parse(a, version, &want, NULL)) return false;
	if (str_ends(file, S(".whl"))) return wheel_name_parse(a, file, &w, &ignored) && version_cmp(&w.parsed, &want) == 0;
	return sdist_name_parse(a, file, &s, &ignored) && version_parse(a, s.version, &have, NULL) &&
	       version_cmp(&have, &want) == 0;
}

static const struct locked_file *named(const struct locked_package *p, str file)
{
	for (size_t i = 0; i < p->files.n; i++)
		if (str_eq(p->files.p[i].file, file)) return &p->files.p[i];
	return NULL;
}

static bool wanted(void *context, const struct index_file *file)
{
	const struct export_item *item = context;
	const struct locked_package *p = item->locked;
	if (p->files.n) return named(p, file->file) != NULL;
	if (p->hashes.n) return has_hash(&p->hashes, file);
	struct arena scratch = { 0 };
	bool good = of_version(&scratch, file->file, p->version);
	arena_release(&scratch);
	return good;
}

/* --- answers --- */

static void take_file(struct asking *q, const struct locked_package *p, const struct index_file *file,
                      struct locked_package *out)
{
	const struct locked_file *known = named(p, file->file);
	struct locked_file f = known ? *known : (struct locked_file){ .file = file->file };
	for (size_t i = 0; i < out->files.n; i++)
		if (str_eq(out->files.p[i].file, file->file)) return;
	/* The lock's digest counts; the index's only where the lock has none. */
	if (known && file->has_sha256 && known->has_sha256 && !sha256_eq(&known->sha256, &file->sha256)) return;
	if (!f.has_sha256 && f.other_hashes.n == 0) {
		f.has_sha256 = file->has_sha256;
		f.sha256 = file->sha256;
		f.other_hashes = file->other_hashes;
	}
	f.kind = str_ends(file->file, S(".whl")) ? LOCKED_WHEEL : LOCKED_SDIST;
	f.url = file->url;
	f.has_size = file->has_size;
	f.size = file->size;
	*vec_push(q->a, &out->files) = f;
}

static bool none_left(struct asking *q, const struct locked_package *p, str index)
{
	if (p->hashes.n)
		err_set(q->e, ERR_RESOLVE, "hash-not-listed", "no file of " STR_FMT " " STR_FMT " has a hash that the lock allows",
		        STR_ARG(p->name), STR_ARG(p->version));
	else
		err_set(q->e, ERR_RESOLVE, "no-such-version", "the index has no files of " STR_FMT " " STR_FMT, STR_ARG(p->name),
		        STR_ARG(p->version));
	if (p->from_file.n) err_where(q->e, STR_FMT ":%u", STR_ARG(p->from_file), (unsigned)p->from_line);
	return err_why(q->e, STR_FMT " was asked", STR_ARG(index));
}

static bool take_answer(struct asking *q, struct export_item *item, const struct index_answer *answer)
{
	struct locked_package found = *item->locked;
	found.files.p = NULL;
	found.files.n = found.files.cap = 0;
	for (size_t i = 0; i < answer->files.n; i++) take_file(q, item->locked, &answer->files.p[i], &found);
	if (!found.files.n) return none_left(q, item->locked, answer->index);
	for (size_t i = 0; i < item->locked->files.n; i++)
		if (!named(&found, item->locked->files.p[i].file))
			note_add(q->notes, NOTE_WARNING, "not-listed", STR_FMT " is left out: the index does not list it any more",
			         STR_ARG(item->locked->files.p[i].file));
	found.index = answer->index;
	*item->locked = found;
	return true;
}

static bool ask(struct asking *q, struct index_client *client)
{
	struct index_query *queries = arena_array(q->a, struct index_query, q->items.n);
	struct index_answer *answers = arena_array(q->a, struct index_answer, q->items.n);
	for (size_t i = 0; i < q->items.n; i++)
		queries[i] = (struct index_query){ .name = q->items.p[i]->locked->name,
			                               .index = q->items.p[i]->locked->index,
			                               .wanted = wanted,
			                               .context = q->items.p[i] };
	if (!index_list(client, q->a, queries, q->items.n, answers, q->e)) return false;
	for (size_t i = 0; i < q->items.n; i++)
		if (!take_answer(q, q->items.p[i], &answers[i])) return false;
	return true;
}

bool export_files(struct arena *a, struct export_set *set, str lock, const struct export_index_options *options,
                  struct notes *notes, struct err *e)
{
	struct asking q = { .a = a, .set = set, .notes = notes, .e = e };
	struct index_inputs inputs = *options->inputs;
	struct index_config *config = arena_new(a, struct index_config);
	for (size_t i = 0; i < set->items.n; i++)
		if (lacks_place(&set->items.p[i])) *vec_push(a, &q.items) = &set->items.p[i];
	if (!q.items.n) return true;
	index_level_of_options(a, &set->options, lock, &inputs);
	index_level_of_pyproject(a, path_dir(lock), inputs.env, &inputs);
	index_level_of_lock(a, lock, inputs.env, &inputs);
	if (!index_config_make(a, &inputs, config, e)) return false;
	struct index_client_options client = { .env = inputs.env,
		                                   .cancel = options->cancel,
		                                   .notes = notes,
		                                   .now = options->now,
		                                   .offline = options->offline,
		                                   .log = options->log,
		                                   .context = options->log_context };
	struct index_client *c = index_client_new(config, &client);
	bool ok = ask(&q, c);
	index_client_free(c);
	return ok;
}
