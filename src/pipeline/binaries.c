/* binaries.c: every refusal here is an error that Lambda would give at the first invocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/binaries.h"

#include "format/elf.h"
#include "pipeline/pack_parts.h"
#include "target/target.h"

/* --- places --- */

/* The file, and who named it. */
static bool here(const struct artifact *artifact, str path, struct err *e)
{
	str named = artifact->where;
	for (size_t i = 0; i < artifact->binaries.n; i++)
		if (artifact->binaries.p[i].where.n && str_eq(artifact->binaries.p[i].path, path))
			named = artifact->binaries.p[i].where;
	return err_where(e, STR_FMT " (" STR_FMT ")", STR_ARG(path), STR_ARG(named));
}

/* Who looked into the file knows a place in it, and not who named it. */
static bool told(const struct artifact *artifact, str path, struct err *from, struct err *e)
{
	from->where[0] = '\0';
	*e = *from;
	return here(artifact, path, e);
}

static bool told_of_elf(const struct artifact *artifact, str path, struct err *from, struct err *e)
{
	if (from->code == ERR_FORMAT) err_help(from, "build or copy it again: Lambda runs 64-bit programs for x86_64 and arm64");
	return told(artifact, path, from, e);
}

/* The SONAME when the file has one; a script or data file is no library, and keeps its name to be refused by its content. */
static bool library_name(struct arena *a, const struct artifact *artifact, str path, str *out, struct err *e)
{
	struct elf_facts facts;
	struct err why = { 0 };
	if (!elf_read_path(a, path, &facts, &why)) {
		if (why.code == ERR_FORMAT) err_help(&why, "`lib` takes shared libraries; other files are placed with `files`");
		return told(artifact, path, &why, e);
	}
	if (!facts.has_soname || facts.soname.n == 0) return true;
	if (str_chr(facts.soname, '/') != STR_NONE || !utf8_valid(facts.soname)) {
		err_set(e, ERR_FORMAT, "binary-name", "a shared library has a SONAME that is no file name");
		err_help(e, "link it with -Wl,-soname,NAME");
		return here(artifact, path, e);
	}
	*out = facts.soname;
	return true;
}

bool binary_place(struct arena *a, const struct artifact *artifact, const struct artifact_binary *binary, str *name,
                  struct io_stat *st, struct err *e)
{
	static const char *const folders[] = {
		[BINARY_BOOTSTRAP] = "", [BINARY_BIN] = "bin/", [BINARY_LIB] = "lib/", [BINARY_EXTENSION] = "extensions/"
	};
	str path = binary->path, base = path_base(path_clean(a, path));
	if (!io_stat(path.p, st, e)) return false;
	if (!st->exists) {
		err_set(e, ERR_IO, "not-found", "`" STR_FMT "` does not exist", STR_ARG(path));
		err_help(e, "build it first, or let lamina do it with a `command`");
		return here(artifact, path, e);
	}
	if (!st->is_regular) {
		err_set(e, ERR_FORMAT, "binary-folder", "`" STR_FMT "` is %s, and a file is needed", STR_ARG(path),
		        st->is_dir ? "a folder" : "a special file");
		err_help(e, st->is_dir ? "name the file in it" : "name a regular file");
		return here(artifact, path, e);
	}
	if (binary->kind == BINARY_BOOTSTRAP) base = S("bootstrap");
	if (binary->kind == BINARY_LIB && !library_name(a, artifact, path, &base, e)) return false;
	*name = arena_fmt(a, "%s" STR_FMT, folders[binary->kind], STR_ARG(base));
	return true;
}

/* --- what the target can run --- */

struct judging {
	struct arena *a;
	const struct artifact *artifact;
	struct notes *notes;
	struct err *e;
};

static bool bad(const struct judging *j, str path, const char *help)
{
	err_help(j->e, "%s", help);
	return here(j->artifact, path, j->e);
}

static bool right_arch(const struct judging *j, str path, const struct elf_facts *f)
{
	const struct target *t = &j->artifact->target;
	uint16_t wanted = t->arch == ARCH_ARM64 ? ELF_AARCH64 : ELF_X86_64;
	if (f->machine == wanted) return true;
	const char *name = "another processor";
	if (f->machine == ELF_AARCH64) name = target_arch_name(ARCH_ARM64);
	if (f->machine == ELF_X86_64) name = target_arch_name(ARCH_X86_64);
	err_set(j->e, ERR_FORMAT, "wrong-arch", "`" STR_FMT "` is built for %s, and `" STR_FMT "` for " STR_FMT, STR_ARG(path),
	        name, STR_ARG(j->artifact->name), STR_ARG(target_text(j->a, t)));
	return bad(j, path, "build it for the target, or change `arch` (--arch); with several, put {arch} into the path");
}

static bool right_glibc(const struct judging *j, str path, const struct elf_facts *f)
{
	const struct runtime *r = j->artifact->target.runtime;
	int glibc = elf_glibc_minor(f);
	if (glibc <= r->glibc_minor) return true;
	err_set(j->e, ERR_FORMAT, "glibc-too-new", "`" STR_FMT "` needs glibc 2.%d, and %s has 2.%d", STR_ARG(path), glibc, r->name,
	        r->glibc_minor);
	return bad(j, path, "link it statically (CGO_ENABLED=0 for Go, a musl target for Rust), or build it on an older system");
}

/* The loaders that Lambda's systems have, and what a package may bring along. */
static bool right_loader(const struct judging *j, str path, const struct elf_facts *f)
{
	str loader = f->interpreter;
	bool arm = j->artifact->target.arch == ARCH_ARM64;
	if (!f->has_interpreter || str_starts(loader, S("/opt/")) || str_starts(loader, S("/var/task/"))) return true;
	if (str_eq(loader, arm ? S("/lib/ld-linux-aarch64.so.1") : S("/lib64/ld-linux-x86-64.so.2"))) return true;
	err_set(j->e, ERR_FORMAT, "no-loader", "`" STR_FMT "` is started by " STR_FMT ", which Lambda does not have", STR_ARG(path),
	        STR_ARG(loader));
	return bad(j, path, str_contains(loader, S("musl")) ? "link it statically (-static)" : "build it for glibc, or statically");
}

static bool judge_elf(const struct judging *j, str path, bool starts)
{
	struct elf_facts f;
	struct err why = { 0 };
	if (!elf_read_path(j->a, path, &f, &why)) return told_of_elf(j->artifact, path, &why, j->e);
	if (!right_arch(j, path, &f) || !right_glibc(j, path, &f) || !right_loader(j, path, &f)) return false;
	if (!starts || elf_is_executable(&f) || f.is_static) return true;
	/* A static PIE of old linkers has neither mark, but it has an entry; a library that is started by mistake is the common case. */
	err_set(j->e, ERR_FORMAT, "not-executable", "`" STR_FMT "` is a shared library, not an executable", STR_ARG(path));
	return bad(j, path, "name the program itself");
}

static bool judge(const struct judging *j, str path, bool starts)
{
	struct pack_head head;
	if (!pack_read_head(path, true, &head, j->e)) return false;
	if (head.elf) return judge_elf(j, path, starts);
	if (head.crlf && starts) {
		struct err why = { 0 };
		pack_refuse_crlf(path, &why);
		return told(j->artifact, path, &why, j->e);
	}
	if (head.shebang || !starts) return true;
	err_set(j->e, ERR_FORMAT, "not-executable",
	        "`" STR_FMT "` is neither an ELF executable nor a script that begins with \"#!\"", STR_ARG(path));
	return bad(j, path, "name the program itself, or begin the script with #!/bin/sh");
}

/* Is this the file of one of the named libraries? They are loaded, not started. */
static bool is_named_library(const struct artifact *artifact, str path)
{
	for (size_t i = 0; i < artifact->binaries.n; i++)
		if (artifact->binaries.p[i].kind == BINARY_LIB && str_eq(artifact->binaries.p[i].path, path)) return true;
	return false;
}

static bool is_named(const struct artifact *artifact, str path)
{
	for (size_t i = 0; i < artifact->binaries.n; i++)
		if (str_eq(artifact->binaries.p[i].path, path)) return true;
	return false;
}

static bool is_extension(str name)
{
	return str_starts(name, S("extensions/")) && str_chr(str_from_pos(name, 11), '/') == STR_NONE;
}

bool binaries_check(struct arena *a, const struct artifact *artifact, const struct source_file *sources, size_t n,
                    struct notes *notes, struct err *e)
{
	struct judging j = { .a = a, .artifact = artifact, .notes = notes, .e = e };
	bool native = artifact->target.runtime->python_minor < 0, bootstrap = false;
	for (size_t i = 0; i < n; i++) {
		const struct source_file *f = &sources[i];
		bool starts =
		    (native && str_eq(f->name, S("bootstrap"))) || (artifact->kind == ARTIFACT_LAYER && is_extension(f->name));
		bootstrap = bootstrap || str_eq(f->name, S("bootstrap"));
		if (!starts && !is_named(artifact, f->path)) continue;
		if (!judge(&j, f->path, starts || !is_named_library(artifact, f->path))) return false;
	}
	if (!native || bootstrap || artifact->go.package.n || artifact->kind != ARTIFACT_FUNCTION) return true;
	note_add(notes, NOTE_WARNING, "no-bootstrap", "%s starts a file `bootstrap`, and `" STR_FMT "` has none",
	         artifact->target.runtime->name, STR_ARG(artifact->name));
	note_help(notes, "name it with `bootstrap`, or attach a layer that has one");
	return true;
}

bool binaries_arch(struct arena *a, const struct artifact *artifact, enum target_arch *out, str *path)
{
	for (size_t i = 0; i < artifact->binaries.n; i++) {
		struct elf_facts f;
		struct err ignored = { 0 };
		str file = path_join(a, artifact->binaries.p[i].folder, artifact->binaries.p[i].path);
		if (!elf_read_path(a, file, &f, &ignored)) continue; /* whatever is wrong with it is told when it is placed */
		if (f.machine != ELF_X86_64 && f.machine != ELF_AARCH64) continue;
		*out = f.machine == ELF_AARCH64 ? ARCH_ARM64 : ARCH_X86_64;
		*path = file;
		return true;
	}
	return false;
}
