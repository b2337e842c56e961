/* fuzz_lamina_toml.c: a lamina.toml is understood, or refused as a usage error with its place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "pipeline/project_parts.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check_name(str name)
{
	require(name.n >= 1 && name.n <= 64);
	for (size_t i = 0; i < name.n; i++) require(ascii_alnum(name.p[i]) || name.p[i] == '_' || name.p[i] == '-');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	char *variables[] = { (char[]){ "A=value" }, NULL };
	struct env env = { variables };
	struct config config;
	struct notes notes;
	note_init(&notes, &a);
	if (!config_parse(&a, (str){ (const char *)data, size }, S("lamina.toml"), &env, &config, &e)) {
		require(e.code == ERR_USAGE && e.id && str_starts(str_from(e.where), S("lamina.toml:")));
	} else {
		struct project project = { 0 };
		for (size_t i = 0; i < config.drafts.n; i++) check_name(config.drafts.p[i].artifact.name);
		for (size_t i = 0; i < config.drafts.n && !err_is_set(&e); i++)
			if (!targets_expand(&a, &config.drafts.p[i], &notes, &project, &e)) require(e.code == ERR_USAGE);
		for (size_t i = 0; i < project.artifacts.n; i++)
			require(project.artifacts.p[i].target.runtime && project.artifacts.p[i].output.n);
	}
	arena_release(&a);
	return 0;
}
