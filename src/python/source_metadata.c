/* source_metadata.c: METADATA and entry_points.txt from facts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Core metadata specifications" 2.4; the order is the specification's, the description is the body. */
#include <stdlib.h>

#include "python/source_backend.h"

static void field(struct buf *out, const char *name, str value)
{
	if (value.n == 0) return;
	buf_addf(out, "%s: ", name);
	/* A value of several lines goes on behind blanks, which readers take off again (RFC 822 folding). */
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\r') continue;
		buf_add_char(out, value.p[i]);
		if (value.p[i] == '\n') buf_add_str(out, S("        "));
	}
	buf_add_char(out, '\n');
}

static void fields(struct buf *out, const char *name, const struct str_list *values)
{
	for (size_t i = 0; i < values->n; i++) field(out, name, values->p[i]);
}

static void joined(struct buf *out, const char *name, const struct str_list *values)
{
	if (values->n == 0) return;
	buf_addf(out, "%s: ", name);
	for (size_t i = 0; i < values->n; i++) buf_addf(out, "%s" STR_FMT, i ? "," : "", STR_ARG(values->p[i]));
	buf_add_char(out, '\n');
}

/* A display name with signs that RFC 5322 gives a meaning to stands in quotes. */
static bool needs_quotes(str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (str_chr(S("()<>[]:;@\\,.\""), name.p[i]) != STR_NONE) return true;
	return false;
}

static void add_display_name(struct buf *out, str name)
{
	bool quotes = needs_quotes(name);
	if (quotes) buf_add_char(out, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (quotes && (name.p[i] == '"' || name.p[i] == '\\')) buf_add_char(out, '\\');
		buf_add_char(out, name.p[i]);
	}
	if (quotes) buf_add_char(out, '"');
}

/* PEP 621: those with a name alone make Author, all others Author-email. */
static void people(struct buf *out, const char *plain, const char *mail, const struct source_person *p, size_t n, bool all)
{
	bool first = true;
	for (size_t i = 0; i < n; i++) {
		if (p[i].name.n == 0 || (p[i].email.n && !all)) continue;
		buf_addf(out, first ? "%s: " STR_FMT : "%s" STR_FMT, first ? plain : ", ", STR_ARG(p[i].name));
		first = false;
	}
	if (!first) buf_add_char(out, '\n');
	first = true;
	for (size_t i = 0; i < n; i++) {
		if (p[i].email.n == 0) continue;
		buf_addf(out, first ? "%s: " : "%s", first ? mail : ", ");
		if (p[i].name.n) add_display_name(out, p[i].name);
		buf_addf(out, p[i].name.n ? " <" STR_FMT ">" : STR_FMT, STR_ARG(p[i].email));
		first = false;
	}
	if (!first) buf_add_char(out, '\n');
}

/* "demo[x]>=1; marker" as poetry-core writes it: "demo[x] (>=1) ; marker". */
static void bracketed(struct buf *out, const struct str_list *values)
{
	for (size_t i = 0; i < values->n; i++) {
		str all = values->p[i], marker = { 0 };
		size_t semicolon = str_find(all, S("; ")), name = 0;
		if (semicolon != STR_NONE) marker = str_from_pos(all, semicolon + 2);
		str rest = str_trim(str_slice(all, 0, semicolon == STR_NONE ? all.n : semicolon));
		while (name < rest.n && str_chr(S("<>=!~ "), rest.p[name]) == STR_NONE) name++;
		str spec = str_trim(str_from_pos(rest, name));
		buf_addf(out, "Requires-Dist: " STR_FMT, STR_ARG(str_slice(rest, 0, name)));
		if (spec.n) buf_addf(out, spec.p[0] == '@' ? " " STR_FMT : " (" STR_FMT ")", STR_ARG(spec));
		if (marker.n) buf_addf(out, " ; " STR_FMT, STR_ARG(marker));
		buf_add_char(out, '\n');
	}
}

bool source_metadata_write(const struct source_facts *f, struct buf *out)
{
	bool imports = f->import_names.n || f->import_namespaces.n;
	field(out, "Metadata-Version", f->metadata_version.n ? f->metadata_version : imports ? S("2.5") : S("2.4"));
	field(out, "Name", f->name);
	field(out, "Version", f->version_written.n ? f->version_written : f->version);
	field(out, "Summary", f->summary);
	joined(out, "Keywords", &f->keywords);
	field(out, "Home-page", f->home_page);
	field(out, "Download-URL", f->download_url);
	people(out, "Author", "Author-email", f->authors.p, f->authors.n, f->all_authors_named);
	people(out, "Maintainer", "Maintainer-email", f->maintainers.p, f->maintainers.n, f->all_authors_named);
	field(out, "License", f->license_text);
	field(out, "License-Expression", f->license_expression);
	if (!f->licenses_unnamed) fields(out, "License-File", &f->license_files);
	fields(out, "Platform", &f->platforms);
	fields(out, "Classifier", &f->classifiers);
	if (f->spec_in_brackets)
		bracketed(out, &f->requires_dist);
	else
		fields(out, "Requires-Dist", &f->requires_dist);
	field(out, "Requires-Python", f->requires_python);
	fields(out, "Project-URL", &f->urls);
	fields(out, "Provides-Extra", &f->provides_extra);
	fields(out, "Dynamic", &f->marked_dynamic);
	fields(out, "Import-Name", &f->import_names);
	fields(out, "Import-Namespace", &f->import_namespaces);
	field(out, "Description-Content-Type", f->description_type);
	if (f->description.n) {
		buf_add_char(out, '\n');
		buf_add_str(out, f->description);
	}
	return !out->over;
}

static int by_group_and_name(const void *a, const void *b)
{
	const struct source_entry_point *x = a, *y = b;
	int order = str_cmp(x->group, y->group);
	return order ? order : str_cmp(x->name, y->name);
}

static void begin_group(struct buf *out, str group) { buf_addf(out, "%s[" STR_FMT "]\n", out->n ? "\n" : "", STR_ARG(group)); }

static bool has_group(const struct source_facts *f, str group)
{
	for (size_t i = 0; i < f->entry_points.n; i++)
		if (str_eq(f->entry_points.p[i].group, group)) return true;
	return false;
}

void source_entry_points_write(const struct source_facts *f, struct buf *out)
{
	static const char *const scripts[] = { "console_scripts", "gui_scripts" };
	if (f->entry_points.n > 1) qsort(f->entry_points.p, f->entry_points.n, sizeof *f->entry_points.p, by_group_and_name);
	for (size_t i = 0; f->empty_script_groups && i < 2; i++)
		if (!has_group(f, str_from(scripts[i]))) begin_group(out, str_from(scripts[i]));
	for (size_t i = 0; i < f->entry_points.n; i++) {
		const struct source_entry_point *p = &f->entry_points.p[i];
		bool first = i == 0 || !str_eq(p->group, f->entry_points.p[i - 1].group);
		if (first && f->dense_entry_points)
			buf_addf(out, "%s[" STR_FMT "]\n", i ? "\n" : "", STR_ARG(p->group));
		else if (first)
			begin_group(out, p->group);
		buf_addf(out, STR_FMT "%s" STR_FMT "\n", STR_ARG(p->name), f->dense_entry_points ? "=" : " = ", STR_ARG(p->value));
	}
	if (f->dense_entry_points && f->entry_points.n) buf_add_char(out, '\n');
}
