/* source_hatch_spec.c: gitignore patterns as hatchling matches them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"
#include "python/source_hatch.h"
#include "python/source_ignore.h"
#include "python/source_pattern.h"

static str without_blanks(str line)
{
	if (str_ends(line, S("\\ "))) return line;
	while (line.n && ascii_space(line.p[line.n - 1])) line.n--;
	return line;
}

/* Parts that no name of a file has: the rule never matches. */
static bool has_empty_part(str pattern)
{
	str part;
	for (bool more = true; more;) {
		more = str_cut(pattern, '/', &part, &pattern);
		if (part.n == 0 || str_eq(part, S("."))) return true;
	}
	return false;
}

/* Any path for "*" and two asterisks; with a slash behind them, any path in a folder. */
static bool matches_all(str pattern) { return str_eq(pattern, S("*")) || str_eq(pattern, S("**")); }

void hatch_spec_add(struct arena *a, struct hatch_spec *spec, str line)
{
	struct hatch_rule rule = { 0 };
	line = without_blanks(line);
	if (line.n == 0 || line.p[0] == '#' || str_eq(line, S("/"))) return;
	if (line.p[0] == '!') {
		rule.negated = true;
		line = str_from_pos(line, 1);
	}
	if (str_ends(line, S("/"))) {
		rule.folders_only = true;
		line.n--;
	}
	bool anywhere = str_chr(line, '/') == STR_NONE;
	if (str_starts(line, S("/"))) line = str_from_pos(line, 1);
	if (line.n > GLOB_MAX / 3 || has_empty_part(line)) return;
	if (anywhere && matches_all(line)) {
		line = (str){ 0 };
	} else if (anywhere) {
		line = arena_join(a, S("**/"), line);
	} else if (str_ends(line, S("/**"))) {
		while (str_ends(line, S("/**"))) line.n -= 3;
		rule.below = !rule.folders_only;
		rule.folders_only = true;
	}
	rule.pattern = ignore_plain_escapes(a, line);
	*vec_push(a, &spec->list) = rule;
}

/* 2: names the path itself, 1: a folder above it, 0: neither. */
static int strength(const struct hatch_rule *rule, str path, bool folder)
{
	if (rule->pattern.n == 0) return !rule->folders_only ? 2 : folder || str_chr(path, '/') != STR_NONE;
	if (!rule->folders_only && !folder && pattern_path(rule->pattern, path, PATTERN_GIT)) return 2;
	if (folder && pattern_path(rule->pattern, path, PATTERN_GIT)) return rule->below ? 2 : 1;
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/' && pattern_path(rule->pattern, str_slice(path, 0, i - 1), PATTERN_GIT))
			return rule->below ? 2 : 1;
	return 0;
}

enum hatch_match hatch_spec_match(const struct hatch_spec *spec, str path, bool folder)
{
	enum hatch_match answer = HATCH_NO_RULE;
	int best = 0;
	for (size_t i = spec->list.n; i > 0 && best < 2; i--) {
		const struct hatch_rule *rule = &spec->list.p[i - 1];
		int found = strength(rule, path, folder);
		if (found <= best) continue;
		best = found;
		answer = rule->negated ? HATCH_NEGATED : HATCH_MATCHES;
	}
	return answer;
}
