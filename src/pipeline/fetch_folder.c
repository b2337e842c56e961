/* fetch_folder.c: a locked folder of source code -> the wheel that is made of it (pipeline/private.h).
 * SPDX-License-Identifier: Apache-2.0
 *
 * A folder may change without anybody saying so: it is read on every build that asks, and its files are inputs. One folder is made into
 * one wheel, however many artifacts want it. */
#include "pipeline/fetch_parts.h"
#include "pipeline/private.h"
#include "python/name.h"
#include "python/wheel_name.h"

struct private_options fetch_private_options(const struct fetch *f, const struct fetch_request *r)
{
	return (struct private_options){ .store = f->options->store,
		                             .jobs = f->options->jobs,
		                             .look_only = f->options->look_only,
		                             .policy = r->policy,
		                             .means = f->options->means,
		                             .target = r->target,
		                             .config = f->options->index,
		                             .cancel = f->options->cancel };
}

/* What its own backend makes may be for one target only. */
static const struct fetch_made *known(const struct fetch *f, str folder, const struct fetch_request *r)
{
	for (size_t i = 0; i < f->made.n; i++) {
		const struct fetch_request *old = f->made.p[i].request;
		if (!str_eq(f->made.p[i].folder, folder) || old->policy.host != r->policy.host) continue;
		if (!r->policy.host || str_eq(old->target->text, r->target->text)) return &f->made.p[i];
	}
	return NULL;
}

/* Every artifact that holds the wheel is warned of what is in it. */
static void pass_on(struct notes *to, const struct notes *from)
{
	for (size_t i = 0; i < from->list.n; i++) {
		const struct note *n = &from->list.p[i];
		note_add(to, n->level, n->id, STR_FMT, STR_ARG(n->message));
		if (n->help.n) note_help(to, STR_FMT, STR_ARG(n->help));
	}
}

static const struct private_wheel *make(struct fetch *f, str folder, const struct fetch_request *r)
{
	const struct fetch_made *old = known(f, folder, r);
	if (old) return pass_on(r->notes, &old->warnings), old->wheel;
	struct private_wheel *made = arena_new(f->a, struct private_wheel);
	struct private_options options = fetch_private_options(f, r);
	struct notes own, warnings;
	note_init(&own, f->a);
	note_init(&warnings, f->a);
	options.listed = r->listed;
	bool ok = private_wheel_make(f->a, folder, &options, &own, made, f->e);
	pass_on(r->notes, &own);
	if (!ok) return NULL;
	for (size_t i = 0; i < own.list.n; i++) {
		const struct note *n = &own.list.p[i];
		if (n->level != NOTE_WARNING) continue; /* what was done was done once */
		note_add(&warnings, n->level, n->id, STR_FMT, STR_ARG(n->message));
		if (n->help.n) note_help(&warnings, STR_FMT, STR_ARG(n->help));
	}
	*vec_push(f->a, &f->made) = (struct fetch_made){ folder, r, made, warnings };
	return made;
}

/* The lock speaks of one project, the folder may hold another by now. */
static bool check_name(struct fetch *f, const struct locked_package *p, const struct private_wheel *made, str folder)
{
	struct wheel_name name;
	if (!wheel_name_parse(f->a, made->file, &name, f->e)) return false;
	if (str_eq(name.name, p->name)) return true;
	err_set(f->e, ERR_RESOLVE, "folder-mismatch",
	        "`" STR_FMT "` holds the project `" STR_FMT "`, but `" STR_FMT "` is locked to be there", STR_ARG(folder),
	        STR_ARG(name.name), STR_ARG(p->name));
	if (p->from_file.n) err_where(f->e, STR_FMT ":%u", STR_ARG(p->from_file), p->from_line);
	return err_help(f->e, "lock again");
}

bool fetch_from_folder(struct fetch *f, size_t i, struct wanted *w)
{
	const struct fetch_request *r = &f->requests[i];
	const struct locked_file *file = &r->package->files.p[r->package->chosen];
	str folder = path_clean(f->a, path_join(f->a, r->lock_folder, file->path));
	if (file->subdirectory.n) folder = path_join(f->a, folder, file->subdirectory);
	const struct private_wheel *made = make(f, folder, r);
	if (!made || !check_name(f, r->package, made, folder)) return false;
	w->file = made->file;
	w->folder = folder;
	w->inputs = &made->inputs;
	w->has_sha256 = made->stored;
	w->sha256 = made->sha256;
	w->backend = made->backend;
	w->by_host = made->by_host;
	return true;
}
