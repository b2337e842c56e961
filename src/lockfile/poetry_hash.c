/* poetry_hash.c: Poetry's content-hash.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: Locker._get_content_hash and is_fresh (poetry 2.5): the SHA-256 of Python's json.dumps(relevant, sort_keys=True), which
 * separates with ", " and ": " and writes everything outside printable ASCII as \uHHHH. Which tables are relevant changed twice:
 * dependency groups count since 2.3, and [project] since 2.0; older locks are compared by their own rule. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "format/json.h"
#include "lockfile/poetry_lock.h"

#define CONTENT_MAX ((size_t)64 << 20)

struct hash_rules {
	bool project; /* [project] counts */
	bool groups;  /* [dependency-groups] count */
};

/* --- json.dumps --- */

static void write_string(struct buf *b, str s)
{
	size_t at = 0;
	uint32_t c;
	buf_add_char(b, '"');
	while (utf8_next(s, &at, &c)) {
		switch (c) {
		case '"': buf_add_str(b, S("\\\"")); break;
		case '\\': buf_add_str(b, S("\\\\")); break;
		case '\n': buf_add_str(b, S("\\n")); break;
		case '\r': buf_add_str(b, S("\\r")); break;
		case '\t': buf_add_str(b, S("\\t")); break;
		case '\f': buf_add_str(b, S("\\f")); break;
		case '\b': buf_add_str(b, S("\\b")); break;
		default:
			if (c >= 0x10000) {
				buf_addf(b, "\\u%04x\\u%04x", 0xd800u + ((c - 0x10000) >> 10), 0xdc00u + ((c - 0x10000) & 0x3ff));
			} else if (c < ' ' || c > '~') {
				buf_addf(b, "\\u%04x", (unsigned)c);
			} else {
				buf_add_char(b, (char)c);
			}
		}
	}
	buf_add_char(b, '"');
}

static int compare_members(const void *a, const void *b)
{
	return str_cmp(((const struct toml_member *)a)->key, ((const struct toml_member *)b)->key);
}

/* False for what json.dumps refuses (dates): Poetry itself could not have hashed it. Depth: that of the TOML document. */
static bool write_value(struct arena *a, struct buf *b, const struct toml_value *v);

static bool write_table(struct arena *a, struct buf *b, const struct toml_member *members, size_t n)
{
	struct toml_member *sorted = arena_array(a, struct toml_member, n);
	if (n) memcpy(sorted, members, n * sizeof *sorted);
	if (n) qsort(sorted, n, sizeof *sorted, compare_members);
	buf_add_char(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i) buf_add_str(b, S(", "));
		write_string(b, sorted[i].key);
		buf_add_str(b, S(": "));
		if (!write_value(a, b, sorted[i].value)) return false;
	}
	return buf_add_char(b, '}');
}

/* Python's repr of a float: the shortest digits, always with a point or an exponent. */
static void write_double(struct buf *b, double value)
{
	struct json_writer w;
	size_t from = b->n;
	json_write_begin(&w, b);
	json_write_double(&w, value);
	str text = str_from_pos(buf_str(b), from);
	if (str_chr(text, '.') == STR_NONE && str_chr(text, 'e') == STR_NONE) buf_add_str(b, S(".0"));
}

static bool write_value(struct arena *a, struct buf *b, const struct toml_value *v)
{
	if (!v) return buf_add_str(b, S("null"));
	switch (v->type) {
	case TOML_STRING: write_string(b, v->u.string); return true;
	case TOML_INTEGER: return buf_addf(b, "%lld", (long long)v->u.integer);
	case TOML_BOOL: return buf_add_str(b, v->u.boolean ? S("true") : S("false"));
	case TOML_TABLE: return write_table(a, b, v->u.table.p, v->u.table.n);
	case TOML_FLOAT:
		if (v->u.real - v->u.real != 0) return false;
		write_double(b, v->u.real);
		return true;
	case TOML_ARRAY:
		buf_add_char(b, '[');
		for (size_t i = 0; i < v->u.array.n; i++) {
			if (i) buf_add_str(b, S(", "));
			if (!write_value(a, b, v->u.array.p[i])) return false;
		}
		return buf_add_char(b, ']');
	default: return false;
	}
}

/* --- what is relevant --- */

struct picked {
	struct toml_member members[8];
	size_t n;
};

static void pick(struct picked *out, const char *key, const struct toml_value *v)
{
	out->members[out->n++] = (struct toml_member){ .key = str_from(key), .value = (struct toml_value *)(uintptr_t)v };
}

static struct toml_value as_table(struct picked *p)
{
	struct toml_value v = { .type = TOML_TABLE };
	v.u.table.p = p->members;
	v.u.table.n = p->n;
	return v;
}

static void pick_project(const struct toml_value *root, struct picked *out)
{
	static const char *const keys[] = { "requires-python", "dependencies", "optional-dependencies" };
	const struct toml_value *project = toml_get(root, S("project"));
	for (size_t i = 0; project && i < sizeof keys / sizeof *keys; i++) {
		const struct toml_value *v = toml_get(project, str_from(keys[i]));
		if (v) pick(out, keys[i], v);
	}
}

/* Before there was [project], absent keys were hashed as null; that stays where nothing else is relevant. */
static void pick_poetry(const struct toml_value *root, bool legacy_nulls, struct picked *out)
{
	static const char *const keys[] = { "dependencies", "source", "extras", "dev-dependencies", "group" };
	const struct toml_value *poetry = toml_at(root, "tool.poetry");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct toml_value *v = poetry ? toml_get(poetry, str_from(keys[i])) : NULL;
		if (v || (legacy_nulls && i < 4)) pick(out, keys[i], v);
	}
}

static bool write_relevant(struct arena *a, const struct toml_value *root, struct hash_rules rules, struct buf *b)
{
	struct picked project = { 0 }, poetry = { 0 }, tool = { 0 }, all = { 0 };
	const struct toml_value *groups = rules.groups ? toml_get(root, S("dependency-groups")) : NULL;
	if (groups && (groups->type != TOML_TABLE || !groups->u.table.n)) groups = NULL;
	if (rules.project) pick_project(root, &project);
	bool modern = project.n || groups;
	pick_poetry(root, !modern, &poetry);
	if (!modern) return write_table(a, b, poetry.members, poetry.n);
	struct toml_value project_table = as_table(&project), poetry_table = as_table(&poetry), tool_table;
	pick(&tool, "poetry", &poetry_table);
	tool_table = as_table(&tool);
	if (project.n) pick(&all, "project", &project_table);
	if (groups) pick(&all, "dependency-groups", groups);
	pick(&all, "tool", &tool_table);
	return write_table(a, b, all.members, all.n);
}

static bool hash_is(struct poetry_lock *l, struct hash_rules rules, str expected)
{
	struct buf b;
	struct sha256 digest;
	char hex[SHA256_HEX + 1];
	buf_init(&b, CONTENT_MAX);
	bool good = write_relevant(l->r->a, l->project.root, rules, &b) && !b.over;
	sha256_of(buf_str(&b), &digest);
	buf_release(&b);
	sha256_hex(&digest, hex);
	return good && str_eq(expected, str_from(hex));
}

/* "# This file is automatically @generated by Poetry 1.8.5 and should not be changed by hand." */
static bool written_before(struct poetry_lock *l, str version)
{
	str rest = l->d.text, line, word;
	struct version have, limit;
	if (!str_line(&rest, &line)) return false;
	size_t at = str_find(line, S("Poetry "));
	if (at == STR_NONE) return false;
	str_cut(str_from_pos(line, at + 7), ' ', &word, &rest);
	return version_parse(l->r->a, word, &have, NULL) && version_parse(l->r->a, version, &limit, NULL) &&
	       version_cmp(&have, &limit) < 0;
}

bool poetry_fresh(struct poetry_lock *l, str expected)
{
	if (hash_is(l, (struct hash_rules){ .project = true, .groups = true }, expected)) return true;
	if (written_before(l, S("2.3.0")) && hash_is(l, (struct hash_rules){ .project = true }, expected)) return true;
	/* Poetry 1 did not know [project]; its locks are those before 2.1. */
	return (l->major < 2 || l->minor < 1) && hash_is(l, (struct hash_rules){ 0 }, expected);
}
