/* cmd_lock.c: `lamina lock`: options -> one call of relock_run -> a line or a record per lock.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/cmd_lock.h"

#include "base/clock.h"
#include "base/io.h"
#include "command/cmd_index.h"
#include "command/cmd_store.h"
#include "format/json.h"
#include "pipeline/relock.h"
#include "python/name.h"

static const struct opt options[] = {
	{ .heading = "What is locked" },
	{ .name = "requirements",
	  .letter = 'r',
	  .takes = OPT_EACH,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Requirements file; several have one lock." },
	{ .name = "project",
	  .takes = OPT_VALUE,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help = "Project folder with a pyproject.toml or setup.cfg." },
	{ .name = "package",
	  .takes = OPT_EACH,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help = "Private project, as `lamina build --package` takes it; several have one lock." },
	{ .name = "runtime",
	  .takes = OPT_LIST,
	  .metavar = "RUNTIME",
	  .complete = OPT_RUNTIMES,
	  .help = "Lambda runtime; those that the lock has, or of lamina.toml, by default." },
	{ .name = "arch",
	  .takes = OPT_LIST,
	  .choices = "x86_64|arm64|!amd64|!aarch64",
	  .metavar = "ARCH",
	  .help = "Architecture; x86_64 by default." },
	{ .heading = "Versions" },
	{ .name = "upgrade",
	  .takes = OPT_NEXT,
	  .metavar = "NAME",
	  .help = "Take the newest versions, of everything or of this distribution." },
	{ .name = "exclude-newer",
	  .takes = OPT_VALUE,
	  .metavar = "DATE",
	  .help = "Only files that were uploaded before the end of that day; none takes it back." },
	{ .name = "prerelease",
	  .takes = OPT_VALUE,
	  .choices = "if-necessary|allow|disallow|explicit",
	  .help = "Pre-releases; if-necessary by default." },
	{ .name = "resolution",
	  .takes = OPT_VALUE,
	  .choices = "highest|lowest|lowest-direct",
	  .help = "Which versions are tried first; highest by default." },
	CMD_PRIVATE_OPTIONS,
	{ .name = "sdist", .takes = OPT_NOTHING, .hidden = true, .help = "As --sdists pure." },
	{ .name = "no-sdist", .takes = OPT_NOTHING, .hidden = true, .help = "As --sdists no." },
	{ .heading = "Lock" },
	{ .name = "output",
	  .letter = 'o',
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Write the lock there instead of beside its inputs." },
	{ .name = "check", .takes = OPT_NOTHING, .help = "Write nothing; status 4 when the lock is missing or out of date." },
	{ .name = "dry-run", .takes = OPT_NOTHING, .help = "Resolve, tell what would change, and write nothing." },
	CMD_INDEX_OPTIONS,
	{ .heading = "Run" },
	{ .name = "json", .takes = OPT_NOTHING, .help = "Print one JSON object per lock." },
	{ 0 },
};

static bool run_lock(struct run *run, struct err *e);

const struct command command_lock = {
	.name = "lock",
	.summary = "Resolve requirements and projects, and write their locks",
	.description =
	    "Finds versions and files for what requirements files and projects ask for, for all their targets together, and writes them "
	    "as pylock.NAME.toml beside them (PEP 751; pip and uv read it, too). Everything in lamina.toml by default.\n\n"
	    "A lock that answers its inputs is left alone, and no index is asked. Versions stay until the inputs force a change or "
	    "--upgrade is given; options that choose versions stay in the lock. `lamina build` locks by itself what has no lock yet.",
	.arguments = "[NAME...]",
	.arguments_min = 0,
	.arguments_max = SIZE_MAX,
	.complete = OPT_ARTIFACTS,
	.options = options,
	.examples = "lamina lock -r requirements.txt --runtime python3.12 --arch x86_64,arm64\n"
	            "# newer versions of one distribution and of what that forces\n"
	            "lamina lock --upgrade fastapi\n"
	            "# in CI: is the lock in the repository the right one?\n"
	            "lamina lock --check",
	.run = run_lock,
};

/* --- words that build has, too --- */

struct private_words cmd_private_words(const struct run *run)
{
	return (struct private_words){ opt_value(run->values, "sdists"), opt_value(run->values, "build") };
}

void cmd_lock_upgrade(struct run *run, bool *all, struct str_list *names)
{
	const struct str_list *given = opt_list(run->values, "upgrade");
	*all = opt_count(run->values, "upgrade") > given->n;
	*names = (struct str_list){ 0 };
	for (size_t i = 0; i < given->n; i++) *vec_push(run->arena, names) = name_normalize(run->arena, given->p[i]);
}

bool cmd_lock_words(const struct opt_values *v, struct err *e)
{
	static const char *const words[] = { "locked", "frozen", "no-lock", "upgrade" };
	const char *first = NULL;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!opt_given(v, words[i])) continue;
		if (first) return err_set(e, ERR_USAGE, "option-value", "--%s and --%s do not go together", first, words[i]);
		first = words[i];
	}
	return true;
}

/* --- what is to be locked --- */

static bool exists(const char *path)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	return io_stat(path, &st, &ignored) && st.is_regular;
}

static bool nothing(struct err *e)
{
	err_set(e, ERR_USAGE, "no-artifact", "nothing to lock: there is no lamina.toml, pyproject.toml or requirements.txt here");
	return err_help(e, "lamina lock -r requirements-layer.txt --runtime python3.12");
}

/* Where no option and no lamina.toml says it, the folder does. */
static bool complete_request(struct run *run, struct build_request *r, struct err *e)
{
	str config = r->config, file;
	if (r->requirements.n || r->project.n || r->packages.n || r->names.n) return true;
	if (config.n == 0 && !project_find_config(run->arena, &config, e)) return false;
	if (config.n) return true;
	if (!wants_find(run->arena, S("."), &file, e)) return false;
	if (exists("requirements.txt") && !exists("pylock.toml"))
		*vec_push(run->arena, &r->requirements) = S("requirements.txt");
	else if (file.n)
		r->project = S(".");
	else
		return nothing(e);
	return true;
}

/* Without a runtime the lock that is there knows what it is for. */
static bool load_project(struct run *run, struct notes *notes, struct project *out, struct err *e)
{
	const struct opt_values *v = run->values;
	struct build_request r = { .names = v->arguments, .config = str_from(run->config), .project = opt_value(v, "project") };
	r.requirements = *opt_list(v, "requirements");
	r.packages = *opt_list(v, "package");
	r.runtimes = *opt_list(v, "runtime");
	r.archs = *opt_list(v, "arch");
	*out = (struct project){ 0 };
	if (!complete_request(run, &r, e)) return false;
	bool described = r.requirements.n || r.project.n || r.packages.n;
	if ((r.requirements.n > 0) + (r.project.n > 0) + (r.packages.n > 0) > 1)
		return err_set(e, ERR_USAGE, "two-locks", "-r, --project and --package do not go together: each has a lock of its own");
	if (!described || r.runtimes.n || r.archs.n) return project_load(run->arena, &r, run->env, notes, out, e);
	struct project at_lock = { 0 };
	if (!relock_targets(run->arena, &r, run->env, &at_lock, e)) return false;
	if (at_lock.artifacts.n == 0) return project_load(run->arena, &r, run->env, notes, out, e);
	*out = at_lock;
	return true;
}

/* --- what is said --- */

static void write_strings(struct json_writer *w, const char *key, const struct str_list *list)
{
	json_write_key(w, str_from(key));
	json_write_array(w);
	for (size_t i = 0; i < list->n; i++) json_write_string(w, list->p[i]);
	json_write_array_end(w);
}

static void write_text(struct json_writer *w, const char *key, str value)
{
	json_write_key(w, str_from(key));
	if (value.n)
		json_write_string(w, value);
	else
		json_write_null(w);
}

static void write_number(struct json_writer *w, const char *key, uint64_t value)
{
	json_write_key(w, str_from(key));
	json_write_u64(w, value);
}

static void write_bool(struct json_writer *w, const char *key, bool value)
{
	json_write_key(w, str_from(key));
	json_write_bool(w, value);
}

static void write_changes(struct json_writer *w, const struct relock *x)
{
	json_write_key(w, S("changes"));
	json_write_array(w);
	for (size_t i = 0; i < x->changes.n; i++) {
		json_write_object(w);
		write_text(w, "name", x->changes.p[i].name);
		write_text(w, "from", x->changes.p[i].from);
		write_text(w, "to", x->changes.p[i].to);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void write_warnings(struct json_writer *w, const struct notes *notes)
{
	json_write_key(w, S("warnings"));
	json_write_array(w);
	for (size_t i = 0; i < notes->list.n; i++) {
		if (notes->list.p[i].level != NOTE_WARNING) continue;
		json_write_object(w);
		write_text(w, "id", str_from(notes->list.p[i].id));
		write_text(w, "message", notes->list.p[i].message);
		json_write_object_end(w);
	}
	json_write_array_end(w);
}

static void print_record(struct run *run, const struct relock *x, bool planned)
{
	struct json_writer w;
	struct buf *out = ui_out(run->ui);
	struct sha256 digest;
	bool written = !x->is_stream && !planned;
	sha256_of(x->text, &digest);
	json_write_begin(&w, out);
	json_write_object(&w);
	write_number(&w, "schema", 1);
	write_text(&w, "kind", S("lock"));
	write_text(&w, "path", x->is_stream ? (str){ 0 } : x->lock_path);
	struct str_list project = { .p = (str[]){ x->shown }, .n = 1 };
	write_strings(&w, "inputs", x->project.n ? &project : x->packages.n ? &x->packages : &x->requirements);
	write_strings(&w, "targets", &x->targets);
	write_number(&w, "packages", x->n_packages);
	write_text(&w, "sha256", written ? sha256_hex_str(run->arena, &digest) : (str){ 0 });
	write_bool(&w, "up_to_date", !x->changed);
	if (planned) write_bool(&w, "planned", true);
	write_changes(&w, x);
	write_warnings(&w, x->notes);
	write_number(&w, "elapsed_ms", (clock_ns() - run->began_ns) / 1000000);
	write_text(&w, "lamina", S(LAMINA_VERSION));
	json_write_object_end(&w);
	buf_add_char(out, '\n');
}

/* pylock.requirements-layer.toml  24 packages for python3.12/arm64, python3.12/x86_64  up to date */
static void print_line(struct run *run, const struct relock *x, bool planned)
{
	struct buf *out = ui_out(run->ui);
	term_escape(out, x->is_stream ? x->shown : x->lock_path);
	buf_addf(out, "  %zu package%s for ", x->n_packages, x->n_packages == 1 ? "" : "s");
	for (size_t i = 0; i < x->targets.n; i++) buf_addf(out, "%s" STR_FMT, i ? ", " : "", STR_ARG(x->targets.p[i]));
	const char *what = !x->changed ? "up to date" : planned ? "would be written" : "written";
	buf_addf(out, "  %s\n", x->is_stream ? "resolved" : what);
}

static void show(struct run *run, const struct relock_set *set, const struct project *project, struct notes *notes)
{
	bool json = opt_given(run->values, "json"), planned = opt_given(run->values, "dry-run");
	size_t shown = 0;
	for (size_t i = 0; i < project->artifacts.n; i++) {
		const struct artifact *x = &project->artifacts.p[i];
		const struct relock *lock = relock_of(set, x);
		if (lock && lock->asks_nothing)
			note_add(notes, NOTE_INFO, "nothing-to-lock", STR_FMT " asks for nothing: there is nothing to lock",
			         STR_ARG(lock->shown));
		else if (lock && lock->state == RELOCK_AS_IT_IS)
			note_add(notes, NOTE_INFO, "is-lock", STR_FMT " is a lock already: it is used as it is",
			         STR_ARG(lock->stands.n                          ? lock->stands
			                 : lock->shown.n && lock->project.n == 0 ? lock->shown
			                                                         : x->dependencies.p[0].path));
	}
	if (set->list.n == 0) note_add(notes, NOTE_INFO, "nothing-to-lock", "nothing to lock: no dependencies are named");
	ui_notes(run->ui, notes, &shown);
	for (size_t i = 0; i < set->list.n; i++) {
		const struct relock *x = set->list.p[i];
		if (x->state == RELOCK_AS_IT_IS) continue;
		if (json)
			print_record(run, x, planned);
		else if (!run->ui->quiet)
			print_line(run, x, planned);
	}
}

/* --- the run --- */

static bool read_options(struct run *run, struct relock_options *o, struct err *e)
{
	const struct opt_values *v = run->values;
	const char *clash = opt_given(v, "no-sdist") ? "no-sdist" : "sdists";
	if (opt_given(v, "sdist") + opt_given(v, "no-sdist") + opt_given(v, "sdists") > 1)
		return err_set(e, ERR_USAGE, "option-value", "--%s and --%s do not go together",
		               opt_given(v, "sdist") ? "sdist" : "sdists", clash);
	if (opt_given(v, "check") && (opt_given(v, "upgrade") || opt_given(v, "dry-run")))
		return err_set(e, ERR_USAGE, "option-value", "--check changes nothing, so --%s has no meaning with it",
		               opt_given(v, "upgrade") ? "upgrade" : "dry-run");
	o->mode = opt_given(v, "check") ? RELOCK_LOCKED : RELOCK_WRITE;
	o->dry_run = opt_given(v, "dry-run");
	o->brief = true;
	o->env = run->env;
	o->offline = cmd_offline(run);
	o->refresh = opt_given(v, "refresh");
	cmd_lock_upgrade(run, &o->upgrade_all, &o->upgrade);
	o->prerelease = opt_value(v, "prerelease");
	o->resolution = opt_value(v, "resolution");
	o->exclude_newer = opt_value(v, "exclude-newer");
	o->private = cmd_private_words(run);
	o->build_constraints = *opt_list(v, "build-constraint");
	if (opt_given(v, "sdist")) o->private.sdists = S("pure");
	if (opt_given(v, "no-sdist")) o->private.sdists = S("no");
	o->output = opt_value(v, "output");
	o->file_mode = cmd_file_mode();
	o->now = run->now_ns / 1000000000;
	o->cancel = run->cancel;
	o->progress = &run->ui->progress;
	o->log = run->ui->verbosity >= 2 ? cmd_log : NULL;
	o->log_context = run->ui;
	return cmd_jobs(run, false, &o->jobs, e);
}

static bool lock(struct run *run, struct store *store, struct notes *notes, struct err *e)
{
	struct relock_options o = { .store = store };
	struct index_inputs index;
	struct project project;
	struct relock_set set = { 0 };
	cmd_index_read(run, &index, notes);
	if (!read_options(run, &o, e) || !load_project(run, notes, &project, e)) return false;
	struct locking_options locking = { .env = run->env };
	struct relock_request *requests = arena_array(run->arena, struct relock_request, project.artifacts.n);
	for (size_t i = 0; i < project.artifacts.n; i++) requests[i] = (struct relock_request){ &project.artifacts.p[i], notes };
	o.index = &index;
	o.project = &project;
	if (!relock_run(run->arena, requests, project.artifacts.n, &locking, &o, &set, e)) {
		size_t shown = 0;
		ui_notes(run->ui, notes, &shown);
		return false;
	}
	show(run, &set, &project, notes);
	return true;
}

static bool run_lock(struct run *run, struct err *e)
{
	struct store store;
	struct notes notes;
	note_init(&notes, run->arena);
	if (!(opt_given(run->values, "check") ? cmd_store_look : cmd_store_open)(run, &notes, &store, e)) return false;
	bool ok = lock(run, &store, &notes, e);
	store_close(&store);
	return ok;
}
