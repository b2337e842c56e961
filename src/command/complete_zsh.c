/* complete_zsh.c: completion for zsh, by _arguments.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/complete.h"

/* Text inside '...' where also "[", "]", ":" and "\" mean something. */
static void add_quoted(struct buf *b, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\'')
			buf_add_str(b, S("'\\''"));
		else if (*c == '[' || *c == ']' || *c == ':' || *c == '\\')
			buf_addf(b, "\\%c", *c);
		else
			buf_add_char(b, *c);
	}
}

static const char *action_of(enum opt_complete complete)
{
	switch (complete) {
	case OPT_FILES: return "_files";
	case OPT_FOLDERS: return "_files -/";
	case OPT_RUNTIMES: return "_lamina_words runtimes";
	case OPT_ARTIFACTS: return "_lamina_words artifacts";
	case OPT_COMMANDS: return "_lamina_commands";
	case OPT_NO_WORDS: break;
	}
	return " ";
}

static void add_value(struct buf *b, const struct opt *o)
{
	if (o->takes == OPT_NOTHING) return;
	buf_add_str(b, o->takes == OPT_MAYBE || o->takes == OPT_NEXT ? S("::") : S(":"));
	add_quoted(b, o->metavar ? o->metavar : o->name);
	buf_add_char(b, ':');
	if (!o->choices) {
		/* A comma list does not offer a name twice. */
		bool names = o->complete == OPT_RUNTIMES || o->complete == OPT_ARTIFACTS;
		if (o->takes == OPT_LIST && names)
			buf_addf(b, "_sequence _lamina_words - %s", o->complete == OPT_RUNTIMES ? "runtimes" : "artifacts");
		else
			buf_add_str(b, str_from(action_of(o->complete)));
		return;
	}
	buf_add_str(b, o->takes == OPT_LIST ? S("_values -s , value ") : S("("));
	opt_choices_join(b, o->choices, " ");
	if (o->takes != OPT_LIST) buf_add_char(b, ')');
}

static void add_row(struct buf *b, const struct opt *o)
{
	bool again = o->takes == OPT_EACH || o->takes == OPT_LIST || o->takes == OPT_NEXT || o->takes == OPT_NOTHING;
	bool value = complete_takes_value(o), maybe = o->takes == OPT_MAYBE;
	buf_addf(b, "\t\t'%s", again ? "*" : "");
	if (o->letter)
		buf_addf(b, "'{-%c%s,--%s%s}'", o->letter, value ? "+" : "", o->name, value ? "=" : "");
	else
		buf_addf(b, "--%s%s", o->name, value ? "=" : maybe ? "=-" : "");
	buf_add_char(b, '[');
	add_quoted(b, o->help);
	buf_add_char(b, ']');
	add_value(b, o);
	buf_add_str(b, S("' \\\n"));
}

static void add_table(struct buf *b, const struct opt *table)
{
	for (const struct opt *o = table; o && !opt_is_end(o); o++)
		if (o->name && !o->hidden) add_row(b, o);
}

static void add_function(struct buf *b, const struct command *group, const struct command *command)
{
	buf_addf(b, "_lamina_%s%s%s() {\n\t_arguments -s -S \\\n", group ? group->name : "", group ? "_" : "", command->name);
	add_table(b, command->options);
	add_table(b, command_options);
	const char *action = command == &command_completion ? "(bash zsh fish)" : action_of(command->complete);
	if (command->arguments)
		buf_addf(b, "\t\t'*:argument:%s'\n}\n", action);
	else
		buf_add_str(b, S("\t\t'*: : '\n}\n"));
}

/* A function that offers the names of a list with their summaries. */
static void add_chooser(struct buf *b, const char *function, const struct command *const *list)
{
	buf_addf(b, "%s() {\n\tlocal -a names=(\n", function);
	for (; *list; list++) {
		if ((*list)->hidden) continue;
		buf_addf(b, "\t\t'%s:", (*list)->name);
		add_quoted(b, (*list)->summary);
		buf_add_str(b, S("'\n"));
	}
	buf_add_str(b, S("\t)\n\t_describe command names\n}\n"));
}

/* A function that finds the next word that is a command and goes on in its function. */
static void add_dispatch(struct buf *b, const char *function, const char *chooser)
{
	buf_addf(b, "%s() {\n\tlocal curcontext=$curcontext state line\n\ttypeset -A opt_args\n\t_arguments -s -S -C \\\n",
	         function);
	add_table(b, command_options);
	buf_addf(b,
	         "\t\t'1:command:%s' '*::argument:->next'\n"
	         "\t[[ $state == next ]] && (( $+functions[%s_$line[1]] )) && %s_$line[1]\n}\n",
	         chooser, function, function);
}

void complete_zsh(struct buf *b)
{
	buf_add_str(
	    b,
	    S("#compdef lamina\n# zsh completion for lamina, made by: lamina completion zsh\n"
	      "_lamina_words() {\n\tlocal -a names=(${(f)\"$(lamina completion ${@[-1]} 2>/dev/null)\"})\n\tcompadd \"${@[1,-2]}\" -a names\n}\n"));
	complete_walk(b, add_function);
	for (const struct command *const *c = commands; *c; c++) {
		if (!(*c)->subcommands) continue;
		struct arena a = { 0 };
		const char *function = arena_fmt(&a, "_lamina_%s", (*c)->name).p, *chooser = arena_fmt(&a, "%s_commands", function).p;
		add_chooser(b, chooser, (*c)->subcommands);
		add_dispatch(b, function, chooser);
		arena_release(&a);
	}
	add_chooser(b, "_lamina_commands", commands);
	add_dispatch(b, "_lamina", "_lamina_commands");
	buf_add_str(b, S("if [[ $funcstack[1] == _lamina ]]; then _lamina \"$@\"; else compdef _lamina lamina; fi\n"));
}
