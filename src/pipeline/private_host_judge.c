/* private_host_judge.c: is what a backend made for the target, whatever it was made on?
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tags first; then every ELF file, whatever the tags say: its machine, the highest symbols of glibc and libstdc++ that it needs, and the
 * libraries. What Lambda's systems have: glibc's libraries, libgcc_s, libstdc++ and zlib, and what the wheel brings along itself
 * (lambda-platform: libraries of the runtime images; versions of libstdc++ by GCC 7 on AL2, GCC 11 on AL2023). */
#include <string.h>

#include "format/elf.h"
#include "pipeline/private_host_parts.h"
#include "python/wheel_name.h"
#include "zip/zip_read.h"

#define ELF_FILE_MAX ((uint64_t)1 << 30)

struct judging {
	struct host_build *b;
	str file;
	const struct wheel_record *record;
	const struct lock_target *target;
	int fd;
};

static bool refuse(struct judging *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(struct judging *j, const char *format, ...)
{
	struct host_build *b = j->b;
	va_list arguments;
	va_start(arguments, format);
	str why = arena_vfmt(b->a, format, arguments);
	va_end(arguments);
	err_set(b->e, ERR_RESOLVE, "host-build-platform", "what the backend of `" STR_FMT "` makes here does not run on " STR_FMT,
	        STR_ARG(b->called), STR_ARG(j->target->text));
	err_where(b->e, STR_FMT ": " STR_FMT, STR_ARG(b->tree->tree.where), STR_ARG(j->file));
	err_why(b->e, STR_FMT, STR_ARG(why));
	return err_help(b->e,
	                "build its wheel for the target (cibuildwheel, an image of manylinux) and name the wheel in its place");
}

static bool judge_tags(struct judging *j)
{
	struct wheel_name name;
	struct host_build *b = j->b;
	if (!wheel_name_parse(b->a, j->file, &name, b->e)) return false;
	if (wheel_name_rank(&name, j->target->tags) != SIZE_MAX) return true;
	struct wheel_nearest near =
	    wheel_choose_nearest(b->a, &j->file, 1, j->target->python_minor, j->target->glibc_minor, j->target->machine);
	return refuse(j, "it " STR_FMT, STR_ARG(near.reason));
}

/* --- ELF --- */

struct bytes {
	char *p;
	size_t n;
	bool is_elf;
};

static bool take(void *context, const void *bytes, size_t n)
{
	struct bytes *b = context;
	if (b->n == 0 && n >= 4) b->is_elf = memcmp(bytes, "\177ELF", 4) == 0;
	if (!b->is_elf) return false; /* not worth inflating */
	memcpy(b->p + b->n, bytes, n);
	b->n += n;
	return true;
}

/* "GLIBCXX_3.4.29" -> 29; -1 for others. */
static int glibcxx(str version)
{
	uint64_t n;
	if (!str_starts(version, S("GLIBCXX_3.4."))) return -1;
	return str_u64(str_from_pos(version, 12), &n) && n < 1000 ? (int)n : -1;
}

static bool judge_versions(struct judging *j, str name, const struct elf_facts *f)
{
	int glibc = elf_glibc_minor(f), limit = j->target->glibc_minor >= 34 ? 29 : 24;
	if (glibc > j->target->glibc_minor)
		return refuse(j, STR_FMT " needs GLIBC_2.%d, " STR_FMT " has 2.%d", STR_ARG(name), glibc, STR_ARG(j->target->text),
		              j->target->glibc_minor);
	for (size_t i = 0; i < f->versions.n; i++)
		for (size_t k = 0; k < f->versions.p[i].versions.n; k++)
			if (glibcxx(f->versions.p[i].versions.p[k]) > limit)
				return refuse(j, STR_FMT " needs " STR_FMT " of libstdc++, " STR_FMT " has GLIBCXX_3.4.%d", STR_ARG(name),
				              STR_ARG(f->versions.p[i].versions.p[k]), STR_ARG(j->target->text), limit);
	return true;
}

static bool has_library(const struct judging *j, str name)
{
	static const char *const there[] = { "libc.so.6",
		                                 "libm.so.6",
		                                 "libdl.so.2",
		                                 "librt.so.1",
		                                 "libpthread.so.0",
		                                 "libutil.so.1",
		                                 "libresolv.so.2",
		                                 "libgcc_s.so.1",
		                                 "libstdc++.so.6",
		                                 "libz.so.1",
		                                 "ld-linux-x86-64.so.2",
		                                 "ld-linux-aarch64.so.1",
		                                 NULL };
	for (const char *const *t = there; *t; t++)
		if (str_eq(name, str_from(*t))) return true;
	for (size_t i = 0; i < j->record->n_entries; i++)
		if (str_eq(path_base(j->record->entries[i].name), name)) return true;
	return false;
}

static bool judge_elf(struct judging *j, str name, str bytes)
{
	struct elf_facts f;
	struct host_build *b = j->b;
	if (!elf_read(b->a, bytes, name, &f, b->e)) return false;
	bool arm = str_eq(j->target->machine, S("aarch64"));
	if (f.machine != (arm ? ELF_AARCH64 : ELF_X86_64)) {
		const char *machine = elf_machine_name(f.machine);
		return refuse(j, STR_FMT " is built for %s, not for " STR_FMT, STR_ARG(name), machine ? machine : "another processor",
		              STR_ARG(j->target->machine));
	}
	if (f.type == ELF_REL) return true; /* an object file is data */
	if (!judge_versions(j, name, &f)) return false;
	for (size_t i = 0; i < f.needed.n; i++)
		if (!has_library(j, f.needed.p[i]) && !str_starts(f.needed.p[i], S("libpython3.")))
			return refuse(j, STR_FMT " needs " STR_FMT ", which neither Lambda nor the wheel has", STR_ARG(name),
			              STR_ARG(f.needed.p[i]));
	return true;
}

static bool judge_entry(struct judging *j, const struct wheel_entry *entry)
{
	struct arena_mark mark = arena_mark(j->b->a);
	struct zip_archive z = { .fd = j->fd, .path = j->file, .size = j->record->size };
	struct zip_entry from = { .name = entry->name,
		                      .method = entry->method,
		                      .crc32 = entry->crc32,
		                      .csize = entry->csize,
		                      .usize = entry->usize,
		                      .data_at = entry->data_at };
	struct zip_facts facts;
	struct err damage = { 0 };
	if (entry->usize < 64 || entry->usize > ELF_FILE_MAX) return true;
	struct bytes bytes = { .p = arena_alloc(j->b->a, (size_t)entry->usize, 1, 64) };
	bool ok = zip_verify_entry(&z, &from, take, &bytes, &facts, &damage);
	if (!ok && (bytes.is_elf || bytes.n)) {
		*j->b->e = damage;
		return false;
	}
	ok = !bytes.is_elf || judge_elf(j, entry->name, (str){ bytes.p, bytes.n });
	arena_rewind(j->b->a, mark);
	return ok;
}

bool host_judge(struct host_build *b, str file, const struct wheel_record *record)
{
	struct judging j = { .b = b, .file = file, .record = record, .target = b->options->target, .fd = -1 };
	if (!judge_tags(&j)) return false;
	if (!store_file_open(b->options->store, &record->sha256, record->size, &j.fd, NULL, b->e) || j.fd < 0)
		return b->e->code == ERR_NONE && err_set(b->e, ERR_IO, "not-found", "the wheel left the store");
	bool ok = true;
	for (size_t i = 0; ok && i < record->n_entries; i++) ok = judge_entry(&j, &record->entries[i]);
	io_close(&j.fd);
	return ok;
}
