/* config_internal.h: small readers of values that environment variables and pip.conf share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_INDEX_CONFIG_INTERNAL_H
#define LAMINA_INDEX_CONFIG_INTERNAL_H

#include "index/config.h"

/* Words between white space (separator 0) or between separators, trimmed, without empty ones; appended. */
void config_words(struct arena *a, str text, char separator, struct str_list *out);
/* y, yes, t, true, on, 1 and their opposites in any case (pip's and uv's booleans). where: for the error. */
bool config_bool(str text, str where, bool *out, struct err *e);
/* Seconds or counts: digits, a fraction is rounded up; at most 1,000,000. */
bool config_number(str text, str where, uint32_t *out, struct err *e);
/* "NAME=URL" or "URL". */
void config_named_url(str text, struct index_definition *out);

#endif
