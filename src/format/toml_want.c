/* toml_want.c: looking values up in TOML documents, with errors that name key, types and place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "base/vec.h"
#include "format/toml.h"

const struct toml_value *toml_get(const struct toml_value *table, str key)
{
	if (!table || table->type != TOML_TABLE) return NULL;
	if (table->u.table.index) {
		size_t position = (uintptr_t)map_get(table->u.table.index, key);
		return position ? table->u.table.p[position - 1].value : NULL;
	}
	for (size_t i = 0; i < table->u.table.n; i++)
		if (str_eq(table->u.table.p[i].key, key)) return table->u.table.p[i].value;
	return NULL;
}

const struct toml_value *toml_at(const struct toml_value *table, const char *dotted)
{
	str rest = str_from(dotted), key;
	bool more = true;
	while (table && more) {
		more = str_cut(rest, '.', &key, &rest);
		table = toml_get(table, key);
	}
	return table;
}

/* Names with their article, as messages need them. */
static const char *const names[] = {
	[TOML_STRING] = "a string",         [TOML_INTEGER] = "an integer",      [TOML_FLOAT] = "a float",
	[TOML_BOOL] = "a boolean",          [TOML_DATETIME] = "a date-time",    [TOML_LOCAL_DATETIME] = "a local date-time",
	[TOML_LOCAL_DATE] = "a local date", [TOML_LOCAL_TIME] = "a local time", [TOML_ARRAY] = "an array",
	[TOML_TABLE] = "a table",
};

const char *toml_type_name(enum toml_type type)
{
	str name = str_from(names[type]);
	return names[type] + str_chr(name, ' ') + 1;
}

static bool fail_type(const struct toml_document *d, const char *key, const char *wanted, const struct toml_value *found,
                      struct err *e)
{
	err_set(e, ERR_FORMAT, "toml-type", "`%s` must be %s, found %s", key, wanted, names[found->type]);
	err_at(e, found->offset);
	return toml_where(e, d, found->offset);
}

/* The value of the wanted type in *out, NULL when absent. */
static bool want(const struct toml_document *d, const struct toml_value *table, const char *key, enum toml_type type,
                 const struct toml_value **out, struct err *e)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	if (v && v->type != type) return fail_type(d, key, names[type], v, e);
	*out = v;
	return true;
}

bool toml_want_string(const struct toml_document *d, const struct toml_value *table, const char *key, str *out, struct err *e)
{
	const struct toml_value *v;
	if (!want(d, table, key, TOML_STRING, &v, e)) return false;
	if (v) *out = v->u.string;
	return true;
}

bool toml_want_bool(const struct toml_document *d, const struct toml_value *table, const char *key, bool *out, struct err *e)
{
	const struct toml_value *v;
	if (!want(d, table, key, TOML_BOOL, &v, e)) return false;
	if (v) *out = v->u.boolean;
	return true;
}

bool toml_want_integer(const struct toml_document *d, const struct toml_value *table, const char *key, int64_t *out,
                       struct err *e)
{
	const struct toml_value *v;
	if (!want(d, table, key, TOML_INTEGER, &v, e)) return false;
	if (v) *out = v->u.integer;
	return true;
}

bool toml_want_strings(struct arena *a, const struct toml_document *d, const struct toml_value *table, const char *key,
                       bool one_ok, struct str_list *out, struct err *e)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	struct str_list list = { 0 };
	const char *wanted = one_ok ? "a string or an array of strings" : "an array of strings";
	if (!v) return true;
	if (one_ok && v->type == TOML_STRING) {
		*vec_push(a, &list) = v->u.string;
		*out = list;
		return true;
	}
	if (v->type != TOML_ARRAY) return fail_type(d, key, wanted, v, e);
	for (size_t i = 0; i < v->u.array.n; i++) {
		if (v->u.array.p[i]->type != TOML_STRING) return fail_type(d, key, wanted, v->u.array.p[i], e);
		*vec_push(a, &list) = v->u.array.p[i]->u.string;
	}
	*out = list;
	return true;
}

bool toml_want_table(const struct toml_document *d, const struct toml_value *table, const char *key,
                     const struct toml_value **out, struct err *e)
{
	return want(d, table, key, TOML_TABLE, out, e);
}

bool toml_want_array(const struct toml_document *d, const struct toml_value *table, const char *key,
                     const struct toml_value **out, struct err *e)
{
	return want(d, table, key, TOML_ARRAY, out, e);
}
