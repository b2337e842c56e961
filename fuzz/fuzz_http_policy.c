/* fuzz_http_policy.c: answers from anywhere: header lines, redirects, ranges, dates, gzip.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net/http_internal.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check_redirect(struct arena *a, const char *from, const struct http_answer *x)
{
	struct http_options o = { 0 };
	struct url here, to;
	struct err e = { 0 };
	str text;
	require(url_parse(a, str_from(from), &here, &e));
	if (http_redirect(a, &o, &here, str_from(from), x->location, 0, &to, &text, &e)) {
		bool https = str_eq(to.scheme, S("https"));
		require(!to.has_user && (https || (str_eq(to.scheme, S("http")) && !str_eq(here.scheme, S("https")))));
		require(https || url_host_is_loopback(to.host));
	} else {
		require(e.code == ERR_NETWORK && e.where[0]);
	}
}

static void check_headers(struct arena *a, str text)
{
	struct http_answer x = { 0 };
	uint64_t from, to, total, spent = 0;
	str line;
	bool ok = true;
	while (ok && str_line(&text, &line)) ok = http_answer_line(a, &x, line);
	if (http_content_range(x.content_range, &from, &to, &total)) require(from <= to && to < total);
	for (uint32_t i = 1; i < 5; i++) require(http_pause_ms(&x, i, 1, 0, &spent) <= 30000);
	require(spent <= 30000);
	check_redirect(a, "https://h.example/a/b", &x);
	check_redirect(a, "http://127.0.0.1/a/b", &x);
}

static bool count(void *context, const void *bytes, size_t n, struct err *e)
{
	size_t *total = context;
	(void)bytes;
	*total += n;
	return *total < 1 << 20 || err_set(e, ERR_NETWORK, "too-large", "too large");
}

static void check_gunzip(struct arena *a, const uint8_t *data, size_t size)
{
	struct gunzip *g = gunzip_new(a);
	struct err e = { 0 };
	size_t total = 0, half = size / 2;
	bool ok = gunzip_feed(g, data, half, count, &total, &e) && gunzip_feed(g, data + half, size - half, count, &total, &e);
	require(ok != err_is_set(&e));
	gunzip_free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	check_headers(&a, (str){ (const char *)data, size });
	check_gunzip(&a, data, size);
	arena_release(&a);
	return 0;
}
