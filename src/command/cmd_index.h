/* cmd_index.h: what the commands that ask an index have in common: their options, and what the environment says besides.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_COMMAND_CMD_INDEX_H
#define LAMINA_COMMAND_CMD_INDEX_H

#include "command/command.h"
#include "index/config.h"

/* Rows of an option table. */
/* clang-format off */
#define CMD_INDEX_OPTIONS \
	{ .heading = "Index" }, \
	{ .name = "index-url", .takes = OPT_VALUE, .metavar = "URL", .help = "Index that is used by default." }, \
	{ .name = "extra-index-url", .takes = OPT_EACH, .metavar = "URL", .help = "Index that is asked before the default one." }, \
	{ .name = "find-links", \
	  .takes = OPT_EACH, \
	  .metavar = "PATH|URL", \
	  .complete = OPT_FOLDERS, \
	  .help = "Folder or page that lists wheels." }, \
	{ .name = "no-index", .takes = OPT_NOTHING, .help = "Ask no index, only --find-links." }, \
	{ .name = "trusted-host", \
	  .takes = OPT_EACH, \
	  .metavar = "HOST", \
	  .help = "Host that may use plain http or an unknown certificate." }, \
	{ .name = "cert", \
	  .takes = OPT_VALUE, \
	  .metavar = "FILE", \
	  .complete = OPT_FILES, \
	  .help = "Certificate authorities as a PEM file." }, \
	{ .name = "keyring", \
	  .takes = OPT_VALUE, \
	  .choices = "subprocess|disabled", \
	  .help = "Ask the keyring program for credentials." }, \
	{ .name = "timeout", \
	  .takes = OPT_NUMBER, \
	  .min = 1, \
	  .max = 86400, \
	  .metavar = "SECONDS", \
	  .help = "A transfer that is silent or slow for that long has stalled; 30 by default." }, \
	{ .name = "retries", \
	  .takes = OPT_NUMBER, \
	  .max = 100, \
	  .metavar = "N", \
	  .help = "Further attempts after a failed one; 3 by default." }, \
	{ .name = "offline", .takes = OPT_NOTHING, .help = "Use the store and local files only." }, \
	{ .name = "refresh", .takes = OPT_NOTHING, .help = "Ask the index again for what is remembered." }
/* clang-format on */

void cmd_index_read(struct run *run, struct index_inputs *in, struct notes *notes);
/* --offline, LAMINA_OFFLINE. */
bool cmd_offline(const struct run *run);
/* --jobs, LAMINA_JOBS. The command need not have the option. */
bool cmd_jobs(struct run *run, bool has_option, size_t *jobs, struct err *e);
/* Permission bits of a new file: 0666 less the umask. */
uint32_t cmd_file_mode(void);
/* -vv: a line a request. context is the ui. */
void cmd_log(void *context, const char *line);

#endif
