/* wheel_name.c: the parts of a wheel's or source distribution's file name.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/wheel_name.h"

#include "python/name.h"

static bool refuse(struct err *e, const char *id, str file, const char *why)
{
	err_set(e, ERR_FORMAT, id, "\"" STR_FMT "\" is no %s file name", STR_ARG(str_slice(file, 0, 300)),
	        str_eq(str_from(id), S("wheel-name")) ? "wheel" : "source distribution");
	return err_why(e, "%s", why);
}

/* Printable ASCII that can stand in one path component. Other letters are legal for `packaging`, but no tool writes them and
 * names that look alike are how people are misled. */
static bool is_file_name(str file)
{
	if (file.n > WHEEL_NAME_MAX) return false;
	for (size_t i = 0; i < file.n; i++)
		if (file.p[i] < ' ' || file.p[i] > '~' || file.p[i] == '/' || file.p[i] == '\\') return false;
	return true;
}

static size_t count_char(str s, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) n += s.p[i] == c;
	return n;
}

static bool is_word(char c) { return ascii_alnum(c) || c == '_'; }

/* PEP 427 "Escaping and Unicode": word characters and dots, no two underscores in a row. */
static bool is_escaped_name(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_word(name.p[i]) && name.p[i] != '.') return false;
	return !str_empty(name) && !str_contains(name, S("__"));
}

/* "1.0%2Bcu121" is how some pages spell a local version in a file name. */
static str decode_plus(struct arena *a, str version)
{
	if (str_chr(version, '%') == STR_NONE) return version;
	char *p = arena_cstr(a, version);
	size_t n = 0;
	for (size_t i = 0; i < version.n; i++) {
		bool plus = str_istarts(str_from_pos(version, i), S("%2b"));
		p[n++] = plus ? '+' : version.p[i];
		if (plus) i += 2;
	}
	return (str){ p, n };
}

static bool take_version(struct arena *a, str text, struct version *parsed, str *normal)
{
	if (!version_parse(a, decode_plus(a, text), parsed, NULL)) return false;
	*normal = version_normal(a, parsed);
	return true;
}

/* "2b" -> 2, "b". */
static bool take_build(str text, struct wheel_name *out)
{
	size_t digits = 0, zeros = 0;
	while (digits < text.n && ascii_digit(text.p[digits])) digits++;
	while (zeros + 1 < digits && text.p[zeros] == '0') zeros++;
	if (digits == 0) return false;
	out->has_build = true;
	out->build_number = str_slice(text, zeros, digits);
	out->build_suffix = str_from_pos(text, digits);
	return true;
}

static bool is_identifier(str s)
{
	if (str_empty(s) || ascii_digit(s.p[0])) return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_word(s.p[i])) return false;
	return true;
}

/* The members of a compressed set ("py2.py3"); false when one is empty. */
static bool split_set(struct arena *a, str set, struct str_list *out)
{
	str rest = set, part;
	for (bool more = true; more;) {
		more = str_cut(rest, '.', &part, &rest);
		if (str_empty(part)) return false;
		*vec_push(a, out) = part;
	}
	return true;
}

static void add_tag(struct arena *a, struct str_list *tags, str python, str abi, str platform)
{
	char *p = arena_array(a, char, python.n + abi.n + platform.n + 3), *q = p;
	const str parts[] = { python, S("-"), abi, S("-"), platform };
	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < parts[i].n; j++) *q++ = parts[i].p[j];
	*vec_push(a, tags) = (str){ p, (size_t)(q - p) };
}

static void sort_unique(struct str_list *tags)
{
	str_list_sort(tags);
	size_t n = 0;
	for (size_t i = 0; i < tags->n; i++)
		if (n == 0 || !str_eq(tags->p[n - 1], tags->p[i])) tags->p[n++] = tags->p[i];
	tags->n = n;
}

/* NULL, or why the three sets are refused. */
static const char *take_tags(struct arena *a, struct wheel_name *out)
{
	struct str_list pythons = { 0 }, abis = { 0 }, platforms = { 0 };
	if (!split_set(a, out->pythons, &pythons) || !split_set(a, out->abis, &abis) || !split_set(a, out->platforms, &platforms))
		return "a tag in it is empty";
	for (size_t i = 0; i < pythons.n; i++)
		if (!is_identifier(pythons.p[i])) return "its Python tag is not an identifier";
	/* Each factor is below WHEEL_NAME_MAX: the product cannot wrap. */
	if (pythons.n * abis.n * platforms.n > WHEEL_TAGS_MAX) return "its tags stand for more than 1000 combinations";
	for (size_t i = 0; i < pythons.n; i++)
		for (size_t j = 0; j < abis.n; j++)
			for (size_t k = 0; k < platforms.n; k++) add_tag(a, &out->tags, pythons.p[i], abis.p[j], platforms.p[k]);
	sort_unique(&out->tags);
	return NULL;
}

bool wheel_name_parse(struct arena *a, str file, struct wheel_name *out, struct err *e)
{
	if (!is_file_name(file)) return refuse(e, "wheel-name", file, "it has characters that no file name of a wheel has");
	if (!str_ends(file, S(".whl"))) return refuse(e, "wheel-name", file, "it does not end in \".whl\"");
	str stem = str_slice(file, 0, file.n - 4), part[6], rest = stem;
	size_t dashes = count_char(stem, '-');
	if (dashes != 4 && dashes != 5) return refuse(e, "wheel-name", file, "it has not five or six parts between dashes");
	for (size_t i = 0; i <= dashes; i++) str_cut(rest, '-', &part[i], &rest);

	struct wheel_name w = { .file = file };
	if (!is_escaped_name(part[0])) return refuse(e, "wheel-name", file, "its project name is not an escaped name");
	w.name = name_normalize(a, part[0]);
	if (!take_version(a, part[1], &w.parsed, &w.version)) return refuse(e, "wheel-name", file, "its version is not valid");
	if (dashes == 5 && !take_build(part[2], &w))
		return refuse(e, "wheel-name", file, "its build tag does not start with a digit");
	w.pythons = arena_lower(a, part[dashes - 2]);
	w.abis = arena_lower(a, part[dashes - 1]);
	w.platforms = arena_lower(a, part[dashes]);
	const char *why = take_tags(a, &w);
	if (why) return refuse(e, "wheel-name", file, why);
	*out = w;
	return true;
}

bool sdist_name_parse(struct arena *a, str file, struct sdist_name *out, struct err *e)
{
	if (!is_file_name(file))
		return refuse(e, "sdist-name", file, "it has characters that no file name of a source distribution has");
	size_t suffix = str_ends(file, S(".tar.gz")) ? 7 : str_ends(file, S(".zip")) ? 4 : 0;
	if (!suffix) return refuse(e, "sdist-name", file, "it ends neither in \".tar.gz\" nor in \".zip\"");
	str stem = str_slice(file, 0, file.n - suffix);
	size_t dash = str_rchr(stem, '-');
	if (dash == STR_NONE || dash == 0) return refuse(e, "sdist-name", file, "it has no name and version with a dash between");
	struct version parsed;
	struct sdist_name s = { .name = name_normalize(a, str_slice(stem, 0, dash)) };
	if (!take_version(a, str_from_pos(stem, dash + 1), &parsed, &s.version))
		return refuse(e, "sdist-name", file, "its version is not valid");
	*out = s;
	return true;
}
