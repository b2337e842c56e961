/* newest_wheel.c: one question to the index, and its answer as a hint.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/newest_wheel.h"

#include <string.h>

#include "python/specifier.h"
#include "python/tags.h"
#include "python/version.h"
#include "python/wheel_name.h"

static bool is_wheel(void *context, const struct index_file *f)
{
	(void)context;
	return !f->yanked && str_ends(f->file, S(".whl"));
}

static bool runs_on(struct arena *a, const struct index_file *f, const struct lock_target *t)
{
	struct specifier_set set;
	if (f->requires_python.n == 0 || !specifier_parse(a, f->requires_python, &set, NULL)) return true;
	return specifier_allows_python(&set, t->python_minor, S("")) != TRI_FALSE;
}

/* Finals before pre-releases, newer before older. */
static bool better(const struct version *x, const struct version *than)
{
	bool x_pre = version_is_prerelease(x), than_pre = version_is_prerelease(than);
	return x_pre != than_pre ? than_pre : version_cmp(x, than) > 0;
}

str newest_wheel(struct arena *a, struct index_client *client, const struct locked_package *package,
                 const struct lock_target *target, bool *asked)
{
	struct index_query query = { .name = package->name, .index = package->index, .wanted = is_wheel };
	struct index_answer answer = { 0 };
	struct err ignored = { 0 };
	struct version best = { 0 }, v;
	str found = { 0 };
	*asked = index_list(client, a, &query, 1, &answer, &ignored);
	for (size_t i = 0; *asked && i < answer.files.n; i++) {
		const struct index_file *f = &answer.files.p[i];
		struct wheel_name w;
		if (!is_wheel(NULL, f) || !wheel_name_parse(a, f->file, &w, &ignored) || !version_parse(a, w.version, &v, NULL))
			continue;
		if (found.n && !better(&v, &best)) continue;
		if (wheel_name_rank(&w, target->tags) == SIZE_MAX || !runs_on(a, f, target)) continue;
		best = v;
		found = w.version;
	}
	return found;
}

bool newest_wheel_helps(const struct err *e)
{
	static const char *const ids[] = { "no-wheel", "sdist-only", "cannot-build" };
	for (size_t i = 0; e->code == ERR_RESOLVE && i < sizeof ids / sizeof *ids; i++)
		if (strcmp(e->id, ids[i]) == 0) return true;
	return false;
}

void newest_wheel_advise(struct arena *a, struct index_client *client, const struct locked_package *package,
                         const struct lock_target *target, struct err *e)
{
	bool asked;
	if (!newest_wheel_helps(e)) return;
	str version = newest_wheel(a, client, package, target, &asked), rest = arena_str(a, str_from(e->help));
	if (!asked) return;
	e->help[0] = '\0';
	if (version.n)
		err_help(e, STR_FMT " " STR_FMT " is the newest version that has a wheel for " STR_FMT "%s" STR_FMT,
		         STR_ARG(package->name), STR_ARG(version), STR_ARG(target->text), rest.n ? "; " : "", STR_ARG(rest));
	else
		err_help(e, "no version of " STR_FMT " has a wheel for " STR_FMT "%s" STR_FMT, STR_ARG(package->name),
		         STR_ARG(target->text), rest.n ? "; " : "", STR_ARG(rest));
}
