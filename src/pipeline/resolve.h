/* resolve.h: wants + targets -> a resolution: the solver, fed by the catalog.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One resolution per target, the versions of the earlier targets preferred by the later ones, merged into one answer
 * (python-packaging 12.4). All extras and groups of the project take part: one lock serves every selection of them.
 * Candidates: versions without a file that the target can use (no wheel whose tags match; no static source distribution either where
 *             `sdists` allows these) are refused before any metadata is asked for; so are yanked ones (unless a root requirement pins that
 *             version by == or ===, or the lock names it), those that Requires-Python of the page or of the metadata excludes, those
 *             uploaded at or after exclude_newer, files without an allowed hash. Each refusal has its reason for explanations.
 * Markers:    evaluated for the target with three values; what stays unknown is assumed, with a note (python-packaging 2.3).
 * URL requirements of index packages are refused; those of the user are candidates of their own.
 * Errors:     ERR_RESOLVE "no-solution", "unknown-project", "python-excluded" (the project's requires-python), "direct-conflict",
 *             "source-only"; ERR_NETWORK; ERR_FORMAT. */
#ifndef LAMINA_PIPELINE_RESOLVE_H
#define LAMINA_PIPELINE_RESOLVE_H

#include "index/catalog.h"
#include "lockfile/pylock_write.h"
#include "lockfile/wants.h"
#include "model/note.h"
#include "model/private_policy.h"
#include "model/resolution.h"

enum resolve_pre { RESOLVE_PRE_IF_NECESSARY, RESOLVE_PRE_ALLOW, RESOLVE_PRE_DISALLOW, RESOLVE_PRE_EXPLICIT };
enum resolve_order { RESOLVE_HIGHEST, RESOLVE_LOWEST, RESOLVE_LOWEST_DIRECT };

struct private_means;

struct resolve_options {
	enum resolve_pre prereleases;
	enum resolve_order order;
	str exclude_newer; /* RFC 3339 time or date (the day's end, UTC); empty = none */
	bool sdists;       /* static source distributions are answers too */
	struct private_policy
	    policy; /* what wheels can be made of: with pure_sdists these are answers whatever their metadata is like */
	const struct private_means *means; /* private.h; may be NULL */
	size_t jobs;
	bool yanked_as_pip;            /* any == pin, also of dependencies, admits a yanked file */
	const struct pylock_pin *pins; /* of the lock that is there: tried first */
	size_t n_pins;
	bool upgrade_all;        /* no pins */
	struct str_list upgrade; /* names whose pins are not used; normalised */
	const atomic_bool *cancel;
	void (*trace)(void *context, const char *line); /* -vv: decisions; may be NULL */
	void *trace_context;
};

/* packages: names that take part in the proof when the error is "no-solution"; may be NULL. */
bool resolve_run(struct arena *a, const struct wants *wants, const struct lock_target *targets, size_t n_targets,
                 struct index_client_options *client, const struct index_config *config, struct store *store, bool refresh,
                 const struct resolve_options *options, struct notes *notes, struct resolution *out, struct str_list *packages,
                 struct err *e);

/* What resolve_run writes into `inputs` and `options` of its answer, without resolving: a lock that has others is out of date. */
void resolve_inputs(struct arena *a, const struct wants *wants, const struct lock_target *targets, size_t n_targets,
                    const struct resolve_options *options, struct sha256 *inputs, struct str_list *list);

#endif
