/* ops_zip.c: reading and writing archives.
 * SPDX-License-Identifier: Apache-2.0
 *
 * zip.check proves a whole archive; zip.list gives what was proved; zip.pack and zip.repack write one, from given contents or by
 * raw copy of all entries of other archives. */
#include <stdlib.h>

#include "judge.h"

#include "zip/zip_write.h"

#define SOURCES_MAX 64

static bool open_archive(struct judge_call *c, int *fd, struct zip_archive *z, struct err *e)
{
	const char *path;
	str policy = S("default");
	struct zip_open_options options = { 0 };
	if (!judge_path(c, "path", &path, e) || !judge_string_or(c, "policy", &policy, e)) return false;
	if (str_eq(policy, S("registry")))
		options.policy = ZIP_POLICY_REGISTRY;
	else if (!str_eq(policy, S("default")))
		return judge_bad_request(e, "policy is \"default\" or \"registry\"");
	*fd = io_open_read(path, e);
	return *fd >= 0 && zip_open(c->arena, *fd, str_from(path), &options, z, e);
}

static bool check_op(struct judge_call *c, struct err *e)
{
	int fd = -1;
	struct zip_archive z;
	bool ok = open_archive(c, &fd, &z, e);
	for (size_t i = 0; ok && i < z.n; i++) ok = zip_verify_entry(&z, &z.entries[i], NULL, NULL, NULL, e);
	io_close(&fd);
	if (!ok) return false;
	json_write_object(c->out);
	json_write_key(c->out, S("entries"));
	json_write_u64(c->out, z.n);
	json_write_object_end(c->out);
	return true;
}

static void write_entry(struct judge_call *c, const struct zip_entry *entry, const struct zip_facts *facts)
{
	json_write_object(c->out);
	json_write_key(c->out, S("name"));
	json_write_string(c->out, entry->name);
	json_write_key(c->out, S("method"));
	json_write_u64(c->out, entry->method);
	json_write_key(c->out, S("compressed"));
	json_write_u64(c->out, entry->csize);
	json_write_key(c->out, S("size"));
	json_write_u64(c->out, entry->usize);
	json_write_key(c->out, S("crc32"));
	json_write_u64(c->out, entry->crc32);
	json_write_key(c->out, S("mode"));
	json_write_u64(c->out, entry->unix_mode);
	json_write_key(c->out, S("sha256"));
	json_write_string(c->out, sha256_hex_str(c->arena, &facts->sha256));
	json_write_object_end(c->out);
}

static bool list_op(struct judge_call *c, struct err *e)
{
	int fd = -1;
	struct zip_archive z;
	bool ok = open_archive(c, &fd, &z, e);
	if (ok) json_write_array(c->out);
	for (size_t i = 0; ok && i < z.n; i++) {
		struct zip_facts facts;
		ok = zip_verify_entry(&z, &z.entries[i], NULL, NULL, &facts, e);
		if (ok) write_entry(c, &z.entries[i], &facts);
	}
	if (ok) json_write_array_end(c->out);
	io_close(&fd);
	return ok;
}

/* An archive on its way; every op below opens one and ends it with finish. */
struct output {
	struct io_temp temp;
	struct zip_writer *w;
};

static bool begin(struct judge_call *c, struct output *o, struct err *e)
{
	const char *path;
	bool thread = false;
	if (!judge_path(c, "output", &path, e) || !judge_bool(c, "hash_thread", &thread, e)) return false;
	if (!io_temp_open(&o->temp, path, 0644, e)) return false;
	struct zip_write_options options = { true, thread };
	o->w = zip_write_begin(c->arena, &o->temp, &options);
	return true;
}

static bool finish(struct judge_call *c, struct output *o, bool ok, struct err *e)
{
	struct zip_write_result r;
	ok = ok && zip_write_end(o->w, &r, e) && io_temp_commit(&o->temp, false, e);
	if (!ok) {
		zip_write_abort(o->w);
		io_temp_abort(&o->temp);
		return false;
	}
	json_write_object(c->out);
	json_write_key(c->out, S("size"));
	json_write_u64(c->out, r.size);
	json_write_key(c->out, S("entries"));
	json_write_u64(c->out, r.entries);
	json_write_key(c->out, S("unzipped_size"));
	json_write_u64(c->out, r.unzipped_size);
	json_write_key(c->out, S("sha256"));
	json_write_string(c->out, sha256_hex_str(c->arena, &r.sha256));
	json_write_object_end(c->out);
	return true;
}

/* [name, content in base64, mode, level] */
static bool pack_entry(struct judge_call *c, struct output *o, const struct json_value *v, struct err *e)
{
	uint64_t mode, level;
	str content;
	struct zip_stream stream;
	if (v->type != JSON_ARRAY || v->items.n != 4 || v->items.p[0]->type != JSON_STRING || v->items.p[1]->type != JSON_STRING ||
	    !json_u64(v->items.p[2], &mode) || !json_u64(v->items.p[3], &level) || level > 12 || mode > UINT32_MAX)
		return judge_bad_request(e, "an entry is [name, base64, mode, level]");
	if (!base64_decode(c->arena, v->items.p[1]->text, false, &content)) return judge_bad_request(e, "no base64");
	return zip_deflate(c->arena, content, (int)level, &stream, e) &&
	       zip_write_stream(o->w, v->items.p[0]->text, (uint32_t)mode, &stream, e);
}

static bool pack_op(struct judge_call *c, struct err *e)
{
	struct output o = { 0 };
	const struct json_value *entries = json_get(c->request, S("entries"));
	if (!entries || entries->type != JSON_ARRAY) return judge_bad_request(e, "entries is a list");
	bool ok = begin(c, &o, e);
	for (size_t i = 0; ok && i < entries->items.n; i++) ok = pack_entry(c, &o, entries->items.p[i], e);
	return finish(c, &o, ok, e);
}

struct item {
	const struct zip_entry *entry;
	const struct zip_archive *z;
};

static int by_name(const void *p, const void *q)
{
	const struct item *a = p, *b = q;
	return str_cmp(a->entry->name, b->entry->name);
}

struct items {
	VEC(struct item) list;
	struct zip_archive z[SOURCES_MAX];
	size_t n;
};

static bool open_sources(struct judge_call *c, struct items *s, struct err *e)
{
	struct str_list paths = { 0 };
	if (!judge_strings(c, "inputs", &paths, e)) return false;
	if (paths.n > SOURCES_MAX) return judge_bad_request(e, "at most %d inputs", SOURCES_MAX);
	for (; s->n < paths.n; s->n++) {
		struct zip_archive *z = &s->z[s->n];
		int fd = io_open_read(arena_cstr(c->arena, paths.p[s->n]), e);
		if (fd < 0) return false;
		if (!zip_open(c->arena, fd, paths.p[s->n], NULL, z, e)) {
			io_close(&fd);
			return false;
		}
		for (size_t i = 0; i < z->n; i++) {
			if (!z->entries[i].is_dir) *vec_push(c->arena, &s->list) = (struct item){ &z->entries[i], z };
		}
	}
	qsort(s->list.p, s->list.n, sizeof *s->list.p, by_name);
	return true;
}

static bool copy_items(struct output *o, const struct items *s, struct err *e)
{
	const struct zip_entry *last = NULL;
	for (size_t i = 0; i < s->list.n; i++) {
		const struct zip_entry *n = s->list.p[i].entry;
		const struct zip_archive *z = s->list.p[i].z;
		struct zip_facts facts;
		if (last && str_eq(last->name, n->name)) continue;
		last = n;
		if (!zip_verify_entry(z, n, NULL, NULL, &facts, e)) return false;
		struct zip_raw_source source = { z->fd,    z->path,  n->data_at, n->method,         n->crc32,
			                             n->csize, n->usize, true,       facts.stream_crc32 };
		if (!zip_write_raw(o->w, n->name, n->unix_mode & 0111 ? 0755 : 0644, &source, e)) return false;
	}
	return true;
}

static bool repack_op(struct judge_call *c, struct err *e)
{
	struct items *s = arena_new(c->arena, struct items);
	struct output o = { 0 };
	bool ok = open_sources(c, s, e) && begin(c, &o, e) && copy_items(&o, s, e);
	ok = finish(c, &o, ok, e);
	for (size_t i = 0; i < s->n; i++) io_close(&s->z[i].fd);
	return ok;
}

const struct judge_op judge_ops_zip[] = {
	{ "zip.check", "path policy", check_op },
	{ "zip.list", "path policy", list_op },
	{ "zip.pack", "output hash_thread entries", pack_op },
	{ "zip.repack", "output hash_thread inputs", repack_op },
	{ 0 },
};
