/* plan_record.c: RECORD says what is there, not what was in the wheel (PyPA "Recording installed projects").
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "pipeline/plan_parts.h"
#include "python/record.h"

#define RECORD_TEXT_MAX ((size_t)64 << 20)

/* Paths in RECORD are relative to the site folder; scripts at the artifact's root are reached through "../". */
static str record_path(struct arena *a, str site, str name)
{
	if (str_starts(name, site)) return str_from_pos(name, site.n);
	str up = { 0 };
	for (size_t i = 0; i < site.n; i++)
		if (site.p[i] == '/') up = arena_join(a, up, S("../"));
	return arena_join(a, up, name);
}

static void entry_facts(const struct plan_entry *entry, struct sha256 *digest, uint64_t *size)
{
	switch (entry->source) {
	case PLAN_WHEEL:
		*digest = entry->u.wheel->sha256;
		*size = entry->u.wheel->usize;
		return;
	case PLAN_FILE:
		*digest = entry->u.file->sha256;
		*size = entry->u.file->size;
		return;
	case PLAN_TEXT:
		sha256_of(entry->u.text, digest);
		*size = entry->u.text.n;
		return;
	}
}

bool plan_write_records(struct plan_work *w)
{
	struct buf *texts = arena_array(w->a, struct buf, w->n_distributions);
	for (size_t i = 0; i < w->n_distributions; i++) buf_init(&texts[i], RECORD_TEXT_MAX);
	/* A twin that another distribution brings is still a file of this one. */
	for (size_t i = 0; i < w->all.n; i++) {
		const struct candidate *c = &w->all.p[i];
		if (c->entry.distribution == PLAN_PROJECT || (c->dropped && !c->is_twin)) continue;
		str path = record_path(w->a, w->site, c->entry.name);
		struct buf *text = &texts[c->entry.distribution];
		if (c->is_record) {
			record_write_row(text, path, NULL, 0);
			continue;
		}
		struct sha256 digest;
		uint64_t size = 0;
		entry_facts(&c->entry, &digest, &size);
		record_write_row(text, path, &digest, size);
	}
	bool ok = true;
	for (size_t i = 0; i < w->all.n; i++) {
		struct candidate *c = &w->all.p[i];
		if (!c->is_record) continue;
		struct buf *text = &texts[c->entry.distribution];
		if (text->over) {
			ok = err_set(w->e, ERR_FORMAT, "record-too-large", "the RECORD of " STR_FMT " would be larger than %zu bytes",
			             STR_ARG(w->distributions[c->entry.distribution].name), RECORD_TEXT_MAX);
			break;
		}
		c->entry.u.text = buf_take(text, w->a);
	}
	for (size_t i = 0; i < w->n_distributions; i++) buf_release(&texts[i]);
	return ok;
}
