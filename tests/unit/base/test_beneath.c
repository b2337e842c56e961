/* test_beneath.c: whatever a name tries, nothing outside the folder is touched.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/io.h"

struct place {
	struct arena a;
	str around, folder;
	struct beneath b;
};

static void begin(struct place *p)
{
	struct err e = { 0 };
	memset(p, 0, sizeof *p);
	assert_true(io_mkdtemp(&p->a, "/tmp/lamina-test-beneath-", &p->around, &e));
	p->folder = path_join(&p->a, p->around, S("in"));
	assert_true(io_mkdirs(p->folder.p, &e) && beneath_open(&p->a, p->folder, &p->b, &e));
}

static void end(struct place *p)
{
	struct err e = { 0 };
	beneath_close(&p->b);
	assert_true(io_remove_tree(p->around.p, &e));
	arena_release(&p->a);
}

static struct io_stat look(struct place *p, const char *name)
{
	struct io_stat st = { 0 };
	struct err e = { 0 };
	assert_true(io_lstat(path_join(&p->a, p->folder, str_from(name)).p, &st, &e));
	return st;
}

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool made;
	} rows[] = {
		{ "f", true },          { "g", true },       { "d/e/f", true }, { "d/e/g", true },    { "d/h", true },
		{ "x/y", true },        { "d/e/k", true },   { "f", false },    { "f/g", false },     { "d/e", false },
		{ "../out", false },    { "..", false },     { ".", false },    { "", false },        { "/etc/x", false },
		{ "d/../../o", false }, { "d//f", false },   { "d/", false },   { "./q", false },     { "d/./q", false },
		{ "link", false },      { "link/q", false }, { "up/q", false }, { "up/in/q", false }, { "d/e/up/q", false },
	};
	struct place p;
	begin(&p);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct err e = { 0 };
		int fd = -1;
		if (i == 7) { /* from here on links are in the way */
			assert_int_equal(symlink("nowhere", path_join(&p.a, p.folder, S("link")).p), 0);
			assert_int_equal(symlink("..", path_join(&p.a, p.folder, S("up")).p), 0);
			assert_int_equal(symlink("../../..", path_join(&p.a, p.folder, S("d/e/up")).p), 0);
		}
		CHECK(rows[i].name, beneath_create(&p.b, str_from(rows[i].name), i % 2 == 1, &fd, &e) == rows[i].made);
		CHECK(rows[i].name, (fd >= 0) == rows[i].made && err_is_set(&e) != rows[i].made);
		if (rows[i].made) CHECK(rows[i].name, look(&p, rows[i].name).is_regular);
		if (rows[i].made) CHECK(rows[i].name, ((look(&p, rows[i].name).mode & 0100) != 0) == (i % 2 == 1));
		io_close(&fd);
	}
	struct str_list left = { 0 };
	struct err e = { 0 };
	assert_true(io_list(&p.a, p.around.p, 10, &left, &e));
	assert_int_equal(left.n, 1); /* the folder alone */
	assert_false(look(&p, "nowhere").exists);
	end(&p);
}

static void folders(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool made;
	} rows[] = {
		{ "a", true },     { "a", true },    { "a/b/c", true }, { "a/b", true },     { "z/y", true },
		{ "f", false },    { "f/g", false }, { "..", false },   { "a/../b", false }, { "up", false },
		{ "up/x", false }, { "/x", false },  { "a//b", false }, { "a/b/", false },
	};
	struct place p;
	struct err e = { 0 };
	int fd;
	begin(&p);
	assert_true(beneath_create(&p.b, S("f"), false, &fd, &e));
	io_close(&fd);
	assert_int_equal(symlink("..", path_join(&p.a, p.folder, S("up")).p), 0);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct err one = { 0 };
		CHECK(rows[i].name, beneath_mkdirs(&p.b, str_from(rows[i].name), &one) == rows[i].made);
		if (rows[i].made) CHECK(rows[i].name, look(&p, rows[i].name).is_dir);
	}
	end(&p);
}

static void reading(void **state)
{
	(void)state;
	struct place p;
	struct err e = { 0 };
	int fd = -1;
	begin(&p);
	assert_true(beneath_create(&p.b, S("d/f"), false, &fd, &e) && io_write_all(fd, "f", "hello", 5, &e));
	io_close(&fd);
	assert_int_equal(symlink("f", path_join(&p.a, p.folder, S("d/l")).p), 0);
	assert_int_equal(mkfifo(path_join(&p.a, p.folder, S("d/p")).p, 0600), 0);
	char bytes[5];
	assert_true(beneath_read(&p.b, S("d/f"), &fd, &e) && io_pread(fd, "f", bytes, 5, 0, &e) && memcmp(bytes, "hello", 5) == 0);
	io_close(&fd);
	static const char *const refused[] = { "d/l", "d/p", "d", "no", "d/no", "../in/d/f", "" };
	for (size_t i = 0; i < ROWS(refused); i++) {
		struct err one = { 0 };
		CHECK(refused[i], !beneath_read(&p.b, str_from(refused[i]), &fd, &one) && fd < 0);
	}
	assert_false(look(&p, "no").exists); /* reading makes no folders */
	end(&p);
	struct beneath b;
	assert_false(beneath_open(&p.a, S("no/such/folder"), &b, &e));
	arena_release(&p.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(folders), cmocka_unit_test(reading) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
