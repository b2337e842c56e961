/* elf_record.h: what an ELF file says, for people and for programs.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The text's lines about a Go build are those of `go version -m`. */
#ifndef LAMINA_REPORT_ELF_RECORD_H
#define LAMINA_REPORT_ELF_RECORD_H

#include "base/buf.h"
#include "format/elf.h"
#include "format/json.h"

/* Indented lines, each begins with a tab. */
void elf_record_text(const struct elf_facts *f, struct buf *out);
/* One object. */
void elf_record_json(const struct elf_facts *f, struct json_writer *w);

#endif
