/* source_setuptools_value.c: values of a setup.py that can be known without running it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Texts (several in a row are one), True, False, None, numbers, lists, tuples, dictionaries, names set before, `+` between two texts or lists,
 * find_packages(...) and find_namespace_packages(...), open(FILE).read() and Path(FILE).read_text() of files of the project, with
 * os.path.join, dirname and abspath around __file__, and .strip(), .splitlines() of such a text.
 * Source: Python's "Lexical analysis" and "Expressions". */
#include "python/source_setuptools_py.h"

/* --- signs --- */

static void skip(struct reader *r)
{
	for (;;) {
		char c = str_at(r->text, r->at);
		if (c == '#')
			while (r->at < r->text.n && r->text.p[r->at] != '\n') r->at++;
		else if (c == '\\' && str_at(r->text, r->at + 1) == '\n')
			r->at += 2;
		else if (r->at < r->text.n && ascii_space(c))
			r->at++;
		else
			return;
	}
}

bool setup_sign(struct reader *r, char c)
{
	skip(r);
	if (r->at >= r->text.n || r->text.p[r->at] != c) return false;
	r->at++;
	return true;
}

bool setup_at_end(struct reader *r)
{
	skip(r);
	return r->at >= r->text.n;
}

static bool word_char(char c) { return ascii_alnum(c) || c == '_'; }

/* A name, with what hangs on it by dots: "os.path.join". Empty when there is none. */
str setup_word(struct reader *r, bool dotted)
{
	skip(r);
	size_t from = r->at;
	if (ascii_digit(str_at(r->text, from))) return (str){ 0 };
	while (r->at < r->text.n && (word_char(r->text.p[r->at]) || (dotted && r->at > from && r->text.p[r->at] == '.'))) r->at++;
	return str_slice(r->text, from, r->at);
}

/* --- texts --- */

/* Sums of sums grow fast. */
static bool make_room(struct reader *r, size_t n)
{
	if (n > MADE_MAX - r->made) return false;
	r->made += n;
	return true;
}

static bool add_text(struct reader *r, struct py *out, str more)
{
	if (out->text.n + more.n > SOURCE_TEXT_MAX || (out->text.n && !make_room(r, out->text.n + more.n))) return false;
	out->kind = PY_TEXT;
	out->text = out->text.n ? arena_join(r->s->a, out->text, more) : more;
	return true;
}

/* One string, without f and b in front. */
static bool one_string(struct reader *r, struct py *out)
{
	str one;
	if (!source_python_string(r->s->a, r->text, &r->at, &one)) return false;
	return add_text(r, out, one);
}

bool setup_begins_string(struct reader *r)
{
	skip(r);
	size_t at = r->at;
	if (str_chr(S("rRuU"), str_at(r->text, at)) != STR_NONE && at < r->text.n) at++;
	return str_at(r->text, at) == '"' || str_at(r->text, at) == '\'';
}

bool setup_strings(struct reader *r, struct py *out)
{
	*out = (struct py){ .kind = PY_TEXT, .text = S("") };
	while (setup_begins_string(r))
		if (!one_string(r, out)) return false;
	return true;
}

/* --- lists and dictionaries --- */

bool setup_add_item(struct reader *r, struct py *list, str key, struct py item)
{
	if (list->n >= ITEMS_MAX) return false;
	if (list->n == list->cap)
		list->items = vec_grow(r->s->a, list->items, list->n, &list->cap, sizeof *list->items, _Alignof(struct py_item));
	list->items[list->n++] = (struct py_item){ key, item };
	return true;
}

bool setup_sequence(struct reader *r, char close, bool tuple, struct py *out)
{
	bool comma = false;
	*out = (struct py){ .kind = PY_LIST };
	while (!setup_sign(r, close)) {
		struct py item;
		if (out->n && !comma) return false;
		if (!setup_value(r, &item) || !setup_add_item(r, out, (str){ 0 }, item)) return false;
		comma = setup_sign(r, ',');
	}
	/* Without a comma the brackets only hold one value together. */
	if (tuple && out->n == 1 && !comma) *out = out->items[0].value;
	return true;
}

static bool dictionary(struct reader *r, struct py *out)
{
	bool comma = true;
	*out = (struct py){ .kind = PY_DICT };
	while (!setup_sign(r, '}')) {
		struct py key, item;
		if (!comma || !setup_value(r, &key) || key.kind != PY_TEXT || !setup_sign(r, ':') || !setup_value(r, &item))
			return false;
		for (size_t i = 0; i < out->n; i++)
			if (str_eq(out->items[i].key, key.text)) return false; /* which of the two counts is nobody's business here */
		if (!setup_add_item(r, out, key.text, item)) return false;
		comma = setup_sign(r, ',');
	}
	return true;
}

/* --- calls --- */

/* Arguments up to ")": those without a name, and those with one. */
bool setup_arguments(struct reader *r, struct py *plain, struct py *named)
{
	bool comma = true;
	*plain = (struct py){ .kind = PY_LIST };
	*named = (struct py){ .kind = PY_DICT };
	while (!setup_sign(r, ')')) {
		size_t before = r->at;
		struct py item;
		str name;
		if (!comma) return false;
		name = setup_word(r, false);
		skip(r);
		bool is_named = name.n && str_at(r->text, r->at) == '=' && str_at(r->text, r->at + 1) != '=';
		if (is_named)
			r->at++;
		else
			r->at = before;
		if (is_named && !r->depth) r->argument = name;
		if ((!is_named && named->n) || !setup_value(r, &item)) return false;
		if (!setup_add_item(r, is_named ? named : plain, name, item)) return false;
		comma = setup_sign(r, ',');
	}
	return true;
}

static const struct py *named_argument(const struct py *plain, const struct py *named, size_t place, const char *name)
{
	if (place < plain->n) return &plain->items[place].value;
	for (size_t i = 0; i < named->n; i++)
		if (is(named->items[i].key, name)) return &named->items[i].value;
	return NULL;
}

bool setup_texts_of(struct reader *r, const struct py *v, struct str_list *out)
{
	if (v->kind != PY_LIST) return false;
	for (size_t i = 0; i < v->n; i++) {
		if (v->items[i].value.kind != PY_TEXT) return false;
		*vec_push(r->s->a, out) = v->items[i].value.text;
	}
	return true;
}

static bool only_names(const struct py *named, const char *const *names)
{
	for (size_t i = 0; i < named->n; i++) {
		bool known = false;
		for (size_t k = 0; names[k]; k++) known |= is(named->items[i].key, names[k]);
		if (!known) return false;
	}
	return true;
}

static bool call_find(struct reader *r, bool namespaces, struct py *out)
{
	static const char *const names[] = { "where", "exclude", "include", NULL };
	struct str_list include = { 0 }, exclude = { 0 }, found = { 0 };
	struct py plain, named;
	str where = S("");
	if (!setup_arguments(r, &plain, &named) || plain.n > 3 || !only_names(&named, names)) return false;
	const struct py *w = named_argument(&plain, &named, 0, "where"), *x = named_argument(&plain, &named, 1, "exclude"),
	                *i = named_argument(&plain, &named, 2, "include");
	if (w && (w->kind == PY_TEXT || w->kind == PY_PATH)) where = w->text;
	if (w && w->kind != PY_TEXT && w->kind != PY_PATH) return false;
	if ((x && !setup_texts_of(r, x, &exclude)) || (i && !setup_texts_of(r, i, &include))) return false;
	where = where.n ? pattern_clean(r->s->a, where) : where;
	if (str_starts(where, S("/")) || str_starts(where, S(".."))) return false;
	/* include=[] finds nothing, where no `include` finds everything. */
	if (!i || include.n) setuptools_find_packages(r->s, is(where, ".") ? S("") : where, namespaces, &include, &exclude, &found);
	*out = (struct py){ .kind = PY_LIST };
	for (size_t k = 0; k < found.n; k++)
		if (!setup_add_item(r, out, (str){ 0 }, (struct py){ .kind = PY_TEXT, .text = found.p[k] })) return false;
	return true;
}

bool setup_as_path(struct reader *r, const struct py *v, str *path)
{
	if (!v || (v->kind != PY_TEXT && v->kind != PY_PATH)) return false;
	*path = v->text.n ? pattern_clean(r->s->a, v->text) : v->text;
	return !str_starts(*path, S("/")) && !str_eq(*path, S("..")) && !str_starts(*path, S("../")) &&
	       !str_contains(*path, S("/../"));
}

/* open(FILE[, "r"][, encoding]): text files in UTF-8 alone. */
static bool call_open(struct reader *r, bool codecs, struct py *out)
{
	static const char *const names[] = { "mode", "encoding", "errors", "newline", "file", NULL };
	struct py plain, named;
	if (!setup_arguments(r, &plain, &named) || plain.n > (codecs ? 3 : 2) || !only_names(&named, names)) return false;
	const struct py *mode = named_argument(&plain, &named, 1, "mode"),
	                *encoding = codecs ? named_argument(&plain, &named, 2, "encoding")
	                                   : named_argument(&(struct py){ .kind = PY_LIST }, &named, 0, "encoding");
	if (mode && (mode->kind != PY_TEXT || !(is(mode->text, "r") || is(mode->text, "rt")))) return false;
	if (encoding && (encoding->kind != PY_TEXT || !(str_ieq(encoding->text, S("utf-8")) || str_ieq(encoding->text, S("utf8")) ||
	                                                str_ieq(encoding->text, S("utf_8")))))
		return false;
	if (named_argument(&(struct py){ .kind = PY_LIST }, &named, 0, "newline")) return false;
	*out = (struct py){ .kind = PY_FILE, .truth = codecs };
	return setup_as_path(r, named_argument(&plain, &named, 0, "file"), &out->text) && out->text.n;
}

/* os.path.join(HERE, "a", "b"): an absolute part, or a step upwards, is refused where it is used. */
static bool call_join(struct reader *r, struct py *out)
{
	struct py plain, named;
	if (!setup_arguments(r, &plain, &named) || named.n || !plain.n) return false;
	*out = (struct py){ .kind = PY_PATH, .text = S("") };
	for (size_t i = 0; i < plain.n; i++) {
		const struct py *one = &plain.items[i].value;
		if ((one->kind != PY_TEXT && one->kind != PY_PATH) || str_starts(one->text, S("/"))) return false;
		/* What stands for the project's folder is absolute: what is before it goes. */
		out->text = one->rooted ? one->text : setuptools_join(r->s->a, out->text, one->text);
		out->rooted |= one->rooted;
	}
	return true;
}

/* Path(__file__): its parent is the project's folder. */
static bool call_path(struct reader *r, struct py *out)
{
	struct py plain, named;
	if (!setup_arguments(r, &plain, &named) || named.n || plain.n != 1) return false;
	*out = plain.items[0].value;
	if (out->kind == PY_TEXT) out->kind = PY_PATH, out->rooted = false;
	return out->kind == PY_PATH;
}

/* dirname(__file__), abspath(...), realpath(...) of what is in the project. */
static bool call_folder(struct reader *r, bool dirname, struct py *out)
{
	if (!call_path(r, out)) return false;
	if (!dirname) return out->rooted = true;
	size_t slash = str_rchr(out->text, '/');
	if (!out->text.n) return false; /* above the project */
	out->text = slash == STR_NONE ? S("") : str_slice(out->text, 0, slash);
	return true;
}

static bool known_file(struct reader *r, str path, bool as_it_is, str *text)
{
	const struct source_entry *e = source_tree_find(r->s->w->tree, path);
	struct buf b;
	if (!e || e->folder || !make_room(r, (size_t)e->size) || !source_text(r->s->w, path, text) || !utf8_valid(*text))
		return false;
	if (str_chr(*text, '\r') == STR_NONE) return true;
	if (as_it_is) return false;
	buf_init(&b, text->n + 1);
	for (size_t i = 0; i < text->n; i++) {
		bool pair = text->p[i] == '\r' && str_at(*text, i + 1) == '\n';
		if (!pair) buf_add_char(&b, text->p[i] == '\r' ? '\n' : text->p[i]);
	}
	*text = buf_take(&b, r->s->a);
	buf_release(&b);
	return true;
}

/* ".read()", ".read_text(...)", ".strip()", ".splitlines()", ".parent", ".resolve()" behind a value. */
bool setup_methods(struct reader *r, struct py *v)
{
	while (setup_sign(r, '.')) {
		struct py plain, named;
		str name = setup_word(r, false);
		if (is(name, "parent") && v->kind == PY_PATH && v->text.n) {
			size_t slash = str_rchr(v->text, '/');
			v->text = slash == STR_NONE ? S("") : str_slice(v->text, 0, slash);
			continue;
		}
		if (!setup_sign(r, '(') || !setup_arguments(r, &plain, &named)) return false;
		bool none = !plain.n && !named.n;
		str path;
		if (is(name, "read") && v->kind == PY_FILE && none) {
			v->kind = PY_TEXT;
			if (!known_file(r, v->text, v->truth, &v->text)) return false;
		} else if (is(name, "read_text") && v->kind == PY_PATH && plain.n + named.n <= 1) {
			const struct py *encoding = named_argument(&plain, &named, 0, "encoding");
			if ((plain.n + named.n && !encoding) ||
			    (encoding &&
			     (encoding->kind != PY_TEXT || !(str_ieq(encoding->text, S("utf-8")) || str_ieq(encoding->text, S("utf8"))))))
				return false;
			if (!setup_as_path(r, v, &path) || !known_file(r, path, false, &v->text)) return false;
			v->kind = PY_TEXT;
		} else if (is(name, "strip") && v->kind == PY_TEXT && none) {
			v->text = str_trim(v->text);
			if (source_python_odd_space(v->text, true)) return false;
		} else if (is(name, "resolve") && v->kind == PY_PATH && none) {
			v->rooted = true;
		} else if (is(name, "splitlines") && v->kind == PY_TEXT && none) {
			if (source_python_odd_space(v->text, false)) return false;
			str rest = v->text, line;
			*v = (struct py){ .kind = PY_LIST };
			while (str_line(&rest, &line))
				if (!setup_add_item(r, v, (str){ 0 }, (struct py){ .kind = PY_TEXT, .text = line })) return false;
		} else {
			return false;
		}
	}
	return true;
}

/* A name, a constant that is a word, or a call of what is known. */
static bool named_value(struct reader *r, struct py *out)
{
	static const char *const modules[] = { "os", "io", "codecs", "setuptools", "pathlib", "path" };
	size_t before = r->at;
	str name = setup_word(r, false);
	bool dotted = false;
	*out = (struct py){ .kind = PY_NONE };
	if (!name.n) return false;
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) dotted |= is(name, modules[i]);
	for (size_t i = 0; i < r->names.n; i++) dotted &= !str_eq(r->names.items[i].key, name);
	if (dotted) {
		r->at = before;
		name = setup_word(r, true);
	}
	if (is(name, "None")) return true;
	if (is(name, "True") || is(name, "False")) return *out = (struct py){ .kind = PY_BOOL, .truth = is(name, "True") }, true;
	if (is(name, "__file__")) return *out = (struct py){ .kind = PY_PATH, .text = S("setup.py"), .rooted = true }, true;
	for (size_t i = 0; i < r->names.n; i++)
		if (str_eq(r->names.items[i].key, name)) return *out = r->names.items[i].value, true;
	if (!setup_sign(r, '(')) return false;
	bool bare = r->find || str_starts(name, S("setuptools."));
	if (bare && (is(name, "find_packages") || is(name, "setuptools.find_packages"))) return call_find(r, false, out);
	if (bare && (is(name, "find_namespace_packages") || is(name, "setuptools.find_namespace_packages")))
		return call_find(r, true, out);
	if (is(name, "open") || is(name, "io.open")) return call_open(r, false, out);
	if (is(name, "codecs.open")) return call_open(r, true, out);
	if (is(name, "os.path.join") || is(name, "path.join")) return call_join(r, out);
	if (is(name, "os.path.dirname") || is(name, "path.dirname")) return call_folder(r, true, out);
	if (is(name, "os.path.abspath") || is(name, "path.abspath") || is(name, "os.path.realpath"))
		return call_folder(r, false, out);
	if (is(name, "Path") || is(name, "pathlib.Path")) return call_path(r, out);
	return false;
}

static bool number(struct reader *r, struct py *out)
{
	size_t from = r->at;
	while (ascii_digit(str_at(r->text, r->at))) r->at++;
	str digits = str_slice(r->text, from, r->at);
	bool zero = true;
	for (size_t i = 0; i < digits.n; i++) zero &= digits.p[i] == '0';
	*out = (struct py){ .kind = PY_BOOL, .truth = !zero }; /* numbers stand for truth here, and for nothing else */
	return digits.n > 0 && !word_char(str_at(r->text, r->at)) && str_at(r->text, r->at) != '.';
}

static bool primary(struct reader *r, struct py *out)
{
	skip(r);
	if (setup_begins_string(r)) return setup_strings(r, out);
	if (ascii_digit(str_at(r->text, r->at))) return number(r, out);
	if (setup_sign(r, '[')) return setup_sequence(r, ']', false, out);
	if (setup_sign(r, '(')) return setup_sequence(r, ')', true, out);
	if (setup_sign(r, '{')) return dictionary(r, out);
	return named_value(r, out);
}

/* Two texts, two lists, or a folder and a name below it. */
static bool joined(struct reader *r, struct py *left, const struct py *right, bool slash)
{
	if (slash) {
		if (left->kind != PY_PATH || right->kind != PY_TEXT || str_starts(right->text, S("/"))) return false;
		left->text = setuptools_join(r->s->a, left->text, right->text);
		return true;
	}
	if (left->kind == PY_TEXT && right->kind == PY_TEXT) return add_text(r, left, right->text);
	if (left->kind != PY_LIST || right->kind != PY_LIST) return false;
	struct py both = { .kind = PY_LIST };
	if (!make_room(r, (left->n + right->n) * sizeof *left->items)) return false;
	for (size_t i = 0; i < left->n; i++)
		if (!setup_add_item(r, &both, (str){ 0 }, left->items[i].value)) return false;
	for (size_t i = 0; i < right->n; i++)
		if (!setup_add_item(r, &both, (str){ 0 }, right->items[i].value)) return false;
	*left = both;
	return true;
}

bool setup_value(struct reader *r, struct py *out)
{
	if (r->depth >= DEPTH_MAX) return false;
	r->depth++;
	bool ok = primary(r, out) && setup_methods(r, out);
	for (bool more = ok; ok && more;) {
		struct py right;
		bool plus = setup_sign(r, '+'), slash = !plus && setup_sign(r, '/');
		more = plus || slash;
		if (more) ok = primary(r, &right) && setup_methods(r, &right) && joined(r, out, &right, slash);
		/* (FOLDER / "a").read_text() has brackets; methods bind before signs. */
	}
	r->depth--;
	return ok;
}
