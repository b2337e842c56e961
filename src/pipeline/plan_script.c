/* plan_script.c: scripts that start the runtime's own interpreter.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Binary distribution format" ("#!python" is rewritten on installation) and "Entry points" (a console script calls the
 * object without arguments and exits with its result). The interpreter's path is that of the Lambda images. */
#include "pipeline/plan_parts.h"
#include "target/target.h"

static str interpreter(struct arena *a, const struct target *t)
{
	return arena_join(a, S("#!"), target_interpreter(a, t->runtime));
}

str plan_console_script(struct arena *a, const struct target *target, const struct wheel_script *script)
{
	str first, rest;
	str_cut(script->attribute, '.', &first, &rest);
	return arena_fmt(a,
	                 STR_FMT "\n"
	                         "import sys\n"
	                         "\n"
	                         "from " STR_FMT " import " STR_FMT "\n"
	                         "\n"
	                         "if __name__ == \"__main__\":\n"
	                         "    sys.exit(" STR_FMT "())\n",
	                 STR_ARG(interpreter(a, target)), STR_ARG(script->module), STR_ARG(first), STR_ARG(script->attribute));
}

str plan_script_shebang(struct arena *a, const struct target *target, str content)
{
	size_t line = str_chr(content, '\n');
	str rest = line == STR_NONE ? S("\n") : str_from_pos(content, line);
	if (!str_starts(content, S("#!python"))) return content;
	/* "#!python -E" keeps its arguments. */
	str arguments = str_trim(str_slice(content, sizeof "#!python" - 1, line == STR_NONE ? content.n : line));
	if (str_starts(arguments, S("w"))) arguments = str_trim(str_from_pos(arguments, 1));
	return arena_fmt(a, STR_FMT "%s" STR_FMT STR_FMT, STR_ARG(interpreter(a, target)), arguments.n ? " " : "",
	                 STR_ARG(arguments), STR_ARG(rest));
}
