/* ops_locks.c: lock files for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/env.h"
#include "judge.h"
#include "lockfile/requirements.h"
#include "lockfile/select.h"
#include "python/tags.h"
#include "target/target.h"

extern char **environ;

static void write_list(struct json_writer *w, const char *key, const struct str_list *list)
{
	json_write_key(w, str_from(key));
	json_write_array(w);
	for (size_t i = 0; i < list->n; i++) json_write_string(w, list->p[i]);
	json_write_array_end(w);
}

static void write_text(struct json_writer *w, const char *key, str s, bool null)
{
	json_write_key(w, str_from(key));
	if (null)
		json_write_null(w);
	else
		json_write_string(w, s);
}

static void write_flag(struct json_writer *w, const char *key, bool v)
{
	json_write_key(w, str_from(key));
	json_write_bool(w, v);
}

/* --- requirements.parse --- */

static void write_requirement(struct json_writer *w, const struct requirement_line *l)
{
	json_write_object(w);
	write_text(w, "requirement", l->text, false);
	write_list(w, "hashes", &l->hashes);
	write_flag(w, "constraint", l->constraint);
	write_flag(w, "editable", l->editable);
	write_text(w, "file", l->file, l->file.p == NULL);
	json_write_key(w, S("line"));
	json_write_u64(w, l->source.line);
	json_write_object_end(w);
}

static bool op_requirements_parse(struct judge_call *c, struct err *e)
{
	struct env env = { .vars = environ };
	struct requirements_request request = { .env = &env };
	struct requirements r = { 0 };
	const char *path = NULL;
	if (judge_has(c, "path")) {
		if (!judge_path(c, "path", &path, e)) return false;
		*vec_push(c->arena, &request.paths) = str_from(path);
	} else {
		if (!judge_bytes(c, &request.text, e)) return false;
		if (!request.text.p) request.text = S("");
		request.text_only = true;
		if (!judge_string_or(c, "directory", &request.directory, e)) return false;
	}
	if (!requirements_parse(c->arena, &request, &r, e)) return false;
	json_write_object(c->out);
	json_write_key(c->out, S("requirements"));
	json_write_array(c->out);
	for (size_t i = 0; i < r.lines.n; i++)
		if (!r.lines.p[i].pylock) write_requirement(c->out, &r.lines.p[i]);
	json_write_array_end(c->out);
	json_write_key(c->out, S("options"));
	json_write_object(c->out);
	write_text(c->out, "index_url", r.options.index_url, r.options.index_url.p == NULL);
	write_list(c->out, "extra_index_urls", &r.options.extra_index_urls);
	write_list(c->out, "find_links", &r.find_links_as_written);
	write_flag(c->out, "no_index", r.options.no_index);
	write_list(c->out, "only_binary", &r.options.only_binary);
	write_list(c->out, "no_binary", &r.options.no_binary);
	write_flag(c->out, "pre", r.options.pre);
	write_flag(c->out, "require_hashes", r.options.require_hashes);
	write_list(c->out, "trusted_hosts", &r.options.trusted_hosts);
	json_write_object_end(c->out);
	json_write_object_end(c->out);
	return true;
}

/* --- lock.select --- */

static bool from_target(struct judge_call *c, struct lock_target *t, struct tag_list *tags, struct err *e)
{
	struct target target;
	if (!judge_string(c, "target", &t->text, e) || !target_parse(t->text, &target, e)) return false;
	target_markers(c->arena, &target, t->values, t->assumed);
	t->python_minor = target.runtime->python_minor;
	t->glibc_minor = target.runtime->glibc_minor;
	t->machine = str_from(target_machine(&target));
	tags_for(c->arena, t->python_minor, t->glibc_minor, t->machine, tags);
	return true;
}

static int python_minor(str version)
{
	uint64_t minor = 0;
	str rest, major;
	if (!str_cut(version, '.', &major, &rest) || !str_eq(major, S("3"))) return -1;
	str_cut(rest, '.', &rest, &major);
	return str_u64(rest, &minor) && minor < 1000 ? (int)minor : -1;
}

static bool from_environment(struct judge_call *c, struct lock_target *t, struct tag_list *tags, struct err *e)
{
	const struct json_value *environment = NULL;
	struct str_list list = { 0 };
	if (!judge_object(c, "environment", &environment, e) || !judge_strings_or(c, "tags", &list, e)) return false;
	if (!environment) return judge_bad_request(e, "target or environment is needed");
	for (size_t i = 0; i < environment->members.n; i++) {
		const struct json_member *m = &environment->members.p[i];
		int v = marker_variable_from(m->key);
		if (m->value->type == JSON_NULL) continue;
		if (v < 0 || v >= MARKER_N_ENVIRONMENT || m->value->type != JSON_STRING)
			return judge_bad_request(e, "environment has an unknown name or a value that is no string");
		t->values[v] = m->value->text.p ? m->value->text : S("");
	}
	/* What cannot be calculated is the empty string (PyPA, dependency specifiers). */
	t->assumed[MARKER_PLATFORM_RELEASE] = t->assumed[MARKER_PLATFORM_VERSION] = S("");
	t->text = S("this environment");
	str version = t->values[MARKER_PYTHON_VERSION];
	t->python_minor = python_minor(version.p ? version : t->values[MARKER_PYTHON_FULL_VERSION]);
	t->machine = t->values[MARKER_PLATFORM_MACHINE];
	tags_from(c->arena, list.p, list.n, tags);
	return true;
}

static const char *kind_name(enum locked_kind kind)
{
	switch (kind) {
	case LOCKED_SDIST: return "sdist";
	case LOCKED_DIRECTORY: return "directory";
	case LOCKED_VCS: return "vcs";
	case LOCKED_ARCHIVE: return "archive";
	default: return "wheel";
	}
}

static void write_digest(struct judge_call *c, const struct locked_package *p, const struct locked_file *f)
{
	str hex = { 0 };
	if (f->has_sha256)
		hex = sha256_hex_str(c->arena, &f->sha256);
	else if (p->hashes.n == 1 && str_starts(p->hashes.p[0], S("sha256:")))
		hex = str_from_pos(p->hashes.p[0], 7);
	write_text(c->out, "sha256", hex, hex.p == NULL);
}

static void write_package(struct judge_call *c, const struct locked_package *p)
{
	static const struct locked_file none = { .kind = LOCKED_WHEEL };
	const struct locked_file *f = p->chosen < p->files.n ? &p->files.p[p->chosen] : &none;
	json_write_object(c->out);
	write_text(c->out, "kind", str_from(kind_name(f->kind)), false);
	write_text(c->out, "name", p->name, false);
	write_text(c->out, "version", p->version, str_empty(p->version));
	write_text(c->out, "file", f->file, str_empty(f->file));
	write_text(c->out, "url", f->url, str_empty(f->url));
	write_text(c->out, "path", f->path, str_empty(f->path));
	write_digest(c, p, f);
	json_write_key(c->out, S("size"));
	if (f->has_size)
		json_write_u64(c->out, f->size);
	else
		json_write_null(c->out);
	if (!str_empty(p->assumed)) write_text(c->out, "assumed", p->assumed, false);
	json_write_object_end(c->out);
}

static bool read_request(struct judge_call *c, struct lock_request *r, struct err *e)
{
	const char *path = NULL;
	str format = { 0 };
	bool defaults = true;
	if (!judge_path(c, "path", &path, e) || !judge_string_or(c, "format", &format, e)) return false;
	r->path = str_from(path);
	if (format.p) {
		r->format = lock_format_from(format);
		if (r->format == LOCK_FORMAT_UNKNOWN) return judge_bad_request(e, "unknown format");
	}
	if (!judge_strings_or(c, "extras", &r->extras, e) || !judge_strings_or(c, "groups", &r->groups, e) ||
	    !judge_bool(c, "default_groups", &defaults, e) || !judge_bool(c, "frozen", &r->frozen, e))
		return false;
	r->no_default_groups = !defaults;
	return true;
}

static bool op_lock_select(struct judge_call *c, struct err *e)
{
	struct env env = { .vars = environ };
	struct lock_target target = { .python_minor = -1 };
	struct tag_list tags = { 0 };
	struct lock_request request = { .target = &target, .env = &env };
	struct locked_set set;
	struct notes notes = { 0 };
	bool good = judge_has(c, "target") ? from_target(c, &target, &tags, e) : from_environment(c, &target, &tags, e);
	target.tags = &tags;
	if (!good || !read_request(c, &request, e)) return false;
	note_init(&notes, c->arena);
	if (!lock_read(c->arena, &request, &notes, &set, NULL, e)) return false;
	if (set.unpinned.n) {
		err_set(e, ERR_RESOLVE, "unpinned", "%zu requirements are not pinned to one version", set.unpinned.n);
		return err_why(e, STR_FMT, STR_ARG(set.unpinned.p[0]));
	}
	if (!lock_select(c->arena, &set, &target, LOCK_SELECT_SOURCES, e)) return false;
	json_write_array(c->out);
	for (size_t i = 0; i < set.packages.n; i++) write_package(c, &set.packages.p[i]);
	json_write_array_end(c->out);
	return true;
}

const struct judge_op judge_ops_locks[] = {
	{ "requirements.parse", "path text base64 directory", op_requirements_parse },
	{ "lock.select", "path format target environment tags extras groups default_groups frozen", op_lock_select },
	{ 0 },
};
