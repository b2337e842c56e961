/* cmd_zip.c: `lamina zip`: files -> one deterministic zip, with build-lambda-zip's command line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "base/pool.h"
#include "command/command.h"
#include "format/json.h"
#include "pipeline/pack.h"
#include "zip/zip_pack.h"

static const struct opt options[] = {
	{ .name = "output",
	  .letter = 'o',
	  .takes = OPT_VALUE,
	  .one_dash = true,
	  .metavar = "FILE",
	  .complete = OPT_FILES,
	  .help = "Zip to write; the first file's name with .zip by default." },
	{ .name = "prefix",
	  .takes = OPT_VALUE,
	  .metavar = "FOLDER",
	  .help = "Store everything below this folder; no bootstrap link is made." },
	{ .name = "exec",
	  .takes = OPT_EACH,
	  .metavar = "GLOB",
	  .help = "Files that are executable besides those that are by rule." },
	{ .name = "exclude", .takes = OPT_EACH, .metavar = "GLOB", .help = "Files and folders to leave out." },
	{ .name = "plain", .takes = OPT_NOTHING, .help = "The first file is like the others; no bootstrap link is made." },
	{ .name = "symlinks",
	  .takes = OPT_VALUE,
	  .choices = "refuse|follow|keep",
	  .help = "Symbolic links; by default those that are named are followed, others refused." },
	{ .name = "compress",
	  .takes = OPT_VALUE,
	  .choices = "copy|fast|small|smallest|store",
	  .help = "How files are compressed; copy by default." },
	{ .name = "jobs",
	  .letter = 'j',
	  .takes = OPT_NUMBER,
	  .min = 1,
	  .max = POOL_JOBS_MAX,
	  .metavar = "N",
	  .help = "Threads; the number of processors by default." },
	{ .name = "json", .takes = OPT_NOTHING, .help = "Print one JSON object." },
	{ 0 },
};

static bool run_zip(struct run *run, struct err *e);

const struct command command_zip = {
	.name = "zip",
	.summary = "Zip an executable and its files for Lambda",
	.description =
	    "Writes a zip whose bytes depend on names and contents alone, with the Unix modes that Lambda needs, from any file system. The "
	    "first file is the executable when it is an ELF executable or begins with \"#!\": it is stored under its own name, and a link "
	    "`bootstrap` leads to it when it is called otherwise. Other files keep their path, folders come with all they hold. @LIST names a "
	    "file that lists paths, one a line.\n\n"
	    "The command line is that of build-lambda-zip.",
	.arguments = "FILE|FOLDER|@LIST...",
	.arguments_min = 1,
	.arguments_max = SIZE_MAX,
	.complete = OPT_FILES,
	.options = options,
	.examples = "lamina zip -o function.zip bootstrap config.json templates/\n"
	            "# a layer with a tool\n"
	            "lamina zip --prefix bin -o layer.zip ffmpeg",
	.run = run_zip,
};

static int level_of(str word)
{
	if (str_eq(word, S("store"))) return 0;
	if (str_eq(word, S("fast"))) return ZIP_PACK_LEVEL_FAST;
	if (str_eq(word, S("small"))) return ZIP_PACK_LEVEL_SMALL;
	if (str_eq(word, S("smallest"))) return ZIP_PACK_LEVEL_SMALLEST;
	return ZIP_PACK_LEVEL_COPY;
}

static enum pack_links links_of(str word)
{
	if (str_eq(word, S("refuse"))) return PACK_LINKS_REFUSE;
	if (str_eq(word, S("follow"))) return PACK_LINKS_FOLLOW;
	if (str_eq(word, S("keep"))) return PACK_LINKS_KEEP;
	return PACK_LINKS_UNSET;
}

static bool jobs_of(struct run *run, size_t *jobs, struct err *e)
{
	uint64_t n = 0;
	const char *text = env_get_nonempty(run->env, "LAMINA_JOBS");
	*jobs = (size_t)opt_number(run->values, "jobs", pool_cpus());
	if (!text || opt_given(run->values, "jobs")) return true;
	if (!str_u64(str_from(text), &n) || n < 1 || n > POOL_JOBS_MAX)
		return err_set(e, ERR_USAGE, "option-value", "LAMINA_JOBS must be a number from 1 to %d, not \"%s\"", POOL_JOBS_MAX,
		               text);
	*jobs = (size_t)n;
	return true;
}

static bool prefix_of(const struct run *run, str *out, struct err *e)
{
	str prefix = opt_value(run->values, "prefix");
	if (prefix.n == 0) return true;
	str clean = path_clean(run->arena, prefix);
	if (path_is_absolute(clean) || str_eq(clean, S("..")) || str_starts(clean, S("../"))) {
		err_set(e, ERR_USAGE, "option-value", "--prefix cannot be \"" STR_FMT "\"", STR_ARG(prefix));
		return err_why(e, "it is a folder inside the zip, for example bin");
	}
	*out = str_eq(clean, S(".")) ? (str){ 0 } : clean;
	return true;
}

static void text_member(struct json_writer *w, str key, str value)
{
	json_write_key(w, key);
	json_write_string(w, value);
}

static void number_member(struct json_writer *w, str key, uint64_t value)
{
	json_write_key(w, key);
	json_write_u64(w, value);
}

static void print_json(struct run *run, const struct pack_result *r, const struct notes *notes, uint64_t ns)
{
	struct json_writer w;
	struct arena *a = run->arena;
	json_write_begin(&w, ui_out(run->ui));
	json_write_object(&w);
	number_member(&w, S("schema"), 1);
	text_member(&w, S("path"), r->path);
	json_write_key(&w, S("arch"));
	if (r->arch.n)
		json_write_string(&w, r->arch);
	else
		json_write_null(&w);
	number_member(&w, S("size"), r->size);
	number_member(&w, S("unzipped_size"), r->unzipped_size);
	number_member(&w, S("entries"), r->entries);
	text_member(&w, S("sha256"), sha256_hex_str(a, &r->sha256));
	text_member(&w, S("sha256_base64"), base64_encode(a, (str){ (const char *)r->sha256.bytes, SHA256_SIZE }, false));
	number_member(&w, S("elapsed_ms"), ns / 1000000);
	json_write_key(&w, S("warnings"));
	json_write_array(&w);
	for (size_t i = 0; i < notes->list.n; i++) {
		if (notes->list.p[i].level != NOTE_WARNING) continue;
		json_write_object(&w);
		text_member(&w, S("id"), str_from(notes->list.p[i].id));
		text_member(&w, S("message"), notes->list.p[i].message);
		json_write_object_end(&w);
	}
	json_write_array_end(&w);
	text_member(&w, S("lamina"), S(LAMINA_VERSION));
	json_write_object_end(&w);
	buf_add_char(ui_out(run->ui), '\n');
}

/* function.zip  5.5 MB (10 MB unzipped, 3 entries)  arm64  sha256:...  60 ms */
static void print_line(struct run *run, const struct pack_result *r, uint64_t ns)
{
	struct buf *out = ui_out(run->ui);
	char hex[SHA256_HEX + 1];
	sha256_hex(&r->sha256, hex);
	term_escape(out, r->path);
	buf_add_str(out, S("  "));
	term_size(out, r->size);
	buf_add_str(out, S(" ("));
	term_size(out, r->unzipped_size);
	buf_addf(out, " unzipped, %llu %s)  ", (unsigned long long)r->entries, r->entries == 1 ? "entry" : "entries");
	if (r->arch.n) buf_addf(out, STR_FMT "  ", STR_ARG(r->arch));
	buf_addf(out, "sha256:%s  ", hex);
	term_duration(out, ns);
	buf_add_char(out, '\n');
}

static bool run_zip(struct run *run, struct err *e)
{
	const struct opt_values *v = run->values;
	struct pack_request request = { .files = v->arguments, .output = opt_value(v, "output"), .plain = opt_given(v, "plain") };
	struct pack_result result;
	struct notes notes;
	size_t shown = 0;
	note_init(&notes, run->arena);
	request.exec = *opt_list(v, "exec");
	request.exclude = *opt_list(v, "exclude");
	request.links = links_of(opt_value(v, "symlinks"));
	request.level = level_of(opt_value(v, "compress"));
	request.cancel = run->cancel;
	bool ok = jobs_of(run, &request.jobs, e) && prefix_of(run, &request.prefix, e) &&
	          pack_zip(run->arena, &request, &notes, &result, e);
	ui_notes(run->ui, &notes, &shown);
	if (!ok) return false;
	uint64_t ns = clock_ns() - run->began_ns;
	if (opt_given(v, "json"))
		print_json(run, &result, &notes, ns);
	else if (!run->ui->quiet)
		print_line(run, &result, ns);
	return true;
}
