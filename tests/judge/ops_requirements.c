/* ops_requirements.c: names, versions, specifiers, requirements and markers for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"
#include "python/marker_set.h"
#include "python/name.h"
#include "python/poetry_constraint.h"
#include "python/requirement.h"

/* --- version --- */

/* Numbers up to 2^53 as JSON integers, larger ones as strings. */
static void write_number(struct judge_call *c, str digits)
{
	uint64_t value;

	if (str_u64(digits, &value) && value <= (uint64_t)1 << 53)
		json_write_u64(c->out, value);
	else
		json_write_string(c->out, digits);
}

static void write_number_or_null(struct judge_call *c, const char *key, bool there, str digits)
{
	json_write_key(c->out, str_from(key));
	if (there)
		write_number(c, digits);
	else
		json_write_null(c->out);
}

static void write_pre(struct judge_call *c, const struct version *v)
{
	static const char *const words[] = { "", "a", "b", "rc" };

	json_write_key(c->out, S("pre"));
	if (v->pre == VERSION_PRE_NONE) {
		json_write_null(c->out);
		return;
	}
	json_write_array(c->out);
	json_write_string(c->out, str_from(words[v->pre]));
	write_number(c, v->pre_number);
	json_write_array_end(c->out);
}

static void write_local(struct judge_call *c, const struct version *v)
{
	str normal = version_normal(c->arena, v);
	size_t plus = str_chr(normal, '+');

	json_write_key(c->out, S("local"));
	if (plus == STR_NONE)
		json_write_null(c->out);
	else
		json_write_string(c->out, str_from_pos(normal, plus + 1));
}

static bool version_parse_op(struct judge_call *c, struct err *e)
{
	str text;
	struct version v;

	if (!judge_string(c, "version", &text, e) || !version_parse(c->arena, text, &v, e)) return false;
	json_write_object(c->out);
	json_write_key(c->out, S("normalized"));
	json_write_string(c->out, version_normal(c->arena, &v));
	write_number_or_null(c, "epoch", true, v.epoch);
	json_write_key(c->out, S("release"));
	json_write_array(c->out);
	for (size_t i = 0; i < v.n_release; i++) write_number(c, v.release[i]);
	json_write_array_end(c->out);
	write_pre(c, &v);
	write_number_or_null(c, "post", v.has_post, v.post_number);
	write_number_or_null(c, "dev", v.has_dev, v.dev_number);
	write_local(c, &v);
	json_write_object_end(c->out);
	return true;
}

static bool version_compare_op(struct judge_call *c, struct err *e)
{
	str texts[2];
	struct version a, b;
	int order;

	if (!judge_string(c, "a", &texts[0], e) || !judge_string(c, "b", &texts[1], e)) return false;
	if (!version_parse(c->arena, texts[0], &a, e) || !version_parse(c->arena, texts[1], &b, e)) return false;
	order = version_cmp(&a, &b);
	json_write_i64(c->out, (order > 0) - (order < 0));
	return true;
}

/* --- specifier --- */

static bool specifier_argument(struct judge_call *c, struct specifier_set *s, struct err *e)
{
	str text;

	return judge_string(c, "specifier", &text, e) && specifier_parse(c->arena, text, s, e);
}

static bool pre_argument(struct judge_call *c, enum specifier_pre *pre, struct err *e)
{
	enum judge_tristate given = JUDGE_NULL;

	if (!judge_tristate(c, "prereleases", &given, e)) return false;
	*pre = given == JUDGE_NULL ? SPEC_PRE_DEFAULT : given == JUDGE_TRUE ? SPEC_PRE_YES : SPEC_PRE_NO;
	return true;
}

static bool specifier_contains_op(struct judge_call *c, struct err *e)
{
	struct specifier_set s;
	enum specifier_pre pre;
	str version;

	if (!judge_string(c, "version", &version, e) || !pre_argument(c, &pre, e) || !specifier_argument(c, &s, e)) return false;
	json_write_bool(c->out, specifier_contains(c->arena, &s, version, pre));
	return true;
}

static bool specifier_filter_op(struct judge_call *c, struct err *e)
{
	struct specifier_set s;
	struct str_list versions = { 0 };
	enum specifier_pre pre;
	size_t *chosen, n;

	if (!judge_strings(c, "versions", &versions, e) || !pre_argument(c, &pre, e) || !specifier_argument(c, &s, e)) return false;
	chosen = arena_array(c->arena, size_t, versions.n);
	n = specifier_filter(c->arena, &s, versions.p, versions.n, pre, chosen);
	json_write_array(c->out);
	for (size_t i = 0; i < n; i++) json_write_string(c->out, versions.p[chosen[i]]);
	json_write_array_end(c->out);
	return true;
}

static bool specifier_parse_op(struct judge_call *c, struct err *e)
{
	struct specifier_set s;
	const struct specifier_clause **sorted;

	if (!specifier_argument(c, &s, e)) return false;
	sorted = specifier_sorted(c->arena, &s);
	json_write_object(c->out);
	json_write_key(c->out, S("clauses"));
	json_write_array(c->out);
	for (size_t i = 0; i < s.n; i++) {
		json_write_array(c->out);
		json_write_string(c->out, str_from(specifier_op_text(sorted[i]->op)));
		json_write_string(c->out, sorted[i]->text);
		json_write_array_end(c->out);
	}
	json_write_array_end(c->out);
	json_write_object_end(c->out);
	return true;
}

/* --- requirement, name --- */

static bool requirement_parse_op(struct judge_call *c, struct err *e)
{
	struct requirement r;
	str text;

	if (!judge_string(c, "requirement", &text, e) || !requirement_parse(c->arena, text, &r, e)) return false;
	json_write_object(c->out);
	json_write_key(c->out, S("name"));
	json_write_string(c->out, r.name);
	json_write_key(c->out, S("extras"));
	json_write_array(c->out);
	for (size_t i = 0; i < r.extras.n; i++) json_write_string(c->out, r.extras.p[i]);
	json_write_array_end(c->out);
	json_write_key(c->out, S("specifier"));
	json_write_string(c->out, specifier_text(c->arena, &r.specifier));
	json_write_key(c->out, S("url"));
	if (r.url.n != 0)
		json_write_string(c->out, r.url);
	else
		json_write_null(c->out);
	json_write_key(c->out, S("marker"));
	if (r.marker != NULL)
		json_write_string(c->out, marker_text(c->arena, r.marker));
	else
		json_write_null(c->out);
	json_write_object_end(c->out);
	return true;
}

static bool name_normalize_op(struct judge_call *c, struct err *e)
{
	str name;

	if (!judge_string(c, "name", &name, e)) return false;
	if (!name_valid(name))
		return err_set(e, ERR_FORMAT, "name", "not a valid name: '" STR_FMT "'", STR_ARG(str_slice(name, 0, 200)));
	json_write_string(c->out, name_normalize(c->arena, name));
	return true;
}

/* --- marker --- */

static bool marker_argument(struct judge_call *c, struct marker **m, struct err *e)
{
	str text;

	return judge_string(c, "marker", &text, e) && marker_parse(c->arena, text, m, e);
}

static bool marker_parse_op(struct judge_call *c, struct err *e)
{
	struct marker *m;

	if (!marker_argument(c, &m, e)) return false;
	json_write_object(c->out);
	json_write_key(c->out, S("normalized"));
	json_write_string(c->out, marker_text(c->arena, m));
	json_write_object_end(c->out);
	return true;
}

/* Names to strings; null is unknown like an absent name (so that the answer of target.markers can be given back). */
static bool environment_argument(struct judge_call *c, struct marker_environment *env, struct str_list *extras, struct err *e)
{
	const struct json_value *object;

	if (!judge_object(c, "environment", &object, e)) return false;
	for (size_t i = 0; object != NULL && i < object->members.n; i++) {
		const struct json_member *m = &object->members.p[i];
		int variable = marker_variable_from(m->key);

		if (m->value->type == JSON_NULL) continue;
		if (m->value->type != JSON_STRING)
			return judge_bad_request(e, "`environment` maps names to strings: " STR_FMT, STR_ARG(str_slice(m->key, 0, 100)));
		if (variable == MARKER_EXTRA) { /* "" is how the packaging library says "no extra" */
			if (m->value->text.n != 0) *vec_push(c->arena, extras) = m->value->text;
		} else if (variable >= 0 && variable < MARKER_N_ENVIRONMENT) {
			env->values[variable] = m->value->text.n != 0 ? m->value->text : S("");
		} else {
			return judge_bad_request(e, "`environment` has no name " STR_FMT, STR_ARG(str_slice(m->key, 0, 100)));
		}
	}
	return true;
}

static bool marker_evaluate_op(struct judge_call *c, struct err *e)
{
	struct marker_environment env = { 0 };
	struct str_list extras = { 0 }, groups = { 0 };
	struct marker *m;
	enum tri answer;

	if (!judge_strings_or(c, "extras", &extras, e) || !judge_strings_or(c, "groups", &groups, e)) return false;
	if (!environment_argument(c, &env, &extras, e) || !marker_argument(c, &m, e) || !marker_check(m, e)) return false;
	env.extras = &extras;
	env.groups = &groups;
	answer = marker_evaluate(m, &env);
	if (answer == TRI_UNKNOWN)
		json_write_null(c->out);
	else
		json_write_bool(c->out, answer == TRI_TRUE);
	return true;
}

/* --- Poetry --- */

static bool poetry_allows_op(struct judge_call *c, struct err *e)
{
	struct poetry_constraint constraint;
	struct version v;
	str text, version;

	if (!judge_string(c, "constraint", &text, e) || !judge_string(c, "version", &version, e)) return false;
	if (!poetry_constraint_parse(c->arena, text, &constraint, e) || !version_parse(c->arena, version, &v, e)) return false;
	json_write_bool(c->out, poetry_constraint_allows(&constraint, &v));
	return true;
}

/* null: it never holds. With `given`, only the environments of that marker count. */
static bool marker_simplify_op(struct judge_call *c, struct err *e)
{
	struct marker_choice choice = { 0 };
	struct marker_sets *sets = marker_sets_new(c->arena);
	struct marker *m, *given = NULL;
	str given_text = { 0 }, style = { 0 };

	if (!marker_argument(c, &m, e) || !marker_check(m, e)) return false;
	if (!judge_string_or(c, "given", &given_text, e) || !judge_string_or(c, "style", &style, e)) return false;
	if (given_text.p != NULL && !marker_parse(c->arena, given_text, &given, e)) return false;
	uint32_t x = marker_sets_from(sets, m, &choice), scope = marker_sets_from(sets, given, &choice);
	str text = marker_sets_text(sets, x, scope, str_eq(style, S("full")) ? MARKER_STYLE_FULL : MARKER_STYLE_SHORT);
	if (marker_sets_over(sets)) return err_set(e, ERR_FORMAT, "too-large", "the marker has too many cases");
	if (marker_sets_and(sets, x, scope) == MARKER_NEVER)
		json_write_null(c->out);
	else
		json_write_string(c->out, text);
	return true;
}

const struct judge_op judge_ops_requirements[] = {
	{ "version.parse", "version", version_parse_op },
	{ "version.compare", "a b", version_compare_op },
	{ "specifier.contains", "specifier version prereleases", specifier_contains_op },
	{ "specifier.filter", "specifier versions prereleases", specifier_filter_op },
	{ "specifier.parse", "specifier", specifier_parse_op },
	{ "requirement.parse", "requirement", requirement_parse_op },
	{ "name.normalize", "name", name_normalize_op },
	{ "marker.parse", "marker", marker_parse_op },
	{ "marker.simplify", "marker given style", marker_simplify_op },
	{ "marker.evaluate", "marker environment extras groups", marker_evaluate_op },
	{ "poetry.allows", "constraint version", poetry_allows_op },
	{ 0 },
};
