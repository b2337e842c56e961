/* complete_fish.c: completion for fish.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/complete.h"

static void add_quoted(struct buf *b, const char *text)
{
	buf_add_char(b, '\'');
	for (const char *c = text; *c; c++) {
		if (*c == '\'' || *c == '\\') buf_add_char(b, '\\');
		buf_add_char(b, *c);
	}
	buf_add_char(b, '\'');
}

static void add_words(struct buf *b, enum opt_complete complete, const char *choices)
{
	if (choices) {
		buf_add_str(b, S(" -a '"));
		complete_choices(b, choices, ' ');
		buf_add_char(b, '\'');
		return;
	}
	switch (complete) {
	case OPT_NO_WORDS: break;
	case OPT_FILES: buf_add_str(b, S(" -F")); break;
	case OPT_FOLDERS: buf_add_str(b, S(" -a '(__fish_complete_directories)'")); break;
	case OPT_RUNTIMES: buf_add_str(b, S(" -a '(lamina completion runtimes 2>/dev/null)'")); break;
	case OPT_ARTIFACTS: buf_add_str(b, S(" -a '(lamina completion artifacts 2>/dev/null)'")); break;
	case OPT_COMMANDS:
		buf_add_str(b, S(" -a '"));
		complete_names(b, commands, " ");
		buf_add_char(b, '\'');
		break;
	}
}

static void add_table(struct buf *b, const char *condition, const struct opt *table)
{
	for (const struct opt *o = table; o && !opt_is_end(o); o++) {
		if (!o->name || o->hidden) continue;
		buf_addf(b, "complete -c lamina%s -l %s", condition, o->name);
		if (o->letter) buf_addf(b, " -s %c", o->letter);
		bool files = o->complete == OPT_FILES && !o->choices;
		if (complete_takes_value(o) && o->takes != OPT_NEXT) buf_add_str(b, files ? S(" -r") : S(" -x"));
		if (o->takes != OPT_NOTHING) add_words(b, o->complete, o->choices);
		buf_add_str(b, S(" -d "));
		add_quoted(b, o->help);
		buf_add_char(b, '\n');
	}
}

static void add_command(struct buf *b, const struct command *group, const struct command *command)
{
	struct buf condition;
	buf_init(&condition, 400);
	buf_addf(&condition, " -n '__fish_seen_subcommand_from %s", group ? group->name : command->name);
	if (group) buf_addf(&condition, "; and __fish_seen_subcommand_from %s", command->name);
	buf_add_char(&condition, '\'');
	add_table(b, condition.p, command->options);
	bool shells = command == &command_completion;
	if (command->arguments && (shells || command->complete != OPT_NO_WORDS)) {
		buf_addf(b, "complete -c lamina%s", condition.p);
		add_words(b, command->complete, shells ? "bash|zsh|fish" : NULL);
		buf_add_char(b, '\n');
	}
	buf_release(&condition);
}

static void add_names(struct buf *b, const char *condition, const struct command *const *list)
{
	for (; *list; list++) {
		if ((*list)->hidden) continue;
		buf_addf(b, "complete -c lamina %s -a %s -d ", condition, (*list)->name);
		add_quoted(b, (*list)->summary);
		buf_add_char(b, '\n');
	}
}

void complete_fish(struct buf *b)
{
	buf_add_str(b, S("# fish completion for lamina, made by: lamina completion fish\ncomplete -c lamina -f\n"));
	add_names(b, "-n __fish_use_subcommand", commands);
	for (const struct command *const *c = commands; *c; c++) {
		if (!(*c)->subcommands) continue;
		struct buf condition;
		buf_init(&condition, 1000);
		buf_addf(&condition, "-n '__fish_seen_subcommand_from %s; and not __fish_seen_subcommand_from ", (*c)->name);
		complete_names(&condition, (*c)->subcommands, " ");
		buf_add_char(&condition, '\'');
		add_names(b, condition.p, (*c)->subcommands);
		buf_release(&condition);
	}
	complete_walk(b, add_command);
	add_table(b, "", command_options);
}
