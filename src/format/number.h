/* number.h: floating-point numbers to and from text, whatever the process's locale is.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_FORMAT_NUMBER_H
#define LAMINA_FORMAT_NUMBER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

#define NUMBER_DOUBLE_SIZE 32

/* The value of decimal text ([+-]digits[.digits][e[+-]digits], checked by the caller), correctly rounded; too large is
 * infinite. */
double number_to_double(struct arena *scratch, str decimal);
/* The shortest decimal text (and a NUL) that number_to_double reads back as v; at most 17 significant digits. v is finite. */
void number_from_double(double v, char out[NUMBER_DOUBLE_SIZE]);

#endif
