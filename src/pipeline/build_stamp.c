/* build_stamp.c: when the last build's answer still holds, and what is kept for the next one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/map.h"
#include "lockfile/wants.h"
#include "net/url.h"
#include "pipeline/build_go.h"
#include "pipeline/build_key.h"
#include "pipeline/build_parts.h"
#include "pipeline/stamp_names.h"
#include "report/build_record.h"

#define RECORD_MAX_BYTES ((size_t)16 << 20)

/* A source may be an input, too: the requirements file in the folder that is packed. */
static void add_depend(struct build *b, struct job *j, struct map *seen, str path)
{
	bool added;
	str clean = path_clean(b->a, path);
	map_put(seen, clean, &added);
	if (added) *vec_push(b->a, &j->built->depends) = clean;
}

static void collect_depends(struct build *b, struct job *j, const struct stamp *stamp)
{
	struct map seen;
	if (!b->options->want_depends) return;
	map_init(&seen, b->a);
	j->built->depends = (struct str_list){ 0 };
	for (size_t i = 0; i < stamp->inputs.n; i++)
		if (stamp->inputs.p[i].exists && !stamp_is_names(stamp->inputs.p[i].path))
			add_depend(b, j, &seen, stamp->inputs.p[i].path);
	for (size_t i = 0; i < stamp->sources.n; i++) add_depend(b, j, &seen, stamp->sources.p[i].path);
}

/* About files of private packages: who looked at them has just told what holds now. */
static bool is_about_packages(str id)
{
	static const char *const ids[] = { "data-left-out",         "no-init",        "top-level-tests", "stale-egg-info",
		                               "manifest-line",         "empty-package",  "folder-missing",  "file-missing",
		                               "script-without-module", "version-missing" };
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (str_eq(id, str_from(ids[i]))) return true;
	return false;
}

/* Warnings are about the artifact as it lies there, so they are told again. The one about --upgrade is about that run alone. */
static void repeat_warnings(struct build *b, struct job *j, bool looked)
{
	const struct build_result *r = &j->built->result;
	for (size_t i = 0; i < r->warnings.n; i++)
		if (!str_eq(r->warnings.p[i].id, S("upgrade-unknown")) && !(looked && is_about_packages(r->warnings.p[i].id)))
			note_add(&j->built->notes, NOTE_WARNING, arena_cstr(b->a, r->warnings.p[i].id), STR_FMT,
			         STR_ARG(r->warnings.p[i].message));
	build_take_warnings(b, j);
}

/* looked: the inputs were read in this run. */
static bool result_from_record(struct build *b, struct job *j, bool looked)
{
	struct build_result r;
	if (!build_record_read(b->a, j->stamp.record, &r)) return false;
	const struct build_result *now = &j->built->result;
	r.up_to_date = true;
	r.path = now->path;
	/* The lock was read again: another file, or other words in it, may say the same. */
	if (j->locking.set.packages.n || j->locking.set.inputs.n) {
		r.lock = now->lock;
		r.lock_sha256 = now->lock_sha256;
	}
	j->built->result = r;
	collect_depends(b, j, &j->stamp);
	repeat_warnings(b, j, looked);
	return true;
}

/* What keeps the stamp from answering (-v); NULL when nothing does. */
static const char *why_not_fresh(const struct build *b, const struct job *j)
{
	const struct stamp *s = &j->stamp;
	if (b->options->force) return "--force was given";
	if (b->options->refresh) return "--refresh was given";
	if (b->options->upgrade_all || b->options->upgrade.n) return "--upgrade was given";
	if (!j->has_stamp) return "it was not built here before";
	if (!sha256_eq(&s->options, &j->options_key)) return "options, lamina.toml or the indexes are others than last time";
	if (!stamp_inputs_fresh(s)) return "a lock or another input changed, or was written just before the last build";
	if (!stamp_variables_fresh(s, b->options->env)) return "a variable that the requirements use changed";
	if (!stamp_sources_fresh(s, &j->sources)) return "a project file changed, or was written just before the last build";
	return stamp_output_fresh(s) ? NULL : "the output is not as the last build left it";
}

bool build_from_stamp_quick(struct build *b, struct job *j)
{
	const char *why = why_not_fresh(b, j);
	if (!why && !result_from_record(b, j, false)) why = "the record of the last build cannot be read";
	j->done = !why;
	if (why) note_add(&j->built->notes, NOTE_VERBOSE, "why-built", STR_FMT ": %s", STR_ARG(j->artifact->name), why);
	return true;
}

bool build_from_stamp_content(struct build *b, struct job *j, const struct sha256 *content, bool *up_to_date)
{
	*up_to_date = false;
	if (b->options->force || !j->has_stamp) return true;
	if (!sha256_eq(&j->stamp.content, content) || !stamp_output_fresh(&j->stamp) || !result_from_record(b, j, true))
		return true;
	*up_to_date = true;
	return b->options->only_look || build_keep_stamp(b, j, content, j->stamp.output.inode);
}

static bool add_input(struct build *b, struct stamp *stamp, str path)
{
	struct stamp_input in;
	for (size_t i = 0; i < stamp->inputs.n; i++)
		if (str_eq(stamp->inputs.p[i].path, path)) return true;
	if (!stamp_input_now(arena_str(b->a, path), &in, b->e)) return false;
	*vec_push(b->a, &stamp->inputs) = in;
	return true;
}

/* Locks beside which another lock would be chosen, or refused, when it appears. */
static bool add_absent_locks(struct build *b, struct job *j, struct stamp *stamp)
{
	static const char *const names[] = { "pylock.toml",  "poetry.lock",    "uv.lock", "pdm.lock",
		                                 "Pipfile.lock", "pyproject.toml", "Pipfile", NULL };
	for (size_t i = 0; i < j->artifact->dependencies.n; i++) {
		const struct dependency_input *d = &j->artifact->dependencies.p[i];
		if (d->kind == DEPENDENCY_REQUIREMENTS) continue;
		str folder = d->kind == DEPENDENCY_LOCK ? path_dir(d->path) : d->path;
		for (const char *const *n = names; *n; n++)
			if (!add_input(b, stamp, path_join(b->a, folder, str_from(*n)))) return false;
		str root = { 0 };
		struct err ignored = { 0 };
		if (d->kind == DEPENDENCY_LOCK || !wants_workspace_root(b->a, folder, &root, &ignored) || !root.n) continue;
		if (!add_input(b, stamp, path_join(b->a, root, S("uv.lock")))) return false;
	}
	return true;
}

/* A wheel that comes into a --find-links folder may be a better answer than the one that was taken. */
static bool add_folders(struct build *b, struct job *j, struct stamp *stamp)
{
	for (size_t i = 0; i < j->index->config.find_links.n; i++) {
		str link = j->index->config.find_links.p[i], path;
		struct url url;
		struct err ignored = { 0 };
		if (!str_istarts(link, S("file:")) || !url_parse(b->a, link, &url, &ignored) ||
		    !url_to_path(b->a, &url, &path, &ignored))
			continue;
		if (!add_input(b, stamp, path)) return false;
	}
	return true;
}

static void add_variables(struct build *b, struct job *j, struct stamp *stamp)
{
	/* Only requirements files know variables. */
	if (j->locking.of_project) return;
	for (size_t i = 0; i < j->locking.set.inputs.n; i++) {
		struct err ignored = { 0 };
		struct arena scratch = { 0 };
		str text;
		if (lock_format_sniff(j->locking.set.inputs.p[i], S("")) == LOCK_FORMAT_PYLOCK) continue;
		if (io_read_file(&scratch, j->locking.set.inputs.p[i].p, LOCK_FILE_MAX, &text, &ignored))
			stamp_add_variables(b->a, stamp, text, b->options->env);
		arena_release(&scratch);
	}
}

/* Folders of source code have many, each once: nothing is searched for its like. */
static bool add_local(struct build *b, struct stamp *stamp, str path)
{
	struct stamp_input in;
	if (!stamp_input_now(arena_str(b->a, path), &in, b->e)) return false;
	*vec_push(b->a, &stamp->inputs) = in;
	return true;
}

static bool collect_inputs(struct build *b, struct job *j, struct stamp *stamp)
{
	if (b->project->config_path.n && !add_input(b, stamp, b->project->config_path)) return false;
	for (size_t i = 0; i < j->locking.set.inputs.n; i++)
		if (!add_input(b, stamp, j->locking.set.inputs.p[i])) return false;
	for (size_t i = 0; i < j->provided.inputs.n; i++)
		if (!add_input(b, stamp, j->provided.inputs.p[i])) return false;
	for (size_t i = 0; i < j->local_files.n; i++)
		if (!add_local(b, stamp, j->local_files.p[i])) return false;
	for (size_t i = 0; i < j->locking.watched.n; i++)
		if (!add_local(b, stamp, j->locking.watched.p[i])) return false;
	for (size_t i = 0; j->go && i < j->go->inputs.n; i++) *vec_push(b->a, &stamp->inputs) = j->go->inputs.p[i];
	if (!add_absent_locks(b, j, stamp) || !add_folders(b, j, stamp)) return false;
	add_variables(b, j, stamp);
	for (size_t i = 0; i < j->sources.files.n; i++) {
		const struct source_file *f = &j->sources.files.p[i];
		*vec_push(b->a, &stamp->sources) = (struct stamp_input){ .path = f->path,
			                                                     .exists = true,
			                                                     .size = f->size,
			                                                     .inode = f->inode,
			                                                     .mtime_ns = f->mtime_ns,
			                                                     .ctime_ns = f->ctime_ns };
	}
	return true;
}

/* What stands at the output's place. Another process may have put its own there meanwhile: that is not what the stamp is about. */
static bool take_output(struct build *b, struct job *j, uint64_t inode, struct stamp *stamp)
{
	str output = j->artifact->into.n ? j->artifact->into : j->artifact->output;
	stamp->is_tree = j->artifact->into.n > 0;
	if (!stamp_input_now(arena_str(b->a, output), &stamp->output, b->e)) return false;
	if (stamp->output.inode != inode) stamp->output.exists = false;
	if (!stamp->is_tree || !stamp->output.exists) return true;
	return stamp_tree_now(stamp->output.path, &stamp->tree, b->e) &&
	       io_list(b->a, stamp->output.path.p, SIZE_MAX, &stamp->tops, b->e);
}

bool build_keep_stamp(struct build *b, struct job *j, const struct sha256 *content, uint64_t inode)
{
	struct stamp stamp = { .options = j->options_key, .content = *content, .taken_ns = b->options->now_ns };
	struct buf record;
	if (!collect_inputs(b, j, &stamp) || !take_output(b, j, inode, &stamp)) return false;
	collect_depends(b, j, &stamp);
	buf_init(&record, RECORD_MAX_BYTES);
	build_record_write(&j->built->result, &record);
	stamp.record = buf_take(&record, b->a);
	bool ok = record.over || stamp_save(b->a, &j->place, &stamp, &j->built->notes, b->e);
	buf_release(&record);
	return ok;
}

bool build_announce_tree(struct build *b, struct job *j)
{
	struct stamp stamp = { .is_tree = true }, latest;
	str absolute;
	bool found;
	if (!path_absolute(b->a, j->artifact->into, &absolute, b->e)) return false;
	if (j->turn < 0 && !store_lease(b->options->store, arena_join(b->a, S("tree "), absolute), &j->turn, b->e)) return false;
	/* Who had the turn before may have made the tree that stands there now. */
	if (!stamp_load(b->a, &j->place, &latest, &found, b->e)) return false;
	if (found) j->stamp.tops = latest.tops;
	for (size_t i = 0; i < j->stamp.tops.n; i++) *vec_push(b->a, &stamp.tops) = j->stamp.tops.p[i];
	for (size_t i = 0; i < j->plan.n; i++) {
		str top, rest, name = j->plan.entries[i].name;
		str_cut(name, '/', &top, &rest);
		/* Entries are in order: a top folder is one run, or a few. */
		if (stamp.tops.n == 0 || !str_eq(stamp.tops.p[stamp.tops.n - 1], top)) *vec_push(b->a, &stamp.tops) = top;
	}
	return stamp_save(b->a, &j->place, &stamp, &j->built->notes, b->e);
}
