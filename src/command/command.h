/* command.h: what a command is, and what it gets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * To add a command "size":
 *   1. src/command/cmd_size.c:
 *        static const struct opt options[] = { { .name = "json", .takes = OPT_NOTHING, .help = "Print JSON." }, { 0 } };
 *        static bool run_size(struct run *run, struct err *e)
 *        {
 *            str path = run->values->arguments.p[0];
 *            if (!size_of(run->arena, path, &facts, e)) return false;   // the error is shown and gives the exit status
 *            ui_printf(run->ui, "%llu\n", facts.total);                // data; ui_say, ui_notes for the rest
 *            return true;                                              // status 0, or run->status when it was set
 *        }
 *        const struct command command_size = {
 *            .name = "size", .summary = "Show what takes the space",   // no full stop: it stands in lists
 *            .description = "One paragraph.\n\nAnother.",
 *            .arguments = "FILE", .arguments_min = 1, .arguments_max = 1, .complete = OPT_FILES,
 *            .options = options,
 *            .examples = "# the largest first\nlamina size layer.zip",
 *            .run = run_size,
 *        };
 *   2. a line X(size) in COMMANDS below, at its place in the help, and 'cmd_size.c' in meson.build.
 * Help, man page and completion follow from that. src/command/completion.c is a small complete example.
 *
 * Options of every command (not to be declared again): -h/--help, -q/--quiet, -v/--verbose, -C/--directory, --config. They are
 * handled before run() is called: the process is in the -C folder, run->config is set, run->ui knows -q and -v. A command that
 * declares an option "json" gets errors as JSON, too. */
#ifndef LAMINA_COMMAND_COMMAND_H
#define LAMINA_COMMAND_COMMAND_H

#include <stdatomic.h>

#include "base/env.h"
#include "base/opt.h"
#include "command/ui.h"

/* In the order of the help. */
#define COMMANDS(X)                                                                                                            \
	X(init)                                                                                                                    \
	X(build)                                                                                                                   \
	X(lock)                                                                                                                    \
	X(export)                                                                                                                  \
	X(zip)                                                                                                                     \
	X(ls)                                                                                                                      \
	X(cache)                                                                                                                   \
	X(runtimes)                                                                                                                \
	X(help)                                                                                                                    \
	X(completion)

struct run {
	struct arena *arena; /* lives as long as the process */
	const struct env *env;
	const struct command *command;
	const struct opt_values *values; /* options and arguments */
	struct ui *ui;
	const char *config;        /* --config, or NULL */
	const atomic_bool *cancel; /* true after the first SIGINT, SIGTERM or SIGHUP: end soon with ERR_INTERRUPT */
	int64_t now_ns;            /* wall clock at start, since 1970-01-01 */
	uint64_t began_ns;         /* clock_ns() at start, for elapsed times */
	int status;                /* exit status of a run that returns true: 0, or 1 for findings and differences */
};

struct command {
	const char *name;
	const char *summary;
	const char *description;                  /* paragraphs, separated by an empty line */
	const char *arguments;                    /* as in the usage line: "[NAME...]"; NULL = none */
	size_t arguments_min, arguments_max;      /* SIZE_MAX = any number */
	enum opt_complete complete;               /* of the arguments */
	const struct opt *options;                /* NULL = only those of every command */
	const char *examples;                     /* command lines; lines that begin with "#" explain the next one */
	const struct command *const *subcommands; /* a group: ends with NULL, and run is not used */
	bool hidden;
	bool (*run)(struct run *run, struct err *e);
};

#define X(name) extern const struct command command_##name;
COMMANDS(X)
#undef X

extern const struct opt command_options[];     /* of every command */
extern const struct command *const commands[]; /* all, in order; ends with NULL */
/* The command of a list that ends with NULL, or NULL. */
const struct command *command_find(const struct command *const *list, str name);
/* Refuses a name that no command (of a group, unless that is NULL) has, with "did you mean". */
bool command_unknown(const struct command *group, str name, struct err *e);

/* Everything from argv to the exit status. */
int command_main(int argc, char **argv, char **environment);

#endif
