/* cmd_init.c: `lamina init`: a first lamina.toml.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "command/command.h"
#include "pipeline/starter.h"

#define TEXT_MAX ((size_t)1 << 20)

static const struct opt options[] = {
	{ .name = "force", .takes = OPT_NOTHING, .help = "Replace an existing lamina.toml." },
	{ .name = "print", .takes = OPT_NOTHING, .help = "Print it instead of writing it." },
	{ 0 },
};

static bool run_init(struct run *run, struct err *e);

const struct command command_init = {
	.name = "init",
	.summary = "Write a lamina.toml from what is there",
	.description =
	    "Looks for a lock or requirements, for a handler and for Go programs in the current folder, and writes a lamina.toml that builds them. What "
	    "was guessed is said in comments.",
	.options = options,
	.examples = "lamina init --print\nlamina init && lamina build",
	.run = run_init,
};

static bool write_it(struct run *run, str text, struct err *e)
{
	const char *path = run->config ? run->config : "lamina.toml";
	struct io_stat st;
	if (!io_lstat(path, &st, e)) return false;
	if (st.exists && !opt_given(run->values, "force")) {
		err_set(e, ERR_USAGE, "exists", "there is a %s already", path);
		return err_help(e, "look at what would be written with --print, or replace the file with --force");
	}
	if (!io_write_file(path, text, 0644, false, e)) return false;
	ui_say(run->ui, "wrote %s; `lamina build` builds it", path);
	return true;
}

static bool run_init(struct run *run, struct err *e)
{
	struct notes notes;
	struct buf text;
	size_t shown = 0;
	note_init(&notes, run->arena);
	buf_init(&text, TEXT_MAX);
	bool ok = starter_write(run->arena, (str){ 0 }, &notes, &text, e);
	ui_notes(run->ui, &notes, &shown);
	if (ok && opt_given(run->values, "print"))
		ui_print(run->ui, buf_str(&text));
	else if (ok)
		ok = write_it(run, buf_str(&text), e);
	buf_release(&text);
	return ok;
}
