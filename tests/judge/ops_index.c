/* ops_index.c: index pages for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "base/io.h"
#include "index/page.h"

static void write_text(struct json_writer *w, const char *key, str value, bool there)
{
	json_write_key(w, str_from(key));
	if (there)
		json_write_string(w, value);
	else
		json_write_null(w);
}

static void write_flag_or_text(struct json_writer *w, const char *key, bool flag, str text)
{
	json_write_key(w, str_from(key));
	if (flag && !str_empty(text))
		json_write_string(w, text);
	else
		json_write_bool(w, flag);
}

static void write_file(struct judge_call *c, const struct index_file *f)
{
	struct json_writer *w = c->out;
	str sha256 = f->has_sha256 ? sha256_hex_str(c->arena, &f->sha256) : S("");
	str metadata = f->has_metadata_sha256 ? sha256_hex_str(c->arena, &f->metadata_sha256) : S("");
	json_write_object(w);
	write_text(w, "file", f->file, true);
	write_text(w, "url", f->url, true);
	write_text(w, "sha256", sha256, f->has_sha256);
	write_text(w, "requires_python", f->requires_python, !str_empty(f->requires_python));
	write_flag_or_text(w, "yanked", f->yanked, f->yanked_reason);
	write_flag_or_text(w, "core_metadata", f->has_metadata, metadata);
	json_write_key(w, S("size"));
	if (f->has_size)
		json_write_u64(w, f->size);
	else
		json_write_null(w);
	write_text(w, "upload_time", f->upload_time, !str_empty(f->upload_time));
	json_write_object_end(w);
}

static bool page_text(struct judge_call *c, str *text, struct err *e)
{
	const char *path;
	if (!judge_has(c, "path")) return judge_bytes(c, text, e);
	if (judge_has(c, "text") || judge_has(c, "base64")) return judge_bad_request(e, "path and text exclude each other");
	return judge_path(c, "path", &path, e) && io_read_file(c->arena, path, PAGE_BYTES_MAX, text, e);
}

static bool index_parse(struct judge_call *c, struct err *e)
{
	str text, url = S(""), content_type = S("");
	struct index_page page;
	if (!page_text(c, &text, e) || !judge_string(c, "url", &url, e) || !judge_string_or(c, "content_type", &content_type, e))
		return false;
	if (!index_page_parse(c->arena, text, url, content_type, &page, e)) return false;
	json_write_array(c->out);
	for (size_t i = 0; i < page.files.n; i++) write_file(c, &page.files.p[i]);
	json_write_array_end(c->out);
	return true;
}

const struct judge_op judge_ops_index[] = {
	{ "index.parse", "path text base64 url content_type", index_parse },
	{ 0 },
};
