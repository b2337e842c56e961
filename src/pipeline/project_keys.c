/* project_keys.c: the keys of an artifact in lamina.toml, as one table of name, type and place.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Keys that only later commands use (role, memory-size ...) are checked for their type here, so that a file is right or wrong for
 * every command alike. */
#include <stddef.h>
#include <string.h>

#include "base/io.h"
#include "pipeline/project_parts.h"
#include "pipeline/provided.h"
#include "python/name.h"
#include "target/target.h"

enum key_type {
	KEY_STRING,      /* str */
	KEY_STRINGS,     /* str_list; one string counts as a list of one */
	KEY_NAMES,       /* str_list of project names, normalised */
	KEY_PATHS,       /* str_list joined to the folder of lamina.toml */
	KEY_PROVIDED,    /* str_list; what is a path in it is joined alike */
	KEY_REQUIREMENT, /* dependency_input */
	KEY_LOCK,
	KEY_PROJECT,
	KEY_PACKAGE,
	KEY_BINARY,  /* artifact_binary of the kind that stands for the offset */
	KEY_COMMAND, /* words, or one text for the shell */
	KEY_FILES,   /* table target = source */
	KEY_PREFER,  /* table glob = distribution */
	KEY_CHOICE,  /* bool */
	KEY_GO,      /* project_go.c */
	KEY_LATER,   /* the contract knows it, this version does not */
	KEY_IS_STRING,
	KEY_IS_STRINGS,
	KEY_IS_BOOL,
	KEY_IS_INTEGER,
	KEY_IS_TABLE,
	KEY_IS_ANY /* type checked, used elsewhere */
};

struct key {
	const char *name;
	enum key_type type;
	unsigned scopes;
	size_t offset; /* in struct draft; KEY_BINARY: enum binary_kind */
};

#define ALL        (SCOPE_DEFAULTS | SCOPE_LAYER | SCOPE_FUNCTION)
#define AT(member) offsetof(struct draft, member)

static const struct key keys[] = {
	{ "requirements", KEY_REQUIREMENT, ALL, 0 },
	{ "lock", KEY_LOCK, ALL, 0 },
	{ "project", KEY_PROJECT, ALL, 0 },
	{ "groups", KEY_STRINGS, ALL, AT(artifact.groups) },
	{ "only-groups", KEY_STRINGS, ALL, AT(artifact.only_groups) },
	{ "extras", KEY_STRINGS, ALL, AT(artifact.extras) },
	{ "only", KEY_NAMES, ALL, AT(artifact.only) },
	{ "packages", KEY_NAMES, ALL, AT(artifact.only) },
	{ "exclude", KEY_NAMES, ALL, AT(artifact.exclude) },
	{ "files", KEY_FILES, ALL, 0 },
	{ "sdists", KEY_STRING, ALL, AT(artifact.private.sdists) },
	{ "build", KEY_STRING, ALL, AT(artifact.private.build) },
	{ "provided", KEY_PROVIDED, ALL, AT(artifact.provided) },
	{ "prefer", KEY_PREFER, ALL, 0 },
	{ "slim", KEY_STRINGS, ALL, AT(slim) },
	{ "compress", KEY_STRING, ALL, AT(compress) },
	{ "bytecode", KEY_STRING, ALL, AT(bytecode) },
	{ "scripts", KEY_CHOICE, ALL, AT(scripts) },
	{ "runtime", KEY_STRINGS, ALL, AT(runtimes) },
	{ "arch", KEY_STRINGS, ALL, AT(archs) },
	{ "output", KEY_STRING, ALL, AT(output) },
	{ "package", KEY_PACKAGE, ALL, 0 },
	{ "command", KEY_COMMAND, SCOPE_LAYER | SCOPE_FUNCTION, 0 },
	{ "layout", KEY_STRING, SCOPE_DEFAULTS | SCOPE_LAYER, AT(layout) },
	{ "bin", KEY_BINARY, SCOPE_LAYER | SCOPE_FUNCTION, BINARY_BIN },
	{ "lib", KEY_BINARY, SCOPE_LAYER | SCOPE_FUNCTION, BINARY_LIB },
	{ "extension", KEY_BINARY, SCOPE_LAYER, BINARY_EXTENSION },
	{ "split", KEY_LATER, SCOPE_LAYER, 0 },
	{ "description", KEY_IS_STRING, SCOPE_LAYER | SCOPE_FUNCTION, 0 },
	{ "license", KEY_IS_STRING, SCOPE_LAYER, 0 },
	{ "compatible-runtimes", KEY_IS_STRINGS, SCOPE_LAYER, 0 },
	{ "public", KEY_IS_BOOL, SCOPE_LAYER, 0 },
	{ "share-with", KEY_IS_STRINGS, SCOPE_LAYER, 0 },
	{ "layer-name", KEY_IS_STRING, SCOPE_LAYER, 0 },
	{ "source", KEY_PATHS, SCOPE_FUNCTION | SCOPE_LAYER, AT(artifact.sources) },
	{ "include", KEY_STRINGS, SCOPE_FUNCTION | SCOPE_LAYER, AT(artifact.include) },
	{ "exclude-path", KEY_STRINGS, SCOPE_FUNCTION | SCOPE_LAYER, AT(artifact.exclude_path) },
	{ "handler", KEY_STRING, SCOPE_FUNCTION, AT(artifact.handler) },
	{ "go", KEY_GO, SCOPE_FUNCTION, 0 },
	{ "go-tags", KEY_GO, SCOPE_DEFAULTS | SCOPE_FUNCTION, 0 },
	{ "go-ldflags", KEY_GO, SCOPE_DEFAULTS | SCOPE_FUNCTION, 0 },
	{ "go-cgo", KEY_GO, SCOPE_DEFAULTS | SCOPE_FUNCTION, 0 },
	{ "go-env", KEY_GO, SCOPE_DEFAULTS | SCOPE_FUNCTION, 0 },
	{ "bootstrap", KEY_BINARY, SCOPE_FUNCTION, BINARY_BOOTSTRAP },
	{ "layers", KEY_IS_STRINGS, SCOPE_FUNCTION, 0 },
	{ "function-name", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
	{ "role", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
	{ "memory-size", KEY_IS_INTEGER, SCOPE_FUNCTION, 0 },
	{ "timeout", KEY_IS_INTEGER, SCOPE_FUNCTION, 0 },
	{ "ephemeral-storage", KEY_IS_INTEGER, SCOPE_FUNCTION, 0 },
	{ "environment", KEY_IS_TABLE, SCOPE_FUNCTION, 0 },
	{ "tags", KEY_IS_TABLE, SCOPE_FUNCTION, 0 },
	{ "alias", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
	{ "tracing", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
	{ "log-format", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
	{ "vpc", KEY_IS_TABLE, SCOPE_FUNCTION, 0 },
	{ "kms-key-arn", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
	{ "smoke", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
	{ "smoke-expect", KEY_IS_STRING, SCOPE_FUNCTION, 0 },
};
#define N_KEYS (sizeof keys / sizeof *keys)

/* One key being read. */
struct reading {
	struct arena *a;
	const struct config *config;
	const struct toml_member *member;
	const struct key *key;
	struct draft *draft;
	struct err *e;
};

static bool wrong_type(const struct reading *r, const struct toml_value *v, const char *expected)
{
	err_set(r->e, ERR_USAGE, "wrong-type", "`" STR_FMT "` must be %s, not %s", STR_ARG(r->member->key), expected,
	        toml_type_name(v->type));
	return toml_where(r->e, &r->config->document, v->offset);
}

static bool strings(const struct reading *r, struct str_list *out)
{
	const struct toml_value *v = r->member->value;
	*out = (struct str_list){ 0 };
	if (v->type == TOML_STRING) {
		*vec_push(r->a, out) = v->u.string;
		return true;
	}
	if (v->type != TOML_ARRAY) return wrong_type(r, v, "a list of strings");
	for (size_t i = 0; i < v->u.array.n; i++) {
		const struct toml_value *item = v->u.array.p[i];
		if (item->type != TOML_STRING) return wrong_type(r, item, "a list of strings");
		*vec_push(r->a, out) = item->u.string;
	}
	return true;
}

/* Where the i-th of the strings stands. */
static str place_of(const struct reading *r, size_t i)
{
	const struct toml_value *v = r->member->value;
	return config_place(r->a, r->config, v->type == TOML_ARRAY ? v->u.array.p[i]->offset : v->offset);
}

static bool names(const struct reading *r, struct str_list *out)
{
	if (!strings(r, out)) return false;
	for (size_t i = 0; i < out->n; i++) {
		if (!name_valid(out->p[i])) {
			err_set(r->e, ERR_USAGE, "bad-value", "`" STR_FMT "` is no name of a distribution", STR_ARG(out->p[i]));
			return toml_where(r->e, &r->config->document, r->member->value->offset);
		}
		out->p[i] = name_normalize(r->a, out->p[i]);
	}
	return true;
}

static bool provided(const struct reading *r, struct str_list *out)
{
	if (!strings(r, out)) return false;
	for (size_t i = 0; i < out->n; i++)
		if (provided_is_path(out->p[i])) out->p[i] = path_join(r->a, r->config->folder, out->p[i]);
	return true;
}

static bool dependencies(const struct reading *r, enum dependency_kind kind)
{
	struct str_list paths;
	if (!strings(r, &paths)) return false;
	if (kind != DEPENDENCY_REQUIREMENTS && kind != DEPENDENCY_PACKAGE && paths.n > 1)
		return wrong_type(r, r->member->value, "one path");
	bool folder = kind == DEPENDENCY_PROJECT || kind == DEPENDENCY_PACKAGE;
	for (size_t i = 0; i < paths.n; i++) {
		struct dependency_input *d = vec_push(r->a, &r->draft->artifact.dependencies);
		str path = path_join(r->a, r->config->folder, paths.p[i]);
		if (paths.p[i].n == 0) {
			err_set(r->e, ERR_USAGE, "bad-value", "`" STR_FMT "` holds an empty path", STR_ARG(r->member->key));
			err_help(r->e, "the folder of lamina.toml is \".\"");
			return toml_where(r->e, &r->config->document, r->member->value->offset);
		}
		/* `project = "."` from below: "..", not "../.". */
		*d = (struct dependency_input){ kind, folder ? path_clean(r->a, path) : path };
	}
	return true;
}

static bool binaries(const struct reading *r, enum binary_kind kind)
{
	struct str_list paths;
	if (!strings(r, &paths)) return false;
	if (kind == BINARY_BOOTSTRAP && paths.n != 1) return wrong_type(r, r->member->value, "one path");
	for (size_t i = 0; i < paths.n; i++)
		*vec_push(r->a, &r->draft->artifact.binaries) =
		    (struct artifact_binary){ kind, paths.p[i], r->config->folder, place_of(r, i) };
	return true;
}

static bool no_words(const struct reading *r)
{
	err_set(r->e, ERR_USAGE, "bad-value", "`command` names no program");
	err_help(r->e, "write it as a list of words, [\"make\", \"bootstrap\"], or as one text for the shell");
	return toml_where(r->e, &r->config->document, r->member->value->offset);
}

/* A list is run as it is; one text goes to the shell, as in package.json and Makefiles. */
static bool command(const struct reading *r)
{
	struct artifact *artifact = &r->draft->artifact;
	struct str_list words;
	if (!strings(r, &words)) return false;
	if (words.n == 0 || words.p[0].n == 0) return no_words(r);
	if (r->member->value->type == TOML_STRING) {
		*vec_push(r->a, &artifact->command) = S("/bin/sh");
		*vec_push(r->a, &artifact->command) = S("-c");
	}
	for (size_t i = 0; i < words.n; i++) *vec_push(r->a, &artifact->command) = words.p[i];
	artifact->command_folder = r->config->folder;
	artifact->command_where = config_place(r->a, r->config, r->member->value->offset);
	return true;
}

static bool clean_target(const struct reading *r, const struct toml_member *m, str *out)
{
	str clean = path_clean(r->a, m->key);
	if (path_is_absolute(m->key) || str_eq(clean, S("..")) || str_starts(clean, S("../"))) {
		err_set(r->e, ERR_USAGE, "bad-value", "`" STR_FMT "` leads out of the artifact", STR_ARG(m->key));
		err_help(r->e, "write where the file goes inside the artifact, for example \"share/ca.pem\"");
		return toml_where(r->e, &r->config->document, m->key_offset);
	}
	*out = str_eq(clean, S(".")) ? (str){ 0 } : clean;
	return true;
}

static bool table_of_strings(const struct reading *r, bool (*add)(const struct reading *, const struct toml_member *))
{
	const struct toml_value *v = r->member->value;
	if (v->type != TOML_TABLE) return wrong_type(r, v, "a table of strings");
	for (size_t i = 0; i < v->u.table.n; i++) {
		const struct toml_member *m = &v->u.table.p[i];
		if (m->value->type != TOML_STRING) return wrong_type(r, m->value, "a table of strings");
		if (!add(r, m)) return false;
	}
	return true;
}

static bool add_file(const struct reading *r, const struct toml_member *m)
{
	str target;
	if (!clean_target(r, m, &target)) return false;
	struct artifact_file *f = vec_push(r->a, &r->draft->artifact.files);
	*f = (struct artifact_file){ .target = target,
		                         .source = path_join(r->a, r->config->folder, m->value->u.string),
		                         .where = config_place(r->a, r->config, m->value->offset) };
	return true;
}

static bool add_prefer(const struct reading *r, const struct toml_member *m)
{
	str name = m->value->u.string;
	struct artifact_prefer *p = vec_push(r->a, &r->draft->artifact.prefer);
	*p = (struct artifact_prefer){ m->key, str_eq(name, S(".")) ? name : name_normalize(r->a, name) };
	return true;
}

static bool not_yet(const struct reading *r)
{
	err_set(r->e, ERR_USAGE, "not-in-this-version", "`" STR_FMT "` is not available in lamina " LAMINA_VERSION,
	        STR_ARG(r->member->key));
	err_help(r->e, "remove the key, or use a lamina whose CHANGELOG lists it");
	return toml_where(r->e, &r->config->document, r->member->key_offset);
}

static bool check_only(const struct reading *r)
{
	const struct toml_value *v = r->member->value;
	struct str_list ignored;
	switch (r->key->type) {
	case KEY_IS_STRING: return v->type == TOML_STRING || wrong_type(r, v, "a string");
	case KEY_IS_STRINGS: return strings(r, &ignored);
	case KEY_IS_BOOL: return v->type == TOML_BOOL || wrong_type(r, v, "true or false");
	case KEY_IS_INTEGER: return v->type == TOML_INTEGER || wrong_type(r, v, "a whole number");
	case KEY_IS_TABLE: return v->type == TOML_TABLE || wrong_type(r, v, "a table");
	default: return true;
	}
}

static bool read_key(const struct reading *r)
{
	const struct toml_value *v = r->member->value;
	void *place = (char *)r->draft + r->key->offset;
	switch (r->key->type) {
	case KEY_STRING:
		if (v->type != TOML_STRING) return wrong_type(r, v, "a string");
		*(str *)place = v->u.string;
		return true;
	case KEY_STRINGS:
		if (strcmp(r->key->name, "slim") == 0) r->draft->has_slim = true;
		return strings(r, place);
	case KEY_NAMES: return names(r, place);
	case KEY_PATHS: {
		struct str_list *list = place;
		if (!strings(r, list)) return false;
		for (size_t i = 0; i < list->n; i++) list->p[i] = path_join(r->a, r->config->folder, list->p[i]);
		return true;
	}
	case KEY_PROVIDED: return provided(r, place);
	case KEY_REQUIREMENT: return dependencies(r, DEPENDENCY_REQUIREMENTS);
	case KEY_LOCK: return dependencies(r, DEPENDENCY_LOCK);
	case KEY_PROJECT: return dependencies(r, DEPENDENCY_PROJECT);
	case KEY_PACKAGE: return dependencies(r, DEPENDENCY_PACKAGE);
	case KEY_BINARY: return binaries(r, (enum binary_kind)r->key->offset);
	case KEY_COMMAND: return command(r);
	case KEY_FILES: return table_of_strings(r, add_file);
	case KEY_PREFER: return table_of_strings(r, add_prefer);
	case KEY_CHOICE:
		if (v->type != TOML_BOOL) return wrong_type(r, v, "true or false");
		*(enum choice *)place = v->u.boolean ? CHOICE_YES : CHOICE_NO;
		return true;
	case KEY_GO: return go_key_read(r->a, r->config, r->member, r->draft, r->e);
	case KEY_LATER: return not_yet(r);
	default: return check_only(r);
	}
}

static const struct key *find_key(str name, enum key_scope scope)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if ((keys[i].scopes & (unsigned)scope) && str_eq(name, str_from(keys[i].name))) return &keys[i];
	return NULL;
}

static bool unknown(const struct reading *r, enum key_scope scope)
{
	const char *known[N_KEYS + 1];
	size_t n = 0;
	for (size_t i = 0; i < N_KEYS; i++)
		if (keys[i].scopes & (unsigned)scope) known[n++] = keys[i].name;
	known[n] = NULL;
	static const char *const places[] = {
		[SCOPE_DEFAULTS] = "[defaults]", [SCOPE_LAYER] = "a [layer.NAME]", [SCOPE_FUNCTION] = "a [function.NAME]"
	};
	return key_unknown(r->config, r->member, known, str_from(places[scope]), r->e);
}

bool keys_read(struct arena *a, const struct config *config, const struct toml_value *table, enum key_scope scope,
               struct draft *out, struct err *e)
{
	for (size_t i = 0; i < table->u.table.n; i++) {
		struct reading r = { .a = a, .config = config, .member = &table->u.table.p[i], .draft = out, .e = e };
		r.key = find_key(r.member->key, scope);
		if (!r.key) return unknown(&r, scope);
		if (!read_key(&r)) return false;
	}
	return true;
}

bool key_unknown(const struct config *config, const struct toml_member *member, const char *const *known, str table,
                 struct err *e)
{
	str candidates[N_KEYS + 1];
	size_t n = 0;
	for (; known[n] && n < N_KEYS; n++) candidates[n] = str_from(known[n]);
	str near = target_nearest_name(member->key, candidates, n);
	err_set(e, ERR_USAGE, "unknown-key", "`" STR_FMT "` is no key of " STR_FMT, STR_ARG(member->key), STR_ARG(table));
	if (near.n) err_help(e, "did you mean `" STR_FMT "`?", STR_ARG(near));
	return toml_where(e, &config->document, member->key_offset);
}
