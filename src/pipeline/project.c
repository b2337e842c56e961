/* project.c: decides where the artifacts come from, and lets options override lamina.toml.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/project.h"

#include "base/io.h"
#include "format/json.h"
#include "pipeline/project_parts.h"
#include "python/name.h"
#include "target/target.h"

#define CONFIG_NAME "lamina.toml"
#define PARENTS_MAX 64

bool project_find_config(struct arena *a, str *path, struct err *e)
{
	str folder = { 0 }, absolute;
	if (!path_absolute(a, S("."), &absolute, e)) return false;
	*path = (str){ 0 };
	for (size_t i = 0; i < PARENTS_MAX; i++) {
		str candidate = path_join(a, folder, S(CONFIG_NAME));
		struct io_stat st;
		struct err ignored = { 0 };
		if (io_stat(candidate.p, &st, &ignored) && st.is_regular) {
			*path = candidate;
			return true;
		}
		if (str_eq(absolute, S("/"))) break;
		absolute = path_dir(absolute);
		folder = path_join(a, folder, S(".."));
	}
	return true;
}

static void append(struct arena *a, struct str_list *to, const struct str_list *from)
{
	for (size_t i = 0; i < from->n; i++) *vec_push(a, to) = from->p[i];
}

static void override_list(struct str_list *to, const struct str_list *from)
{
	if (from->n) *to = *from;
}

static void override_str(str *to, str from)
{
	if (from.n) *to = from;
}

static void override_names(struct arena *a, struct str_list *to, const struct str_list *from)
{
	if (from->n == 0) return;
	*to = (struct str_list){ 0 };
	for (size_t i = 0; i < from->n; i++) *vec_push(a, to) = name_normalize(a, from->p[i]);
}

static bool add_preferences(struct arena *a, const struct build_request *request, struct draft *d, struct err *e)
{
	for (size_t i = 0; i < request->prefer.n; i++) {
		str text = request->prefer.p[i];
		size_t equals = str_rchr(text, '=');
		if (equals == STR_NONE || equals == 0 || equals + 1 == text.n) {
			err_set(e, ERR_USAGE, "bad-value", "--prefer takes GLOB=NAME, not `" STR_FMT "`", STR_ARG(text));
			return err_help(e, "for example --prefer 'python/google/__init__.py=protobuf'");
		}
		str name = str_from_pos(text, equals + 1);
		struct artifact_prefer *p = vec_push(a, &d->artifact.prefer);
		*p = (struct artifact_prefer){ str_slice(text, 0, equals), str_eq(name, S(".")) ? name : name_normalize(a, name) };
	}
	return true;
}

/* Options say more than the file, whichever artifact they meet. */
static bool apply_options(struct arena *a, const struct build_request *request, struct draft *d, struct err *e)
{
	override_list(&d->artifact.groups, &request->groups);
	override_list(&d->artifact.only_groups, &request->only_groups);
	override_list(&d->artifact.extras, &request->extras);
	override_names(a, &d->artifact.only, &request->only);
	override_names(a, &d->artifact.exclude, &request->exclude);
	append(a, &d->artifact.provided, &request->provided);
	d->artifact.private = private_words_over(request->private, d->artifact.private);
	override_list(&d->artifact.include, &request->include);
	append(a, &d->artifact.exclude_path, &request->exclude_path);
	override_list(&d->runtimes, &request->runtimes);
	override_list(&d->archs, &request->archs);
	if (request->output.n) {
		d->output = request->output;
		d->output_folder = (str){ 0 };
	}
	override_str(&d->into, request->into);
	override_str(&d->layout, request->layout);
	override_str(&d->compress, request->compress);
	override_str(&d->bytecode, request->bytecode);
	d->artifact.no_default_groups = d->artifact.no_default_groups || request->no_default_groups;
	d->artifact.all_extras = d->artifact.all_extras || request->all_extras;
	if (request->scripts != CHOICE_UNSET) d->scripts = request->scripts;
	if (request->slim.n || request->no_slim) {
		d->slim = request->slim;
		d->has_slim = true;
	}
	return add_preferences(a, request, d, e);
}

bool artifact_has(const struct artifact *artifact, enum binary_kind kind)
{
	for (size_t i = 0; i < artifact->binaries.n; i++)
		if (artifact->binaries.p[i].kind == kind) return true;
	return false;
}

/* A function with a bootstrap of its own does not take a Python runtime from [defaults]. */
static bool starts_itself(const struct draft *defaults, const struct draft *d)
{
	const struct artifact *x = &d->artifact;
	return artifact_has(x, BINARY_BOOTSTRAP) && x->dependencies.n == 0 && defaults->runtimes.n > 0 &&
	       str_starts(defaults->runtimes.p[0], S("python"));
}

/* Keys of [defaults] where the artifact says nothing itself. */
static void apply_defaults(const struct draft *defaults, struct draft *d)
{
	const struct artifact *from = &defaults->artifact;
	struct artifact *to = &d->artifact;
	/* What has content of its own, or a runtime without Python, is not meant by the dependencies of all. */
	bool own = to->dependencies.n > 0 || to->sources.n > 0 || to->go.package.n > 0 || to->binaries.n > 0;
	own = own || (d->runtimes.n > 0 && str_starts(d->runtimes.p[0], S("provided")));
	if (!own && from->dependencies.n) {
		to->dependencies.p = from->dependencies.p;
		to->dependencies.n = to->dependencies.cap = from->dependencies.n;
	}
	if (to->groups.n == 0) to->groups = from->groups;
	if (to->only_groups.n == 0) to->only_groups = from->only_groups;
	if (to->extras.n == 0) to->extras = from->extras;
	if (to->only.n == 0) to->only = from->only;
	if (to->exclude.n == 0) to->exclude = from->exclude;
	if (to->provided.n == 0) to->provided = from->provided;
	to->private = private_words_over(to->private, from->private);
	if (to->files.n == 0) {
		to->files.p = from->files.p;
		to->files.n = to->files.cap = from->files.n;
	}
	go_apply_defaults(defaults, d);
	if (to->prefer.n == 0) {
		to->prefer.p = from->prefer.p;
		to->prefer.n = to->prefer.cap = from->prefer.n;
	}
	if (d->runtimes.n == 0 && go_takes_runtime(defaults, d) && !starts_itself(defaults, d)) d->runtimes = defaults->runtimes;
	if (d->archs.n == 0) d->archs = defaults->archs;
	if (d->output.n == 0) {
		d->output = defaults->output;
		d->output_folder = defaults->output_folder;
	}
	if (d->layout.n == 0) d->layout = defaults->layout;
	if (d->compress.n == 0) d->compress = defaults->compress;
	if (d->bytecode.n == 0) d->bytecode = defaults->bytecode;
	if (d->scripts == CHOICE_UNSET) d->scripts = defaults->scripts;
	if (!d->has_slim) {
		d->slim = defaults->slim;
		d->has_slim = defaults->has_slim;
	}
}

/* "-o out/libexample-{arch}.zip" names the artifact "libexample". */
static str name_from_output(struct arena *a, str output)
{
	str base = path_base(output);
	if (str_ends(base, S(".zip"))) base.n -= 4;
	size_t brace = str_chr(base, '{');
	if (brace != STR_NONE) base.n = brace;
	char *clean = arena_cstr(a, base);
	size_t n = 0;
	for (size_t i = 0; i < base.n && n < 64; i++) clean[n++] = ascii_alnum(base.p[i]) || base.p[i] == '_' ? base.p[i] : '-';
	while (n > 0 && clean[n - 1] == '-') n--;
	return (str){ clean, n };
}

static bool set_identity(struct arena *a, const struct build_request *request, struct draft *d, struct err *e)
{
	struct artifact *made = &d->artifact;
	made->kind = request->sources.n || request->go.n || request->bootstrap.n ? ARTIFACT_FUNCTION : ARTIFACT_LAYER;
	if (str_eq(request->kind, S("layer"))) made->kind = ARTIFACT_LAYER;
	if (str_eq(request->kind, S("function"))) made->kind = ARTIFACT_FUNCTION;
	made->name = request->name;
	if (made->name.n == 0) made->name = name_from_output(a, request->output.n ? request->output : request->into);
	if (made->name.n == 0 && request->go.n) made->name = name_from_output(a, path_clean(a, request->go));
	if (made->name.n == 0 && request->bootstrap.n && !str_eq(path_base(request->bootstrap), S("bootstrap")))
		made->name = name_from_output(a, path_clean(a, request->bootstrap));
	if (made->name.n == 0) made->name = made->kind == ARTIFACT_LAYER ? S("layer") : S("function");
	bool valid = made->name.n <= 64;
	for (size_t i = 0; i < made->name.n; i++)
		valid = valid && (ascii_alnum(made->name.p[i]) || made->name.p[i] == '_' || made->name.p[i] == '-');
	if (valid) return true;
	err_set(e, ERR_USAGE, "bad-value", "`" STR_FMT "` is no name for an artifact", STR_ARG(made->name));
	return err_help(e, "use 1 to 64 letters, digits, \"-\" and \"_\"");
}

static bool describes_artifact(const struct build_request *r)
{
	return r->requirements.n || r->lock.n || r->project.n || r->packages.n || r->sources.n || r->go.n || r->bootstrap.n;
}

static bool draft_from_options(struct arena *a, const struct build_request *request, struct draft *d, struct err *e)
{
	d->artifact.where = S("command line");
	for (size_t i = 0; i < request->requirements.n; i++)
		*vec_push(a, &d->artifact.dependencies) =
		    (struct dependency_input){ DEPENDENCY_REQUIREMENTS, arena_str(a, request->requirements.p[i]) };
	if (request->lock.n)
		*vec_push(a, &d->artifact.dependencies) = (struct dependency_input){ DEPENDENCY_LOCK, arena_str(a, request->lock) };
	if (request->project.n)
		*vec_push(a, &d->artifact.dependencies) =
		    (struct dependency_input){ DEPENDENCY_PROJECT, arena_str(a, request->project) };
	for (size_t i = 0; i < request->packages.n; i++)
		*vec_push(a, &d->artifact.dependencies) =
		    (struct dependency_input){ DEPENDENCY_PACKAGE, arena_str(a, request->packages.p[i]) };
	d->artifact.no_deps = request->no_deps;
	if (request->bootstrap.n)
		*vec_push(a, &d->artifact.binaries) =
		    (struct artifact_binary){ .kind = BINARY_BOOTSTRAP, .path = arena_str(a, request->bootstrap) };
	d->artifact.sources = request->sources;
	go_from_options(a, request, d);
	return set_identity(a, request, d, e);
}

static bool wanted(const struct build_request *request, str name)
{
	return request->names.n == 0 || str_list_has(&request->names, name);
}

static bool check_names(struct arena *a, const struct build_request *request, const struct config *config, struct err *e)
{
	str *known = arena_array(a, str, config->drafts.n);
	for (size_t i = 0; i < config->drafts.n; i++) known[i] = config->drafts.p[i].artifact.name;
	for (size_t i = 0; i < request->names.n; i++) {
		bool found = false;
		for (size_t k = 0; k < config->drafts.n; k++) found = found || str_eq(known[k], request->names.p[i]);
		if (found) continue;
		err_set(e, ERR_USAGE, "unknown-artifact", "there is no layer or function called `" STR_FMT "`",
		        STR_ARG(request->names.p[i]));
		err_where(e, STR_FMT, STR_ARG(config->document.path));
		str near = target_nearest_name(request->names.p[i], known, config->drafts.n);
		return near.n ? err_help(e, "did you mean `" STR_FMT "`?", STR_ARG(near)) : false;
	}
	return true;
}

static bool refuse_identity(const struct build_request *request, struct err *e)
{
	if (request->kind.n == 0 && request->name.n == 0) return true;
	err_set(e, ERR_USAGE, "option-value", "--%s describes an artifact of options, but nothing is named that goes into it",
	        request->kind.n ? "kind" : "name");
	return err_help(e, "add -r, --lock, --project, --source, --go or --bootstrap; what " CONFIG_NAME
	                   " builds has its kind and name there");
}

/* The option that the files here call for. */
static const char *input_here(void)
{
	static const char *const projects[] = { "poetry.lock",  "uv.lock",        "pylock.toml",      "pdm.lock",
		                                    "Pipfile.lock", "pyproject.toml", "requirements.txt", NULL };
	for (const char *const *name = projects; *name; name++) {
		struct io_stat st = { 0 };
		struct err ignored = { 0 };
		if (!io_stat(*name, &st, &ignored) || !st.is_regular) continue;
		return name[1] ? "--project ." : "-r requirements.txt";
	}
	return NULL;
}

static bool nothing_to_build(const struct build_request *request, struct err *e)
{
	const char *input = input_here();
	str runtime = request->runtimes.n ? request->runtimes.p[0] : S("python3.12");
	str output = request->output.n ? request->output : S("layer.zip");
	if (request->names.n) {
		err_set(e, ERR_USAGE, "no-artifact", "`" STR_FMT "` names no artifact: there is no " CONFIG_NAME " here",
		        STR_ARG(request->names.p[0]));
		return err_help(e, "options name what there is: -r FILE, --project DIR, and --upgrade NAME again for each name");
	}
	err_set(e, ERR_USAGE, "no-artifact",
	        "nothing to build: there is no " CONFIG_NAME " here, and no option names what to build");
	return err_help(e, "lamina build %s --runtime " STR_FMT " -o " STR_FMT ", or `lamina init` to write a " CONFIG_NAME,
	                input ? input : "-r requirements.txt", STR_ARG(runtime), STR_ARG(output));
}

/* Artifacts with the same inputs share a lock, and with it what wheels may be made of. */
static bool same_inputs(const struct artifact *x, const struct artifact *y)
{
	if (x->dependencies.n == 0 || x->dependencies.n != y->dependencies.n) return false;
	for (size_t i = 0; i < x->dependencies.n; i++)
		if (x->dependencies.p[i].kind != y->dependencies.p[i].kind ||
		    !str_eq(x->dependencies.p[i].path, y->dependencies.p[i].path))
			return false;
	return true;
}

static bool share_word(const struct config *config, const struct artifact *x, const struct artifact *y, const char *key,
                       str *to, str from, struct err *e)
{
	if (to->n == 0) *to = from;
	if (from.n == 0 || str_eq(*to, from)) return true;
	err_set(e, ERR_USAGE, "option-clash", "`" STR_FMT "` and `" STR_FMT "` have one lock, but say `%s` differently",
	        STR_ARG(x->name), STR_ARG(y->name), key);
	err_where(e, STR_FMT, STR_ARG(config->document.path));
	return err_help(e, "say it for both alike, or once under [defaults]");
}

static bool share_words(struct config *config, struct err *e)
{
	for (size_t i = 0; i < config->drafts.n; i++)
		for (size_t k = 0; k < config->drafts.n; k++) {
			struct artifact *x = &config->drafts.p[i].artifact, *y = &config->drafts.p[k].artifact;
			if (i == k || !same_inputs(x, y)) continue;
			if (!share_word(config, x, y, "sdists", &x->private.sdists, y->private.sdists, e)) return false;
			if (!share_word(config, x, y, "build", &x->private.build, y->private.build, e)) return false;
		}
	return true;
}

static bool from_config(struct arena *a, const struct build_request *request, struct config *config, struct notes *notes,
                        struct project *out, struct err *e)
{
	if (!check_names(a, request, config, e) || !refuse_identity(request, e)) return false;
	if (config->drafts.n == 0) {
		err_set(e, ERR_USAGE, "no-artifact", "there is no [layer.NAME] and no [function.NAME] to build");
		return err_where(e, STR_FMT, STR_ARG(config->document.path));
	}
	for (size_t i = 0; i < config->drafts.n; i++) apply_defaults(&config->defaults, &config->drafts.p[i]);
	if (!share_words(config, e)) return false;
	for (size_t i = 0; i < config->drafts.n; i++) {
		struct draft *d = &config->drafts.p[i];
		if (!wanted(request, d->artifact.name)) continue;
		if (!apply_options(a, request, d, e) || !go_complete(a, d, notes, e) || !targets_expand(a, d, notes, out, e))
			return false;
	}
	return true;
}

static bool from_options(struct arena *a, const struct build_request *request, const struct config *config, struct notes *notes,
                         struct project *out, struct err *e)
{
	struct draft d = { .config = config };
	if (request->names.n) {
		err_set(e, ERR_USAGE, "unknown-artifact", "names of artifacts and options that describe one do not go together");
		return err_help(e, "leave out `" STR_FMT "`, or -r/--lock/--project/--source", STR_ARG(request->names.p[0]));
	}
	if (!draft_from_options(a, request, &d, e)) return false;
	apply_defaults(&config->defaults, &d);
	if (!apply_options(a, request, &d, e) || !go_complete(a, &d, notes, e)) return false;
	return targets_expand(a, &d, notes, out, e);
}

bool project_load(struct arena *a, const struct build_request *request, const struct env *env, struct notes *notes,
                  struct project *out, struct err *e)
{
	struct config config = { 0 };
	struct project p = { 0 };
	str path = request->config;
	if (path.n == 0 && !project_find_config(a, &path, e)) return false;
	if (path.n && !config_read(a, path, env, &config, e)) return false;
	p.config_folder = config.folder;
	p.indexes.p = config.indexes.p;
	p.indexes.n = config.indexes.n;
	bool ok;
	if (describes_artifact(request)) {
		ok = from_options(a, request, &config, notes, &p, e);
	} else {
		if (path.n == 0) return nothing_to_build(request, e);
		p.config_path = path;
		p.state = path_join(a, config.folder, S(".lamina"));
		ok = from_config(a, request, &config, notes, &p, e);
	}
	if (ok) *out = p;
	return ok;
}

static void dump_list(struct json_writer *w, const char *key, const struct str_list *list)
{
	json_write_key(w, str_from(key));
	json_write_array(w);
	for (size_t i = 0; i < list->n; i++) json_write_string(w, list->p[i]);
	json_write_array_end(w);
}

static void dump_string(struct json_writer *w, const char *key, str value)
{
	json_write_key(w, str_from(key));
	json_write_string(w, value);
}

static void dump_artifact(struct json_writer *w, const struct artifact *x)
{
	json_write_object(w);
	dump_string(w, "kind", x->kind == ARTIFACT_LAYER ? S("layer") : S("function"));
	dump_string(w, "name", x->name);
	dump_string(w, "runtime", str_from(x->target.runtime->name));
	dump_string(w, "arch", str_from(target_arch_name(x->target.arch)));
	dump_string(w, "output", x->output);
	dump_string(w, "into", x->into);
	json_write_key(w, S("dependencies"));
	json_write_array(w);
	for (size_t i = 0; i < x->dependencies.n; i++) json_write_string(w, x->dependencies.p[i].path);
	json_write_array_end(w);
	dump_list(w, "groups", &x->groups);
	dump_list(w, "extras", &x->extras);
	dump_list(w, "only", &x->only);
	dump_list(w, "exclude", &x->exclude);
	dump_list(w, "provided", &x->provided);
	dump_list(w, "sources", &x->sources);
	if (x->go.package.n) dump_string(w, "go", x->go.package);
	dump_list(w, "include", &x->include);
	dump_list(w, "exclude_path", &x->exclude_path);
	json_write_object_end(w);
}

bool project_dump(const struct project *p, struct buf *out)
{
	for (size_t i = 0; i < p->artifacts.n; i++) {
		struct json_writer w;
		json_write_begin(&w, out);
		dump_artifact(&w, &p->artifacts.p[i]);
		buf_add_char(out, '\n');
	}
	return !out->over;
}
