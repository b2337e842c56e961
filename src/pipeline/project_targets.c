/* project_targets.c: one draft -> one artifact per target.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/io.h"
#include "pipeline/binaries.h"
#include "pipeline/project_parts.h"
#include "pipeline/slim.h"
#include "target/target.h"

struct expansion {
	struct arena *a;
	const struct draft *draft;
	struct notes *notes;
	struct project *out;
	struct err *e;
};

static bool here(const struct expansion *x) { return err_where(x->e, STR_FMT, STR_ARG(x->draft->artifact.where)); }

static const struct toml_value *find_text(const struct toml_value *table, const char *key, str text)
{
	const struct toml_value *v = table ? toml_get(table, str_from(key)) : NULL;
	if (!v) return NULL;
	if (v->type == TOML_STRING) return str_eq(v->u.string, text) ? v : NULL;
	for (size_t i = 0; v->type == TOML_ARRAY && i < v->u.array.n; i++)
		if (v->u.array.p[i]->type == TOML_STRING && str_eq(v->u.array.p[i]->u.string, text)) return v->u.array.p[i];
	return NULL;
}

/* At the text in lamina.toml, when it comes from there: from the artifact's table or from [defaults]. */
static bool at_text(const struct expansion *x, const char *key, str text)
{
	const struct draft *d = x->draft;
	if (!d->config) return here(x);
	const struct toml_value *v = find_text(d->table, key, text);
	if (!v) v = find_text(d->config->defaults.table, key, text);
	return v ? toml_where(x->e, &d->config->document, v->offset) : here(x);
}

static bool bad_word(const struct expansion *x, const char *key, const char *what, str word, const char *choices)
{
	err_set(x->e, ERR_USAGE, "bad-value", "`" STR_FMT "` is no %s", STR_ARG(word), what);
	err_help(x->e, "choose from %s", choices);
	return at_text(x, key, word);
}

static bool set_layout(const struct expansion *x, struct artifact *out)
{
	str layout = x->draft->layout;
	if (layout.n == 0 || str_eq(layout, S("auto")) || str_eq(layout, S("flat")))
		out->layout = LAYOUT_FLAT;
	else if (str_eq(layout, S("versioned")))
		out->layout = LAYOUT_VERSIONED;
	else
		return bad_word(x, "layout", "layout", layout, "auto, flat, versioned");
	return true;
}

static bool set_compress(const struct expansion *x, struct artifact *out)
{
	str c = x->draft->compress;
	if (c.n == 0 || str_eq(c, S("copy")))
		out->compress = COMPRESS_COPY;
	else if (str_eq(c, S("fast")))
		out->compress = COMPRESS_FAST;
	else if (str_eq(c, S("store")))
		out->compress = COMPRESS_STORE;
	else if (str_eq(c, S("small")))
		out->compress = COMPRESS_SMALL;
	else if (str_eq(c, S("smallest")))
		out->compress = COMPRESS_SMALLEST;
	else
		return bad_word(x, "compress", "way to compress", c, "copy, fast, small, smallest, store");
	return true;
}

static bool check_bytecode(const struct expansion *x)
{
	str b = x->draft->bytecode;
	if (b.n == 0 || str_eq(b, S("none"))) return true;
	if (!str_eq(b, S("checked-hash")) && !str_eq(b, S("unchecked-hash")))
		return bad_word(x, "bytecode", "kind of byte code", b, "none");
	err_set(x->e, ERR_USAGE, "not-in-this-version", "--bytecode " STR_FMT " is not available in lamina " LAMINA_VERSION,
	        STR_ARG(b));
	err_help(x->e, "use --bytecode none");
	return at_text(x, "bytecode", b);
}

static bool check_private(const struct expansion *x)
{
	const struct private_words *w = &x->draft->artifact.private;
	if (w->sdists.n && !str_eq(w->sdists, S("no")) && !str_eq(w->sdists, S("pure")))
		return bad_word(x, "sdists", "way to treat source distributions", w->sdists, "no, pure");
	if (w->build.n && !str_eq(w->build, S("native")) && !str_eq(w->build, S("host")))
		return bad_word(x, "build", "way to build", w->build, "native, host");
	return true;
}

static bool set_slim(const struct expansion *x, struct artifact *out)
{
	out->slim = SLIM_PYC;
	if (!x->draft->has_slim) return true;
	out->slim = 0;
	for (size_t i = 0; i < x->draft->slim.n; i++) {
		uint32_t bit;
		if (str_eq(x->draft->slim.p[i], S("none")) && x->draft->slim.n == 1) {
			out->slim = SLIM_NOTHING;
			return true;
		}
		if (!slim_word(x->draft->slim.p[i], &bit, x->e)) return at_text(x, "slim", x->draft->slim.p[i]);
		out->slim |= bit;
	}
	if (out->slim == 0) out->slim = SLIM_NOTHING;
	return true;
}

static bool word_of(str key, const struct artifact *artifact, str *out)
{
	if (str_eq(key, S("name")))
		*out = artifact->name;
	else if (str_eq(key, S("kind")))
		*out = artifact->kind == ARTIFACT_LAYER ? S("layer") : S("function");
	else if (str_eq(key, S("runtime")))
		*out = str_from(artifact->target.runtime->name);
	else if (str_eq(key, S("arch")))
		*out = str_from(target_arch_name(artifact->target.arch));
	else if (str_eq(key, S("machine")))
		*out = str_from(target_machine(&artifact->target));
	else
		return false;
	return true;
}

static bool bad_template(const struct expansion *x, const char *key, str template, str word)
{
	err_set(x->e, ERR_USAGE, "bad-value", "`" STR_FMT "` is no word of a path", STR_ARG(word));
	err_help(x->e, "choose from {name}, {kind}, {runtime}, {arch}, {machine}");
	return at_text(x, key, template);
}

/* key: whose text the template is, for errors. */
static bool fill_template(const struct expansion *x, const char *key, str template, const struct artifact *artifact, str *out)
{
	struct buf b;
	buf_init(&b, 4096);
	bool ok = true;
	for (size_t i = 0; ok && i < template.n;) {
		size_t close;
		if (template.p[i] == '{' && (close = str_chr(str_from_pos(template, i), '}')) != STR_NONE) {
			str word, name = str_slice(template, i + 1, i + close);
			ok = word_of(name, artifact, &word) ? buf_add_str(&b, word) : bad_template(x, key, template, name);
			i += close + 1;
		} else {
			ok = buf_add_char(&b, template.p[i++]);
		}
	}
	if (ok) *out = buf_take(&b, x->a);
	if (b.over) {
		err_set(x->e, ERR_USAGE, "bad-value", "a path is longer than 4096 bytes");
		at_text(x, key, template);
	}
	buf_release(&b);
	return ok;
}

/* `bootstrap = "target/{machine}-unknown-linux-musl/release/x"`: only the path that somebody wrote is a template, because a folder above
 * it may hold braces. */
static bool set_binaries(const struct expansion *x, struct artifact *out)
{
	static const char *const keys[] = {
		[BINARY_BOOTSTRAP] = "bootstrap", [BINARY_BIN] = "bin", [BINARY_LIB] = "lib", [BINARY_EXTENSION] = "extension"
	};
	const struct artifact *from = &x->draft->artifact;
	memset(&out->binaries, 0, sizeof out->binaries);
	for (size_t i = 0; i < from->binaries.n; i++) {
		struct artifact_binary b = from->binaries.p[i];
		str path;
		if (!fill_template(x, keys[b.kind], b.path, out, &path)) return false;
		b.path = path_join(x->a, b.folder, path);
		*vec_push(x->a, &out->binaries) = b;
	}
	return true;
}

/* The folder that the step before fills is one more source; each target has its own. */
static void set_command(const struct expansion *x, struct artifact *out)
{
	if (out->command.n == 0) return;
	str folder = x->out->state.n ? x->out->state : S(".lamina");
	out->command_out = arena_fmt(x->a, STR_FMT "/out/" STR_FMT "-%s-%s", STR_ARG(folder), STR_ARG(out->name),
	                             out->target.runtime->name, target_arch_name(out->target.arch));
	const struct artifact *from = &x->draft->artifact;
	memset(&out->files, 0, sizeof out->files);
	for (size_t i = 0; i < from->files.n; i++) *vec_push(x->a, &out->files) = from->files.p[i];
	*vec_push(x->a, &out->files) = (struct artifact_file){ .source = out->command_out, .may_lack = true };
}

static bool set_paths(const struct expansion *x, struct artifact *out)
{
	const struct draft *d = x->draft;
	if (d->into.n) return fill_template(x, "into", d->into, out, &out->into);
	str template = d->output, folder = d->output_folder;
	if (template.n == 0) {
		template = d->runtimes.n > 1 ? S("dist/{name}-{runtime}-{arch}.zip") : S("dist/{name}-{arch}.zip");
		folder = x->out->config_path.n ? path_dir(x->out->config_path) : (str){ 0 };
	}
	if (!fill_template(x, "output", template, out, &out->output)) return false;
	out->output = path_join(x->a, folder, out->output);
	return true;
}

static str place_of(const struct artifact *artifact) { return artifact->into.n ? artifact->into : artifact->output; }

/* One path, or one inside the other's tree, which is replaced as a whole. */
static bool overlap(str a, bool a_is_tree, str b, bool b_is_tree)
{
	if (str_eq(a, b)) return true;
	if (a_is_tree && str_starts(b, a) && str_at(b, a.n) == '/') return true;
	return b_is_tree && str_starts(a, b) && str_at(a, b.n) == '/';
}

static bool clashes(const struct expansion *x, const struct artifact *new)
{
	for (size_t i = 0; i < x->out->artifacts.n; i++) {
		const struct artifact *old = &x->out->artifacts.p[i];
		str a, b;
		if (!path_absolute(x->a, place_of(old), &a, x->e) || !path_absolute(x->a, place_of(new), &b, x->e)) return false;
		if (!overlap(a, old->into.n > 0, b, new->into.n > 0)) continue;
		err_set(x->e, ERR_USAGE, "output-clash", "two artifacts would be written to `" STR_FMT "`", STR_ARG(place_of(new)));
		err_why(x->e, STR_FMT " for " STR_FMT " and " STR_FMT " for " STR_FMT, STR_ARG(old->name),
		        STR_ARG(target_text(x->a, &old->target)), STR_ARG(new->name), STR_ARG(target_text(x->a, &new->target)));
		err_help(x->e, "put {name}, {runtime} or {arch} into the path, for example dist/{name}-{runtime}-{arch}.zip");
		return here(x);
	}
	return true;
}

static bool add_target(const struct expansion *x, const struct target *target)
{
	struct artifact made = x->draft->artifact;
	made.target = *target;
	made.scripts = x->draft->scripts == CHOICE_YES;
	if (!set_binaries(x, &made)) return false;
	set_command(x, &made);
	if (!check_private(x)) return false;
	if (!set_layout(x, &made) || !set_compress(x, &made) || !check_bytecode(x) || !set_slim(x, &made)) return false;
	if (!set_paths(x, &made) || !clashes(x, &made)) return false;
	bool python = made.dependencies.n > 0;
	if (python && target->runtime->python_minor < 0) {
		err_set(x->e, ERR_USAGE, "no-python", "%s has no Python, but `" STR_FMT "` has Python dependencies",
		        target->runtime->name, STR_ARG(made.name));
		err_help(x->e, "choose a Python runtime, for example --runtime python3.12");
		return here(x);
	}
	*vec_push(x->a, &x->out->artifacts) = made;
	return true;
}

static bool no_runtime(const struct expansion *x)
{
	if (str_eq(x->draft->artifact.where, S("command line")))
		err_set(x->e, ERR_USAGE, "no-runtime", "no runtime is given");
	else
		err_set(x->e, ERR_USAGE, "no-runtime", "no runtime is given for `" STR_FMT "`", STR_ARG(x->draft->artifact.name));
	err_why(x->e, "wheels, markers and byte code depend on it, so lamina does not guess");
	err_help(x->e, "add --runtime python3.12, or runtime = \"python3.12\" in lamina.toml (`lamina runtimes` lists all)");
	return here(x);
}

static bool check_inputs(const struct expansion *x)
{
	const struct artifact *d = &x->draft->artifact;
	if (d->dependencies.n || d->sources.n || d->files.n || d->go.package.n || d->binaries.n || d->command.n) return true;
	err_set(x->e, ERR_USAGE, "no-input", "there is nothing to put into `" STR_FMT "`", STR_ARG(d->name));
	err_help(x->e, "name requirements (-r FILE), a lock (--lock FILE), a project (--project DIR), a private package "
	               "(--package DIR) or files (--source DIR)");
	return here(x);
}

/* Executables run on the newest system when nothing else is said; wheels would need more. */
static bool assume_runtime(const struct expansion *x, struct str_list *runtimes)
{
	const struct artifact *d = &x->draft->artifact;
	if (runtimes->n > 0) return true;
	bool starts = artifact_has(d, BINARY_BOOTSTRAP) || d->command.n > 0 || (d->kind == ARTIFACT_LAYER && d->binaries.n > 0);
	if (d->dependencies.n > 0 || !starts) return no_runtime(x);
	*vec_push(x->a, runtimes) = S("provided.al2023");
	note_add(x->notes, NOTE_INFO, "assumed-runtime", "runtime provided.al2023 for `" STR_FMT "`, because none is given",
	         STR_ARG(d->name));
	return true;
}

/* An executable knows what it was built for. */
static void assume_arch(const struct expansion *x, struct str_list *archs)
{
	enum target_arch arch;
	str path;
	if (archs->n > 0) return;
	if (x->draft->artifact.command.n == 0 && binaries_arch(x->a, &x->draft->artifact, &arch, &path)) {
		*vec_push(x->a, archs) = str_from(target_arch_name(arch));
		note_add(x->notes, NOTE_INFO, "assumed-arch", "architecture %s, which " STR_FMT " is built for", target_arch_name(arch),
		         STR_ARG(path));
		return;
	}
	*vec_push(x->a, archs) = S("x86_64");
	note_add(x->notes, NOTE_INFO, "assumed-arch",
	         "architecture x86_64, Lambda's own default; --arch arm64 builds for Graviton");
}

bool targets_expand(struct arena *a, const struct draft *draft, struct notes *notes, struct project *out, struct err *e)
{
	struct expansion x = { .a = a, .draft = draft, .notes = notes, .out = out, .e = e };
	if (!check_inputs(&x)) return false;
	struct str_list runtimes = draft->runtimes, archs = draft->archs;
	if (!assume_runtime(&x, &runtimes)) return false;
	assume_arch(&x, &archs);
	size_t first = out->artifacts.n;
	for (size_t r = 0; r < runtimes.n; r++) {
		const struct runtime *runtime;
		if (!target_runtime(runtimes.p[r], &runtime, e)) return at_text(&x, "runtime", runtimes.p[r]);
		for (size_t i = 0; i < archs.n; i++) {
			struct target target;
			enum target_arch arch;
			bool known = false;
			if (!target_arch(archs.p[i], &arch, e) || !target_make(runtime, arch, &target, e))
				return at_text(&x, "arch", archs.p[i]);
			for (size_t k = first; k < out->artifacts.n; k++) {
				const struct target *t = &out->artifacts.p[k].target;
				known = known || (t->runtime == target.runtime && t->arch == target.arch);
			}
			if (!known && !add_target(&x, &target)) return false;
		}
	}
	return true;
}
