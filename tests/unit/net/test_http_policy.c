/* test_http_policy.c: the rules of the HTTP client that need no network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "net/http_internal.h"

#define NOV_1994 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's own example */

static const struct {
	const char *value, *date;
	int64_t now;
	int64_t seconds; /* -1 = garbage */
} waits[] = {
	{ "0", "", 0, 0 },
	{ "120", "", 0, 120 },
	{ " 7 ", "", 0, 7 },
	{ "18446744073709551615", "", 0, INT64_MAX },
	{ "18446744073709551616", "", 0, -1 },
	{ "-1", "", 0, -1 },
	{ "+1", "", 0, -1 },
	{ "1.5", "", 0, -1 },
	{ "", "", 0, -1 },
	{ "soon", "", 0, -1 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", "", NOV_1994 - 5, 5 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", "", NOV_1994 - 5, 5 },
	{ "Sun Nov  6 08:49:37 1994", "", NOV_1994 - 5, 5 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", "", NOV_1994 + 5, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:30 GMT", 1, 7 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", "rubbish", NOV_1994 - 1, 1 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT", "", 0, -1 },
	{ "Thu, 29 Feb 2024 00:00:00 GMT", "Wed, 28 Feb 2024 00:00:00 GMT", 0, 86400 },
	{ "Fri, 01 Mar 2024 00:00:00 GMT", "Wed, 28 Feb 2024 00:00:00 GMT", 0, 172800 },
	{ "Mon, 01 Mar 2100 00:00:00 GMT", "Sun, 28 Feb 2100 00:00:00 GMT", 0, 86400 },
	{ "Sun, 06 Nov 1994 24:49:37 GMT", "", 1, -1 },
	{ "Sun, 06 Nov 1994 08:60:37 GMT", "", 1, -1 },
	{ "Sun, 32 Nov 1994 08:49:37 GMT", "", 1, -1 },
	{ "Sun, 06 Nov 1994", "", 1, -1 },
	{ "Sun, 06 Nov 1994 08:49:37 08:49:37 GMT", "", 1, -1 },
	{ "06 07 08 Nov 1994 08:49:37", "", 1, -1 },
};

static void retry_after(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(waits); i++) {
		uint64_t seconds = 0;
		bool ok = http_retry_after(str_from(waits[i].value), str_from(waits[i].date), waits[i].now, &seconds);
		CHECK(waits[i].value, ok == (waits[i].seconds >= 0));
		if (ok && waits[i].seconds != INT64_MAX) CHECK(waits[i].value, seconds == (uint64_t)waits[i].seconds);
	}
}

static void pauses_are_bounded_in_all(void **state)
{
	(void)state;
	uint64_t spent = 0;
	struct http_answer busy = { .status = 503, .retry_after = S("20") };
	assert_int_equal(http_pause_ms(&busy, 1, 0, 0, &spent), 20000);
	assert_int_equal(http_pause_ms(&busy, 2, 0, 0, &spent), 10000);
	assert_in_range(http_pause_ms(&busy, 3, 0, 7, &spent), 500, 1000);
	spent = 0;
	busy.retry_after = S("86400");
	assert_int_equal(http_pause_ms(&busy, 1, 0, 0, &spent), 30000);
	spent = 0;
	busy.retry_after = S("0");
	assert_int_equal(http_pause_ms(&busy, 1, 0, 0, &spent), 0);
	/* The header of any other answer means nothing. */
	busy.status = 200;
	busy.retry_after = S("20");
	assert_in_range(http_pause_ms(&busy, 1, 0, 0, &spent), 125, 250);
}

static void backoff_doubles_up_to_8_s(void **state)
{
	(void)state;
	for (uint32_t attempts = 1; attempts < 20; attempts++) {
		uint64_t full = attempts > 5 ? 8000 : 250ull << (attempts - 1);
		for (uint64_t random = 0; random < 20000; random += 7)
			assert_in_range(http_backoff_ms(attempts, random), full / 2, full);
	}
}

static const struct {
	const char *value;
	bool ok;
	uint64_t from, to, total;
} ranges[] = {
	{ "bytes 0-99/100", true, 0, 99, 100 },
	{ "bytes 5-5/*", true, 5, 5, UINT64_MAX },
	{ "BYTES 0-0/1", true, 0, 0, 1 },
	{ "bytes 0-100/100", false, 0, 0, 0 },
	{ "bytes 9-5/100", false, 0, 0, 0 },
	{ "bytes */100", false, 0, 0, 0 },
	{ "bytes 0-99", false, 0, 0, 0 },
	{ "bytes 0-99/", false, 0, 0, 0 },
	{ "bytes 0-99/100x", false, 0, 0, 0 },
	{ "bytes -1-99/100", false, 0, 0, 0 },
	{ "items 0-99/100", false, 0, 0, 0 },
	{ "bytes 0-99999999999999999999/*", false, 0, 0, 0 },
	{ "", false, 0, 0, 0 },
};

static void content_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(ranges); i++) {
		uint64_t from = 0, to = 0, total = 0;
		CHECK(ranges[i].value, http_content_range(str_from(ranges[i].value), &from, &to, &total) == ranges[i].ok);
		CHECK(ranges[i].value, from == ranges[i].from && to == ranges[i].to && total == ranges[i].total);
	}
}

static void headers(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct http_answer x = { 0 };
	static const char *const lines[] = { "HTTP/1.1 103 Early Hints\r\n",
		                                 "Location: /no\r\n",
		                                 "HTTP/2 200\r\n",
		                                 "content-LENGTH:  12 \r\n",
		                                 "Content-Type: text/html\r\n",
		                                 "nonsense\r\n",
		                                 "\r\n" };
	for (size_t i = 0; i < ROWS(lines); i++) CHECK(lines[i], http_answer_line(&a, &x, str_from(lines[i])));
	assert_int_equal(x.status, 200);
	assert_true(x.has_length && x.length == 12 && !x.malformed);
	CHECK_STR("location of the hint", x.location, S(""));
	CHECK_STR("type", x.content_type, S("text/html"));
	assert_true(http_answer_line(&a, &x, S("Content-Length: 12\r\n")) && !x.malformed);
	assert_true(http_answer_line(&a, &x, S("Content-Length: 13\r\n")) && x.malformed);
	x = (struct http_answer){ .header_bytes = HTTP_HEADERS_MAX - 10 };
	assert_true(http_answer_line(&a, &x, S("A: bcdefg\n")));
	assert_false(http_answer_line(&a, &x, S("\n")));
	/* A new status line does not reset the count. */
	assert_false(http_answer_line(&a, &x, S("HTTP/1.1 200 OK\r\n")));
	arena_release(&a);
}

static const struct {
	const char *name, *from, *location;
	uint32_t hops;
	const char *expected; /* NULL = refused */
} redirects[] = {
	{ "relative", "https://h.example/a/b", "c", 0, "https://h.example/a/c" },
	{ "other host", "https://h.example/", "https://g.example/x", 4, "https://g.example/x" },
	{ "upgrade", "http://trusted.example/", "https://g.example/", 0, "https://g.example/" },
	{ "userinfo goes", "https://h.example/", "https://me:secret@g.example/x", 0, "https://g.example/x" },
	{ "fragment goes", "https://h.example/", "/x#y", 0, "https://h.example/x" },
	{ "sixth hop", "https://h.example/", "/x", 5, NULL },
	{ "downgrade", "https://h.example/", "http://h.example/x", 0, NULL },
	{ "downgrade to loopback", "https://h.example/", "http://127.0.0.1/x", 0, NULL },
	{ "downgrade to a trusted host", "https://h.example/", "http://trusted.example/x", 0, "http://trusted.example/x" },
	{ "plain to plain loopback", "http://127.0.0.1/", "http://localhost:81/x", 0, "http://localhost:81/x" },
	{ "plain to plain elsewhere", "http://127.0.0.1/", "http://g.example/x", 0, NULL },
	{ "file", "https://h.example/", "file:///etc/passwd", 0, NULL },
	{ "other scheme", "https://h.example/", "gopher://g.example/", 0, NULL },
	{ "no host", "https://h.example/", "https:///x", 0, NULL },
};

static void redirect(void **state)
{
	(void)state;
	struct arena a = { 0 };
	str trusted[] = { S("trusted.example") };
	struct http_options o = { .trusted_hosts = { trusted, 1, 1 } };
	for (size_t i = 0; i < ROWS(redirects); i++) {
		struct url from, to;
		struct err e = { 0 };
		str text, begin = str_from(redirects[i].from);
		CHECK(redirects[i].name, url_parse(&a, begin, &from, &e));
		bool ok = http_redirect(&a, &o, &from, begin, str_from(redirects[i].location), redirects[i].hops, &to, &text, &e);
		CHECK(redirects[i].name, ok == (redirects[i].expected != NULL));
		if (ok) CHECK_STR(redirects[i].name, text, str_from(redirects[i].expected));
		if (ok) CHECK(redirects[i].name, !to.has_user && str_empty(to.password));
		CHECK(redirects[i].name, !str_contains(str_from(e.why), S("secret")));
	}
	arena_release(&a);
}

static void proxies(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct http_options o = { 0 };
	char *cgi[] = { (char[]){ "REQUEST_METHOD=GET" }, (char[]){ "HTTP_PROXY=http://evil:1" }, (char[]){ "NO_PROXY=x" }, NULL };
	http_proxies_from_env(&a, &(struct env){ cgi }, &o);
	CHECK_STR("cgi", o.http_proxy, S(""));
	CHECK_STR("none", o.no_proxy, S("x"));
	char *all[] = { (char[]){ "ALL_PROXY=http://all:1" }, (char[]){ "https_proxy=http://s:1" }, (char[]){ "HTTPS_PROXY=no" },
		            NULL };
	http_proxies_from_env(&a, &(struct env){ all }, &o);
	CHECK_STR("all", o.http_proxy, S("http://all:1"));
	CHECK_STR("lower case first", o.https_proxy, S("http://s:1"));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retry_after),
		cmocka_unit_test(pauses_are_bounded_in_all),
		cmocka_unit_test(backoff_doubles_up_to_8_s),
		cmocka_unit_test(content_range),
		cmocka_unit_test(headers),
		cmocka_unit_test(redirect),
		cmocka_unit_test(proxies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
