/* plan.c: collects candidates, orders them, decides collisions, writes RECORDs.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Wheels list their entries in bytewise order, so the candidates are a few long runs: a natural merge sort needs few comparisons. */
#include "pipeline/plan.h"

#include <string.h>

#include "pipeline/plan_parts.h"
#include "target/target.h"

str plan_site_prefix(struct arena *a, const struct artifact *artifact)
{
	if (artifact->kind == ARTIFACT_FUNCTION) return (str){ 0 };
	return target_layer_prefix(a, artifact->target.runtime, artifact->layout == LAYOUT_FLAT ? LAYER_FLAT : LAYER_VERSIONED);
}

/* By name; equal names by distribution, the project last. */
static int order(const struct candidate *a, const struct candidate *b)
{
	int by_name = str_cmp(a->entry.name, b->entry.name);
	if (by_name) return by_name;
	return (a->entry.distribution > b->entry.distribution) - (a->entry.distribution < b->entry.distribution);
}

static size_t run_end(const struct candidate *v, size_t from, size_t n)
{
	size_t i = from + 1;
	while (i < n && order(&v[i - 1], &v[i]) <= 0) i++;
	return i;
}

static void merge(const struct candidate *from, size_t left, size_t middle, size_t right, struct candidate *to)
{
	size_t i = left, k = middle, out = left;
	while (i < middle && k < right) to[out++] = order(&from[i], &from[k]) <= 0 ? from[i++] : from[k++];
	memcpy(to + out, from + i, (middle - i) * sizeof *to);
	memcpy(to + out + (middle - i), from + k, (right - k) * sizeof *to);
}

/* Merges neighbouring runs until one is left; at most log2(runs) passes. */
static void sort_candidates(struct plan_work *w)
{
	size_t n = w->all.n;
	struct candidate *v = w->all.p, *other = arena_array(&w->scratch, struct candidate, n);
	for (bool one_run = n < 2; !one_run;) {
		size_t runs = 0;
		for (size_t i = 0; i < n; runs++) {
			size_t middle = run_end(v, i, n);
			size_t right = middle < n ? run_end(v, middle, n) : middle;
			merge(v, i, middle, right, other);
			i = right;
		}
		struct candidate *swap = v;
		v = other;
		other = swap;
		one_run = runs <= 1;
	}
	w->all.p = v;
}

static const struct plan_entry *find(const struct plan *p, str name)
{
	size_t low = 0, high = p->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int cmp = str_cmp(p->entries[middle].name, name);
		if (cmp == 0) return &p->entries[middle];
		if (cmp < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static str owner_name(const struct plan *p, const struct plan_entry *entry)
{
	return entry->distribution == PLAN_PROJECT ? S("the project") : p->distributions[entry->distribution].name;
}

/* "a" and "a/b" cannot both be unpacked. Only folders that the entry before was not in need a look-up. */
static bool check_folders(const struct plan *p, struct err *e)
{
	str previous = { 0 };
	for (size_t i = 0; i < p->n; i++) {
		str name = p->entries[i].name;
		size_t k = 0;
		while (k < name.n && k < previous.n && name.p[k] == previous.p[k]) k++;
		for (; k < name.n; k++) {
			if (name.p[k] != '/') continue;
			str folder = str_slice(name, 0, k);
			const struct plan_entry *file = find(p, folder);
			if (!file) continue;
			err_set(e, ERR_FORMAT, "collision", "`" STR_FMT "` is a file of " STR_FMT " and a folder of " STR_FMT,
			        STR_ARG(folder), STR_ARG(owner_name(p, file)), STR_ARG(owner_name(p, &p->entries[i])));
			err_why(e, "one path cannot be both when the artifact is unpacked");
			return err_help(e, "leave one of them out with --exclude NAME or --exclude-path");
		}
		previous = name;
	}
	return true;
}

static void account(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_entry *entry = &p->entries[i];
		struct distribution *d = entry->distribution == PLAN_PROJECT ? NULL : &p->distributions[entry->distribution];
		uint64_t plain = 0, packed = 0;
		switch (entry->source) {
		case PLAN_WHEEL:
			plain = entry->u.wheel->usize;
			packed = entry->u.wheel->csize;
			break;
		case PLAN_FILE: plain = packed = entry->u.file->size; break;
		case PLAN_TEXT: plain = packed = entry->u.text.n; break;
		}
		p->unzipped_size += plain;
		if (!d) continue;
		d->size += packed;
		d->unzipped_size += plain;
	}
}

static void add_project_files(struct plan_work *w, const struct source_file *sources, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct candidate *c = vec_push(w->a, &w->all);
		c->entry = (struct plan_entry){ .name = sources[i].name,
			                            .mode = sources[i].executable ? 0755 : 0644,
			                            .source = PLAN_FILE,
			                            .distribution = PLAN_PROJECT };
		c->entry.u.file = &sources[i];
	}
}

static void reserve(struct plan_work *w, size_t n_sources)
{
	size_t n = n_sources;
	for (size_t i = 0; i < w->n_distributions; i++)
		n += w->distributions[i].record->n_entries + w->distributions[i].record->scripts.n;
	w->all.p = arena_array(&w->scratch, struct candidate, n);
	w->all.cap = n;
}

static bool gather(struct plan_work *w, const struct source_file *sources, size_t n_sources)
{
	reserve(w, n_sources);
	for (size_t i = 0; i < w->n_distributions; i++)
		if (!plan_add_wheel(w, (uint32_t)i)) return false;
	add_project_files(w, sources, n_sources);
	sort_candidates(w);
	return plan_collide(w) && plan_write_records(w);
}

static void keep_entries(const struct plan_work *w, struct plan *p)
{
	for (size_t i = 0; i < w->all.n; i++) p->n += !w->all.p[i].dropped;
	p->entries = arena_array(w->a, struct plan_entry, p->n);
	p->n = 0;
	for (size_t i = 0; i < w->all.n; i++)
		if (!w->all.p[i].dropped) p->entries[p->n++] = w->all.p[i].entry;
}

bool plan_make(struct arena *a, const struct artifact *artifact, struct distribution *distributions, size_t n_distributions,
               const struct source_file *sources, size_t n_sources, struct notes *notes, struct plan *out, struct err *e)
{
	struct plan_work w = { .a = a, .artifact = artifact, .distributions = distributions, .n_distributions = n_distributions };
	w.notes = notes;
	w.e = e;
	w.site = plan_site_prefix(a, artifact);
	w.scripts = artifact->scripts ? S("bin/") : arena_join(a, w.site, S("bin/"));
	struct plan p = { .distributions = distributions, .n_distributions = n_distributions };
	bool ok = gather(&w, sources, n_sources);
	if (ok) keep_entries(&w, &p);
	arena_release(&w.scratch);
	if (!ok || !check_folders(&p, e)) return false;
	p.slimmed_files = w.slimmed_files;
	p.slimmed_bytes = w.slimmed_bytes;
	account(&p);
	*out = p;
	return true;
}
