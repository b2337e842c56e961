/* cmd_index.c: options and variables of the commands that ask an index.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/cmd_index.h"

#include <string.h>
#include <sys/stat.h>

#include "base/pool.h"

void cmd_index_read(struct run *run, struct index_inputs *in, struct notes *notes)
{
	const struct opt_values *v = run->values;
	struct index_level *level = &in->command_line;
	*in = (struct index_inputs){ .env = run->env, .notes = notes };
	level->origin = S("command line");
	level->index_url = opt_value(v, "index-url");
	level->extra_index_urls = *opt_list(v, "extra-index-url");
	level->find_links = *opt_list(v, "find-links");
	level->trusted_hosts = *opt_list(v, "trusted-host");
	level->has_no_index = level->no_index = opt_given(v, "no-index");
	level->cert = opt_value(v, "cert");
	level->keyring = opt_value(v, "keyring");
	level->has_timeout = opt_given(v, "timeout");
	level->timeout = (uint32_t)opt_number(v, "timeout", INDEX_DEFAULT_TIMEOUT);
	level->has_retries = opt_given(v, "retries");
	level->retries = (uint32_t)opt_number(v, "retries", INDEX_DEFAULT_RETRIES);
}

void cmd_log(void *context, const char *line) { ui_say(context, "%s", line); }

/* LAMINA_OFFLINE and LAMINA_JOBS, below their options. */
static bool truthy(const char *text) { return text && *text && strcmp(text, "0") != 0 && strcmp(text, "false") != 0; }

bool cmd_jobs(struct run *run, bool has_option, size_t *jobs, struct err *e)
{
	uint64_t n = 0;
	const char *text = env_get_nonempty(run->env, "LAMINA_JOBS");
	*jobs = has_option ? (size_t)opt_number(run->values, "jobs", pool_cpus()) : pool_cpus();
	if (!text || (has_option && opt_given(run->values, "jobs"))) return true;
	if (!str_u64(str_from(text), &n) || n < 1 || n > POOL_JOBS_MAX)
		return err_set(e, ERR_USAGE, "option-value", "LAMINA_JOBS must be a number from 1 to %d, not \"%s\"", POOL_JOBS_MAX,
		               text);
	*jobs = (size_t)n;
	return true;
}

bool cmd_offline(const struct run *run)
{
	return opt_given(run->values, "offline") || truthy(env_get(run->env, "LAMINA_OFFLINE"));
}

/* What a zip or a compiler would give a new file. There is no way to ask for the umask but to set it; no thread runs yet. */
uint32_t cmd_file_mode(void)
{
	mode_t mask = umask(077);
	umask(mask);
	return 0666 & ~(uint32_t)mask;
}
