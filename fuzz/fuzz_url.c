/* fuzz_url.c: parsing is stable, and what is printed or shown holds no userinfo.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net/url.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check_parsed(struct arena *a, str text, const struct url *u)
{
	struct url again;
	struct err e = { 0 };
	str printed = url_text(a, u, true);
	if (printed.n > URL_MAX) return; /* encoding made it longer */
	require(url_parse(a, printed, &again, &e) && !again.has_user);
	require(str_eq(url_text(a, &again, true), printed) && url_same_origin(u, &again));
	require(!u->has_user || str_contains(url_display(a, text), S("****@")));
	require(str_chr(url_file_name(a, u), '/') == STR_NONE);
}

static void check_resolved(struct arena *a, str text)
{
	struct err e = { 0 };
	struct url u;
	str out, again;
	if (!url_resolve(a, S("https://me:secret@h.example/a/b?c#d"), text, &out, &e)) return;
	require(url_is_absolute(out) || out.n > 0);
	if (out.n > URL_MAX || !url_parse(a, out, &u, &e)) return;
	/* What is absolute stays as it is. */
	require(url_resolve(a, S("https://other.example/"), out, &again, &e) && str_eq(out, again));
	require(!str_eq(u.password, S("secret")) || str_contains(text, S("secret")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct url u;
	str decoded, text = { (const char *)data, size };
	if (url_parse(&a, text, &u, &e))
		check_parsed(&a, text, &u);
	else
		require(e.code == ERR_FORMAT && e.why[0]);
	check_resolved(&a, text);
	url_display(&a, text);
	if (url_decode(&a, text, &decoded)) require(decoded.n <= size);
	require(url_decode(&a, url_encode_path(&a, text), &decoded) ? str_eq(decoded, text) : str_chr(text, '\0') != STR_NONE);
	arena_release(&a);
	return 0;
}
