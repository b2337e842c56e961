/* library.c: dlopen, dlsym.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

void *library_open(const char *const *names, const char **why)
{
	void *library = NULL;
	for (size_t i = 0; names[i] && !library; i++) library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	*why = library ? NULL : dlerror();
	return library;
}

/* POSIX lets dlsym's object pointer be a function; ISO C does not let it be cast. */
bool library_symbol(void *library, const char *name, void *function, size_t size)
{
	void *found = dlsym(library, name);
	_Static_assert(sizeof found == sizeof(void (*)(void)), "POSIX: a function pointer fits into void *");
	memcpy(function, &found, size);
	return found != NULL;
}
