/* private_host_environment.c: a virtual environment with the build requirements, made without a tool.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Requirements are resolved and fetched as for any target, but for this computer, and laid out by the plan of a versioned layer. What
 * makes a folder a virtual environment is pyvenv.cfg beside bin/ (Python's documentation of `venv` and `site`): .pth files count, user
 * and system sites do not. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "lockfile/wants.h"
#include "pipeline/assemble.h"
#include "pipeline/fetch.h"
#include "pipeline/index_levels.h"
#include "pipeline/plan.h"
#include "pipeline/private_host_parts.h"
#include "pipeline/resolve.h"
#include "target/target.h"

#define SCRIPT_MAX ((size_t)1 << 20)

/* --- which files --- */

void host_constraints(struct host_build *b, struct str_list *out)
{
	const struct str_list *given = b->options->means->build_constraints;
	static const char *const names[] = { "PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT", NULL };
	for (const char *const *n = names; *n; n++) {
		const char *value = env_get_nonempty(b->options->means->env, *n);
		str rest = value ? str_from(value) : (str){ 0 }, word, path;
		struct err ignored = { 0 };
		while (rest.n) {
			if (!str_cut(rest, ' ', &word, &rest)) rest = (str){ 0 };
			if (word.n && path_absolute(b->a, word, &path, &ignored)) str_list_add_new(b->a, out, path);
		}
	}
	for (size_t i = 0; given && i < given->n; i++) {
		struct err ignored = { 0 };
		str path;
		if (path_absolute(b->a, given->p[i], &path, &ignored)) str_list_add_new(b->a, out, path);
	}
}

/* The project's own constraints, as a file of them. */
static bool write_constraints(struct host_build *b, struct str_list *files)
{
	struct buf text;
	if (b->constraints.n == 0) return true;
	str path = path_join(b->a, b->scratch.path, S("build-constraint-dependencies.txt"));
	buf_init(&text, (size_t)1 << 20);
	for (size_t i = 0; i < b->constraints.n; i++) buf_addf(&text, STR_FMT "\n", STR_ARG(b->constraints.p[i]));
	bool ok = io_write_file(path.p, buf_str(&text), 0600, false, b->e);
	buf_release(&text);
	*vec_push(b->a, files) = path;
	return ok;
}

/* From the lines of the text that was made of them to those of the project's file; what the backend asks for stands in none. */
static void place_wants(struct host_build *b, struct wants *wants, str name, str path)
{
	for (size_t i = 0; i < wants->list.n; i++) {
		struct want *w = &wants->list.p[i];
		if (!str_eq(w->from_file, name)) continue;
		bool known = b->lines && w->line > 0 && w->line <= b->requires.n;
		w->from_file = known ? path : S("the build backend");
		w->line = known ? b->lines[w->line - 1] : 0;
		w->column = 0;
	}
}

static bool read_wants(struct host_build *b, const struct str_list *requires, struct notes *notes, struct wants *out)
{
	struct arena *a = b->a;
	struct wants_request request = { .env = &(struct env){ 0 } };
	struct str_list constraints = { 0 };
	struct buf text;
	host_constraints(b, &constraints);
	if (!write_constraints(b, &constraints)) return false;
	buf_init(&text, (size_t)1 << 20);
	for (size_t i = 0; i < requires->n; i++) buf_addf(&text, STR_FMT "\n", STR_ARG(requires->p[i]));
	for (size_t i = 0; i < constraints.n; i++) buf_addf(&text, "-c \"" STR_FMT "\"\n", STR_ARG(constraints.p[i]));
	request.text = buf_take(&text, a);
	if (!request.text.p) request.text = S("");
	bool over = text.over;
	buf_release(&text);
	if (over)
		return err_set(b->e, ERR_FORMAT, "too-large", "the build requirements of `" STR_FMT "` are too many",
		               STR_ARG(b->called));
	str path = path_join(a, b->tree->tree.where, S("pyproject.toml")), name = arena_join(a, path, S(" (build requirements)"));
	*vec_push(a, &request.requirements) = name;
	if (!wants_read(a, &request, notes, out, b->e)) return false;
	place_wants(b, out, name, path);
	return true;
}

/* What the project's own file says of indexes comes beside options, environment and lamina.toml; else those of the lock count. */
static bool index_of(struct host_build *b, struct index_config *out)
{
	struct index_inputs inputs = *b->options->means->index;
	inputs.project.p = NULL;
	inputs.project.n = inputs.project.cap = 0;
	index_level_of_pyproject(b->a, b->tree->folder, b->options->means->env, &inputs);
	if (inputs.project.n == 0 && b->options->config) return *out = *b->options->config, true;
	return index_config_make(b->a, &inputs, out, b->e);
}

static bool resolve(struct host_build *b, const struct wants *wants, const struct index_config *config, struct notes *notes,
                    struct resolution *out)
{
	const struct private_means *m = b->options->means;
	struct index_client_options client = { .env = m->env,
		                                   .cancel = b->options->cancel,
		                                   .notes = notes,
		                                   .now = m->now,
		                                   .offline = m->offline,
		                                   .log = m->log,
		                                   .context = m->log_context };
	struct resolve_options options = { .cancel = b->options->cancel, .jobs = b->options->jobs, .means = m };
	options.sdists = options.policy.pure_sdists = b->options->policy.pure_sdists; /* no backend is run to run a backend */
	return resolve_run(b->a, wants, &b->python.target, 1, &client, config, b->options->store, m->refresh, &options, notes, out,
	                   NULL, b->e);
}

static bool fetch(struct host_build *b, const struct resolution *r, const struct index_config *config, struct notes *notes,
                  struct distribution **out, size_t *n)
{
	struct arena *a = b->a;
	const struct private_means *m = b->options->means;
	struct fetch_request *requests = arena_array(a, struct fetch_request, r->packages.n);
	struct fetch_result *results = arena_array(a, struct fetch_result, r->packages.n);
	struct fetch_stats stats = { 0 };
	struct fetch_options options = { .store = b->options->store,
		                             .env = m->env,
		                             .index = config,
		                             .index_key = S("build requirements"),
		                             .offline = m->offline,
		                             .refresh = m->refresh,
		                             .jobs = b->options->jobs,
		                             .means = m,
		                             .now = m->now,
		                             .cancel = b->options->cancel,
		                             .progress = m->progress,
		                             .log = m->log,
		                             .log_context = m->log_context };
	for (size_t i = 0; i < r->packages.n; i++) {
		const struct resolved_package *p = &r->packages.p[i];
		struct locked_package *locked = arena_new(a, struct locked_package);
		*locked = (struct locked_package){ .name = p->name, .version = p->version, .index = p->index };
		for (size_t k = 0; k < p->files.n; k++) *vec_push(a, &locked->files) = p->files.p[k].locked;
		requests[i] = (struct fetch_request){
			.package = locked, .target = &b->python.target, .lock_format = "pylock.toml", .lock_folder = S("."), .notes = notes
		};
		requests[i].policy.pure_sdists = b->options->policy.pure_sdists;
	}
	if (!fetch_wheels(a, requests, r->packages.n, &options, results, &stats, b->e)) return false;
	*out = arena_array(a, struct distribution, r->packages.n);
	*n = r->packages.n;
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (struct distribution){ .name = r->packages.p[i].name,
			                               .version = results[i].record->version,
			                               .file = results[i].file,
			                               .record = results[i].record };
	return true;
}

/* Whose fault it is: not a requirement of the artifact. */
static bool of_build(struct host_build *b)
{
	struct err inner = *b->e;
	if (inner.code == ERR_INTERRUPT || inner.code == ERR_BUG || inner.code == ERR_IO) return false;
	err_clear(b->e);
	err_set(b->e, inner.code, inner.id, "a build requirement of `" STR_FMT "`: %s", STR_ARG(b->called), inner.what);
	err_where(b->e, "%s", inner.where[0] ? inner.where : path_join(b->a, b->tree->tree.where, S("pyproject.toml")).p);
	if (inner.why[0]) err_why(b->e, "%s", inner.why);
	if (inner.help[0]) err_help(b->e, "%s", inner.help);
	return false;
}

/* --- where they go --- */

static const struct runtime *runtime_of(int minor)
{
	size_t n;
	const struct runtime *all = runtimes(&n);
	for (size_t i = 0; i < n; i++)
		if (all[i].python_minor == minor) return &all[i];
	return NULL;
}

/* tree/python/lib/python3.X/site-packages and tree/bin. */
static bool lay_out(struct host_build *b, struct distribution *distributions, size_t n, str tree, struct notes *notes)
{
	struct plan plan;
	struct assemble_result result;
	uint32_t damaged;
	struct artifact x = { .kind = ARTIFACT_LAYER, .name = S("build requirements"), .into = tree, .where = b->tree->folder };
	x.layout = LAYOUT_VERSIONED;
	x.slim = SLIM_NOTHING;
	x.scripts = true;
	/* Two that bring one file stand in nobody's way: as with pip, one of them has it. */
	for (size_t i = 0; i < n; i++)
		*vec_push(b->a, &x.prefer) = (struct artifact_prefer){ .glob = S("**"), .distribution = distributions[i].name };
	x.target.runtime = runtime_of(b->python.target.python_minor);
	if (!x.target.runtime)
		return err_set(b->e, ERR_RESOLVE, "no-host-python", "no Lambda runtime has Python 3.%d", b->python.target.python_minor);
	struct assemble_options options = { .store = b->options->store, .jobs = b->options->jobs, .cancel = b->options->cancel };
	for (int attempt = 0;; attempt++) {
		if (!plan_make(b->a, &x, distributions, n, NULL, 0, notes, &plan, b->e)) return false;
		if (plan.n == 0) return io_mkdirs(tree.p, b->e);
		if (assemble_tree(b->a, &x, &plan, &options, &result, &damaged, b->e)) return true;
		if (damaged != UINT32_MAX && damaged < n)
			store_file_drop(b->options->store, &distributions[damaged].record->sha256, "it does not fit its record");
		return false;
	}
}

/* In single quotes of a shell. */
static str quoted(struct arena *a, str path)
{
	struct buf b;
	buf_init(&b, 65536);
	for (size_t i = 0; i < path.n; i++) buf_add_str(&b, path.p[i] == '\'' ? S("'\\''") : str_slice(path, i, i + 1));
	str out = buf_take(&b, a);
	buf_release(&b);
	return out;
}

/* A script starts the environment's Python, by way of a shell: paths may be longer than a kernel's first line, and hold spaces. For
 * Python the second line is a text. */
static bool point_script(struct host_build *b, str path, str python)
{
	struct io_stat st = { 0 };
	str text, line;
	if (!io_lstat(path.p, &st, b->e)) return false;
	if (!st.is_regular || st.size > SCRIPT_MAX) return true;
	if (!io_read_file(b->a, path.p, SCRIPT_MAX, &text, b->e)) return false;
	str rest = text;
	if (!str_starts(text, S("#!/var/lang/bin/python")) || !str_line(&rest, &line)) return true;
	str start = arena_fmt(b->a, "#!/bin/sh\n'''exec' '" STR_FMT "' \"$0\" \"$@\"\n' '''\n", STR_ARG(quoted(b->a, python)));
	return io_write_file(path.p, arena_join(b->a, start, rest), 0755, false, b->e);
}

static bool point_scripts(struct host_build *b, str bin, str python)
{
	struct str_list names = { 0 };
	if (!io_list(b->a, bin.p, 100000, &names, b->e)) return false;
	for (size_t i = 0; i < names.n; i++)
		if (!point_script(b, path_join(b->a, bin, names.p[i]), python)) return false;
	return true;
}

static bool link_to(struct host_build *b, str bin, str name)
{
	str path = path_join(b->a, bin, name);
	return io_unlink(path.p, b->e) &&
	       (symlink(b->python.path.p, path.p) == 0 ||
	        err_sys(b->e, ERR_IO, "create", errno, "cannot make the link `" STR_FMT "`", STR_ARG(path)));
}

/* The tree becomes a virtual environment. */
static bool make_virtual(struct host_build *b, str tree)
{
	struct arena *a = b->a;
	struct io_stat st = { 0 };
	int minor = b->python.target.python_minor;
	str scripts = path_join(a, tree, S("bin")), home = path_join(a, tree, S("python")), bin = path_join(a, home, S("bin"));
	str site = arena_fmt(a, STR_FMT "/lib/python3.%d/site-packages", STR_ARG(home), minor);
	str config = arena_fmt(a, "home = " STR_FMT "\ninclude-system-site-packages = false\nversion = " STR_FMT "\n",
	                       STR_ARG(path_dir(b->python.path)), STR_ARG(b->python.version));
	if (!io_mkdirs(site.p, b->e) || !io_stat(scripts.p, &st, b->e)) return false;
	if (!(st.is_dir ? io_rename(scripts.p, bin.p, b->e) : io_mkdirs(bin.p, b->e))) return false;
	if (!point_scripts(b, bin, path_join(a, bin, S("python")))) return false;
	b->environment = home;
	return link_to(b, bin, S("python")) && link_to(b, bin, S("python3")) &&
	       link_to(b, bin, arena_fmt(a, "python3.%d", minor)) &&
	       io_write_file(path_join(a, home, S("pyvenv.cfg")).p, config, 0644, false, b->e);
}

bool host_environment(struct host_build *b, const struct str_list *requires)
{
	struct wants wants;
	struct index_config config;
	struct resolution r = { 0 };
	struct notes notes;
	struct distribution *distributions = NULL;
	size_t n = 0;
	str tree = arena_fmt(b->a, STR_FMT "/environment-%zu", STR_ARG(b->scratch.path), requires->n);
	note_init(&notes, b->a);
	bool ok =
	    requires->n == 0 || (index_of(b, &config) && read_wants(b, requires, &notes, &wants) &&
	                         resolve(b, &wants, &config, &notes, &r) && fetch(b, &r, &config, &notes, &distributions, &n));
	if (!ok || !lay_out(b, distributions, n, tree, &notes)) return of_build(b);
	return make_virtual(b, tree);
}
