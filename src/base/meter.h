/* meter.h: one line on a terminal that shows how far something is.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Drawn on stderr at most every 80 ms and gone when the phase ends or something else is printed (meter_print). A meter that is
 * not on a terminal draws nothing, but still passes texts on. Threads:  every call locks; workers may call at any time.
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
	uint64_t began_ns, drawn_ns;
	unsigned turn; /* of the spinner */
	char item[80];
};

void meter_begin(struct meter *m, const struct term *term, bool enabled);
void meter_end(struct meter *m);
/* Total 0 = unknown. */
void meter_phase(struct meter *m, const char *title, uint64_t total, bool bytes);
void meter_advance(struct meter *m, uint64_t amount);
void meter_item(struct meter *m, str name);
void meter_done(struct meter *m);
/* Writes a whole text to a descriptor with the line out of the way; false with errno when it could not be written. */
bool meter_print(struct meter *m, int fd, str text);

#endif
