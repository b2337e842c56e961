/* plan_parts.h: what the files that make a plan share; private to pipeline/plan*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A candidate is an entry that wants to be in the artifact; collisions are decided among candidates of one name. */
#ifndef LAMINA_PIPELINE_PLAN_PARTS_H
#define LAMINA_PIPELINE_PLAN_PARTS_H

#include "pipeline/plan.h"

#define PLAN_PROJECT UINT32_MAX

struct candidate {
	struct plan_entry entry;
	bool is_record; /* its text is written when everything else is decided */
	bool dropped;   /* another candidate of the same name is in the artifact */
	bool is_twin;   /* dropped, but with equal bytes: still a file of its distribution */
};

struct plan_work {
	struct arena *a;
	struct arena scratch; /* candidates: given back before anything is assembled */
	const struct artifact *artifact;
	str site;    /* "python/" */
	str scripts; /* "python/bin/" or "bin/" */
	struct distribution *distributions;
	size_t n_distributions;
	VEC(struct candidate) all;
	uint64_t slimmed_files, slimmed_bytes;
	size_t collisions; /* that were decided by the order of names */
	str judged_folder; /* the last folder that was searched for code, and the answer */
	bool judged_code;
	struct notes *notes;
	struct err *e;
};

/* plan_wheel.c: adds one distribution's candidates, in bytewise order of name wherever the wheel allows it. */
bool plan_add_wheel(struct plan_work *w, uint32_t distribution);
/* plan_script.c: the wrapper of a console script, and a script whose "#!python" line is made right for the target. */
str plan_console_script(struct arena *a, const struct target *target, const struct wheel_script *script);
str plan_script_shebang(struct arena *a, const struct target *target, str content);
/* plan_collide.c: decides among equal names; `all` must be sorted. */
bool plan_collide(struct plan_work *w);
/* plan_record.c: writes every distribution's RECORD. */
bool plan_write_records(struct plan_work *w);

#endif
