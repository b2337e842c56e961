/* meter.h: one line on a terminal that shows how far something is.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Drawn on stderr at most every 80 ms and gone when the phase ends or something else is printed (meter_print). A meter that is
 * not on a terminal draws nothing, but still passes texts on.
 * Width:    asked for at every drawing; the last column stays free, so that no terminal wraps. The cursor rests at the
 *           line's beginning: a terminal that wraps old lines when its window gets narrower keeps it there, and clearing from
 *           there to the end of the screen removes every row that the line became.
 * Threads:  every call locks; workers may call at any time.
 * Lifetime: the title is kept as a pointer; the item is copied. */
#ifndef LAMINA_BASE_METER_H
#define LAMINA_BASE_METER_H

#include <pthread.h>

#include "base/term.h"

struct meter {
	const struct term *term;
	bool enabled;
	pthread_mutex_t mutex; /* guards all below */
	bool active, drawn, bytes;
	const char *title;
	uint64_t total, done;
	uint64_t items, items_done; /* of a phase that counts bytes */
	uint64_t began_ns, drawn_ns;
	unsigned turn; /* of the spinner */
	char item[80];
};

void meter_begin(struct meter *m, const struct term *term, bool enabled);
void meter_end(struct meter *m);
/* Total 0 = unknown. */
void meter_phase(struct meter *m, const char *title, uint64_t total, bool bytes);
/* A phase that counts bytes also has that many items; every meter_item begins one of them. */
void meter_items(struct meter *m, uint64_t items);
void meter_advance(struct meter *m, uint64_t amount);
void meter_item(struct meter *m, str name);
void meter_done(struct meter *m);
/* Writes a whole text to a descriptor with the line out of the way; false with errno when it could not be written. */
bool meter_print(struct meter *m, int fd, str text);

#endif
