/* fuzz_wants_setup_cfg.c: setup.cfg as wants (wants_fuzz.h).
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/wants_setuptools.h"
#include "wants_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_cfg(struct wants_reader *r, str text, struct err *e)
{
	return wants_setup_cfg_read(r, S("no-such-folder/setup.cfg"), text, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return wants_fuzz(data, size, read_cfg); }
