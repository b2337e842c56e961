/* config_uv.c: uv's variables for indexes, and readers of values.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: uv's documentation, "Environment variables" and "Package indexes". */
#include "index/config_internal.h"

void config_words(struct arena *a, str text, char separator, struct str_list *out)
{
	for (size_t at = 0; at < text.n;) {
		size_t end = at;
		while (end < text.n && (separator ? text.p[end] != separator : !ascii_space(text.p[end]))) end++;
		str word = str_trim(str_slice(text, at, end));
		if (!str_empty(word)) *vec_push(a, out) = arena_str(a, word);
		at = end + 1;
	}
}

bool config_bool(str text, str where, bool *out, struct err *e)
{
	static const str yes[] = { { "y", 1 }, { "yes", 3 }, { "t", 1 }, { "true", 4 }, { "on", 2 }, { "1", 1 } };
	static const str no[] = { { "n", 1 }, { "no", 2 }, { "f", 1 }, { "false", 5 }, { "off", 3 }, { "0", 1 } };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (str_ieq(text, yes[i]) || str_ieq(text, no[i])) {
			*out = str_ieq(text, yes[i]);
			return true;
		}
	}
	err_set(e, ERR_USAGE, "bad-value", "\"" STR_FMT "\" is neither true nor false", STR_ARG(str_slice(text, 0, 100)));
	return err_where(e, STR_FMT, STR_ARG(where));
}

bool config_number(str text, str where, uint32_t *out, struct err *e)
{
	str whole, fraction;
	uint64_t n, ignored;
	bool cut = str_cut(text, '.', &whole, &fraction);
	if (str_u64(whole, &n) && n <= 1000000 && (!cut || str_u64(fraction, &ignored))) {
		*out = (uint32_t)n + (cut && ignored > 0);
		return true;
	}
	err_set(e, ERR_USAGE, "bad-value", "\"" STR_FMT "\" is not a number from 0 to 1000000", STR_ARG(str_slice(text, 0, 100)));
	return err_where(e, STR_FMT, STR_ARG(where));
}

void config_named_url(str text, struct index_definition *out)
{
	str name, url;
	bool named = str_cut(text, '=', &name, &url) && !str_empty(name);
	for (size_t i = 0; named && i < name.n; i++)
		named = ascii_alnum(name.p[i]) || name.p[i] == '-' || name.p[i] == '_' || name.p[i] == '.';
	out->name = named ? name : S("");
	out->url = named ? url : text;
}

static str variable(const struct env *env, const char *name)
{
	const char *value = env_get(env, name);
	return str_trim(str_from(value));
}

static bool numbers(const struct env *env, struct index_level *level, struct err *e)
{
	const char *const timeouts[] = { "UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT" };
	for (size_t i = 0; i < 2 && !level->has_timeout; i++) {
		str text = variable(env, timeouts[i]);
		level->has_timeout = !str_empty(text);
		if (level->has_timeout && !config_number(text, str_from(timeouts[i]), &level->timeout, e)) return false;
	}
	str retries = variable(env, "UV_HTTP_RETRIES"), no_index = variable(env, "UV_NO_INDEX");
	level->has_retries = !str_empty(retries);
	if (level->has_retries && !config_number(retries, S("UV_HTTP_RETRIES"), &level->retries, e)) return false;
	level->has_no_index = !str_empty(no_index);
	return !level->has_no_index || config_bool(no_index, S("UV_NO_INDEX"), &level->no_index, e);
}

bool uv_config_load(struct arena *a, const struct env *env, struct index_level *out, struct err *e)
{
	struct index_level level = { .origin = S("uv's variables") };
	struct str_list words = { 0 };
	config_words(a, variable(env, "UV_INDEX"), 0, &words);
	for (size_t i = 0; i < words.n; i++) {
		struct index_definition *d = vec_push(a, &level.indexes);
		config_named_url(words.p[i], d);
		d->where = S("UV_INDEX");
	}
	str standard = variable(env, "UV_DEFAULT_INDEX");
	if (!str_empty(standard)) {
		struct index_definition *d = vec_push(a, &level.indexes);
		config_named_url(standard, d);
		d->where = S("UV_DEFAULT_INDEX");
		d->is_default = true;
	}
	/* UV_INDEX_URL is the old name of UV_DEFAULT_INDEX. */
	if (str_empty(standard)) level.index_url = variable(env, "UV_INDEX_URL");
	config_words(a, variable(env, "UV_EXTRA_INDEX_URL"), 0, &level.extra_index_urls);
	config_words(a, variable(env, "UV_FIND_LINKS"), ',', &level.find_links);
	config_words(a, variable(env, "UV_INSECURE_HOST"), 0, &level.trusted_hosts);
	level.keyring = variable(env, "UV_KEYRING_PROVIDER");
	if (!numbers(env, &level, e)) return false;
	*out = level;
	return true;
}
