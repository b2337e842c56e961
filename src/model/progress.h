/* progress.h: how stages tell what they are doing, without knowing a terminal.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A stage calls progress_* on the interface it was given; command/ connects it to base/term.h. A zeroed struct ignores all.
 * Threads: the implementation locks; calls may come from any worker. */
#ifndef LAMINA_MODEL_PROGRESS_H
#define LAMINA_MODEL_PROGRESS_H

#include <stdint.h>

#include "base/str.h"

struct progress {
	void *context;
	/* A phase begins ("Downloading"); total counts items or bytes, 0 = unknown. */
	void (*phase)(void *context, const char *title, uint64_t total, bool bytes);
	/* `amount` more of the phase is done. */
	void (*advance)(void *context, uint64_t amount);
	/* The item being worked on. */
	void (*item)(void *context, str name);
	/* The phase ended; its line disappears. */
	void (*done)(void *context);
	/* The phase counts bytes of that many items; each `item` begins one. */
	void (*items)(void *context, uint64_t items);
};

static inline void progress_phase(const struct progress *p, const char *title, uint64_t total, bool bytes)
{
	if (p && p->phase) p->phase(p->context, title, total, bytes);
}
static inline void progress_items(const struct progress *p, uint64_t items)
{
	if (p && p->items) p->items(p->context, items);
}
static inline void progress_advance(const struct progress *p, uint64_t amount)
{
	if (p && p->advance) p->advance(p->context, amount);
}
static inline void progress_item(const struct progress *p, str name)
{
	if (p && p->item) p->item(p->context, name);
}
static inline void progress_done(const struct progress *p)
{
	if (p && p->done) p->done(p->context);
}

#endif
