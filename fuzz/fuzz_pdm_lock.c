/* fuzz_pdm_lock.c: the reader of pdm.lock (lock_fuzz.h).
 * SPDX-License-Identifier: Apache-2.0 */
#include "lock_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return lock_fuzz(data, size, LOCK_FORMAT_PDM); }
