/* pack.c: the words that were given, the limits of Lambda, the zip.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/pack.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/pool.h"
#include "pipeline/pack_parts.h"
#include "target/target.h"

#define LIST_MAX         ((size_t)64 << 20)
#define HASH_THREAD_FROM ((uint64_t)1 << 20)
#define PATH_BYTES_MAX   4095 /* Linux: PATH_MAX, less the NUL */

/* A path that no system call takes is told at once, and cut: its message would be as long. */
static bool add_file_word(struct pack *p, str word)
{
	if (word.n <= PATH_BYTES_MAX) {
		*vec_push(p->a, &p->files) = arena_str(p->a, word);
		return true;
	}
	err_set(p->e, ERR_FORMAT, "pack-name", "a path has %zu bytes; %d can be opened", word.n, PATH_BYTES_MAX);
	err_where(p->e, STR_FMT "...", STR_ARG(str_slice(word, 0, 60)));
	return err_help(p->e, "run in its folder: lamina zip -C FOLDER ...");
}

/* "@FILE": one path a line; "@-": of standard input. */
static bool read_list(struct pack *p, str file)
{
	str text, line;
	bool ok = str_eq(file, S("-")) ? io_read_all(p->a, STDIN_FILENO, "standard input", LIST_MAX, &text, p->e)
	                               : io_read_file(p->a, arena_cstr(p->a, file), LIST_MAX, &text, p->e);
	if (!ok) return false;
	while (str_line(&text, &line)) {
		if (line.n == 0) continue;
		if (str_chr(line, '\0') != STR_NONE) {
			err_set(p->e, ERR_FORMAT, "pack-name", "a list of files has a NUL in it");
			err_where(p->e, STR_FMT, STR_ARG(file));
			return err_help(p->e, "it is a text with one path a line; a file whose name begins with @ is written ./@name");
		}
		if (!add_file_word(p, line)) return false;
	}
	return true;
}

static bool expand(struct pack *p)
{
	for (size_t i = 0; i < p->request->files.n; i++) {
		str word = p->request->files.p[i];
		if (word.n == 0) {
			err_set(p->e, ERR_USAGE, "no-input", "one of the files has an empty name");
			return err_help(p->e, "is a shell variable in the command not set?");
		}
		if (word.p[0] == '@') {
			if (!read_list(p, str_from_pos(word, 1))) return false;
		} else if (!add_file_word(p, word)) {
			return false;
		}
	}
	if (p->files.n > 0) return true;
	err_set(p->e, ERR_USAGE, "no-input", "no file is named");
	return err_help(p->e, "lamina zip -o function.zip bootstrap");
}

static int by_size(const void *a, const void *b)
{
	const struct zip_pack_item *x = a, *y = b;
	if (x->size != y->size) return x->size < y->size ? 1 : -1;
	return str_cmp(x->name, y->name);
}

static bool check_size(const struct pack *p)
{
	uint64_t total = 0;
	for (size_t i = 0; i < p->items.n; i++) total += p->items.p[i].size;
	if (total <= LAMBDA_UNZIPPED_MAX) return true;
	struct zip_pack_item *items = arena_array(p->a, struct zip_pack_item, p->items.n);
	struct buf largest;
	buf_init(&largest, 800);
	for (size_t i = 0; i < p->items.n; i++) items[i] = p->items.p[i];
	qsort(items, p->items.n, sizeof *items, by_size);
	for (size_t i = 0; i < 3 && i < p->items.n; i++)
		buf_addf(&largest, "%s" STR_FMT " (%llu)", i ? ", " : "", STR_ARG(items[i].name), (unsigned long long)items[i].size);
	err_set(p->e, ERR_FORMAT, "size-unzipped", "the files have %llu bytes; Lambda accepts %llu unzipped",
	        (unsigned long long)total, (unsigned long long)LAMBDA_UNZIPPED_MAX);
	err_why(p->e, "the largest: " STR_FMT, STR_ARG(buf_str(&largest)));
	buf_release(&largest);
	return err_help(p->e, "leave files out with --exclude, strip binaries, or use a container image");
}

static bool get_item(void *context, size_t i, bool open, struct zip_pack_item *out, struct err *e)
{
	const struct pack *p = context;
	(void)open;
	(void)e;
	*out = p->items.p[i];
	return true;
}

static bool write_zip(struct pack *p, struct zip_write_result *out)
{
	const struct pack_request *r = p->request;
	char *path = arena_cstr(p->a, p->output);
	struct io_temp temp = { .fd = -1 };
	struct zip_write_options options = { .hash = true };
	uint64_t total = 0;
	size_t failed;
	for (size_t i = 0; i < p->items.n; i++) total += p->items.p[i].size;
	options.hash_thread = total > HASH_THREAD_FROM && pool_cpus() > 1;
	if (!io_mkdirs_for(path, p->e) || !io_temp_open(&temp, path, 0644, p->e)) return false;
	struct zip_writer *w = zip_write_begin(p->a, &temp, &options);
	struct zip_pack_options pack = { .level = r->level, .jobs = r->jobs, .cancel = r->cancel, .beside = path };
	bool ok = zip_pack(w, &pack, p->items.n, get_item, p, &failed, p->e);
	if (!ok) zip_write_abort(w);
	ok = ok && zip_write_end(w, out, p->e) && io_temp_commit(&temp, false, p->e);
	io_temp_abort(&temp);
	return ok;
}

bool pack_zip(struct arena *a, const struct pack_request *request, struct notes *notes, struct pack_result *out, struct err *e)
{
	struct pack p = { .a = a, .request = request, .notes = notes, .e = e, .output = request->output };
	struct zip_write_result written;
	if (!expand(&p)) return false;
	if (p.output.n == 0) p.output = arena_join(a, path_base(path_clean(a, p.files.p[0])), S(".zip"));
	if (!pack_find_executable(&p) || !pack_collect(&p)) return false;
	if (p.items.n == 0) {
		err_set(e, ERR_USAGE, "no-input", "nothing is left to be packed");
		return err_help(e, "look at --exclude; empty folders are not stored");
	}
	if (!check_size(&p) || !write_zip(&p, &written)) return false;
	if (written.size > LAMBDA_DIRECT_UPLOAD_MAX)
		note_add(notes, NOTE_INFO, "size-upload", STR_FMT " is %llu bytes; above %llu it has to be uploaded through S3",
		         STR_ARG(p.output), (unsigned long long)written.size, (unsigned long long)LAMBDA_DIRECT_UPLOAD_MAX);
	*out = (struct pack_result){ .path = p.output,
		                         .size = written.size,
		                         .unzipped_size = written.unzipped_size,
		                         .entries = written.entries,
		                         .sha256 = written.sha256,
		                         .arch = p.arch };
	return true;
}
