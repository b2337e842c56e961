/* pack_head.c: what a file's first bytes say: can it be started, and where.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/io.h"
#include "format/elf.h"
#include "pipeline/pack_parts.h"
#include "target/target.h"

/* The longest "#!" line that Linux reads (BINPRM_BUF_SIZE). */
#define HEAD         256
#define GLIBC_NEWEST 34 /* of provided.al2023, the newest of Lambda's systems */

bool pack_read_head(str path, bool links, struct pack_head *out, struct err *e)
{
	char bytes[HEAD];
	struct io_stat st;
	int fd = io_open_regular(path.p, links, e);
	if (fd < 0) return false;
	bool ok = io_fstat(fd, path.p, &st, e);
	size_t n = ok && st.size < HEAD ? (size_t)st.size : HEAD;
	ok = ok && io_pread(fd, path.p, bytes, n, 0, e);
	io_close(&fd);
	if (!ok) return false;
	str head = { bytes, n };
	size_t end = str_chr(head, '\n');
	*out = (struct pack_head){ .elf = elf_is(head), .shebang = str_starts(head, S("#!")) };
	out->crlf = out->shebang && end != STR_NONE && bytes[end - 1] == '\r';
	return true;
}

bool pack_refuse_crlf(str path, struct err *e)
{
	err_set(e, ERR_FORMAT, "crlf-shebang", "the first line of a script ends in CR LF");
	err_where(e, STR_FMT, STR_ARG(path));
	err_why(
	    e,
	    "Linux would look for an interpreter whose name ends in a carriage return, and fail with \"no such file or directory\"");
	return err_help(e, "save it with LF line ends: sed -i 's/\\r$//' " STR_FMT, STR_ARG(path));
}

bool pack_executable_place(str name)
{
	return str_eq(name, S("bootstrap")) || str_starts(name, S("bin/")) || str_starts(name, S("extensions/"));
}

static void judge_elf(struct pack *p, str path, const struct elf_facts *f)
{
	if (f->machine == ELF_X86_64) p->arch = str_from(target_arch_name(ARCH_X86_64));
	if (f->machine == ELF_AARCH64) p->arch = str_from(target_arch_name(ARCH_ARM64));
	if (p->arch.n == 0)
		note_add(p->notes, NOTE_WARNING, "wrong-arch", STR_FMT " is for machine %u; Lambda has x86_64 and arm64", STR_ARG(path),
		         f->machine);
	int glibc = elf_glibc_minor(f);
	if (glibc <= GLIBC_NEWEST) return;
	note_add(p->notes, NOTE_WARNING, "glibc-too-new", STR_FMT " needs glibc 2.%d; provided.al2023 has 2.%d", STR_ARG(path),
	         glibc, GLIBC_NEWEST);
	note_help(p->notes, "link it statically (CGO_ENABLED=0 for Go, a musl target for Rust), or build it on an older system");
}

/* An ELF file that cannot be understood is packed all the same, as build-lambda-zip would. */
static bool is_elf_executable(struct pack *p, str path)
{
	struct elf_facts facts;
	struct err why = { 0 };
	if (!elf_read_path(p->a, path, &facts, &why)) {
		note_add(p->notes, NOTE_WARNING, "elf", STR_FMT ": %s; Lambda cannot run it", STR_ARG(path), why.what);
		return true;
	}
	if (!elf_is_executable(&facts) && !facts.is_static) return false; /* a library */
	judge_elf(p, path, &facts);
	return true;
}

bool pack_find_executable(struct pack *p)
{
	struct io_stat st;
	struct pack_head head;
	str path = arena_str(p->a, p->files.p[0]);
	if (p->request->plain) return true;
	if (!io_stat(path.p, &st, p->e)) return false;
	if (st.is_dir) {
		err_set(p->e, ERR_FORMAT, "pack-folder", "the first file is the executable, and `" STR_FMT "` is a folder",
		        STR_ARG(path));
		return err_help(p->e, "name a file first, or add --plain to pack folders and data only");
	}
	if (!st.is_regular) return true; /* refused where all files are */
	if (!pack_read_head(path, true, &head, p->e)) return false;
	if (head.crlf) return pack_refuse_crlf(path, p->e);
	if (head.shebang || (head.elf && is_elf_executable(p, path))) p->executable = path;
	return true;
}
