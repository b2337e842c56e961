/* test_credentials.c: netrc.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "index/credentials.h"

static const struct {
	const char *name, *text, *host, *asked_user, *user, *password; /* user NULL = nothing found */
} found[] = {
	{ "one line", "machine h login u password p", "h", "", "u", "p" },
	{ "many lines", "machine h\n  login u\n\tpassword p\n", "h", "", "u", "p" },
	{ "other order", "machine h password p account x login u", "h", "", "u", "p" },
	{ "user", "machine h user u password p", "h", "", "u", "p" },
	{ "case of the host", "machine H.Example login u password p", "h.example", "", "u", "p" },
	{ "other host", "machine h login u password p", "g", "", NULL, "" },
	{ "not a suffix", "machine example login u password p", "h.example", "", NULL, "" },
	{ "default", "machine h login u password p\ndefault login d password q", "g", "", "d", "q" },
	{ "machine before default", "default login d password q\nmachine h login u password p", "h", "", "u", "p" },
	{ "last entry of a host", "machine h login a password b machine h login u password p", "h", "", "u", "p" },
	{ "entry of a user", "machine h login a password b machine h login u password p", "h", "a", "a", "b" },
	{ "no entry of a user", "machine h login a password b", "h", "z", NULL, "" },
	{ "quotes", "machine h login \"u v\" password \"p \\\" q\"", "h", "", "u v", "p \" q" },
	{ "escapes", "machine h login u password p\\ q\\\\", "h", "", "u", "p q\\" },
	{ "hash in a password", "machine h login u password #p#q", "h", "", "u", "#p#q" },
	{ "comments", "# machine h login x password y\nmachine h # here\nlogin u #there too\npassword p\n#end", "h", "", "u", "p" },
	{ "comment without a space", "#x\nmachine h login u password p", "h", "", "u", "p" },
	{ "macro", "macdef m\nmachine h login x password y\n\nmachine h login u password p", "h", "", "u", "p" },
	{ "macro to the end", "machine h login u password p\nmacdef m\nmachine h login x password y", "h", "", "u", "p" },
	{ "empty password", "machine h login u password \"\"", "h", "", "u", "" },
	{ "password alone", "machine h password p", "h", "", "", "p" },
	{ "nothing of it", "machine h", "h", "", NULL, "" },
	{ "empty", "", "h", "", NULL, "" },
	{ "carriage returns", "machine h\r\nlogin u\r\npassword p\r\n", "h", "", "u", "p" },
	{ "byte order mark", "\xef\xbb\xbfmachine h login u password p", "h", "", "u", "p" },
	{ "open quote", "machine h login u password \"p q", "h", "", "u", "p q" },
	{ "backslash at the end", "machine h login u password p\\", "h", "", "u", "p\\" },
};

static void finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(found); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct netrc n;
		struct index_credentials c = { 0 };
		const char *row = found[i].name;
		CHECK(row, netrc_parse(&a, str_from(found[i].text), &n, &e));
		CHECK(row, netrc_find(&n, str_from(found[i].host), str_from(found[i].asked_user), &c) == (found[i].user != NULL));
		if (found[i].user) {
			CHECK_STR(row, c.username, str_from(found[i].user));
			CHECK_STR(row, c.password, str_from(found[i].password));
		}
		arena_release(&a);
	}
}

static const struct {
	const char *name, *text, *where;
} bad[] = {
	{ "word at the top", "login u", "line 1" },
	{ "word in a machine", "machine h login u\npasswort secret", "line 2" },
	{ "machine without a name", "\n\nmachine", "line 3" },
};

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(bad); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct netrc n;
		CHECK(bad[i].name, !netrc_parse(&a, str_from(bad[i].text), &n, &e));
		CHECK(bad[i].name, e.code == ERR_USAGE);
		CHECK_STR(bad[i].name, str_from(e.where), str_from(bad[i].where));
		CHECK(bad[i].name, !str_contains(str_from(e.why), S("secret")) && !str_contains(str_from(e.what), S("secret")));
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(finds), cmocka_unit_test(refuses) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
