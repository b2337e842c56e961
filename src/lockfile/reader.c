/* reader.c: files, markers, hashes and names for all lock readers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "python/name.h"

bool reader_load(struct lock_reader *r, str path, bool counts, str *text, struct err *e)
{
	str bytes;
	if (r->request->text.p && str_eq(path, r->request->path)) {
		bytes = r->request->text;
	} else if (!io_read_file(r->a, arena_cstr(r->a, path), LOCK_FILE_MAX, &bytes, e)) {
		return false;
	}
	if (counts) sha256_update(&r->digest, bytes.p, bytes.n);
	*vec_push(r->a, &r->set->inputs) = arena_str(r->a, path);
	*text = bytes;
	return true;
}

bool reader_load_beside(struct lock_reader *r, str path, bool *found, str *text, struct err *e)
{
	struct io_stat st;
	if (r->request->project_text.p) {
		*text = r->request->project_text;
		*found = true;
		return true;
	}
	if (!io_stat(arena_cstr(r->a, path), &st, e)) return false;
	if (!st.exists) return *found = false, true;
	if (!reader_load(r, path, false, text, e)) return false;
	return *found = true, true;
}

bool reader_decide(struct lock_reader *r, const struct marker *m, str who, str *assumed)
{
	bool was_assumed = false;
	if (!m) return true;
	bool holds = marker_decide(m, &r->known, &r->assumed, &was_assumed);
	if (was_assumed) {
		str text = marker_text(r->a, m);
		*assumed = text;
		note_add(r->notes, NOTE_INFO, "assumed-marker",
		         STR_FMT ": the marker `" STR_FMT "` depends on a value that is known only at run time; taken as %s",
		         STR_ARG(who), STR_ARG(text), holds ? "true" : "false");
	}
	return holds;
}

/* Requires-Python is a comparison of python_full_version: asking the marker evaluator gives it the same interval rule. */
bool reader_python_matches(struct lock_reader *r, str specifier, str who, bool *matches, struct err *e)
{
	struct specifier_set set;
	if (!specifier_parse(r->a, specifier, &set, e)) return false;
	bool all = true;
	for (size_t i = 0; i < set.n && all; i++) {
		str text = arena_fmt(r->a, "python_full_version %s \"" STR_FMT "\"", specifier_op_text(set.clauses[i].op),
		                     STR_ARG(set.clauses[i].text));
		struct marker *m;
		str assumed = { 0 };
		if (!marker_parse(r->a, text, &m, e)) return false;
		all = reader_decide(r, m, who, &assumed);
	}
	*matches = all;
	return true;
}

bool reader_add(struct lock_reader *r, struct locked_package **out, struct err *e)
{
	if (r->set->packages.n >= LOCK_PACKAGES_MAX)
		return err_set(e, ERR_FORMAT, "too-large", "the lock names more than %zu packages", LOCK_PACKAGES_MAX);
	struct locked_package *p = vec_push(r->a, &r->set->packages);
	p->chosen = SIZE_MAX;
	*out = p;
	return true;
}

static const struct strong_hash {
	const char *name;
	size_t digits;
} strong_hashes[] = { { "sha256", 64 }, { "sha384", 96 }, { "sha512", 128 } };

static const struct strong_hash *find_strong(str algorithm)
{
	for (size_t i = 0; i < sizeof strong_hashes / sizeof *strong_hashes; i++)
		if (str_ieq(algorithm, str_from(strong_hashes[i].name))) return &strong_hashes[i];
	return NULL;
}

bool reader_hash_text(struct arena *a, str algorithm, str hex, str *out, struct err *e)
{
	const struct strong_hash *h = find_strong(algorithm);
	if (!h)
		return err_set(e, ERR_FORMAT, "hash-weak",
		               "`" STR_FMT "` is no hash that proves a file: sha256, sha384 or sha512 is needed",
		               STR_ARG(str_slice(algorithm, 0, 40)));
	bool good = hex.n == h->digits;
	for (size_t i = 0; good && i < hex.n; i++) good = ascii_hex(hex.p[i]) >= 0;
	if (!good) return err_set(e, ERR_FORMAT, "lock-hash", "a %s digest has %zu hexadecimal digits", h->name, h->digits);
	*out = arena_fmt(a, "%s:" STR_FMT, h->name, STR_ARG(arena_lower(a, hex)));
	return true;
}

bool locked_file_hash(struct arena *a, struct locked_file *f, str algorithm, str hex, struct err *e)
{
	/* Weak digests prove nothing; whether something better is there is judged once all are read. */
	if (!find_strong(algorithm)) return true;
	str text;
	if (!reader_hash_text(a, algorithm, hex, &text, e)) return false;
	if (str_starts(text, S("sha256:"))) {
		f->has_sha256 = sha256_from_hex(str_from_pos(text, 7), &f->sha256);
		return true;
	}
	*vec_push(a, &f->other_hashes) = text;
	return true;
}

bool locked_file_verifiable(const struct locked_file *f) { return f->has_sha256 || f->other_hashes.n > 0; }

str percent_decode(struct arena *a, str text)
{
	if (str_chr(text, '%') == STR_NONE) return text;
	char *out = arena_array(a, char, text.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		int high = text.p[i] == '%' ? ascii_hex(str_at(text, i + 1)) : -1;
		int low = high >= 0 ? ascii_hex(str_at(text, i + 2)) : -1;
		if (low >= 0) {
			out[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = text.p[i];
		}
	}
	return (str){ out, n };
}

static str url_without_query(str url)
{
	size_t end = str_chr(url, '#');
	url = str_slice(url, 0, end);
	return str_slice(url, 0, str_chr(url, '?'));
}

str reader_url_file(struct arena *a, str url)
{
	str path = url_without_query(url);
	size_t slash = str_rchr(path, '/');
	return percent_decode(a, slash == STR_NONE ? path : str_from_pos(path, slash + 1));
}

bool url_local_path(struct arena *a, str url, str *path)
{
	if (!str_istarts(url, S("file:"))) return false;
	str rest = str_from_pos(url_without_query(url), sizeof "file:" - 1);
	if (str_starts(rest, S("//"))) {
		rest = str_from_pos(rest, 2);
		if (str_istarts(rest, S("localhost/"))) rest = str_from_pos(rest, sizeof "localhost" - 1);
		if (!str_starts(rest, S("/"))) return false;
	}
	*path = percent_decode(a, rest);
	return true;
}

static bool ends_authority(char c) { return c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || ascii_space(c); }

str url_masked(struct arena *a, str text)
{
	str out = S(""), rest = text;
	size_t scheme;
	if (str_chr(text, '@') == STR_NONE) return text;
	while ((scheme = str_find(rest, S("://"))) != STR_NONE && out.n < ((size_t)1 << 16)) {
		size_t from = scheme + 3, end = from;
		while (end < rest.n && !ends_authority(rest.p[end])) end++;
		size_t at = str_rchr(str_slice(rest, from, end), '@');
		out = arena_join(a, out, str_slice(rest, 0, from));
		if (at != STR_NONE) out = arena_join(a, out, S("****"));
		rest = str_from_pos(rest, at == STR_NONE ? from : from + at);
	}
	return arena_join(a, out, str_slice(rest, 0, 1 << 16));
}

bool reader_bad(const struct toml_document *d, const struct toml_value *v, struct err *e, const char *id, const char *format,
                ...)
{
	char text[900];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	err_set(e, ERR_FORMAT, id, "%s", text);
	return toml_where(e, d, v ? v->offset : 0);
}

uint32_t reader_line(struct line_cursor *c, str text, size_t offset)
{
	if (offset > text.n) offset = text.n;
	if (offset < c->at) *c = (struct line_cursor){ 0 };
	for (const char *p; (p = memchr(text.p + c->at, '\n', offset - c->at)); c->lines++) c->at = (size_t)(p - text.p) + 1;
	return c->lines + 1;
}

bool reader_marker(struct lock_reader *r, const struct toml_document *d, const struct toml_value *v, struct marker **out,
                   struct err *e)
{
	if (v->type != TOML_STRING)
		return reader_bad(d, v, e, "toml-type", "a marker is a string, not %s", toml_type_name(v->type));
	struct marker *m;
	if (marker_parse(r->a, v->u.string, &m, e) && marker_check(m, e)) return *out = m, true;
	/* The offset inside the marker is off by the quote only when the string has no escapes, which markers never need. */
	return toml_where(e, d, v->offset + 1 + (e->has_offset ? e->offset : 0));
}

void reader_normalize_names(struct arena *a, const struct str_list *in, struct str_list *out)
{
	for (size_t i = 0; i < in->n; i++) str_list_add_new(a, out, name_normalize(a, in->p[i]));
}

/* Edit distance, cut off at `limit`; names are short. */
static size_t distance(str a, str b, size_t limit)
{
	size_t row[65];
	if (a.n > 64 || b.n > 64) return limit;
	for (size_t j = 0; j <= b.n; j++) row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = diagonal + (a.p[i - 1] != b.p[j - 1]);
			if (row[j] + 1 < best) best = row[j] + 1;
			if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[b.n];
}

bool reader_unknown_name(struct arena *a, struct err *e, const char *id, const char *kind, str name,
                         const struct str_list *known)
{
	(void)a;
	err_set(e, ERR_USAGE, id, "the lock has no %s `" STR_FMT "`", kind, STR_ARG(str_slice(name, 0, 200)));
	size_t best = SIZE_MAX, least = 3;
	for (size_t i = 0; i < known->n; i++) {
		size_t d = distance(name, known->p[i], least);
		if (d < least) best = i, least = d;
	}
	if (best != SIZE_MAX) return err_help(e, "did you mean `" STR_FMT "`?", STR_ARG(known->p[best]));
	if (!known->n) return err_help(e, "it has no %ss at all", kind);
	char list[600];
	size_t n = 0;
	for (size_t i = 0; i < known->n && n < sizeof list - 120; i++)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s" STR_FMT, i ? ", " : "", STR_ARG(str_slice(known->p[i], 0, 80)));
	return err_help(e, "it has: %s", list);
}
