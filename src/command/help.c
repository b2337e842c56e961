/* help.c: `lamina help` and `--help`.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/help.h"

#include "command/man.h"

#define SUMMARY_COLUMN  14
#define VARIABLE_COLUMN 20
#define STATUS_COLUMN   7

static bool run_help(struct run *run, struct err *e);

static const struct opt options[] = {
	{ .name = "man", .takes = OPT_NOTHING, .hidden = true, .help = "Print the man page of COMMAND, or of lamina, as roff." },
	{ 0 },
};

const struct command command_help = {
	.name = "help",
	.summary = "Explain lamina or one of its commands",
	.arguments = "[COMMAND...]",
	.arguments_max = 2,
	.complete = OPT_COMMANDS,
	.options = options,
	.examples = "lamina help build\nlamina help cache gc",
	.run = run_help,
};

void help_usage(struct buf *b, const struct command *group, const struct command *command)
{
	buf_add_str(b, S("lamina"));
	if (group) buf_addf(b, " %s", group->name);
	if (!command) {
		buf_addf(b, " [OPTIONS] COMMAND ...");
		return;
	}
	buf_addf(b, " %s [OPTIONS]", command->name);
	if (command->arguments) buf_addf(b, " %s", command->arguments);
}

static void list_commands(struct buf *b, const struct command *const *list)
{
	buf_add_str(b, S("\nCommands:\n"));
	for (; *list; list++) {
		if ((*list)->hidden) continue;
		buf_addf(b, "  %-*s", SUMMARY_COLUMN - 2, (*list)->name);
		opt_wrap(b, str_from((*list)->summary), SUMMARY_COLUMN, SUMMARY_COLUMN);
	}
}

static void list_rows(struct buf *b, const char *heading, const struct help_row *rows, size_t column)
{
	buf_addf(b, "\n%s:\n", heading);
	for (; rows->name; rows++) {
		buf_addf(b, "  %-*s", (int)column - 2, rows->name);
		opt_wrap(b, str_from(rows->text), column, column);
	}
}

/* Where a line that is too long can be broken for the shell, with room for " \\": in front of the last option that leaves it, else
 * at the last space. */
static size_t break_of(str line, size_t room)
{
	if (line.n <= room || str_at(line, 0) == '#') return line.n;
	size_t space = str_rchr(str_slice(line, 0, room - 1), ' ');
	for (size_t i = space == STR_NONE ? 0 : space; i > 0; i--)
		if (line.p[i] == ' ' && str_at(line, i + 1) == '-') return i;
	return space == STR_NONE || space == 0 ? line.n : space;
}

void help_examples(struct buf *b, const char *examples, const char *indent)
{
	str rest = str_from(examples), line;
	size_t room = OPT_COLUMNS - str_from(indent).n;
	while (str_line(&rest, &line)) {
		buf_add_str(b, str_from(indent));
		for (size_t n; (n = break_of(line, room)) < line.n; line = str_from_pos(line, n + 1)) {
			buf_addf(b, STR_FMT " \\\n%s    ", STR_ARG(str_slice(line, 0, n)), indent);
			room = OPT_COLUMNS - str_from(indent).n - 4;
		}
		buf_addf(b, STR_FMT "\n", STR_ARG(line));
		room = OPT_COLUMNS - str_from(indent).n;
	}
}

void help_print(struct buf *b, const struct command *group, const struct command *command)
{
	const struct command *about = command ? command : group;
	if (about)
		buf_addf(b, "%s.\n", about->summary);
	else
		opt_wrap(b, S("Build AWS Lambda layers and packages from Python locks: no pip, no Docker."), 0, 0);
	buf_add_str(b, S("\nUsage: "));
	help_usage(b, group, command);
	buf_add_char(b, '\n');
	if (about && about->description) {
		buf_add_char(b, '\n');
		opt_wrap(b, str_from(about->description), 0, 0);
	}
	if (!command) list_commands(b, group ? group->subcommands : commands);
	if (command) opt_help(b, command->options);
	opt_help(b, command_options);
	if (about && about->examples) {
		buf_add_str(b, S("\nExamples:\n"));
		help_examples(b, about->examples, "  ");
	}
	if (!about) {
		list_rows(b, "Environment", help_environment, VARIABLE_COLUMN);
		list_rows(b, "Exit status", help_statuses, STATUS_COLUMN);
	}
	if (!command) buf_addf(b, "\nlamina%s%s COMMAND --help explains a command.\n", group ? " " : "", group ? group->name : "");
}

/* The command that the words name, or a group and no command, or neither: lamina. */
static bool find_topic(const struct str_list *words, const struct command **group, const struct command **command,
                       struct err *e)
{
	size_t used = 0;
	*group = *command = NULL;
	if (used < words->n && str_eq(words->p[0], S("lamina"))) used++;
	if (used < words->n) {
		*command = command_find(commands, words->p[used]);
		if (!*command) return command_unknown(NULL, words->p[used], e);
		used++;
	}
	if (*command && (*command)->subcommands) {
		*group = *command;
		*command = used < words->n ? command_find((*group)->subcommands, words->p[used]) : NULL;
		if (used < words->n && !*command) return command_unknown(*group, words->p[used], e);
		used++;
	}
	if (used >= words->n) return true;
	err_set(e, ERR_USAGE, "argument", "`" STR_FMT "` is one argument too many", STR_ARG(words->p[used]));
	return err_help(e, "`lamina help%s%s` explains %s", *command ? " " : "", *command ? (*command)->name : "",
	                *command ? "that command" : "lamina");
}

static bool run_help(struct run *run, struct err *e)
{
	const struct command *group, *command;
	if (!find_topic(&run->values->arguments, &group, &command, e)) return false;
	if (opt_given(run->values, "man"))
		man_print(ui_out(run->ui), group ? group : command);
	else
		help_print(ui_out(run->ui), group, command);
	return true;
}
