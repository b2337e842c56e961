/* select.c: one file per package.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/select.h"

#include "lockfile/reader.h"
#include "python/wheel_name.h"

/* What is refused natively says why, then. */
#define SDISTS_HELP "--sdists pure makes a wheel of its source distribution when nothing of it has to run"

static bool ends_like_wheel(str name) { return name.n > 4 && str_ieq(str_from_pos(name, name.n - 4), S(".whl")); }

bool locked_file_is_wheel(const struct locked_file *f)
{
	return f->kind == LOCKED_WHEEL || (f->kind == LOCKED_ARCHIVE && ends_like_wheel(f->file));
}

static bool is_archive(const struct locked_file *f) { return f->kind == LOCKED_SDIST || f->kind == LOCKED_ARCHIVE; }

static bool fail_at(const struct locked_package *p, struct err *e)
{
	if (str_empty(p->from_file)) return false;
	if (p->from_line) return err_where(e, STR_FMT ":%u", STR_ARG(p->from_file), (unsigned)p->from_line);
	return err_where(e, STR_FMT, STR_ARG(p->from_file));
}

static str label(struct arena *a, const struct locked_package *p)
{
	if (str_empty(p->version)) return p->name;
	return arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(p->name), STR_ARG(p->version));
}

static bool no_wheel(struct arena *a, const struct locked_package *p, const struct lock_target *t, const str *names, size_t n,
                     bool has_sdist, struct err *e)
{
	str who = label(a, p);
	err_set(e, ERR_RESOLVE, "no-wheel", STR_FMT " has no wheel for " STR_FMT, STR_ARG(who), STR_ARG(t->text));
	fail_at(p, e);
	struct wheel_nearest near = wheel_choose_nearest(a, names, n, t->python_minor, t->glibc_minor, t->machine);
	if (near.index != SIZE_MAX)
		err_why(e, "the nearest is " STR_FMT ": " STR_FMT, STR_ARG(names[near.index]), STR_ARG(near.reason));
	else
		err_why(e, "the lock names no wheel of it");
	return err_help(e, has_sdist ? SDISTS_HELP : "lock a version that has such a wheel");
}

static bool source_only(struct arena *a, const struct locked_package *p, const struct locked_file *f, struct err *e)
{
	str who = label(a, p);
	switch (f->kind) {
	case LOCKED_DIRECTORY:
		err_set(e, ERR_RESOLVE, "source-only", STR_FMT " is a folder of source code (" STR_FMT ")", STR_ARG(who),
		        STR_ARG(f->path));
		fail_at(p, e);
		return err_help(e, "build a wheel of it and lock that, or leave it out with --exclude " STR_FMT, STR_ARG(p->name));
	case LOCKED_VCS:
		err_set(e, ERR_RESOLVE, "source-only", STR_FMT " comes from version control", STR_ARG(who));
		fail_at(p, e);
		return err_help(e, "build a wheel of it and lock that, or leave it out with --exclude " STR_FMT, STR_ARG(p->name));
	default:
		err_set(e, ERR_RESOLVE, "sdist-only", STR_FMT " is locked as a source distribution only", STR_ARG(who));
		fail_at(p, e);
		err_why(e, "only wheels can be installed for another computer; the lock names " STR_FMT, STR_ARG(f->file));
		return err_help(e, SDISTS_HELP);
	}
}

static bool check_hash(struct arena *a, const struct locked_package *p, const struct locked_file *f, struct err *e)
{
	if (f->kind == LOCKED_DIRECTORY || f->kind == LOCKED_VCS) return true;
	if (locked_file_verifiable(f) || p->hashes.n) return true;
	/* A requirements file without hashes takes them from the index; a lock that names files must say what they are. */
	if (!p->pinned_by_hash) return true;
	err_set(e, ERR_RESOLVE, "hash-missing", "the lock has no sha256, sha384 or sha512 of " STR_FMT, STR_ARG(f->file));
	fail_at(p, e);
	return err_help(e, "lock " STR_FMT " again", STR_ARG(label(a, p)));
}

/* Best tag, then build tag; what is still equal is decided by the order of the lock, as packaging.pylock does it. */
static size_t best_wheel(struct arena *a, const struct locked_package *p, const struct lock_target *t, str *names)
{
	struct wheel_name best = { 0 }, w;
	size_t found = SIZE_MAX;
	struct err ignored;
	for (size_t i = 0; i < p->files.n; i++) {
		names[i] = locked_file_is_wheel(&p->files.p[i]) ? p->files.p[i].file : (str){ 0 };
		err_clear(&ignored);
		if (!names[i].p || !wheel_name_parse(a, names[i], &w, &ignored) || wheel_name_rank(&w, t->tags) == SIZE_MAX) continue;
		w.file = S("");
		if (found != SIZE_MAX && wheel_name_better(&w, &best, t->tags) >= 0) continue;
		best = w;
		found = i;
	}
	return found;
}

bool lock_select_one(struct arena *a, struct locked_package *p, const struct lock_target *t, unsigned flags, struct err *e)
{
	p->chosen = SIZE_MAX;
	if (!p->files.n) return true;
	bool sources = flags & LOCK_SELECT_SOURCES;
	const struct locked_file *first = &p->files.p[0];
	/* pylock.toml says "archive" and means this one: only a build asks whether it fits. */
	bool direct = first->kind == LOCKED_DIRECTORY || first->kind == LOCKED_VCS || first->kind == LOCKED_ARCHIVE;
	if (first->kind == LOCKED_DIRECTORY && flags & LOCK_SELECT_FOLDERS) return p->chosen = 0, true;
	if (sources && direct) return p->chosen = 0, check_hash(a, p, first, e);
	struct arena_mark mark = arena_mark(a);
	str *names = arena_array(a, str, p->files.n);
	bool sdists = flags & LOCK_SELECT_SDISTS && (direct || !p->no_sdists); /* as pip: what is named by URL is meant */
	size_t best = best_wheel(a, p, t, names), source = SIZE_MAX, wheels = 0;
	for (size_t i = 0; i < p->files.n; i++) {
		wheels += locked_file_is_wheel(&p->files.p[i]);
		if (source == SIZE_MAX && !locked_file_is_wheel(&p->files.p[i])) source = i;
	}
	if (sdists && p->no_wheels && source != SIZE_MAX) best = SIZE_MAX;
	if (best == SIZE_MAX && source != SIZE_MAX && (sources || (sdists && is_archive(&p->files.p[source])))) best = source;
	if (best == SIZE_MAX) {
		if (source != SIZE_MAX && !wheels) return source_only(a, p, &p->files.p[source], e);
		return no_wheel(a, p, t, names, p->files.n, source != SIZE_MAX, e);
	}
	arena_rewind(a, mark);
	p->chosen = best;
	return check_hash(a, p, &p->files.p[best], e);
}

bool lock_select(struct arena *a, struct locked_set *set, const struct lock_target *target, unsigned flags, struct err *e)
{
	for (size_t i = 0; i < set->packages.n; i++)
		if (!lock_select_one(a, &set->packages.p[i], target, flags, e)) return false;
	return true;
}
