/* fuzz_wants_project.c: pyproject.toml as wants (wants_fuzz.h).
 * SPDX-License-Identifier: Apache-2.0 */
#include "wants_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_project(struct wants_reader *r, str text, struct err *e)
{
	return wants_project_read(r, S("no-such-folder/pyproject.toml"), text, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return wants_fuzz(data, size, read_project); }
