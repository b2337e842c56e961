/* fuzz_pylock.c: the reader of pylock.toml (lock_fuzz.h).
 * SPDX-License-Identifier: Apache-2.0 */
#include "lock_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return lock_fuzz(data, size, LOCK_FORMAT_PYLOCK); }
