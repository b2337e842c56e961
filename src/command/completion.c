/* completion.c: `lamina completion`.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "command/complete.h"
#include "target/target.h"

#define CONFIG_MAX ((size_t)1 << 20)

static bool run_completion(struct run *run, struct err *e);

const struct command command_completion = {
	.name = "completion",
	.summary = "Print a completion script for a shell",
	.description =
	    "The script completes commands, options, their values, runtimes, and the artifacts of the nearest lamina.toml.",
	.arguments = "bash|zsh|fish",
	.arguments_min = 1,
	.arguments_max = 1,
	.examples = "# for this shell\n"
	            "source <(lamina completion bash)\n"
	            "# for every shell\n"
	            "lamina completion bash >~/.local/share/bash-completion/completions/lamina\n"
	            "lamina completion zsh >~/.zfunc/_lamina\n"
	            "lamina completion fish >~/.config/fish/completions/lamina.fish",
	.run = run_completion,
};

void complete_walk(struct buf *b, complete_each *each)
{
	for (const struct command *const *c = commands; *c; c++) {
		if ((*c)->hidden) continue;
		if (!(*c)->subcommands) each(b, NULL, *c);
		for (const struct command *const *sub = (*c)->subcommands; sub && *sub; sub++) each(b, *c, *sub);
	}
}

void complete_names(struct buf *b, const struct command *const *list, const char *separator)
{
	const char *before = "";
	for (; *list; list++) {
		if ((*list)->hidden) continue;
		buf_addf(b, "%s%s", before, (*list)->name);
		before = separator;
	}
}

bool complete_takes_value(const struct opt *o) { return o->takes != OPT_NOTHING && o->takes != OPT_MAYBE; }

/* The name in `[layer.NAME]` or `[function.NAME]`, tables below it included. Completion must also work while the file is being
 * edited, so lines are looked at one by one instead of being parsed. */
static str artifact_of(str line)
{
	line = str_trim(line);
	size_t skip = str_starts(line, S("[layer.")) ? 7 : str_starts(line, S("[function.")) ? 10 : 0;
	size_t n = skip;
	while (ascii_alnum(str_at(line, n)) || str_at(line, n) == '-' || str_at(line, n) == '_') n++;
	return skip > 0 && (str_at(line, n) == ']' || str_at(line, n) == '.') ? str_slice(line, skip, n) : S("");
}

/* The text of the nearest lamina.toml upwards; empty when there is none that can be read. */
static str nearest_config(struct run *run)
{
	struct err ignored = { 0 };
	str text = { NULL, 0 }, folder;
	if (run->config) {
		io_read_file(run->arena, run->config, CONFIG_MAX, &text, &ignored);
		return text;
	}
	if (!path_absolute(run->arena, S("."), &folder, &ignored)) return text;
	for (;;) {
		str path = path_join(run->arena, folder, S("lamina.toml"));
		if (io_read_file(run->arena, path.p, CONFIG_MAX, &text, &ignored) || folder.n <= 1) return text;
		folder = path_dir(folder);
	}
}

static void print_artifacts(struct run *run)
{
	struct str_list names = { 0 };
	str rest = nearest_config(run), line;
	while (str_line(&rest, &line) && names.n < 1000) {
		str name = artifact_of(line);
		if (name.n > 0 && str_list_add_new(run->arena, &names, name)) ui_printf(run->ui, STR_FMT "\n", STR_ARG(name));
	}
}

static void print_runtimes(struct run *run)
{
	size_t n;
	const struct runtime *list = runtimes(&n);
	for (size_t i = 0; i < n; i++) ui_printf(run->ui, "%s\n", list[i].name);
}

static bool run_completion(struct run *run, struct err *e)
{
	str what = run->values->arguments.p[0];
	if (str_eq(what, S("bash")))
		complete_bash(ui_out(run->ui));
	else if (str_eq(what, S("zsh")))
		complete_zsh(ui_out(run->ui));
	else if (str_eq(what, S("fish")))
		complete_fish(ui_out(run->ui));
	else if (str_eq(what, S("runtimes")))
		print_runtimes(run);
	else if (str_eq(what, S("artifacts")))
		print_artifacts(run);
	else {
		err_set(e, ERR_USAGE, "unknown-shell", "no completion for `" STR_FMT "`", STR_ARG(what));
		return err_help(e, "it is one of bash, zsh, fish");
	}
	return true;
}
