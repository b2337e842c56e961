/* fuzz_index_json.c: JSON index pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_page(data, size, S("application/vnd.pypi.simple.v1+json"));
	return 0;
}
