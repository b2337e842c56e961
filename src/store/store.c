/* store.c: where the store is, its locks, its paths, and what it has to tell.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Locks are polled, not awaited: a poll can be interrupted, tells what it waits for, and gives up. */
#include "store/store.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/oom.h"
#include "store/store_parts.h"

#define POLL_FIRST_MS   2 /* a gc of a small store is over by then */
#define POLL_LATER_MS   50
#define NOTICE_AFTER_MS 1000

static str home_folder(struct arena *a, const struct env *env)
{
	const char *home = env_get_nonempty(env, "HOME");
	if (home) return str_from(home);
	struct passwd entry, *found = NULL;
	char text[4096];
	if (getpwuid_r(getuid(), &entry, text, sizeof text, &found) != 0 || !found || !found->pw_dir[0]) return (str){ 0 };
	return arena_str(a, str_from(found->pw_dir));
}

str store_root(struct arena *a, const struct env *env)
{
	const char *own = env_get_nonempty(env, "LAMINA_CACHE_DIR");
	if (own) return arena_str(a, str_from(own));
	/* XDG Base Directory Specification: a relative path there is invalid and ignored. */
	const char *xdg = env_get_nonempty(env, "XDG_CACHE_HOME");
	if (xdg && path_is_absolute(str_from(xdg))) return path_join(a, str_from(xdg), S("lamina"));
	str home = home_folder(a, env);
	return str_empty(home) ? home : path_join(a, home, S(".cache/lamina"));
}

struct store_path store_path_at(const struct store *s, const char *name)
{
	struct store_path path;
	int n = snprintf(path.p, sizeof path.p, STR_FMT "/%s", STR_ARG(s->root), name);
	BUG_IF(n < 0 || (size_t)n >= sizeof path.p);
	return path;
}

struct store_path store_path_entry(const struct store *s, const char *bucket, const char *name)
{
	struct store_path path;
	int n = snprintf(path.p, sizeof path.p, STR_FMT "/%s/%.2s/%s", STR_ARG(s->root), bucket, name, name);
	BUG_IF(n < 0 || (size_t)n >= sizeof path.p);
	return path;
}

struct store_path store_path_file(const struct store *s, const struct sha256 *digest)
{
	char hex[SHA256_HEX + 1];
	sha256_hex(digest, hex);
	return store_path_entry(s, "files", hex);
}

struct store_path store_path_record(const struct store *s, const struct sha256 *digest)
{
	char name[SHA256_HEX + 16];
	sha256_hex(digest, name);
	snprintf(name + SHA256_HEX, sizeof name - SHA256_HEX, ".r%d", STORE_RECORD_VERSION);
	return store_path_entry(s, "records", name);
}

struct store_path store_path_lease(const struct store *s, str key)
{
	struct sha256 digest;
	char name[8 + SHA256_HEX + 1] = "leases/";
	sha256_of(key, &digest);
	sha256_hex(&digest, name + strlen(name));
	return store_path_at(s, name);
}

bool store_path_temp(struct store *s, struct store_path *out, struct err *e)
{
	/* Two computers may share the folder, so that process ids say nothing. */
	struct sha256 random = { 0 };
	if (getentropy(random.bytes, 16) != 0) return err_sys(e, ERR_IO, "random", errno, "the system gives no random numbers");
	char name[8 + SHA256_HEX + 1] = "tmp/";
	sha256_hex(&random, name + 4);
	name[4 + 32] = '\0';
	*out = store_path_at(s, name);
	return true;
}

void store_warn(struct store *s, const char *id, const char *format, ...)
{
	if (!s->options.notes) return;
	char text[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&s->telling);
	note_add(s->options.notes, NOTE_WARNING, id, "%s", text);
	pthread_mutex_unlock(&s->telling);
}

static bool tell_once(struct store *s, bool *told)
{
	pthread_mutex_lock(&s->telling);
	bool first = !*told;
	*told = true;
	pthread_mutex_unlock(&s->telling);
	return first;
}

void store_damaged(struct store *s, const struct store_path *path, const char *what, const char *why)
{
	store_warn(s, "store-damaged", "a damaged %s in the store is not used: %s (%s)", what, why, path->p);
	struct err ignored = { 0 };
	if (!s->read_only) io_unlink(path->p, &ignored); /* a folder stays and stays a miss */
}

/* The nearest part of the root's path that is there, when it is no folder. */
static bool in_the_way(const struct store *s, struct store_path *out)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	snprintf(out->p, sizeof out->p, STR_FMT, STR_ARG(s->root));
	for (char *end; !s->homeless && (end = strrchr(out->p, '/')) && end != out->p;) {
		if (io_stat(out->p, &st, &ignored) && st.exists) return !st.is_dir;
		*end = '\0';
	}
	return !s->homeless && io_stat(out->p, &st, &ignored) && st.exists && !st.is_dir;
}

bool store_has_place(const struct store *s, struct err *e)
{
	struct store_path way;
	return !s->read_only || !in_the_way(s, &way) || store_not_writable(s, NULL, e);
}

void store_unreadable(struct store *s, const struct store_path *path, const char *what, const char *why)
{
	if (tell_once(s, &s->told_unreadable))
		store_warn(s, "store-unreadable", "a %s in the store cannot be read: %s (%s); what cannot be read is fetched again",
		           what, why, path->p);
}

bool store_not_writable(const struct store *s, const struct err *cause, struct err *e)
{
	if (cause && strcmp(cause->id, "disk-full") == 0) {
		err_set(e, ERR_IO, "disk-full", "the disk of the store is full");
		err_where(e, STR_FMT, STR_ARG(s->root));
		if (cause->why[0]) err_why(e, "%s", cause->why);
		return err_help(e, "free some space there (lamina cache gc), or set LAMINA_CACHE_DIR to a folder on another disk");
	}
	if (s->homeless) {
		err_set(e, ERR_IO, "store-not-writable", "there is no folder for the store");
		err_why(e, "HOME is not set and the user has no home folder");
	} else {
		err_set(e, ERR_IO, "store-not-writable", "the store " STR_FMT " cannot be written", STR_ARG(s->root));
		err_where(e, STR_FMT, STR_ARG(s->root));
		struct store_path way;
		char text[128];
		if (in_the_way(s, &way))
			err_why(e, "%s is a file, not a folder", way.p);
		else if (cause && cause->why[0])
			err_why(e, "%s", cause->why);
		else if (s->unmade)
			err_why(e, "%s", err_strerror(s->unmade, text, sizeof text));
	}
	return err_help(e, "set LAMINA_CACHE_DIR to a folder that can be written");
}

void store_save_failed(struct store *s, const struct err *cause)
{
	struct err e = { 0 };
	store_not_writable(s, cause, &e);
	if (tell_once(s, &s->told_unwritable))
		store_warn(s, e.id, "%s%s%s%s; what was learnt is not kept for the next build", e.what, e.why[0] ? " (" : "", e.why,
		           e.why[0] ? ")" : "");
}

static void tell_waiting(struct store *s, const char *what)
{
	char text[STORE_ROOT_MAX + 100];
	snprintf(text, sizeof text, "waiting for another lamina, which %s (" STR_FMT ")", what, STR_ARG(s->root));
	if (s->options.waiting) s->options.waiting(s->options.waiting_context, text);
}

bool store_wait_lock(struct store *s, const char *path, enum io_lock_kind kind, const char *what, int *fd, struct err *e)
{
	bool told = false;
	for (long waited_ms = 0;;) {
		bool got = false;
		struct err unlockable = { 0 };
		*fd = -1;
		/* No permission, no folder, no locks on this file system: work without. */
		if (!io_lock(path, kind, false, fd, &got, &unlockable) || got) return true;
		if (waited_ms > NOTICE_AFTER_MS && !told) {
			tell_waiting(s, what);
			told = true;
		}
		if (waited_ms >= STORE_WAIT_SECONDS * 1000L) {
			err_set(e, ERR_IO, "store-busy", "another lamina, which %s, does not end", what);
			err_where(e, "%s", path);
			return err_help(e, "end it, or set LAMINA_CACHE_DIR to another folder");
		}
		long step_ms = waited_ms < NOTICE_AFTER_MS / 10 ? POLL_FIRST_MS : POLL_LATER_MS;
		struct timespec pause = { .tv_nsec = step_ms * 1000000 };
		if (nanosleep(&pause, NULL) != 0 && errno == EINTR)
			return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted while waiting for the store");
		waited_ms += step_ms;
	}
}

/* The shared lock; makes the folders the first time. Nothing there and nothing to be made: read-only, and everything a miss. */
static bool lock_shared(struct store *s, struct err *e)
{
	struct store_path lock = store_path_at(s, "lock");
	struct io_stat st = { 0 };
	struct err unmade = { 0 };
	if (!io_stat(s->root.p, &st, &unmade) || !st.is_dir) {
		err_clear(&unmade);
		if (!io_mkdirs(s->root.p, &unmade)) {
			s->read_only = true;
			s->unmade = unmade.sys;
			return true;
		}
	}
	return store_wait_lock(s, lock.p, IO_LOCK_SHARED, "tidies the store up", &s->lock_fd, e);
}

bool store_lock_exclusive(struct store *s, struct err *e)
{
	/* Given back first: two processes that hold it shared and both want it exclusive would wait for each other. */
	io_close(&s->lock_fd);
	struct store_path lock = store_path_at(s, "lock");
	if (store_wait_lock(s, lock.p, IO_LOCK_EXCLUSIVE, "uses the store", &s->lock_fd, e)) return true;
	store_lock_shared_again(s);
	return false;
}

void store_lock_shared_again(struct store *s)
{
	io_close(&s->lock_fd);
	struct err ignored = { 0 };
	lock_shared(s, &ignored);
}

bool store_open_with(struct arena *a, str root, const struct store_options *options, struct store *out, struct err *e)
{
	if (root.n > STORE_ROOT_MAX - 3) {
		err_set(e, ERR_USAGE, "store-path", "the path of the store has %zu bytes, more than %d", root.n, STORE_ROOT_MAX - 3);
		return err_help(e, "set LAMINA_CACHE_DIR to a shorter path");
	}
	if (memchr(root.p ? root.p : "", '\0', root.n))
		return err_set(e, ERR_USAGE, "store-path", "the path of the store has a NUL");
	*out = (struct store){ .arena = a, .lock_fd = -1, .options = *options };
	BUG_IF(pthread_mutex_init(&out->telling, NULL) != 0);
	if (str_empty(root)) { /* everything is a miss: nothing can be below a device */
		out->read_only = out->homeless = true;
		out->root = S("/dev/null/v1");
		return true;
	}
	out->root = arena_fmt(a, STR_FMT "/v1", STR_ARG(root));
	if (lock_shared(out, e)) return true;
	store_close(out);
	return false;
}

bool store_open(struct arena *a, str root, struct notes *notes, struct store *out, struct err *e)
{
	struct store_options options = { .notes = notes };
	return store_open_with(a, root, &options, out, e);
}

void store_close(struct store *s)
{
	if (!s->arena) return;
	io_close(&s->lock_fd);
	pthread_mutex_destroy(&s->telling);
	*s = (struct store){ .lock_fd = -1 };
}

bool store_lease(struct store *s, str key, int *fd, struct err *e)
{
	struct store_path lease = store_path_lease(s, key), folder = store_path_at(s, "leases");
	struct err ignored = { 0 }, slow = { 0 };
	*fd = -1;
	if (s->read_only) return true;
	io_mkdirs(folder.p, &ignored);
	if (store_wait_lock(s, lease.p, IO_LOCK_EXCLUSIVE, "downloads the same file", fd, &slow)) return true;
	if (slow.code != ERR_INTERRUPT) return true;
	*e = slow;
	return false;
}
