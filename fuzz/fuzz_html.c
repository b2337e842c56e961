/* fuzz_html.c: the HTML tokenizer always moves on, and its names are lower case.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "format/html.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check_name(str name)
{
	for (size_t i = 0; i < name.n; i++) require(!ascii_upper(name.p[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct html_reader r;
	enum html_token token;
	size_t at = 0, total = 0;
	html_begin(&r, &a, (str){ (const char *)data, size });
	while ((token = html_next(&r)) != HTML_END) {
		require(r.at > at && r.offset >= at && r.at <= size);
		at = r.at;
		if (token == HTML_TEXT) {
			require(r.content.n > 0);
			total += r.content.n;
			continue;
		}
		check_name(r.name);
		for (size_t i = 0; token == HTML_OPEN && i < r.n_attributes; i++) {
			check_name(r.attributes[i].name);
			require(html_attribute(&r, r.attributes[i].name) != NULL);
			total += r.attributes[i].value.n;
		}
	}
	require(total <= size && html_next(&r) == HTML_END);
	arena_release(&a);
	return 0;
}
