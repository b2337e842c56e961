/* ops_source.c: what the wheel of a source project holds (for tests/private; not part of the public table).
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "pipeline/private.h"

static void put(struct json_writer *w, const char *key, str value)
{
	json_write_key(w, str_from(key));
	json_write_string(w, value);
}

static void put_member(struct json_writer *w, const struct source_member *m)
{
	json_write_object(w);
	put(w, "to", m->to);
	if (m->from.n)
		put(w, "from", m->from);
	else
		put(w, "content", m->content);
	json_write_object_end(w);
}

static bool wheel_op(struct judge_call *c, struct err *e)
{
	const char *path;
	struct private_tree tree;
	struct source_wheel wheel;
	struct notes notes;
	note_init(&notes, c->arena);
	if (!judge_path(c, "path", &path, e) || !private_tree_list(c->arena, str_from(path), NULL, &tree, e)) return false;
	tree.tree.detached = false; /* as backends write it: compared with them */
	if (!source_wheel_plan(c->arena, &tree.tree, &notes, &wheel, e)) return false;
	struct json_writer *w = c->out;
	json_write_object(w);
	put(w, "backend", str_from(wheel.backend));
	put(w, "name", wheel.name);
	put(w, "version", wheel.version);
	put(w, "file", wheel.file_name);
	json_write_key(w, S("files"));
	json_write_array(w);
	for (size_t i = 0; i < wheel.files.n; i++) put_member(w, &wheel.files.p[i]);
	json_write_array_end(w);
	json_write_key(w, S("notes"));
	json_write_array(w);
	for (size_t i = 0; i < notes.list.n; i++) {
		json_write_object(w);
		put(w, "id", str_from(notes.list.p[i].id));
		put(w, "message", notes.list.p[i].message);
		put(w, "help", notes.list.p[i].help);
		json_write_object_end(w);
	}
	json_write_array_end(w);
	json_write_object_end(w);
	return true;
}

const struct judge_op judge_ops_source[] = {
	{ "source.wheel", "path", wheel_op },
	{ 0 },
};
