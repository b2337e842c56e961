/* ops_wheels.c: wheel names, targets and the files of *.dist-info for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "python/entry_points.h"
#include "python/marker.h"
#include "python/metadata.h"
#include "python/record.h"
#include "python/wheel_name.h"
#include "target/target.h"

static void write_member(struct json_writer *w, const char *key, str value)
{
	json_write_key(w, str_from(key));
	json_write_string(w, value);
}

static void write_member_or_null(struct json_writer *w, const char *key, bool there, str value)
{
	json_write_key(w, str_from(key));
	if (there)
		json_write_string(w, value);
	else
		json_write_null(w);
}

static void write_strings(struct json_writer *w, const str *strings, size_t n)
{
	json_write_array(w);
	for (size_t i = 0; i < n; i++) json_write_string(w, strings[i]);
	json_write_array_end(w);
}

/* --- file names --- */

static void write_build(struct json_writer *w, const struct wheel_name *name)
{
	uint64_t number;
	json_write_key(w, S("build"));
	if (!name->has_build) {
		json_write_null(w);
		return;
	}
	json_write_array(w);
	if (str_u64(name->build_number, &number) && number <= (uint64_t)1 << 53)
		json_write_u64(w, number);
	else
		json_write_string(w, name->build_number);
	json_write_string(w, name->build_suffix);
	json_write_array_end(w);
}

static bool wheel_parse(struct judge_call *c, struct err *e)
{
	str file;
	struct wheel_name name;
	if (!judge_string(c, "filename", &file, e) || !wheel_name_parse(c->arena, file, &name, e)) return false;
	json_write_object(c->out);
	write_member(c->out, "name", name.name);
	write_member(c->out, "version", name.version);
	write_build(c->out, &name);
	json_write_key(c->out, S("tags"));
	write_strings(c->out, name.tags.p, name.tags.n);
	json_write_object_end(c->out);
	return true;
}

static bool sdist_parse(struct judge_call *c, struct err *e)
{
	str file;
	struct sdist_name name;
	if (!judge_string(c, "filename", &file, e) || !sdist_name_parse(c->arena, file, &name, e)) return false;
	json_write_object(c->out);
	write_member(c->out, "name", name.name);
	write_member(c->out, "version", name.version);
	json_write_object_end(c->out);
	return true;
}

/* --- targets --- */

static bool take_target(struct judge_call *c, struct target *out, struct err *e)
{
	str text;
	return judge_string(c, "target", &text, e) && target_parse(text, out, e);
}

static bool take_tags(struct judge_call *c, struct target *target, struct tag_list *tags, struct err *e)
{
	if (!take_target(c, target, e)) return false;
	const struct runtime *r = target->runtime;
	if (r->python_minor < 0) return err_set(e, ERR_USAGE, "no-python", "%s has no Python", r->name);
	tags_for(c->arena, r->python_minor, r->glibc_minor, str_from(target_machine(target)), tags);
	return true;
}

static bool target_tags(struct judge_call *c, struct err *e)
{
	struct target target;
	struct tag_list tags;
	if (!take_tags(c, &target, &tags, e)) return false;
	write_strings(c->out, tags.tags, tags.n);
	return true;
}

static bool target_markers_op(struct judge_call *c, struct err *e)
{
	struct target target;
	str values[MARKER_N_ENVIRONMENT], assumed[MARKER_N_ENVIRONMENT];
	if (!take_target(c, &target, e)) return false;
	target_markers(c->arena, &target, values, assumed);
	json_write_object(c->out);
	for (enum marker_variable v = 0; v < MARKER_N_ENVIRONMENT; v++)
		write_member_or_null(c->out, marker_variable_name(v), values[v].p != NULL, values[v]);
	json_write_object_end(c->out);
	return true;
}

static bool target_choose(struct judge_call *c, struct err *e)
{
	struct target target;
	struct tag_list tags;
	struct str_list files = { 0 };
	if (!take_tags(c, &target, &tags, e) || !judge_strings(c, "filenames", &files, e)) return false;
	const struct runtime *r = target.runtime;
	size_t best = wheel_choose(c->arena, files.p, files.n, &tags);
	json_write_object(c->out);
	write_member_or_null(c->out, "best", best != SIZE_MAX, best != SIZE_MAX ? files.p[best] : S(""));
	if (best == SIZE_MAX) {
		struct wheel_nearest nearest = wheel_choose_nearest(c->arena, files.p, files.n, r->python_minor, r->glibc_minor,
		                                                    str_from(target_machine(&target)));
		size_t index = nearest.index != SIZE_MAX ? nearest.index : nearest.sdist;
		write_member_or_null(c->out, "nearest", index != SIZE_MAX, index != SIZE_MAX ? files.p[index] : S(""));
		write_member(c->out, "reason", nearest.reason);
	}
	json_write_object_end(c->out);
	return true;
}

/* --- files of *.dist-info --- */

static bool metadata_parse_op(struct judge_call *c, struct err *e)
{
	str text;
	struct metadata m;
	if (!judge_bytes(c, &text, e) || !metadata_parse(c->arena, text, &m, e)) return false;
	json_write_object(c->out);
	write_member(c->out, "name", m.name);
	write_member(c->out, "version", m.version);
	json_write_key(c->out, S("requires_dist"));
	write_strings(c->out, m.requires_dist.p, m.requires_dist.n);
	write_member_or_null(c->out, "requires_python", m.requires_python.p != NULL, m.requires_python);
	json_write_key(c->out, S("provides_extra"));
	write_strings(c->out, m.provides_extra.p, m.provides_extra.n);
	write_member(c->out, "metadata_version", m.metadata_version);
	json_write_object_end(c->out);
	return true;
}

static str hex(struct arena *a, str bytes)
{
	char *p = arena_array(a, char, bytes.n * 2);
	for (size_t i = 0; i < bytes.n; i++) {
		p[i * 2] = "0123456789abcdef"[(unsigned char)bytes.p[i] >> 4];
		p[i * 2 + 1] = "0123456789abcdef"[bytes.p[i] & 15];
	}
	return (str){ p, bytes.n * 2 };
}

static bool record_parse_op(struct judge_call *c, struct err *e)
{
	str text;
	struct record_rows record;
	if (!judge_bytes(c, &text, e) || !record_parse(c->arena, text, &record, e)) return false;
	json_write_array(c->out);
	for (size_t i = 0; i < record.rows.n; i++) {
		const struct record_row *row = &record.rows.p[i];
		bool hashed = !str_empty(row->algorithm);
		json_write_object(c->out);
		write_member(c->out, "path", row->path);
		write_member_or_null(c->out, "algorithm", hashed, row->algorithm);
		write_member_or_null(c->out, "digest", hashed, hex(c->arena, row->digest));
		json_write_key(c->out, S("size"));
		if (row->has_size)
			json_write_u64(c->out, row->size);
		else
			json_write_null(c->out);
		json_write_object_end(c->out);
	}
	json_write_array_end(c->out);
	return true;
}

/* Entries of one group follow each other: a group cannot occur twice. */
static bool entry_points_parse_op(struct judge_call *c, struct err *e)
{
	str text;
	struct entry_points points;
	if (!judge_bytes(c, &text, e) || !entry_points_parse(c->arena, text, &points, e)) return false;
	size_t at = 0;
	json_write_object(c->out);
	for (size_t i = 0; i < points.groups.n; i++) {
		json_write_key(c->out, points.groups.p[i]);
		json_write_object(c->out);
		for (; at < points.list.n && str_eq(points.list.p[at].group, points.groups.p[i]); at++) {
			json_write_key(c->out, points.list.p[at].name);
			json_write_string(c->out, points.list.p[at].value);
		}
		json_write_object_end(c->out);
	}
	json_write_object_end(c->out);
	return true;
}

const struct judge_op judge_ops_wheels[] = {
	{ "wheel.parse", "filename", wheel_parse },
	{ "sdist.parse", "filename", sdist_parse },
	{ "target.tags", "target", target_tags },
	{ "target.markers", "target", target_markers_op },
	{ "target.choose", "target filenames", target_choose },
	{ "metadata.parse", "text base64", metadata_parse_op },
	{ "record.parse", "text base64", record_parse_op },
	{ "entry_points.parse", "text base64", entry_points_parse_op },
	{ 0 },
};
