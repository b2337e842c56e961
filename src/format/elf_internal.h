/* elf_internal.h: bounded access to an ELF file's bytes; private to format/elf*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file is memory or a descriptor; either way a range is compared with its size first. Views live as long as the arena. */
#ifndef LAMINA_FORMAT_ELF_INTERNAL_H
#define LAMINA_FORMAT_ELF_INTERNAL_H

#include "format/elf.h"

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, address, size; /* size in the file */
};

struct elf_file {
	struct arena *a;
	str bytes; /* fd < 0 */
	int fd;
	uint64_t size;
	str path;
	struct err *e;
	struct elf_segment *segments;
	size_t n_segments;
	uint64_t sections_at; /* of the section headers; 0 = none */
	uint32_t n_sections, names_section;
};

bool elf_refuse(const struct elf_file *f, const char *id, uint64_t at, const char *what);
/* n bytes at the offset; "elf-truncated" when the file has fewer. */
bool elf_get(const struct elf_file *f, uint64_t at, uint64_t n, str *out);
/* Like elf_get, but as many as there are, at most n. */
bool elf_get_some(const struct elf_file *f, uint64_t at, uint64_t n, str *out);
/* The text at the offset up to its NUL, which must come before `end`. */
bool elf_text(const struct elf_file *f, uint64_t at, uint64_t end, str *out);
/* elf_go.c: fills in has_go and go; what cannot be understood is no build information, never an error. */
void elf_read_go(const struct elf_file *f, struct elf_facts *out);

#define ELF_PT_LOAD    1
#define ELF_PT_DYNAMIC 2
#define ELF_PT_INTERP  3
#define ELF_PF_W       2
#define ELF_SECTION    64 /* bytes of a section header */

#endif
