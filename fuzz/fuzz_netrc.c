/* fuzz_netrc.c: a netrc file is read or refused with a line; every machine that was read is found.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "index/credentials.h"

static void require(bool promise)
{
	if (!promise) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct netrc n;
	if (netrc_parse(&a, (str){ (const char *)data, size }, &n, &e)) {
		for (size_t i = 0; i < n.machines.n && i < 100; i++) {
			const struct netrc_machine *m = &n.machines.p[i];
			struct index_credentials c = { 0 };
			bool has = m->credentials.has_user || m->credentials.has_password;
			if (i + 1 == n.machines.n) require(netrc_find(&n, m->host, S(""), &c) == has || str_empty(m->host));
			require(m->credentials.username.n <= size && m->credentials.password.n <= size);
		}
	} else {
		require(e.code == ERR_USAGE && (size > NETRC_MAX || e.where[0]));
	}
	arena_release(&a);
	return 0;
}
