/* requirements_reduce.c: what requirements files mean for one target.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All lines of one name are read together: markers decide which count, extras add up, constraints limit but do not add, and the
 * result is pinned when some clause names one version that all the others admit. Hash mode is pip's: one --hash anywhere, or
 * --require-hashes, and every distribution needs one (pip documentation, "Hash-checking Mode"). */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/map.h"
#include "lockfile/reader.h"
#include "lockfile/requirements_entry.h"
#include "python/name.h"

struct project {
	str name;
	VEC(struct requirements_entry *) entries; /* lines that ask for it */
	VEC(struct requirements_entry *) limits;  /* constraints */
};

struct reducer {
	struct lock_reader *r;
	struct requirements *files;
	struct map by_name; /* name -> struct project */
	bool hash_mode, nested_lock;
};

static str place(struct arena *a, const struct requirement_line *l)
{
	return arena_fmt(a, STR_FMT ":%u", STR_ARG(str_empty(l->file) ? S("<text>") : l->file), (unsigned)l->source.line);
}

static str shown(struct arena *a, const struct requirement_line *l)
{
	str text = url_masked(a, l->source.written);
	size_t options = str_find(text, S(" --"));
	return str_trim(str_slice(str_slice(text, 0, options), 0, 200));
}

static bool take_entry(struct reducer *d, const struct requirement_line *line, struct err *e)
{
	struct arena *a = d->r->a;
	struct requirements_entry *entry = arena_new(a, struct requirements_entry);
	if (!requirements_entry_from(a, line, entry, e)) return false;
	if (entry->hashes.n) d->hash_mode = true;
	if (!reader_decide(d->r, entry->marker, entry->name, &entry->assumed)) return true;
	void **slot = map_put(&d->by_name, entry->name, NULL);
	if (!*slot) {
		struct project *fresh = arena_new(a, struct project);
		fresh->name = entry->name;
		*slot = fresh;
	}
	struct project *p = *slot;
	if (line->constraint)
		*vec_push(a, &p->limits) = entry;
	else
		*vec_push(a, &p->entries) = entry;
	return true;
}

/* --- one version --- */

static bool conflict(struct reducer *d, const struct project *p, const struct requirements_entry *x,
                     const struct requirements_entry *y, struct err *e)
{
	struct arena *a = d->r->a;
	err_set(e, ERR_RESOLVE, "conflict", "the lines for `" STR_FMT "` contradict each other", STR_ARG(p->name));
	err_where(e, STR_FMT, STR_ARG(place(a, y->line)));
	return err_why(e, STR_FMT ": " STR_FMT "\n" STR_FMT ": " STR_FMT, STR_ARG(place(a, x->line)), STR_ARG(shown(a, x->line)),
	               STR_ARG(place(a, y->line)), STR_ARG(shown(a, y->line)));
}

static struct requirements_entry *member(const struct project *p, size_t i)
{
	return i < p->entries.n ? p->entries.p[i] : p->limits.p[i - p->entries.n];
}

static size_t members(const struct project *p) { return p->entries.n + p->limits.n; }

/* The clause that names one version; of several, one with a local part, because "==1.0" admits "1.0+cpu" and not the reverse. */
static const struct requirements_entry *find_pin(const struct project *p, str *version)
{
	const struct requirements_entry *found = NULL;
	for (size_t i = 0; i < members(p); i++) {
		const struct requirements_entry *entry = member(p, i);
		for (size_t j = 0; j < entry->specifier.n; j++) {
			const struct specifier_clause *c = &entry->specifier.clauses[j];
			if (c->op != SPEC_ARBITRARY && (c->op != SPEC_EQ || c->wildcard)) continue;
			if (found && str_chr(c->text, '+') == STR_NONE) continue;
			if (found && str_chr(*version, '+') != STR_NONE) continue;
			found = entry;
			*version = c->text;
		}
	}
	return found;
}

static bool admits(const struct specifier_set *s, const struct version *v, bool is_version, str raw)
{
	if (is_version) return specifier_matches(s, v, raw);
	for (size_t i = 0; i < s->n; i++)
		if (s->clauses[i].op != SPEC_ARBITRARY || !str_ieq(s->clauses[i].text, raw)) return false;
	return true;
}

static bool all_admit(struct reducer *d, const struct project *p, const struct requirements_entry *pin, str version,
                      struct err *e)
{
	struct version v = { 0 };
	bool is_version = version_parse(d->r->a, version, &v, NULL);
	for (size_t i = 0; i < members(p); i++) {
		const struct requirements_entry *entry = member(p, i);
		if (!admits(&entry->specifier, &v, is_version, version)) return conflict(d, p, pin, entry, e);
	}
	return true;
}

static bool find_direct(struct reducer *d, const struct project *p, const struct requirements_entry **out, struct err *e)
{
	const struct requirements_entry *found = NULL;
	for (size_t i = 0; i < members(p); i++) {
		const struct requirements_entry *entry = member(p, i);
		if (!entry->direct) continue;
		if (!found)
			found = entry;
		else if (!str_eq(found->file.url, entry->file.url) || !str_eq(found->file.path, entry->file.path))
			return conflict(d, p, found, entry, e);
	}
	*out = found;
	return true;
}

/* --- hashes: what several lines allow is what all of them allow --- */

static void allowed_hashes(struct arena *a, const struct project *p, struct str_list *out)
{
	for (size_t i = 0; i < members(p); i++) {
		const struct str_list *more = &member(p, i)->hashes;
		if (!more->n) continue;
		if (!out->n) {
			for (size_t j = 0; j < more->n; j++) *vec_push(a, out) = more->p[j];
			continue;
		}
		size_t n = 0;
		for (size_t j = 0; j < out->n; j++)
			if (str_list_has(more, out->p[j])) out->p[n++] = out->p[j];
		out->n = n;
		if (!n) return;
	}
}

/* --- paths: the answer's are relative to the first file's folder, wherever they were written --- */

static bool exists(struct arena *a, str path)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	return io_stat(arena_cstr(a, path), &st, &ignored) && st.exists;
}

/* pip reads paths from the folder in which it runs, uv and people from that of the file: the file's folder first. */
static bool relocate(struct reducer *d, str folder, str *path, struct err *e)
{
	struct arena *a = d->r->a;
	str home = path_dir(d->r->request->path), there = path_join(a, folder, *path);
	if (str_empty(*path) || path_is_absolute(*path)) return true;
	if (!exists(a, there) && !str_eq(folder, S(".")) && exists(a, *path)) {
		note_add(d->r->notes, NOTE_INFO, "path-from-here",
		         STR_FMT " is not beside the file that names it; taken from the current folder", STR_ARG(*path));
		return path_absolute(a, *path, path, e);
	}
	if (str_eq(path_clean(a, folder), path_clean(a, home))) return true;
	return path_absolute(a, there, path, e);
}

/* --- packages --- */

static bool add_package(struct reducer *d, const struct project *p, const struct requirements_entry *direct, str version,
                        struct err *e)
{
	struct arena *a = d->r->a;
	const struct requirements_entry *first = p->entries.p[0];
	struct locked_package *out;
	struct map extras;
	if (!reader_add(d->r, &out, e)) return false;
	out->name = p->name;
	out->version = version;
	out->from_file = first->line->file;
	out->from_line = first->line->source.line;
	map_init(&extras, a);
	for (size_t i = 0; i < p->entries.n; i++) {
		const struct requirements_entry *entry = p->entries.p[i];
		if (!str_empty(entry->assumed)) out->assumed = entry->assumed;
		for (size_t j = 0; j < entry->extras.n; j++) {
			bool added;
			map_put(&extras, entry->extras.p[j], &added);
			if (added) *vec_push(a, &out->extras) = entry->extras.p[j];
		}
	}
	str_list_sort(&out->extras);
	allowed_hashes(a, p, &out->hashes);
	out->pinned_by_hash = out->hashes.n > 0;
	if (!direct) return true;
	struct locked_file *f = vec_push(a, &out->files);
	*f = direct->file;
	if (!relocate(d, requirements_folder(direct->line), &f->path, e)) return false;
	if (out->hashes.n == 1 && str_starts(out->hashes.p[0], S("sha256:")))
		f->has_sha256 = sha256_from_hex(str_from_pos(out->hashes.p[0], 7), &f->sha256);
	return true;
}

static void add_unpinned(struct reducer *d, const struct project *p)
{
	struct arena *a = d->r->a;
	const struct requirement_line *l = p->entries.p[0]->line;
	*vec_push(a, &d->r->set->unpinned) = arena_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(place(a, l)), STR_ARG(shown(a, l)));
}

static bool reduce_project(struct reducer *d, const struct project *p, struct err *e)
{
	const struct requirements_entry *direct = NULL, *pin = NULL;
	str version = { 0 };
	if (!p->entries.n) return true;
	if (!find_direct(d, p, &direct, e)) return false;
	if (direct) {
		pin = direct;
		version = direct->version;
	} else {
		pin = find_pin(p, &version);
	}
	if (pin && !str_empty(version) && !all_admit(d, p, pin, version, e)) return false;
	if (!pin) return add_unpinned(d, p), true;
	return add_package(d, p, direct, version, e);
}

/* --- hash mode --- */

static bool needs_hash(const struct project *p, const char **why)
{
	bool any = false;
	for (size_t i = 0; i < members(p); i++) {
		const struct requirements_entry *entry = member(p, i);
		if (entry->direct && (entry->file.kind == LOCKED_VCS || entry->file.kind == LOCKED_DIRECTORY)) {
			*why = entry->file.kind == LOCKED_VCS ? "version control cannot be verified" : "a folder cannot be verified";
			return true;
		}
		any |= entry->hashes.n > 0;
	}
	*why = "no hash";
	return !any;
}

static bool check_hash_mode(struct reducer *d, struct err *e)
{
	struct arena *a = d->r->a;
	const struct project *first = NULL;
	const char *why = NULL;
	size_t count = 0;
	char list[800];
	size_t n = 0;
	list[0] = 0;
	for (size_t i = 0; i < d->by_name.n; i++) {
		const struct project *p = d->by_name.entries[i].value;
		if (!p->entries.n || !needs_hash(p, &why)) continue;
		if (!first) first = p;
		count++;
		str text = arena_fmt(a, STR_FMT ": " STR_FMT " (%s)\n", STR_ARG(place(a, p->entries.p[0]->line)),
		                     STR_ARG(shown(a, p->entries.p[0]->line)), why);
		if (n + text.n >= sizeof list) continue;
		memcpy(list + n, text.p, text.n);
		n += text.n;
		list[n] = 0;
	}
	if (!first) return true;
	if (n) list[n - 1] = 0;
	if (count == 1)
		err_set(e, ERR_RESOLVE, "hash-missing", "one requirement has no hash, although others have");
	else
		err_set(e, ERR_RESOLVE, "hash-missing", "%zu requirements have no hash, although others have", count);
	err_where(e, STR_FMT, STR_ARG(place(a, first->entries.p[0]->line)));
	err_why(e, "%s", list);
	return err_help(e, "one --hash switches hash mode on for all: add the hashes (pip-compile --generate-hashes, uv export)");
}

/* --- the whole --- */

static bool read_nested_lock(struct reducer *d, const struct requirement_line *line, struct err *e)
{
	struct lock_reader *r = d->r;
	str path = line->text, text;
	if (str_chr(path, '[') != STR_NONE) path = str_slice(path, 0, str_chr(path, '['));
	if (!d->nested_lock) sha256_update(&r->digest, d->files->digest.bytes, SHA256_SIZE);
	d->nested_lock = true;
	size_t before = r->set->packages.n;
	if (!reader_load(r, path, true, &text, e) || !lock_format_pylock.read(r, path, text, e)) return false;
	for (size_t i = before; i < r->set->packages.n; i++)
		for (size_t j = 0; j < r->set->packages.p[i].files.n; j++)
			if (!relocate(d, path_dir(path), &r->set->packages.p[i].files.p[j].path, e)) return false;
	return true;
}

static bool check_names(struct reducer *d, struct err *e)
{
	struct map seen;
	map_init(&seen, d->r->a);
	for (size_t i = 0; i < d->r->set->packages.n; i++) {
		const struct locked_package *p = &d->r->set->packages.p[i];
		bool added;
		map_put(&seen, p->name, &added);
		if (added) continue;
		err_set(e, ERR_RESOLVE, "conflict", "`" STR_FMT "` comes from two files", STR_ARG(p->name));
		return err_where(e, STR_FMT, STR_ARG(p->from_file));
	}
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

static void give_options(struct reducer *d)
{
	*d->r->options = d->files->options;
	d->r->options->require_hashes = d->hash_mode;
	d->r->set->hash_mode = d->hash_mode;
	for (size_t i = 0; i < d->files->inputs.n; i++) *vec_push(d->r->a, &d->r->set->inputs) = d->files->inputs.p[i];
}

static bool read_requirements(struct lock_reader *r, str path, str text, struct err *e)
{
	struct requirements files = { 0 };
	struct requirements_request request = { .text = text, .env = r->request->env };
	struct reducer d = { .r = r, .files = &files };
	*vec_push(r->a, &request.paths) = path;
	for (size_t i = 0; i < r->request->more_paths.n; i++) *vec_push(r->a, &request.paths) = r->request->more_paths.p[i];
	if (!requirements_parse(r->a, &request, &files, e)) return false;
	map_init(&d.by_name, r->a);
	bool nested = false;
	for (size_t i = 0; i < files.lines.n; i++) {
		if (files.lines.p[i].pylock)
			nested = true;
		else if (!take_entry(&d, &files.lines.p[i], e))
			return false;
	}
	if (!nested && !check_request(r, e)) return false;
	d.hash_mode |= files.options.require_hashes;
	if (files.no_require_hashes && !files.options.require_hashes) d.hash_mode = false;
	if (d.hash_mode && !check_hash_mode(&d, e)) return false;
	for (size_t i = 0; i < d.by_name.n; i++)
		if (!reduce_project(&d, d.by_name.entries[i].value, e)) return false;
	give_options(&d);
	r->set->lock_sha256 = files.digest;
	for (size_t i = 0; i < files.lines.n; i++)
		if (files.lines.p[i].pylock && !read_nested_lock(&d, &files.lines.p[i], e)) return false;
	if (d.nested_lock) sha256_end(&r->digest, &r->set->lock_sha256);
	return check_names(&d, e);
}

const struct lock_format_ops lock_format_requirements = { LOCK_FORMAT_REQUIREMENTS, "requirements.txt", read_requirements };
