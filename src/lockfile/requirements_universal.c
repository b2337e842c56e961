/* requirements_universal.c: what requirements files pin, line by line, with the markers of the lines.
 * SPDX-License-Identifier: Apache-2.0
 *
 * For exports: no target decides, so that each line stands for itself. A line that pins nothing takes the version and the hashes of a
 * constraint of its name. */
#include "base/io.h"
#include "lockfile/entries.h"
#include "lockfile/requirements_entry.h"

struct reading {
	struct lock_reader *r;
	struct lock_entries *out;
	VEC(struct requirements_entry) wants;
	VEC(struct requirements_entry) limits;
};

static bool pin_of(const struct requirements_entry *entry, str *version)
{
	if (entry->direct) return *version = entry->version, true;
	for (size_t i = 0; i < entry->specifier.n; i++) {
		const struct specifier_clause *c = &entry->specifier.clauses[i];
		if (c->op == SPEC_ARBITRARY || (c->op == SPEC_EQ && !c->wildcard)) return *version = c->text, true;
	}
	return false;
}

static bool add_file(struct reading *g, const struct requirements_entry *from, struct lock_entry *entry, struct err *e)
{
	struct locked_file *f = vec_push(g->r->a, &entry->package.files);
	*f = from->file;
	if (str_empty(f->path)) return true;
	return path_absolute(g->r->a, path_join(g->r->a, requirements_folder(from->line), f->path), &f->path, e);
}

static bool add_entry(struct reading *g, const struct requirements_entry *from, struct err *e)
{
	struct lock_entry *entry;
	const struct requirements_entry *pin = from;
	str version = { 0 };
	if (!entries_add(g->r, g->out, &entry, e)) return false;
	entry->package.name = from->name;
	entry->package.extras = from->extras;
	entry->package.from_file = from->line->file.p ? from->line->file : S("<text>");
	entry->package.from_line = from->line->source.line;
	entry->marker = from->marker;
	entry->pinned = pin_of(from, &version);
	for (size_t i = 0; i < g->limits.n && !entry->pinned; i++) {
		if (!str_eq(g->limits.p[i].name, from->name) || !pin_of(&g->limits.p[i], &version)) continue;
		pin = &g->limits.p[i];
		entry->pinned = true;
	}
	entry->written =
	    arena_fmt(g->r->a, STR_FMT STR_FMT, STR_ARG(from->name), STR_ARG(specifier_text(g->r->a, &from->specifier)));
	entry->package.version = version;
	entry->package.hashes = from->hashes.n ? from->hashes : pin->hashes;
	entry->package.pinned_by_hash = entry->package.hashes.n > 0;
	entry->direct = pin->direct;
	return !pin->direct || add_file(g, pin, entry, e);
}

static bool take_line(struct reading *g, const struct requirement_line *line, struct err *e)
{
	struct requirements_entry entry = { 0 };
	if (line->pylock) {
		struct str_list groups = { 0 };
		str text, path = str_slice(line->text, 0, str_chr(line->text, '['));
		return reader_load(g->r, path, true, &text, e) && pylock_entries(g->r, path, text, g->out, &groups, e);
	}
	if (!requirements_entry_from(g->r->a, line, &entry, e)) return false;
	if (line->constraint)
		*vec_push(g->r->a, &g->limits) = entry;
	else
		*vec_push(g->r->a, &g->wants) = entry;
	return true;
}

static bool check_request(struct lock_reader *r, struct err *e)
{
	struct str_list none = { 0 };
	if (r->extras.n) return reader_unknown_name(r->a, e, "unknown-extra", "extra", r->extras.p[0], &none);
	if (r->groups.n) return reader_unknown_name(r->a, e, "unknown-group", "group", r->groups.p[0], &none);
	if (r->only_groups.n) return reader_unknown_name(r->a, e, "unknown-group", "group", r->only_groups.p[0], &none);
	return true;
}

bool requirements_entries(struct lock_reader *r, struct lock_entries *out, struct err *e)
{
	struct reading g = { .r = r, .out = out };
	struct requirements *files = arena_new(r->a, struct requirements);
	struct requirements_request request = { .text = r->request->text, .env = r->request->env };
	*vec_push(r->a, &request.paths) = r->request->path;
	for (size_t i = 0; i < r->request->more_paths.n; i++) *vec_push(r->a, &request.paths) = r->request->more_paths.p[i];
	if (!check_request(r, e) || !requirements_parse(r->a, &request, files, e)) return false;
	for (size_t i = 0; i < files->lines.n; i++)
		if (!take_line(&g, &files->lines.p[i], e)) return false;
	for (size_t i = 0; i < g.wants.n; i++)
		if (!add_entry(&g, &g.wants.p[i], e)) return false;
	*r->options = files->options;
	for (size_t i = 0; i < files->inputs.n; i++) *vec_push(r->a, &r->set->inputs) = files->inputs.p[i];
	return true;
}
