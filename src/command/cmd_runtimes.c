/* cmd_runtimes.c: `lamina runtimes`: what can be built for, and until when AWS takes it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "command/command.h"
#include "format/json.h"
#include "target/target.h"

static const struct opt options[] = {
	{ .name = "json", .takes = OPT_NOTHING, .help = "Print one JSON object per runtime." },
	{ 0 },
};

static bool run_runtimes(struct run *run, struct err *e);

const struct command command_runtimes = {
	.name = "runtimes",
	.summary = "List the Lambda runtimes and their dates",
	.description =
	    "Shows every runtime that lamina builds for: operating system, glibc (the newest manylinux tag that it can load), "
	    "architectures, and the dates from which AWS calls it deprecated, creates no function with it and updates none.\n\n"
	    "The dates are those that AWS had published by " RUNTIMES_AS_OF "; AWS moves them at times. Functions that exist "
	    "keep running whatever the date.",
	.options = options,
	.examples = "lamina runtimes\n"
	            "# what is deprecated today\n"
	            "lamina runtimes --json | jq -r 'select(.state != \"current\") | .runtime'",
	.run = run_runtimes,
};

static const struct {
	const char *id, *text;
	enum term_style style;
} states[] = {
	[RUNTIME_CURRENT] = { "current", "current", TERM_GREEN },
	[RUNTIME_DEPRECATED] = { "deprecated", "deprecated", TERM_YELLOW },
	[RUNTIME_CREATE_BLOCKED] = { "create-blocked", "create blocked", TERM_RED },
	[RUNTIME_UPDATE_BLOCKED] = { "update-blocked", "update blocked", TERM_RED },
};

static const char *date_or_dash(const char *date) { return date ? date : "-"; }

static const char *architectures(const struct runtime *r)
{
	return r->x86_64 && r->arm64 ? "x86_64, arm64" : r->arm64 ? "arm64" : "x86_64";
}

/* The width of the longest of the names, so that the columns stand below each other whatever the table holds. */
static int name_width(const struct runtime *all, size_t n)
{
	size_t width = strlen("RUNTIME");
	for (size_t i = 0; i < n; i++)
		if (strlen(all[i].name) > width) width = strlen(all[i].name);
	return (int)width;
}

static void print_heading(struct ui *ui, int width)
{
	struct buf line;
	buf_init(&line, 1000);
	buf_addf(&line, "%-*s  %-6s  %-5s  %-13s  %-10s  %-10s  %-10s  STATE", width, "RUNTIME", "OS", "GLIBC", "ARCHITECTURES",
	         "DEPRECATED", "NO CREATE", "NO UPDATE");
	term_styled(ui_out(ui), ui->term.out_colour, TERM_BOLD, line.p);
	ui_print(ui, S("\n"));
	buf_release(&line);
}

static void print_row(struct ui *ui, int width, const struct runtime *r, enum runtime_state state)
{
	ui_printf(ui, "%-*s  %-6s  2.%-3d  %-13s  %-10s  %-10s  %-10s  ", width, r->name, r->os, r->glibc_minor, architectures(r),
	          date_or_dash(r->deprecation), date_or_dash(r->block_create), date_or_dash(r->block_update));
	term_styled(ui_out(ui), ui->term.out_colour, states[state].style, states[state].text);
	ui_print(ui, S("\n"));
}

static void write_member(struct json_writer *w, const char *key, const char *value)
{
	json_write_key(w, str_from(key));
	if (value)
		json_write_string(w, str_from(value));
	else
		json_write_null(w);
}

static void print_json(struct run *run, const struct runtime *r, enum runtime_state state)
{
	struct arena *a = run->arena;
	struct json_writer w;
	json_write_begin(&w, ui_out(run->ui));
	json_write_object(&w);
	json_write_key(&w, S("schema"));
	json_write_u64(&w, 1);
	write_member(&w, "runtime", r->name);
	write_member(&w, "python", r->python_minor >= 0 ? arena_fmt(a, "3.%d", r->python_minor).p : NULL);
	write_member(&w, "os", r->os);
	write_member(&w, "glibc", arena_fmt(a, "2.%d", r->glibc_minor).p);
	json_write_key(&w, S("architectures"));
	json_write_array(&w);
	if (r->x86_64) json_write_string(&w, S("x86_64"));
	if (r->arm64) json_write_string(&w, S("arm64"));
	json_write_array_end(&w);
	write_member(&w, "deprecation_date", r->deprecation);
	write_member(&w, "block_create_date", r->block_create);
	write_member(&w, "block_update_date", r->block_update);
	write_member(&w, "state", states[state].id);
	write_member(&w, "as_of", RUNTIMES_AS_OF);
	json_write_object_end(&w);
	ui_print(run->ui, S("\n"));
}

static bool run_runtimes(struct run *run, struct err *e)
{
	(void)e; /* a table cannot fail */
	size_t n;
	const struct runtime *all = runtimes(&n);
	bool json = opt_given(run->values, "json");
	int width = name_width(all, n);
	int64_t today = run->now_ns / (INT64_C(86400) * 1000000000);
	if (!json) print_heading(run->ui, width);
	for (size_t i = 0; i < n; i++) {
		enum runtime_state state = runtime_state_on(&all[i], today);
		if (json)
			print_json(run, &all[i], state);
		else
			print_row(run->ui, width, &all[i], state);
	}
	return true;
}
