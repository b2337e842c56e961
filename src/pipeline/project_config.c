/* project_config.c: lamina.toml as a whole: its tables, their names, the variables in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/io.h"
#include "pipeline/project_parts.h"
#include "target/target.h"

#define CONFIG_MAX ((size_t)1 << 20)
#define NAME_LIMIT 64

struct reader {
	struct arena *a;
	struct config *config;
	const struct env *env;
	struct err *e;
};

static bool at(const struct reader *r, uint32_t offset) { return toml_where(r->e, &r->config->document, offset); }

static bool want_table(const struct reader *r, const struct toml_member *m)
{
	if (m->value->type == TOML_TABLE) return true;
	err_set(r->e, ERR_USAGE, "wrong-type", "`" STR_FMT "` must be a table, not %s", STR_ARG(m->key),
	        toml_type_name(m->value->type));
	return at(r, m->value->offset);
}

static bool artifact_name_ok(str name)
{
	if (name.n == 0 || name.n > NAME_LIMIT) return false;
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_alnum(name.p[i]) && name.p[i] != '_' && name.p[i] != '-') return false;
	return true;
}

static bool read_artifacts(struct reader *r, const struct toml_member *group, enum artifact_kind kind)
{
	if (!want_table(r, group)) return false;
	for (size_t i = 0; i < group->value->u.table.n; i++) {
		const struct toml_member *m = &group->value->u.table.p[i];
		if (!want_table(r, m)) return false;
		if (!artifact_name_ok(m->key)) {
			err_set(r->e, ERR_USAGE, "bad-value", "`" STR_FMT "` is no name for an artifact", STR_ARG(m->key));
			err_help(r->e, "use 1 to 64 letters, digits, \"-\" and \"_\"");
			return at(r, m->key_offset);
		}
		struct draft *d = vec_push(r->a, &r->config->drafts);
		uint32_t line, column;
		toml_line_column(r->config->document.text, m->key_offset, &line, &column);
		d->config = r->config;
		d->table = m->value;
		d->output_folder = r->config->folder;
		d->artifact.kind = kind;
		d->artifact.name = m->key;
		d->artifact.where = arena_fmt(r->a, STR_FMT ":%u", STR_ARG(r->config->document.path), line);
		if (!keys_read(r->a, r->config, m->value, kind == ARTIFACT_LAYER ? SCOPE_LAYER : SCOPE_FUNCTION, d, r->e)) return false;
	}
	return true;
}

static bool read_secret(struct reader *r, const struct toml_value *table, const char *key, str *out)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	if (!v) return true;
	if (v->type != TOML_STRING || !str_starts(v->u.string, S("${"))) {
		err_set(r->e, ERR_USAGE, "bad-value", "`%s` must be a variable such as \"${INDEX_PASSWORD}\"", key);
		err_why(r->e, "a file that is committed must not hold secrets");
		return at(r, v->offset);
	}
	return expand_variables(r->a, r->config, r->env, v, out, r->e);
}

/* "scheme://user:password@host": what stands before the "@" must come from the environment. */
static bool secrets_are_variables(str url)
{
	size_t from = str_find(url, S("://"));
	if (from == STR_NONE) return true;
	str authority = str_from_pos(url, from + 3);
	size_t slash = str_chr(authority, '/');
	if (slash != STR_NONE && !str_starts(authority, S("${"))) authority = str_slice(authority, 0, slash);
	size_t end = str_rchr(authority, '@');
	if (end == STR_NONE) return true;
	str user, password, info = str_slice(authority, 0, end);
	if (!str_cut(info, ':', &user, &password)) password = user;
	return str_starts(password, S("${"));
}

static bool read_index(struct reader *r, const struct toml_member *m)
{
	static const char *const known[] = { "url", "packages", "default", "username", "password", NULL };
	const struct toml_document *d = &r->config->document;
	const struct toml_value *t = m->value;
	for (size_t i = 0; i < t->u.table.n; i++) {
		bool found = false;
		for (const char *const *k = known; *k; k++) found = found || str_eq(t->u.table.p[i].key, str_from(*k));
		if (!found) return key_unknown(r->config, &t->u.table.p[i], known, S("an [index.NAME]"), r->e);
	}
	struct project_index *index = vec_push(r->a, &r->config->indexes);
	uint32_t line, column;
	toml_line_column(d->text, m->key_offset, &line, &column);
	index->name = m->key;
	index->where = arena_fmt(r->a, STR_FMT ":%u", STR_ARG(d->path), line);
	if (!toml_want_string(d, t, "url", &index->url, r->e) ||
	    !toml_want_strings(r->a, d, t, "packages", true, &index->packages, r->e) ||
	    !toml_want_bool(d, t, "default", &index->is_default, r->e))
		return false;
	const struct toml_value *url = toml_get(t, S("url"));
	if (!url) {
		err_set(r->e, ERR_USAGE, "bad-value", "[index." STR_FMT "] has no `url`", STR_ARG(m->key));
		return at(r, m->key_offset);
	}
	if (!secrets_are_variables(url->u.string)) {
		err_set(r->e, ERR_USAGE, "bad-value", "`url` holds a user or password");
		err_why(r->e, "a file that is committed must not hold secrets");
		err_help(r->e, "use username = \"${INDEX_USER}\" and password = \"${INDEX_PASSWORD}\"");
		return at(r, url->offset);
	}
	return expand_variables(r->a, r->config, r->env, url, &index->url, r->e) &&
	       read_secret(r, t, "username", &index->username) && read_secret(r, t, "password", &index->password);
}

static bool read_indexes(struct reader *r, const struct toml_member *group)
{
	if (!want_table(r, group)) return false;
	for (size_t i = 0; i < group->value->u.table.n; i++)
		if (!want_table(r, &group->value->u.table.p[i]) || !read_index(r, &group->value->u.table.p[i])) return false;
	return true;
}

/* Tables of other commands: keys and types; what the values mean is those commands' business. */
struct foreign_key {
	const char *name;
	bool (*is_right)(const struct toml_value *v);
	const char *expected;
};

static bool is_string(const struct toml_value *v) { return v->type == TOML_STRING; }
static bool is_bool(const struct toml_value *v) { return v->type == TOML_BOOL; }
static bool is_integer(const struct toml_value *v) { return v->type == TOML_INTEGER; }
static bool is_strings(const struct toml_value *v)
{
	if (v->type != TOML_ARRAY) return is_string(v);
	for (size_t i = 0; i < v->u.array.n; i++)
		if (!is_string(v->u.array.p[i])) return false;
	return true;
}

static const struct foreign_key check_keys[] = { { "ignore", is_strings, "a list of strings" },
	                                             { "warn", is_strings, "a list of strings" },
	                                             { "error", is_strings, "a list of strings" },
	                                             { 0 } };
static const struct foreign_key deploy_keys[] = {
	{ "region", is_strings, "a string or a list of strings" },
	{ "profile", is_string, "a string" },
	{ "endpoint-url", is_string, "a string" },
	{ "bucket", is_string, "a string" },
	{ "prefix", is_string, "a string" },
	{ "always", is_bool, "true or false" },
	{ "kms-key-id", is_string, "a string" },
	{ "alias", is_string, "a string" },
	{ "keep-versions", is_integer, "a whole number" },
	{ 0 },
};

static bool read_foreign_key(struct reader *r, const struct toml_member *m, const struct foreign_key *keys, str table)
{
	const char *known[16];
	size_t n = 0;
	for (const struct foreign_key *k = keys; k->name; k++) {
		known[n++] = k->name;
		if (!str_eq(m->key, str_from(k->name))) continue;
		if (k->is_right(m->value)) return true;
		err_set(r->e, ERR_USAGE, "wrong-type", "`" STR_FMT "` must be %s, not %s", STR_ARG(m->key), k->expected,
		        toml_type_name(m->value->type));
		return at(r, m->value->offset);
	}
	known[n] = NULL;
	return key_unknown(r->config, m, known, table, r->e);
}

static bool read_foreign(struct reader *r, const struct toml_member *group, const struct foreign_key *keys, str table)
{
	if (!want_table(r, group)) return false;
	for (size_t i = 0; i < group->value->u.table.n; i++)
		if (!read_foreign_key(r, &group->value->u.table.p[i], keys, table)) return false;
	return true;
}

static bool read_top(struct reader *r, const struct toml_member *m)
{
	static const char *const tables[] = { "defaults", "index", "layer", "function", "check", "deploy", NULL };
	if (str_eq(m->key, S("defaults"))) {
		r->config->defaults.output_folder = r->config->folder;
		r->config->defaults.table = m->value;
		return want_table(r, m) && keys_read(r->a, r->config, m->value, SCOPE_DEFAULTS, &r->config->defaults, r->e);
	}
	if (str_eq(m->key, S("index"))) return read_indexes(r, m);
	if (str_eq(m->key, S("layer"))) return read_artifacts(r, m, ARTIFACT_LAYER);
	if (str_eq(m->key, S("function"))) return read_artifacts(r, m, ARTIFACT_FUNCTION);
	if (str_eq(m->key, S("check"))) return read_foreign(r, m, check_keys, S("[check]"));
	if (str_eq(m->key, S("deploy"))) return read_foreign(r, m, deploy_keys, S("[deploy]"));
	return key_unknown(r->config, m, tables, S("lamina.toml"), r->e);
}

static bool check_names(struct reader *r)
{
	for (size_t i = 0; i < r->config->drafts.n; i++)
		for (size_t k = 0; k < i; k++) {
			if (!str_eq(r->config->drafts.p[i].artifact.name, r->config->drafts.p[k].artifact.name)) continue;
			err_set(r->e, ERR_USAGE, "bad-value", "a layer and a function are both called `" STR_FMT "`",
			        STR_ARG(r->config->drafts.p[i].artifact.name));
			return err_where(r->e, STR_FMT, STR_ARG(r->config->drafts.p[i].artifact.where));
		}
	return true;
}

/* A function's layers are ARNs or layers of this file. */
static bool check_layer(struct reader *r, const struct toml_value *name, const str *known, size_t n)
{
	if (name->type != TOML_STRING || str_starts(name->u.string, S("arn:"))) return true;
	for (size_t i = 0; i < n; i++)
		if (str_eq(known[i], name->u.string)) return true;
	err_set(r->e, ERR_USAGE, "unknown-artifact", "there is no [layer." STR_FMT "]", STR_ARG(name->u.string));
	str near = target_nearest_name(name->u.string, known, n);
	if (near.n) err_help(r->e, "did you mean `" STR_FMT "`?", STR_ARG(near));
	return at(r, name->offset);
}

static bool check_layers(struct reader *r)
{
	const struct toml_value *functions = toml_get(r->config->document.root, S("function"));
	str *known = arena_array(r->a, str, r->config->drafts.n);
	size_t n = 0;
	for (size_t i = 0; i < r->config->drafts.n; i++)
		if (r->config->drafts.p[i].artifact.kind == ARTIFACT_LAYER) known[n++] = r->config->drafts.p[i].artifact.name;
	for (size_t i = 0; functions && i < functions->u.table.n; i++) {
		const struct toml_value *layers = toml_get(functions->u.table.p[i].value, S("layers"));
		if (!layers) continue;
		if (layers->type == TOML_STRING && !check_layer(r, layers, known, n)) return false;
		for (size_t k = 0; layers->type == TOML_ARRAY && k < layers->u.array.n; k++)
			if (!check_layer(r, layers->u.array.p[k], known, n)) return false;
	}
	return true;
}

bool config_parse(struct arena *a, str text, str path, const struct env *env, struct config *out, struct err *e)
{
	struct reader r = { .a = a, .config = out, .env = env, .e = e };
	*out = (struct config){ .folder = path_dir(path) };
	if (str_eq(out->folder, S("."))) out->folder = (str){ 0 };
	bool ok = toml_parse(a, text, path, &out->document, e);
	for (size_t i = 0; ok && i < out->document.root->u.table.n; i++) ok = read_top(&r, &out->document.root->u.table.p[i]);
	ok = ok && check_names(&r) && check_layers(&r);
	/* A configuration that cannot be read is a usage error; to the reader of TOML it is a bad input file. */
	if (!ok && e->code == ERR_FORMAT) e->code = ERR_USAGE;
	if (!ok && strcmp(e->id, "toml-type") == 0) e->id = "wrong-type";
	return ok;
}

bool config_read(struct arena *a, str path, const struct env *env, struct config *out, struct err *e)
{
	str text;
	return io_read_file(a, arena_cstr(a, path), CONFIG_MAX, &text, e) && config_parse(a, text, path, env, out, e);
}

str config_place(struct arena *a, const struct config *config, uint32_t offset)
{
	uint32_t line, column;
	toml_line_column(config->document.text, offset, &line, &column);
	return arena_fmt(a, STR_FMT ":%u:%u", STR_ARG(config->document.path), line, column);
}

/* One "${...}" at text[*i]; appends its value. */
static bool expand_one(const struct config *config, const struct env *env, const struct toml_value *value, size_t *i,
                       struct buf *out, struct err *e)
{
	str text = value->u.string;
	size_t close = str_find(str_from_pos(text, *i), S("}"));
	if (close == STR_NONE) {
		err_set(e, ERR_USAGE, "bad-value", "`${` without `}`");
		return toml_where(e, &config->document, value->offset);
	}
	str inside = str_slice(text, *i + 2, *i + close), name = inside, fallback = { 0 };
	size_t dash = str_find(inside, S(":-"));
	if (dash != STR_NONE) {
		name = str_slice(inside, 0, dash);
		fallback = str_from_pos(inside, dash + 2);
	}
	char key[256];
	const char *found = NULL;
	if (name.n < sizeof key && name.n > 0) {
		memcpy(key, name.p, name.n);
		key[name.n] = '\0';
		found = env_get_nonempty(env, key);
	}
	if (!found && dash == STR_NONE) {
		err_set(e, ERR_USAGE, "variable-unset", "the variable " STR_FMT " is not set", STR_ARG(name));
		err_help(e, "export " STR_FMT "=..., or give a default: ${" STR_FMT ":-value}", STR_ARG(name), STR_ARG(name));
		return toml_where(e, &config->document, value->offset);
	}
	*i += close + 1;
	return buf_add_str(out, found ? str_from(found) : fallback);
}

bool expand_variables(struct arena *a, const struct config *config, const struct env *env, const struct toml_value *value,
                      str *out, struct err *e)
{
	str text = value->u.string;
	struct buf b;
	buf_init(&b, CONFIG_MAX);
	bool ok = true;
	for (size_t i = 0; ok && i < text.n;) {
		if (str_starts(str_from_pos(text, i), S("${")))
			ok = expand_one(config, env, value, &i, &b, e);
		else
			ok = buf_add_char(&b, text.p[i++]);
	}
	if (ok) *out = buf_take(&b, a);
	if (b.over)
		err_set(e, ERR_USAGE, "bad-value", "a value is longer than %zu bytes once its variables are replaced", CONFIG_MAX);
	buf_release(&b);
	return ok;
}
