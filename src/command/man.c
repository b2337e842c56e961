/* man.c: roff.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/man.h"

#include "command/help.h"

/* Text in which nothing is a request: "-" is a hyphen that can be copied, a leading "." or "'" is text. */
static void add_text(struct buf *b, str text)
{
	bool line_start = true;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (line_start && (c == '.' || c == '\'')) buf_add_str(b, S("\\&"));
		if (c == '\\')
			buf_add_str(b, S("\\e"));
		else if (c == '-')
			buf_add_str(b, S("\\-"));
		else
			buf_add_char(b, c);
		line_start = c == '\n';
	}
}

static void add_paragraphs(struct buf *b, const char *text)
{
	str rest = str_from(text), line;
	while (str_line(&rest, &line)) {
		if (line.n == 0) buf_add_str(b, S(".PP"));
		add_text(b, line);
		buf_add_char(b, '\n');
	}
}

static void add_option(struct buf *b, const struct opt *o, struct arena *a)
{
	buf_add_str(b, S(".TP\n"));
	if (o->letter) buf_addf(b, "\\fB\\-%c\\fR, ", o->letter);
	buf_add_str(b, S("\\fB\\-\\-"));
	add_text(b, str_from(o->name));
	buf_add_str(b, S("\\fR"));
	add_text(b, opt_value_text(a, o));
	buf_add_char(b, '\n');
	add_text(b, str_from(o->help));
	buf_add_char(b, '\n');
}

/* level: ".SH" for a page's own options, ".SS" inside a section. */
static void add_options(struct buf *b, const struct opt *table, const char *level)
{
	struct arena a = { 0 };
	bool headed = false;
	for (const struct opt *o = table; o && !opt_is_end(o); o++) {
		if (o->hidden) continue;
		if (o->heading || !headed) buf_addf(b, "%s \"%s\"\n", level, o->heading ? o->heading : "Options");
		headed = true;
		if (o->name) add_option(b, o, &a);
	}
	arena_release(&a);
}

static void add_examples(struct buf *b, const char *examples)
{
	if (!examples) return;
	struct buf lines;
	buf_init(&lines, 10000);
	help_examples(&lines, examples, "");
	buf_add_str(b, S(".SH EXAMPLES\n.nf\n"));
	add_text(b, buf_str(&lines));
	buf_add_str(b, S(".fi\n"));
	buf_release(&lines);
}

static void add_usage(struct buf *b, const struct command *group, const struct command *command)
{
	struct buf usage;
	buf_init(&usage, 400);
	help_usage(&usage, group, command);
	add_text(b, buf_str(&usage));
	buf_add_char(b, '\n');
	buf_release(&usage);
}

static void list_commands(struct buf *b)
{
	buf_add_str(b, S(".SH COMMANDS\n"));
	for (const struct command *const *c = commands; *c; c++)
		if (!(*c)->hidden) buf_addf(b, ".TP\n\\fBlamina\\-%s\\fR(1)\n%s.\n", (*c)->name, (*c)->summary);
}

/* A group's commands, each with its options. */
static void add_subcommands(struct buf *b, const struct command *group)
{
	for (const struct command *const *c = group->subcommands; *c; c++) {
		buf_addf(b, ".SH \"COMMAND %s\"\n", (*c)->name);
		add_usage(b, group, *c);
		buf_addf(b, ".PP\n%s.\n", (*c)->summary);
		if ((*c)->description) {
			buf_add_str(b, S(".PP\n"));
			add_paragraphs(b, (*c)->description);
		}
		add_options(b, (*c)->options, ".SS");
	}
}

static void add_rows(struct buf *b, const char *heading, const struct help_row *rows)
{
	buf_addf(b, ".SH \"%s\"\n", heading);
	for (; rows->name; rows++) {
		buf_add_str(b, S(".TP\n"));
		add_text(b, str_from(rows->name));
		buf_add_char(b, '\n');
		add_text(b, str_from(rows->text));
		buf_add_char(b, '\n');
	}
}

static void add_see_also(struct buf *b, const struct command *command)
{
	buf_add_str(b, S(".SH \"SEE ALSO\"\n"));
	if (command)
		buf_add_str(b, S(".BR lamina (1)\n"));
	else
		buf_add_str(b, S(".BR lamina\\-build (1)\n"));
}

void man_print(struct buf *b, const struct command *command)
{
	bool is_group = command && command->subcommands;
	buf_addf(b, ".TH LAMINA%s", command ? "\\-" : "");
	for (const char *c = command ? command->name : ""; *c; c++) buf_add_char(b, ascii_lower(*c) ? (char)(*c - 32) : *c);
	buf_addf(b, " 1 \"\" \"lamina %s\" \"lamina\"\n.SH NAME\nlamina", LAMINA_VERSION);
	if (command) buf_addf(b, "\\-%s", command->name);
	buf_add_str(b, S(" \\- "));
	add_text(b, command ? str_from(command->summary) : S("build AWS Lambda layers and packages from Python locks"));
	buf_add_str(b, S("\n.SH SYNOPSIS\n"));
	add_usage(b, is_group ? command : NULL, is_group ? NULL : command);
	if (command && command->description) {
		buf_add_str(b, S(".SH DESCRIPTION\n"));
		add_paragraphs(b, command->description);
	}
	if (!command) list_commands(b);
	if (is_group)
		add_subcommands(b, command);
	else if (command)
		add_options(b, command->options, ".SH");
	add_options(b, command_options, ".SH");
	if (command) add_examples(b, command->examples);
	add_rows(b, "ENVIRONMENT", help_environment);
	add_rows(b, "EXIT STATUS", help_statuses);
	add_see_also(b, command);
}
