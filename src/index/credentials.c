/* credentials.c: the netrc file.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: the netrc module of Python, whose reading is also pip's: tokens between white space, "..." quoted, "\" takes the next
 * character as it is; "#" begins a comment where a keyword could stand; "macdef" runs to the next empty line. */
#include "index/credentials.h"

#include <string.h>

#include "base/io.h"

struct lexer {
	str text;
	size_t at;
	struct arena *arena;
};

static size_t line_of(const struct lexer *l)
{
	size_t line = 1;
	for (size_t i = 0; i < l->at && i < l->text.n; i++) line += l->text.p[i] == '\n';
	return line;
}

static bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* The next token, which may be empty (""); *end when there is none. It stops before the white space behind it. */
static str token(struct lexer *l, bool *end)
{
	while (l->at < l->text.n && is_white(l->text.p[l->at])) l->at++;
	*end = l->at >= l->text.n;
	if (*end) return S("");
	bool quoted = l->text.p[l->at] == '"';
	l->at += quoted;
	/* A token is never longer than what is left of its line or text; most are short. */
	size_t from = l->at, stop = from;
	while (stop < l->text.n && (quoted ? l->text.p[stop] != '"' : !is_white(l->text.p[stop]))) {
		if (l->text.p[stop] == '\\') stop++;
		stop++;
	}
	if (stop > l->text.n) stop = l->text.n;
	char *out = arena_array(l->arena, char, stop - from + 1);
	size_t n = 0;
	for (size_t i = from; i < stop; i++) {
		if (l->text.p[i] == '\\' && i + 1 < stop) i++;
		out[n++] = l->text.p[i];
	}
	l->at = stop + (quoted && stop < l->text.n);
	return (str){ out, n };
}

static void skip_line(struct lexer *l)
{
	while (l->at < l->text.n && l->text.p[l->at] != '\n') l->at++;
}

static void skip_macro(struct lexer *l)
{
	skip_line(l);
	while (l->at < l->text.n) {
		l->at++;
		size_t from = l->at;
		skip_line(l);
		if (str_empty(str_trim(str_slice(l->text, from, l->at)))) return;
	}
}

static bool bad(const struct lexer *l, struct err *e, const char *why)
{
	err_set(e, ERR_USAGE, "netrc", "the netrc file cannot be read");
	err_where(e, "line %zu", line_of(l));
	return err_why(e, "%s", why);
}

/* login, password and account of a machine, up to the next keyword. */
static bool follow(struct lexer *l, struct index_credentials *c, struct err *e)
{
	for (;;) {
		bool end, value_end;
		size_t before = l->at;
		str word = token(l, &end);
		if (end) return true;
		if (str_at(word, 0) == '#') {
			skip_line(l);
			continue;
		}
		if (str_eq(word, S("machine")) || str_eq(word, S("default")) || str_eq(word, S("macdef"))) {
			l->at = before;
			return true;
		}
		bool login = str_eq(word, S("login")) || str_eq(word, S("user")), password = str_eq(word, S("password"));
		if (!login && !password && !str_eq(word, S("account"))) return bad(l, e, "a word is none of login, password, account");
		str value = token(l, &value_end);
		if (login) {
			c->has_user = true;
			c->username = value;
		} else if (password) {
			c->has_password = true;
			c->password = value;
		}
	}
}

bool netrc_parse(struct arena *a, str text, struct netrc *out, struct err *e)
{
	struct netrc n = { 0 };
	if (text.n > NETRC_MAX) return err_set(e, ERR_USAGE, "netrc", "the netrc file is longer than 1 MiB");
	if (str_starts(text, S("\xef\xbb\xbf"))) text = str_from_pos(text, 3);
	struct lexer l = { .text = text, .arena = a };
	for (;;) {
		bool end;
		str word = token(&l, &end);
		if (end) break;
		if (str_at(word, 0) == '#') {
			skip_line(&l);
		} else if (str_eq(word, S("macdef"))) {
			token(&l, &end);
			skip_macro(&l);
		} else if (str_eq(word, S("machine")) || str_eq(word, S("default"))) {
			struct netrc_machine m = { 0 };
			bool named = str_eq(word, S("machine"));
			if (named) m.host = token(&l, &end);
			if (named && str_empty(m.host)) return bad(&l, e, "\"machine\" has no name after it");
			if (!follow(&l, &m.credentials, e)) return false;
			if (n.machines.n >= NETRC_MACHINES_MAX) return bad(&l, e, "it has more than 10,000 machines");
			*vec_push(a, &n.machines) = m;
		} else {
			return bad(&l, e, "a word stands where machine, default or macdef should be");
		}
	}
	*out = n;
	return true;
}

/* As in Python's dictionary of hosts, a later entry of a host replaces an earlier one. */
bool netrc_find(const struct netrc *n, str host, str user, struct index_credentials *out)
{
	const struct netrc_machine *found = NULL, *fallback = NULL;
	for (size_t i = 0; i < n->machines.n; i++) {
		const struct netrc_machine *m = &n->machines.p[i];
		if (!str_empty(user) && !str_eq(m->credentials.username, user)) continue;
		if (str_empty(m->host))
			fallback = m;
		else if (str_ieq(m->host, host))
			found = m;
	}
	if (!found) found = fallback;
	if (!found || (!found->credentials.has_user && !found->credentials.has_password)) return false;
	*out = found->credentials;
	out->has_user = true;
	return true;
}

bool netrc_load(struct arena *a, const struct env *env, struct netrc *out, struct err *e)
{
	const char *named = env_get_nonempty(env, "NETRC"), *home = env_get_nonempty(env, "HOME");
	const char *const in_home[] = { ".netrc", "_netrc" };
	*out = (struct netrc){ 0 };
	for (size_t i = 0; i < (named ? 1u : 2u); i++) {
		struct io_stat stat;
		struct err ignored = { 0 };
		str text;
		if (!named && !home) return true;
		str path = named ? str_from(named) : path_join(a, str_from(home), str_from(in_home[i]));
		const char *name = arena_cstr(a, path);
		if (!io_stat(name, &stat, &ignored) || !stat.is_regular) continue;
		if (!io_read_file(a, name, NETRC_MAX, &text, e)) return false;
		struct err parse = { 0 };
		if (netrc_parse(a, text, out, &parse)) return true;
		err_set(e, parse.code, parse.id, "%s", parse.what);
		err_where(e, "%s:%s", name, str_starts(str_from(parse.where), S("line ")) ? parse.where + 5 : "1");
		return err_why(e, "%s", parse.why);
	}
	return true;
}
