/* cmd_cache.c: `lamina cache`: what the store holds, whether it is sound, and less of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/cmd_store.h"
#include "format/json.h"

#define KEEP_DAYS 30 /* what gc keeps when it is told nothing */

#define JSON_OPTION                                                                                                            \
	{                                                                                                                          \
		.name = "json", .takes = OPT_NOTHING, .help = "Print one JSON object."                                                 \
	}

static const struct opt json_only[] = { JSON_OPTION, { 0 } };
static const struct opt verify_options[] = {
	{ .name = "repair", .takes = OPT_NOTHING, .help = "Remove what is damaged; the next build fetches it again." },
	JSON_OPTION,
	{ 0 },
};
static const struct opt gc_options[] = {
	{ .name = "keep-days",
	  .takes = OPT_NUMBER,
	  .max = 36500,
	  .metavar = "N",
	  .help = "Keep what was used within N days; 30 unless --max-size is given alone." },
	{ .name = "max-size",
	  .takes = OPT_VALUE,
	  .metavar = "SIZE",
	  .help = "Then remove the longest unused until no more than SIZE is left: 500MB, 2GB, 1.5GiB." },
	{ .name = "dry-run", .takes = OPT_NOTHING, .help = "Only say what would be removed." },
	JSON_OPTION,
	{ 0 },
};

static bool run_dir(struct run *run, struct err *e);
static bool run_stats(struct run *run, struct err *e);
static bool run_verify(struct run *run, struct err *e);
static bool run_gc(struct run *run, struct err *e);
static bool run_clear(struct run *run, struct err *e);

static const struct command cache_dir = {
	.name = "dir",
	.summary = "Print the folder of the store",
	.description = "The folder is $LAMINA_CACHE_DIR, else $XDG_CACHE_HOME/lamina, else ~/.cache/lamina. It need not exist.",
	.options = json_only,
	.examples = "du -sh \"$(lamina cache dir)\"",
	.run = run_dir,
};
static const struct command cache_stats = {
	.name = "stats",
	.summary = "Count what is in the store",
	.description = "Counts wheels, wheel records, index listings and stamps of builds, with their sizes.",
	.options = json_only,
	.examples = "lamina cache stats",
	.run = run_stats,
};
static const struct command cache_verify = {
	.name = "verify",
	.summary = "Read everything in the store and check it",
	.description =
	    "Hashes every wheel and decodes everything else. A damaged entry never harms a build, which takes it for missing; this "
	    "finds them all at once.\n\n"
	    "The exit status is 1 when there is damage that was not removed.",
	.options = verify_options,
	.examples = "lamina cache verify --repair",
	.run = run_verify,
};
static const struct command cache_gc = {
	.name = "gc",
	.summary = "Remove what was not used for long",
	.description =
	    "Removes wheels (with their records), listings and stamps that no build used within a number of days, and what killed "
	    "processes left behind. What was used within the last hour, or is being downloaded, always stays. Waits until no other "
	    "lamina uses the store.",
	.options = gc_options,
	.examples = "lamina cache gc\n# before a CI job saves the cache\nlamina cache gc --keep-days 7 --max-size 500MB",
	.run = run_gc,
};
static const struct command cache_clear = {
	.name = "clear",
	.summary = "Remove everything from the store",
	.description =
	    "Removes every entry. Files in the folder that are not the store's stay. Waits until no other lamina uses the store.",
	.options = json_only,
	.examples = "lamina cache clear",
	.run = run_clear,
};

static const struct command *const cache_commands[] = {
	&cache_dir, &cache_stats, &cache_verify, &cache_gc, &cache_clear, NULL
};

const struct command command_cache = {
	.name = "cache",
	.summary = "Look after the store of wheels",
	.description =
	    "The store keeps wheels as they were downloaded, what was learnt about them, and what index pages listed, so that a "
	    "build that was done before needs no network. It may be removed at any time.",
	.arguments = "COMMAND",
	.subcommands = cache_commands,
};

/* --- shared --- */

static bool wants_json(const struct run *run) { return opt_given(run->values, "json"); }

static void begin_json(struct json_writer *w, struct run *run)
{
	json_write_begin(w, ui_out(run->ui));
	json_write_object(w);
	json_write_key(w, S("schema"));
	json_write_u64(w, 1);
}

static void put_number(struct json_writer *w, const char *key, uint64_t value)
{
	json_write_key(w, str_from(key));
	json_write_u64(w, value);
}

static void end_json(struct json_writer *w, struct run *run)
{
	json_write_object_end(w);
	ui_printf(run->ui, "\n");
}

/* The environment's store; a file in its place is told instead of being taken for an empty one. */
static bool open_store(struct run *run, struct store *store, struct err *e)
{
	if (!cmd_store_open(run, NULL, store, e)) return false;
	if (store_has_place(store, e)) return true;
	store_close(store);
	return false;
}

static str size_text(struct run *run, uint64_t bytes)
{
	struct buf b;
	buf_init(&b, 100);
	term_size(&b, bytes);
	str text = buf_take(&b, run->arena);
	buf_release(&b);
	return text;
}

/* --- dir --- */

static bool run_dir(struct run *run, struct err *e)
{
	str root = store_root(run->arena, run->env);
	if (str_empty(root)) {
		err_set(e, ERR_USAGE, "store-path", "there is no folder for the store");
		err_why(e, "HOME is not set and the user has no home folder");
		return err_help(e, "set LAMINA_CACHE_DIR");
	}
	if (wants_json(run)) {
		struct json_writer w;
		begin_json(&w, run);
		json_write_key(&w, S("dir"));
		json_write_string(&w, root);
		end_json(&w, run);
	} else {
		ui_print(run->ui, root); /* as it is: it is for other programs */
		ui_printf(run->ui, "\n");
	}
	return true;
}

/* --- stats --- */

static void print_stats(struct run *run, const struct store_stats *s)
{
	const struct {
		const char *name;
		uint64_t n, bytes;
	} rows[] = { { "wheels", s->files, s->files_bytes },
		         { "records", s->records, s->records_bytes },
		         { "listings", s->listings, s->listings_bytes },
		         { "stamps", s->stamps, s->stamps_bytes } };
	uint64_t total = 0, n_total = 0;
	struct json_writer w;
	if (wants_json(run)) begin_json(&w, run);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		total += rows[i].bytes;
		n_total += rows[i].n;
		if (wants_json(run)) {
			json_write_key(&w, str_from(rows[i].name));
			json_write_object(&w);
			put_number(&w, "count", rows[i].n);
			put_number(&w, "bytes", rows[i].bytes);
			json_write_object_end(&w);
			continue;
		}
		ui_printf(run->ui, "%-8s %9llu %10.*s\n", rows[i].name, (unsigned long long)rows[i].n,
		          STR_ARG(size_text(run, rows[i].bytes)));
	}
	if (!wants_json(run)) {
		ui_printf(run->ui, "%-8s %9llu %10.*s\n", "total", (unsigned long long)n_total, STR_ARG(size_text(run, total)));
		return;
	}
	put_number(&w, "total_bytes", total);
	end_json(&w, run);
}

static bool run_stats(struct run *run, struct err *e)
{
	struct store store;
	struct store_stats stats;
	if (!open_store(run, &store, e)) return false;
	bool ok = store_stats(&store, &stats, e);
	if (ok) print_stats(run, &stats);
	store_close(&store);
	return ok;
}

/* --- verify --- */

static void print_verified(struct run *run, const struct store_verify_result *r)
{
	struct json_writer w;
	if (wants_json(run)) {
		begin_json(&w, run);
		put_number(&w, "checked", r->checked);
		put_number(&w, "damaged", r->damaged);
		put_number(&w, "repaired", r->repaired);
		json_write_key(&w, S("messages"));
		json_write_array(&w);
		for (size_t i = 0; i < r->messages.n; i++) json_write_string(&w, r->messages.p[i]);
		json_write_array_end(&w);
		end_json(&w, run);
		return;
	}
	for (size_t i = 0; i < r->messages.n; i++) {
		ui_printf(run->ui, "damaged %s", r->repaired ? "and removed: " : "");
		term_escape(ui_out(run->ui), r->messages.p[i]);
		ui_printf(run->ui, "\n");
	}
	ui_printf(run->ui, "%llu entries checked, %llu damaged\n", (unsigned long long)r->checked, (unsigned long long)r->damaged);
}

static bool run_verify(struct run *run, struct err *e)
{
	struct store store;
	struct store_verify_result result;
	if (!open_store(run, &store, e)) return false;
	bool ok = store_verify(&store, run->arena, opt_given(run->values, "repair"), run->cancel, &result, e);
	if (ok) {
		print_verified(run, &result);
		run->status = result.damaged > result.repaired;
	}
	store_close(&store);
	return ok;
}

/* --- gc, clear --- */

/* Decimal units (MB, M) are powers of 1000, binary ones (MiB) of 1024; no unit means bytes. */
static bool parse_unit(str unit, uint64_t *factor)
{
	static const struct {
		const char *name;
		uint64_t factor;
	} units[] = { { "", 1 },
		          { "b", 1 },
		          { "k", 1000 },
		          { "kb", 1000 },
		          { "kib", UINT64_C(1) << 10 },
		          { "m", 1000000 },
		          { "mb", 1000000 },
		          { "mib", UINT64_C(1) << 20 },
		          { "g", 1000000000 },
		          { "gb", 1000000000 },
		          { "gib", UINT64_C(1) << 30 },
		          { "t", UINT64_C(1000000000000) },
		          { "tb", UINT64_C(1000000000000) },
		          { "tib", UINT64_C(1) << 40 } };
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (!str_ieq(unit, str_from(units[i].name))) continue;
		*factor = units[i].factor;
		return true;
	}
	return false;
}

/* "500MB", "1.5 GiB": up to three digits behind the point. */
static bool parse_size(str text, uint64_t *out)
{
	size_t digits = 0;
	while (digits < text.n && (ascii_digit(text.p[digits]) || text.p[digits] == '.')) digits++;
	str whole, decimals, unit = str_trim(str_from_pos(text, digits));
	str_cut(str_slice(text, 0, digits), '.', &whole, &decimals);
	uint64_t n = 0, thousandths = 0, factor;
	if (!str_u64(whole, &n) || decimals.n > 3 || !parse_unit(unit, &factor)) return false;
	if (decimals.n > 0 && !str_u64(decimals, &thousandths)) return false;
	for (size_t i = decimals.n; i < 3; i++) thousandths *= 10;
	if (n > UINT64_MAX / 2 / factor) return false;
	*out = n * factor + factor * thousandths / 1000; /* a factor is below 2^41 */
	return true;
}

static bool read_gc_options(const struct run *run, struct store_gc_options *o, struct err *e)
{
	bool sized = opt_given(run->values, "max-size");
	*o = (struct store_gc_options){ .now = run->now_ns / 1000000000, .dry_run = opt_given(run->values, "dry-run") };
	o->keep_days = (uint32_t)opt_number(run->values, "keep-days", sized ? STORE_KEEP_ANY_AGE : KEEP_DAYS);
	if (!sized) return true;
	str text = opt_value(run->values, "max-size");
	if (!parse_size(text, &o->max_size)) {
		err_set(e, ERR_USAGE, "option-value", "`" STR_FMT "` is no size", STR_ARG(text));
		err_where(e, "--max-size");
		return err_help(e, "write it as 500MB, 2GB or 1.5GiB");
	}
	if (o->max_size == 0) o->max_size = 1; /* nothing fits; 0 would mean no limit */
	return true;
}

static void print_removed(struct run *run, const struct store_gc_result *r, bool dry_run)
{
	struct json_writer w;
	if (!wants_json(run)) {
		str why = r->recent ? arena_fmt(run->arena, "; %llu of them because they were used within the last hour",
		                                (unsigned long long)r->recent)
		                    : S("");
		ui_say(run->ui, "%s %llu %s (" STR_FMT "), %llu kept (" STR_FMT ")" STR_FMT, dry_run ? "would remove" : "removed",
		       (unsigned long long)r->removed, r->removed == 1 ? "entry" : "entries", STR_ARG(size_text(run, r->removed_bytes)),
		       (unsigned long long)r->kept, STR_ARG(size_text(run, r->kept_bytes)), STR_ARG(why));
		return;
	}
	begin_json(&w, run);
	put_number(&w, "removed", r->removed);
	put_number(&w, "removed_bytes", r->removed_bytes);
	put_number(&w, "kept", r->kept);
	put_number(&w, "kept_bytes", r->kept_bytes);
	put_number(&w, "recent", r->recent);
	json_write_key(&w, S("dry_run"));
	json_write_bool(&w, dry_run);
	end_json(&w, run);
}

static bool run_gc(struct run *run, struct err *e)
{
	struct store store;
	struct store_gc_options options;
	struct store_gc_result result;
	if (!read_gc_options(run, &options, e) || !open_store(run, &store, e)) return false;
	bool ok = store_gc(&store, &options, &result, e);
	if (ok) print_removed(run, &result, options.dry_run);
	store_close(&store);
	return ok;
}

static bool run_clear(struct run *run, struct err *e)
{
	struct store store;
	struct store_gc_result result;
	if (!open_store(run, &store, e)) return false;
	bool ok = store_clear(&store, &result, e);
	if (ok) print_removed(run, &result, false);
	store_close(&store);
	return ok;
}
