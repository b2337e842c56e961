/* build_notes.c: what the user hears about an artifact whatever its stages did.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"
#include "base/io.h"
#include "pipeline/build_parts.h"
#include "target/target.h"

#define NS_A_DAY (INT64_C(86400) * 1000000000)

/* The dates are AWS's; the clock is the caller's, and decides nothing but this note. */
void build_note_runtime(struct build *b, struct job *j)
{
	const struct runtime *r = j->artifact->target.runtime;
	struct notes *notes = &j->built->notes;
	switch (runtime_state_on(r, b->options->now_ns / NS_A_DAY)) {
	case RUNTIME_CURRENT: return;
	case RUNTIME_DEPRECATED:
		note_add(notes, NOTE_WARNING, "runtime-deprecated", "%s is deprecated since %s", r->name, r->deprecation);
		break;
	case RUNTIME_CREATE_BLOCKED:
		note_add(notes, NOTE_WARNING, "runtime-deprecated", "%s is deprecated: no new function can have it since %s", r->name,
		         r->block_create);
		break;
	case RUNTIME_UPDATE_BLOCKED:
		note_add(notes, NOTE_WARNING, "runtime-deprecated", "%s is deprecated: no function that has it can be updated since %s",
		         r->name, r->block_update);
		break;
	}
	note_help(notes, "`lamina runtimes` lists the runtimes with their dates");
}

static uint64_t plain_size(const struct plan_entry *entry)
{
	switch (entry->source) {
	case PLAN_WHEEL: return entry->u.wheel->usize;
	case PLAN_FILE: return entry->u.file->size;
	case PLAN_TEXT: return entry->u.text.n;
	}
	return 0;
}

/* The three largest entries, which is where to begin. */
static void add_largest(const struct plan *plan, struct buf *out)
{
	const struct plan_entry *top[3] = { 0 };
	for (size_t i = 0; i < plan->n; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		for (size_t k = 0; k < 3 && entry; k++) {
			if (top[k] && plain_size(top[k]) >= plain_size(entry)) continue;
			const struct plan_entry *smaller = top[k];
			top[k] = entry;
			entry = smaller;
		}
	}
	for (size_t k = 0; k < 3 && top[k]; k++)
		buf_addf(out, "%s" STR_FMT " (%llu)", k ? ", " : "", STR_ARG(top[k]->name), (unsigned long long)plain_size(top[k]));
}

/* Python's packages are warned about instead, when they are done: a tree or a part of one may be on its way to a container image. */
bool build_fits(const struct job *j, struct err *e)
{
	uint64_t total = 0;
	struct buf largest;
	if (j->artifact->target.runtime->python_minor >= 0 || j->artifact->into.n > 0) return true;
	for (size_t i = 0; i < j->plan.n; i++) total += plain_size(&j->plan.entries[i]);
	if (total <= LAMBDA_UNZIPPED_MAX) return true;
	buf_init(&largest, 2048);
	add_largest(&j->plan, &largest);
	err_set(e, ERR_FORMAT, "size-unzipped", "`" STR_FMT "` has %llu bytes unzipped; Lambda accepts %llu, layers included",
	        STR_ARG(j->artifact->name), (unsigned long long)total, (unsigned long long)LAMBDA_UNZIPPED_MAX);
	err_where(e, STR_FMT, STR_ARG(j->artifact->where));
	err_why(e, "the largest: " STR_FMT, STR_ARG(buf_str(&largest)));
	buf_release(&largest);
	return err_help(e, "strip binaries, leave files out with `include` or --exclude-path, or use a container image");
}

void build_note_sizes(struct job *j)
{
	const struct build_result *r = &j->built->result;
	if (r->unzipped_size > LAMBDA_UNZIPPED_MAX) {
		struct buf largest;
		bool sdk = false;
		for (size_t i = 0; i < j->n_distributions; i++) sdk = sdk || str_eq(j->distributions[i].name, S("botocore"));
		buf_init(&largest, 2048);
		add_largest(&j->plan, &largest);
		note_add(&j->built->notes, NOTE_WARNING, "size-unzipped",
		         STR_FMT
		         " has %llu MB unzipped; Lambda's limit is 250 MiB (%llu bytes), layers included; the largest: " STR_FMT,
		         STR_ARG(r->name), (unsigned long long)(r->unzipped_size / 1000000), (unsigned long long)LAMBDA_UNZIPPED_MAX,
		         STR_ARG(buf_str(&largest)));
		buf_release(&largest);
		note_help(&j->built->notes, sdk ? "leave out what the runtime has (--provided runtime:boto3), or files (--slim tests)"
		                                : "leave out files (--slim tests) or distributions (--exclude NAME)");
	}
	if (!r->is_tree && r->size > LAMBDA_DIRECT_UPLOAD_MAX)
		note_add(&j->built->notes, NOTE_INFO, "size-upload",
		         STR_FMT " is %llu bytes; above %llu it has to be uploaded through S3", STR_ARG(r->name),
		         (unsigned long long)r->size, (unsigned long long)LAMBDA_DIRECT_UPLOAD_MAX);
}

/* A name that nothing has decides nothing: most likely it is misspelt. */
void build_note_prefer(struct job *j)
{
	for (size_t i = 0; i < j->artifact->prefer.n; i++) {
		str name = j->artifact->prefer.p[i].distribution;
		bool known = str_eq(name, S("."));
		for (size_t k = 0; k < j->n_distributions; k++) known = known || str_eq(name, j->distributions[k].name);
		if (!known)
			note_add(&j->built->notes, NOTE_WARNING, "prefer-unknown", "`prefer` names " STR_FMT ", which is not in " STR_FMT,
			         STR_ARG(name), STR_ARG(j->artifact->name));
	}
}

/* A pattern that takes no file: most likely the file is elsewhere, or misspelt. */
void build_note_include(struct job *j)
{
	const struct artifact *x = j->artifact;
	for (size_t i = 0; i < x->include.n && x->sources.n; i++) {
		bool any = false;
		for (size_t k = 0; k < j->sources.files.n && !any; k++) any = glob_match(x->include.p[i], j->sources.files.p[k].name);
		if (any) continue;
		note_add(&j->built->notes, NOTE_WARNING, "include-unmatched",
		         "`include` of " STR_FMT " names " STR_FMT ", but no file matches it", STR_ARG(x->name),
		         STR_ARG(x->include.p[i]));
		note_help(&j->built->notes, "patterns are relative to the source folder; one without a \"/\" matches a name anywhere");
	}
}

/* --- folders from elsewhere --- */

/* What is kept together: the repository, else the workspace of uv, else the folder of lamina.toml or the process. */
static bool find_top(struct build *b, str *top)
{
	static const char *const marks[] = { ".git", "uv.lock" };
	str here;
	if (!path_absolute(b->a, b->project->config_folder.n ? b->project->config_folder : S("."), &here, b->e)) return false;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		for (str at = here;; at = path_dir(at)) {
			struct io_stat st = { 0 };
			struct err ignored = { 0 };
			if (io_stat(path_join(b->a, at, str_from(marks[i])).p, &st, &ignored) && st.exists) return *top = at, true;
			if (str_eq(at, S("/"))) break;
		}
	}
	return *top = here, true;
}

/* The user named these. */
static bool is_named(struct build *b, const struct job *j, str folder, bool *named)
{
	*named = false;
	for (size_t i = 0; i < j->artifact->dependencies.n && !*named; i++) {
		const struct dependency_input *d = &j->artifact->dependencies.p[i];
		str absolute, path = d->kind == DEPENDENCY_PROJECT || d->kind == DEPENDENCY_PACKAGE ? d->path : path_dir(d->path);
		if (!path_absolute(b->a, path, &absolute, b->e)) return false;
		*named = build_is_within(folder, absolute);
	}
	return true;
}

bool build_note_outside(struct build *b, struct job *j)
{
	const struct locked_set *set = &j->locking.set;
	str top = { 0 };
	for (size_t i = 0; i < set->packages.n; i++) {
		const struct locked_package *p = &set->packages.p[i];
		bool named;
		str folder, shown;
		if (p->chosen >= p->files.n || p->files.p[p->chosen].kind != LOCKED_DIRECTORY) continue;
		if (!top.n && !find_top(b, &top)) return false;
		shown = path_clean(b->a, path_join(b->a, path_dir(set->lock_path), p->files.p[p->chosen].path));
		if (!path_absolute(b->a, shown, &folder, b->e)) return false;
		if (build_is_within(folder, top)) continue;
		if (!is_named(b, j, folder, &named)) return false;
		if (!named)
			note_add(&j->built->notes, NOTE_INFO, "outside", STR_FMT " is built from " STR_FMT ", which is outside of " STR_FMT,
			         STR_ARG(p->name), STR_ARG(shown), STR_ARG(top));
	}
	return true;
}

void build_take_warnings(struct build *b, struct job *j)
{
	struct build_result *r = &j->built->result;
	r->warnings.n = r->warnings.cap = 0;
	r->warnings.p = NULL;
	for (size_t i = 0; i < j->built->notes.list.n; i++) {
		const struct note *note = &j->built->notes.list.p[i];
		if (note->level == NOTE_WARNING)
			*vec_push(b->a, &r->warnings) = (struct built_warning){ str_from(note->id), note->message };
	}
}
