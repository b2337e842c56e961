/* fuzz_requirements.c: requirements files, parsed and reduced (lock_fuzz.h).
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inputs that include other files are left out: they would read the computer that fuzzes. */
#include "lock_fuzz.h"
#include "lockfile/requirements.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool includes(const struct requirements_text *text)
{
	for (size_t i = 0; i < text->lines.n; i++) {
		str s = text->lines.p[i].text;
		if (str_contains(s, S("-r")) || str_contains(s, S("-c")) || str_contains(s, S("file:")) || str_contains(s, S("\\")) ||
		    str_contains(s, S("'")) || str_contains(s, S("\"-")))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	char first[] = "A=-f x", second[] = "B=", *vars[] = { first, second, NULL };
	struct env env = { vars };
	struct requirements_text lines = { 0 };
	str bytes = { (const char *)data, size }, text;
	bool skip = true;
	if (requirements_decode(&a, bytes, S("x"), &text, &e)) {
		if (!utf8_valid(text)) abort();
		if (requirements_split(&a, text, S("x"), &env, &lines, &e)) skip = includes(&lines);
		for (size_t i = 0; i < lines.lines.n; i++)
			if (str_empty(lines.lines.p[i].written) || lines.lines.p[i].line == 0) abort();
	}
	if (!skip) {
		struct requirements_request request = { .text = bytes.p ? bytes : S(""), .text_only = true, .env = &env };
		struct requirements parsed = { 0 };
		err_clear(&e);
		if (!requirements_parse(&a, &request, &parsed, &e) && (e.code == ERR_NONE || !e.what[0])) abort();
		if (parsed.lines.n > lines.lines.n) abort();
	}
	arena_release(&a);
	return skip ? 0 : lock_fuzz(data, size, LOCK_FORMAT_REQUIREMENTS);
}
