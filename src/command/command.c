/* command.c: argv -> command -> exit status.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/suggest.h"
#include "command/help.h"
#include "command/version.h"

const struct opt command_options[] = {
	{ .heading = "Common options" },
	{ .name = "quiet", .letter = 'q', .takes = OPT_NOTHING, .help = "Print errors only." },
	{ .name = "verbose", .letter = 'v', .takes = OPT_NOTHING, .help = "Say why things happen; -vv also shows every request." },
	{ .name = "directory",
	  .letter = 'C',
	  .takes = OPT_VALUE,
	  .metavar = "DIR",
	  .complete = OPT_FOLDERS,
	  .help = "Run in DIR." },
	{ .name = "config",
	  .takes = OPT_VALUE,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Use FILE instead of the nearest lamina.toml upwards." },
	{ .name = "help", .letter = 'h', .takes = OPT_NOTHING, .help = "Print help." },
	{ .name = "version", .takes = OPT_NOTHING, .help = "Print the version; with -v also the libraries." },
	{ 0 }
};

const struct command *const commands[] = {
#define X(name) &command_##name,
	COMMANDS(X)
#undef X
	    NULL
};

/* The one thing that a signal changes. */
static atomic_bool interrupted;

static void on_signal(int number)
{
	(void)number;
	/* Who asks twice does not want to wait. Unnamed temporary files vanish, named ones are swept by the next run. */
	if (atomic_exchange(&interrupted, true)) _exit(130);
}

static void set_signals(void)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { 0 }, now;
	sigemptyset(&action.sa_mask);
	action.sa_handler = on_signal;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaction(ends[i], &action, NULL); /* nohup stays */
	action.sa_handler = SIG_IGN;               /* writes then fail with EPIPE and EFBIG, which are handled */
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

/* A standard descriptor that is closed would become the first file that is opened. What takes its place refuses to be used. */
static void fill_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0) _exit(err_status(ERR_IO));
}

const struct command *command_find(const struct command *const *list, str name)
{
	for (; *list; list++)
		if (str_eq(str_from((*list)->name), name)) return *list;
	return NULL;
}

bool command_unknown(const struct command *group, str name, struct err *e)
{
	const struct command *const *list = group ? group->subcommands : commands;
	const char *in = group ? group->name : "", *space = group ? " " : "";
	str names[64];
	size_t n = 0;
	for (; list[n] && n < sizeof names / sizeof *names; n++) names[n] = str_from(list[n]->name);
	err_set(e, ERR_USAGE, "unknown-command", "unknown %s%scommand `" STR_FMT "`", in, space, STR_ARG(name));
	str near = suggest_nearest(name, names, n);
	if (near.n > 0) return err_help(e, "did you mean `" STR_FMT "`?", STR_ARG(near));
	return err_help(e, "`lamina %s%s--help` lists the commands", in, space);
}

/* One invocation while it is being understood. */
struct call {
	struct arena arena;
	struct env env;
	char **words; /* argv without the program */
	size_t n, at;
	struct opt_values globals; /* in front of the command */
	struct opt_values values;
	const struct command *group, *command;
	struct ui ui;
	struct err e;
	int status;
};

/* Before options are understood, the words alone tell whether errors are wanted as JSON. */
static bool wants_json(const struct call *c)
{
	for (size_t i = 0; i < c->n && strcmp(c->words[i], "--") != 0; i++)
		if (strcmp(c->words[i], "--json") == 0 || strncmp(c->words[i], "--json=", 7) == 0) return true;
	return false;
}

static size_t count(const struct call *c, const char *name)
{
	return opt_count(&c->globals, name) + (c->command ? opt_count(&c->values, name) : 0);
}

/* A value of an option of every command: the later one wins. */
static const char *global_value(const struct call *c, const char *name)
{
	const char *value = c->command ? opt_cstr(&c->values, name) : NULL;
	return value ? value : opt_cstr(&c->globals, name);
}

/* Options in front of the next word that is a name. */
static bool parse_front(struct call *c)
{
	size_t used;
	c->globals.help = c->group ? arena_fmt(&c->arena, "lamina %s --help", c->group->name).p : "lamina --help";
	if (!opt_parse(&c->globals, c->words + c->at, c->n - c->at, true, &used, &c->e)) return false;
	c->at += used;
	return true;
}

static bool find_command(struct call *c)
{
	const struct command *const *list = commands;
	for (;;) {
		if (!parse_front(c)) return false;
		if (c->at == c->n) return true; /* no name: help or --version */
		str name = str_from(c->words[c->at++]);
		const struct command *found = command_find(list, name);
		if (!found) return command_unknown(c->group, name, &c->e);
		if (!found->subcommands) {
			c->command = found;
			return true;
		}
		c->group = found;
		list = found->subcommands;
	}
}

static bool check_arguments(struct call *c)
{
	const struct command *command = c->command;
	size_t n = c->values.arguments.n;
	if (n < command->arguments_min) {
		err_set(&c->e, ERR_USAGE, "argument", "`%s` is missing", command->arguments);
	} else if (n > command->arguments_max) {
		str extra = c->values.arguments.p[command->arguments_max];
		err_set(&c->e, ERR_USAGE, "argument", "`" STR_FMT "` is one argument too many", STR_ARG(extra));
	} else {
		return true;
	}
	return err_help(&c->e, "`%s` shows how it is used", c->values.help);
}

static bool parse_command(struct call *c)
{
	const struct opt *const tables[] = { c->command->options, command_options };
	opt_begin(&c->values, &c->arena, tables, 2);
	c->values.help =
	    arena_fmt(&c->arena, "lamina %s%s%s --help", c->group ? c->group->name : "", c->group ? " " : "", c->command->name).p;
	if (opt_parse(&c->values, c->words + c->at, c->n - c->at, false, NULL, &c->e)) return true;
	c->command = NULL; /* its values are not to be used */
	return false;
}

static bool enter_folder(struct call *c)
{
	const char *folder = global_value(c, "directory");
	if (!folder || chdir(folder) == 0) return true;
	err_sys(&c->e, ERR_IO, "not-found", errno, "cannot run in `%s`", folder);
	return err_where(&c->e, "%s", folder);
}

static bool run_command(struct call *c)
{
	struct timespec now = { 0 };
	clock_gettime(CLOCK_REALTIME, &now);
	struct run run = {
		.arena = &c->arena,
		.env = &c->env,
		.command = c->command,
		.values = &c->values,
		.ui = &c->ui,
		.config = global_value(c, "config"),
		.cancel = &interrupted,
		.now_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec,
		.began_ns = clock_ns(),
	};
	if (!check_arguments(c) || !enter_folder(c)) return false;
	if (!c->command->run(&run, &c->e)) {
		if (!err_is_set(&c->e)) err_set(&c->e, ERR_BUG, "silent-failure", "%s failed without an error", c->command->name);
		return false;
	}
	c->status = run.status;
	return true;
}

/* What is asked for without a command, or about one. */
static bool answer_or_run(struct call *c)
{
	if (count(c, "version") > 0) {
		version_print(&c->ui);
		return true;
	}
	if (count(c, "help") > 0) {
		help_print(ui_out(&c->ui), c->group, c->command);
		return true;
	}
	if (c->command) return run_command(c);
	if (c->group)
		err_set(&c->e, ERR_USAGE, "no-command", "`lamina %s` needs a command", c->group->name);
	else
		err_set(&c->e, ERR_USAGE, "no-command", "`lamina` needs a command");
	return err_help(&c->e, "`lamina %s%s--help` lists them", c->group ? c->group->name : "", c->group ? " " : "");
}

static bool understand(struct call *c)
{
	static const struct opt *const tables[] = { command_options };
	opt_begin(&c->globals, &c->arena, tables, 1);
	return find_command(c) && (!c->command || parse_command(c));
}

int command_main(int argc, char **argv, char **environment)
{
	fill_descriptors();
	set_signals();
	struct call c = { .env = { environment }, .words = argv + (argc > 0), .n = argc > 0 ? (size_t)argc - 1 : 0 };
	bool understood = understand(&c);
	ui_begin(&c.ui, &c.env, count(&c, "quiet") > 0, (unsigned)count(&c, "verbose"));
	c.ui.json = wants_json(&c);
	if (understood) answer_or_run(&c);
	if (err_is_set(&c.e)) ui_error(&c.ui, &c.e);
	struct err broken = { 0 };
	if (!ui_end(&c.ui, &broken) && !err_is_set(&c.e)) {
		c.e = broken;
		struct buf text;
		buf_init(&text, TERM_MESSAGE_MAX);
		term_error(&text, c.ui.term.err_colour, &c.e);
		(void)!write(STDERR_FILENO, text.p, text.n);
		buf_release(&text);
	}
	arena_release(&c.arena);
	return err_is_set(&c.e) ? err_status(c.e.code) : c.status;
}
