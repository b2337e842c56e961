/* fuzz_json.c: the JSON readers agree with each other, and what the writer writes reads back as the same text.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "format/json.h"

static void write_value(struct json_writer *w, const struct json_value *v)
{
	switch (v->type) {
	case JSON_NULL: json_write_null(w); break;
	case JSON_BOOL: json_write_bool(w, v->boolean); break;
	case JSON_NUMBER: json_write_raw(w, v->text); break;
	case JSON_STRING: json_write_string(w, v->text); break;
	case JSON_ARRAY:
		json_write_array(w);
		for (size_t i = 0; i < v->items.n; i++) write_value(w, v->items.p[i]);
		json_write_array_end(w);
		break;
	case JSON_OBJECT:
		json_write_object(w);
		for (size_t i = 0; i < v->members.n; i++) {
			json_write_key(w, v->members.p[i].key);
			write_value(w, v->members.p[i].value);
		}
		json_write_object_end(w);
		break;
	}
}

static bool pull(struct arena *a, str text, bool skip)
{
	struct json_reader r;
	struct err e = { 0 };
	enum json_token token = JSON_TOKEN_NULL;
	str value;
	json_begin(&r, a, text);
	if (skip && !json_skip(&r, &e)) return false;
	while (token != JSON_TOKEN_END)
		if (!json_next(&r, &token, &value, &e)) return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct json_value *v, *again;
	str text = { (const char *)data, size };
	bool ok = json_parse(&a, text, &v, &e);
	if (pull(&a, text, false) != ok || pull(&a, text, true) != ok) abort();
	if (!ok && (e.code != ERR_FORMAT || !e.has_offset || e.offset > size)) abort();
	if (ok) {
		struct buf once, twice;
		struct json_writer w;
		buf_init(&once, (size_t)1 << 30);
		buf_init(&twice, (size_t)1 << 30);
		json_write_begin(&w, &once);
		write_value(&w, v);
		if (!json_parse(&a, buf_str(&once), &again, &e)) abort();
		json_write_begin(&w, &twice);
		write_value(&w, again);
		if (!str_eq(buf_str(&once), buf_str(&twice))) abort();
		buf_release(&once);
		buf_release(&twice);
	}
	arena_release(&a);
	return 0;
}
