/* clock.h: time that only moves forward, for durations and for redrawing; what day it is is passed in by command/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_BASE_CLOCK_H
#define LAMINA_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some moment in the past. */
uint64_t clock_ns(void);

#endif
