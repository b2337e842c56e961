/* project_go.c: the keys and options of functions in Go.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `go` names the package; `go-tags`, `go-ldflags`, `go-cgo` and `go-env` stand instead of what lamina passes to `go build`. The four
 * may also stand in [defaults]. Go runs as an executable of its own, so it wants a runtime provided.*. */
#include <stdlib.h>

#include "base/io.h"
#include "pipeline/project_parts.h"

#define RUNTIME_DEFAULT "provided.al2023"
#define NAME_MAX_BYTES  256

static bool wrong_type(const struct config *config, const struct toml_member *m, const struct toml_value *v,
                       const char *expected, struct err *e)
{
	err_set(e, ERR_USAGE, "wrong-type", "`" STR_FMT "` must be %s, not %s", STR_ARG(m->key), expected, toml_type_name(v->type));
	return toml_where(e, &config->document, v->offset);
}

static bool read_tags(struct arena *a, const struct config *config, const struct toml_member *m, struct artifact_go *go,
                      struct err *e)
{
	const struct toml_value *v = m->value;
	go->has_tags = true;
	go->tags = (struct str_list){ 0 };
	if (v->type == TOML_STRING) {
		str tag, rest = v->u.string;
		while (rest.n) {
			str_cut(rest, ',', &tag, &rest);
			if (str_trim(tag).n) *vec_push(a, &go->tags) = str_trim(tag);
		}
		return true;
	}
	if (v->type != TOML_ARRAY) return wrong_type(config, m, v, "a list of strings", e);
	for (size_t i = 0; i < v->u.array.n; i++) {
		const struct toml_value *item = v->u.array.p[i];
		if (item->type != TOML_STRING) return wrong_type(config, m, item, "a list of strings", e);
		*vec_push(a, &go->tags) = item->u.string;
	}
	return true;
}

/* What lamina decides itself from the target. */
static bool ours(str name) { return str_eq(name, S("GOOS")) || str_eq(name, S("GOARCH")); }

static int by_text(const void *a, const void *b) { return str_cmp_ptr(a, b); }

static bool read_env(struct arena *a, const struct config *config, const struct toml_member *m, struct artifact_go *go,
                     struct err *e)
{
	const struct toml_value *v = m->value;
	if (v->type != TOML_TABLE) return wrong_type(config, m, v, "a table of strings", e);
	go->env = (struct str_list){ 0 };
	for (size_t i = 0; i < v->u.table.n; i++) {
		const struct toml_member *one = &v->u.table.p[i];
		if (one->value->type != TOML_STRING) return wrong_type(config, m, one->value, "a table of strings", e);
		str name = one->key, value = one->value->u.string;
		bool bad = name.n == 0 || name.n > NAME_MAX_BYTES || str_chr(name, '=') != STR_NONE ||
		           str_chr(name, '\0') != STR_NONE || str_chr(value, '\0') != STR_NONE;
		if (bad || ours(name)) {
			err_set(e, ERR_USAGE, "bad-value", "`" STR_FMT "` cannot be set for the go command", STR_ARG(name));
			if (!bad) err_help(e, "the target decides it: say arch = \"arm64\" or \"x86_64\"");
			return toml_where(e, &config->document, one->key_offset);
		}
		*vec_push(a, &go->env) = arena_fmt(a, STR_FMT "=" STR_FMT, STR_ARG(name), STR_ARG(value));
	}
	if (go->env.n > 1) qsort(go->env.p, go->env.n, sizeof *go->env.p, by_text);
	return true;
}

bool go_key_read(struct arena *a, const struct config *config, const struct toml_member *m, struct draft *out, struct err *e)
{
	struct artifact_go *go = &out->artifact.go;
	const struct toml_value *v = m->value;
	if (str_eq(m->key, S("go-tags"))) return read_tags(a, config, m, go, e);
	if (str_eq(m->key, S("go-env"))) return read_env(a, config, m, go, e);
	if (str_eq(m->key, S("go-cgo"))) {
		if (v->type != TOML_BOOL) return wrong_type(config, m, v, "true or false", e);
		go->has_cgo = true;
		go->cgo = v->u.boolean;
		return true;
	}
	if (v->type != TOML_STRING) return wrong_type(config, m, v, "a string", e);
	if (str_eq(m->key, S("go-ldflags"))) {
		go->has_ldflags = true;
		go->ldflags = v->u.string;
		return true;
	}
	if (v->u.string.n == 0 || str_chr(v->u.string, '\0') != STR_NONE) {
		err_set(e, ERR_USAGE, "bad-value", "`go` names no package");
		err_help(e, "write the folder of the main package, for example go = \"./cmd/worker\"");
		return toml_where(e, &config->document, v->offset);
	}
	go->package = v->u.string;
	go->folder = config->folder;
	return true;
}

void go_from_options(struct arena *a, const struct build_request *request, struct draft *out)
{
	if (request->go.n) out->artifact.go.package = arena_str(a, request->go);
}

void go_apply_defaults(const struct draft *defaults, struct draft *out)
{
	const struct artifact_go *from = &defaults->artifact.go;
	struct artifact_go *to = &out->artifact.go;
	if (to->package.n == 0) return;
	if (!to->has_tags && from->has_tags) {
		to->has_tags = true;
		to->tags = from->tags;
	}
	if (!to->has_ldflags && from->has_ldflags) {
		to->has_ldflags = true;
		to->ldflags = from->ldflags;
	}
	if (!to->has_cgo) to->cgo = from->cgo;
	if (to->env.n == 0) to->env = from->env;
}

static bool is_provided(str runtime) { return str_starts(runtime, S("provided.")); }

bool go_takes_runtime(const struct draft *defaults, const struct draft *d)
{
	if (d->artifact.go.package.n == 0) return true;
	for (size_t i = 0; i < defaults->runtimes.n; i++)
		if (!is_provided(defaults->runtimes.p[i])) return false;
	return true;
}

static bool refuse_python(const struct draft *d, str runtime, struct err *e)
{
	err_set(e, ERR_USAGE, "go-runtime", "`" STR_FMT "` is a Go program, which " STR_FMT " does not start",
	        STR_ARG(d->artifact.name), STR_ARG(runtime));
	err_help(e, "choose " RUNTIME_DEFAULT ", or leave the runtime out");
	return err_where(e, STR_FMT, STR_ARG(d->artifact.where));
}

bool go_complete(struct arena *a, struct draft *d, struct notes *notes, struct err *e)
{
	struct artifact *x = &d->artifact;
	if (x->go.package.n == 0) return true;
	if (x->binaries.n) {
		err_set(e, ERR_USAGE, "option-value", "`" STR_FMT "` names a Go package and another executable", STR_ARG(x->name));
		err_where(e, STR_FMT, STR_ARG(x->where));
		return err_help(e, "leave out `go` or `bootstrap`");
	}
	if (x->kind != ARTIFACT_FUNCTION) {
		err_set(e, ERR_USAGE, "option-value", "--go makes a function, not a layer");
		return err_help(e, "leave out --kind layer");
	}
	for (size_t i = 0; i < d->runtimes.n; i++)
		if (!is_provided(d->runtimes.p[i])) return refuse_python(d, d->runtimes.p[i], e);
	if (d->runtimes.n == 0) {
		*vec_push(a, &d->runtimes) = S(RUNTIME_DEFAULT);
		note_add(notes, NOTE_INFO, "assumed-runtime", "runtime " RUNTIME_DEFAULT " for `" STR_FMT "`, because none is given",
		         STR_ARG(x->name));
	}
	/* `include` without `source`: files beside lamina.toml, or where the user stands. */
	if (x->include.n && x->sources.n == 0) *vec_push(a, &x->sources) = x->go.folder.n ? x->go.folder : S(".");
	return true;
}
