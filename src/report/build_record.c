/* build_record.c: the two ways of writing a record, and reading one back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report/build_record.h"

#include "format/json.h"

static void text(struct json_writer *w, const char *key, str value)
{
	json_write_key(w, str_from(key));
	json_write_string(w, value);
}

static void text_or_null(struct json_writer *w, const char *key, str value)
{
	json_write_key(w, str_from(key));
	if (value.n)
		json_write_string(w, value);
	else
		json_write_null(w);
}

static void number(struct json_writer *w, const char *key, uint64_t value)
{
	json_write_key(w, str_from(key));
	json_write_u64(w, value);
}

static void truth(struct json_writer *w, const char *key, bool value)
{
	json_write_key(w, str_from(key));
	json_write_bool(w, value);
}

static void digest(struct json_writer *w, const char *key, const struct sha256 *value)
{
	char hex[SHA256_HEX + 1];
	sha256_hex(value, hex);
	text(w, key, str_from(hex));
}

static void null(struct json_writer *w, const char *key)
{
	json_write_key(w, str_from(key));
	json_write_null(w);
}

static str digest_base64(struct arena *a, const struct sha256 *value)
{
	return base64_encode(a, (str){ (const char *)value->bytes, SHA256_SIZE }, false);
}

static str target_of(struct arena *a, const struct build_result *r)
{
	return arena_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(r->runtime), STR_ARG(r->arch));
}

static void write_identity(struct json_writer *w, struct arena *a, const struct build_result *r)
{
	number(w, "schema", 1);
	text(w, "kind", r->kind);
	text(w, "name", r->name);
	text(w, "target", target_of(a, r));
	text(w, "runtime", r->runtime);
	text(w, "arch", r->arch);
	text(w, "path", r->path);
}

static void write_sizes(struct json_writer *w, struct arena *a, const struct build_result *r)
{
	bool unknown = r->is_tree || r->planned;
	if (unknown)
		null(w, "size");
	else
		number(w, "size", r->size);
	if (r->planned) {
		null(w, "unzipped_size");
		null(w, "entries");
	} else {
		number(w, "unzipped_size", r->unzipped_size);
		number(w, "entries", r->entries);
	}
	if (unknown) {
		null(w, "sha256");
		null(w, "sha256_base64");
	} else {
		digest(w, "sha256", &r->sha256);
		text(w, "sha256_base64", digest_base64(a, &r->sha256));
	}
	if (r->md5.n) text(w, "md5", r->md5);
	if (r->same_as.n) text(w, "same_as", r->same_as);
}

static void write_lock(struct json_writer *w, const struct build_result *r)
{
	text_or_null(w, "lock", r->lock);
	if (r->lock.n && !r->planned)
		digest(w, "lock_sha256", &r->lock_sha256);
	else
		null(w, "lock_sha256");
}

static void write_distributions(struct json_writer *w, const struct build_result *r)
{
	json_write_key(w, S("distributions"));
	json_write_array(w);
	for (size_t i = 0; i < r->distributions.n; i++) {
		const struct built_distribution *d = &r->distributions.p[i];
		json_write_object(w);
		text(w, "name", d->name);
		text(w, "version", d->version);
		digest(w, "sha256", &d->sha256);
		number(w, "size", d->size);
		number(w, "unzipped_size", d->unzipped_size);
		if (d->backend.n) text(w, "backend", d->backend);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void write_warnings(struct json_writer *w, const struct build_result *r)
{
	json_write_key(w, S("warnings"));
	json_write_array(w);
	for (size_t i = 0; i < r->warnings.n; i++) {
		json_write_object(w);
		text(w, "id", r->warnings.p[i].id);
		text(w, "message", r->warnings.p[i].message);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

void build_record_write(const struct build_result *r, struct buf *out)
{
	struct json_writer w;
	struct arena scratch = { 0 };
	json_write_begin(&w, out);
	json_write_object(&w);
	write_identity(&w, &scratch, r);
	write_sizes(&w, &scratch, r);
	write_lock(&w, r);
	truth(&w, "up_to_date", r->up_to_date);
	if (r->planned) truth(&w, "planned", true);
	number(&w, "elapsed_ms", r->elapsed_ms);
	write_distributions(&w, r);
	json_write_key(&w, S("slimmed"));
	json_write_object(&w);
	number(&w, "files", r->slimmed_files);
	number(&w, "bytes", r->slimmed_bytes);
	json_write_object_end(&w);
	write_warnings(&w, r);
	text(&w, "lamina", S(LAMINA_VERSION));
	json_write_object_end(&w);
	arena_release(&scratch);
}

static void number_text(struct json_writer *w, struct arena *a, const char *key, uint64_t value)
{
	text(w, key, arena_fmt(a, "%llu", (unsigned long long)value));
}

void build_record_write_flat(const struct build_result *r, struct buf *out)
{
	struct json_writer w;
	struct arena a = { 0 };
	bool bytes = !r->is_tree && !r->planned;
	json_write_begin(&w, out);
	json_write_object(&w);
	text(&w, "schema", S("1"));
	text(&w, "kind", r->kind);
	text(&w, "name", r->name);
	text(&w, "target", target_of(&a, r));
	text(&w, "runtime", r->runtime);
	text(&w, "arch", r->arch);
	text(&w, "path", r->path);
	if (bytes) number_text(&w, &a, "size", r->size);
	if (!r->planned) {
		number_text(&w, &a, "unzipped_size", r->unzipped_size);
		number_text(&w, &a, "entries", r->entries);
	}
	if (bytes) {
		digest(&w, "sha256", &r->sha256);
		text(&w, "sha256_base64", digest_base64(&a, &r->sha256));
	}
	if (r->md5.n) text(&w, "md5", r->md5);
	if (r->same_as.n) text(&w, "same_as", r->same_as);
	if (r->lock.n) {
		text(&w, "lock", r->lock);
		if (!r->planned) digest(&w, "lock_sha256", &r->lock_sha256);
	}
	text(&w, "up_to_date", r->up_to_date ? S("true") : S("false"));
	if (r->planned) text(&w, "planned", S("true"));
	number_text(&w, &a, "elapsed_ms", r->elapsed_ms);
	number_text(&w, &a, "slimmed_files", r->slimmed_files);
	number_text(&w, &a, "slimmed_bytes", r->slimmed_bytes);
	text(&w, "lamina", S(LAMINA_VERSION));
	json_write_object_end(&w);
	arena_release(&a);
}

static str get_text(const struct json_value *o, const char *key)
{
	const struct json_value *v = json_get(o, str_from(key));
	return v && v->type == JSON_STRING ? v->text : (str){ 0 };
}

static uint64_t get_number(const struct json_value *o, const char *key)
{
	uint64_t n = 0;
	const struct json_value *v = json_get(o, str_from(key));
	return v && json_u64(v, &n) ? n : 0;
}

static void read_lists(struct arena *a, const struct json_value *o, struct build_result *r)
{
	const struct json_value *list = json_get(o, S("distributions"));
	for (size_t i = 0; list && i < list->items.n; i++) {
		const struct json_value *v = list->items.p[i];
		struct built_distribution *d = vec_push(a, &r->distributions);
		d->name = get_text(v, "name");
		d->version = get_text(v, "version");
		sha256_from_hex(get_text(v, "sha256"), &d->sha256);
		d->size = get_number(v, "size");
		d->unzipped_size = get_number(v, "unzipped_size");
		d->backend = get_text(v, "backend");
	}
	list = json_get(o, S("warnings"));
	for (size_t i = 0; list && i < list->items.n; i++) {
		struct built_warning *warning = vec_push(a, &r->warnings);
		warning->id = get_text(list->items.p[i], "id");
		warning->message = get_text(list->items.p[i], "message");
	}
}

bool build_record_read(struct arena *a, str json, struct build_result *out)
{
	struct json_value *o;
	struct err ignored = { 0 };
	struct build_result r = { 0 };
	if (!json_parse(a, json, &o, &ignored) || get_number(o, "schema") != 1) return false;
	r.kind = get_text(o, "kind");
	r.name = get_text(o, "name");
	r.runtime = get_text(o, "runtime");
	r.arch = get_text(o, "arch");
	r.path = get_text(o, "path");
	r.is_tree = !sha256_from_hex(get_text(o, "sha256"), &r.sha256);
	r.size = get_number(o, "size");
	r.unzipped_size = get_number(o, "unzipped_size");
	r.entries = get_number(o, "entries");
	r.md5 = get_text(o, "md5");
	r.lock = get_text(o, "lock");
	if (r.lock.n && !sha256_from_hex(get_text(o, "lock_sha256"), &r.lock_sha256)) return false;
	const struct json_value *slimmed = json_get(o, S("slimmed"));
	if (slimmed) {
		r.slimmed_files = get_number(slimmed, "files");
		r.slimmed_bytes = get_number(slimmed, "bytes");
	}
	read_lists(a, o, &r);
	*out = r;
	return r.name.n > 0;
}
