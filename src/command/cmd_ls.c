/* cmd_ls.c: `lamina ls`: what is in a zip, as it stands there.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/io.h"
#include "command/command.h"
#include "format/json.h"
#include "report/elf_record.h"
#include "zip/zip_read.h"

/* What an entry may have for --buildinfo; Lambda accepts 250 MiB in all. */
#define BUILDINFO_MAX ((size_t)256 << 20)

static const struct opt options[] = {
	{ .name = "json", .takes = OPT_NOTHING, .help = "Print one JSON object per entry." },
	{ .name = "sha256", .takes = OPT_NOTHING, .help = "Also read every entry and show its SHA-256; proves CRC-32 and sizes." },
	{ .name = "buildinfo", .takes = OPT_NOTHING, .help = "Show what ELF files need, and how Go built them." },
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
	            "lamina ls --json dist/deps-arm64.zip | jq -s 'sort_by(-.size)[:10]'\n"
	            "# which Go and which modules a function was built with\n"
	            "lamina ls --buildinfo function.zip",
	.run = run_ls,
};

/* Files without Unix modes are what unzip makes of them. */
static unsigned mode_of(const struct zip_entry *entry)
{
	if (entry->unix_mode) return entry->unix_mode & 07777;
	return entry->is_dir ? 0755 : 0644;
}

static const char *method_of(const struct zip_entry *entry) { return entry->method == ZIP_STORED ? "stored" : "deflated"; }

static void print_json(struct buf *out, const struct zip_entry *entry, const char *sha256, const struct elf_facts *elf)
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
	if (elf) {
		json_write_key(&w, S("elf"));
		elf_record_json(elf, &w);
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

/* Stops an entry that is no ELF file after its first bytes. */
struct head {
	char bytes[4];
	size_t n;
};

static bool take_head(void *context, const void *bytes, size_t n)
{
	struct head *h = context;
	for (size_t i = 0; i < n && h->n < sizeof h->bytes; i++) h->bytes[h->n++] = ((const char *)bytes)[i];
	return h->n < sizeof h->bytes;
}

static bool is_elf(const struct zip_archive *z, const struct zip_entry *entry)
{
	struct head head = { .n = 0 };
	struct err ignored = { 0 };
	if (entry->is_dir || entry->is_symlink) return false;
	(void)zip_verify_entry(z, entry, take_head, &head, NULL, &ignored);
	return head.n == sizeof head.bytes && elf_is((str){ head.bytes, head.n });
}

/* What is an ELF file but cannot be understood is listed like other files. */
static bool read_elf(struct arena *a, const struct zip_archive *z, const struct zip_entry *entry, struct elf_facts *out,
                     bool *found, struct err *e)
{
	str bytes;
	struct err ignored = { 0 };
	*found = false;
	if (!is_elf(z, entry)) return true;
	if (!zip_read_entry(a, z, entry, BUILDINFO_MAX, &bytes, e)) return false;
	*found = elf_read(a, bytes, entry->name, out, &ignored);
	return true;
}

static bool list_entry(struct run *run, const struct zip_archive *z, const struct zip_entry *entry, struct err *e)
{
	char hex[SHA256_HEX + 1];
	bool hash = opt_given(run->values, "sha256") && !entry->is_dir;
	struct zip_facts facts;
	if (hash && !zip_verify_entry(z, entry, NULL, NULL, &facts, e)) return false;
	if (hash) sha256_hex(&facts.sha256, hex);
	struct arena scratch = { 0 };
	struct elf_facts elf;
	bool is_known = false;
	bool ok = !opt_given(run->values, "buildinfo") || read_elf(&scratch, z, entry, &elf, &is_known, e);
	if (ok && opt_given(run->values, "json"))
		print_json(ui_out(run->ui), entry, hash ? hex : NULL, is_known ? &elf : NULL);
	else if (ok)
		print_text(ui_out(run->ui), entry, hash ? hex : NULL);
	if (is_known && !opt_given(run->values, "json")) elf_record_text(&elf, ui_out(run->ui));
	arena_release(&scratch);
	return ok;
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
