/* scratch.c: slots under a lock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The lock is a file in the slot. It is removed while it is held, just before the slot: whoever waits for it finds a file without a
 * name and tries again (base/io.h). */
#include "base/scratch.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"

#define SLOTS       64 /* runs of one user at one time; more get random names */
#define SLOTS_SWEPT 4  /* in which what killed runs left is looked for */
#define LOCK_NAME   "lock"

static str slot_name(struct arena *a, str base, const char *name, unsigned slot)
{
	return path_join(a, base, arena_fmt(a, "%s-%lu-%u", name, (unsigned long)geteuid(), slot));
}

/* Nobody else can have a hand in it. */
static bool is_private(str path)
{
	struct stat st;
	return lstat(path.p, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

/* *works: locks do. */
static int lock_slot(struct arena *a, str slot, bool *works)
{
	struct err ignored = { 0 };
	bool got;
	int fd = -1;
	*works = !is_private(slot) || io_lock(path_join(a, slot, S(LOCK_NAME)).p, IO_LOCK_EXCLUSIVE, false, &fd, &got, &ignored);
	return fd;
}

static void remove_slot(struct arena *a, str slot)
{
	struct err ignored = { 0 };
	struct str_list names = { 0 };
	io_list(a, slot.p, 1000, &names, &ignored);
	for (size_t i = 0; i < names.n; i++)
		if (!str_eq(names.p[i], S(LOCK_NAME))) io_remove_tree(path_join(a, slot, names.p[i]).p, &ignored);
	io_unlink(path_join(a, slot, S(LOCK_NAME)).p, &ignored);
	io_remove_empty(slot.p);
}

/* What killed runs left. */
static void sweep(struct arena *a, str base, const char *name)
{
	for (unsigned i = 0; i < SLOTS_SWEPT; i++) {
		bool works;
		str slot = slot_name(a, base, name, i);
		int fd = lock_slot(a, slot, &works);
		if (fd < 0) continue;
		remove_slot(a, slot);
		io_close(&fd);
	}
}

static void take_slot(struct arena *a, str base, const char *name, struct scratch *s)
{
	bool works = true;
	for (unsigned i = 0; i < SLOTS && s->lock < 0 && works; i++) {
		s->slot = slot_name(a, base, name, i);
		/* One that is there is in use, or not ours, or beyond those that are swept. */
		if (mkdir(s->slot.p, 0700) == 0) {
			s->lock = lock_slot(a, s->slot, &works);
			if (!works) remove_slot(a, s->slot);
		} else if (errno != EEXIST) {
			return;
		}
	}
}

bool scratch_begin(struct arena *a, str base, const char *name, struct scratch *out, struct err *e)
{
	struct err ignored = { 0 };
	struct scratch s = { .lock = -1 };
	sweep(a, base, name);
	take_slot(a, base, name, &s);
	if (s.lock >= 0 && io_mkdtemp(a, path_join(a, s.slot, S("run-")).p, &s.path, &ignored)) {
		*out = s;
		return true;
	}
	io_close(&s.lock);
	if (!io_mkdtemp(a, path_join(a, base, arena_fmt(a, "%s-", name)).p, &s.path, e)) return false;
	*out = (struct scratch){ .path = s.path, .slot = s.path, .lock = -1 };
	return true;
}

void scratch_end(struct scratch *s)
{
	struct arena a = { 0 };
	if (s->slot.n == 0) return;
	remove_slot(&a, s->slot);
	io_close(&s->lock);
	arena_release(&a);
	*s = (struct scratch){ .lock = -1 };
}
