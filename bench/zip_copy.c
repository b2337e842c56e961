/* zip_copy.c: times the raw copy of wheels into one zip against `cp` of the result and `openssl dgst -sha256` of it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Use: zip_copy ROUNDS OUT.zip WHEEL...   The candidates run in turn, round by round; minima and medians are printed. Opening
 * the wheels is timed once, before; a real build reads wheel records instead. The peak of this process's memory is printed too.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/oom.h"
#include "base/vec.h"
#include "zip/zip_write.h"

#define ROUNDS_MAX 1000

extern char **environ;

struct item {
	str name;
	uint32_t mode;
	struct zip_raw_source source;
};

struct set {
	VEC(struct item) items;
	struct arena arena;
};

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const struct err *e)
{
	fprintf(stderr, "zip_copy: %s (%s) %s %s\n", e->what, e->id, e->where, e->why);
	exit(1);
}

static int by_name(const void *p, const void *q)
{
	const struct item *a = p, *b = q;
	return str_cmp(a->name, b->name);
}

static uint32_t stream_crc(const struct zip_archive *z, const struct zip_entry *entry)
{
	static char piece[1 << 16];
	uint32_t crc = 0;
	for (uint64_t at = 0; at < entry->csize;) {
		size_t n = entry->csize - at < sizeof piece ? (size_t)(entry->csize - at) : sizeof piece;
		struct err e = { 0 };
		if (!io_pread(z->fd, "wheel", piece, n, entry->data_at + at, &e)) fail(&e);
		crc = zip_crc32(crc, piece, n);
		at += n;
	}
	return crc;
}

static void add_wheel(struct set *s, const char *path)
{
	struct err e = { 0 };
	struct zip_archive z;
	int fd = io_open_read(path, &e);
	if (fd < 0 || !zip_open(&s->arena, fd, str_from(path), NULL, &z, &e)) fail(&e);
	for (size_t i = 0; i < z.n; i++) {
		const struct zip_entry *entry = &z.entries[i];
		if (entry->is_dir) continue;
		*vec_push(&s->arena, &s->items) = (struct item){ entry->name,
			                                             entry->unix_mode & 0111 ? 0755 : 0644,
			                                             { fd, z.path, entry->data_at, entry->method, entry->crc32,
			                                               entry->csize, entry->usize, true, stream_crc(&z, entry) } };
	}
}

static struct zip_write_result build(const struct set *s, const char *path, bool hash, bool thread)
{
	struct err e = { 0 };
	struct arena a = { 0 };
	struct io_temp out;
	struct zip_write_result result;
	if (!io_temp_open(&out, path, 0644, &e)) fail(&e);
	struct zip_write_options options = { hash, thread };
	struct zip_writer *w = zip_write_begin(&a, &out, &options);
	for (size_t i = 0; i < s->items.n; i++) {
		const struct item *item = &s->items.p[i];
		if (!zip_write_raw(w, item->name, item->mode, &item->source, &e)) fail(&e);
	}
	if (!zip_write_end(w, &result, &e) || !io_temp_commit(&out, false, &e)) fail(&e);
	arena_release(&a);
	return result;
}

static void run(const char *const *arguments)
{
	pid_t pid;
	int status;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
	char *const *argv = (char *const *)(uintptr_t)arguments;
	if (posix_spawnp(&pid, arguments[0], &actions, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid ||
	    status != 0) {
		fprintf(stderr, "zip_copy: cannot run %s\n", arguments[0]);
		exit(1);
	}
	posix_spawn_file_actions_destroy(&actions);
}

static int by_value(const void *p, const void *q)
{
	const double *a = p, *b = q;
	return *a < *b ? -1 : *a > *b;
}

static void print(const char *name, double *times, size_t n)
{
	qsort(times, n, sizeof *times, by_value);
	printf("%-28s min %8.2f ms  median %8.2f ms\n", name, times[0], times[n / 2]);
}

int main(int argc, char **argv)
{
	if (argc < 4) return 2;
	size_t rounds = (size_t)atoi(argv[1]);
	if (rounds < 1 || rounds > ROUNDS_MAX) return 2;
	static double times[5][ROUNDS_MAX];
	struct set s = { 0 };
	double begin = now_ms();
	for (int i = 3; i < argc; i++) add_wheel(&s, argv[i]);
	printf("open and read %d wheels: %.2f ms\n", argc - 3, now_ms() - begin);
	qsort(s.items.p, s.items.n, sizeof *s.items.p, by_name);
	size_t n = 0;
	for (size_t i = 0; i < s.items.n; i++) {
		if (n == 0 || !str_eq(s.items.p[n - 1].name, s.items.p[i].name)) s.items.p[n++] = s.items.p[i];
	}
	s.items.n = n;
	char *copy = malloc(strlen(argv[2]) + 8);
	if (!copy) return 1;
	sprintf(copy, "%s.copy", argv[2]);
	struct zip_write_result r = { 0 };
	for (size_t i = 0; i < rounds; i++) {
		for (size_t kind = 0; kind < 5; kind++) {
			if (kind < 3) unlink(argv[2]);
			unlink(copy);
			double at = now_ms();
			if (kind < 3)
				r = build(&s, argv[2], kind > 0, kind == 2);
			else if (kind == 3)
				run((const char *[]){ "cp", argv[2], copy, NULL });
			else
				run((const char *[]){ "openssl", "dgst", "-sha256", argv[2], NULL });
			times[kind][i] = now_ms() - at;
		}
	}
	char hex[SHA256_HEX + 1];
	sha256_hex(&r.sha256, hex);
	printf("%llu bytes, %u entries, sha256 %s\n", (unsigned long long)r.size, r.entries, hex);
	static const char *const names[] = { "raw copy", "raw copy + sha256, 1 thread", "raw copy + sha256, 2 threads", "cp",
		                                 "openssl dgst -sha256" };
	for (size_t kind = 0; kind < 5; kind++) print(names[kind], times[kind], rounds);
	printf("ratio to cp + openssl (min): 1 thread %.2f, 2 threads %.2f\n", times[1][0] / (times[3][0] + times[4][0]),
	       times[2][0] / (times[3][0] + times[4][0]));
	printf("ratio to cp + openssl (median): 1 thread %.2f, 2 threads %.2f\n",
	       times[1][rounds / 2] / (times[3][rounds / 2] + times[4][rounds / 2]),
	       times[2][rounds / 2] / (times[3][rounds / 2] + times[4][rounds / 2]));
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	printf("peak memory %ld KiB\n", usage.ru_maxrss);
	unlink(copy);
	free(copy);
	arena_release(&s.arena);
	return 0;
}
