/* test_url.c: RFC 3986 and what real pages hold.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"
#include "net/url.h"

struct fixture {
	struct arena a;
	struct err e;
};

static int begin(void **state)
{
	static struct fixture f;
	f = (struct fixture){ 0 };
	*state = &f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	arena_release(&f->a);
	return 0;
}

/* RFC 3986 5.4.1 and 5.4.2 against http://a/b/c/d;p?q */
static const struct {
	const char *reference, *expected;
} resolved[] = {
	{ "g:h", "g:h" },
	{ "g", "http://a/b/c/g" },
	{ "./g", "http://a/b/c/g" },
	{ "g/", "http://a/b/c/g/" },
	{ "/g", "http://a/g" },
	{ "//g", "http://g" },
	{ "?y", "http://a/b/c/d;p?y" },
	{ "g?y", "http://a/b/c/g?y" },
	{ "#s", "http://a/b/c/d;p?q#s" },
	{ "g#s", "http://a/b/c/g#s" },
	{ "g?y#s", "http://a/b/c/g?y#s" },
	{ ";x", "http://a/b/c/;x" },
	{ "g;x", "http://a/b/c/g;x" },
	{ "g;x?y#s", "http://a/b/c/g;x?y#s" },
	{ "", "http://a/b/c/d;p?q" },
	{ ".", "http://a/b/c/" },
	{ "./", "http://a/b/c/" },
	{ "..", "http://a/b/" },
	{ "../", "http://a/b/" },
	{ "../g", "http://a/b/g" },
	{ "../..", "http://a/" },
	{ "../../", "http://a/" },
	{ "../../g", "http://a/g" },
	{ "../../../g", "http://a/g" },
	{ "../../../../g", "http://a/g" },
	{ "/./g", "http://a/g" },
	{ "/../g", "http://a/g" },
	{ "g.", "http://a/b/c/g." },
	{ ".g", "http://a/b/c/.g" },
	{ "g..", "http://a/b/c/g.." },
	{ "..g", "http://a/b/c/..g" },
	{ "./../g", "http://a/b/g" },
	{ "./g/.", "http://a/b/c/g/" },
	{ "g/./h", "http://a/b/c/g/h" },
	{ "g/../h", "http://a/b/c/h" },
	{ "g;x=1/./y", "http://a/b/c/g;x=1/y" },
	{ "g;x=1/../y", "http://a/b/c/y" },
	{ "g?y/./x", "http://a/b/c/g?y/./x" },
	{ "g#s/../x", "http://a/b/c/g#s/../x" },
	{ "//u:p@g/x", "http://u:p@g/x" },
	{ "g//../h", "http://a/b/c/g/h" },
	{ " g\n", "http://a/b/c/g" },
	{ "g h\x7f", "http://a/b/c/g%20h%7F" },
	{ "g\xc3\xa9|", "http://a/b/c/g%C3%A9%7C" },
	{ "a\tb\nc", "http://a/b/c/abc" },
	{ "g%20%zz", "http://a/b/c/g%20%zz" },
};

static void resolves(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ROWS(resolved); i++) {
		str out;
		CHECK(resolved[i].reference, url_resolve(&f->a, S("http://a/b/c/d;p?q"), str_from(resolved[i].reference), &out, &f->e));
		CHECK_STR(resolved[i].reference, out, str_from(resolved[i].expected));
	}
}

static void base_keeps_its_secrets(void **state)
{
	struct fixture *f = *state;
	str out;
	assert_true(url_resolve(&f->a, S("https://me:secret@h/simple/x/"), S("y"), &out, &f->e));
	CHECK_STR("base", out, S("https://h/simple/x/y"));
	assert_true(url_resolve(&f->a, S("https://h"), S("y"), &out, &f->e));
	CHECK_STR("no path", out, S("https://h/y"));
	assert_false(url_resolve(&f->a, S("h/x"), S("y"), &out, &f->e));
}

static const struct {
	const char *text, *scheme, *user, *password, *host, *path, *query, *fragment;
	unsigned port;
} parsed[] = {
	{ "HTTPS://Index.Example:8443/a%2Fb?q=1#f", "https", "", "", "index.example", "/a%2Fb", "q=1", "f", 8443 },
	{ "https://h", "https", "", "", "h", "/", "", "", 443 },
	{ "http://h:/", "http", "", "", "h", "/", "", "", 80 },
	{ "https://me:p%40ss%252F@h/x", "https", "me", "p@ss%2F", "h", "/x", "", "", 443 },
	{ "https://a@b@h/", "https", "a@b", "", "h", "/", "", "", 443 },
	{ "https://u:a:b@h/", "https", "u", "a:b", "h", "/", "", "", 443 },
	{ "http://[::1]:81/x", "http", "", "", "[::1]", "/x", "", "", 81 },
	{ "http://u@[FE80::1]/x", "http", "u", "", "[fe80::1]", "/x", "", "", 80 },
	{ "file:///a/b%20c", "file", "", "", "", "/a/b%20c", "", "", 0 },
	{ "git+ssh://git@h/x", "git+ssh", "git", "", "h", "/x", "", "", 0 },
	{ "https://h?x", "https", "", "", "h", "/", "x", "", 443 },
	{ "https://h/a:b@c", "https", "", "", "h", "/a:b@c", "", "", 443 },
};

static void parses(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ROWS(parsed); i++) {
		struct url u;
		const char *row = parsed[i].text;
		CHECK(row, url_parse(&f->a, str_from(row), &u, &f->e));
		CHECK_STR(row, u.scheme, str_from(parsed[i].scheme));
		CHECK_STR(row, u.username, str_from(parsed[i].user));
		CHECK_STR(row, u.password, str_from(parsed[i].password));
		CHECK_STR(row, u.host, str_from(parsed[i].host));
		CHECK_STR(row, u.path, str_from(parsed[i].path));
		CHECK_STR(row, u.query, str_from(parsed[i].query));
		CHECK_STR(row, u.fragment, str_from(parsed[i].fragment));
		CHECK(row, url_port(&u) == parsed[i].port);
		CHECK(row, !str_contains(url_text(&f->a, &u, true), S("p%40")));
	}
}

static const char *const refused[] = {
	"",
	"/x",
	"h/x",
	"C:\\x",
	"https:///x",
	"https://",
	"http:x",
	"https://h:0/",
	"https://h:65536/",
	"https://h:8x/",
	"https://h h/",
	"https://h\xc3\xa9/",
	"https://[::1/",
	"https://[g::1]/",
	"https://[]/",
	"https://h]/",
	"https://u%00:p@h/",
	"https://h%41/",
	"1http://h/",
};

static void refuses(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ROWS(refused); i++) {
		struct url u;
		err_clear(&f->e);
		CHECK(refused[i], !url_parse(&f->a, str_from(refused[i]), &u, &f->e));
		CHECK(refused[i], f->e.code == ERR_FORMAT);
	}
}

static const struct {
	const char *text, *expected;
} shown[] = {
	{ "https://me:secret@h/x", "https://****@h/x" },
	{ "https://token@h:8/x?sig=secret#frag", "https://****@h:8/x?****" },
	{ "https://a@b:secret@h/x", "https://****@h/x" },
	{ "https://h/x", "https://h/x" },
	{ "file:///x/y", "file:///x/y" },
	{ "//me:secret@h/x", "****@h/x" },
	{ "me:secret@h", "****@h" },
	{ "./folder", "./folder" },
	{ "https://me:sec ret@h h/", "https://****@h%20h/" },
};

static void shows_no_secrets(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ROWS(shown); i++)
		CHECK_STR(shown[i].text, url_display(&f->a, str_from(shown[i].text)), str_from(shown[i].expected));
}

static const struct {
	const char *left, *right;
	bool same;
} origins[] = {
	{ "https://h/a", "https://H:443/b", true }, { "http://h", "http://h:80/", true },  { "https://h", "http://h:443", false },
	{ "https://h", "https://h:8443", false },   { "https://h", "https://x.h", false }, { "https://u@h", "https://v@h", true },
};

static void compares_origins(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ROWS(origins); i++) {
		struct url l, r;
		CHECK(origins[i].left, url_parse(&f->a, str_from(origins[i].left), &l, &f->e));
		CHECK(origins[i].left, url_parse(&f->a, str_from(origins[i].right), &r, &f->e));
		CHECK(origins[i].right, url_same_origin(&l, &r) == origins[i].same);
	}
}

static const struct {
	const char *url, *entry;
	bool listed;
} hosts[] = {
	{ "https://h.example/", "h.example", true },
	{ "https://h.example/", "H.Example", true },
	{ "https://h.example/", "h.example:443", true },
	{ "https://h.example:8443/", "h.example", true },
	{ "https://h.example:8443/", "h.example:443", false },
	{ "https://h.example/", "example", false },
	{ "https://h.example/", "*.example", true },
	{ "https://example/", "*.example", false },
	{ "https://badexample/", "*.example", false },
	{ "https://h.example/", "", false },
	{ "https://h.example/", ":443", false },
	{ "http://[::1]/", "[::1]", true },
	{ "http://[::1]/", "::1", true },
	{ "http://[::1]:8/", "[::1]:8", true },
	{ "http://[::1]:8/", "[::1]:9", false },
	{ "https://h.example/", " h.example ", true },
	{ "https://h.example/", "*", false },
};

static void finds_listed_hosts(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ROWS(hosts); i++) {
		struct url u;
		str entries[] = { S("other.example"), str_from(hosts[i].entry) };
		CHECK(hosts[i].url, url_parse(&f->a, str_from(hosts[i].url), &u, &f->e));
		CHECK(hosts[i].entry, url_host_listed(&u, entries, 2) == hosts[i].listed);
	}
}

static const struct {
	const char *host;
	bool loopback;
} loopbacks[] = {
	{ "localhost", true },
	{ "a.localhost", true },
	{ "127.0.0.1", true },
	{ "127.255.0.9", true },
	{ "[::1]", true },
	{ "127.0.0.1.evil.example", false },
	{ "127.evil", false },
	{ "128.0.0.1", false },
	{ "localhost.evil", false },
	{ "127.0.0.256", false },
	{ "127.1", false },
	{ "notlocalhost", false },
	{ "", false },
};

static void knows_loopback(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(loopbacks); i++)
		CHECK(loopbacks[i].host, url_host_is_loopback(str_from(loopbacks[i].host)) == loopbacks[i].loopback);
}

static const struct {
	const char *url, *name;
} names[] = {
	{ "https://h/a/x-1.0%2Bcpu.whl?y#z", "x-1.0+cpu.whl" },
	{ "https://h/a%2fb", "" },
	{ "https://h/a/", "" },
	{ "https://h", "" },
	{ "https://h/%2e%2e", "" },
	{ "https://h/%00", "" },
	{ "https://h/a%252Fb", "a%2Fb" },
};

static void finds_file_names(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ROWS(names); i++) {
		struct url u;
		CHECK(names[i].url, url_parse(&f->a, str_from(names[i].url), &u, &f->e));
		CHECK_STR(names[i].url, url_file_name(&f->a, &u), str_from(names[i].name));
	}
}

static void paths(void **state)
{
	struct fixture *f = *state;
	struct url u;
	str path = S("");
	str url = url_from_path(&f->a, S("/wheel house/\xc3\xa9%+~.whl"));
	CHECK_STR("encoded", url, S("file:///wheel%20house/%C3%A9%25%2B~.whl"));
	assert_true(url_parse(&f->a, url, &u, &f->e) && url_to_path(&f->a, &u, &path, &f->e));
	CHECK_STR("back", path, S("/wheel house/\xc3\xa9%+~.whl"));
	assert_true(url_parse(&f->a, S("file://localhost/x"), &u, &f->e) && url_to_path(&f->a, &u, &path, &f->e));
	CHECK_STR("localhost", path, S("/x"));
	assert_true(url_parse(&f->a, S("file:/x"), &u, &f->e) && url_to_path(&f->a, &u, &path, &f->e));
	static const char *const bad[] = { "file://other/x", "file:x", "file:///a%00b", "https://h/x" };
	for (size_t i = 0; i < ROWS(bad); i++) {
		struct err e = { 0 };
		CHECK(bad[i], url_parse(&f->a, str_from(bad[i]), &u, &e) && !url_to_path(&f->a, &u, &path, &e));
	}
}

static void long_texts_are_refused_and_cheap(void **state)
{
	struct fixture *f = *state;
	static char text[URL_MAX + 2];
	struct url u;
	str out;
	for (size_t i = 0; i < sizeof text; i++) text[i] = "../"[i % 3];
	assert_false(url_parse(&f->a, (str){ text, sizeof text - 1 }, &u, &f->e));
	err_clear(&f->e);
	assert_true(url_resolve(&f->a, S("http://h/a/b"), (str){ text, URL_MAX }, &out, &f->e));
	assert_false(url_resolve(&f->a, S("http://h/a/b"), (str){ text, URL_MAX + 1 }, &out, &f->e));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(resolves),
		TEST(base_keeps_its_secrets),
		TEST(parses),
		TEST(refuses),
		TEST(shows_no_secrets),
		TEST(compares_origins),
		TEST(finds_listed_hosts),
		TEST(knows_loopback),
		TEST(finds_file_names),
		TEST(paths),
		TEST(long_texts_are_refused_and_cheap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
