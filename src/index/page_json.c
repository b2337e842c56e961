/* page_json.c: the JSON form of the simple repository API (PEP 691, 700, 714, 792).
 * SPDX-License-Identifier: Apache-2.0
 *
 * One walk over the tokens: pages of many megabytes are common, and a tree of them would be ten times their size. */
#include "format/json.h"
#include "index/page_internal.h"

struct walk {
	struct page_reader *r;
	struct json_reader j;
	enum json_token token;
	str text;
	struct err json;
};

static bool bad_json(struct walk *w)
{
	page_bad(w->r, w->json.why[0] ? w->json.why : w->json.what);
	if (w->json.has_offset) err_at(w->r->error, w->json.offset);
	return false;
}

static bool bad_shape(struct walk *w, const char *why)
{
	page_bad(w->r, why);
	return err_at(w->r->error, w->j.at);
}

static bool next(struct walk *w) { return json_next(&w->j, &w->token, &w->text, &w->json) || bad_json(w); }

static bool skip(struct walk *w) { return json_skip(&w->j, &w->json) || bad_json(w); }

/* Skips the rest of the value whose first token was just read. */
static bool skip_rest(struct walk *w)
{
	if (w->token != JSON_TOKEN_ARRAY_BEGIN && w->token != JSON_TOKEN_OBJECT_BEGIN) return true;
	uint32_t depth = w->j.depth;
	while (w->j.depth >= depth)
		if (!next(w)) return false;
	return true;
}

/* A string or null (= absent); anything else has the wrong shape. */
static bool string(struct walk *w, str *out, const char *why)
{
	if (!next(w)) return false;
	if (w->token == JSON_TOKEN_NULL) return true;
	if (w->token != JSON_TOKEN_STRING) return bad_shape(w, why);
	*out = w->text;
	return true;
}

/* Calls `member` with each key of the object that comes next; member reads the value. */
typedef bool member_fn(struct walk *w, void *context, str key);
static bool object(struct walk *w, member_fn *member, void *context)
{
	if (!next(w)) return false;
	while (w->token == JSON_TOKEN_KEY) {
		if (!member(w, context, w->text) || !next(w)) return false;
	}
	return true;
}

static bool hash_member(struct walk *w, void *context, str key)
{
	str hex = S("");
	if (!string(w, &hex, "a hash is not a string")) return false;
	page_hash(w->r, context, key, hex);
	return true;
}

static bool hashes(struct walk *w, struct index_file *f)
{
	if (!next(w)) return false;
	if (w->token == JSON_TOKEN_NULL) return true;
	if (w->token != JSON_TOKEN_OBJECT_BEGIN) return bad_shape(w, "\"hashes\" is not an object");
	return object(w, hash_member, f);
}

/* "core-metadata": a bool, or an object of hashes (PEP 714). */
static bool metadata(struct walk *w, struct index_file *f)
{
	struct index_file hashed = { 0 };
	if (!next(w)) return false;
	f->has_metadata = f->has_metadata_sha256 = false;
	if (w->token == JSON_TOKEN_OBJECT_BEGIN) {
		if (!object(w, hash_member, &hashed)) return false;
		f->has_metadata = true;
		f->has_metadata_sha256 = hashed.has_sha256;
		f->metadata_sha256 = hashed.sha256;
		return true;
	}
	f->has_metadata = w->token == JSON_TOKEN_TRUE;
	return w->token == JSON_TOKEN_TRUE || w->token == JSON_TOKEN_FALSE || w->token == JSON_TOKEN_NULL ||
	       bad_shape(w, "\"core-metadata\" is neither a bool nor an object");
}

static bool yanked(struct walk *w, struct index_file *f)
{
	if (!next(w)) return false;
	switch (w->token) {
	case JSON_TOKEN_TRUE: f->yanked = true; return true;
	case JSON_TOKEN_FALSE:
	case JSON_TOKEN_NULL: return true;
	case JSON_TOKEN_STRING:
		f->yanked = !str_empty(w->text);
		f->yanked_reason = w->text;
		return true;
	default: return bad_shape(w, "\"yanked\" is neither a bool nor a string");
	}
}

static bool size(struct walk *w, struct index_file *f)
{
	if (!next(w)) return false;
	if (w->token == JSON_TOKEN_NULL) return true;
	f->has_size = w->token == JSON_TOKEN_NUMBER && str_u64(w->text, &f->size);
	return f->has_size || bad_shape(w, "\"size\" is not a whole number of bytes");
}

struct file_walk {
	struct index_file *file;
	str link;
	bool has_link, has_name, has_core_metadata;
};

static bool file_member(struct walk *w, void *context, str key)
{
	struct file_walk *fw = context;
	struct index_file *f = fw->file;
	if (str_eq(key, S("filename"))) {
		fw->has_name = true;
		return string(w, &f->file, "\"filename\" is not a string");
	}
	if (str_eq(key, S("url"))) {
		fw->has_link = true;
		return string(w, &fw->link, "\"url\" is not a string");
	}
	if (str_eq(key, S("hashes"))) return hashes(w, f);
	if (str_eq(key, S("requires-python"))) return string(w, &f->requires_python, "\"requires-python\" is not a string");
	if (str_eq(key, S("core-metadata"))) {
		fw->has_core_metadata = true;
		return metadata(w, f);
	}
	if (str_eq(key, S("dist-info-metadata")) && !fw->has_core_metadata) return metadata(w, f);
	if (str_eq(key, S("yanked"))) return yanked(w, f);
	if (str_eq(key, S("size"))) return size(w, f);
	if (str_eq(key, S("upload-time"))) return string(w, &f->upload_time, "\"upload-time\" is not a string");
	return skip(w);
}

/* One file; the token is the beginning of its object. */
static bool file(struct walk *w)
{
	struct index_file f = { 0 };
	struct file_walk fw = { .file = &f };
	str named;
	if (!object(w, file_member, &fw)) return false;
	if (str_empty(f.file) || str_empty(fw.link)) return bad_shape(w, "a file has no \"filename\" or no \"url\"");
	f.requires_python = str_trim(f.requires_python);
	if (!page_link(w->r, fw.link, &f.url, &named, NULL)) return true;
	if (str_chr(f.file, '/') != STR_NONE || str_chr(f.file, '\0') != STR_NONE)
		return bad_shape(w, "a file name holds \"/\" or NUL");
	return page_add(w->r, &f);
}

static bool files(struct walk *w)
{
	if (!next(w)) return false;
	if (w->token != JSON_TOKEN_ARRAY_BEGIN) return bad_shape(w, "\"files\" is not a list");
	/* A repeated key: the last one counts. */
	w->r->page->files.n = w->r->n_files = 0;
	if (w->r->take) w->r->take(w->r->context, NULL);
	for (;;) {
		struct arena_mark mark = arena_mark(w->r->arena);
		if (!next(w)) return false;
		if (w->token == JSON_TOKEN_ARRAY_END) return true;
		if (w->token != JSON_TOKEN_OBJECT_BEGIN) return bad_shape(w, "a member of \"files\" is not an object");
		if (!file(w)) return false;
		page_file_over(w->r, mark);
	}
}

static bool meta_member(struct walk *w, void *context, str key)
{
	bool *has_version = context;
	str version = S("");
	if (!str_eq(key, S("api-version"))) return skip(w);
	if (!string(w, &version, "\"api-version\" is not a string")) return false;
	*has_version = true;
	return page_api_version(w->r, version);
}

static bool status_member(struct walk *w, void *context, str key)
{
	(void)context;
	if (str_eq(key, S("status"))) return string(w, &w->r->page->status, "the project's \"status\" is not a string");
	if (str_eq(key, S("reason"))) return string(w, &w->r->page->status_reason, "the status's \"reason\" is not a string");
	return skip(w);
}

struct page_walk {
	bool has_version, has_files;
};

static bool page_member(struct walk *w, void *context, str key)
{
	struct page_walk *pw = context;
	if (str_eq(key, S("files"))) {
		pw->has_files = true;
		return files(w);
	}
	if (str_eq(key, S("meta"))) {
		if (!next(w)) return false;
		if (w->token != JSON_TOKEN_OBJECT_BEGIN) return bad_shape(w, "\"meta\" is not an object");
		return object(w, meta_member, &pw->has_version);
	}
	if (str_eq(key, S("project-status"))) {
		if (!next(w)) return false;
		return w->token == JSON_TOKEN_OBJECT_BEGIN ? object(w, status_member, NULL) : skip_rest(w);
	}
	return skip(w);
}

bool page_read_json(struct page_reader *r)
{
	struct walk w = { .r = r };
	struct page_walk pw = { 0 };
	json_begin(&w.j, r->arena, r->text);
	if (!next(&w)) return false;
	if (w.token != JSON_TOKEN_OBJECT_BEGIN) return bad_shape(&w, "it is not a JSON object");
	if (!object(&w, page_member, &pw) || !next(&w)) return false;
	if (!pw.has_version) return bad_shape(&w, "it has no meta.api-version");
	if (!pw.has_files) return bad_shape(&w, "it has no \"files\"");
	return true;
}
