/* complete_bash.c: completion for bash 3.2 and later, without the bash-completion package.
 * SPDX-License-Identifier: Apache-2.0
 *
 * bash splits "--kind=layer" into three words at "=" (COMP_WORDBREAKS): the script looks back over it. */
#include "command/complete.h"

static void add_command_name(struct buf *b, const struct command *group, const struct command *command)
{
	buf_addf(b, "'%s%s%s'", group ? group->name : "", group ? " " : "", command->name);
}

/* `words` is what compgen -W gets; names are asked for when they are needed. */
static void add_action(struct buf *b, enum opt_complete complete, const char *choices)
{
	if (choices) {
		buf_add_str(b, S("words='"));
		opt_choices_join(b, choices, " ");
		buf_add_str(b, S("'"));
		return;
	}
	switch (complete) {
	case OPT_NO_WORDS: buf_add_str(b, S("return")); break;
	case OPT_FILES: buf_add_str(b, S("compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\")); return")); break;
	case OPT_FOLDERS:
		buf_add_str(b, S("compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\")); return"));
		break;
	case OPT_RUNTIMES: buf_add_str(b, S("words=$(lamina completion runtimes 2>/dev/null)")); break;
	case OPT_ARTIFACTS: buf_add_str(b, S("words=$(lamina completion artifacts 2>/dev/null)")); break;
	case OPT_COMMANDS:
		buf_add_str(b, S("words='"));
		complete_names(b, commands, " ");
		buf_add_str(b, S("'"));
		break;
	}
}

static void add_values(struct buf *b, const char *prefix, const struct opt *table)
{
	for (const struct opt *o = table; o && !opt_is_end(o); o++) {
		if (!o->name || o->hidden || (!complete_takes_value(o) && !(o->takes == OPT_MAYBE && o->choices))) continue;
		buf_addf(b, "\t%s:--%s", prefix, o->name);
		if (o->letter) buf_addf(b, " | %s:-%c", prefix, o->letter);
		buf_add_str(b, S(") "));
		/* A value that may be left out is only completed behind "=". */
		if (o->takes == OPT_MAYBE) buf_add_str(b, S("[[ $glued ]] && "));
		add_action(b, o->complete, o->choices);
		buf_add_str(b, S(" ;;\n"));
	}
}

static void add_command_values(struct buf *b, const struct command *group, const struct command *command)
{
	struct buf name;
	buf_init(&name, 200);
	add_command_name(&name, group, command);
	add_values(b, name.p, command->options);
	buf_release(&name);
}

static void add_option_names(struct buf *b, const struct opt *table)
{
	for (const struct opt *o = table; o && !opt_is_end(o); o++)
		if (o->name && !o->hidden) {
			buf_addf(b, " --%s", o->name);
			if (o->letter) buf_addf(b, " -%c", o->letter);
		}
}

static void add_command_words(struct buf *b, const struct command *group, const struct command *command)
{
	buf_add_char(b, '\t');
	add_command_name(b, group, command);
	buf_add_str(b, S(":-*) words='"));
	add_option_names(b, command->options);
	buf_add_str(b, S("' ;;\n\t"));
	add_command_name(b, group, command);
	buf_add_str(b, S(":*) "));
	if (command == &command_completion)
		buf_add_str(b, S("words='bash zsh fish'"));
	else
		add_action(b, command->arguments ? command->complete : OPT_NO_WORDS, NULL);
	buf_add_str(b, S(" ;;\n"));
}

static void add_group_words(struct buf *b)
{
	for (const struct command *const *c = commands; *c; c++) {
		if (!(*c)->subcommands) continue;
		buf_addf(b, "\t%s:-*) ;;\n\t%s:*) words='", (*c)->name, (*c)->name);
		complete_names(b, (*c)->subcommands, " ");
		buf_add_str(b, S("' ;;\n"));
	}
	buf_add_str(b, S("\t:-*) ;;\n\t:*) words='"));
	complete_names(b, commands, " ");
	buf_add_str(b, S("' ;;\n"));
}

/* Which command the words in front of the cursor name. */
static void add_command_search(struct buf *b)
{
	buf_add_str(b, S("\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tcase $command:${COMP_WORDS[i]} in\n\t\t:"));
	complete_names(b, commands, " | :");
	buf_add_str(b, S(") command=${COMP_WORDS[i]} ;;\n"));
	for (const struct command *const *c = commands; *c; c++) {
		if (!(*c)->subcommands) continue;
		struct buf separator;
		buf_init(&separator, 100);
		buf_addf(&separator, " | %s:", (*c)->name);
		buf_addf(b, "\t\t%s:", (*c)->name);
		complete_names(b, (*c)->subcommands, separator.p);
		buf_addf(b, ") command='%s '${COMP_WORDS[i]} ;;\n", (*c)->name);
		buf_release(&separator);
	}
	buf_add_str(b, S("\t\tesac\n\tdone\n"));
}

void complete_bash(struct buf *b)
{
	buf_add_str(
	    b, S("# bash completion for lamina, made by: lamina completion bash\n"
	         "_lamina()\n{\n"
	         "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command= words= front= left= glued= i\n"
	         "\tCOMPREPLY=()\n"
	         "\tif [[ $cur == = ]]; then cur= glued=1\n"
	         "\telif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]} glued=1; fi\n"));
	add_command_search(b);
	buf_add_str(b, S("\tcase $command:$prev in\n"));
	complete_walk(b, add_command_values);
	add_values(b, "*", command_options);
	buf_add_str(b, S("\tesac\n\tif [[ ! $words ]]; then case $command:$cur in\n"));
	complete_walk(b, add_command_words);
	add_group_words(b);
	buf_add_str(b, S("\tesac; fi\n\t[[ $cur == -* ]] && words+='"));
	add_option_names(b, command_options);
	buf_add_str(b, S("'\n\tif [[ $cur == *,* ]]; then\n\t\tfront=${cur%,*},\n"
	                 "\t\tfor i in $words; do [[ ,$front == *\",$i,\"* ]] || left+=\" $i\"; done\n"
	                 "\t\twords=$left\n\tfi\n"
	                 "\tCOMPREPLY=($(compgen -P \"$front\" -W \"$words\" -- \"${cur#\"$front\"}\"))\n"
	                 "}\ncomplete -F _lamina lamina\n"));
}
