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

/* What follows is one argument for fish; `function` gets the names, NULL: they are offered as they are. */
static void add_names_of(struct buf *b, const char *function, const char *what)
{
	if (function)
		buf_addf(b, " -a '(%s (lamina completion %s 2>/dev/null))'", function, what);
	else
		buf_addf(b, " -a '(lamina completion %s 2>/dev/null)'", what);
}

static void add_words(struct buf *b, enum opt_complete complete, const char *choices, bool is_list)
{
	const char *function = is_list ? "__lamina_list" : NULL;
	if (choices) {
		buf_add_str(b, function ? S(" -a '(__lamina_list ") : S(" -a '"));
		opt_choices_join(b, choices, " ");
		buf_add_str(b, function ? S(")'") : S("'"));
		return;
	}
	switch (complete) {
	case OPT_NO_WORDS: break;
	case OPT_FILES: buf_add_str(b, S(" -F")); break;
	case OPT_FOLDERS: buf_add_str(b, S(" -a '(__fish_complete_directories)'")); break;
	case OPT_RUNTIMES: add_names_of(b, function, "runtimes"); break;
	case OPT_ARTIFACTS: add_names_of(b, function, "artifacts"); break;
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
		if (o->takes != OPT_NOTHING) add_words(b, o->complete, o->choices, o->takes == OPT_LIST);
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
		add_words(b, command->complete, shells ? "bash|zsh|fish" : NULL, false);
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
	buf_add_str(b, S("# fish completion for lamina, made by: lamina completion fish\n"
	                 "function __lamina_list # words of a comma list, without those that are there\n"
	                 "    set -l front (commandline -ct | string replace -r '^--[a-z-]*=' '' | string match -r '.*,')\n"
	                 "    for word in $argv\n"
	                 "        contains -- $word (string split , -- \"$front\"); or echo \"$front$word\"\n"
	                 "    end\nend\ncomplete -c lamina -f\n"));
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
