/* cmd_export.c: `lamina export`: a lock as requirements.txt, constraints.txt or pylock.toml.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "command/cmd_index.h"
#include "pipeline/export.h"

#define EXPORT_TEXT_MAX ((size_t)256 << 20)

static const struct opt options[] = {
	{ .heading = "Lock" },
	{ .name = "lock",
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Lock: poetry.lock, uv.lock, pylock.toml, Pipfile.lock, pdm.lock or a requirements file." },
	{ .name = "requirements",
	  .letter = 'r',
	  .takes = OPT_EACH,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Requirements file with exact versions; may be repeated." },
	{ .name = "project",
	  .takes = OPT_VALUE,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help = "Project folder whose lock is exported." },
	{ .name = "frozen", .takes = OPT_NOTHING, .help = "Use the lock without comparing it with its project." },
	{ .heading = "What is exported" },
	{ .name = "with", .takes = OPT_LIST, .metavar = "GROUP", .help = "Dependency group besides the default ones." },
	{ .name = "without", .takes = OPT_LIST, .metavar = "GROUP", .help = "Leave out this dependency group." },
	{ .name = "only", .takes = OPT_LIST, .metavar = "GROUP", .help = "This dependency group and nothing else." },
	{ .name = "extra", .letter = 'E', .takes = OPT_LIST, .metavar = "NAME", .help = "Extra of the project." },
	{ .name = "extras", .takes = OPT_LIST, .metavar = "NAME", .hidden = true, .help = "As --extra, which Poetry calls so." },
	{ .name = "all-extras", .takes = OPT_NOTHING, .help = "Every extra of the project." },
	{ .name = "no-emit-project", .takes = OPT_NOTHING, .help = "Leave out the project itself, which uv.lock lists." },
	{ .heading = "Output" },
	{ .name = "format",
	  .letter = 'f',
	  .takes = OPT_VALUE,
	  .choices = "requirements.txt|constraints.txt|pylock.toml",
	  .help = "Format; requirements.txt by default." },
	{ .name = "output",
	  .letter = 'o',
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "File to write instead of standard output." },
	{ .name = "without-hashes", .takes = OPT_NOTHING, .help = "Leave out the hashes of files." },
	{ .name = "without-urls", .takes = OPT_NOTHING, .help = "Leave out the URLs of indexes." },
	{ .name = "with-credentials", .takes = OPT_NOTHING, .help = "Write user and password into the URLs of indexes." },
	CMD_INDEX_OPTIONS,
	{ 0 },
};

static bool run_export(struct run *run, struct err *e);

const struct command command_export = {
	.name = "export",
	.summary = "Write a lock as requirements for other installers",
	.description =
	    "Writes what is locked as lines that pip and uv install: for poetry.lock what `poetry export` gives, for uv.lock what `uv "
	    "export` gives. Markers are kept, so that one file serves every environment. For pylock.toml, indexes are asked where the "
	    "files are that the lock only names.\n\n"
	    "Without --lock, -r and --project the lock of the artifact is taken, or that of the current folder.",
	.arguments = "[NAME]",
	.arguments_min = 0,
	.arguments_max = 1,
	.complete = OPT_ARTIFACTS,
	.options = options,
	.examples = "lamina export --lock poetry.lock -o requirements.txt\n"
	            "# with a group and an extra\n"
	            "lamina export --with dev -E postgres",
	.run = run_export,
};

static void read_options(struct run *run, struct export_options *o)
{
	const struct opt_values *v = run->values;
	*o = (struct export_options){ .lock = opt_value(v, "lock"), .project = opt_value(v, "project"), .env = run->env };
	if (v->arguments.n) o->name = v->arguments.p[0];
	o->config = str_from(run->config);
	o->requirements = *opt_list(v, "requirements");
	o->frozen = opt_given(v, "frozen");
	o->with = *opt_list(v, "with");
	o->without = *opt_list(v, "without");
	o->only = *opt_list(v, "only");
	o->extras = *opt_list(v, "extra");
	for (size_t i = 0; i < opt_list(v, "extras")->n; i++) *vec_push(run->arena, &o->extras) = opt_list(v, "extras")->p[i];
	o->all_extras = opt_given(v, "all-extras");
	o->no_project = opt_given(v, "no-emit-project");
	o->with_credentials = opt_given(v, "with-credentials");
	if (opt_given(v, "without-hashes")) o->flags |= EXPORT_NO_HASHES;
	if (opt_given(v, "without-urls")) o->flags |= EXPORT_NO_URLS;
	o->output = opt_value(v, "output");
	str format = opt_value(v, "format");
	o->format = str_eq(format, S("constraints.txt")) ? EXPORT_CONSTRAINTS
	            : str_eq(format, S("pylock.toml"))   ? EXPORT_PYLOCK
	                                                 : EXPORT_REQUIREMENTS;
}

static bool check_options(const struct export_options *o, struct err *e)
{
	if (o->all_extras && o->extras.n)
		return err_set(e, ERR_USAGE, "option-value", "--extra and --all-extras do not go together");
	if (o->only.n && (o->with.n || o->without.n))
		return err_set(e, ERR_USAGE, "option-value", "--only does not go together with --with and --without");
	return true;
}

/* Passwords are for the owner's eyes. */
static bool write_out(struct run *run, const struct export_options *o, str text, struct err *e)
{
	const char *path = opt_cstr(run->values, "output");
	if (!path) return ui_print(run->ui, text), true;
	return io_write_file(path, text, o->with_credentials ? 0600 : 0644, false, e);
}

static bool run_export(struct run *run, struct err *e)
{
	struct export_options o;
	struct index_inputs index;
	struct notes notes;
	struct buf text;
	size_t shown = 0;
	read_options(run, &o);
	if (!check_options(&o, e)) return false;
	note_init(&notes, run->arena);
	cmd_index_read(run, &index, &notes);
	o.index = (struct export_index_options){
		.inputs = &index, .cancel = run->cancel, .now = run->now_ns / 1000000000, .offline = cmd_offline(run)
	};
	if (run->ui->verbosity >= 2) o.index.log = cmd_log;
	o.index.log_context = run->ui;
	buf_init(&text, EXPORT_TEXT_MAX);
	bool ok = export_run(run->arena, &o, &notes, &text, e);
	ui_notes(run->ui, &notes, &shown);
	ok = ok && write_out(run, &o, buf_str(&text), e);
	buf_release(&text);
	return ok;
}
