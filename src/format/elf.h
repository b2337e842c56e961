/* elf.h: what an ELF file says about where it can run.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads headers, PT_INTERP, the dynamic section, version needs and Go's build information; never sections' content beyond that, and
 * needs no section headers but for Go's. Only 64-bit little-endian files, which is all that Lambda runs.
 * Source:   System V gABI (ELF header, program header, dynamic section), gABI extensions of GNU (.gnu.version_r: LSB 5.0 10.7.5);
 *           Go's debug/buildinfo for the inline format of .go.buildinfo (Go 1.18 and later).
 * Hostile:  every offset, count and length is compared with the file before it is used, every list has a limit, and nothing is read
 *           twice without end: the work is bounded by ELF_LIST_MAX, whatever the file claims.
 * Errors:   ERR_FORMAT "elf-magic" (no ELF file), "elf-class" (32-bit, big-endian), "elf-header", "elf-truncated", "elf-dynamic",
 *           "elf-versions", "elf-too-large"; ERR_IO of the file. err_at is the offset.
 * Lifetime: everything belongs to the arena. Threads: no state. */
#ifndef LAMINA_FORMAT_ELF_H
#define LAMINA_FORMAT_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

#define ELF_LIST_MAX 4096              /* program headers, needed libraries, version needs: real files have dozens */
#define ELF_TEXT_MAX ((size_t)1 << 20) /* of build information */

enum elf_machine { ELF_X86_64 = 62, ELF_AARCH64 = 183 };
enum elf_type { ELF_REL = 1, ELF_EXEC = 2, ELF_DYN = 3, ELF_CORE = 4 };

struct elf_versions {
	str library;              /* "libc.so.6" */
	struct str_list versions; /* "GLIBC_2.17", in the order of the file */
};

struct elf_go_setting {
	str key, value; /* "GOAMD64", "v1"; "-tags", "lambda.norpc" */
};

struct elf_go_module {
	str path, version, sum; /* version "(devel)" and no sum for the main module */
	bool replaced;          /* it stands for the module before it */
};

/* What `go version -m` prints. */
struct elf_go {
	str version; /* "go1.26.8" */
	str path;    /* of the main package */
	struct elf_go_module main;
	VEC(struct elf_go_module) dependencies;
	VEC(struct elf_go_setting) settings;
};

struct elf_facts {
	uint16_t machine, type;
	bool has_interpreter, has_soname, has_dynamic;
	str interpreter, soname;
	struct str_list needed;
	struct str_list runpath; /* DT_RUNPATH, else DT_RPATH, split at ":", without empty parts */
	VEC(struct elf_versions) versions;
	bool is_pie;    /* DF_1_PIE: an executable although its type is DYN */
	bool is_static; /* an executable that needs no loader and no library */
	bool has_go;
	struct elf_go go;
};

/* Whether the first bytes of a file are those of an ELF file. */
bool elf_is(str head);
/* "x86_64", "aarch64", or NULL for others. */
const char *elf_machine_name(uint16_t machine);
/* "REL", "EXEC", "DYN", "CORE", or NULL. */
const char *elf_type_name(uint16_t type);
/* Something that the kernel can start: EXEC, or DYN with an interpreter or the PIE flag. */
bool elf_is_executable(const struct elf_facts *f);
/* The highest "GLIBC_2.N" that is needed of any library; -1 when there is none. */
int elf_glibc_minor(const struct elf_facts *f);
/* The value of a setting of the Go build; empty when it has none. */
str elf_go_setting(const struct elf_go *go, str key);

bool elf_read(struct arena *a, str bytes, str path, struct elf_facts *out, struct err *e);
/* The same from a file, of which only the parts that matter are read. */
bool elf_read_fd(struct arena *a, int fd, str path, struct elf_facts *out, struct err *e);
/* Opens and closes the file, which must be a regular one. */
bool elf_read_path(struct arena *a, str path, struct elf_facts *out, struct err *e);

#endif
