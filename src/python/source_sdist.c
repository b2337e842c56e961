/* source_sdist.c: PKG-INFO at the top of a project: what a source distribution says of itself.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Source distribution format" and "Core metadata specifications" (email headers, the description as the body). A version that
 * comes from version control is found in no archive but there: setuptools-scm, hatch-vcs and hatchling itself take it from this file. */
#include "python/source_backend.h"

bool source_pkg_info(struct source_work *w, str *header, str *body, bool *found)
{
	str text;
	*found = source_tree_is_sdist(w->tree);
	if (!*found) return true;
	if (!source_text(w, S("PKG-INFO"), &text)) return false;
	size_t end = str_find(text, S("\n\n")), other = str_find(text, S("\r\n\r\n"));
	if (other < end) {
		*header = str_slice(text, 0, other + 2);
		*body = str_from_pos(text, other + 4);
	} else {
		*header = str_slice(text, 0, end == STR_NONE ? text.n : end + 1);
		*body = end == STR_NONE ? (str){ 0 } : str_from_pos(text, end + 2);
	}
	return true;
}

void source_headers(struct arena *a, str header, const char *name, struct str_list *out)
{
	str line, field = str_from(name);
	bool inside = false;
	while (str_line(&header, &line)) {
		bool folded = str_starts(line, S(" ")) || str_starts(line, S("\t"));
		if (folded && inside)
			out->p[out->n - 1] = arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(out->p[out->n - 1]), STR_ARG(line));
		if (folded) continue;
		inside = str_istarts(line, field) && str_at(line, field.n) == ':';
		if (inside) *vec_push(a, out) = str_trim(str_from_pos(line, field.n + 1));
	}
}

str source_header(struct arena *a, str header, const char *name)
{
	struct str_list values = { 0 };
	source_headers(a, header, name, &values);
	return values.n ? values.p[0] : (str){ 0 };
}

bool source_version_of_pkg_info(struct source_work *w, bool *found)
{
	str header, body, written;
	struct version version;
	if (!source_pkg_info(w, &header, &body, found) || !*found) return !*found;
	written = source_header(w->a, header, "Version");
	*found = written.n > 0;
	if (!*found) return true;
	if (!version_parse(w->a, written, &version, w->e)) return err_where(w->e, "PKG-INFO");
	w->facts.version = version_normal(w->a, &version);
	w->facts.version_written = written;
	return true;
}
