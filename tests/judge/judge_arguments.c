/* judge_arguments.c: the typed arguments of a request.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sha256.h"
#include "judge.h"

bool judge_bad_request(struct err *e, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return err_set(e, ERR_USAGE, "request", "%s", text);
}

static const struct json_value *argument(const struct judge_call *c, const char *name)
{
	const struct json_value *v = json_get(c->request, str_from(name));
	return v && v->type != JSON_NULL ? v : NULL;
}

static bool missing(struct err *e, const char *name) { return judge_bad_request(e, "the argument `%s` is missing", name); }

static bool wrong(struct err *e, const char *name, const char *type)
{
	return judge_bad_request(e, "the argument `%s` must be %s", name, type);
}

bool judge_has(const struct judge_call *c, const char *name) { return argument(c, name) != NULL; }

bool judge_string_or(const struct judge_call *c, const char *name, str *out, struct err *e)
{
	const struct json_value *v = argument(c, name);
	if (!v) return true;
	if (v->type != JSON_STRING) return wrong(e, name, "a string");
	*out = v->text;
	return true;
}

bool judge_string(const struct judge_call *c, const char *name, str *out, struct err *e)
{
	return judge_has(c, name) ? judge_string_or(c, name, out, e) : missing(e, name);
}

bool judge_path(const struct judge_call *c, const char *name, const char **out, struct err *e)
{
	str path;
	if (!judge_string(c, name, &path, e)) return false;
	if (str_chr(path, '\0') != STR_NONE) return wrong(e, name, "a path without NUL");
	*out = arena_cstr(c->arena, path);
	return true;
}

bool judge_bytes(const struct judge_call *c, str *out, struct err *e)
{
	str encoded;
	if (judge_has(c, "text") == judge_has(c, "base64")) return judge_bad_request(e, "give either `text` or `base64`");
	if (judge_has(c, "text")) return judge_string(c, "text", out, e);
	if (!judge_string(c, "base64", &encoded, e)) return false;
	return base64_decode(c->arena, encoded, false, out) || wrong(e, "base64", "base64 with padding");
}

bool judge_strings_or(const struct judge_call *c, const char *name, struct str_list *out, struct err *e)
{
	const struct json_value *v = argument(c, name);
	if (!v) return true;
	if (v->type != JSON_ARRAY) return wrong(e, name, "a list of strings");
	struct str_list list = { 0 };
	for (size_t i = 0; i < v->items.n; i++) {
		if (v->items.p[i]->type != JSON_STRING) return wrong(e, name, "a list of strings");
		*vec_push(c->arena, &list) = v->items.p[i]->text;
	}
	*out = list;
	return true;
}

bool judge_strings(const struct judge_call *c, const char *name, struct str_list *out, struct err *e)
{
	return judge_has(c, name) ? judge_strings_or(c, name, out, e) : missing(e, name);
}

bool judge_bool(const struct judge_call *c, const char *name, bool *out, struct err *e)
{
	const struct json_value *v = argument(c, name);
	if (!v) return true;
	if (v->type != JSON_BOOL) return wrong(e, name, "true or false");
	*out = v->boolean;
	return true;
}

bool judge_tristate(const struct judge_call *c, const char *name, enum judge_tristate *out, struct err *e)
{
	bool value = false;
	if (!judge_bool(c, name, &value, e)) return false;
	*out = !judge_has(c, name) ? JUDGE_NULL : value ? JUDGE_TRUE : JUDGE_FALSE;
	return true;
}

bool judge_u64(const struct judge_call *c, const char *name, uint64_t *out, struct err *e)
{
	const struct json_value *v = argument(c, name);
	return !v || json_u64(v, out) || wrong(e, name, "a whole number from 0 to 2^64 - 1");
}

bool judge_object(const struct judge_call *c, const char *name, const struct json_value **out, struct err *e)
{
	const struct json_value *v = argument(c, name);
	if (v && v->type != JSON_OBJECT) return wrong(e, name, "an object");
	*out = v;
	return true;
}
