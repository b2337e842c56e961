/* http_policy.c: the rules of the HTTP client that need no network.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sources: RFC 9110 (status codes, Content-Range 14.4, Retry-After 10.2.3, dates 5.6.7), RFC 6454 (origins). */
#include <string.h>

#include "net/http_internal.h"

/* --- the answer's headers --- */

static void take_length(struct http_answer *answer, str value)
{
	uint64_t length;
	if (!str_u64(value, &length) || (answer->has_length && answer->length != length)) {
		answer->malformed = true;
		return;
	}
	answer->has_length = true;
	answer->length = length;
}

static void take_header(struct arena *a, struct http_answer *answer, str name, str value)
{
	const struct {
		str name;
		str *to;
	} kept[] = {
		{ S("content-type"), &answer->content_type },
		{ S("content-encoding"), &answer->content_encoding },
		{ S("etag"), &answer->etag },
		{ S("last-modified"), &answer->last_modified },
		{ S("content-range"), &answer->content_range },
		{ S("cache-control"), &answer->cache_control },
		{ S("age"), &answer->age },
		{ S("location"), &answer->location },
		{ S("retry-after"), &answer->retry_after },
		{ S("date"), &answer->date },
	};
	if (str_ieq(name, S("content-length"))) take_length(answer, value);
	if (str_ieq(name, S("transfer-encoding"))) answer->transfer_encoding = true;
	/* A list may stand in several lines (RFC 9110 5.3). */
	if (str_ieq(name, S("cache-control")) && answer->cache_control.n)
		value = arena_fmt(a, STR_FMT ", " STR_FMT, STR_ARG(answer->cache_control), STR_ARG(value));
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (str_ieq(name, kept[i].name)) *kept[i].to = arena_str(a, value);
}

static uint32_t status_of(str line)
{
	str version, rest, code;
	uint64_t status;
	if (!str_cut(line, ' ', &version, &rest)) return 0;
	code = str_slice(str_trim(rest), 0, 3);
	return str_u64(code, &status) && status >= 100 && status <= 999 ? (uint32_t)status : 0;
}

bool http_answer_line(struct arena *a, struct http_answer *answer, str line)
{
	str name, value;
	size_t total = answer->header_bytes + line.n;
	if (total > HTTP_HEADERS_MAX) return false;
	if (str_istarts(line, S("HTTP/"))) {
		*answer = (struct http_answer){ .status = status_of(line), .http2 = str_istarts(line, S("HTTP/2")) };
	} else if (str_cut(line, ':', &name, &value)) {
		take_header(a, answer, str_trim(name), str_trim(value));
	}
	answer->header_bytes = total;
	return true;
}

/* Digits at *at. */
static bool number(str s, size_t *at, uint64_t *out)
{
	size_t end = *at;
	while (end < s.n && ascii_digit(s.p[end])) end++;
	bool ok = str_u64(str_slice(s, *at, end), out);
	*at = end;
	return ok;
}

bool http_content_range(str value, uint64_t *from, uint64_t *to, uint64_t *total)
{
	if (!str_istarts(value, S("bytes "))) return false;
	size_t at = 6;
	uint64_t first, last, all = UINT64_MAX;
	if (!number(value, &at, &first) || str_at(value, at++) != '-' || !number(value, &at, &last) || str_at(value, at++) != '/')
		return false;
	if (str_at(value, at) == '*')
		at++;
	else if (!number(value, &at, &all))
		return false;
	if (at != value.n || first > last || last == UINT64_MAX || last >= all) return false;
	*from = first;
	*to = last;
	*total = all;
	return true;
}

/* --- statuses --- */

bool http_status_again(uint32_t status) { return status == 429 || status == 500 || (status >= 502 && status <= 504); }

const char *http_status_name(uint32_t status)
{
	static const struct {
		uint32_t status;
		const char *name;
	} names[] = {
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 407, "Proxy Authentication Required" },
		{ 408, "Request Timeout" },
		{ 410, "Gone" },
		{ 416, "Range Not Satisfiable" },
		{ 429, "Too Many Requests" },
		{ 451, "Unavailable For Legal Reasons" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].status == status) return names[i].name;
	return status >= 500 ? "a server error" : status >= 400 ? "a refusal" : "an unexpected answer";
}

/* --- where a request may go --- */

bool http_url_allowed(struct arena *a, const struct http_options *o, const struct url *u, struct err *e)
{
	bool https = str_eq(u->scheme, S("https"));
	str shown = url_display(a, url_text(a, u, false));
	if (!https && !str_eq(u->scheme, S("http"))) {
		err_set(e, ERR_USAGE, "url", "\"" STR_FMT ":\" addresses cannot be fetched", STR_ARG(str_slice(u->scheme, 0, 40)));
		err_where(e, STR_FMT, STR_ARG(shown));
		return err_help(e, "use an https: address");
	}
	if (https || url_host_is_loopback(u->host)) return true;
	if (url_host_listed(u, o->trusted_hosts.p, o->trusted_hosts.n)) return true;
	err_set(e, ERR_USAGE, "insecure-url", STR_FMT " would be asked over plain http", STR_ARG(u->host));
	err_where(e, STR_FMT, STR_ARG(shown));
	err_why(e, "what arrives over http can be replaced on its way");
	return err_help(e, "use https, or, if you trust the network: --trusted-host " STR_FMT, STR_ARG(u->host));
}

bool http_is_redirect(const struct http_answer *answer)
{
	switch (answer->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308: return !str_empty(answer->location);
	default: return false;
	}
}

static bool refuse(struct arena *a, struct err *e, const char *id, str from, str to, const char *why)
{
	err_set(e, ERR_NETWORK, id, "a redirect was not followed");
	err_where(e, STR_FMT, STR_ARG(url_display(a, from)));
	return err_why(e, "%s: " STR_FMT, why, STR_ARG(url_display(a, str_slice(to, 0, 300))));
}

bool http_redirect(struct arena *a, const struct http_options *o, const struct url *from, str from_text, str location,
                   uint32_t hops, struct url *to, str *to_text, struct err *e)
{
	str target;
	struct url u;
	struct err ignored = { 0 };
	if (hops >= HTTP_REDIRECTS_MAX)
		return refuse(a, e, "redirect-loop", from_text, location, "there were 5 redirects before this one, to");
	if (!url_resolve(a, from_text, location, &target, &ignored) || !url_parse(a, target, &u, &ignored))
		return refuse(a, e, "redirect-refused", from_text, location, "it leads to no usable address");
	bool https = str_eq(u.scheme, S("https"));
	if (!https && !str_eq(u.scheme, S("http")))
		return refuse(a, e, "redirect-refused", from_text, target, "it leaves http and https");
	bool trusted = url_host_listed(&u, o->trusted_hosts.p, o->trusted_hosts.n);
	if (!https && str_eq(from->scheme, S("https")) && !trusted)
		return refuse(a, e, "redirect-refused", from_text, target, "it leads from https to plain http");
	if (!https && !trusted && !url_host_is_loopback(u.host))
		return refuse(a, e, "redirect-refused", from_text, target, "it leads to plain http on a host that is not trusted");
	u.has_user = u.has_password = false;
	u.username = u.password = S("");
	*to_text = url_text(a, &u, false);
	*to = u;
	return true;
}

/* --- time --- */

uint64_t http_backoff_ms(uint32_t attempts, uint64_t random)
{
	uint32_t doublings = attempts > 5 ? 5 : attempts > 0 ? attempts - 1 : 0;
	uint64_t full = 250ull << doublings;
	return full / 2 + random % (full / 2 + 1);
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static int month_of(str word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	if (word.n < 3) return 0;
	for (int i = 0; i < 12; i++)
		if (str_ieq(str_slice(word, 0, 3), (str){ names + i * 3, 3 })) return i + 1;
	return 0;
}

/* The parts of a date in whichever of the three forms; all of them give day, month and year in an order that cannot be
 * confused. */
struct date_parts {
	bool has_day, has_year, has_time;
	uint64_t day, year, seconds;
	int month;
};

static bool take_time(str word, uint64_t *seconds)
{
	str h, m, s, rest;
	uint64_t hour, minute, second;
	if (!str_cut(word, ':', &h, &rest) || !str_cut(rest, ':', &m, &s)) return false;
	if (!str_u64(h, &hour) || !str_u64(m, &minute) || !str_u64(s, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	*seconds = hour * 3600 + minute * 60 + second;
	return true;
}

static bool take_date_word(struct date_parts *d, str word)
{
	uint64_t n;
	if (str_chr(word, ':') != STR_NONE) {
		d->has_time = !d->has_time && take_time(word, &d->seconds);
		return d->has_time;
	}
	if (str_u64(word, &n)) {
		if (!d->has_day) {
			d->has_day = true;
			d->day = n;
			return n >= 1 && n <= 31;
		}
		if (d->has_year) return false;
		d->has_year = true;
		d->year = word.n <= 2 ? n + (n < 70 ? 2000 : 1900) : n;
		return d->year >= 1970 && d->year <= 9999;
	}
	int month = month_of(word);
	/* The weekday comes first and is no month's name; the zone comes last and is GMT. */
	if (month && !d->month && !str_ieq(word, S("GMT"))) d->month = month;
	return ascii_alpha(str_at(word, 0));
}

static bool http_date(str text, int64_t *out)
{
	struct date_parts d = { 0 };
	if (text.n > 64) return false;
	for (size_t at = 0; at < text.n;) {
		size_t end = at;
		while (end < text.n && text.p[end] != ' ' && text.p[end] != ',' && text.p[end] != '-') end++;
		if (end > at && !take_date_word(&d, str_slice(text, at, end))) return false;
		at = end + 1;
	}
	if (!d.has_day || !d.month || !d.has_year || !d.has_time) return false;
	*out = days_from_civil((int64_t)d.year, d.month, (int64_t)d.day) * 86400 + (int64_t)d.seconds;
	return true;
}

bool http_retry_after(str value, str date, int64_t now, uint64_t *seconds)
{
	int64_t until, from;
	value = str_trim(value);
	if (str_u64(value, seconds)) return true;
	if (!http_date(value, &until)) return false;
	/* The server's own clock beside it makes ours irrelevant. */
	if (!http_date(str_trim(date), &from)) {
		if (now == 0) return false;
		from = now;
	}
	*seconds = until > from ? (uint64_t)(until - from) : 0;
	return true;
}

uint64_t http_pause_ms(const struct http_answer *answer, uint32_t attempts, int64_t now, uint64_t random, uint64_t *spent_ms)
{
	uint64_t seconds, budget = HTTP_RETRY_AFTER_MAX * 1000ull;
	if (!http_status_again(answer->status) || *spent_ms >= budget ||
	    !http_retry_after(answer->retry_after, answer->date, now, &seconds))
		return http_backoff_ms(attempts, random);
	uint64_t ms = seconds > HTTP_RETRY_AFTER_MAX ? budget : seconds * 1000;
	if (ms > budget - *spent_ms) ms = budget - *spent_ms;
	*spent_ms += ms;
	return ms;
}

/* --- proxies --- */

static str first_of(const struct env *env, const char *const *names)
{
	for (; *names; names++) {
		const char *value = env_get(env, *names);
		if (value) return str_from(value);
	}
	return S("");
}

void http_proxies_from_env(struct arena *a, const struct env *env, struct http_options *options)
{
	bool cgi = env_get(env, "REQUEST_METHOD") != NULL;
	const char *const http[] = { "http_proxy", cgi ? NULL : "HTTP_PROXY", NULL };
	const char *const https[] = { "https_proxy", "HTTPS_PROXY", NULL };
	const char *const all[] = { "all_proxy", "ALL_PROXY", NULL };
	const char *const none[] = { "no_proxy", "NO_PROXY", NULL };
	str fallback = first_of(env, all);
	options->http_proxy = arena_str(a, str_trim(first_of(env, http)));
	options->https_proxy = arena_str(a, str_trim(first_of(env, https)));
	if (str_empty(options->http_proxy)) options->http_proxy = arena_str(a, str_trim(fallback));
	if (str_empty(options->https_proxy)) options->https_proxy = arena_str(a, str_trim(fallback));
	options->no_proxy = arena_str(a, str_trim(first_of(env, none)));
}
