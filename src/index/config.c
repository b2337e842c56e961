/* config.c: from levels to one configuration.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All levels are put into one array, highest first; single values are the first that is set, lists are walked in order. The
 * default index is decided first, so that defaults of lower levels can be left out. */
#include "index/config.h"

#include <string.h>

#include "base/io.h"
#include "index/config_internal.h"
#include "index/default_index.h"
#include "net/http.h"
#include "net/url.h"

#define LEVELS_FIXED 6 /* command line, LAMINA_*, lamina.toml, UV_*, PIP_* with pip.conf, built in */

struct levels {
	const struct index_level **p;
	size_t n;
};

struct maker {
	struct arena *a;
	const struct index_inputs *in;
	struct levels levels;
	struct index_config out;
	struct err *e;
};

str index_built_in_default(void) { return S(LAMINA_DEFAULT_INDEX); }

/* --- levels --- */

static bool gather(struct maker *m)
{
	const struct index_inputs *in = m->in;
	struct index_level *own = arena_new(m->a, struct index_level), *uv = arena_new(m->a, struct index_level);
	struct index_level *pip = arena_new(m->a, struct index_level), *built_in = arena_new(m->a, struct index_level);
	if (!uv_config_load(m->a, in->env, uv, m->e) || !pip_config_load(m->a, in->env, pip, m->e)) return false;
	own->origin = S("LAMINA_INDEX_URL");
	own->index_url = str_trim(str_from(env_get(in->env, "LAMINA_INDEX_URL")));
	built_in->origin = S("built-in default");
	built_in->index_url = str_empty(in->default_index) ? index_built_in_default() : in->default_index;
	m->levels.p = arena_array(m->a, const struct index_level *, LEVELS_FIXED + in->project.n);
	m->levels.p[m->levels.n++] = &in->command_line;
	m->levels.p[m->levels.n++] = own;
	m->levels.p[m->levels.n++] = &in->lamina_toml;
	for (size_t i = 0; i < in->project.n; i++) m->levels.p[m->levels.n++] = &in->project.p[i];
	m->levels.p[m->levels.n++] = uv;
	m->levels.p[m->levels.n++] = pip;
	m->levels.p[m->levels.n++] = built_in;
	return true;
}

/* The user wrote it for this build, rather than having it somewhere in the environment. */
static bool is_explicit_level(const struct maker *m, size_t level) { return level < m->levels.n - 3; }

/* --- places: URLs and paths --- */

static bool exists(struct arena *a, str path)
{
	struct io_stat stat;
	struct err ignored = { 0 };
	return io_stat(arena_cstr(a, path), &stat, &ignored) && stat.exists;
}

static bool path_url(struct maker *m, const struct index_level *level, str path, str *out)
{
	str beside = path_join(m->a, level->directory, path), absolute;
	if (!exists(m->a, beside) && exists(m->a, path)) beside = path;
	if (!path_absolute(m->a, beside, &absolute, m->e)) return false;
	*out = url_from_path(m->a, absolute);
	return true;
}

static bool bad_place(struct maker *m, const struct index_level *level, str text, const struct err *why)
{
	err_set(m->e, ERR_USAGE, "index-url", "\"" STR_FMT "\" is no address of an index", STR_ARG(url_display(m->a, text)));
	err_where(m->e, STR_FMT, STR_ARG(level->origin));
	if (why && why->why[0]) err_why(m->e, "%s", why->why);
	return err_help(m->e, "write it as https://HOST/PATH or as the path of a folder");
}

static bool only_http_and_file(str scheme)
{
	return str_eq(scheme, S("https")) || str_eq(scheme, S("http")) || str_eq(scheme, S("file"));
}

/* What the user wrote, as a URL without userinfo, and the userinfo. */
static bool place(struct maker *m, const struct index_level *level, str text, str *url, struct index_credentials *credentials)
{
	struct url u;
	struct err why = { 0 };
	text = str_trim(text);
	if (!url_is_absolute(text)) {
		bool path = str_starts(text, S("/")) || str_starts(text, S(".")) ||
		            exists(m->a, path_join(m->a, level->directory, text)) || exists(m->a, text);
		if (str_empty(text) || !path) return bad_place(m, level, text, NULL);
		if (!path_url(m, level, text, &text)) return false;
	}
	if (!url_parse(m->a, text, &u, &why) || !only_http_and_file(u.scheme)) return bad_place(m, level, text, &why);
	*credentials = (struct index_credentials){ u.has_user && u.username.n > 0, u.has_password, u.username, u.password };
	/* A token may stand alone, in either place. */
	if (u.has_user && u.has_password) credentials->has_user = true;
	str plain = url_text(m->a, &u, false);
	while (plain.n > 0 && plain.p[plain.n - 1] == '/' && !str_ends(plain, S("://"))) plain.n--;
	*url = plain;
	return true;
}

/* --- indexes --- */

/* UV_INDEX_<NAME>_USERNAME: upper case, what is no letter or digit as "_". */
static str variable_of(struct maker *m, str name, const char *what)
{
	char *p = arena_array(m->a, char, name.n + 1);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		p[i] = ascii_lower(c) ? (char)(c - ('a' - 'A')) : ascii_alnum(c) ? c : '_';
	}
	str variable = arena_fmt(m->a, "UV_INDEX_" STR_FMT "_%s", STR_ARG(((str){ p, name.n })), what);
	return str_from(env_get_nonempty(m->in->env, variable.p));
}

static void add_credentials(struct maker *m, const struct index_definition *d, struct index_credentials *c)
{
	if (c->has_password) return;
	str user = d->has_username ? d->username : S(""), password = d->has_password ? d->password : S("");
	if (!str_empty(d->name)) {
		if (str_empty(user)) user = variable_of(m, d->name, "USERNAME");
		if (str_empty(password)) password = variable_of(m, d->name, "PASSWORD");
	}
	if (!c->has_user && !str_empty(user)) {
		c->has_user = true;
		c->username = user;
	}
	if (!str_empty(password)) {
		c->has_user = c->has_password = true;
		c->password = password;
	}
}

/* Equal URLs are one index; one name is defined once, by the highest level. */
static struct index_source *known(struct maker *m, str url, str name)
{
	for (size_t i = 0; i < m->out.sources.n; i++) {
		struct index_source *s = &m->out.sources.p[i];
		if (str_eq(s->url, url) || (!str_empty(name) && str_eq(s->name, name))) return s;
	}
	return NULL;
}

static bool add_source(struct maker *m, const struct index_level *level, const struct index_definition *d)
{
	str url;
	struct index_credentials credentials;
	if (!place(m, level, d->url, &url, &credentials)) {
		if (!str_empty(d->where)) m->e->where[0] = '\0';
		return !str_empty(d->where) ? err_where(m->e, STR_FMT, STR_ARG(d->where)) : false;
	}
	add_credentials(m, d, &credentials);
	struct index_source *same = known(m, url, d->name);
	if (same) {
		if (!str_eq(same->url, url)) return true;
		if (!same->credentials.has_user) same->credentials = credentials;
		same->is_default |= d->is_default;
		return true;
	}
	*vec_push(m->a, &m->out.sources) = (struct index_source){ .name = d->name,
		                                                      .url = url,
		                                                      .is_folder = str_starts(url, S("file:")),
		                                                      .origin = level->origin,
		                                                      .packages = d->packages,
		                                                      .is_explicit = d->is_explicit,
		                                                      .is_default = d->is_default,
		                                                      .credentials = credentials };
	return true;
}

static bool add_extras(struct maker *m)
{
	for (size_t i = 0; i < m->levels.n; i++) {
		const struct index_level *level = m->levels.p[i];
		for (size_t k = 0; k < level->indexes.n; k++)
			if (!level->indexes.p[k].is_default && !add_source(m, level, &level->indexes.p[k])) return false;
		for (size_t k = 0; k < level->extra_index_urls.n; k++) {
			struct index_definition d = { .url = level->extra_index_urls.p[k] };
			if (!add_source(m, level, &d)) return false;
		}
	}
	return true;
}

static bool add_default(struct maker *m)
{
	for (size_t i = 0; i < m->levels.n; i++) {
		const struct index_level *level = m->levels.p[i];
		if (!str_empty(level->index_url)) {
			struct index_definition d = { .url = level->index_url, .is_default = true };
			return add_source(m, level, &d);
		}
		for (size_t k = 0; k < level->indexes.n; k++)
			if (level->indexes.p[k].is_default) return add_source(m, level, &level->indexes.p[k]);
	}
	return true;
}

/* --- the rest --- */

static bool add_find_links(struct maker *m)
{
	for (size_t i = 0; i < m->levels.n; i++) {
		const struct index_level *level = m->levels.p[i];
		for (size_t k = 0; k < level->find_links.n; k++) {
			str url, text = level->find_links.p[k];
			struct index_credentials credentials;
			if (!url_is_absolute(text) && !exists(m->a, path_join(m->a, level->directory, text)) && !exists(m->a, text)) {
				if (m->in->notes)
					note_add(m->in->notes, is_explicit_level(m, i) ? NOTE_WARNING : NOTE_VERBOSE, "find-links-missing",
					         "--find-links " STR_FMT " (" STR_FMT ") does not exist and is left out",
					         STR_ARG(url_display(m->a, text)), STR_ARG(level->origin));
				continue;
			}
			if (!place(m, level, text, &url, &credentials)) return false;
			if (str_list_add_new(m->a, &m->out.find_links, url)) *vec_push(m->a, &m->out.find_links_credentials) = credentials;
		}
	}
	return true;
}

static str first_text(const struct maker *m, size_t offset)
{
	for (size_t i = 0; i < m->levels.n; i++) {
		str value;
		memcpy(&value, (const char *)m->levels.p[i] + offset, sizeof value);
		if (!str_empty(value)) return value;
	}
	return S("");
}
#define FIRST(m, member) first_text((m), offsetof(struct index_level, member))

static void set_values(struct maker *m)
{
	struct index_config *out = &m->out;
	bool timeout = false, retries = false, no_index = false;
	out->timeout = INDEX_DEFAULT_TIMEOUT;
	out->retries = INDEX_DEFAULT_RETRIES;
	for (size_t i = 0; i < m->levels.n; i++) {
		const struct index_level *level = m->levels.p[i];
		if (level->has_timeout && level->timeout > 0 && !timeout) out->timeout = level->timeout;
		if (level->has_retries && !retries) out->retries = level->retries;
		if (level->has_no_index && !no_index) out->no_index = level->no_index;
		timeout |= level->has_timeout && level->timeout > 0;
		retries |= level->has_retries;
		no_index |= level->has_no_index;
		for (size_t k = 0; k < level->trusted_hosts.n; k++)
			str_list_add_new(m->a, &out->trusted_hosts, level->trusted_hosts.p[k]);
	}
	str keyring = FIRST(m, keyring);
	out->keyring = !str_empty(keyring) && !str_eq(keyring, S("disabled"));
}

/* The tools' own settings are above the variables that everybody reads. */
static void set_certificates(struct maker *m)
{
	static const char *const files[] = { "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE" };
	struct index_config *out = &m->out;
	struct io_stat stat;
	struct err ignored = { 0 };
	out->client_cert = FIRST(m, client_cert);
	out->cert = FIRST(m, cert);
	for (size_t i = 0; str_empty(out->cert) && i < sizeof files / sizeof *files; i++)
		out->cert = str_from(env_get_nonempty(m->in->env, files[i]));
	if (!str_empty(out->cert) && io_stat(arena_cstr(m->a, out->cert), &stat, &ignored) && stat.is_dir) {
		out->cert_dir = out->cert;
		out->cert = S("");
	} else if (str_empty(out->cert)) {
		out->cert_dir = str_from(env_get_nonempty(m->in->env, "SSL_CERT_DIR"));
	}
}

/* A configured proxy is for everything, as in pip; else the usual variables decide. */
static void set_proxies(struct maker *m)
{
	struct http_options options = { 0 };
	str proxy = FIRST(m, proxy);
	http_proxies_from_env(m->a, m->in->env, &options);
	m->out.http_proxy = str_empty(proxy) ? options.http_proxy : proxy;
	m->out.https_proxy = str_empty(proxy) ? options.https_proxy : proxy;
	m->out.no_proxy = str_empty(proxy) ? options.no_proxy : S("");
}

static bool set_netrc(struct maker *m)
{
	struct err e = { 0 };
	if (netrc_load(m->a, m->in->env, &m->out.netrc, &e)) return true;
	/* pip goes on without it too; a file for other programs must not stop a build. */
	if (m->in->notes) {
		note_add(m->in->notes, NOTE_WARNING, "netrc", "%s: %s (%s); no credentials are taken from it", e.where, e.what, e.why);
		note_help(m->in->notes, "correct that line, or set NETRC to another file");
	}
	return true;
}

bool index_config_make(struct arena *a, const struct index_inputs *inputs, struct index_config *out, struct err *e)
{
	struct maker m = { .a = a, .in = inputs, .e = e };
	if (!gather(&m)) return false;
	set_values(&m);
	set_certificates(&m);
	set_proxies(&m);
	if (!m.out.no_index && (!add_extras(&m) || !add_default(&m))) return false;
	if (!add_find_links(&m) || !set_netrc(&m)) return false;
	*out = m.out;
	return true;
}
