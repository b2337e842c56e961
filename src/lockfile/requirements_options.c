/* requirements_options.c: the options of a requirements line.
 * SPDX-License-Identifier: Apache-2.0
 *
 * pip hands the words to Python's optparse, so its habits are the format's: unambiguous beginnings of long options, "--name=value"
 * and "--name value" (the value may begin with "-"), "-rFILE", plain words in between ignored, "--" ends the options. Words come
 * from shlex.split in POSIX mode. The table is pip 26.3's SUPPORTED_OPTIONS and SUPPORTED_OPTIONS_REQ. */
#include "lockfile/requirements.h"

#include <string.h>

enum option {
	OPT_INDEX_URL,
	OPT_EXTRA_INDEX_URL,
	OPT_NO_INDEX,
	OPT_CONSTRAINT,
	OPT_REQUIREMENT,
	OPT_EDITABLE,
	OPT_FIND_LINKS,
	OPT_NO_BINARY,
	OPT_ONLY_BINARY,
	OPT_PREFER_BINARY,
	OPT_REQUIRE_HASHES,
	OPT_NO_REQUIRE_HASHES,
	OPT_PRE,
	OPT_ALL_RELEASES,
	OPT_ONLY_FINAL,
	OPT_TRUSTED_HOST,
	OPT_USE_FEATURE,
	OPT_HASH,
	OPT_CONFIG_SETTINGS
};

static const struct option_row {
	const char *name;
	char letter;
	bool takes_value;
	enum option option;
} table[] = {
	{ "--index-url", 'i', true, OPT_INDEX_URL },
	{ "--pypi-url", 0, true, OPT_INDEX_URL },
	{ "--extra-index-url", 0, true, OPT_EXTRA_INDEX_URL },
	{ "--no-index", 0, false, OPT_NO_INDEX },
	{ "--constraint", 'c', true, OPT_CONSTRAINT },
	{ "--requirement", 'r', true, OPT_REQUIREMENT },
	{ "--editable", 'e', true, OPT_EDITABLE },
	{ "--find-links", 'f', true, OPT_FIND_LINKS },
	{ "--no-binary", 0, true, OPT_NO_BINARY },
	{ "--only-binary", 0, true, OPT_ONLY_BINARY },
	{ "--prefer-binary", 0, false, OPT_PREFER_BINARY },
	{ "--require-hashes", 0, false, OPT_REQUIRE_HASHES },
	{ "--no-require-hashes", 0, false, OPT_NO_REQUIRE_HASHES },
	{ "--pre", 0, false, OPT_PRE },
	{ "--all-releases", 0, true, OPT_ALL_RELEASES },
	{ "--only-final", 0, true, OPT_ONLY_FINAL },
	{ "--trusted-host", 0, true, OPT_TRUSTED_HOST },
	{ "--use-feature", 0, true, OPT_USE_FEATURE },
	{ "--hash", 0, true, OPT_HASH },
	{ "--config-settings", 'C', true, OPT_CONFIG_SETTINGS },
};
#define N_TABLE (sizeof table / sizeof *table)

/* --- words --- */

/* shlex in POSIX mode: quotes group, "\" escapes outside quotes and, before "\" and the quote itself, inside double quotes. */
bool requirements_shell_split(struct arena *a, str text, struct requirements_words *out, struct err *e)
{
	char *word = arena_array(a, char, text.n + 1);
	size_t n = 0;
	bool open = false;
	char quote = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (quote ? c == '\\' && quote == '"' : c == '\\') {
			if (i + 1 >= text.n) return err_set(e, ERR_FORMAT, "requirements", "nothing follows the last backslash");
			char next = text.p[++i];
			if (quote && next != '\\' && next != quote) word[n++] = '\\';
			word[n++] = next;
			open = true;
		} else if (quote) {
			if (c == quote)
				quote = 0;
			else
				word[n++] = c;
		} else if (c == '\'' || c == '"') {
			quote = c;
			open = true;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			if (open) *vec_push(a, &out->list) = arena_str(a, (str){ word, n });
			open = false;
			n = 0;
		} else {
			word[n++] = c;
			open = true;
		}
	}
	if (quote) return err_set(e, ERR_FORMAT, "requirements", "a quotation mark is not closed");
	if (open) *vec_push(a, &out->list) = arena_str(a, (str){ word, n });
	return true;
}

/* --- options --- */

/* Options that begin with the text, as candidates for a message; optparse accepts exactly one, or an exact name. */
static const struct option_row *find_long(str name, struct err *e)
{
	const struct option_row *found = NULL;
	size_t n = 0;
	for (size_t i = 0; i < N_TABLE; i++) {
		str candidate = str_from(table[i].name);
		if (str_eq(candidate, name)) return &table[i];
		if (!str_starts(candidate, name)) continue;
		if (n++ == 0) found = &table[i];
	}
	if (n == 1) return found;
	if (n == 0)
		err_set(e, ERR_FORMAT, "requirements", "no such option: " STR_FMT, STR_ARG(str_slice(name, 0, 80)));
	else
		err_set(e, ERR_FORMAT, "requirements", "ambiguous option: " STR_FMT " could be %s or others", STR_ARG(name),
		        found->name);
	return NULL;
}

static const struct option_row *find_short(char letter)
{
	for (size_t i = 0; i < N_TABLE; i++)
		if (table[i].letter == letter && letter) return &table[i];
	return NULL;
}

static bool take_hash(struct arena *a, struct requirements_line_options *out, str value, struct err *e)
{
	str algorithm, digest;
	if (!str_cut(value, ':', &algorithm, &digest))
		return err_set(e, ERR_FORMAT, "requirements", "--hash needs the algorithm and the digest, like --hash=sha256:0a1b...");
	if (!str_eq(algorithm, S("sha256")) && !str_eq(algorithm, S("sha384")) && !str_eq(algorithm, S("sha512"))) {
		err_set(e, ERR_FORMAT, "hash-weak", "--hash does not accept `" STR_FMT "`", STR_ARG(str_slice(algorithm, 0, 40)));
		return err_help(e, "use sha256, sha384 or sha512");
	}
	*vec_push(a, &out->hashes) = value;
	return true;
}

static bool take_binary(struct arena *a, struct requirements_line_options *out, const char *sign, str value, struct err *e)
{
	if (str_starts(value, S("-")))
		return err_set(e, ERR_FORMAT, "requirements", "--no-binary and --only-binary need names, :all: or :none:");
	*vec_push(a, &out->binary) = arena_join(a, str_from(sign), value);
	return true;
}

static bool known_feature(str value)
{
	static const char *const features[] = { "fast-deps",  "inprocess-build-deps",         "venv-isolation",
		                                    "truststore", "no-binary-enable-wheel-cache", "build-constraint" };
	for (size_t i = 0; i < sizeof features / sizeof *features; i++)
		if (str_eq(value, str_from(features[i]))) return true;
	return false;
}

static bool take_flag(const struct option_row *o, struct requirements_line_options *out)
{
	switch ((int)o->option) {
	case OPT_NO_INDEX: return out->no_index = true;
	case OPT_PREFER_BINARY: return out->prefer_binary = true;
	case OPT_REQUIRE_HASHES: return out->require_hashes = true;
	case OPT_NO_REQUIRE_HASHES: return out->no_require_hashes = true;
	default: return out->pre = true;
	}
}

static bool take_value(struct arena *a, const struct option_row *o, struct requirements_line_options *out, str value,
                       struct err *e)
{
	switch ((int)o->option) {
	case OPT_INDEX_URL: return out->index_url = value, true;
	case OPT_EXTRA_INDEX_URL: return *vec_push(a, &out->extra_index_urls) = value, true;
	case OPT_CONSTRAINT: return *vec_push(a, &out->constraints) = value, true;
	case OPT_REQUIREMENT: return *vec_push(a, &out->requirements) = value, true;
	case OPT_EDITABLE: return *vec_push(a, &out->editables) = value, true;
	case OPT_FIND_LINKS: return *vec_push(a, &out->find_links) = value, true;
	case OPT_NO_BINARY: return take_binary(a, out, "-", value, e);
	case OPT_ONLY_BINARY: return take_binary(a, out, "+", value, e);
	case OPT_TRUSTED_HOST: return *vec_push(a, &out->trusted_hosts) = value, true;
	case OPT_HASH: return take_hash(a, out, value, e);
	case OPT_ALL_RELEASES:
	case OPT_ONLY_FINAL:
		if (!str_starts(value, S("-"))) return true;
		return err_set(e, ERR_FORMAT, "requirements", "%s needs names, :all: or :none:", o->name);
	case OPT_USE_FEATURE:
		if (known_feature(value)) return true;
		return err_set(e, ERR_FORMAT, "requirements", "pip has no feature `" STR_FMT "`", STR_ARG(str_slice(value, 0, 80)));
	default:
		if (str_chr(value, '=') != STR_NONE) return true;
		return err_set(e, ERR_FORMAT, "requirements", "--config-settings needs KEY=VALUE");
	}
}

/* One word that begins with "-"; *i is its index and moves past a separate value. */
static bool take_option(struct arena *a, const struct requirements_words *words, size_t *i,
                        struct requirements_line_options *out, struct err *e)
{
	str word = words->list.p[*i], name = word, value = { 0 };
	const struct option_row *o;
	bool attached = false;
	if (str_starts(word, S("--"))) {
		attached = str_cut(word, '=', &name, &value);
		o = find_long(name, e);
		if (!o) return false;
		if (attached && !o->takes_value) return err_set(e, ERR_FORMAT, "requirements", "%s takes no value", o->name);
	} else {
		o = find_short(word.p[1]);
		if (!o) return err_set(e, ERR_FORMAT, "requirements", "no such option: " STR_FMT, STR_ARG(str_slice(word, 0, 2)));
		attached = word.n > 2;
		value = str_from_pos(word, 2);
	}
	if (!o->takes_value) return take_flag(o, out);
	if (!attached) {
		if (*i + 1 >= words->list.n) return err_set(e, ERR_FORMAT, "requirements", "%s needs a value", o->name);
		value = words->list.p[++*i];
	}
	return take_value(a, o, out, value, e);
}

bool requirements_options_parse(struct arena *a, const struct requirements_words *words, struct requirements_line_options *out,
                                struct err *e)
{
	for (size_t i = 0; i < words->list.n; i++) {
		str word = words->list.p[i];
		if (str_eq(word, S("--"))) return true;
		if (word.n < 2 || word.p[0] != '-') continue;
		if (!take_option(a, words, &i, out, e)) return false;
	}
	return true;
}
