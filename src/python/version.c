/* version.c: reading and printing PEP 440 versions. The order is in version_order.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * version_scan is one pass over the bytes without going back: each optional part either begins here or is absent. It gives the
 * longest version at a place, so that specifiers and constraints, where more text follows, use the same code. */
#include "python/version.h"
#include "python/space.h"

/* --- scanning --- */

static bool separator(char c) { return c == '.' || c == '_' || c == '-'; }

static str scan_digits(str s, size_t *at)
{
	size_t from = *at;

	while (*at < s.n && ascii_digit(s.p[*at])) ++*at;
	return str_slice(s, from, *at);
}

/* The first of the words that stands at *at, in any case; the index of it, or -1. *at moves past it. */
static int scan_word(str s, size_t *at, const str *words, int n)
{
	str rest = str_from_pos(s, *at);

	for (int i = 0; i < n; i++) {
		if (!str_istarts(rest, words[i])) continue;
		*at += words[i].n;
		return i;
	}
	return -1;
}

/* sep? word sep? N? ; the index of the word, or -1 when it is not there (*at unmoved). */
static int scan_phase(str s, size_t *at, const str *words, int n, str *number)
{
	size_t p = *at + (separator(str_at(s, *at)) ? 1 : 0);
	int word = scan_word(s, &p, words, n);

	if (word < 0) return -1;
	if (separator(str_at(s, p))) p++;
	*number = scan_digits(s, &p);
	*at = p;
	return word;
}

static void scan_pre(str s, size_t *at, struct version_parts *out)
{
	/* Longer spellings first; PEP 440 "Pre-release spelling". */
	static const str words[] = { { "alpha", 5 },   { "a", 1 },   { "beta", 4 }, { "b", 1 },
		                         { "preview", 7 }, { "pre", 3 }, { "c", 1 },    { "rc", 2 } };
	static const enum version_pre kinds[] = { VERSION_PRE_A,  VERSION_PRE_A,  VERSION_PRE_B,  VERSION_PRE_B,
		                                      VERSION_PRE_RC, VERSION_PRE_RC, VERSION_PRE_RC, VERSION_PRE_RC };
	int word = scan_phase(s, at, words, 8, &out->pre_number);

	out->pre = word < 0 ? VERSION_PRE_NONE : kinds[word];
}

static void scan_post(str s, size_t *at, struct version_parts *out)
{
	static const str words[] = { { "post", 4 }, { "rev", 3 }, { "r", 1 } };

	if (str_at(s, *at) == '-' && ascii_digit(str_at(s, *at + 1))) { /* PEP 440 "Implicit post releases" */
		++*at;
		out->post_number = scan_digits(s, at);
		out->has_post = true;
		return;
	}
	out->has_post = scan_phase(s, at, words, 3, &out->post_number) >= 0;
}

static void scan_dev(str s, size_t *at, struct version_parts *out)
{
	static const str words[] = { { "dev", 3 } };

	out->has_dev = scan_phase(s, at, words, 1, &out->dev_number) >= 0;
}

static void scan_local(str s, size_t *at, struct version_parts *out)
{
	size_t p = *at + 1;

	if (str_at(s, *at) != '+' || !ascii_alnum(str_at(s, p))) return;
	while (ascii_alnum(str_at(s, p)) || (separator(str_at(s, p)) && ascii_alnum(str_at(s, p + 1)))) p++;
	out->local = str_slice(s, *at + 1, p);
	*at = p;
}

bool version_scan(str text, size_t at, struct version_parts *out)
{
	struct version_parts parts = { 0 };
	size_t from;
	str digits;

	if (str_at(text, at) == 'v' || str_at(text, at) == 'V') at++;
	from = at;
	digits = scan_digits(text, &at);
	if (digits.n == 0) return false;
	if (str_at(text, at) == '!' && ascii_digit(str_at(text, at + 1))) {
		parts.epoch = digits;
		from = ++at;
		scan_digits(text, &at);
	}
	parts.n_release = 1;
	while (str_at(text, at) == '.' && ascii_digit(str_at(text, at + 1))) {
		at++;
		scan_digits(text, &at);
		parts.n_release++;
	}
	parts.release = str_slice(text, from, at);
	parts.release_end = at;
	scan_pre(text, &at, &parts);
	scan_post(text, &at, &parts);
	scan_dev(text, &at, &parts);
	scan_local(text, &at, &parts);
	parts.end = at;
	*out = parts;
	return true;
}

/* --- building --- */

/* Without leading zeros; a number that was not written is 0 ("1.0a" = "1.0a0"). */
static str number(str digits)
{
	size_t zeros = 0;

	if (digits.n == 0) return S("0");
	while (zeros + 1 < digits.n && digits.p[zeros] == '0') zeros++;
	return str_from_pos(digits, zeros);
}

static bool all_digits(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i])) return false;
	return true;
}

static void build_release(struct arena *a, const struct version_parts *parts, struct version *out)
{
	size_t at = 0;

	out->release = arena_array(a, str, parts->n_release);
	out->n_release = parts->n_release;
	for (size_t i = 0; i < parts->n_release; i++, at++) out->release[i] = number(scan_digits(parts->release, &at));
}

static void build_local(struct arena *a, str text, struct version *out)
{
	str lower = arena_lower(a, text);
	size_t n = 1, from = 0;

	for (size_t i = 0; i < lower.n; i++) n += separator(lower.p[i]) ? 1 : 0;
	out->local = arena_array(a, str, n);
	out->n_local = n;
	for (size_t i = 0; i < n; i++) {
		size_t to = from;

		while (to < lower.n && !separator(lower.p[to])) to++;
		out->local[i] = str_slice(lower, from, to);
		if (all_digits(out->local[i])) out->local[i] = number(out->local[i]);
		from = to + 1;
	}
}

static bool refuse(struct err *e, size_t offset, const char *what, str text)
{
	if (e == NULL || err_is_set(e)) return false;
	err_set(e, ERR_FORMAT, "version", "%s: '" STR_FMT "'", what, STR_ARG(str_slice(text, 0, 200)));
	err_at(e, offset);
	return false;
}

bool version_build(struct arena *a, str text, const struct version_parts *parts, struct version *out, struct err *e)
{
	struct version v = { .text = text, .pre = parts->pre, .has_post = parts->has_post, .has_dev = parts->has_dev };

	if (text.n > VERSION_MAX) return refuse(e, VERSION_MAX, "the version is too long", text);
	if (parts->n_release > VERSION_RELEASE_MAX) return refuse(e, 0, "the version has too many parts", text);
	v.epoch = number(parts->epoch);
	v.pre_number = number(parts->pre_number);
	v.post_number = number(parts->post_number);
	v.dev_number = number(parts->dev_number);
	build_release(a, parts, &v);
	if (parts->local.n != 0) build_local(a, parts->local, &v);
	version_set_key(&v);
	*out = v;
	return true;
}

bool version_parse(struct arena *a, str text, struct version *out, struct err *e)
{
	struct version_parts parts;
	str trimmed = space_trim(text);
	size_t before = space_skip(text, 0);

	if (trimmed.n > VERSION_MAX) return refuse(e, before + VERSION_MAX, "the version is too long", trimmed);
	if (!version_scan(trimmed, 0, &parts)) return refuse(e, before, "not a version", trimmed);
	if (parts.end != trimmed.n) return refuse(e, before + parts.end, "not a version", trimmed);
	return version_build(a, trimmed, &parts, out, e);
}

/* --- printing --- */

/* Room that the normal form needs at most: everything that is written, and the longest words. */
static size_t printed_max(const struct version *v)
{
	size_t n = v->epoch.n + v->pre_number.n + v->post_number.n + v->dev_number.n + 32;

	for (size_t i = 0; i < v->n_release; i++) n += v->release[i].n + 1;
	for (size_t i = 0; i < v->n_local; i++) n += v->local[i].n + 1;
	return n;
}

struct text {
	char *p;
	size_t n;
};

static void put(struct text *out, str s)
{
	for (size_t i = 0; i < s.n; i++) out->p[out->n++] = s.p[i];
}

static void put_list(struct text *out, const str *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i != 0) put(out, S("."));
		put(out, list[i]);
	}
}

static void put_public(struct text *out, const struct version *v)
{
	static const str words[] = { { "", 0 }, { "a", 1 }, { "b", 1 }, { "rc", 2 } };

	if (!str_eq(v->epoch, S("0"))) {
		put(out, v->epoch);
		put(out, S("!"));
	}
	put_list(out, v->release, v->n_release);
	if (v->pre != VERSION_PRE_NONE) {
		put(out, words[v->pre]);
		put(out, v->pre_number);
	}
	if (v->has_post) {
		put(out, S(".post"));
		put(out, v->post_number);
	}
	if (v->has_dev) {
		put(out, S(".dev"));
		put(out, v->dev_number);
	}
}

str version_public(struct arena *a, const struct version *v)
{
	struct text out = { arena_array(a, char, printed_max(v)), 0 };

	put_public(&out, v);
	return (str){ out.p, out.n };
}

str version_normal(struct arena *a, const struct version *v)
{
	struct text out = { arena_array(a, char, printed_max(v)), 0 };

	put_public(&out, v);
	if (v->n_local != 0) {
		put(&out, S("+"));
		put_list(&out, v->local, v->n_local);
	}
	return (str){ out.p, out.n };
}

bool version_is_prerelease(const struct version *v) { return v->pre != VERSION_PRE_NONE || v->has_dev; }
