/* resolve_project.c: the versions of one project on one target: which file each would be installed from, or why none.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything here is known from the index page alone. Pages list thousands of files of few kinds: what a tag triple or a
 * Requires-Python means for the target is worked out once for each spelling.
 * Sources: python-packaging 3.5 (yanked), 5.2 (choice among wheels), 6 (upload times); PEP 425, 592, 700. */
#include "pipeline/resolve_parts.h"
#include "python/name.h"
#include "python/wheel_name.h"

struct resolve_project *resolve_project_of(struct resolve_target *t, str name)
{
	bool added;
	void **slot = map_put(&t->projects, name, &added);
	if (!added) return *slot;
	struct resolve_project *p = arena_new(t->run->a, struct resolve_project);
	p->name = arena_str(t->run->a, name);
	p->rule = resolve_rule_of(t, p->name);
	p->direct = p->rule->direct;
	p->waved = SIZE_MAX;
	*slot = p;
	return p;
}

/* --- tags --- */

bool resolve_wheel_name(struct arena *a, str file, struct wheel_name *out)
{
	struct err ignored = { 0 };
	return wheel_name_parse(a, file, out, &ignored);
}

/* "name-1.0-1build-cp312-cp312-linux_x86_64.whl" -> the last three components. */
static str tag_part(str file)
{
	size_t dashes = 0, i = file.n < 4 ? 0 : file.n - 4;
	for (; i > 0; i--)
		if (file.p[i - 1] == '-' && ++dashes == 3) break;
	return str_slice(file, i, file.n < 4 ? 0 : file.n - 4);
}

size_t resolve_rank(struct resolve_target *t, str file)
{
	str tags = tag_part(file);
	uintptr_t known = (uintptr_t)map_get(&t->ranks, tags);
	if (known == 0) {
		struct wheel_name w;
		struct arena_mark mark = arena_mark(t->run->a);
		size_t rank = resolve_wheel_name(t->run->a, file, &w) ? wheel_name_rank(&w, t->lt->tags) : SIZE_MAX;
		arena_rewind(t->run->a, mark);
		known = rank == SIZE_MAX ? UINTPTR_MAX : rank + 1;
		*map_put(&t->ranks, arena_str(t->run->a, tags), NULL) = (void *)known;
	}
	return known == UINTPTR_MAX ? SIZE_MAX : known - 1;
}

/* --- Requires-Python --- */

/* ">=3.6.*" and the like are read as the requirement on a project would be: with the repairs for published metadata. */
static bool read_python(struct arena *a, str text, struct specifier_set *out)
{
	struct requirement r;
	struct err ignored = { 0 };
	bool repaired;
	if (specifier_parse(a, text, out, NULL)) return true;
	if (!requirement_parse_lenient(a, arena_fmt(a, "python " STR_FMT, STR_ARG(text)), &r, &repaired, &ignored)) return false;
	if (r.url.n || r.marker || r.extras.n) return false;
	*out = r.specifier;
	return true;
}

static struct resolve_python judge_python(struct resolve_target *t, str text)
{
	struct resolve_python out = { .valid = true };
	struct specifier_set set;
	struct version full;
	int minor = t->lt->python_minor;
	str known = t->lt->values[MARKER_PYTHON_FULL_VERSION], assumed = t->lt->assumed[MARKER_PYTHON_FULL_VERSION];
	if (!read_python(t->run->a, text, &set)) return (struct resolve_python){ .allowed = true };
	if (str_empty(known) && minor < 0) known = t->lt->values[MARKER_PYTHON_VERSION]; /* "2.7" */
	if (known.n && version_parse(t->run->a, known, &full, NULL)) {
		out.allowed = specifier_matches(&set, &full, known);
		return out;
	}
	enum tri answer = minor >= 0 ? specifier_allows_python(&set, minor, S("")) : TRI_UNKNOWN;
	out.allowed = answer != TRI_FALSE;
	if (answer != TRI_UNKNOWN) return out;
	out.assumed = true;
	if (str_empty(assumed)) assumed = arena_fmt(t->run->a, "3.%d.0", minor >= 0 ? minor : 0);
	out.allowed = !version_parse(t->run->a, assumed, &full, NULL) || specifier_matches(&set, &full, assumed);
	return out;
}

struct resolve_python resolve_python_of(struct resolve_target *t, str requires_python)
{
	if (str_empty(requires_python)) return (struct resolve_python){ .valid = true, .allowed = true };
	struct resolve_python *made = map_get(&t->pythons, requires_python);
	if (!made) {
		made = arena_new(t->run->a, struct resolve_python);
		*made = judge_python(t, requires_python);
		*map_put(&t->pythons, arena_str(t->run->a, requires_python), NULL) = made;
	}
	return *made;
}

/* --- one file --- */

static bool has_hash(const struct index_file *f, str hash)
{
	if (str_istarts(hash, S("sha256:")) && f->has_sha256) {
		char hex[SHA256_HEX + 1];
		sha256_hex(&f->sha256, hex);
		return str_ieq(str_from_pos(hash, 7), str_from(hex));
	}
	for (size_t i = 0; i < f->other_hashes.n; i++)
		if (str_ieq(f->other_hashes.p[i], hash)) return true;
	/* What the index does not say shows when the file is there. */
	return !f->has_sha256 && f->other_hashes.n == 0;
}

static bool hash_allowed(const struct resolve_rule *rule, const struct index_file *f)
{
	for (size_t i = 0; i < rule->named.n; i++) {
		const struct str_list *hashes = &rule->named.p[i]->hashes;
		bool found = hashes->n == 0;
		for (size_t k = 0; k < hashes->n && !found; k++) found = has_hash(f, hashes->p[k]);
		if (!found) return false;
	}
	return true;
}

static bool listed(const struct str_list *names, str name)
{
	bool is = false;
	for (size_t i = 0; i < names->n; i++) {
		if (str_eq(names->p[i], S(":none:"))) is = false;
		if (str_eq(names->p[i], S(":all:")) || name_same(names->p[i], name)) is = true;
	}
	return is;
}

/* What a project's files are judged by, once a project. */
struct judging {
	struct resolve_target *t;
	const struct resolve_project *p;
	bool wheels, sdists;
};

static enum refusal_kind judge_time(const struct judging *j, const struct index_file *f)
{
	int64_t at;
	if (!j->t->run->has_cutoff || j->p->direct) return REFUSED_NOT;
	if (!resolve_time_parse(f->upload_time, false, &at)) return REFUSED_NO_TIME;
	return at >= j->t->run->cutoff ? REFUSED_TOO_NEW : REFUSED_NOT;
}

static enum refusal_kind judge_file(const struct judging *j, const struct catalog_file *f, size_t *rank)
{
	*rank = SIZE_MAX;
	if (!f->is_wheel && !f->is_sdist) return REFUSED_NO_FILE;
	if (f->is_sdist && !j->sdists) return REFUSED_SDIST;
	if (f->is_wheel && !j->wheels) return REFUSED_WHEELS;
	if (!resolve_python_of(j->t, f->index.requires_python).allowed) return REFUSED_PYTHON;
	if (f->is_wheel && (*rank = resolve_rank(j->t, f->index.file)) == SIZE_MAX) return REFUSED_TAGS;
	enum refusal_kind time = judge_time(j, &f->index);
	if (time != REFUSED_NOT) return time;
	if (!hash_allowed(j->p->rule, &f->index)) return REFUSED_HASH;
	return f->index.yanked ? REFUSED_YANKED : REFUSED_NOT;
}

/* Is the second of two usable files better? Wheels before source distributions, then as wheel_name_better. */
static bool better(struct resolve_target *t, const struct catalog_file *old, size_t old_rank, const struct catalog_file *new,
                   size_t new_rank)
{
	struct wheel_name x, y;
	if (old_rank != new_rank) return new_rank < old_rank;
	if (!new->is_wheel) return str_cmp(new->index.file, old->index.file) < 0;
	struct arena_mark mark = arena_mark(t->run->a);
	bool result = resolve_wheel_name(t->run->a, old->index.file, &x) && resolve_wheel_name(t->run->a, new->index.file, &y) &&
	              wheel_name_better(&y, &x, t->lt->tags) < 0;
	arena_rewind(t->run->a, mark);
	return result;
}

/* --- one version --- */

/* Yanked versions are let in by a pin of the user's own, or by the lock that names them. */
static bool yanked_admitted(struct resolve_target *t, const struct resolve_project *p, const struct catalog_release *release)
{
	struct arena *a = t->run->a;
	for (size_t i = 0; i < p->rule->named.n; i++) {
		const struct want *w = p->rule->named.p[i];
		if (w->pinned && interval_set_contains(&w->allowed, &release->version)) return true;
	}
	const struct str_list *pins = map_get(&t->pins, p->name);
	struct version pin;
	for (size_t i = 0; pins && i < pins->n; i++)
		if (version_parse(a, pins->p[i], &pin, NULL) && version_cmp(&pin, &release->version) == 0) return true;
	if (t->admitted.n == 0) return false;
	return str_list_has(&t->admitted, arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(p->name), STR_ARG(release->text)));
}

static bool spelled(const struct resolve_project *p, str text)
{
	for (size_t i = 0; i < p->rule->named.n; i++) {
		str arbitrary = p->rule->named.p[i]->arbitrary;
		if (arbitrary.n && !str_ieq(arbitrary, text)) return false;
	}
	return true;
}

static enum refusal_kind judge_release(const struct judging *j, const struct catalog_release *release, size_t *file)
{
	const struct catalog_project *page = j->p->page;
	enum refusal_kind furthest = REFUSED_NO_FILE;
	size_t best = SIZE_MAX, best_rank = SIZE_MAX, rank;
	for (size_t i = release->first; i < release->first + release->count; i++) {
		enum refusal_kind kind = judge_file(j, &page->files[i], &rank);
		bool usable = kind == REFUSED_NOT || kind == REFUSED_YANKED;
		bool first = usable && (best == SIZE_MAX || (kind == REFUSED_NOT && furthest == REFUSED_YANKED));
		bool as_good = usable && (kind == REFUSED_YANKED) == (furthest == REFUSED_YANKED);
		if (first || (as_good && better(j->t, &page->files[best], best_rank, &page->files[i], rank))) {
			best = i;
			best_rank = rank;
		}
		if (furthest != REFUSED_NOT && (kind == REFUSED_NOT || kind > furthest)) furthest = kind;
	}
	/* What was left out of memory are files that no target can use: which these are is asked for when a text needs it. */
	if (release->n_left_out && furthest < REFUSED_TAGS && furthest != REFUSED_NOT) furthest = REFUSED_TAGS;
	if (furthest == REFUSED_YANKED && yanked_admitted(j->t, j->p, release)) furthest = REFUSED_NOT;
	if (furthest == REFUSED_NOT && !spelled(j->p, release->text)) furthest = REFUSED_SPELLING;
	*file = furthest == REFUSED_NOT || furthest == REFUSED_YANKED ? best : SIZE_MAX;
	return furthest;
}

uint32_t resolve_refuse(struct resolve *r, struct resolve_project *p, size_t candidate, str text)
{
	for (size_t i = 0; i < p->refusals.n; i++)
		if (p->refusals.p[i].kind == REFUSED_METADATA && str_eq(p->refusals.p[i].text, text)) return (uint32_t)(i + 1);
	*vec_push(r->a, &p->refusals) = (struct refusal){ REFUSED_METADATA, candidate, candidate, text };
	return (uint32_t)p->refusals.n;
}

/* --- the project --- */

static enum solver_pre prereleases_of(struct resolve_target *t, const struct resolve_rule *rule)
{
	bool named = false;
	for (size_t i = 0; i < rule->named.n; i++) {
		if (rule->named.p[i]->allow_prereleases) return SOLVER_PRE_MIXED;
		named |= rule->named.p[i]->names_prerelease;
	}
	switch (t->run->prereleases) {
	case RESOLVE_PRE_ALLOW: return SOLVER_PRE_MIXED;
	case RESOLVE_PRE_DISALLOW: return SOLVER_PRE_NEVER;
	case RESOLVE_PRE_EXPLICIT: return named ? SOLVER_PRE_MIXED : SOLVER_PRE_NEVER;
	default: return SOLVER_PRE_LAST;
	}
}

/* The first version of the pins that the target can use. */
static size_t preferred_of(struct resolve_target *t, const struct resolve_project *p)
{
	const struct str_list *pins = map_get(&t->pins, p->name);
	struct version pin;
	for (size_t k = 0; pins && k < pins->n; k++) {
		if (!version_parse(t->run->a, pins->p[k], &pin, NULL)) continue;
		for (size_t i = 0; i < p->solver.n; i++)
			if (p->list[i].refused == 0 && version_cmp(p->list[i].version, &pin) == 0) return i;
	}
	return SIZE_MAX;
}

void resolve_project_prefer(struct resolve_target *t, struct resolve_project *p) { p->solver.preferred = preferred_of(t, p); }

void resolve_project_build(struct resolve_target *t, struct resolve_project *p, const struct catalog_project *page)
{
	struct arena *a = t->run->a;
	const struct lock_options *o = &t->run->wants->options;
	struct judging j = { t, p, !listed(&o->no_binary, p->name) || !t->run->options->sdists,
		                 t->run->options->sdists && !listed(&o->only_binary, p->name) };
	if (p->direct) j.sdists = true;
	p->page = page;
	p->loaded = true;
	p->list = arena_array(a, struct solver_candidate, page->n_releases);
	p->more = arena_array(a, struct resolve_candidate, page->n_releases);
	for (size_t i = 0; i < page->n_releases; i++) {
		const struct catalog_release *release = &page->releases[i];
		p->list[i] = (struct solver_candidate){ &release->version, release->text, 0 };
		enum refusal_kind kind = judge_release(&j, release, &p->more[i].file);
		if (kind == REFUSED_NOT) continue;
		struct refusal *last = p->refusals.n ? &p->refusals.p[p->refusals.n - 1] : NULL;
		if (last && last->kind == kind && last->last + 1 == i)
			last->last = i;
		else
			*vec_push(a, &p->refusals) = (struct refusal){ kind, i, i, { 0 } };
		p->list[i].refused = (uint32_t)p->refusals.n;
	}
	p->solver =
	    (struct solver_project){ .candidates = p->list, .n = page->n_releases, .prereleases = prereleases_of(t, p->rule) };
	p->solver.preferred = preferred_of(t, p);
}

static void load_folder(struct resolve_target *t, struct resolve_project *p)
{
	struct arena *a = t->run->a;
	p->loaded = true;
	p->list = arena_new(a, struct solver_candidate);
	p->more = arena_new(a, struct resolve_candidate);
	p->list[0] = (struct solver_candidate){ &p->direct->version, p->direct->version_text, 0 };
	p->more[0].file = SIZE_MAX;
	p->solver = (struct solver_project){ .candidates = p->list, .n = 1, .preferred = 0, .prereleases = SOLVER_PRE_MIXED };
	if (!resolve_python_of(t, p->direct->folder->requires_python).allowed)
		p->list[0].refused =
		    resolve_refuse(t->run, p, 0,
		                   arena_fmt(a, "needs Python " STR_FMT " (the target has " STR_FMT ")",
		                             STR_ARG(p->direct->folder->requires_python), STR_ARG(resolve_python_text(t))));
}

static void load_missing(struct resolve_target *t, struct resolve_project *p, const struct catalog_project *page)
{
	p->loaded = p->missing = true;
	p->page = page;
	p->solver = (struct solver_project){ .preferred = SIZE_MAX };
	if (p->rule->index.n)
		p->solver.missing = arena_fmt(t->run->a, "the index " STR_FMT " does not have it", STR_ARG(p->rule->index));
	else if (page && page->missing && str_contains(str_from(page->missing->where), S("://")))
		p->solver.missing = arena_fmt(t->run->a, "no index has it (asked %s)", page->missing->where);
	else
		p->solver.missing = S("no index has it");
}

bool resolve_project_load(struct resolve_target *t, struct resolve_project *p, struct err *e)
{
	const struct catalog_project *page = NULL;
	struct err why = { 0 };
	if (p->loaded) return true;
	if (p->direct && p->direct->folder) {
		load_folder(t, p);
		return true;
	}
	if (p->direct) {
		resolve_project_build(t, p, p->direct->page);
		p->solver.prereleases = SOLVER_PRE_MIXED;
		return true;
	}
	if (!catalog_project(t->run->catalog, p->name, p->rule->index, &page, &why)) {
		if (why.id && str_eq(str_from(why.id), S("unknown-project"))) {
			load_missing(t, p, NULL);
			return true;
		}
		*e = why;
		return false;
	}
	if (p->loaded) return true; /* the hook was faster */
	if (!page->known) {
		load_missing(t, p, page);
		return true;
	}
	resolve_project_build(t, p, page);
	if (page->n_releases == 0 && str_eq(page->status, S("quarantined")))
		p->solver.missing = S("the index has it in quarantine");
	return true;
}
