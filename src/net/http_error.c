/* http_error.c: what went wrong, in words, and whether trying again may help.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libcurl's own sentence becomes the `why`. It never holds credentials: they are given to libcurl as options and not as part of
 * a URL; a proxy's are masked here, should they appear. */
#include <string.h>

#include "net/http_internal.h"

static str shown_url(struct transfer *t) { return url_display(&t->scratch, t->url_text); }

void http_error(struct transfer *t, bool again, const char *id, const char *why)
{
	if (err_is_set(&t->error)) return;
	err_set(&t->error, ERR_NETWORK, id, "the answer of " STR_FMT " cannot be used", STR_ARG(t->url.host));
	err_where(&t->error, STR_FMT, STR_ARG(shown_url(t)));
	err_why(&t->error, "%s", why);
	t->again = again;
}

/* --- statuses --- */

static void status_help(struct transfer *t)
{
	struct err *e = &t->error;
	switch (t->answer.status) {
	case 401:
		if (t->request.has_auth)
			err_why(e, "the user name or password that was sent is not accepted");
		else
			err_why(e, "no credentials were sent: none are configured for this host");
		err_help(e, "put credentials for " STR_FMT " into ~/.netrc, into the index's URL, or use --keyring subprocess",
		         STR_ARG(t->url.host));
		break;
	case 403:
		err_why(e, t->request.has_auth ? "these credentials may not read it"
		                               : "it may not be read without credentials, or not at all");
		err_help(e, "ask who runs " STR_FMT " for access, or put credentials into ~/.netrc", STR_ARG(t->url.host));
		break;
	case 407: err_help(e, "put the proxy's user name and password into HTTPS_PROXY: http://USER:PASSWORD@PROXY:PORT"); break;
	case 429: err_why(e, "it asks to send fewer requests"); break;
	default: break;
	}
}

void http_error_status(struct transfer *t)
{
	uint32_t status = t->answer.status;
	const char *id = status == 401                    ? "http-401"
	                 : status == 403                  ? "http-403"
	                 : status == 404 || status == 410 ? "http-404"
	                 : status == 407                  ? "proxy"
	                                                  : "http-status";
	t->again = http_status_again(status);
	char tried[40] = "";
	if (t->again && t->attempts > 1) snprintf(tried, sizeof tried, ", %u times", t->attempts);
	err_set(&t->error, ERR_NETWORK, id, STR_FMT " answers %u (%s)%s", STR_ARG(t->url.host), status, http_status_name(status),
	        tried);
	err_where(&t->error, STR_FMT, STR_ARG(shown_url(t)));
	status_help(t);
}

/* --- libcurl --- */

struct curl_rule {
	CURLcode code;
	enum err_code kind;
	bool again;
	const char *id, *what; /* what: "%s" is the host */
};

static const struct curl_rule rules[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_NETWORK, true, "dns", "the address of this host cannot be found" },
	{ CURLE_COULDNT_RESOLVE_PROXY, ERR_NETWORK, true, "proxy", "the address of the proxy cannot be found" },
	{ CURLE_COULDNT_CONNECT, ERR_NETWORK, true, "connect", "there is no connection to this host" },
	{ CURLE_OPERATION_TIMEDOUT, ERR_NETWORK, true, "stalled", "the transfer has stalled" },
	{ CURLE_PARTIAL_FILE, ERR_NETWORK, true, "truncated", "the answer ended too early" },
	{ CURLE_GOT_NOTHING, ERR_NETWORK, true, "truncated", "the connection was closed without an answer" },
	{ CURLE_RECV_ERROR, ERR_NETWORK, true, "truncated", "the connection broke" },
	{ CURLE_SEND_ERROR, ERR_NETWORK, true, "connect", "the connection broke while the request was sent" },
	{ CURLE_HTTP2, ERR_NETWORK, true, "bad-response", "the answer breaks the rules of HTTP/2" },
	{ CURLE_HTTP2_STREAM, ERR_NETWORK, true, "truncated", "the answer ended too early" },
	{ CURLE_WEIRD_SERVER_REPLY, ERR_NETWORK, true, "bad-response", "the answer is not HTTP" },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_NETWORK, false, "bad-response", "the answer is not HTTP" },
	{ CURLE_OUT_OF_MEMORY, ERR_NETWORK, false, "bad-response", "the headers of the answer are too long" },
	{ CURLE_SSL_CONNECT_ERROR, ERR_NETWORK, true, "tls", "no encrypted connection can be made" },
	{ CURLE_PEER_FAILED_VERIFICATION, ERR_NETWORK, false, "tls", "the host cannot prove who it is" },
	{ CURLE_SSL_INVALIDCERTSTATUS, ERR_NETWORK, false, "tls", "the host cannot prove who it is" },
	{ CURLE_SSL_ISSUER_ERROR, ERR_NETWORK, false, "tls", "the host cannot prove who it is" },
	{ CURLE_SSL_CACERT_BADFILE, ERR_USAGE, false, "cert-file", "the file of trusted certificates cannot be used" },
	{ CURLE_SSL_CERTPROBLEM, ERR_USAGE, false, "cert-file", "the client certificate cannot be used" },
	{ CURLE_SSL_CIPHER, ERR_NETWORK, false, "tls", "no encrypted connection can be made" },
};

static const struct curl_rule *rule_of(CURLcode code)
{
	static const struct curl_rule other = { CURLE_OK, ERR_NETWORK, false, "bad-response", "the transfer failed" };
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].code == code) return &rules[i];
	return &other;
}

static str proxy_of(const struct transfer *t)
{
	const struct http_options *o = &t->client->options;
	return str_eq(t->url.scheme, S("https")) ? o->https_proxy : o->http_proxy;
}

/* A CONNECT that the proxy refused is an "error while receiving" for libcurl. */
static bool error_connect(struct transfer *t)
{
	long status = 0;
	if (str_empty(proxy_of(t)) || t->answer.status != 0) return false;
	t->client->api.easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	if (status == 0 || status == 200) return false;
	t->again = http_status_again((uint32_t)status);
	err_set(&t->error, ERR_NETWORK, "proxy", "the proxy answers %ld (%s) when asked for " STR_FMT, status,
	        http_status_name((uint32_t)status), STR_ARG(t->url.host));
	err_where(&t->error, STR_FMT, STR_ARG(url_display(&t->scratch, proxy_of(t))));
	if (status == 407) err_help(&t->error, "put its user name and password into HTTPS_PROXY: http://USER:PASSWORD@PROXY:PORT");
	return true;
}

static void tls_help(struct transfer *t)
{
	err_help(&t->error, "if your network has its own certificate authority, name its PEM file: --cert FILE or SSL_CERT_FILE");
}

void http_error_curl(struct transfer *t, CURLcode code)
{
	if (err_is_set(&t->error) || error_connect(t)) return;
	const struct curl_rule *rule = rule_of(code);
	const char *id = rule->id;
	const char *why = t->curl_text[0] ? t->curl_text : t->client->api.easy_strerror(code);
	if (code == CURLE_RECV_ERROR && t->answer.status == 0) id = "connect";
	if (code == CURLE_COULDNT_CONNECT && !str_empty(proxy_of(t))) id = "proxy";
	t->again = rule->again;
	err_set(&t->error, rule->kind, id, STR_FMT ": %s", STR_ARG(t->url.host), rule->what);
	err_where(&t->error, STR_FMT, STR_ARG(shown_url(t)));
	err_why(&t->error, "%s", why);
	if (strcmp(id, "proxy") == 0)
		err_help(&t->error, "the proxy comes from HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; NO_PROXY lists hosts that need none");
	if (code == CURLE_PEER_FAILED_VERIFICATION) tls_help(t);
	if (strcmp(id, "cert-file") == 0)
		err_help(&t->error, "it comes from --cert, PIP_CERT, SSL_CERT_FILE, REQUESTS_CA_BUNDLE or the client-cert setting");
}
