/* resolve_reason.c: why versions cannot be chosen, in words that follow "NAME VERSIONS".
 * SPDX-License-Identifier: Apache-2.0
 *
 * Neighbouring versions that are refused for one kind of reason share one text, which sums up what they have: "has no wheel for
 * python3.12/arm64 (built for CPython 3.9 to 3.11)". Texts are made when an explanation asks for them. */
#include "pipeline/resolve_parts.h"
#include "python/wheel_name.h"

#define REASON_FILES_MAX 2000 /* of a run of versions that are looked at for its text */
#define REASON_TEXT_MAX  200  /* bytes of what an index says */
#define REASON_MINORS    64
#define SOURCE_ONLY      "has no wheel, only source code that would have to be built"

str resolve_python_text(struct resolve_target *t)
{
	str full = t->lt->values[MARKER_PYTHON_FULL_VERSION], version = t->lt->values[MARKER_PYTHON_VERSION];
	if (full.n) return full;
	return version.n ? version : S("another one");
}

/* The files of a run of releases, newest first. */
static size_t files_of(struct resolve_target *t, const struct resolve_project *p, const struct refusal *f,
                       const struct catalog_file ***out)
{
	size_t n = 0, max = 0;
	for (size_t i = f->first; i <= f->last && max < REASON_FILES_MAX; i++) max += p->page->releases[i].count;
	const struct catalog_file **files = arena_array(t->run->a, const struct catalog_file *, max);
	for (size_t i = f->first; i <= f->last && n < max; i++) {
		const struct catalog_release *release = &p->page->releases[i];
		for (size_t k = 0; k < release->count && n < max; k++) files[n++] = &p->page->files[release->first + k];
	}
	*out = files;
	return n;
}

struct str_list resolve_names(struct resolve_target *t, const struct resolve_project *p, const struct refusal *f)
{
	struct arena *a = t->run->a;
	struct str_list names = { 0 };
	for (size_t i = f->first; i <= f->last && names.n < REASON_FILES_MAX; i++) {
		const struct catalog_release *release = &p->page->releases[i];
		for (size_t k = 0; k < release->count; k++) *vec_push(a, &names) = p->page->files[release->first + k].index.file;
		if (release->n_left_out == 0) continue;
		struct str_list more = catalog_left_out(p->page, i, a);
		for (size_t k = 0; k < more.n; k++) *vec_push(a, &names) = more.p[k];
	}
	return names;
}

/* --- no wheel --- */

struct minors {
	bool has[REASON_MINORS];
	size_t n;
};

static bool platform_fits(struct resolve_target *t, const struct wheel_name *w)
{
	str rest = w->platforms, one;
	do {
		str_cut(rest, '.', &one, &rest);
		if (str_eq(one, S("any")) ||
		    tags_rank(t->lt->tags, arena_fmt(t->run->a, "py3-none-" STR_FMT, STR_ARG(one))) != SIZE_MAX)
			return true;
	} while (rest.n);
	return false;
}

/* CPython versions that wheels for the target's platform are built for. */
static void add_minors(const struct wheel_name *w, struct minors *m)
{
	str rest = w->pythons, one;
	uint64_t minor;
	do {
		str_cut(rest, '.', &one, &rest);
		if (!str_starts(one, S("cp3")) || !str_u64(str_from_pos(one, 3), &minor) || minor >= REASON_MINORS) continue;
		m->n += !m->has[minor];
		m->has[minor] = true;
	} while (rest.n);
}

static str minors_text(struct arena *a, const struct minors *m)
{
	size_t first = 0, last = REASON_MINORS - 1;
	while (!m->has[first]) first++;
	while (!m->has[last]) last--;
	if (first == last) return arena_fmt(a, "built for CPython 3.%zu only", first);
	if (last - first + 1 == m->n) return arena_fmt(a, "built for CPython 3.%zu to 3.%zu only", first, last);
	str text = arena_fmt(a, "built for CPython 3.%zu", first);
	for (size_t i = first + 1; i <= last; i++)
		if (m->has[i]) text = arena_fmt(a, STR_FMT ", 3.%zu", STR_ARG(text), i);
	return arena_fmt(a, STR_FMT " only", STR_ARG(text));
}

static str nearest_text(struct resolve_target *t, const struct str_list *names)
{
	struct wheel_nearest near =
	    wheel_choose_nearest(t->run->a, names->p, names->n, t->lt->python_minor, t->lt->glibc_minor, t->lt->machine);
	if (near.index == SIZE_MAX) return S("");
	return arena_fmt(t->run->a, "the nearest " STR_FMT, STR_ARG(near.reason));
}

static str tags_text(struct resolve_target *t, const struct resolve_project *p, const struct refusal *f)
{
	struct arena *a = t->run->a;
	struct str_list names = resolve_names(t, p, f);
	struct minors minors = { 0 };
	size_t wheels = 0;
	int minor = t->lt->python_minor;
	bool known = minor >= 0 && minor < REASON_MINORS && t->lt->glibc_minor > 0;
	for (size_t i = 0; i < names.n; i++) {
		struct wheel_name w;
		if (!resolve_wheel_name(a, names.p[i], &w)) continue;
		wheels++;
		if (platform_fits(t, &w)) add_minors(&w, &minors);
	}
	if (names.n && wheels == 0) return S(SOURCE_ONLY);
	bool other = known && minors.n > 0 && !minors.has[minor];
	str more = other ? minors_text(a, &minors) : known ? nearest_text(t, &names) : S("");
	str text = arena_fmt(a, "has no wheel for " STR_FMT, STR_ARG(t->lt->text));
	return more.n ? arena_fmt(a, STR_FMT " (" STR_FMT ")", STR_ARG(text), STR_ARG(more)) : text;
}

/* --- the others --- */

static str cut(str s) { return str_slice(s, 0, REASON_TEXT_MAX); }

/* Up to three different Requires-Python of the run. */
static str python_text(struct resolve_target *t, const struct resolve_project *p, const struct refusal *f)
{
	struct arena *a = t->run->a;
	const struct catalog_file **files;
	struct str_list said = { 0 };
	size_t n = files_of(t, p, f, &files);
	for (size_t i = 0; i < n && said.n < 4; i++)
		if (files[i]->index.requires_python.n && !resolve_python_of(t, files[i]->index.requires_python).allowed)
			str_list_add_new(a, &said, files[i]->index.requires_python);
	str text = said.n ? cut(said.p[0]) : S("?");
	for (size_t i = 1; i < said.n && i < 3; i++)
		text = arena_fmt(a, STR_FMT " or " STR_FMT, STR_ARG(text), STR_ARG(cut(said.p[i])));
	return arena_fmt(a, "needs Python " STR_FMT "%s (the target has " STR_FMT ")", STR_ARG(text),
	                 said.n > 3 ? " or others" : "", STR_ARG(resolve_python_text(t)));
}

static str yanked_text(struct resolve_target *t, const struct resolve_project *p, const struct refusal *f)
{
	const struct catalog_file **files;
	size_t n = files_of(t, p, f, &files);
	str reason = { 0 };
	bool same = true;
	for (size_t i = 0; i < n; i++) {
		if (!files[i]->index.yanked) continue;
		if (str_empty(reason)) reason = files[i]->index.yanked_reason;
		same &= str_eq(reason, files[i]->index.yanked_reason);
	}
	if (!same || str_empty(str_trim(reason))) return S("is yanked");
	return arena_fmt(t->run->a, "is yanked: " STR_FMT, STR_ARG(cut(str_trim(reason))));
}

static str spelling_text(struct resolve_target *t, const struct resolve_project *p)
{
	for (size_t i = 0; i < p->rule->named.n; i++) {
		str arbitrary = p->rule->named.p[i]->arbitrary;
		if (arbitrary.n) return arena_fmt(t->run->a, "is not spelled `" STR_FMT "`", STR_ARG(arbitrary));
	}
	return S("is spelled otherwise");
}

static str text_of(struct resolve_target *t, const struct resolve_project *p, const struct refusal *f)
{
	switch (f->kind) {
	case REFUSED_NO_FILE: return S("has no file that can be installed");
	case REFUSED_SDIST: return S(SOURCE_ONLY);
	case REFUSED_WHEELS: return S("has no source distribution, and --no-binary forbids its wheels");
	case REFUSED_PYTHON: return python_text(t, p, f);
	case REFUSED_TAGS: return tags_text(t, p, f);
	case REFUSED_NO_TIME: return S("is listed without its time of upload, which --exclude-newer needs");
	case REFUSED_TOO_NEW: return arena_fmt(t->run->a, "was uploaded after " STR_FMT, STR_ARG(t->run->options->exclude_newer));
	case REFUSED_HASH: return S("has no file with an allowed hash");
	case REFUSED_YANKED: return yanked_text(t, p, f);
	case REFUSED_SPELLING: return spelling_text(t, p);
	default: return S("cannot be chosen");
	}
}

str resolve_reason(struct resolve_target *t, const struct resolve_project *p, uint32_t refused,
                   const struct interval_set *versions)
{
	if (refused == 0 || refused > p->refusals.n) return S("cannot be chosen");
	struct refusal f = p->refusals.p[refused - 1];
	if (f.text.n) return f.text;
	/* The text is about these versions alone, wherever the run begins and ends. */
	while (versions && f.first < f.last && !interval_set_contains(versions, p->list[f.first].version)) f.first++;
	while (versions && f.first < f.last && !interval_set_contains(versions, p->list[f.last].version)) f.last--;
	return text_of(t, p, &f);
}
