/* net_probe.h: what the files of net_probe share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_TESTS_NET_PROBE_H
#define LAMINA_TESTS_NET_PROBE_H

#include "format/json.h"
#include "index/client.h"

void probe_error(struct json_writer *w, const struct err *e);
void probe_member(struct json_writer *w, const char *key, str value);

/* net_probe_catalog.c
 * Request: {"command": "catalog", "store": FOLDER (none: no store), "refresh", "eager", "tags": [end of a wheel's name that is relevant], "no_sdists",
 *          "steps": [["project", NAME, INDEX] | ["want", NAME, INDEX] | ["metadata", NAME, FILE] | ["want-metadata", NAME, FILE]
 *          | ["direct", URL or PATH, SHA256] | ["left-out", NAME, VERSION] | ["load", NAME..]]}
 * Answer:  {"steps": [..], "stats": {..}, "arrived": [..]}; a step that fails is {"error": ..}. */
bool probe_catalog(struct arena *a, const struct json_value *request, struct json_writer *w, const struct index_config *config,
                   const struct index_client_options *options, struct err *e);

#endif
