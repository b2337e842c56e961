/* source_setuptools_py.c: a setup.py whose setup(...) says nothing but constants, read without running it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Statements: a docstring, imports of setuptools and of modules of the standard library, NAME = VALUE, `with open(FILE) as f: NAME = f.read()`,
 * a check of sys.version_info that only ends the build, and one setup(...) at the end, be it below `if __name__ == "__main__":`.
 * Values: those of source_setuptools_value.c. Everything else is code, and refused.
 * Source: setuptools.setup and distutils.core.setup (84). */
#include "python/source_setuptools_py.h"
#include "python/name.h"

/* --- what setup(...) says --- */

static bool text_argument(const struct py *v, str *out)
{
	if (v->kind == PY_NONE) return true;
	if (v->kind != PY_TEXT) return false;
	if (v->text.n) *out = v->text;
	return true;
}

/* A list, or one text whose parts `separator` divides. */
static bool list_argument(struct reader *r, const struct py *v, char separator, struct str_list *out)
{
	struct str_list list = { 0 };
	if (v->kind == PY_NONE) return true;
	if (v->kind == PY_TEXT) {
		str rest = v->text, one;
		while (rest.n) {
			if (!str_cut(rest, separator, &one, &rest)) rest = (str){ 0 };
			if (str_trim(one).n) *vec_push(r->s->a, &list) = str_trim(one);
		}
	} else if (!setup_texts_of(r, v, &list)) {
		return false;
	}
	if (list.n) *out = list;
	return true;
}

/* Requirements: comments and empty lines among them say nothing. */
static bool needs_argument(struct reader *r, const struct py *v, struct str_list *out)
{
	struct str_list list = { 0 };
	if (!list_argument(r, v, '\n', &list)) return false;
	for (size_t i = 0; i < list.n; i++) {
		str one = str_trim(list.p[i]);
		one = str_trim(str_slice(one, 0, str_find(one, S(" #"))));
		if (str_ends(one, S("\\")) || str_chr(one, '\n') != STR_NONE) return false;
		if (one.n && !str_starts(one, S("#"))) *vec_push(r->s->a, out) = one;
	}
	return true;
}

static bool extras_argument(struct reader *r, const struct py *v)
{
	if (v->kind == PY_NONE) return true;
	if (v->kind != PY_DICT) return false;
	r->s->said_extras.n = 0;
	for (size_t i = 0; i < v->n; i++) {
		struct package_patterns one = { .package = v->items[i].key };
		/* "name:marker" is another way to say what a marker says. */
		if (!name_valid(one.package) || !needs_argument(r, &v->items[i].value, &one.patterns)) return false;
		*vec_push(r->s->a, &r->s->said_extras) = one;
	}
	return true;
}

static bool entry_points_text(struct reader *r, str text)
{
	struct source_facts *f = &r->s->said;
	if (!setuptools_entry_points(r->s, text, S("setup.py"))) return false;
	for (size_t i = 0; i < f->entry_points.n; i++) *vec_push(r->s->a, &r->s->call.said.entry_points) = f->entry_points.p[i];
	f->entry_points.n = 0;
	return true;
}

static bool entry_points_argument(struct reader *r, const struct py *v)
{
	if (v->kind == PY_NONE) return true;
	if (v->kind == PY_TEXT) return entry_points_text(r, v->text);
	if (v->kind != PY_DICT) return false;
	for (size_t i = 0; i < v->n; i++) {
		struct str_list lines = { 0 };
		if (!list_argument(r, &v->items[i].value, '\n', &lines)) return false;
		for (size_t k = 0; k < lines.n; k++) {
			str name, reference;
			if (!str_cut(lines.p[k], '=', &name, &reference)) return false;
			*vec_push(r->s->a, &r->s->call.said.entry_points) =
			    (struct source_entry_point){ v->items[i].key, str_trim(name), str_trim(reference) };
		}
	}
	return true;
}

static bool urls_argument(struct reader *r, const struct py *v)
{
	if (v->kind == PY_NONE) return true;
	if (v->kind != PY_DICT) return false;
	for (size_t i = 0; i < v->n; i++) {
		if (v->items[i].value.kind != PY_TEXT) return false;
		*vec_push(r->s->a, &r->s->call.said.urls) =
		    arena_fmt(r->s->a, STR_FMT ", " STR_FMT, STR_ARG(v->items[i].key), STR_ARG(v->items[i].value.text));
	}
	return true;
}

static bool folders_argument(struct reader *r, const struct py *v)
{
	if (v->kind == PY_NONE) return true;
	if (v->kind != PY_DICT) return false;
	for (size_t i = 0; i < v->n; i++) {
		const struct py *folder = &v->items[i].value;
		str clean;
		if (!setup_as_path(r, folder, &clean) || folder->kind != PY_TEXT) return false;
		setuptools_set_folder(r->s, v->items[i].key, folder->text, true);
	}
	return true;
}

static bool patterns_argument(struct reader *r, const struct py *v, bool data)
{
	if (v->kind == PY_NONE) return true;
	if (v->kind != PY_DICT) return false;
	for (size_t i = 0; i < v->n; i++) {
		struct package_patterns one = { .package = is(v->items[i].key, "*") ? S("") : v->items[i].key };
		if (!setup_texts_of(r, &v->items[i].value, &one.patterns)) return false;
		if (data)
			*vec_push(r->s->a, &r->s->data) = one;
		else
			*vec_push(r->s->a, &r->s->no_data) = one;
	}
	return true;
}

static bool packages_argument(struct reader *r, const struct py *v, struct str_list *out, bool *given)
{
	if (v->kind == PY_NONE) return true;
	*given = true;
	return setup_texts_of(r, v, out);
}

static bool empty(const struct py *v)
{
	return v->kind == PY_NONE || (v->kind == PY_BOOL && !v->truth) || (v->kind == PY_TEXT && !v->text.n) ||
	       ((v->kind == PY_LIST || v->kind == PY_DICT) && !v->n);
}

static bool truth(const struct py *v) { return !empty(v); }

/* Who it is from, what it is called: into what setup.cfg says, which an argument replaces. */
static bool describing(struct reader *r, str key, const struct py *v, bool *known)
{
	struct setuptools_call *c = &r->s->call;
	struct source_facts *f = &c->said;
	const struct {
		const char *name;
		str *to;
	} texts[] = {
		{ "name", &f->name },
		{ "version", &f->version_written },
		{ "description", &f->summary },
		{ "long_description", &f->description },
		{ "long_description_content_type", &f->description_type },
		{ "license", &f->license_text },
		{ "url", &f->home_page },
		{ "download_url", &f->download_url },
		{ "python_requires", &f->requires_python },
		{ "author", &c->author },
		{ "author_email", &c->author_email },
		{ "maintainer", &c->maintainer },
		{ "maintainer_email", &c->maintainer_email },
	};
	*known = true;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (is(key, texts[i].name)) return text_argument(v, texts[i].to);
	if (is(key, "keywords")) return list_argument(r, v, ',', &f->keywords);
	if (is(key, "platforms")) return list_argument(r, v, ',', &f->platforms);
	if (is(key, "classifiers")) return v->kind != PY_TEXT && list_argument(r, v, '\n', &f->classifiers);
	if (is(key, "install_requires")) return needs_argument(r, v, &r->s->said_requires);
	if (is(key, "extras_require")) return extras_argument(r, v);
	if (is(key, "entry_points")) return entry_points_argument(r, v);
	if (is(key, "project_urls")) return urls_argument(r, v);
	if (is(key, "license_files")) {
		c->licenses_given = v->kind != PY_NONE;
		return v->kind == PY_NONE || setup_texts_of(r, v, &c->licenses);
	}
	*known = false;
	return true;
}

static bool packing(struct reader *r, str key, const struct py *v, bool *known)
{
	struct setuptools *s = r->s;
	*known = true;
	if (is(key, "packages")) return packages_argument(r, v, &s->packages, &s->packages_given);
	if (is(key, "py_modules")) return packages_argument(r, v, &s->modules, &s->modules_given);
	if (is(key, "package_dir")) return folders_argument(r, v);
	if (is(key, "package_data")) return patterns_argument(r, v, true);
	if (is(key, "exclude_package_data")) return patterns_argument(r, v, false);
	if (is(key, "include_package_data")) return s->include_data = truth(v) ? INCLUDE_YES : INCLUDE_NO, true;
	if (is(key, "zip_safe")) return s->zip_safe = truth(v), true;
	*known = false;
	return true;
}

/* Keys that mean nothing to a wheel, and those that would mean code. */
static bool other(str key, const struct py *v)
{
	static const char *const idle[] = { "test_suite", "tests_require", "test_loader" };
	static const char *const unless_empty[] = { "scripts",     "data_files",         "ext_modules",
		                                        "cmdclass",    "namespace_packages", "setup_requires",
		                                        "ext_package", "eager_resources",    "options",
		                                        "libraries" };
	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		if (is(key, idle[i])) return true;
	for (size_t i = 0; i < sizeof unless_empty / sizeof *unless_empty; i++)
		if (is(key, unless_empty[i])) return empty(v);
	return false;
}

static bool call_setup(struct reader *r)
{
	struct py plain, named;
	if (r->called || !setup_arguments(r, &plain, &named) || plain.n) return false;
	setup_sign(r, ';');
	if (!setup_at_end(r)) return false;
	r->called = true;
	r->s->call.used = named.n > 0;
	for (size_t i = 0; i < named.n; i++) {
		const struct py_item *x = &named.items[i];
		bool known = false;
		r->argument = x->key;
		for (size_t k = 0; k < i; k++)
			if (str_eq(named.items[k].key, x->key)) return false;
		if (!describing(r, x->key, &x->value, &known)) return false;
		if (!known && !packing(r, x->key, &x->value, &known)) return false;
		if (!known && !other(x->key, &x->value)) return false;
	}
	r->argument = (str){ 0 };
	return true;
}

/* --- statements --- */

static bool import_from(struct reader *r, str module)
{
	static const char *const pure[] = { "__future__", "os", "os.path", "io", "codecs", "pathlib", "typing" };
	bool known = false, setuptools = is(module, "setuptools"), brackets;
	for (size_t i = 0; i < sizeof pure / sizeof *pure; i++) known |= is(module, pure[i]);
	if (!known && !setuptools) return false;
	if (!is(setup_word(r, false), "import")) return false;
	brackets = setup_sign(r, '(');
	do {
		str name = setup_word(r, false);
		if (brackets && !name.n) break;
		if (is(module, "os.path") || is(module, "io") || is(module, "codecs"))
			return false; /* bare names of theirs are not followed */
		if (setuptools && !is(name, "setup") && !is(name, "find_packages") && !is(name, "find_namespace_packages"))
			return false;
		if (is(module, "os") && !is(name, "path")) return false;
		if (!name.n) return false;
		r->setup |= is(name, "setup");
		r->find |= is(name, "find_packages") || is(name, "find_namespace_packages");
	} while (setup_sign(r, ','));
	return (!brackets || setup_sign(r, ')')) && setup_at_end(r);
}

static bool import_modules(struct reader *r)
{
	static const char *const pure[] = { "setuptools", "os", "os.path", "sys", "io", "codecs", "pathlib" };
	do {
		str module = setup_word(r, true);
		bool known = false;
		for (size_t i = 0; i < sizeof pure / sizeof *pure; i++) known |= is(module, pure[i]);
		if (!known) return false;
	} while (setup_sign(r, ','));
	return setup_at_end(r);
}

/* "__name__ == "__main__":", which it is while building. */
static bool main_check(struct reader *r)
{
	struct py text;
	return is(setup_word(r, false), "__name__") && setup_sign(r, '=') && setup_sign(r, '=') && setup_begins_string(r) &&
	       setup_strings(r, &text) && is(text.text, "__main__") && setup_sign(r, ':') && setup_at_end(r);
}

/* "sys.version_info < (3, 8):": below it the build may only end. */
static bool version_check(struct reader *r)
{
	struct py ignored;
	if (!is(setup_word(r, true), "sys.version_info") || !setup_sign(r, '<') || !setup_sign(r, '(')) return false;
	return setup_sequence(r, ')', true, &ignored) && setup_sign(r, ':') && setup_at_end(r);
}

/* Nothing that is used here may get another meaning, and what is set twice would be a matter of order. */
static bool may_bind(const struct reader *r, str name)
{
	static const char *const taken[] = { "setup",
		                                 "setuptools",
		                                 "os",
		                                 "open",
		                                 "io",
		                                 "codecs",
		                                 "sys",
		                                 "path",
		                                 "Path",
		                                 "pathlib",
		                                 "find_packages",
		                                 "find_namespace_packages",
		                                 "__file__",
		                                 "__name__",
		                                 "True",
		                                 "False",
		                                 "None" };
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (is(name, taken[i])) return false;
	for (size_t i = 0; i < r->names.n; i++)
		if (str_eq(r->names.items[i].key, name)) return false;
	return name.n > 0;
}

static bool open_block(struct reader *r, str keyword)
{
	size_t before = r->at;
	struct py file;
	if (is(keyword, "if")) {
		if (main_check(r)) return r->block = BLOCK_MAIN, true;
		r->at = before;
		return version_check(r) && (r->block = BLOCK_CHECK, true);
	}
	if (!setup_value(r, &file) || file.kind != PY_FILE || !is(setup_word(r, false), "as")) return false;
	r->file = file.text;
	r->codecs = file.truth;
	r->handle = setup_word(r, false);
	return may_bind(r, r->handle) && setup_sign(r, ':') && setup_at_end(r) && (r->block = BLOCK_WITH, true);
}

static bool assign(struct reader *r, str name)
{
	struct py v;
	if (!may_bind(r, name)) return false;
	if (!setup_sign(r, '=') || !setup_value(r, &v) || !setup_at_end(r) || v.kind == PY_FILE) return false;
	return setup_add_item(r, &r->names, name, v);
}

/* A call with constants, or a `raise` with one: nothing else can happen in it. */
static bool ends_build(struct reader *r, str first)
{
	struct py plain, named;
	bool raise = is(first, "raise");
	if (!raise && !is(first, "sys.exit") && !is(first, "sys.stderr.write") && !is(first, "print")) return false;
	if (raise && !setup_word(r, true).n) return false;
	if (setup_sign(r, '(')) return setup_arguments(r, &plain, &named) && setup_at_end(r);
	return raise && setup_at_end(r);
}

/* What is below a block's first line. */
static bool inside(struct reader *r)
{
	str first = setup_word(r, true);
	if (r->block == BLOCK_CHECK) return ends_build(r, first);
	if (r->block == BLOCK_MAIN)
		return ((is(first, "setup") && r->setup) || is(first, "setuptools.setup")) && setup_sign(r, '(') && call_setup(r);
	if (r->block != BLOCK_WITH || !setup_sign(r, '=')) return false;
	/* NAME = f.read(), and nothing around it. */
	struct py text = { .kind = PY_FILE, .text = r->file, .truth = r->codecs };
	str name = first, handle = setup_word(r, false);
	if (!may_bind(r, name) || !str_eq(handle, r->handle)) return false;
	r->handle = (str){ 0 }; /* reading again would read nothing */
	return name.n && str_chr(name, '.') == STR_NONE && handle.n && setup_methods(r, &text) && text.kind != PY_FILE &&
	       setup_at_end(r) && setup_add_item(r, &r->names, name, text);
}

static bool statement(struct reader *r)
{
	bool indented = str_at(r->text, 0) == ' ' || str_at(r->text, 0) == '\t';
	if (setup_at_end(r)) return true;
	if (r->called) return false;
	if (indented) return inside(r);
	r->block = BLOCK_NONE;
	if (setup_begins_string(r)) {
		struct py text;
		return setup_strings(r, &text) && setup_at_end(r);
	}
	size_t before = r->at;
	str first = setup_word(r, true);
	if (is(first, "from")) return import_from(r, setup_word(r, true));
	if (is(first, "import")) return import_modules(r);
	if (is(first, "if") || is(first, "with")) return open_block(r, first);
	if ((is(first, "setup") && r->setup) || is(first, "setuptools.setup")) return setup_sign(r, '(') && call_setup(r);
	r->at = before;
	first = setup_word(r, false);
	return first.n && assign(r, first);
}

bool setuptools_read_py(struct setuptools *s, str text, uint32_t *line, str *argument)
{
	struct reader r = { .s = s, .names = { .kind = PY_DICT } };
	if (str_starts(text, S("\xef\xbb\xbf"))) text = str_from_pos(text, 3);
	*line = 1;
	*argument = (str){ 0 };
	if (!source_python_plain(text)) return false;
	for (size_t at = 0; at < text.n;) {
		size_t end = source_python_statement(text, at);
		r.text = str_slice(text, at, end);
		r.at = 0;
		r.argument = (str){ 0 };
		bool good = statement(&r);
		*argument = good ? (str){ 0 } : r.argument;
		if (!good) return false;
		for (; at < end; at++) *line += text.p[at] == '\n';
	}
	return r.called;
}
