/* source_ignore.c: gitignore(5).
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/source_ignore.h"

#include "base/buf.h"
#include "base/glob.h"

/* Blanks at the end do not count, unless a backslash stands before them. */
static str without_blanks(str line)
{
	while (line.n && line.p[line.n - 1] == ' ' && !(line.n > 1 && line.p[line.n - 2] == '\\')) line.n--;
	return line;
}

/* A backslash before a sign of the pattern becomes a class of that sign alone, before anything else it goes. */
str ignore_plain_escapes(struct arena *a, str pattern)
{
	struct buf out;
	if (str_chr(pattern, '\\') == STR_NONE) return pattern;
	buf_init(&out, 3 * pattern.n + 1);
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];
		bool escaped = c == '\\' && i + 1 < pattern.n;
		if (escaped) c = pattern.p[++i];
		if (escaped && (c == '*' || c == '?' || c == '['))
			buf_addf(&out, "[%c]", c);
		else
			buf_add_char(&out, c);
	}
	str text = buf_take(&out, a);
	buf_release(&out);
	return text;
}

static void add_line(struct arena *a, struct ignore_rules *rules, str folder, str line)
{
	struct ignore_rule rule = { .folder = folder };
	line = without_blanks(line);
	if (line.n == 0 || line.p[0] == '#' || rules->list.n >= IGNORE_RULES_MAX) return;
	if (line.p[0] == '!') {
		rule.negated = true;
		line = str_from_pos(line, 1);
	}
	while (line.n && line.p[line.n - 1] == '/') {
		rule.folders_only = true;
		line.n--;
	}
	rule.anywhere = str_chr(line, '/') == STR_NONE; /* a "/" in front ties it, and glob_match drops it */
	if (line.n == 0 || line.n > GLOB_MAX / 3) return;
	rule.pattern = ignore_plain_escapes(a, line);
	*vec_push(a, &rules->list) = rule;
}

void ignore_add(struct arena *a, struct ignore_rules *rules, str folder, str text)
{
	str line;
	if (str_starts(text, S("\xef\xbb\xbf"))) text = str_from_pos(text, 3);
	while (str_line(&text, &line)) add_line(a, rules, folder, line);
}

static bool rule_matches(const struct ignore_rule *rule, str path, bool is_folder)
{
	if (rule->folders_only && !is_folder) return false;
	if (rule->folder.n) {
		if (!str_starts(path, rule->folder) || str_at(path, rule->folder.n) != '/') return false;
		path = str_from_pos(path, rule->folder.n + 1);
	}
	if (!rule->anywhere) return glob_match(rule->pattern, path);
	size_t slash = str_rchr(path, '/');
	return glob_match(rule->pattern, slash == STR_NONE ? path : str_from_pos(path, slash + 1));
}

bool ignore_match(const struct ignore_rules *rules, str path, bool is_folder)
{
	for (size_t i = rules->list.n; i > 0; i--)
		if (rule_matches(&rules->list.p[i - 1], path, is_folder)) return !rules->list.p[i - 1].negated;
	return false;
}
