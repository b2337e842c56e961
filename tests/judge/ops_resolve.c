/* ops_resolve.c: resolving against a folder of index pages, for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "judge.h"
#include "net/url.h"
#include "pipeline/resolve.h"
#include "python/name.h"
#include "target/target.h"

#define CHOICES_MAX 8

extern char **environ;

struct question {
	struct lock_target target;
	struct tag_list tags;
	struct wants wants;
	struct resolve_options options;
	struct index_config config;
	bool has_store;
	struct store store;
};

/* --- target --- */

static bool from_target(struct judge_call *c, struct question *q, struct err *e)
{
	struct target target;
	struct lock_target *t = &q->target;
	if (judge_has(c, "environment") || judge_has(c, "tags"))
		return judge_bad_request(e, "target excludes environment and tags");
	if (!judge_string(c, "target", &t->text, e) || !target_parse(t->text, &target, e)) return false;
	if (target.runtime->python_minor < 0) return judge_bad_request(e, "the target has no Python");
	target_markers(c->arena, &target, t->values, t->assumed);
	t->python_minor = target.runtime->python_minor;
	t->glibc_minor = target.runtime->glibc_minor;
	t->machine = str_from(target_machine(&target));
	tags_for(c->arena, t->python_minor, t->glibc_minor, t->machine, &q->tags);
	return true;
}

static int minor_of(str version)
{
	uint64_t minor = 0;
	str rest, major;
	if (!str_cut(version, '.', &major, &rest) || !str_eq(major, S("3"))) return -1;
	str_cut(rest, '.', &rest, &major);
	return str_u64(rest, &minor) && minor < 1000 ? (int)minor : -1;
}

static bool from_environment(struct judge_call *c, struct question *q, struct err *e)
{
	const struct json_value *environment = NULL;
	struct lock_target *t = &q->target;
	struct str_list list = { 0 };
	if (!judge_object(c, "environment", &environment, e)) return false;
	if (!environment) return judge_bad_request(e, "target, or environment and tags, is needed");
	if (!judge_has(c, "tags")) return judge_bad_request(e, "environment needs tags");
	if (!judge_strings(c, "tags", &list, e)) return false;
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
	t->python_minor = minor_of(version.p ? version : t->values[MARKER_PYTHON_FULL_VERSION]);
	t->machine = t->values[MARKER_PLATFORM_MACHINE];
	tags_from(c->arena, list.p, list.n, &q->tags);
	return true;
}

/* --- wants --- */

static enum locked_kind kind_of(str url)
{
	str path;
	str_cut(url, '#', &path, &url);
	if (str_starts(path, S("git+")) || str_starts(path, S("hg+")) || str_starts(path, S("svn+"))) return LOCKED_VCS;
	return str_ends(path, S(".whl")) ? LOCKED_WHEEL : LOCKED_ARCHIVE;
}

static bool add_want(struct judge_call *c, struct question *q, str text, enum want_kind kind, struct err *e)
{
	struct arena *a = c->arena;
	struct requirement r;
	struct want w = { .kind = kind };
	str pin;
	if (!requirement_parse(a, text, &r, e)) return false;
	if (r.marker && !marker_check(r.marker, e)) return false;
	w.name = name_normalize(a, r.name);
	for (size_t i = 0; i < r.extras.n; i++) str_list_add_new(a, &w.extras, name_normalize(a, r.extras.p[i]));
	str_list_sort(&w.extras);
	w.allowed = specifier_intervals(a, &r.specifier);
	w.pinned = specifier_pin(&r.specifier, &pin);
	for (size_t i = 0; i < r.specifier.n; i++) {
		if (r.specifier.clauses[i].op == SPEC_ARBITRARY) w.arbitrary = r.specifier.clauses[i].text;
		w.names_prerelease |= r.specifier.clauses[i].names_prerelease;
	}
	w.marker = r.marker;
	w.text = r.text;
	if (r.marker && str_empty(r.url)) {
		str rest;
		str_cut(r.text, ';', &w.text, &rest);
		w.text = str_trim(w.text);
	}
	w.direct = r.url.n > 0;
	w.file.url = r.url;
	w.file.kind = w.direct ? kind_of(r.url) : LOCKED_WHEEL;
	*vec_push(a, &q->wants.list) = w;
	return true;
}

static bool read_wants(struct judge_call *c, struct question *q, struct err *e)
{
	struct str_list requirements = { 0 }, constraints = { 0 };
	if (!judge_strings(c, "requirements", &requirements, e) || !judge_strings_or(c, "constraints", &constraints, e))
		return false;
	for (size_t i = 0; i < requirements.n; i++)
		if (!add_want(c, q, requirements.p[i], WANT_REQUIREMENT, e)) return false;
	for (size_t i = 0; i < constraints.n; i++)
		if (!add_want(c, q, constraints.p[i], WANT_CONSTRAINT, e)) return false;
	return true;
}

/* --- options --- */

static bool choose(struct judge_call *c, const char *name, const char *const *choices, unsigned *out, struct err *e)
{
	str value = { 0 };
	if (!judge_string_or(c, name, &value, e)) return false;
	if (!value.p) return true;
	for (unsigned i = 0; i < CHOICES_MAX && choices[i]; i++) {
		if (!str_eq(value, str_from(choices[i]))) continue;
		*out = i;
		return true;
	}
	return judge_bad_request(e, "%s has an unknown value", name);
}

static bool read_options(struct judge_call *c, struct question *q, struct err *e)
{
	static const char *const prereleases[] = { "if-necessary", "allow", "disallow", "explicit", NULL };
	static const char *const orders[] = { "highest", "lowest", "lowest-direct", NULL };
	static const char *const yanked[] = { "uv", "pip", NULL };
	unsigned pre = 0, order = 0, as_pip = 0;
	if (!choose(c, "yanked", yanked, &as_pip, e)) return false;
	q->options.yanked_as_pip = as_pip == 1;
	if (!choose(c, "prereleases", prereleases, &pre, e) || !choose(c, "resolution", orders, &order, e)) return false;
	if (!judge_bool(c, "sdists", &q->options.sdists, e) || !judge_string_or(c, "exclude_newer", &q->options.exclude_newer, e))
		return false;
	q->options.prereleases = (enum resolve_pre)pre;
	q->options.order = (enum resolve_order)order;
	return true;
}

static bool read_index(struct judge_call *c, struct question *q, struct err *e)
{
	const char *path;
	struct env nothing = { 0 }, own = { .vars = environ };
	struct index_inputs inputs = { .env = &nothing };
	if (!judge_path(c, "index", &path, e)) return false;
	if (url_is_absolute(str_from(path))) {
		if (!judge_has(c, "store")) return judge_bad_request(e, "an index by URL needs a store");
		inputs.env = &own;
		inputs.command_line.index_url = str_from(path);
	} else if (!path_absolute(c->arena, str_from(path), &inputs.command_line.index_url, e)) {
		return false;
	}
	return index_config_make(c->arena, &inputs, &q->config, e);
}

static bool open_store(struct judge_call *c, struct question *q, struct notes *notes, struct err *e)
{
	const char *path;
	if (!judge_has(c, "store")) return true;
	if (!judge_path(c, "store", &path, e) || !store_open(c->arena, str_from(path), notes, &q->store, e)) return false;
	q->has_store = true;
	return true;
}

static void write_packages(struct judge_call *c, const struct resolution *r)
{
	json_write_object(c->out);
	json_write_key(c->out, S("packages"));
	json_write_object(c->out);
	for (size_t i = 0; i < r->packages.n; i++) {
		json_write_key(c->out, r->packages.p[i].name);
		json_write_string(c->out, r->packages.p[i].version);
	}
	json_write_object_end(c->out);
	json_write_object_end(c->out);
}

static bool op_resolve(struct judge_call *c, struct err *e)
{
	struct question *q = arena_new(c->arena, struct question);
	struct index_client_options client = { 0 };
	struct str_list packages = { 0 };
	struct resolution answer;
	struct notes notes = { 0 };
	q->target.tags = &q->tags;
	q->target.python_minor = -1;
	bool good = judge_has(c, "target") ? from_target(c, q, e) : from_environment(c, q, e);
	if (!good || !read_wants(c, q, e) || !read_options(c, q, e) || !read_index(c, q, e)) return false;
	note_init(&notes, c->arena);
	client.notes = &notes;
	bool ok = open_store(c, q, &notes, e) &&
	          resolve_run(c->arena, &q->wants, &q->target, 1, &client, &q->config, q->has_store ? &q->store : NULL, false,
	                      &q->options, &notes, &answer, &packages, e);
	if (q->has_store) store_close(&q->store);
	if (ok) {
		write_packages(c, &answer);
		return true;
	}
	/* Whatever makes it impossible, the question has no solution. */
	if (e->code == ERR_RESOLVE || packages.n) e->id = "no-solution";
	json_write_key(c->error_members, S("packages"));
	json_write_array(c->error_members);
	for (size_t i = 0; i < packages.n; i++) json_write_string(c->error_members, packages.p[i]);
	json_write_array_end(c->error_members);
	return false;
}

const struct judge_op judge_ops_resolve[] = {
	{ "resolve",
	  "index requirements constraints target environment tags prereleases resolution sdists exclude_newer yanked store",
	  op_resolve },
	{ 0 },
};
