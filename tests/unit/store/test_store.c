/* test_store.c: what goes in comes out or is a miss.
 * SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void roots(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		const char *vars[4];
		const char *want;
	} rows[] = {
		{ "own variable first", { "LAMINA_CACHE_DIR=/a", "XDG_CACHE_HOME=/b", "HOME=/c" }, "/a" },
		{ "own variable as it is", { "LAMINA_CACHE_DIR=cache" }, "cache" },
		{ "empty is not set", { "LAMINA_CACHE_DIR=", "XDG_CACHE_HOME=/b", "HOME=/c" }, "/b/lamina" },
		{ "XDG relative is ignored", { "XDG_CACHE_HOME=b", "HOME=/c" }, "/c/.cache/lamina" },
		{ "home", { "HOME=/c" }, "/c/.cache/lamina" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		char *vars[5] = { 0 };
		for (size_t k = 0; k < 4 && rows[i].vars[k]; k++) vars[k] = arena_cstr(&arena, str_from(rows[i].vars[k]));
		struct env env = { vars };
		CHECK_STR(rows[i].row, store_root(&arena, &env), str_from(rows[i].want));
	}
}

static void files(void **state)
{
	(void)state;
	struct sha256 digest = put(S("content")), other, is;
	struct err e = { 0 };
	int fd = -1;
	uint64_t size = 0;
	sha256_of(S("content"), &is);
	assert_true(sha256_eq(&digest, &is));
	assert_true(store_file_open(&store, &digest, 7, &fd, &size, &e) && fd >= 0 && size == 7);
	io_close(&fd);
	assert_true(has(&digest, UINT64_MAX));
	sha256_of(S("other"), &other);
	assert_false(has(&other, UINT64_MAX));
	assert_int_equal(facts(store_file_path(&store, &arena, &digest).p).mode, 0444);
	/* A wrong expectation does not cost the file, and is not told as damage. */
	assert_false(has(&digest, 8));
	assert_true(has(&digest, 7));
	assert_int_equal(warnings(), 0);
	/* Again over the same: fine. */
	put(S("content"));
	assert_true(has(&digest, 7));
}

static void puts_that_fail(void **state)
{
	(void)state;
	struct store_put p = { 0 };
	struct err e = { 0 };
	struct sha256 expected, out = { 0 };
	struct str_list left;
	sha256_of(S("what was locked"), &expected);
	assert_true(store_put_begin(&store, 10, &p, &e) && store_put_write(&p, "0123456789", 10, &e));
	assert_false(store_put_end(&p, &expected, &out, &e));
	CHECK_STR("mismatch", str_from(e.id), S("hash-mismatch"));
	CHECK("status", e.code == ERR_RESOLVE);
	CHECK("expected",
	      strstr(e.what, "expected sha256:") && strstr(e.what, arena_cstr(&arena, sha256_hex_str(&arena, &expected))));
	sha256_of(S("0123456789"), &expected);
	CHECK("got", strstr(e.what, arena_cstr(&arena, sha256_hex_str(&arena, &expected))));
	CHECK("nothing kept", !has(&expected, UINT64_MAX));
	err_clear(&e);

	assert_true(store_put_begin(&store, 10, &p, &e) && store_put_write(&p, "0123456789", 10, &e));
	assert_false(store_put_write(&p, "x", 1, &e));
	CHECK_STR("too large", str_from(e.id), S("too-large"));
	store_put_abort(&p);
	store_put_abort(&p);
	err_clear(&e);

	assert_true(store_put_begin(&store, 10, &p, &e) && store_put_write(&p, "damaged", 7, &e));
	assert_true(store_put_restart(&p, &e) && store_put_write(&p, "0123456789", 10, &e));
	assert_true(store_put_end(&p, &expected, &out, &e));
	CHECK("after a restart", sha256_eq(&out, &expected) && has(&out, 10));
	store_put_abort(&p);
	assert_true(io_list(&arena, store_path_at(&store, "tmp").p, 10, &left, &e));
	CHECK("no litter", left.n == 0);
}

static void local_files(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sha256 out, expected;
	uint64_t size = 0;
	char path[100], pipe[100];
	snprintf(path, sizeof path, "%s/x.whl", home);
	snprintf(pipe, sizeof pipe, "%s/pipe", home);
	assert_true(io_write_file(path, S("wheel"), 0600, false, &e));
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_true(store_put_file(&store, path, 100, NULL, &out, &size, &e) && size == 5);
	assert_true(has(&out, 5));
	static const struct {
		const char *row, *file, *id;
		uint64_t max;
	} rows[] = { { "absent", "absent", "not-found", 100 },
		         { "pipe", "pipe", "no-regular-file", 100 },
		         { "folder", "v1", "no-regular-file", 100 },
		         { "too large", "x.whl", "too-large", 4 },
		         { "wrong hash", "x.whl", "hash-mismatch", 100 } };
	sha256_of(S("x"), &expected);
	for (size_t i = 0; i < ROWS(rows); i++) {
		err_clear(&e);
		snprintf(path, sizeof path, "%s/%s", home, rows[i].file);
		CHECK(rows[i].row, !store_put_file(&store, path, rows[i].max, &expected, &out, &size, &e));
		CHECK_STR(rows[i].row, str_from(e.id), str_from(rows[i].id));
		CHECK(rows[i].row, strstr(e.where, rows[i].file));
	}
}

static struct listing a_listing(void)
{
	struct listing l = { 0 };
	*vec_push(&arena, &l.files) = (struct listed_file){ .file = S("b.whl"),
		                                                .url = S("https://index.example/b.whl"),
		                                                .has_sha256 = true,
		                                                .yanked = true,
		                                                .yanked_reason = S("broken"),
		                                                .has_size = true,
		                                                .size = 9 };
	*vec_push(&arena, &l.files) = (struct listed_file){ .file = S("a.whl"), .requires_python = S(">=3.8") };
	memset(l.files.p[0].sha256.bytes, 0x11, 32);
	*vec_push(&arena, &l.files.p[0].other_hashes) = S("sha512:00");
	return l;
}

static bool listing_found(struct listing *l)
{
	struct err e = { 0 };
	bool found;
	assert_true(store_listing_load(&store, &arena, S("https://index.example"), S("x"), S("1"), l, &found, &e));
	return found;
}

static void save_listing(void)
{
	struct err e = { 0 };
	struct listing l = a_listing();
	assert_true(store_listing_save(&store, S("https://index.example"), S("x"), S("1"), &l, &e));
}

static void listings(void **state)
{
	(void)state;
	struct listing l;
	struct err e = { 0 };
	bool found;
	assert_false(listing_found(&l));
	save_listing();
	assert_true(listing_found(&l));
	assert_int_equal(l.files.n, 2);
	CHECK_STR("sorted", l.files.p[0].file, S("a.whl"));
	CHECK_STR("requires", l.files.p[0].requires_python, S(">=3.8"));
	CHECK("no facts", !l.files.p[0].has_sha256 && !l.files.p[0].yanked && !l.files.p[0].has_size);
	CHECK_STR("url", l.files.p[1].url, S("https://index.example/b.whl"));
	CHECK_STR("reason", l.files.p[1].yanked_reason, S("broken"));
	CHECK("facts",
	      l.files.p[1].has_sha256 && l.files.p[1].yanked && l.files.p[1].size == 9 && l.files.p[1].sha256.bytes[31] == 0x11);
	CHECK_STR("other", l.files.p[1].other_hashes.p[0], S("sha512:00"));
	/* The parts of the key do not run into each other. */
	assert_true(store_listing_load(&store, &arena, S("https://index.example"), S("x1"), S(""), &l, &found, &e) && !found);
	assert_int_equal(warnings(), 0);
}

static bool stamp_found(str key, str want)
{
	str content;
	bool found;
	assert_true(store_blob_load(&store, &arena, "stamps", key, &content, &found));
	return found && str_eq(content, want);
}

static void blobs(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_false(stamp_found(S("k"), S("")));
	assert_true(store_blob_save(&store, "stamps", S("k"), S("one"), &e));
	assert_true(store_blob_save(&store, "stamps", S(""), S(""), &e));
	assert_true(stamp_found(S("k"), S("one")) && stamp_found(S(""), S("")));
	assert_true(store_blob_save(&store, "stamps", S("k"), S("two"), &e));
	assert_true(stamp_found(S("k"), S("two")));
	assert_int_equal(warnings(), 0);
}

/* --- damage --- */

enum damage { FLIP_FIRST, FLIP_LAST, CUT, EMPTY, LONGER, FOLDER, LINK, PIPE, GONE };

static void harm(const char *path, enum damage damage)
{
	struct err e = { 0 };
	str s = { 0 };
	char target[200];
	assert_true(io_read_file(&arena, path, 1 << 20, &s, &e));
	char *copy = arena_cstr(&arena, s);
	if (damage == FLIP_FIRST) copy[0] ^= 1;
	if (damage == FLIP_LAST) copy[s.n - 1] ^= 1;
	if (damage == CUT) s.n /= 2;
	if (damage == EMPTY) s.n = 0;
	if (damage == LONGER) copy[s.n++] = 0;
	assert_true(io_unlink(path, &e));
	snprintf(target, sizeof target, "%s/target", home);
	switch (damage) {
	case GONE: break;
	case FOLDER: assert_int_equal(mkdir(path, 0700), 0); break;
	case PIPE: assert_int_equal(mkfifo(path, 0600), 0); break;
	case LINK: /* to the whole content: refused all the same */
		assert_true(io_write_file(target, s, 0644, false, &e));
		assert_int_equal(symlink(target, path), 0);
		break;
	default: assert_true(io_write_file(path, (str){ copy, s.n }, 0644, false, &e));
	}
}

static const char *entry_path(enum store_kind kind, const struct sha256 *wheel)
{
	struct sha256 key;
	char hex[SHA256_HEX + 1];
	str stamp = S("k");
	if (kind == STORE_FILE) return store_file_path(&store, &arena, wheel).p;
	if (kind == STORE_RECORD) return arena_str(&arena, str_from(store_path_record(&store, wheel).p)).p;
	if (kind == STORE_LISTING)
		store_key((str[]){ S("https://index.example"), S("x"), S("1") }, 3, &key);
	else
		store_key(&stamp, 1, &key);
	sha256_hex(&key, hex);
	return arena_str(&arena, str_from(store_path_entry(&store, kind == STORE_LISTING ? "listings" : "stamps", hex).p)).p;
}

static void save_all(struct sha256 *wheel)
{
	struct err e = { 0 };
	*wheel = put(S("0123456789"));
	struct wheel_record r = record_of(wheel);
	assert_true(store_record_save(&store, &r, &e));
	save_listing();
	assert_true(store_blob_save(&store, "stamps", S("k"), S("content"), &e));
}

static bool found(enum store_kind kind, const struct sha256 *wheel)
{
	struct listing l;
	switch (kind) {
	case STORE_FILE: return has(wheel, 10);
	case STORE_RECORD: return record_found(wheel);
	case STORE_LISTING: return listing_found(&l);
	default: return stamp_found(S("k"), S("content"));
	}
}

static void damage(void **state)
{
	(void)state;
	static const char *const kinds[] = { "wheel", "record", "listing", "stamp" };
	static const char *const damages[] = {
		"first bit", "last bit", "cut", "empty", "longer", "folder", "link", "pipe", "gone"
	};
	for (enum store_kind kind = STORE_FILE; kind <= STORE_BLOB; kind++) {
		for (enum damage d = FLIP_FIRST; d <= GONE; d++) {
			struct sha256 wheel;
			struct store_verify_result v;
			struct err e = { 0 };
			str row = arena_fmt(&arena, "%s, %s", kinds[kind], damages[d]);
			save_all(&wheel);
			CHECK(row.p, found(kind, &wheel) && warnings() == 0);
			harm(entry_path(kind, &wheel), d);
			CHECK(row.p, store_verify(&store, &arena, false, NULL, &v, &e));
			CHECK(row.p, v.damaged == (d != GONE) && v.repaired == 0 && v.messages.n == v.damaged);
			/* Bits of a wheel are checked by who reads them; its size and its kind are seen at once. */
			bool unseen = kind == STORE_FILE && (d == FLIP_FIRST || d == FLIP_LAST);
			CHECK(row.p, found(kind, &wheel) == unseen);
			CHECK(row.p, warnings() == (d != GONE && !unseen));
			if (unseen) {
				store_file_drop(&store, &wheel, "a stream's CRC-32 is wrong");
				CHECK(row.p, !found(kind, &wheel) && !record_found(&wheel) && warnings() == 1);
			}
			save_all(&wheel);
			CHECK(row.p, found(kind, &wheel));
			harm(entry_path(kind, &wheel), d);
			CHECK(row.p, store_verify(&store, &arena, true, NULL, &v, &e) && v.repaired == v.damaged);
			CHECK(row.p, store_verify(&store, &arena, true, NULL, &v, &e) && v.damaged == 0);
			CHECK(row.p, !found(kind, &wheel) && warnings() == 0);
		}
	}
}

static void wrong_name(void **state)
{
	(void)state;
	struct sha256 wheel = put(S("0123456789")), other = put(S("9876543210"));
	struct wheel_record r = record_of(&wheel);
	struct err e = { 0 };
	assert_true(store_record_save(&store, &r, &e));
	struct store_path from = store_path_record(&store, &wheel), to = store_path_record(&store, &other);
	assert_true(io_mkdirs_for(to.p, &e) && io_rename(from.p, to.p, &e));
	CHECK("a whole record of another wheel", !record_found(&other) && warnings() == 1);
}

static void check_hashes(void **state)
{
	(void)state;
	struct sha256 wheel = put(S("0123456789"));
	struct err e = { 0 };
	bool good;
	int fd = io_open_read(store_file_path(&store, &arena, &wheel).p, &e);
	assert_true(store_file_check(&store, &wheel, fd, &good, &e) && good && warnings() == 0);
	io_close(&fd);
	harm(store_file_path(&store, &arena, &wheel).p, FLIP_LAST);
	fd = io_open_read(store_file_path(&store, &arena, &wheel).p, &e);
	assert_true(store_file_check(&store, &wheel, fd, &good, &e) && !good && warnings() == 1);
	io_close(&fd);
	assert_false(has(&wheel, UINT64_MAX));
}

/* --- places that cannot be written --- */

static void unwritable(void **state)
{
	(void)state;
	static const char *const roots_[] = { "below a file", "nowhere" };
	char file[100], root[120];
	struct err e = { 0 };
	snprintf(file, sizeof file, "%s/file", home);
	snprintf(root, sizeof root, "%s/cache", file);
	assert_true(io_write_file(file, S(""), 0644, false, &e));
	for (size_t i = 0; i < ROWS(roots_); i++) {
		struct store s;
		struct store_put p = { 0 };
		struct sha256 digest = { 0 };
		struct wheel_record r = record_of(&digest);
		bool is = true;
		int fd = -1;
		err_clear(&e);
		CHECK(roots_[i], store_open(&arena, i == 0 ? str_from(root) : S(""), &notes, &s, &e));
		CHECK(roots_[i], store_file_open(&s, &digest, UINT64_MAX, &fd, NULL, &e) && fd == -1);
		CHECK(roots_[i], store_record_load(&s, &arena, &digest, &r, &is, &e) && !is);
		CHECK(roots_[i], store_record_save(&s, &r, &e) && store_record_save(&s, &r, &e));
		CHECK(roots_[i], warnings() == 1); /* said once */
		CHECK(roots_[i], store_lease(&s, S("k"), &fd, &e) && fd == -1);
		CHECK(roots_[i], !store_put_begin(&s, 10, &p, &e));
		CHECK_STR(roots_[i], str_from(e.id), S("store-not-writable"));
		CHECK(roots_[i], e.code == ERR_IO && strstr(e.help, "LAMINA_CACHE_DIR"));
		CHECK(roots_[i], i != 0 || (strstr(e.why, file) && strstr(e.why, "is a file, not a folder")));
		err_clear(&e);
		CHECK(roots_[i], store_has_place(&s, &e) == (i != 0) && store_has_place(&store, &e));
		store_close(&s);
		store_close(&s);
	}
	err_clear(&e);
	char *longest = arena_array(&arena, char, STORE_ROOT_MAX + 1);
	memset(longest, 'x', STORE_ROOT_MAX);
	struct store s = { 0 };
	assert_false(store_open(&arena, (str){ longest, STORE_ROOT_MAX }, &notes, &s, &e));
	CHECK_STR("long", str_from(e.id), S("store-path"));
}

static void unreadable(void **state)
{
	(void)state;
	/* A folder that nobody can look into, root included: a link to itself. */
	struct store_path folder = store_path_at(&store, "records");
	struct err e = { 0 };
	assert_true(io_mkdirs(folder.p, &e));
	struct store_path loop = store_path_at(&store, "records/00");
	assert_int_equal(symlink("00", loop.p), 0);
	struct sha256 one = { { 0 } }, other = { { 0, 1 } };
	assert_false(record_found(&one));
	CHECK("told", warnings() == 1);
	assert_false(record_found(&other) || record_found(&one));
	CHECK("told once", warnings() == 0);
}

static void full_disk(void **state)
{
	(void)state;
	struct rlimit before, small = { .rlim_cur = 4096, .rlim_max = RLIM_INFINITY };
	struct store_put p = { 0 };
	struct err e = { 0 };
	struct sha256 digest = { 0 };
	struct wheel_record r = record_of(&digest);
	char *large = arena_array(&arena, char, 100000);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small.rlim_max = before.rlim_max;
	r.entry_points = (str){ large, 100000 };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool begun = store_put_begin(&store, 1 << 20, &p, &e), written = begun && store_put_write(&p, large, 100000, &e);
	bool saved = store_record_save(&store, &r, &e);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_true(begun && !written && saved);
	CHECK_STR("id", str_from(e.id), S("disk-full"));
	CHECK("help", strstr(e.help, "LAMINA_CACHE_DIR"));
	CHECK("the record is forgotten", warnings() == 1 && !record_found(&digest));
	store_put_abort(&p);
	struct str_list left;
	err_clear(&e);
	assert_true(io_list(&arena, store_path_at(&store, "tmp").p, 10, &left, &e));
	CHECK("no litter", left.n == 0);
}

static void masks(void **state)
{
	(void)state;
	mode_t before = umask(077);
	struct sha256 wheel;
	save_all(&wheel);
	umask(before);
	assert_true(found(STORE_FILE, &wheel) && found(STORE_RECORD, &wheel));
	assert_int_equal(facts(store_path_at(&store, "files").p).mode, 0700);
	assert_int_equal(facts(entry_path(STORE_FILE, &wheel)).mode, 0444);
}

static void stats(void **state)
{
	(void)state;
	struct sha256 wheel;
	struct store_stats s;
	struct err e = { 0 };
	assert_true(store_stats(&store, &s, &e) && s.files == 0 && s.stamps == 0);
	save_all(&wheel);
	assert_true(store_stats(&store, &s, &e));
	assert_true(s.files == 1 && s.files_bytes == 10 && s.records == 1 && s.listings == 1 && s.stamps == 1 &&
	            s.stamps_bytes > 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(roots),        TEST(files),      TEST(puts_that_fail), TEST(local_files),
		                                TEST(listings),     TEST(blobs),      TEST(damage),         TEST(wrong_name),
		                                TEST(check_hashes), TEST(unwritable), TEST(masks),          TEST(unreadable),
		                                TEST(full_disk),    TEST(stats) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
