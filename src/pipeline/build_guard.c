/* build_guard.c: an output must not destroy what it is made from.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Paths are compared as text, absolute and cleaned: what is to be caught is a slip on the command line ("-o requirements.txt",
 * "--into ."), and it is caught before anything is read. */
#include "pipeline/build_parts.h"

/* Is `path` the folder, or below it? */
bool build_is_within(str path, str folder)
{
	if (str_eq(folder, S("/"))) return true;
	return str_starts(path, folder) && (path.n == folder.n || path.p[folder.n] == '/');
}

static bool refuse(const struct artifact *x, str input, struct err *e)
{
	err_set(e, ERR_USAGE, "output-is-input", "the output `" STR_FMT "` would replace an input",
	        STR_ARG(x->into.n ? x->into : x->output));
	err_why(e, "`" STR_FMT "` is " STR_FMT, STR_ARG(input),
	        STR_ARG(x->into.n ? S("in the folder that would be replaced") : S("that file")));
	err_where(e, STR_FMT, STR_ARG(x->where));
	return err_help(e, "choose another path, for example dist/" STR_FMT "%s", STR_ARG(x->name), x->into.n ? "" : ".zip");
}

static bool apart(struct build *b, const struct artifact *x, str output, str input)
{
	str absolute;
	if (!path_absolute(b->a, input.n ? input : S("."), &absolute, b->e)) return false;
	bool clash = x->into.n ? build_is_within(absolute, output) : str_eq(absolute, output);
	return !clash || refuse(x, input, b->e);
}

static bool guard_inputs(struct build *b, const struct artifact *x, str output)
{
	if (b->project->config_path.n && !apart(b, x, output, b->project->config_path)) return false;
	for (size_t i = 0; i < x->dependencies.n; i++)
		if (!apart(b, x, output, x->dependencies.p[i].path)) return false;
	for (size_t i = 0; i < x->sources.n; i++)
		if (!apart(b, x, output, x->sources.p[i])) return false;
	if (x->go.package.n && !apart(b, x, output, path_join(b->a, x->go.folder, x->go.package))) return false;
	for (size_t i = 0; i < x->files.n; i++)
		if (!apart(b, x, output, x->files.p[i].source)) return false;
	/* The folder that the user stands in. */
	return !x->into.n || apart(b, x, output, S("."));
}

static bool refuse_folder(const struct artifact *x, bool exists, struct err *e)
{
	err_set(e, exists ? ERR_IO : ERR_USAGE, "output-folder", "the output `" STR_FMT "` is a folder", STR_ARG(x->output));
	err_where(e, STR_FMT, STR_ARG(x->where));
	return err_help(e, "name the zip, for example -o " STR_FMT "%s{name}-{arch}.zip, or use --into for a folder tree",
	                STR_ARG(x->output), str_ends(x->output, S("/")) ? "" : "/");
}

bool build_guard(struct build *b)
{
	for (size_t i = 0; i < b->project->artifacts.n; i++) {
		const struct artifact *x = &b->project->artifacts.p[i];
		str output;
		struct io_stat st = { 0 };
		struct err ignored = { 0 };
		if (!path_absolute(b->a, x->into.n ? x->into : x->output, &output, b->e)) return false;
		if (str_eq(x->output, S("-")))
			return err_set(b->e, ERR_USAGE, "output-folder", "a zip cannot be written to stdout, since it appears by rename");
		if (!x->into.n && (str_ends(x->output, S("/")) || (io_stat(x->output.p, &st, &ignored) && st.is_dir)))
			return refuse_folder(x, st.is_dir, b->e);
		if (!guard_inputs(b, x, output)) return false;
		*vec_push(b->a, &b->outputs) = output;
	}
	return true;
}
