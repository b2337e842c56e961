/* entries.c: which entries of a lock take part.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/entries.h"

#include "base/map.h"

#define EXTRAS_MAX 1000

bool entries_add(struct lock_reader *r, struct lock_entries *list, struct lock_entry **out, struct err *e)
{
	if (list->n >= LOCK_PACKAGES_MAX)
		return err_set(e, ERR_FORMAT, "too-large", "the lock names more than %zu packages", LOCK_PACKAGES_MAX);
	*out = vec_push(r->a, list);
	(*out)->package.chosen = SIZE_MAX;
	return true;
}

enum locked_kind entries_kind(str file) { return str_ends(file, S(".whl")) ? LOCKED_WHEEL : LOCKED_ARCHIVE; }

bool entries_is_archive(str name)
{
	static const char *const endings[] = { ".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tar.xz" };
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_ends(name, str_from(endings[i]))) return true;
	return false;
}

static bool same_file(const struct locked_package *x, const struct locked_package *y)
{
	if (x->files.n != 1 || y->files.n != 1) return x->files.n == y->files.n;
	return str_eq(x->files.p[0].url, y->files.p[0].url) && str_eq(x->files.p[0].path, y->files.p[0].path) &&
	       str_eq(x->files.p[0].vcs_reference, y->files.p[0].vcs_reference);
}

static bool merge(struct lock_reader *r, struct locked_package *to, const struct locked_package *from, struct err *e)
{
	if (!str_eq(to->version, from->version) || (str_empty(to->version) && !same_file(to, from))) {
		err_set(e, ERR_RESOLVE, "lock-duplicate", "two entries of `" STR_FMT "` apply to " STR_FMT ": " STR_FMT " and " STR_FMT,
		        STR_ARG(to->name), STR_ARG(r->target->text), STR_ARG(to->version), STR_ARG(from->version));
		return err_where(e, STR_FMT ":%u", STR_ARG(from->from_file), (unsigned)from->from_line);
	}
	for (size_t i = 0; i < from->extras.n && to->extras.n < EXTRAS_MAX; i++)
		str_list_add_new(r->a, &to->extras, from->extras.p[i]);
	for (size_t i = 0; i < from->dependencies.n && to->dependencies.n < LOCK_PACKAGES_MAX; i++)
		*vec_push(r->a, &to->dependencies) = from->dependencies.p[i];
	return true;
}

bool entries_take(struct lock_reader *r, const struct lock_entries *list, struct err *e)
{
	struct map seen;
	map_init(&seen, r->a);
	for (size_t i = 0; i < list->n; i++) {
		const struct lock_entry *entry = &list->p[i];
		const struct locked_package *p = &entry->package;
		str assumed = { 0 };
		bool added;
		if (!reader_decide(r, entry->marker, p->name, &assumed)) continue;
		if (!entry->pinned) {
			*vec_push(r->a, &r->set->unpinned) = arena_fmt(r->a, STR_FMT ":%u: " STR_FMT, STR_ARG(p->from_file),
			                                               (unsigned)p->from_line, STR_ARG(entry->written));
			continue;
		}
		void **slot = map_put(&seen, p->name, &added);
		if (!added) {
			if (!merge(r, &r->set->packages.p[(uintptr_t)*slot - 1], p, e)) return false;
			continue;
		}
		struct locked_package *out;
		if (!reader_add(r, &out, e)) return false;
		*slot = (void *)(uintptr_t)r->set->packages.n;
		*out = *p;
		out->assumed = assumed;
	}
	return true;
}
