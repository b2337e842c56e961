/* resolve_tell.c: what the user must hear about an answer: nothing is chosen in silence.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/resolve_parts.h"

static void tell_yanked(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	const struct index_file *f = &p->page->files[p->more[candidate].file].index;
	if (!f->yanked) return;
	note_add(t->run->notes, NOTE_WARNING, "yanked", STR_FMT " was yanked%s" STR_FMT, STR_ARG(f->file),
	         f->yanked_reason.n ? ": " : "", STR_ARG(f->yanked_reason));
	note_help(t->run->notes, "it is used because it is pinned; choose another version when you can");
}

static void tell_metadata(struct resolve_target *t, struct resolve_project *p, const struct solver_choice *c)
{
	struct notes *notes = t->run->notes;
	const struct catalog_metadata *m = p->more[c->candidate].metadata;
	str version = p->list[c->candidate].text;
	if (!m) return;
	for (size_t i = 0; i < m->repairs.n; i++)
		note_add(notes, NOTE_VERBOSE, "metadata-repaired", STR_FMT " " STR_FMT ": " STR_FMT, STR_ARG(p->name), STR_ARG(version),
		         STR_ARG(m->repairs.p[i]));
	if (resolve_python_of(t, m->requires_python).assumed)
		note_add(notes, NOTE_INFO, "assumed-python",
		         STR_FMT " " STR_FMT " needs Python " STR_FMT ", which depends on the patch of the runtime; taken as fulfilled",
		         STR_ARG(p->name), STR_ARG(version), STR_ARG(m->requires_python));
	for (size_t i = 0; i < m->n_requires; i++) {
		const struct requirement *r = &m->requires_dist[i];
		bool assumed, result = resolve_marker(t, r->marker, &c->extras, &assumed);
		if (assumed)
			note_add(notes, NOTE_INFO, "assumed-marker",
			         STR_FMT " " STR_FMT ": the marker of `" STR_FMT
			                 "` depends on a value that is known only at run time; taken as %s",
			         STR_ARG(p->name), STR_ARG(version), STR_ARG(r->text), result ? "true" : "false");
	}
	for (size_t i = 0; i < c->extras.n; i++) {
		const struct solver_needs *needs;
		struct err ignored = { 0 };
		if (str_list_has(&m->provides_extra, c->extras.p[i])) continue;
		if (resolve_needs_of(t, p, c->candidate, c->extras.p[i], &needs, &ignored) && needs->n) continue;
		note_add(notes, NOTE_WARNING, "unknown-extra", STR_FMT " " STR_FMT " has no extra `" STR_FMT "`: it is ignored",
		         STR_ARG(p->name), STR_ARG(version), STR_ARG(c->extras.p[i]));
	}
}

static void tell_status(struct resolve_target *t, const struct resolve_project *p)
{
	str status = p->page->status;
	if (str_empty(status) || str_eq(status, S("active"))) return;
	note_add(t->run->notes, NOTE_WARNING, "project-status", STR_FMT " is " STR_FMT "%s" STR_FMT, STR_ARG(p->name),
	         STR_ARG(status), p->page->status_reason.n ? ": " : "", STR_ARG(p->page->status_reason));
}

/* By the page, or by what its own metadata turned out to be. */
static uint32_t refused_by(const struct resolve_project *p, size_t candidate)
{
	if (p->list[candidate].refused) return p->list[candidate].refused;
	for (const struct resolve_needs *n = p->more[candidate].needs; n; n = n->next)
		if (n->extra.n == 0 && n->needs.refused) return n->needs.refused;
	return 0;
}

/* Newer finals that the target cannot use. Said aloud for what the user named, with -v for the rest. */
static void tell_older(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	for (size_t i = 0; i < candidate; i++) {
		uint32_t refused = refused_by(p, i);
		if (refused == 0 || refused > p->refusals.n || version_is_prerelease(p->list[i].version)) continue;
		enum refusal_kind kind = p->refusals.p[refused - 1].kind;
		if (kind != REFUSED_TAGS && kind != REFUSED_PYTHON && kind != REFUSED_SDIST && kind != REFUSED_METADATA) continue;
		struct interval_set one = interval_set_of(t->run->a, (struct cut){ CUT_BELOW, p->list[i].version },
		                                          (struct cut){ CUT_ABOVE, p->list[i].version });
		note_add(t->run->notes, p->rule->root ? NOTE_INFO : NOTE_VERBOSE, "older-version",
		         STR_FMT " " STR_FMT " is chosen: " STR_FMT " " STR_FMT, STR_ARG(p->name), STR_ARG(p->list[candidate].text),
		         STR_ARG(p->list[i].text), STR_ARG(resolve_reason(t, p, refused, &one)));
		return;
	}
}

void resolve_tell(struct resolve_target *t)
{
	for (size_t i = 0; i < t->answer.choices.n; i++) {
		const struct solver_choice *c = &t->answer.choices.p[i];
		struct resolve_project *p = resolve_project_of(t, c->name);
		if (p->page && p->more[c->candidate].file != SIZE_MAX) tell_yanked(t, p, c->candidate);
		if (p->page && p->more[c->candidate].file != SIZE_MAX) resolve_sdist_tell(t, p, c->candidate);
		tell_metadata(t, p, c);
		if (!p->page || p->direct) continue;
		tell_status(t, p);
		bool lowest = t->run->options->order != RESOLVE_HIGHEST;
		if (!lowest) tell_older(t, p, c->candidate);
	}
}
