/* build_stamp.c: when the last build's answer still holds, and what is kept for the next one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/build_key.h"
#include "pipeline/build_parts.h"
#include "report/build_record.h"

#define RECORD_MAX_BYTES ((size_t)16 << 20)

static bool result_from_record(struct build *b, struct job *j)
{
	struct build_result r;
	if (!build_record_read(b->a, j->stamp.record, &r)) return false;
	r.up_to_date = true;
	r.path = j->artifact->into.n ? j->artifact->into : j->artifact->output;
	j->built->result = r;
	str rest = j->stamp.depends, line;
	while (str_line(&rest, &line)) *vec_push(b->a, &j->built->depends) = line;
	return true;
}

/* Warnings are about the artifact as it lies there, so they are told again. */
static void repeat_warnings(struct job *j)
{
	const struct build_result *r = &j->built->result;
	for (size_t i = 0; i < r->warnings.n; i++)
		note_add(&j->built->notes, NOTE_WARNING, r->warnings.p[i].id.p, STR_FMT, STR_ARG(r->warnings.p[i].message));
}

bool build_from_stamp_quick(struct build *b, struct job *j)
{
	if (b->options->force || b->options->refresh || !j->has_stamp) return true;
	if (!sha256_eq(&j->stamp.options, &j->options_key) || !stamp_output_fresh(&j->stamp) || !stamp_inputs_fresh(&j->stamp) ||
	    !stamp_sources_fresh(&j->stamp, &j->sources) || !result_from_record(b, j))
		return true;
	repeat_warnings(j);
	j->done = true;
	return true;
}

bool build_from_stamp_content(struct build *b, struct job *j, const struct sha256 *content, bool *up_to_date)
{
	*up_to_date = false;
	if (b->options->force || !j->has_stamp) return true;
	if (!sha256_eq(&j->stamp.content, content) || !stamp_output_fresh(&j->stamp) || !result_from_record(b, j)) return true;
	*up_to_date = true;
	repeat_warnings(j);
	return build_keep_stamp(b, j, content);
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
	static const char *const names[] = { "pylock.toml", "poetry.lock", "uv.lock", "pyproject.toml", NULL };
	for (size_t i = 0; i < j->artifact->dependencies.n; i++) {
		const struct dependency_input *d = &j->artifact->dependencies.p[i];
		if (d->kind == DEPENDENCY_REQUIREMENTS) continue;
		str folder = d->kind == DEPENDENCY_PROJECT ? d->path : path_dir(d->path);
		for (const char *const *n = names; *n; n++)
			if (!add_input(b, stamp, path_join(b->a, folder, str_from(*n)))) return false;
	}
	return true;
}

static bool collect_inputs(struct build *b, struct job *j, struct stamp *stamp)
{
	if (b->project->config_path.n && !add_input(b, stamp, b->project->config_path)) return false;
	for (size_t i = 0; i < j->locking.set.inputs.n; i++)
		if (!add_input(b, stamp, j->locking.set.inputs.p[i])) return false;
	for (size_t i = 0; i < j->provided.inputs.n; i++)
		if (!add_input(b, stamp, j->provided.inputs.p[i])) return false;
	if (!add_absent_locks(b, j, stamp)) return false;
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

static void collect_depends(struct build *b, struct job *j, struct stamp *stamp)
{
	struct buf text;
	buf_init(&text, RECORD_MAX_BYTES);
	j->built->depends = (struct str_list){ 0 };
	for (size_t i = 0; i < stamp->inputs.n; i++)
		if (stamp->inputs.p[i].exists) *vec_push(b->a, &j->built->depends) = stamp->inputs.p[i].path;
	for (size_t i = 0; i < stamp->sources.n; i++) *vec_push(b->a, &j->built->depends) = stamp->sources.p[i].path;
	for (size_t i = 0; i < j->built->depends.n; i++) {
		buf_add_str(&text, j->built->depends.p[i]);
		buf_add_char(&text, '\n');
	}
	stamp->depends = buf_take(&text, b->a);
	buf_release(&text);
}

bool build_keep_stamp(struct build *b, struct job *j, const struct sha256 *content)
{
	struct stamp stamp = { .options = j->options_key, .content = *content, .taken_ns = b->options->now_ns };
	struct buf record;
	str output = j->artifact->into.n ? j->artifact->into : j->artifact->output;
	if (!collect_inputs(b, j, &stamp) || !stamp_input_now(arena_str(b->a, output), &stamp.output, b->e)) return false;
	collect_depends(b, j, &stamp);
	buf_init(&record, RECORD_MAX_BYTES);
	build_record_write(&j->built->result, &record);
	stamp.record = buf_take(&record, b->a);
	bool ok = record.over || stamp_save(b->a, &j->place, &stamp, &j->built->notes, b->e);
	buf_release(&record);
	return ok;
}
