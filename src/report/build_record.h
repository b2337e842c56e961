/* build_record.h: build results as JSON, the same text that stamps keep.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The keys and their order are the contract of `lamina build --json` (docs/commands/build.md). */
#ifndef LAMINA_REPORT_BUILD_RECORD_H
#define LAMINA_REPORT_BUILD_RECORD_H

#include "base/buf.h"
#include "base/err.h"
#include "model/build_result.h"

/* One object, without a line end. */
void build_record_write(const struct build_result *r, struct buf *out);
/* One object whose values are all strings, without lists (for tools that take nothing else, such as Terraform's external data). */
void build_record_write_flat(const struct build_result *r, struct buf *out);
/* Reads what build_record_write wrote; false when it is anything else. */
bool build_record_read(struct arena *a, str json, struct build_result *out);

#endif
