/* test_http.c: what the HTTP client does before anything is sent, and that libcurl can be loaded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "net/http.h"

struct told {
	int calls;
	enum err_code code;
	char id[40];
};

static bool sink(void *context, const void *bytes, size_t n, struct err *e)
{
	(void)context;
	(void)bytes;
	(void)n;
	(void)e;
	return true;
}

static void done(void *context, const struct http_result *result)
{
	struct told *t = context;
	t->calls++;
	if (result->ok) return;
	t->code = result->error->code;
	strncpy(t->id, result->error->id, sizeof t->id - 1);
}

static void add(struct http_client *c, struct told *t, str url)
{
	struct http_request r = { .url = url, .max_body = 10, .context = t, .sink = sink, .done = done };
	http_add(c, &r);
}

static void library(void **state)
{
	(void)state;
	struct arena a = { 0 };
	str version;
	assert_true(http_library_version(&a, &version));
	assert_true(str_starts(version, S("libcurl ")));
	arena_release(&a);
}

static void nothing_to_do(void **state)
{
	(void)state;
	struct http_options o = { 0 };
	struct err e = { 0 };
	struct http_client *c = http_new(&o);
	assert_true(http_run(c, &e));
	http_free(c);
	http_free(NULL);
}

static void refusals_are_told_through_done(void **state)
{
	(void)state;
	static const struct {
		const char *url, *id;
	} rows[] = { { "http://index.example/x", "insecure-url" }, { "ftp://index.example/x", "url" }, { "nonsense", "url" } };
	struct http_options o = { 0 };
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct err e = { 0 };
		struct told t = { 0 };
		struct http_client *c = http_new(&o);
		add(c, &t, str_from(rows[i].url));
		CHECK(rows[i].url, http_run(c, &e));
		CHECK(rows[i].url, t.calls == 1 && t.code == ERR_USAGE);
		CHECK_STR(rows[i].url, str_from(t.id), str_from(rows[i].id));
		http_free(c);
	}
}

static void cancelled_before_it_starts(void **state)
{
	(void)state;
	atomic_bool cancel = true;
	struct http_options o = { .cancel = &cancel };
	struct err e = { 0 };
	struct told t = { 0 };
	struct http_client *c = http_new(&o);
	add(c, &t, S("http://127.0.0.1:1/x"));
	assert_false(http_run(c, &e));
	assert_int_equal(e.code, ERR_INTERRUPT);
	assert_int_equal(t.calls, 0);
	http_free(c);
}

static void dropped_with_its_client(void **state)
{
	(void)state;
	struct http_options o = { 0 };
	struct told t = { 0 };
	struct http_client *c = http_new(&o);
	add(c, &t, S("http://127.0.0.1:1/x"));
	http_free(c);
	assert_int_equal(t.calls, 0);
}

static void missing_certificate_file(void **state)
{
	(void)state;
	struct http_options o = { .ca_file = S("/nowhere/ca.pem") };
	struct err e = { 0 };
	struct told t = { 0 };
	struct http_client *c = http_new(&o);
	add(c, &t, S("https://index.example/x"));
	assert_false(http_run(c, &e));
	assert_string_equal(e.id, "cert-file");
	assert_int_equal(t.calls, 0);
	http_free(c);
}

/* --- runs that end before everything is done --- */

struct ordered {
	char order[16];
	size_t n;
	bool seen;
};

struct one_of {
	struct ordered *all;
	char name;
};

static void done_in_order(void *context, const struct http_result *result)
{
	struct one_of *one = context;
	(void)result;
	one->all->order[one->all->n++] = one->name;
	one->all->seen = true;
}

static void add_named(struct http_client *c, struct one_of *one, bool urgent)
{
	struct http_request r = {
		.url = S("nonsense"), .max_body = 10, .urgent = urgent, .context = one, .sink = sink, .done = done_in_order
	};
	http_add(c, &r);
}

static void urgent_ones_go_first(void **state)
{
	(void)state;
	struct ordered all = { 0 };
	struct one_of a = { &all, 'a' }, b = { &all, 'b' }, d = { &all, 'd' }, f = { &all, 'f' }, g = { &all, 'g' };
	struct http_options o = { .max_transfers = 1 };
	struct err e = { 0 };
	struct http_client *c = http_new(&o);
	add_named(c, &a, false);
	add_named(c, &b, true);
	add_named(c, &d, false);
	add_named(c, &f, true);
	assert_true(http_run(c, &e));
	assert_string_equal(all.order, "bfad");
	/* The queue was emptied: its ends are where they were. */
	add_named(c, &g, false);
	add_named(c, &a, true);
	assert_true(http_run(c, &e));
	assert_string_equal(all.order, "bfadag");
	http_free(c);
}

static void what_is_there_is_not_waited_for(void **state)
{
	(void)state;
	struct ordered all = { 0 };
	struct one_of a = { &all, 'a' };
	struct http_options o = { 0 };
	struct err e = { 0 };
	struct http_client *c = http_new(&o);
	bool until = true;
	assert_true(http_run_until(c, &until, &e));
	add_named(c, &a, false);
	assert_true(http_run_until(c, &until, &e));
	assert_int_equal(all.n, 0);
	assert_true(http_run_until(c, &all.seen, &e));
	assert_int_equal(all.n, 1);
	http_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(library),
		cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(refusals_are_told_through_done),
		cmocka_unit_test(cancelled_before_it_starts),
		cmocka_unit_test(dropped_with_its_client),
		cmocka_unit_test(missing_certificate_file),
		cmocka_unit_test(urgent_ones_go_first),
		cmocka_unit_test(what_is_there_is_not_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
