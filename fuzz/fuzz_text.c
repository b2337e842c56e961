/* fuzz_text.c: what base does with text of strangers: UTF-8, escaping, paths, patterns, base64, options.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The input is two texts, divided by its first NUL. */
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "base/io.h"
#include "base/opt.h"
#include "base/sha256.h"
#include "base/term.h"

#define PROMISE(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void utf8(str text)
{
	size_t at = 0;
	uint32_t c;
	while (utf8_next(text, &at, &c)) {
		char bytes[4];
		size_t n = utf8_put(bytes, c);
		PROMISE(c <= 0x10ffff && n <= at && memcmp(bytes, text.p + at - n, n) == 0);
	}
	PROMISE(utf8_valid(text) == (at == text.n));
}

static void escaping(str text)
{
	struct buf b;
	buf_init(&b, (size_t)1 << 26);
	term_escape(&b, text);
	PROMISE(!b.over && utf8_valid(buf_str(&b)));
	for (size_t i = 0; i < b.n; i++) PROMISE((unsigned char)b.p[i] >= 0x20 && b.p[i] != 0x7f);
	size_t whole = b.n;
	buf_clear(&b);
	term_escape_cut(&b, text, 50);
	PROMISE(b.n <= 50 && utf8_valid(buf_str(&b)) && (whole > 50 || b.n == whole));
	buf_clear(&b);
	struct err e = { 0 };
	err_set(&e, ERR_IO, "x", STR_FMT, STR_ARG(text));
	err_why(&e, STR_FMT, STR_ARG(text));
	err_help(&e, STR_FMT, STR_ARG(text));
	term_error(&b, true, &e);
	PROMISE(b.n < TERM_MESSAGE_MAX && utf8_valid(buf_str(&b)));
	buf_release(&b);
}

static void paths(struct arena *a, str text)
{
	str clean = path_clean(a, text);
	PROMISE(clean.n > 0 && clean.n <= text.n + 1 && str_eq(path_clean(a, clean), clean));
	PROMISE(path_is_absolute(clean) == path_is_absolute(text) && !str_contains(clean, S("//")));
	PROMISE(path_dir(text).n > 0 && path_base(text).n <= text.n);
}

static void base64(struct arena *a, str text)
{
	str back, again;
	for (int url = 0; url < 2; url++) {
		PROMISE(base64_decode(a, base64_encode(a, text, url), url, &back) && str_eq(back, text));
		if (!base64_decode(a, text, url, &back)) continue;
		again = base64_encode(a, back, url);
		PROMISE(str_starts(text, again) || str_starts(again, text)); /* but for padding there is one spelling */
	}
}

static void options(struct arena *a, str text)
{
	static const struct opt table[] = {
		{ .name = "file", .letter = 'f', .takes = OPT_EACH, .help = "." },
		{ .name = "list", .letter = 'l', .takes = OPT_LIST, .choices = "a|b", .help = "." },
		{ .name = "number", .letter = 'n', .takes = OPT_NUMBER, .max = 9, .help = "." },
		{ .name = "maybe", .letter = 'm', .takes = OPT_MAYBE, .help = "." },
		{ .name = "next", .takes = OPT_NEXT, .help = "." },
		{ .name = "quiet", .letter = 'q', .takes = OPT_NOTHING, .help = "." },
		{ 0 },
	};
	const struct opt *const tables[] = { table };
	char *words[64];
	size_t n = 0;
	str word;
	while (n < 64 && str_line(&text, &word)) words[n++] = arena_cstr(a, word);
	struct opt_values v;
	struct err e = { 0 };
	opt_begin(&v, a, tables, 1);
	if (!opt_parse(&v, words, n, false, NULL, &e)) {
		PROMISE(e.code == ERR_USAGE && e.what[0]);
		return;
	}
	PROMISE(opt_number(&v, "number", 0) <= 9 && v.arguments.n <= n);
	for (size_t i = 0; i < opt_list(&v, "list")->n; i++) PROMISE(opt_list(&v, "list")->p[i].n == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	str left, right;
	str_cut((str){ (const char *)data, size }, '\0', &left, &right);
	utf8(left);
	escaping(left);
	paths(&a, left);
	base64(&a, left);
	options(&a, left);
	(void)glob_match(left, right);
	(void)glob_match_name(left, right);
	PROMISE(glob_match_name(S("*"), left));
	struct sha256 digest;
	if (sha256_from_hex(left, &digest)) PROMISE(str_ieq(sha256_hex_str(&a, &digest), left));
	arena_release(&a);
	return 0;
}
