/* fuzz_elf.c: what the ELF reader accepts stays within its limits, twice the same, and what it refuses has a rule and a place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "format/elf.h"

static void require(bool promise)
{
	if (!promise) abort();
}

/* Touches every byte of a view, for AddressSanitizer. */
static unsigned touch(str s)
{
	unsigned sum = 0;
	for (size_t i = 0; i < s.n; i++) sum += (unsigned char)s.p[i];
	return sum;
}

static unsigned check(const struct elf_facts *f)
{
	size_t versions = 0;
	unsigned sum = touch(f->interpreter) + touch(f->soname);
	require(f->needed.n <= ELF_LIST_MAX && f->go.dependencies.n <= ELF_LIST_MAX);
	for (size_t i = 0; i < f->needed.n; i++) sum += touch(f->needed.p[i]);
	for (size_t i = 0; i < f->runpath.n; i++) {
		require(f->runpath.p[i].n > 0);
		sum += touch(f->runpath.p[i]);
	}
	for (size_t i = 0; i < f->versions.n; i++) {
		sum += touch(f->versions.p[i].library);
		for (size_t k = 0; k < i; k++) require(!str_eq(f->versions.p[k].library, f->versions.p[i].library));
		versions += f->versions.p[i].versions.n;
		for (size_t k = 0; k < f->versions.p[i].versions.n; k++) sum += touch(f->versions.p[i].versions.p[k]);
	}
	require(versions <= ELF_LIST_MAX && f->versions.n <= ELF_LIST_MAX);
	require(!f->is_static || (elf_is_executable(f) && !f->has_interpreter && f->needed.n == 0));
	require(f->has_go || (f->go.version.n == 0 && f->go.settings.n == 0));
	for (size_t i = 0; i < f->go.settings.n; i++) sum += touch(f->go.settings.p[i].key) + touch(f->go.settings.p[i].value);
	for (size_t i = 0; i < f->go.dependencies.n; i++)
		sum += touch(f->go.dependencies.p[i].path) + touch(f->go.dependencies.p[i].sum);
	return sum + (unsigned)(elf_glibc_minor(f) + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct elf_facts f;
	if (elf_read(&a, (str){ (const char *)data, size }, S("fuzz"), &f, &e)) {
		struct elf_facts again;
		require(elf_read(&a, (str){ (const char *)data, size }, S("fuzz"), &again, &e) && check(&f) == check(&again));
	} else {
		require(e.code == ERR_FORMAT && e.has_offset && strncmp(e.id, "elf-", 4) == 0);
	}
	arena_release(&a);
	return 0;
}
