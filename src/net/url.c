/* url.c: RFC 3986 by hand.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A text is first cleaned (what the RFC forbids is encoded, see url.h), then cut into raw components at the delimiters of RFC
 * 3986 appendix B. Everything else works on these components; only userinfo is decoded here, and only once. */
#include "net/url.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

/* The components as they stand in the text. */
struct parts {
	bool has_scheme, has_authority, has_query, has_fragment;
	str scheme, authority, path, query, fragment;
};

static const char hex_digits[] = "0123456789ABCDEF";

static bool must_encode(char c)
{
	unsigned char u = (unsigned char)c;
	return u <= 0x20 || u >= 0x7f || strchr("\"<>\\^`{|}", c) != NULL;
}

/* White space around is dropped, line breaks and tabs inside vanish, forbidden bytes are encoded. */
static str clean(struct arena *a, str text)
{
	while (text.n > 0 && (unsigned char)text.p[0] <= 0x20) text = str_from_pos(text, 1);
	while (text.n > 0 && (unsigned char)text.p[text.n - 1] <= 0x20) text.n--;
	size_t bad = 0;
	for (size_t i = 0; i < text.n; i++) bad += must_encode(text.p[i]);
	if (bad == 0) return text;
	char *out = arena_array(a, char, text.n + 2 * bad + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char u = (unsigned char)text.p[i];
		if (u == '\t' || u == '\n' || u == '\r') continue;
		if (must_encode(text.p[i])) {
			out[n++] = '%';
			out[n++] = hex_digits[u >> 4];
			out[n++] = hex_digits[u & 15];
		} else {
			out[n++] = text.p[i];
		}
	}
	return (str){ out, n };
}

/* Length of the scheme that text begins with, 0 when it has none. */
static size_t scheme_length(str text)
{
	if (text.n == 0 || !ascii_alpha(text.p[0])) return 0;
	for (size_t i = 1; i < text.n; i++) {
		char c = text.p[i];
		if (c == ':') return i;
		if (!ascii_alnum(c) && c != '+' && c != '-' && c != '.') return 0;
	}
	return 0;
}

bool url_is_absolute(str text) { return scheme_length(text) >= 2; }

/* First of the bytes in `set`, or the end. */
static size_t find_any(str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr(set, s.p[i])) return i;
	return s.n;
}

static struct parts split(str text)
{
	struct parts p = { 0 };
	size_t scheme = scheme_length(text);
	if (scheme > 0) {
		p.has_scheme = true;
		p.scheme = str_slice(text, 0, scheme);
		text = str_from_pos(text, scheme + 1);
	}
	if (str_starts(text, S("//"))) {
		text = str_from_pos(text, 2);
		size_t end = find_any(text, "/?#");
		p.has_authority = true;
		p.authority = str_slice(text, 0, end);
		text = str_from_pos(text, end);
	}
	size_t end = find_any(text, "?#");
	p.path = str_slice(text, 0, end);
	text = str_from_pos(text, end);
	if (str_at(text, 0) == '?') {
		end = find_any(text, "#");
		p.has_query = true;
		p.query = str_slice(text, 1, end);
		text = str_from_pos(text, end);
	}
	if (str_at(text, 0) == '#') {
		p.has_fragment = true;
		p.fragment = str_from_pos(text, 1);
	}
	return p;
}

/* The authority without userinfo; a password may hold a raw "@", so that the last one ends it. */
static str without_userinfo(str authority)
{
	size_t at = str_rchr(authority, '@');
	return at == STR_NONE ? authority : str_from_pos(authority, at + 1);
}

static str join(struct arena *a, const struct parts *p, bool userinfo, bool fragment)
{
	str authority = userinfo ? p->authority : without_userinfo(p->authority);
	return arena_fmt(a, STR_FMT "%s%s" STR_FMT STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(p->scheme), p->has_scheme ? ":" : "",
	                 p->has_authority ? "//" : "", STR_ARG(authority), STR_ARG(p->path), p->has_query ? "?" : "",
	                 STR_ARG(p->query), fragment && p->has_fragment ? "#" : "", STR_ARG(fragment ? p->fragment : S("")));
}

static bool bad(struct err *e, const char *why)
{
	err_set(e, ERR_FORMAT, "url", "this is not a URL that can be used");
	return err_why(e, "%s", why);
}

static bool valid_ipv6(str inside)
{
	size_t colons = 0;
	for (size_t i = 0; i < inside.n; i++) {
		colons += inside.p[i] == ':';
		if (inside.p[i] != ':' && inside.p[i] != '.' && ascii_hex(inside.p[i]) < 0) return false;
	}
	return colons >= 2 && inside.n <= 45;
}

static bool valid_host(str host)
{
	if (str_starts(host, S("["))) return str_ends(host, S("]")) && valid_ipv6(str_slice(host, 1, host.n - 1));
	if (host.n > 253) return false;
	for (size_t i = 0; i < host.n; i++)
		if (!ascii_alnum(host.p[i]) && !strchr("-._~", host.p[i])) return false;
	return true;
}

static bool parse_port(str text, uint16_t *out, struct err *e)
{
	uint64_t port = 0;
	if (str_empty(text)) return true;
	if (!str_u64(text, &port) || port == 0 || port > 65535) return bad(e, "the port is not a number from 1 to 65535");
	*out = (uint16_t)port;
	return true;
}

static bool parse_userinfo(struct arena *a, str userinfo, struct url *u, struct err *e)
{
	str user, password;
	u->has_user = true;
	u->has_password = str_cut(userinfo, ':', &user, &password);
	if (!url_decode(a, user, &u->username) || !url_decode(a, password, &u->password))
		return bad(e, "its user name or password holds a NUL");
	return true;
}

static bool parse_authority(struct arena *a, str authority, struct url *u, struct err *e)
{
	size_t at = str_rchr(authority, '@');
	if (at != STR_NONE && !parse_userinfo(a, str_slice(authority, 0, at), u, e)) return false;
	str host = without_userinfo(authority);
	size_t bracket = str_rchr(host, ']');
	size_t colon = str_rchr(host, ':');
	if (colon != STR_NONE && (bracket == STR_NONE || colon > bracket)) {
		if (!parse_port(str_from_pos(host, colon + 1), &u->port, e)) return false;
		host = str_slice(host, 0, colon);
	}
	if (!valid_host(host)) return bad(e, "its host name is not one (names beyond ASCII are written in their xn-- form)");
	u->host = arena_lower(a, host);
	return true;
}

bool url_parse(struct arena *a, str text, struct url *out, struct err *e)
{
	if (text.n > URL_MAX) return bad(e, "it is longer than 16,384 bytes");
	struct parts p = split(clean(a, text));
	struct url u = { .path = p.path,
		             .has_authority = p.has_authority,
		             .has_query = p.has_query,
		             .query = p.query,
		             .has_fragment = p.has_fragment,
		             .fragment = p.fragment };
	if (!p.has_scheme || p.scheme.n < 2) return bad(e, "it does not begin with a scheme such as https:");
	u.scheme = arena_lower(a, p.scheme);
	if (p.has_authority && !parse_authority(a, p.authority, &u, e)) return false;
	if ((str_eq(u.scheme, S("http")) || str_eq(u.scheme, S("https"))) && str_empty(u.host)) return bad(e, "it names no host");
	if (p.has_authority && str_empty(u.path)) u.path = S("/");
	*out = u;
	return true;
}

str url_text(struct arena *a, const struct url *u, bool fragment)
{
	char port[8] = "";
	if (u->port) snprintf(port, sizeof port, ":%u", u->port);
	return arena_fmt(a, STR_FMT ":%s" STR_FMT "%s" STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(u->scheme),
	                 u->has_authority ? "//" : "", STR_ARG(u->host), port, STR_ARG(u->path), u->has_query ? "?" : "",
	                 STR_ARG(u->query), fragment && u->has_fragment ? "#" : "", STR_ARG(fragment ? u->fragment : S("")));
}

/* RFC 3986 5.2.4, without its quadratic string shuffling: each segment is written or takes back the one before. */
static str remove_dots(struct arena *a, str path)
{
	if (!str_contains(path, S("/.")) && !str_starts(path, S("."))) return path;
	char *out = arena_array(a, char, path.n + 1);
	size_t n = 0, at = 0;
	bool absolute = str_at(path, 0) == '/';
	if (absolute) out[n++] = path.p[at++];
	while (at <= path.n) {
		size_t end = at;
		while (end < path.n && path.p[end] != '/') end++;
		str segment = str_slice(path, at, end);
		bool last = end == path.n;
		if (str_eq(segment, S(".."))) {
			if (n > 0 && out[n - 1] == '/' && n > (absolute ? 1u : 0u)) n--;
			while (n > 0 && out[n - 1] != '/') n--;
		} else if (!str_eq(segment, S("."))) {
			memcpy(out + n, segment.p, segment.n);
			n += segment.n;
			if (!last) out[n++] = '/';
		}
		at = end + 1;
	}
	return (str){ out, n };
}

/* RFC 3986 5.2.3 */
static str merge(struct arena *a, const struct parts *base, str path)
{
	if (base->has_authority && str_empty(base->path)) return arena_join(a, S("/"), path);
	size_t slash = str_rchr(base->path, '/');
	return slash == STR_NONE ? path : arena_join(a, str_slice(base->path, 0, slash + 1), path);
}

bool url_resolve(struct arena *a, str base, str reference, str *out, struct err *e)
{
	if (base.n > URL_MAX || reference.n > URL_MAX) return bad(e, "it is longer than 16,384 bytes");
	struct parts b = split(clean(a, base)), r = split(clean(a, reference));
	if (!b.has_scheme) return bad(e, "the address that it is relative to has no scheme");
	struct parts t = r;
	if (!r.has_scheme) {
		t.has_scheme = true;
		t.scheme = b.scheme;
		if (!r.has_authority) {
			t.has_authority = b.has_authority;
			t.authority = without_userinfo(b.authority);
			if (str_empty(r.path)) {
				t.path = b.path;
				if (!r.has_query) {
					t.has_query = b.has_query;
					t.query = b.query;
				}
			} else if (r.path.p[0] != '/') {
				t.path = merge(a, &b, r.path);
			}
		}
	}
	t.scheme = arena_lower(a, t.scheme);
	t.path = remove_dots(a, t.path);
	*out = join(a, &t, true, true);
	return true;
}

str url_display(struct arena *a, str text)
{
	str cut = str_slice(text, 0, URL_MAX);
	struct parts p = split(clean(a, cut));
	if (!p.has_scheme || !p.has_authority) {
		size_t at = str_rchr(cut, '@');
		return at == STR_NONE ? cut : arena_join(a, S("****"), str_from_pos(cut, at));
	}
	bool user = str_chr(p.authority, '@') != STR_NONE;
	return arena_fmt(a, STR_FMT "://%s" STR_FMT STR_FMT "%s", STR_ARG(p.scheme), user ? "****@" : "",
	                 STR_ARG(without_userinfo(p.authority)), STR_ARG(p.path), p.has_query ? "?****" : "");
}

uint16_t url_port(const struct url *u)
{
	if (u->port) return u->port;
	if (str_eq(u->scheme, S("https"))) return 443;
	return str_eq(u->scheme, S("http")) ? 80 : 0;
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return str_eq(a->scheme, b->scheme) && str_eq(a->host, b->host) && url_port(a) == url_port(b);
}

static bool dotted_quad(str host)
{
	size_t parts = 0;
	str left, rest = host;
	bool more;
	do {
		uint64_t v;
		more = str_cut(rest, '.', &left, &rest);
		if (left.n > 3 || !str_u64(left, &v) || v > 255) return false;
		parts++;
	} while (more);
	return parts == 4;
}

bool url_host_is_loopback(str host)
{
	if (str_eq(host, S("localhost")) || str_ends(host, S(".localhost")) || str_eq(host, S("[::1]"))) return true;
	return str_starts(host, S("127.")) && dotted_quad(host);
}

static bool entry_names(const struct url *u, str entry)
{
	entry = str_trim(entry);
	size_t bracket = str_rchr(entry, ']'), colon = str_rchr(entry, ':');
	uint64_t port = 0;
	if (colon != STR_NONE && (bracket == STR_NONE ? str_chr(entry, ':') == colon : colon > bracket)) {
		if (!str_u64(str_from_pos(entry, colon + 1), &port) || port != url_port(u)) return false;
		entry = str_slice(entry, 0, colon);
	}
	if (str_starts(entry, S("*."))) {
		str suffix = str_from_pos(entry, 1);
		return u->host.n > suffix.n && str_ieq(str_from_pos(u->host, u->host.n - suffix.n), suffix);
	}
	if (bracket == STR_NONE && str_starts(u->host, S("["))) return str_ieq(entry, str_slice(u->host, 1, u->host.n - 1));
	return !str_empty(entry) && str_ieq(entry, u->host);
}

bool url_host_listed(const struct url *u, const str *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entry_names(u, entries[i])) return true;
	return false;
}

bool url_decode(struct arena *a, str text, str *out)
{
	if (memchr(text.p ? text.p : "", '\0', text.n)) return false;
	if (str_chr(text, '%') == STR_NONE) {
		*out = text;
		return true;
	}
	char *p = arena_array(a, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		int high = text.p[i] == '%' ? ascii_hex(str_at(text, i + 1)) : -1;
		int low = high >= 0 ? ascii_hex(str_at(text, i + 2)) : -1;
		if (low < 0) {
			p[n++] = text.p[i];
			continue;
		}
		p[n] = (char)(high << 4 | low);
		if (p[n++] == '\0') return false;
		i += 2;
	}
	*out = (str){ p, n };
	return true;
}

str url_encode_path(struct arena *a, str path)
{
	char *out = arena_array(a, char, path.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < path.n; i++) {
		unsigned char u = (unsigned char)path.p[i];
		if (ascii_alnum(path.p[i]) || (u && strchr("-._~/", path.p[i]))) {
			out[n++] = path.p[i];
		} else {
			out[n++] = '%';
			out[n++] = hex_digits[u >> 4];
			out[n++] = hex_digits[u & 15];
		}
	}
	return (str){ out, n };
}

str url_file_name(struct arena *a, const struct url *u)
{
	size_t slash = str_rchr(u->path, '/');
	str name = slash == STR_NONE ? u->path : str_from_pos(u->path, slash + 1);
	if (!url_decode(a, name, &name) || str_chr(name, '/') != STR_NONE) return S("");
	return str_eq(name, S(".")) || str_eq(name, S("..")) ? S("") : name;
}

bool url_to_path(struct arena *a, const struct url *u, str *out, struct err *e)
{
	str path;
	if (!str_eq(u->scheme, S("file"))) return bad(e, "only file: addresses name a path");
	if (!str_empty(u->host) && !str_eq(u->host, S("localhost")))
		return bad(e, "a file: address names files of this computer only");
	if (str_at(u->path, 0) != '/') return bad(e, "the path of a file: address begins with \"/\"");
	if (!url_decode(a, u->path, &path)) return bad(e, "its path holds a NUL");
	*out = arena_str(a, path);
	return true;
}

str url_from_path(struct arena *a, str path) { return arena_join(a, S("file://"), url_encode_path(a, path)); }
