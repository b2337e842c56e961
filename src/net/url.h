/* url.h: web and file addresses taken apart, joined, compared and shown without their secrets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: RFC 3986 (syntax, 5.2 resolution, 5.2.4 dot segments, 6.2.2 case), RFC 8089 (file:). What real index pages hold and
 *         the RFC forbids is repaired as browsers and pip do: white space around is dropped, tabs and line breaks inside
 *         vanish, a space, a control character, a byte above 0x7e and any of "<>\^`{|} is percent-encoded; a "%" that starts no
 *         escape is kept.
 * Secrets: userinfo is taken off at once. url_text and url_resolve never give it back (a page that puts credentials into a link
 *          keeps them: url_parse of the link's text yields them); url_display replaces it by "****".
 * Limits:   URL_MAX bytes.
 * Errors:   ERR_FORMAT "url", never quoting userinfo.
 * Lifetime: views into the arena. */
#ifndef LAMINA_NET_URL_H
#define LAMINA_NET_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define URL_MAX 16384

struct url {
	str scheme;             /* lower case */
	bool has_user;          /* userinfo was there, even when empty */
	bool has_password;      /* and it held a ":" */
	str username, password; /* percent-decoded once; secret */
	bool has_authority;     /* "//" was there */
	str host;               /* lower case; IPv6 with its brackets */
	uint16_t port;          /* 0 = none written */
	str path;               /* percent-encoded; "/" when an authority has no path */
	bool has_query, has_fragment;
	str query, fragment; /* without "?" and "#" */
};

/* An absolute URL. http and https need a host. */
bool url_parse(struct arena *a, str text, struct url *out, struct err *e);
/* True when text begins with a scheme of two letters or more and ":" ("C:\x" is none). */
bool url_is_absolute(str text);
/* The text form, without userinfo; fragment only when asked for. */
str url_text(struct arena *a, const struct url *u, bool fragment);
/* RFC 3986 5.2.2, dot segments removed. base must be absolute. Userinfo of base is not passed on, that of the reference is. */
bool url_resolve(struct arena *a, str base, str reference, str *out, struct err *e);
/* For messages: userinfo becomes "****@", a query becomes "?****" (signed links carry secrets there), fragments go. Text that
 * is no URL loses everything up to an "@". */
str url_display(struct arena *a, str text);

/* Port written, else the scheme's own (80, 443); 0 for others. */
uint16_t url_port(const struct url *u);
/* Same scheme, host and port (RFC 6454). */
bool url_same_origin(const struct url *a, const struct url *b);
/* localhost, *.localhost, 127.0.0.0/8 and [::1] written as such: no name is looked up. */
bool url_host_is_loopback(str host);
/* True when an entry of the list, "host" or "host:port" (IPv6 with brackets, "*.example" for what lies below), names u. */
bool url_host_listed(const struct url *u, const str *entries, size_t n);

/* Exactly one round of percent-decoding; "%" that starts no escape stays. Decoded NULs: false. */
bool url_decode(struct arena *a, str text, str *out);
/* Percent-encodes everything but unreserved characters and "/". */
str url_encode_path(struct arena *a, str path);
/* Last segment of the path, decoded once: the file's name. Empty for folders, and for names that hold "/" or NUL once decoded.
 */
str url_file_name(struct arena *a, const struct url *u);
/* file: URL of this computer (host empty or localhost) to a path. */
bool url_to_path(struct arena *a, const struct url *u, str *out, struct err *e);
/* Absolute path to a file: URL. */
str url_from_path(struct arena *a, str path);

#endif
