/* config_pip.c: what pip would know: its files and its PIP_* variables.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: pip's documentation, "Configuration" (locations, precedence), and python-packaging 8.3. A value of a later file
 *         replaces that of an earlier one key by key; [install] is above [global] whichever file it stands in; PIP_* variables
 *         are above both. */
#include <string.h>

#include "base/io.h"
#include "format/ini.h"
#include "index/config_internal.h"

#define PIP_CONF_MAX ((size_t)1 << 20)

static const struct {
	str name;
	enum pip_key key;
} names[] = {
	{ { "index-url", 9 }, PIP_INDEX_URL },
	{ { "pypi-url", 8 }, PIP_INDEX_URL },
	{ { "extra-index-url", 15 }, PIP_EXTRA_INDEX_URL },
	{ { "no-index", 8 }, PIP_NO_INDEX },
	{ { "find-links", 10 }, PIP_FIND_LINKS },
	{ { "trusted-host", 12 }, PIP_TRUSTED_HOST },
	{ { "cert", 4 }, PIP_CERT },
	{ { "client-cert", 11 }, PIP_CLIENT_CERT },
	{ { "proxy", 5 }, PIP_PROXY },
	{ { "default-timeout", 15 }, PIP_TIMEOUT },
	{ { "timeout", 7 }, PIP_TIMEOUT },
	{ { "retries", 7 }, PIP_RETRIES },
	{ { "keyring-provider", 16 }, PIP_KEYRING_PROVIDER },
};

/* --- files --- */

/* "index_url" and "--index-url" are "index-url". */
static str key_name(struct arena *a, str key)
{
	char *p = arena_array(a, char, key.n + 1);
	for (size_t i = 0; i < key.n; i++) p[i] = key.p[i] == '_' ? '-' : ascii_tolower(key.p[i]);
	str name = { p, key.n };
	return str_starts(name, S("--")) ? str_from_pos(name, 2) : name;
}

static void take_section(struct arena *a, const struct ini_section *section, size_t level, str path,
                         struct pip_settings *settings)
{
	for (size_t i = 0; section && i < section->entries.n; i++) {
		const struct ini_entry *entry = &section->entries.p[i];
		str name = key_name(a, entry->key);
		if (str_empty(str_trim(entry->value))) continue;
		for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
			if (!str_eq(name, names[k].name)) continue;
			settings->value[level][names[k].key] = str_trim(entry->value);
			settings->where[level][names[k].key] = arena_fmt(a, STR_FMT ":%u", STR_ARG(path), entry->line);
		}
	}
}

bool pip_conf_parse(struct arena *a, str text, str path, struct pip_settings *settings, struct err *e)
{
	struct ini ini;
	struct err parse = { 0 };
	if (!ini_parse(a, text, path, &ini, &parse)) {
		parse.code = ERR_USAGE;
		parse.id = "pip-conf";
		if (!err_is_set(e)) *e = parse;
		return err_help(e,
		                "pip reads this file too: correct it, or set PIP_CONFIG_FILE=/dev/null to ignore pip's configuration");
	}
	take_section(a, &ini.defaults, 0, path, settings);
	take_section(a, ini_section(&ini, S("global")), 0, path, settings);
	take_section(a, ini_section(&ini, S("install")), 1, path, settings);
	return true;
}

static bool read_file(struct arena *a, str path, struct pip_settings *settings, struct err *e)
{
	const char *name = arena_cstr(a, path);
	struct io_stat stat;
	str text;
	struct err ignored = { 0 };
	/* What cannot be looked at is not there for pip either. */
	if (!io_stat(name, &stat, &ignored) || !stat.exists || !stat.is_regular) return true;
	if (!io_read_file(a, name, PIP_CONF_MAX, &text, e)) return false;
	return pip_conf_parse(a, text, path, settings, e);
}

static bool read_global(struct arena *a, const struct env *env, struct pip_settings *settings, struct err *e)
{
#ifdef __APPLE__
	(void)env;
	return read_file(a, S("/Library/Application Support/pip/pip.conf"), settings, e);
#else
	const char *dirs = env_get_nonempty(env, "XDG_CONFIG_DIRS");
	str dir, rest = str_from(dirs ? dirs : "/etc/xdg");
	while (!str_empty(rest)) {
		str_cut(rest, ':', &dir, &rest);
		if (!str_empty(dir) && !read_file(a, path_join(a, dir, S("pip/pip.conf")), settings, e)) return false;
	}
	return read_file(a, S("/etc/pip.conf"), settings, e);
#endif
}

static bool read_user(struct arena *a, const struct env *env, struct pip_settings *settings, struct err *e)
{
	const char *home = env_get_nonempty(env, "HOME"), *config = env_get_nonempty(env, "XDG_CONFIG_HOME");
	str base = config ? str_from(config) : home ? path_join(a, str_from(home), S(".config")) : S("");
	if (home && !read_file(a, path_join(a, str_from(home), S(".pip/pip.conf")), settings, e)) return false;
#ifdef __APPLE__
	if (home) {
		struct io_stat stat;
		struct err ignored = { 0 };
		str library = path_join(a, str_from(home), S("Library/Application Support/pip"));
		if (io_stat(arena_cstr(a, library), &stat, &ignored) && stat.is_dir)
			return read_file(a, path_join(a, library, S("pip.conf")), settings, e);
	}
#endif
	return str_empty(base) || read_file(a, path_join(a, base, S("pip/pip.conf")), settings, e);
}

static bool read_files(struct arena *a, const struct env *env, struct pip_settings *settings, struct err *e)
{
	const char *named = env_get_nonempty(env, "PIP_CONFIG_FILE"), *venv = env_get_nonempty(env, "VIRTUAL_ENV");
	struct io_stat stat = { 0 };
	struct err ignored = { 0 };
	if (named && strcmp(named, "/dev/null") == 0) return true;
	bool exists = named && io_stat(named, &stat, &ignored) && stat.exists;
	if (!read_global(a, env, settings, e)) return false;
	if (!exists && !read_user(a, env, settings, e)) return false;
	if (venv && !read_file(a, path_join(a, str_from(venv), S("pip.conf")), settings, e)) return false;
	return !named || read_file(a, str_from(named), settings, e);
}

/* --- as a level --- */

static void read_variables(struct arena *a, const struct env *env, struct pip_settings *settings)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char variable[40] = "PIP_";
		size_t n = 4;
		for (size_t k = 0; k < names[i].name.n; k++) {
			char c = names[i].name.p[k];
			variable[n++] = c == '-' ? '_' : (char)(c - ('a' - 'A'));
		}
		const char *value = env_get_nonempty(env, variable);
		if (!value || str_empty(str_trim(str_from(value)))) continue;
		settings->value[1][names[i].key] = str_trim(str_from(value));
		settings->where[1][names[i].key] = arena_str(a, (str){ variable, n });
	}
}

static str of(const struct pip_settings *s, enum pip_key key)
{
	return str_empty(s->value[1][key]) ? s->value[0][key] : s->value[1][key];
}

static str where_of(const struct pip_settings *s, enum pip_key key)
{
	return str_empty(s->value[1][key]) ? s->where[0][key] : s->where[1][key];
}

static bool to_level(struct arena *a, const struct pip_settings *s, struct index_level *level, struct err *e)
{
	level->index_url = of(s, PIP_INDEX_URL);
	config_words(a, of(s, PIP_EXTRA_INDEX_URL), 0, &level->extra_index_urls);
	config_words(a, of(s, PIP_FIND_LINKS), 0, &level->find_links);
	config_words(a, of(s, PIP_TRUSTED_HOST), 0, &level->trusted_hosts);
	level->cert = of(s, PIP_CERT);
	level->client_cert = of(s, PIP_CLIENT_CERT);
	level->proxy = of(s, PIP_PROXY);
	level->has_no_index = !str_empty(of(s, PIP_NO_INDEX));
	if (level->has_no_index && !config_bool(of(s, PIP_NO_INDEX), where_of(s, PIP_NO_INDEX), &level->no_index, e)) return false;
	level->has_timeout = !str_empty(of(s, PIP_TIMEOUT));
	if (level->has_timeout && !config_number(of(s, PIP_TIMEOUT), where_of(s, PIP_TIMEOUT), &level->timeout, e)) return false;
	level->has_retries = !str_empty(of(s, PIP_RETRIES));
	if (level->has_retries && !config_number(of(s, PIP_RETRIES), where_of(s, PIP_RETRIES), &level->retries, e)) return false;
	level->keyring = of(s, PIP_KEYRING_PROVIDER);
	return true;
}

bool pip_config_load(struct arena *a, const struct env *env, struct index_level *out, struct err *e)
{
	struct pip_settings settings = { 0 };
	struct index_level level = { .origin = S("pip's configuration") };
	if (!read_files(a, env, &settings, e)) return false;
	read_variables(a, env, &settings);
	if (!to_level(a, &settings, &level, e)) return false;
	*out = level;
	return true;
}
