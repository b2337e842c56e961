/* ops_format.c: the formats for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "format/html.h"
#include "format/ini.h"
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

/* --- ini.parse: [[section, [[key, value], ..]], ..], DEFAULT first --- */

static void write_section(struct judge_call *c, str name, const struct ini_section *section)
{
	json_write_array(c->out);
	json_write_string(c->out, name);
	json_write_array(c->out);
	for (size_t i = 0; i < section->entries.n; i++) {
		json_write_array(c->out);
		json_write_string(c->out, section->entries.p[i].key);
		json_write_string(c->out, section->entries.p[i].value);
		json_write_array_end(c->out);
	}
	json_write_array_end(c->out);
	json_write_array_end(c->out);
}

static bool ini_parse_op(struct judge_call *c, struct err *e)
{
	str text;
	struct ini ini;
	if (!judge_bytes(c, &text, e) || !ini_parse(c->arena, text, S("text"), &ini, e)) return false;
	json_write_array(c->out);
	write_section(c, S("DEFAULT"), &ini.defaults);
	for (size_t i = 0; i < ini.sections.n; i++) write_section(c, ini.sections.p[i].name, &ini.sections.p[i]);
	json_write_array_end(c->out);
	return true;
}

/* --- html.tokens: ["text", content], ["open", name, [[attribute, value or null], ..]], ["close", name] --- */

static void write_token(struct judge_call *c, enum html_token token, const struct html_reader *r)
{
	static const char *const kinds[] = { [HTML_TEXT] = "text", [HTML_OPEN] = "open", [HTML_CLOSE] = "close" };
	json_write_array(c->out);
	json_write_string(c->out, str_from(kinds[token]));
	json_write_string(c->out, token == HTML_TEXT ? r->content : r->name);
	if (token == HTML_OPEN) {
		json_write_array(c->out);
		for (size_t i = 0; i < r->n_attributes; i++) {
			json_write_array(c->out);
			json_write_string(c->out, r->attributes[i].name);
			if (r->attributes[i].has_value)
				json_write_string(c->out, r->attributes[i].value);
			else
				json_write_null(c->out);
			json_write_array_end(c->out);
		}
		json_write_array_end(c->out);
	}
	json_write_array_end(c->out);
}

static bool html_tokens(struct judge_call *c, struct err *e)
{
	str text;
	struct html_reader r;
	enum html_token token;
	if (!judge_bytes(c, &text, e)) return false;
	html_begin(&r, c->arena, text);
	json_write_array(c->out);
	while ((token = html_next(&r)) != HTML_END) write_token(c, token, &r);
	json_write_array_end(c->out);
	return true;
}

const struct judge_op judge_ops_format[] = {
	{ "json.decode", "text base64", json_decode },
	{ "toml.decode", "text base64", toml_decode },
	{ "ini.parse", "text base64", ini_parse_op },
	{ "html.tokens", "text base64", html_tokens },
	{ 0 },
};
