/* test_store_gc.c: what goes and what stays.
 * SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#define HOUR 3600
#define DAY  86400

static void set_time(const char *path, int64_t seconds)
{
	struct timespec times[2] = { { .tv_sec = (time_t)seconds }, { .tv_sec = (time_t)seconds } };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* A wheel of n bytes (and its record) that was used so many seconds ago. */
static struct sha256 wheel(size_t n, int64_t age)
{
	struct err e = { 0 };
	char *bytes = arena_array(&arena, char, n);
	memset(bytes, (int)(age % 251), n);
	struct sha256 digest = put((str){ bytes, n });
	struct wheel_record r = record_of(&digest);
	assert_true(store_record_save(&store, &r, &e));
	set_time(store_path_file(&store, &digest).p, NOW - age);
	set_time(store_path_record(&store, &digest).p, NOW - age);
	return digest;
}

static struct store_gc_result gc(uint32_t days, uint64_t size, bool dry)
{
	struct store_gc_options o = { .now = NOW, .keep_days = days, .max_size = size, .dry_run = dry };
	struct store_gc_result r;
	struct err e = { 0 };
	if (!store_gc(&store, &o, &r, &e)) fail_msg("%s: %s", e.what, e.why);
	return r;
}

static bool there(const struct sha256 *digest)
{
	bool file = facts(store_path_file(&store, digest).p).exists, record = facts(store_path_record(&store, digest).p).exists;
	assert_true(file == record); /* one entry */
	return file;
}

static void by_age(void **state)
{
	(void)state;
	struct sha256 fresh = wheel(10, 60), week = wheel(20, 7 * DAY), month = wheel(30, 31 * DAY);
	struct store_gc_result r = gc(30, 0, true);
	assert_true(r.removed == 1 && r.kept == 2 && there(&month));
	r = gc(30, 0, false);
	assert_true(r.removed == 1 && r.kept == 2 && r.removed_bytes > 30 && r.kept_bytes > 30);
	assert_true(there(&fresh) && there(&week) && !there(&month));
	r = gc(STORE_KEEP_ANY_AGE, 0, false);
	assert_true(r.removed == 0 && there(&week));
	r = gc(0, 0, false);
	assert_true(r.removed == 1 && there(&fresh) && !there(&week)); /* within the hour: stays whatever is asked */
}

static void by_size(void **state)
{
	(void)state;
	struct sha256 a = wheel(10000, 2 * DAY), b = wheel(20000, 3 * DAY), c = wheel(30000, 1 * DAY), now = wheel(50000, 10);
	struct store_gc_result r = gc(STORE_KEEP_ANY_AGE, 1000000, false);
	assert_true(r.removed == 0 && r.recent == 0);
	r = gc(STORE_KEEP_ANY_AGE, 95000, false); /* the oldest goes, then it fits */
	assert_true(r.removed == 1 && !there(&b) && there(&a) && there(&c));
	r = gc(365, 1, false); /* a size wins over the days that are kept, not over the hour */
	assert_true(r.removed == 2 && !there(&a) && !there(&c) && there(&now));
	assert_true(r.kept == 1 && r.recent == 1);
}

static void newest_time_counts(void **state)
{
	(void)state;
	struct sha256 a = wheel(10, 40 * DAY), b = wheel(11, 40 * DAY);
	set_time(store_path_record(&store, &a).p, NOW - 2 * DAY); /* its record was loaded */
	store_touch(&store, &b, NOW - DAY);
	gc(30, 0, false);
	assert_true(there(&a) && there(&b));
}

static void touching(void **state)
{
	(void)state;
	struct sha256 a = wheel(10, 40 * DAY);
	const char *path = store_file_path(&store, &arena, &a).p;
	static const struct {
		const char *row;
		int64_t before, after;
	} rows[] = { { "old", NOW - 2 * DAY, NOW }, { "today", NOW - HOUR, NOW - HOUR }, { "in the future", NOW + 5 * DAY, NOW } };
	for (size_t i = 0; i < ROWS(rows); i++) {
		set_time(path, rows[i].before);
		store_touch(&store, &a, NOW);
		CHECK(rows[i].row, facts(path).mtime_ns / 1000000000 == rows[i].after);
	}
	/* Loading is using. */
	set_time(store_path_record(&store, &a).p, NOW - 40 * DAY);
	store.options.now = NOW;
	assert_true(record_found(&a));
	assert_true(facts(store_path_record(&store, &a).p).mtime_ns / 1000000000 == NOW);
}

static void wrong_clock(void **state)
{
	(void)state;
	struct sha256 a = wheel(10, -400 * DAY); /* "used" in more than a year */
	struct store_gc_result r = gc(0, 1, false);
	assert_true(r.removed == 0 && there(&a));
}

static void leased(void **state)
{
	(void)state;
	struct sha256 a = wheel(10, 40 * DAY), b = wheel(11, 41 * DAY);
	struct err e = { 0 };
	int fd = -1;
	assert_true(store_lease(&store, sha256_hex_str(&arena, &a), &fd, &e) && fd >= 0);
	gc(30, 0, false);
	assert_true(there(&a) && !there(&b));
	io_close(&fd);
	gc(30, 0, false);
	assert_false(there(&a));
}

static void orphans_and_litter(void **state)
{
	(void)state;
	struct sha256 a = wheel(10, 2 * HOUR), b = wheel(11, 60);
	struct err e = { 0 };
	char temp[200], fresh[200], foreign[200], note[200], other[4000];
	snprintf(temp, sizeof temp, "%s/v1/tmp/left", home);
	snprintf(fresh, sizeof fresh, "%s/v1/tmp/fresh", home);
	snprintf(foreign, sizeof foreign, "%s/v1/files/notes.txt", home);
	snprintf(note, sizeof note, "%s/v1/files/ab/README", home);
	struct store_path file = store_path_file(&store, &b);
	snprintf(other, sizeof other, "%s.x", file.p);
	const char *const paths[] = { temp, fresh, foreign, note, other };
	for (size_t i = 0; i < ROWS(paths); i++) {
		assert_true(io_mkdirs_for(paths[i], &e) && io_write_file(paths[i], S("x"), 0644, false, &e));
		set_time(paths[i], NOW - (i == 1 ? 60 : 400 * DAY));
	}
	assert_true(io_unlink(store_path_file(&store, &a).p, &e) && io_unlink(store_path_file(&store, &b).p, &e));
	gc(365, 0, false);
	CHECK("a record without a wheel", !facts(store_path_record(&store, &a).p).exists);
	CHECK("one that was made just now", facts(store_path_record(&store, &b).p).exists);
	CHECK("left over", !facts(temp).exists);
	CHECK("being written", facts(fresh).exists);
	for (size_t i = 2; i < ROWS(paths); i++) CHECK("not ours", facts(paths[i]).exists);
	struct store_gc_result r;
	assert_true(store_clear(&store, &r, &e));
	CHECK("cleared litter", !facts(fresh).exists);
	for (size_t i = 2; i < ROWS(paths); i++) CHECK("not ours", facts(paths[i]).exists);
}

static void clears(void **state)
{
	(void)state;
	struct sha256 a = wheel(10, 2 * HOUR), b = wheel(11, 60);
	struct store_gc_result r;
	struct store_stats s;
	struct err e = { 0 };
	assert_true(store_blob_save(&store, "stamps", S("k"), S("v"), &e) &&
	            store_blob_save(&store, "derived", S("k"), S("v"), &e));
	assert_true(store_clear(&store, &r, &e) && r.removed == 4 && r.removed_bytes > 21);
	assert_true(store_stats(&store, &s, &e) && s.files + s.records + s.listings + s.stamps == 0);
	assert_true(!there(&a) && !there(&b));
	put(S("again")); /* it goes on working */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(by_age),      TEST(by_size), TEST(newest_time_counts), TEST(touching),
		                                TEST(wrong_clock), TEST(leased),  TEST(orphans_and_litter), TEST(clears) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
