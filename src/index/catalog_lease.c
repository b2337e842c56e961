/* catalog_lease.c: many processes, one request.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Processes that resolve the same at the same time would all ask for the same metadata, and where an index has no ranges load the
 * same wheels. Who asks for a file's metadata holds a lock on a file in the store's leases/; the others wait for it and then find
 * the answer in the store. Nobody waits standing: transfers go on, and a process that waits for one lease while it holds others
 * goes on to serve these, so that no circle can come to a halt. Locks die with their process; one that does not end within
 * LEASE_WAIT_MAX is not waited for any longer.
 * The names of these files are their own: a download of the same file by store_lease is another matter. */
#include <time.h>

#include "base/clock.h"
#include "base/io.h"
#include "index/catalog_parts.h"

#define LEASES_MAX     100 /* descriptors; whoever wants more goes without */
#define LEASE_TICK_MS  10
#define LEASE_LATE_NS  (1000 * 1000000ull)
#define LEASE_WAIT_MAX (300 * 1000000000ull)

/* The lock file's path; a C string. */
static str path_of(struct metadata_entry *m, struct arena *a)
{
	struct sha256 name;
	sha256_of(arena_join(a, S("metadata "), catalog_metadata_key(m, a)), &name);
	return arena_fmt(a, STR_FMT "/leases/" STR_FMT, STR_ARG(m->catalog->options.store->root),
	                 STR_ARG(sha256_hex_str(a, &name)));
}

static enum lease try_lease(struct metadata_entry *m)
{
	struct catalog *c = m->catalog;
	struct arena scratch = { 0 };
	struct err ignored = { 0 };
	bool got = false;
	if (c->options.store->read_only || c->leases >= LEASES_MAX) return LEASE_NONE;
	if (!c->leases_made) io_mkdirs(arena_fmt(&scratch, STR_FMT "/leases", STR_ARG(c->options.store->root)).p, &ignored);
	c->leases_made = true;
	bool works = io_lock(path_of(m, &scratch).p, IO_LOCK_EXCLUSIVE, false, &m->lease, &got, &ignored);
	arena_release(&scratch);
	if (!works) return LEASE_NONE;
	c->leases += got;
	return got ? LEASE_OURS : LEASE_THEIRS;
}

enum lease catalog_lease(struct metadata_entry *m)
{
	enum lease lease = try_lease(m);
	if (lease != LEASE_THEIRS) return lease;
	m->waits_ns = clock_ns();
	*vec_push(&m->catalog->arena, &m->catalog->waiting) = m;
	return LEASE_THEIRS;
}

void catalog_lease_release(struct metadata_entry *m)
{
	if (m->lease < 0) return;
	io_close(&m->lease);
	m->catalog->leases--;
}

static void tell(struct catalog *c)
{
	const struct store_options *o = &c->options.store->options;
	if (c->told_waiting || !o->waiting) return;
	c->told_waiting = true;
	o->waiting(o->waiting_context, "waiting for another lamina, which asks for the same metadata");
}

uint32_t catalog_lease_tick(void *catalog)
{
	struct catalog *c = catalog;
	uint64_t now = clock_ns();
	if (c->waiting.n == 0) return UINT32_MAX;
	if (now - c->tried_ns < LEASE_TICK_MS * 1000000ull) return LEASE_TICK_MS;
	c->tried_ns = now;
	/* What goes on may wait for further leases, at the list's end. */
	for (size_t i = 0, n = c->waiting.n; i < n; i++) {
		struct metadata_entry *m = c->waiting.p[i];
		enum lease lease = now - m->waits_ns > LEASE_WAIT_MAX ? LEASE_NONE : try_lease(m);
		if (lease == LEASE_THEIRS && now - m->waits_ns > LEASE_LATE_NS) tell(c);
		if (lease == LEASE_THEIRS) continue;
		c->waiting.p[i] = NULL;
		catalog_metadata_go_on(m);
	}
	size_t kept = 0;
	for (size_t i = 0; i < c->waiting.n; i++)
		if (c->waiting.p[i]) c->waiting.p[kept++] = c->waiting.p[i];
	c->waiting.n = kept;
	return LEASE_TICK_MS;
}
