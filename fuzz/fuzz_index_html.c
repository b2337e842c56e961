/* fuzz_index_html.c: HTML index pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_page(data, size, S("text/html"));
	return 0;
}
