/* lock_fuzz.h: what the fuzz targets of the lock readers share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An input is a lock, or a lock and its pyproject.toml with a NUL byte between them. Whatever the bytes are: a failure says what, by
 * which rule and where; an answer is sorted, names each package once, and choosing files in it does not fail for other reasons than
 * the lock. Both readings of one input agree. */
#ifndef LAMINA_FUZZ_LOCK_H
#define LAMINA_FUZZ_LOCK_H

#include <stdlib.h>
#include <string.h>

#include "lockfile/prune.h"
#include "lockfile/select.h"

static inline void lock_fuzz_target(struct arena *a, struct lock_target *t, struct tag_list *tags)
{
	static const char *const values[MARKER_N_ENVIRONMENT] = { [MARKER_OS_NAME] = "posix",
		                                                      [MARKER_SYS_PLATFORM] = "linux",
		                                                      [MARKER_PLATFORM_MACHINE] = "x86_64",
		                                                      [MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = "CPython",
		                                                      [MARKER_PLATFORM_SYSTEM] = "Linux",
		                                                      [MARKER_PYTHON_VERSION] = "3.12",
		                                                      [MARKER_IMPLEMENTATION_NAME] = "cpython" };
	*t = (struct lock_target){ .text = S("python3.12/x86_64"), .python_minor = 12, .glibc_minor = 34, .machine = S("x86_64") };
	for (size_t i = 0; i < MARKER_N_ENVIRONMENT; i++)
		if (values[i]) t->values[i] = str_from(values[i]);
	t->assumed[MARKER_PYTHON_FULL_VERSION] = t->assumed[MARKER_IMPLEMENTATION_VERSION] = S("3.12.3");
	tags_for(a, 12, 34, t->machine, tags);
	t->tags = tags;
}

static inline void lock_fuzz_check(struct arena *a, struct locked_set *set, const struct lock_target *t)
{
	struct err e = { 0 };
	struct notes notes;
	note_init(&notes, a);
	for (size_t i = 0; i < set->packages.n; i++) {
		const struct locked_package *p = &set->packages.p[i];
		if (str_empty(p->name) || p->chosen != SIZE_MAX) abort();
		if (i && str_cmp(set->packages.p[i - 1].name, p->name) >= 0) abort();
	}
	if (!lock_select(a, set, t, LOCK_SELECT_SOURCES, &e) && (e.code != ERR_RESOLVE || !e.what[0])) abort();
	err_clear(&e);
	if (!set->packages.n || !lock_prune_possible(set)) return;
	struct str_list first = { 0 };
	*vec_push(a, &first) = set->packages.p[0].name;
	size_t before = set->packages.n;
	if (!lock_prune(a, set, NULL, &first, &notes, &e) || set->packages.n >= before) abort();
}

static inline int lock_fuzz(const uint8_t *data, size_t size, enum lock_format format)
{
	struct arena a = { 0 };
	struct lock_target target;
	struct tag_list tags;
	struct locked_set sets[3];
	bool good[3];
	str lock, project;
	lock_fuzz_target(&a, &target, &tags);
	bool both = str_cut((str){ (const char *)data, size }, '\0', &lock, &project);
	/* The third reading only compares the lock with its project. */
	for (int i = 0; i < 3; i++) {
		struct lock_request request = {
			.path = S("no-such-folder/lock"), .format = format, .target = &target, .all_extras = true
		};
		request.frozen = i < 2;
		struct err e = { 0 };
		struct notes notes;
		note_init(&notes, &a);
		request.text = lock.p ? lock : S("");
		if (both) request.project_text = project.p ? project : S("");
		good[i] = lock_read(&a, &request, &notes, &sets[i], NULL, &e);
		if (!good[i] && (e.code == ERR_NONE || e.code == ERR_BUG || !e.id || !e.what[0])) abort();
	}
	if (good[0] != good[1]) abort();
	if (good[0] && sets[0].packages.n != sets[1].packages.n) abort();
	if (good[0]) lock_fuzz_check(&a, &sets[0], &target);
	arena_release(&a);
	return 0;
}

#endif
