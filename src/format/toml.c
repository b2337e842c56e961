/* toml.c: TOML documents: headers, keys and values into a tree.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: toml.io/en/v1.0.0. The rules about what may be defined when are kept by toml_value.made (toml_parser.h): a header
 * passes through everything but inline values and completes what was only passed through before; a dotted key passes only
 * through what dotted keys made. Tables with more than KEYS_LINEAR keys get a map, so that no document is quadratic. */
#include "format/toml.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "format/toml_parser.h"

#define KEYS_LINEAR 8

/* --- tables --- */

static struct toml_value *new_value(struct toml_parser *p, enum toml_type type, enum toml_made made, size_t offset)
{
	struct toml_value *v = arena_new(p->arena, struct toml_value);
	v->type = type;
	v->made = (uint8_t)made;
	v->offset = v->end = (uint32_t)offset;
	return v;
}

static struct toml_member *find(const struct toml_value *table, str key)
{
	if (table->u.table.index) {
		size_t position = (uintptr_t)map_get(table->u.table.index, key);
		return position ? &table->u.table.p[position - 1] : NULL;
	}
	for (size_t i = 0; i < table->u.table.n; i++)
		if (str_eq(table->u.table.p[i].key, key)) return &table->u.table.p[i];
	return NULL;
}

static void index_member(struct toml_value *table, size_t i)
{
	*map_put(table->u.table.index, table->u.table.p[i].key, NULL) = (void *)(uintptr_t)(i + 1);
}

/* The key must be new. */
static void add_member(struct toml_parser *p, struct toml_value *table, struct toml_key key, struct toml_value *value)
{
	*vec_push(p->arena, &table->u.table) = (struct toml_member){ key.text, key.offset, value };
	if (table->u.table.index) {
		index_member(table, table->u.table.n - 1);
	} else if (table->u.table.n > KEYS_LINEAR) {
		table->u.table.index = arena_new(p->arena, struct map);
		map_init(table->u.table.index, p->arena);
		for (size_t i = 0; i < table->u.table.n; i++) index_member(table, i);
	}
}

/* `n` more levels of nesting for what comes next. */
static bool enter(struct toml_parser *p, size_t n, size_t at)
{
	if (n > TOML_DEPTH_MAX - p->depth) return toml_fail(p, at, "nested deeper than %d levels", TOML_DEPTH_MAX);
	p->depth += (uint32_t)n;
	return true;
}

/* --- what is already there --- */

#define KEY          "`" STR_FMT "`"
#define KEY_ARG(key) STR_ARG(str_slice((key).text, 0, 200))

/* Why the key cannot be defined (again). */
static bool fail_defined(struct toml_parser *p, struct toml_key key, const struct toml_member *there)
{
	uint32_t line = toml_line(p, there->key_offset);
	const struct toml_value *v = there->value;
	if (v->type == TOML_TABLE && v->made == TOML_MADE_BY_HEADER)
		return toml_fail(p, key.offset, "table " KEY " is already defined at line %u", KEY_ARG(key), toml_line(p, v->offset));
	if (v->type == TOML_TABLE && v->made == TOML_MADE_BY_DOTS)
		return toml_fail(p, key.offset, "table " KEY " is already defined by a dotted key at line %u", KEY_ARG(key), line);
	return toml_fail(p, key.offset, "key " KEY " is already defined at line %u", KEY_ARG(key), line);
}

/* Why a header or dotted key cannot pass through it. */
static bool fail_passing(struct toml_parser *p, struct toml_key key, const struct toml_member *there)
{
	uint32_t line = toml_line(p, there->key_offset);
	const struct toml_value *v = there->value;
	if (v->type == TOML_TABLE && v->made == TOML_MADE_INLINE)
		return toml_fail(p, key.offset, "nothing can be added to the inline table " KEY " of line %u", KEY_ARG(key), line);
	if (v->type == TOML_TABLE)
		return toml_fail(p, key.offset, "a dotted key cannot add to table " KEY " of line %u", KEY_ARG(key), line);
	if (v->type == TOML_ARRAY)
		return toml_fail(p, key.offset, "nothing can be added to the array " KEY " of line %u", KEY_ARG(key), line);
	return toml_fail(p, key.offset, "key " KEY " is not a table: it is defined as %s %s at line %u", KEY_ARG(key),
	                 v->type == TOML_INTEGER ? "an" : "a", toml_type_name(v->type), line);
}

/* The table of `key` in `table` as the made-th kind of path sees it, new when absent; NULL with an error set. */
static struct toml_value *pass(struct toml_parser *p, struct toml_value *table, struct toml_key key, enum toml_made made)
{
	struct toml_member *there = find(table, key.text);
	if (!there) {
		struct toml_value *v = new_value(p, TOML_TABLE, made, key.offset);
		v->end = (uint32_t)p->at;
		add_member(p, table, key, v);
		return v;
	}
	struct toml_value *v = there->value;
	if (made == TOML_MADE_BY_DOTS) {
		if (v->type == TOML_TABLE && v->made == TOML_MADE_BY_DOTS) return v;
	} else {
		if (v->type == TOML_TABLE && v->made != TOML_MADE_INLINE) return v;
		if (v->type == TOML_ARRAY && v->made == TOML_MADE_OF_TABLES)
			return enter(p, 1, key.offset) ? v->u.array.p[v->u.array.n - 1] : NULL;
	}
	fail_passing(p, key, there);
	return NULL;
}

/* The table in which the last of p->keys stands; NULL with an error set. */
static struct toml_value *pass_all(struct toml_parser *p, struct toml_value *table, enum toml_made made)
{
	for (size_t i = 0; table && i + 1 < p->n_keys; i++) table = pass(p, table, p->keys[i], made);
	return table;
}

/* --- values --- */

static bool scan_value(struct toml_parser *p, struct toml_value **out);

/* abnf: keyval */
static bool scan_key_value(struct toml_parser *p, struct toml_value *table)
{
	if (!toml_scan_keys(p)) return false;
	if (toml_peek(p) != '=') return toml_fail_found(p, "`=` after the key");
	struct toml_key key = p->keys[p->n_keys - 1];
	size_t levels = p->n_keys - 1;
	if (!enter(p, levels, key.offset)) return false;
	table = pass_all(p, table, TOML_MADE_BY_DOTS);
	if (!table) return false;
	struct toml_member *there = find(table, key.text);
	if (there) return fail_defined(p, key, there);
	p->at++;
	toml_skip_space(p);
	struct toml_value *value;
	if (!scan_value(p, &value)) return false;
	add_member(p, table, key, value);
	p->depth -= (uint32_t)levels;
	return true;
}

/* What is missing is often the bracket, and its place lines above the text that shows it. */
static bool fail_in_array(struct toml_parser *p, const struct toml_value *array)
{
	uint32_t line = toml_line(p, array->offset);
	char wanted[80];
	if (line == toml_line(p, p->at)) return toml_fail_found(p, "`,` or `]` in the array");
	snprintf(wanted, sizeof wanted, "`,` or `]` in the array that begins in line %u", line);
	return toml_fail_found(p, wanted);
}

/* abnf: array */
static bool scan_array(struct toml_parser *p, struct toml_value *array)
{
	if (!enter(p, 1, p->at)) return false;
	p->at++;
	for (;;) {
		if (!toml_skip_blank(p)) return false;
		if (toml_peek(p) == ']') break;
		struct toml_value *value;
		if (!scan_value(p, &value)) return false;
		*vec_push(p->arena, &array->u.array) = value;
		if (!toml_skip_blank(p)) return false;
		if (toml_peek(p) == ']') break;
		if (toml_peek(p) != ',') return fail_in_array(p, array);
		p->at++;
	}
	p->at++;
	p->depth--;
	return true;
}

/* Whether a newline or a comment stands where an inline table of TOML 1.0 goes on. */
static bool at_line_end(const struct toml_parser *p)
{
	char c = toml_peek(p);
	return c == '\n' || c == '\r' || c == '#';
}

/* abnf: inline-table */
static bool scan_inline_table(struct toml_parser *p, struct toml_value *table)
{
	size_t start = p->at;
	if (!enter(p, 1, p->at)) return false;
	p->at++;
	toml_skip_space(p);
	bool more = toml_peek(p) != '}';
	while (more) {
		if (at_line_end(p)) return toml_fail(p, start, "an inline table must end on the line it begins on");
		if (!scan_key_value(p, table)) return false;
		toml_skip_space(p);
		if (at_line_end(p)) return toml_fail(p, start, "an inline table must end on the line it begins on");
		more = toml_peek(p) == ',';
		if (!more && toml_peek(p) != '}') return toml_fail_found(p, "`,` or `}` in the inline table");
		if (!more) break;
		size_t comma = p->at++;
		toml_skip_space(p);
		if (toml_peek(p) == '}') return toml_fail(p, comma, "no comma may stand before the end of an inline table");
	}
	p->at++;
	p->depth--;
	return true;
}

static bool scan_value(struct toml_parser *p, struct toml_value **out)
{
	char c = toml_peek(p);
	if (p->n_values++ == TOML_VALUES_MAX) return toml_fail(p, p->at, "more than %d values", TOML_VALUES_MAX);
	struct toml_value *v = new_value(p, TOML_STRING, TOML_MADE_INLINE, p->at);
	bool ok;
	if (c == '"' || c == '\'') {
		ok = toml_scan_string(p, true, &v->u.string);
	} else if (c == '[') {
		v->type = TOML_ARRAY;
		ok = scan_array(p, v);
	} else if (c == '{') {
		v->type = TOML_TABLE;
		ok = scan_inline_table(p, v);
	} else {
		ok = toml_scan_scalar(p, v);
	}
	v->end = (uint32_t)p->at;
	*out = v;
	return ok;
}

/* --- headers --- */

/* abnf: std-table; gives the table that the following keys belong to. */
static struct toml_value *define_table(struct toml_parser *p, struct toml_value *parent, struct toml_key key, size_t start)
{
	struct toml_member *there = find(parent, key.text);
	struct toml_value *v;
	if (there) {
		v = there->value;
		if (v->type != TOML_TABLE || v->made != TOML_MADE_BY_PATH) {
			fail_defined(p, key, there);
			return NULL;
		}
		v->made = TOML_MADE_BY_HEADER;
	} else {
		v = new_value(p, TOML_TABLE, TOML_MADE_BY_HEADER, start);
		add_member(p, parent, key, v);
	}
	v->offset = (uint32_t)start;
	v->end = (uint32_t)p->at;
	return v;
}

/* abnf: array-table; gives the new element. */
static struct toml_value *define_element(struct toml_parser *p, struct toml_value *parent, struct toml_key key, size_t start)
{
	struct toml_member *there = find(parent, key.text);
	struct toml_value *array = there ? there->value : NULL;
	if (there && (array->type != TOML_ARRAY || array->made != TOML_MADE_OF_TABLES)) {
		fail_defined(p, key, there);
		return NULL;
	}
	if (!there) {
		array = new_value(p, TOML_ARRAY, TOML_MADE_OF_TABLES, start);
		add_member(p, parent, key, array);
	}
	struct toml_value *v = new_value(p, TOML_TABLE, TOML_MADE_BY_HEADER, start);
	v->end = array->end = (uint32_t)p->at;
	*vec_push(p->arena, &array->u.array) = v;
	return v;
}

static bool scan_header(struct toml_parser *p, struct toml_value *root, struct toml_value **table)
{
	size_t start = p->at;
	bool element = str_at(p->text, p->at + 1) == '[';
	p->at += element ? 2 : 1;
	toml_skip_space(p);
	if (!toml_scan_keys(p)) return false;
	if (!str_starts(str_from_pos(p->text, p->at), element ? S("]]") : S("]")))
		return toml_fail_found(p, element ? "`]]` after the key" : "`]` after the key");
	p->at += element ? 2 : 1;
	p->depth = 0;
	if (!enter(p, p->n_keys + element, start)) return false;
	if (p->n_values++ == TOML_VALUES_MAX) return toml_fail(p, start, "more than %d values", TOML_VALUES_MAX);
	struct toml_value *parent = pass_all(p, root, TOML_MADE_BY_PATH);
	if (!parent) return false;
	struct toml_key key = p->keys[p->n_keys - 1];
	*table = element ? define_element(p, parent, key, start) : define_table(p, parent, key, start);
	return *table != NULL;
}

/* abnf: toml */
static bool scan_document(struct toml_parser *p, struct toml_value *root)
{
	struct toml_value *table = root;
	for (;;) {
		if (!toml_skip_blank(p)) return false;
		if (p->at == p->text.n) return true;
		if (!(toml_peek(p) == '[' ? scan_header(p, root, &table) : scan_key_value(p, table))) return false;
		if (!toml_skip_line_end(p)) return false;
	}
}

/* The offset of the first byte that is not UTF-8. */
static size_t first_invalid(str text)
{
	size_t at = 0;
	uint32_t code_point;
	while (at < text.n && utf8_next(text, &at, &code_point)) {
	}
	return at;
}

bool toml_parse(struct arena *a, str text, str path, struct toml_document *out, struct err *e)
{
	struct toml_parser p = { .arena = a, .doc = { .text = text, .path = path }, .text = text, .e = e };
	if (text.n > TOML_INPUT_MAX) {
		err_set(e, ERR_FORMAT, "toml", "a TOML file must not be larger than %zu bytes", TOML_INPUT_MAX);
		return err_where(e, STR_FMT, STR_ARG(path));
	}
	if (!utf8_valid(text)) return toml_fail(&p, first_invalid(text), "the text is not valid UTF-8");
	if (str_starts(text, S("\xef\xbb\xbf"))) p.at = 3;
	struct toml_value *root = new_value(&p, TOML_TABLE, TOML_MADE_BY_HEADER, 0);
	root->end = (uint32_t)text.n;
	if (!scan_document(&p, root)) return false;
	p.doc.root = root;
	*out = p.doc;
	return true;
}
