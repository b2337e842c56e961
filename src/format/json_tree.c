/* json_tree.c: small JSON documents as a tree, built from the pull reader's tokens.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The open containers lie on an explicit stack of JSON_DEPTH_MAX levels. An object with more than MEMBERS_LINEAR members gets a
 * map, so that repeated keys (the last value wins, as in Python's json) cost no quadratic time. */
#include "base/map.h"
#include "base/vec.h"
#include "format/json.h"

#define MEMBERS_LINEAR 8

struct level {
	struct json_value *container;
	struct map *keys; /* key -> position + 1, once the object is large */
	str key;          /* of the value that comes next */
};

struct builder {
	struct arena *arena;
	struct level *levels;
	size_t depth, n_values;
	struct json_value *root;
};

static size_t member_position(const struct level *l, str key)
{
	if (l->keys) return (uintptr_t)map_get(l->keys, key) - 1; /* absent: 0 - 1 = STR_NONE */
	for (size_t i = 0; i < l->container->members.n; i++)
		if (str_eq(l->container->members.p[i].key, key)) return i;
	return STR_NONE;
}

static void add_member(struct arena *a, struct level *l, struct json_value *value)
{
	struct json_value *object = l->container;
	size_t position = member_position(l, l->key);
	if (position != STR_NONE) {
		object->members.p[position].value = value;
		return;
	}
	if (!l->keys && object->members.n == MEMBERS_LINEAR) {
		l->keys = arena_new(a, struct map);
		map_init(l->keys, a);
		for (size_t i = 0; i < object->members.n; i++)
			*map_put(l->keys, object->members.p[i].key, NULL) = (void *)(uintptr_t)(i + 1);
	}
	*vec_push(a, &object->members) = (struct json_member){ l->key, value };
	if (l->keys) *map_put(l->keys, l->key, NULL) = (void *)(uintptr_t)object->members.n;
}

static void attach(struct builder *b, struct json_value *value)
{
	if (b->depth == 0) {
		b->root = value;
		return;
	}
	struct level *l = &b->levels[b->depth - 1];
	if (l->container->type == JSON_OBJECT)
		add_member(b->arena, l, value);
	else
		*vec_push(b->arena, &l->container->items) = value;
}

static enum json_type type_of(enum json_token token)
{
	switch (token) {
	case JSON_TOKEN_TRUE:
	case JSON_TOKEN_FALSE: return JSON_BOOL;
	case JSON_TOKEN_NUMBER: return JSON_NUMBER;
	case JSON_TOKEN_STRING: return JSON_STRING;
	case JSON_TOKEN_ARRAY_BEGIN: return JSON_ARRAY;
	case JSON_TOKEN_OBJECT_BEGIN: return JSON_OBJECT;
	default: return JSON_NULL;
	}
}

static bool add_value(struct builder *b, enum json_token token, str text, uint64_t at, struct err *e)
{
	if (b->n_values++ == JSON_VALUES_MAX) {
		err_set(e, ERR_FORMAT, "json", "the document has more than %d values", JSON_VALUES_MAX);
		return err_at(e, at);
	}
	struct json_value *value = arena_new(b->arena, struct json_value);
	value->type = type_of(token);
	value->boolean = token == JSON_TOKEN_TRUE;
	value->text = text;
	attach(b, value);
	if (value->type == JSON_ARRAY || value->type == JSON_OBJECT) b->levels[b->depth++] = (struct level){ .container = value };
	return true;
}

bool json_parse(struct arena *a, str text, struct json_value **out, struct err *e)
{
	struct builder b = { .arena = a, .levels = arena_array(a, struct level, JSON_DEPTH_MAX) };
	struct json_reader r;
	json_begin(&r, a, text);
	for (;;) {
		enum json_token token;
		str value;
		if (!json_next(&r, &token, &value, e)) return false;
		switch (token) {
		case JSON_TOKEN_END: *out = b.root; return true;
		case JSON_TOKEN_KEY: b.levels[b.depth - 1].key = value; break;
		case JSON_TOKEN_ARRAY_END:
		case JSON_TOKEN_OBJECT_END: b.depth--; break;
		default:
			if (!add_value(&b, token, value, r.at, e)) return false;
		}
	}
}

const struct json_value *json_get(const struct json_value *object, str key)
{
	if (!object || object->type != JSON_OBJECT) return NULL;
	for (size_t i = 0; i < object->members.n; i++)
		if (str_eq(object->members.p[i].key, key)) return object->members.p[i].value;
	return NULL;
}

bool json_u64(const struct json_value *v, uint64_t *out) { return v && v->type == JSON_NUMBER && str_u64(v->text, out); }
