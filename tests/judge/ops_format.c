/* ops_format.c: the formats for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "format/number.h"
#include "format/toml.h"
#include "judge.h"

static bool json_decode(struct judge_call *c, struct err *e)
{
	str text;
	struct json_reader r;
	enum json_token token;
	if (!judge_bytes(c, &text, e)) return false;
	json_begin(&r, c->arena, text);
	do {
		str value;
		if (!json_next(&r, &token, &value, e)) return false;
	} while (token != JSON_TOKEN_END);
	json_write_bool(c->out, true);
	return true;
}

/* --- toml.decode: the tagged JSON of toml-test --- */

static str float_text(struct arena *a, double v)
{
	char text[NUMBER_DOUBLE_SIZE];
	if (isnan(v)) return S("nan");
	if (isinf(v)) return v < 0 ? S("-inf") : S("inf");
	number_from_double(v, text);
	return arena_fmt(a, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void write_tagged(struct judge_call *c, const char *type, str value)
{
	json_write_object(c->out);
	json_write_key(c->out, S("type"));
	json_write_string(c->out, str_from(type));
	json_write_key(c->out, S("value"));
	json_write_string(c->out, value);
	json_write_object_end(c->out);
}

/* The nesting is bounded by the parser. */
static void write_toml(struct judge_call *c, const struct toml_value *v)
{
	switch (v->type) {
	case TOML_STRING: write_tagged(c, "string", v->u.string); break;
	case TOML_INTEGER: write_tagged(c, "integer", arena_fmt(c->arena, "%" PRId64, v->u.integer)); break;
	case TOML_FLOAT: write_tagged(c, "float", float_text(c->arena, v->u.real)); break;
	case TOML_BOOL: write_tagged(c, "bool", v->u.boolean ? S("true") : S("false")); break;
	case TOML_DATETIME: write_tagged(c, "datetime", v->u.string); break;
	case TOML_LOCAL_DATETIME: write_tagged(c, "datetime-local", v->u.string); break;
	case TOML_LOCAL_DATE: write_tagged(c, "date-local", v->u.string); break;
	case TOML_LOCAL_TIME: write_tagged(c, "time-local", v->u.string); break;
	case TOML_ARRAY:
		json_write_array(c->out);
		for (size_t i = 0; i < v->u.array.n; i++) write_toml(c, v->u.array.p[i]);
		json_write_array_end(c->out);
		break;
	case TOML_TABLE:
		json_write_object(c->out);
		for (size_t i = 0; i < v->u.table.n; i++) {
			json_write_key(c->out, v->u.table.p[i].key);
			write_toml(c, v->u.table.p[i].value);
		}
		json_write_object_end(c->out);
		break;
	}
}

static bool toml_decode(struct judge_call *c, struct err *e)
{
	str text;
	struct toml_document d;
	if (!judge_bytes(c, &text, e) || !toml_parse(c->arena, text, S("text"), &d, e)) return false;
	write_toml(c, d.root);
	return true;
}

const struct judge_op judge_ops_format[] = {
	{ "json.decode", "text base64", json_decode },
	{ "toml.decode", "text base64", toml_decode },
	{ 0 },
};
