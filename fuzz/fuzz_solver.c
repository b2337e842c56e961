/* fuzz_solver.c: bytes become a small registry; what the solver says about it must be what trying everything says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../tests/unit/solver/small.h"

#define INPUT_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text;

	if (size > INPUT_MAX) return 0;
	buf_init(&text, 1 << 20);
	small_text(data, size, &text);
	small_check(buf_str(&text), size % 2 == 1);
	buf_release(&text);
	return 0;
}
