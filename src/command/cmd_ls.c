/* cmd_ls.c: `lamina ls`: what is in a zip, as it stands there.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/io.h"
#include "command/command.h"
#include "format/json.h"
#include "zip/zip_read.h"

static const struct opt options[] = {
	{ .name = "json", .takes = OPT_NOTHING, .help = "Print one JSON object per entry." },
	{ .name = "sha256", .takes = OPT_NOTHING, .help = "Also read every entry and show its SHA-256; proves CRC-32 and sizes." },
	{ 0 },
};

static bool run_ls(struct run *run, struct err *e);

const struct command command_ls = {
	.name = "ls",
	.summary = "List the entries of a zip",
	.description =
	    "Reads the archive as strictly as a build does and lists its entries: mode, size, compressed size, method and name. "
	    "Names are shown with control characters escaped.",
	.arguments = "FILE.zip...",
	.arguments_min = 1,
	.arguments_max = SIZE_MAX,
	.complete = OPT_FILES,
	.options = options,
	.examples = "lamina ls dist/deps-arm64.zip\n"
	            "# the largest entries\n"
	            "lamina ls --json dist/deps-arm64.zip | jq -s 'sort_by(-.size)[:10]'",
	.run = run_ls,
};

/* Files without Unix modes are what unzip makes of them. */
static unsigned mode_of(const struct zip_entry *entry)
{
	if (entry->unix_mode) return entry->unix_mode & 07777;
	return entry->is_dir ? 0755 : 0644;
}

static const char *method_of(const struct zip_entry *entry) { return entry->method == ZIP_STORED ? "stored" : "deflated"; }

static void print_json(struct buf *out, const struct zip_entry *entry, const char *sha256)
{
	struct json_writer w;
	char text[16];
	json_write_begin(&w, out);
	json_write_object(&w);
	json_write_key(&w, S("name"));
	json_write_string(&w, entry->name);
	json_write_key(&w, S("size"));
	json_write_u64(&w, entry->usize);
	json_write_key(&w, S("compressed"));
	json_write_u64(&w, entry->csize);
	json_write_key(&w, S("method"));
	json_write_string(&w, str_from(method_of(entry)));
	json_write_key(&w, S("crc32"));
	snprintf(text, sizeof text, "%08x", entry->crc32);
	json_write_string(&w, str_from(text));
	json_write_key(&w, S("mode"));
	snprintf(text, sizeof text, "%04o", mode_of(entry));
	json_write_string(&w, str_from(text));
	if (sha256) {
		json_write_key(&w, S("sha256"));
		json_write_string(&w, str_from(sha256));
	}
	json_write_object_end(&w);
	buf_add_char(out, '\n');
}

static void print_text(struct buf *out, const struct zip_entry *entry, const char *sha256)
{
	if (sha256) buf_addf(out, "%s  ", sha256);
	buf_addf(out, "%04o %11llu %11llu  %-8s  ", mode_of(entry), (unsigned long long)entry->usize,
	         (unsigned long long)entry->csize, method_of(entry));
	term_escape(out, entry->name);
	buf_add_char(out, '\n');
}

static bool list_entry(struct run *run, const struct zip_archive *z, const struct zip_entry *entry, struct err *e)
{
	char hex[SHA256_HEX + 1];
	bool hash = opt_given(run->values, "sha256") && !entry->is_dir;
	struct zip_facts facts;
	if (hash && !zip_verify_entry(z, entry, NULL, NULL, &facts, e)) return false;
	if (hash) sha256_hex(&facts.sha256, hex);
	if (opt_given(run->values, "json"))
		print_json(ui_out(run->ui), entry, hash ? hex : NULL);
	else
		print_text(ui_out(run->ui), entry, hash ? hex : NULL);
	return true;
}

static bool list(struct run *run, str path, struct err *e)
{
	struct zip_open_options open_options = { .allow_symlinks = true };
	struct zip_archive z;
	int fd = io_open_read(arena_cstr(run->arena, path), e);
	if (fd < 0) return false;
	bool ok = zip_open(run->arena, fd, path, &open_options, &z, e);
	uint64_t size = 0, compressed = 0;
	for (size_t i = 0; ok && i < z.n; i++) {
		ok = list_entry(run, &z, &z.entries[i], e);
		size += z.entries[i].usize;
		compressed += z.entries[i].csize;
		if ((i & 255) == 0) ui_flush(run->ui);
	}
	io_close(&fd);
	if (ok && !opt_given(run->values, "json"))
		ui_printf(run->ui, "     %11llu %11llu            %zu entries\n", (unsigned long long)size,
		          (unsigned long long)compressed, z.n);
	ui_flush(run->ui);
	return ok;
}

static bool run_ls(struct run *run, struct err *e)
{
	for (size_t i = 0; i < run->values->arguments.n; i++) {
		if (run->values->arguments.n > 1 && !opt_given(run->values, "json")) {
			struct buf *out = ui_out(run->ui);
			term_escape(out, run->values->arguments.p[i]);
			buf_add_str(out, S(":\n"));
		}
		if (!list(run, run->values->arguments.p[i], e)) return false;
	}
	return true;
}
