/* cmd_build.c: `lamina build`: options -> one call of build_run -> a line or a record per artifact.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/md5.h"
#include "base/pool.h"
#include "command/cmd_index.h"
#include "command/cmd_lock.h"
#include "command/cmd_store.h"
#include "command/command.h"
#include "pipeline/build.h"
#include "python/name.h"
#include "report/build_record.h"

static const struct opt options[] = {
	{ .heading = "Dependencies" },
	{ .name = "requirements",
	  .letter = 'r',
	  .takes = OPT_EACH,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Requirements file; locked beside it unless it has hashes; may be repeated." },
	{ .name = "lock",
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Lock: poetry.lock, uv.lock, pylock.toml, pdm.lock, Pipfile.lock or a requirements file that pins everything." },
	{ .name = "project",
	  .takes = OPT_VALUE,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help =
	      "Project folder: what its lock names, and the project itself when it is a package; locked first when it has no lock." },
	{ .name = "package",
	  .takes = OPT_EACH,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help = "Private project that is put in, with what it needs; its wheel is made here. May be repeated." },
	{ .name = "no-deps", .takes = OPT_NOTHING, .help = "With --package: the packages alone, without what they need." },
	CMD_PRIVATE_OPTIONS,
	{ .name = "group", .takes = OPT_LIST, .metavar = "NAME", .help = "Dependency group besides the default ones." },
	{ .name = "only-group", .takes = OPT_LIST, .metavar = "NAME", .help = "This dependency group and nothing else." },
	{ .name = "no-default-groups", .takes = OPT_NOTHING, .help = "Leave out the groups that the project installs by default." },
	{ .name = "extra", .takes = OPT_LIST, .metavar = "NAME", .help = "Extra of the project." },
	{ .name = "all-extras", .takes = OPT_NOTHING, .help = "Every extra of the project." },
	{ .name = "only", .takes = OPT_LIST, .metavar = "NAME", .help = "Keep this distribution and what it needs." },
	{ .name = "exclude", .takes = OPT_LIST, .metavar = "NAME", .help = "Leave out this distribution and what only it needs." },
	{ .name = "provided",
	  .takes = OPT_LIST,
	  .metavar = "SPEC",
	  .help = "Leave out what is there already: runtime:boto3, a layer zip, a layer ARN, or a distribution." },
	{ .name = "allow-record-mismatch",
	  .takes = OPT_LIST,
	  .metavar = "NAME",
	  .help = "Accept a wheel whose RECORD differs from its files." },
	{ .heading = "Project files" },
	{ .name = "source",
	  .takes = OPT_EACH,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help = "Folder whose files go to the artifact's root." },
	{ .name = "include", .takes = OPT_EACH, .metavar = "GLOB", .help = "Take only the files of the source that match." },
	{ .name = "exclude-path", .takes = OPT_EACH, .metavar = "GLOB", .help = "Leave out the files of the source that match." },
	{ .name = "go",
	  .takes = OPT_VALUE,
	  .metavar = "PACKAGE",
	  .complete = OPT_FOLDERS,
	  .help = "Go program that becomes the function's bootstrap." },
	{ .name = "bootstrap",
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Executable that a function of a provided runtime starts." },
	{ .heading = "Artifact" },
	{ .name = "kind",
	  .takes = OPT_VALUE,
	  .choices = "layer|function",
	  .help = "Kind of artifact; function when there is a source or an executable, else layer." },
	{ .name = "name",
	  .takes = OPT_VALUE,
	  .metavar = "NAME",
	  .help = "Name of the artifact; from the name of the output or executable by default." },
	{ .name = "runtime",
	  .takes = OPT_LIST,
	  .metavar = "RUNTIME",
	  .complete = OPT_RUNTIMES,
	  .help = "Lambda runtime, for example python3.12; provided.al2023 for executables by default." },
	{ .name = "arch",
	  .takes = OPT_LIST,
	  .choices = "x86_64|arm64|!amd64|!aarch64",
	  .metavar = "ARCH",
	  .help = "Architecture; that of the executable, else x86_64 by default." },
	{ .name = "output",
	  .letter = 'o',
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Zip to write; may hold {name}, {kind}, {runtime}, {arch} and {machine}." },
	{ .name = "into",
	  .takes = OPT_VALUE,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help = "Write a folder tree instead of a zip." },
	{ .name = "layout",
	  .takes = OPT_VALUE,
	  .choices = "auto|flat|versioned",
	  .help = "Prefix inside a layer: python/, or python/lib/python3.X/site-packages/." },
	{ .name = "slim",
	  .takes = OPT_LIST,
	  .choices = "pyc|tests|docs|type-stubs|headers|dist-info",
	  .help = "What to leave out of wheels; pyc by default." },
	{ .name = "no-slim", .takes = OPT_NOTHING, .help = "Keep every file of every wheel." },
	{ .name = "prefer",
	  .takes = OPT_EACH,
	  .metavar = "GLOB=NAME",
	  .help = "Whose file stays where two distributions own one path." },
	{ .name = "scripts", .takes = OPT_NOTHING, .help = "Also install console scripts into bin/." },
	{ .name = "compress",
	  .takes = OPT_VALUE,
	  .choices = "copy|fast|small|smallest|store",
	  .help = "How files are compressed; wheels keep their streams but with small and smallest." },
	{ .name = "bytecode", .takes = OPT_VALUE, .choices = "none|!checked-hash|!unchecked-hash", .help = "Byte code to add." },
	{ .heading = "Lock" },
	{ .name = "locked", .takes = OPT_NOTHING, .help = "Fail when the lock is missing or out of date." },
	{ .name = "frozen", .takes = OPT_NOTHING, .help = "Use the lock without comparing it with what it was made from." },
	{ .name = "no-lock", .takes = OPT_NOTHING, .help = "Resolve without reading or writing a lock." },
	{ .name = "upgrade",
	  .takes = OPT_NEXT,
	  .metavar = "NAME",
	  .help = "Lock the newest versions again, of everything or of this distribution." },
	CMD_INDEX_OPTIONS,
	{ .heading = "Run" },
	{ .name = "jobs",
	  .letter = 'j',
	  .takes = OPT_NUMBER,
	  .min = 1,
	  .max = POOL_JOBS_MAX,
	  .metavar = "N",
	  .help = "Threads; the number of processors by default." },
	{ .name = "force", .takes = OPT_NOTHING, .help = "Build even when nothing changed." },
	{ .name = "check", .takes = OPT_NOTHING, .help = "Build nothing; status 1 when something is out of date." },
	{ .name = "dry-run", .takes = OPT_NOTHING, .help = "Build nothing; tell what would be built." },
	{ .name = "depfile",
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Write the inputs as a Makefile rule." },
	{ .name = "json", .takes = OPT_MAYBE, .choices = "lines|flat", .help = "Print one JSON object per artifact." },
	{ .name = "md5", .takes = OPT_NOTHING, .help = "Add the zip's MD5 to the JSON record." },
	{ .name = "dump",
	  .takes = OPT_VALUE,
	  .choices = "project|lock|fetch|plan",
	  .help = "Print what a stage gives and stop there." },
	{ 0 },
};

static bool run_build(struct run *run, struct err *e);

const struct command command_build = {
	.name = "build",
	.summary = "Build layers and function packages from a lock",
	.description =
	    "Builds the artifacts of lamina.toml, all of them or those that are named. Options that describe an artifact (-r, --lock, "
	    "--project, --package, --source, --go, --bootstrap) build that one instead.\n\n"
	    "Every wheel is verified against the lock and proved once; a build then copies the compressed streams into the zip. The same "
	    "inputs give the same bytes on every computer. An artifact that is up to date costs nothing.",
	.arguments = "[NAME...]",
	.arguments_min = 0,
	.arguments_max = SIZE_MAX,
	.complete = OPT_ARTIFACTS,
	.options = options,
	.examples = "# a layer for Graviton\n"
	            "lamina build -r requirements.txt --runtime python3.12 --arch arm64 -o layer.zip\n"
	            "# a function with its dependencies, for both architectures\n"
	            "lamina build --lock poetry.lock --source app --runtime python3.13 --arch x86_64,arm64\n"
	            "# a private package, with what it needs\n"
	            "lamina build --package libs/shared --runtime python3.12 --arch x86_64,arm64 -o shared-{arch}.zip\n"
	            "# a function of any executable\n"
	            "lamina build --bootstrap target/release/rusty -o rusty.zip\n"
	            "# everything in lamina.toml, as records\n"
	            "lamina build --json",
	.run = run_build,
};

static void read_request(struct run *run, struct build_request *r)
{
	const struct opt_values *v = run->values;
	*r = (struct build_request){ .names = v->arguments, .lock = opt_value(v, "lock"), .project = opt_value(v, "project") };
	r->config = str_from(run->config);
	r->requirements = *opt_list(v, "requirements");
	r->packages = *opt_list(v, "package");
	r->no_deps = opt_given(v, "no-deps");
	r->private = cmd_private_words(run);
	r->groups = *opt_list(v, "group");
	r->only_groups = *opt_list(v, "only-group");
	r->no_default_groups = opt_given(v, "no-default-groups");
	r->extras = *opt_list(v, "extra");
	r->all_extras = opt_given(v, "all-extras");
	r->only = *opt_list(v, "only");
	r->exclude = *opt_list(v, "exclude");
	r->provided = *opt_list(v, "provided");
	r->sources = *opt_list(v, "source");
	r->include = *opt_list(v, "include");
	r->exclude_path = *opt_list(v, "exclude-path");
	r->bootstrap = opt_value(v, "bootstrap");
	r->kind = opt_value(v, "kind");
	r->name = opt_value(v, "name");
	r->runtimes = *opt_list(v, "runtime");
	r->archs = *opt_list(v, "arch");
	r->output = opt_value(v, "output");
	r->into = opt_value(v, "into");
	r->layout = opt_value(v, "layout");
	r->slim = *opt_list(v, "slim");
	r->no_slim = opt_given(v, "no-slim");
	r->prefer = *opt_list(v, "prefer");
	r->scripts = opt_given(v, "scripts") ? CHOICE_YES : CHOICE_UNSET;
	r->compress = opt_value(v, "compress");
	r->bytecode = opt_value(v, "bytecode");
	r->go = opt_value(v, "go");
}

static enum build_dump dump_of(const struct run *run)
{
	static const char *const words[] = { "", "project", "lock", "fetch", "plan" };
	str word = opt_value(run->values, "dump");
	for (size_t i = 1; i < sizeof words / sizeof *words; i++)
		if (str_eq(word, str_from(words[i]))) return (enum build_dump)i;
	return DUMP_NONE;
}

static bool refuse_combinations(struct run *run, struct err *e)
{
	const struct opt_values *v = run->values;
	if (opt_given(v, "output") && opt_given(v, "into"))
		return err_set(e, ERR_USAGE, "option-value",
		               "--output and --into do not go together: one writes a zip, the other a folder");
	if (opt_given(v, "slim") && opt_given(v, "no-slim"))
		return err_set(e, ERR_USAGE, "option-value", "--slim and --no-slim do not go together");
	if (opt_given(v, "no-deps") && !opt_given(v, "package")) {
		err_set(e, ERR_USAGE, "option-value", "--no-deps is for --package: it leaves out what private packages need");
		return err_help(e, "`--only NAME` and `--exclude NAME` choose among the distributions of a lock");
	}
	bool looks = opt_given(v, "check") || opt_given(v, "dry-run");
	if (looks && (dump_of(run) == DUMP_FETCH || dump_of(run) == DUMP_PLAN))
		return err_set(e, ERR_USAGE, "option-value",
		               "--dump fetch and --dump plan load what is missing, --check and --dry-run do not");
	return cmd_lock_words(v, e);
}

static uint64_t monotonic_ms(void) { return clock_ns() / 1000000; }

/* Compilers indent with tabs, which a message may not hold. */
static void tool_line(void *context, str line)
{
	struct buf b;
	buf_init(&b, (size_t)512 << 10);
	while (line.n) {
		str part;
		bool tab = str_cut(line, '\t', &part, &line);
		term_escape(&b, part);
		if (tab) buf_add_str(&b, S("    "));
	}
	ui_say(context, STR_FMT, STR_ARG(buf_str(&b)));
	buf_release(&b);
}

struct printing {
	struct run *run;
	bool json, flat, md5;
	bool out_of_date;
	struct err md5_error;
	struct notes notes; /* of all artifacts: what several say is shown once */
	size_t shown;
};

/* dist/deps-arm64.zip  9.3 MB (31 MB unzipped, 2004 entries)  sha256:...  12 ms */
static void print_line(struct run *run, const struct build_result *r)
{
	struct buf *out = ui_out(run->ui);
	term_escape(out, r->path);
	if (r->planned) {
		buf_add_str(out, S("  would be built\n"));
		return;
	}
	buf_add_str(out, S("  "));
	if (!r->is_tree) {
		char hex[SHA256_HEX + 1];
		term_size(out, r->size);
		buf_add_str(out, S(" ("));
		term_size(out, r->unzipped_size);
		sha256_hex(&r->sha256, hex);
		buf_addf(out, " unzipped, %llu %s)  sha256:%s  ", (unsigned long long)r->entries, r->entries == 1 ? "entry" : "entries",
		         hex);
	} else {
		term_size(out, r->unzipped_size);
		buf_addf(out, " in %llu files  ", (unsigned long long)r->entries);
	}
	if (r->up_to_date)
		buf_add_str(out, S("up to date"));
	else
		term_duration(out, r->elapsed_ms * 1000000);
	buf_add_char(out, '\n');
}

static void show_notes(struct printing *p, const struct notes *notes)
{
	for (size_t i = 0; i < notes->list.n; i++) {
		const struct note *note = &notes->list.p[i];
		note_add(&p->notes, note->level, note->id, STR_FMT, STR_ARG(note->message));
		if (note->help.n) note_help(&p->notes, STR_FMT, STR_ARG(note->help));
	}
	ui_notes(p->run->ui, &p->notes, &p->shown);
}

static void each(void *context, struct built *built)
{
	struct printing *p = context;
	struct build_result *r = &built->result;
	show_notes(p, &built->notes);
	if (r->planned) p->out_of_date = true;
	if (p->md5 && !r->is_tree && !r->planned &&
	    !md5_file(p->run->arena, arena_cstr(p->run->arena, r->path), &r->md5, &p->md5_error))
		return;
	if (p->json) {
		struct buf *out = ui_out(p->run->ui);
		(p->flat ? build_record_write_flat : build_record_write)(r, out);
		buf_add_char(out, '\n');
	} else if (!p->run->ui->quiet) {
		print_line(p->run, r);
	}
	ui_flush(p->run->ui);
}

/* "out.zip: input input", spaces and "$", "#" escaped as make wants them (GNU make manual, "Rule Syntax"). */
static void add_make_path(struct buf *b, str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == ' ' || path.p[i] == '#') buf_add_char(b, '\\');
		if (path.p[i] == '$') buf_add_char(b, '$');
		buf_add_char(b, path.p[i]);
	}
}

static bool write_depfile(const char *path, const struct built *results, size_t n, uint32_t mode, struct err *e)
{
	struct buf b;
	buf_init(&b, (size_t)64 << 20);
	for (size_t i = 0; i < n; i++) {
		add_make_path(&b, results[i].result.path);
		buf_add_char(&b, ':');
		for (size_t k = 0; k < results[i].depends.n; k++) {
			buf_add_str(&b, S(" \\\n "));
			add_make_path(&b, results[i].depends.p[k]);
		}
		buf_add_char(&b, '\n');
	}
	bool ok = io_mkdirs_for(path, e) && io_write_file(path, buf_str(&b), mode, false, e);
	buf_release(&b);
	return ok;
}

static void show_rest(struct printing *p, const struct built *results, size_t finished, size_t n)
{
	/* Notes of artifacts that were not finished explain the error that follows. */
	for (size_t i = finished; i < n; i++)
		if (results[i].artifact) show_notes(p, &results[i].notes);
}

static void read_options(struct run *run, struct store *store, const struct index_inputs *index, struct build_options *o)
{
	const struct opt_values *v = run->values;
	*o =
	    (struct build_options){ .env = run->env, .store = store, .index = index, .now_ns = run->now_ns, .cancel = run->cancel };
	o->offline = cmd_offline(run);
	o->refresh = opt_given(v, "refresh");
	o->force = opt_given(v, "force");
	o->frozen = opt_given(v, "frozen");
	o->locked = opt_given(v, "locked");
	o->no_lock = opt_given(v, "no-lock");
	cmd_lock_upgrade(run, &o->upgrade_all, &o->upgrade);
	o->build_constraints = *opt_list(v, "build-constraint");
	o->only_look = opt_given(v, "check") || opt_given(v, "dry-run");
	o->want_depends = opt_given(v, "depfile");
	o->mode = cmd_file_mode();
	o->dump = dump_of(run);
	o->dump_out = ui_out(run->ui);
	const struct str_list *names = opt_list(v, "allow-record-mismatch");
	for (size_t i = 0; i < names->n; i++)
		*vec_push(run->arena, &o->allow_record_mismatch) = name_normalize(run->arena, names->p[i]);
	o->monotonic_ms = monotonic_ms;
	o->progress = &run->ui->progress;
	o->log = run->ui->verbosity >= 2 ? cmd_log : NULL;
	o->log_context = run->ui;
	o->tool_says = tool_line;
	o->tool_context = run->ui;
}

static bool build(struct run *run, struct store *store, struct notes *notes, struct err *e)
{
	struct build_request request;
	struct index_inputs index;
	struct build_options build_options;
	struct project project;
	size_t finished = 0, shown = 0;
	read_request(run, &request);
	cmd_index_read(run, &index, notes);
	read_options(run, store, &index, &build_options);
	if (!cmd_jobs(run, true, &build_options.jobs, e)) return false;
	if (!project_load(run->arena, &request, run->env, notes, &project, e)) return false;
	ui_notes(run->ui, notes, &shown);
	struct built *results = arena_array(run->arena, struct built, project.artifacts.n);
	struct printing p = { .run = run, .json = opt_given(run->values, "json"), .md5 = opt_given(run->values, "md5") };
	note_init(&p.notes, run->arena);
	p.flat = str_eq(opt_value(run->values, "json"), S("flat"));
	bool ok = build_run(run->arena, &project, &build_options, each, &p, results, &finished, e);
	ui_notes(run->ui, notes, &shown);
	if (!ok) {
		show_rest(&p, results, finished, project.artifacts.n);
		return false;
	}
	if (err_is_set(&p.md5_error)) {
		*e = p.md5_error;
		return false;
	}
	if (opt_given(run->values, "check") && p.out_of_date) run->status = 1;
	const char *depfile = opt_cstr(run->values, "depfile");
	return !depfile || build_options.only_look || build_options.dump != DUMP_NONE ||
	       write_depfile(depfile, results, project.artifacts.n, build_options.mode, e);
}

static bool run_build(struct run *run, struct err *e)
{
	struct store store;
	struct notes notes;
	note_init(&notes, run->arena);
	bool looks = opt_given(run->values, "check") || opt_given(run->values, "dry-run");
	if (!refuse_combinations(run, e)) return false;
	if (!(looks ? cmd_store_look : cmd_store_open)(run, &notes, &store, e)) return false;
	bool ok = build(run, &store, &notes, e);
	store_close(&store);
	return ok;
}
