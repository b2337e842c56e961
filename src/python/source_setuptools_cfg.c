/* source_setuptools_cfg.c: setup.cfg.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: setuptools/config/setupcfg.py (84). Lists are lines, or what "," (";" between requirements) separates when there is one line;
 * `file:` reads files, `attr:` a literal of a module. Keys with dashes are those with underscores; names of packages and extras
 * keep their case, which format/ini.h does not: they are taken from the text again. */
#include "python/name.h"
#include "python/source_setuptools.h"

/* --- values --- */

static bool bad_value(struct setuptools *s, const struct ini_entry *x, const char *what, const char *help)
{
	struct toml_document d = { .text = s->cfg_text, .path = arena_fmt(s->a, STR_FMT "/setup.cfg", STR_ARG(s->w->tree->where)) };
	size_t at = 0;
	for (uint32_t i = 1; i < x->line && at < s->cfg_text.n; i++) {
		size_t end = str_chr(str_from_pos(s->cfg_text, at), '\n');
		at = end == STR_NONE ? s->cfg_text.n : at + end + 1;
	}
	err_set(s->w->e, ERR_FORMAT, "project-field", "`" STR_FMT "`: %s", STR_ARG(x->key), what);
	toml_where(s->w->e, &d, at);
	return err_help(s->w->e, "%s", help);
}

/* The key as it stands in the file. */
static str written_key(struct setuptools *s, const struct ini_entry *x)
{
	str rest = s->cfg_text, line = { 0 };
	for (uint32_t i = 0; i < x->line; i++)
		if (!str_line(&rest, &line)) return x->key;
	size_t equals = str_chr(line, '='), colon = str_chr(str_slice(line, 0, equals), ':');
	str key = str_trim(str_slice(line, 0, colon != STR_NONE ? colon : equals));
	return str_ieq(key, x->key) ? key : x->key;
}

static const struct ini_entry *entry_of(struct setuptools *s, str section, const char *name)
{
	const struct ini_section *in = ini_section(&s->cfg, section);
	str want = str_from(name);
	for (size_t i = 0; in && i < in->entries.n; i++) {
		str have = in->entries.p[i].key;
		bool same = have.n == want.n;
		for (size_t j = 0; same && j < have.n; j++) same = have.p[j] == want.p[j] || (have.p[j] == '-' && want.p[j] == '_');
		if (same) return &in->entries.p[i];
	}
	return NULL;
}

/* "%%" is "%"; other signs of interpolation are left to setuptools. */
static bool plain_value(struct setuptools *s, const struct ini_entry *x, str *out)
{
	struct buf b;
	*out = x->value;
	if (str_chr(x->value, '%') == STR_NONE) return true;
	buf_init(&b, x->value.n + 1);
	bool good = true;
	for (size_t i = 0; i < x->value.n && good; i++) {
		good = x->value.p[i] != '%' || str_at(x->value, ++i) == '%';
		buf_add_char(&b, x->value.p[i < x->value.n ? i : x->value.n - 1]);
	}
	*out = buf_take(&b, s->a);
	buf_release(&b);
	return good || bad_value(s, x, "`%(name)s` is not replaced here", "write the value itself, and %% for a percent sign");
}

static void split(struct setuptools *s, str value, char separator, struct str_list *out)
{
	str one;
	if (str_chr(value, '\n') != STR_NONE) separator = '\n';
	for (bool more = true; more;) {
		more = str_cut(value, separator, &one, &value);
		one = str_trim(one);
		if (one.n) *vec_push(s->a, out) = one;
	}
}

static bool list_of(struct setuptools *s, str section, const char *name, struct str_list *out, bool *given)
{
	const struct ini_entry *x = entry_of(s, section, name);
	str value;
	if (given) *given = x != NULL;
	if (!x) return true;
	if (!plain_value(s, x, &value)) return false;
	split(s, value, ',', out);
	return true;
}

bool setuptools_files(struct setuptools *s, const struct str_list *paths, str *text)
{
	struct buf b;
	bool first = true, good = true;
	buf_init(&b, SOURCE_TEXT_MAX);
	for (size_t i = 0; i < paths->n && good; i++) {
		str path = pattern_clean(s->a, paths->p[i]), one;
		if (str_starts(path, S("/")) || str_starts(path, S(".."))) {
			buf_release(&b);
			return source_refuse(s->w, "it reads the file `" STR_FMT "`, which lies outside of the project", STR_ARG(path));
		}
		*vec_push(s->a, &s->referenced) = path;
		const struct source_entry *e = source_tree_find(s->w->tree, path);
		if (!e || e->folder) {
			note_add(s->w->notes, NOTE_WARNING, "file-missing", STR_FMT " names the file " STR_FMT ", which is not there",
			         STR_ARG(s->w->tree->where), STR_ARG(path));
			continue;
		}
		good = source_text(s->w, path, &one);
		if (!first) buf_add_char(&b, '\n');
		first = false;
		if (good) buf_add_str(&b, one);
	}
	if (good) *text = buf_take(&b, s->a);
	buf_release(&b);
	return good;
}

/* A text that `file:` may replace. */
static bool text_of(struct setuptools *s, str section, const char *name, str *out)
{
	const struct ini_entry *x = entry_of(s, section, name);
	struct str_list paths = { 0 };
	str value;
	if (!x) return true;
	if (!plain_value(s, x, &value)) return false;
	if (!str_starts(value, S("file:"))) return *out = value, true;
	str rest = str_from_pos(value, 5), one;
	for (bool more = true; more;) {
		more = str_cut(rest, ',', &one, &rest);
		*vec_push(s->a, &paths) = str_trim(one);
	}
	return setuptools_files(s, &paths, out);
}

/* --- [metadata] --- */

bool setuptools_version(struct setuptools *s, str text, const char *where)
{
	struct version v;
	struct err inner = { 0 };
	if (!version_parse(s->a, str_trim(text), &v, &inner)) {
		err_set(s->w->e, ERR_FORMAT, "project-field", "the version of `" STR_FMT "` is none: %s", STR_ARG(s->w->tree->where),
		        inner.what);
		err_where(s->w->e, "%s", where);
		return err_help(s->w->e, "write a version like 1.2.0");
	}
	s->said.version = version_normal(s->a, &v);
	return true;
}

static const char *place_of(struct setuptools *s, const struct ini_entry *x)
{
	str place = arena_fmt(s->a, STR_FMT "/setup.cfg:%u", STR_ARG(s->w->tree->where), (unsigned)x->line);
	return arena_cstr(s->a, place);
}

bool setuptools_attribute(struct setuptools *s, str attribute, str *value)
{
	str path = str_trim(attribute), text;
	size_t dot = str_rchr(path, '.');
	str module = dot == STR_NONE ? S("__init__") : str_slice(path, 0, dot),
	    name = dot == STR_NONE ? path : str_from_pos(path, dot + 1);
	str file = setuptools_module_file(s, module);
	bool found;
	if (!file.n)
		return source_refuse(s->w, "it takes its version from `" STR_FMT "`, and there is no such module", STR_ARG(path));
	if (!source_text(s->w, file, &text)) return false;
	if (source_python_literal(s->a, text, name, value, &found) && found) return true;
	/* Then setuptools loads the module; what a package takes from a module inside of it is as certain. */
	str from;
	if (str_ends(file, S("/__init__.py")) && source_python_imported(s->a, text, name, &from)) {
		str other = setuptools_module_file(s, arena_fmt(s->a, STR_FMT "." STR_FMT, STR_ARG(module), STR_ARG(from)));
		if (other.n && !source_text(s->w, other, &text)) return false;
		if (other.n && source_python_literal(s->a, text, name, value, &found) && found) return true;
	}
	return source_refuse(s->w, STR_FMT " in " STR_FMT " is no plain string: its value is known only when the module runs",
	                     STR_ARG(name), STR_ARG(file));
}

static bool read_version(struct setuptools *s)
{
	const struct ini_entry *x = entry_of(s, S("metadata"), "version");
	str value = { 0 };
	if (!x || !text_of(s, S("metadata"), "version", &value)) return x == NULL;
	if (str_starts(value, S("attr:")) && !setuptools_attribute(s, str_from_pos(value, 5), &value)) return false;
	return setuptools_version(s, value, place_of(s, x));
}

static void person(struct setuptools *s, str name, str email, bool author)
{
	struct source_person both[2] = { { .name = name }, { .email = email } };
	for (size_t i = 0; i < 2; i++) {
		if (!both[i].name.n && !both[i].email.n) continue;
		if (author)
			*vec_push(s->a, &s->said.authors) = both[i];
		else
			*vec_push(s->a, &s->said.maintainers) = both[i];
	}
}

static bool read_people(struct setuptools *s)
{
	static const char *const keys[] = { "author", "author_email", "maintainer", "maintainer_email" };
	str values[4] = { { 0 } };
	for (size_t i = 0; i < 4; i++)
		if (!text_of(s, S("metadata"), keys[i], &values[i])) return false;
	person(s, values[0], values[1], true);
	person(s, values[2], values[3], false);
	return true;
}

static bool read_urls(struct setuptools *s)
{
	struct str_list lines = { 0 };
	if (!list_of(s, S("metadata"), "project_urls", &lines, NULL)) return false;
	for (size_t i = 0; i < lines.n; i++) {
		str label, url;
		if (!str_cut(lines.p[i], '=', &label, &url))
			return bad_value(s, entry_of(s, S("metadata"), "project_urls"), "a line has no `=`", "write LABEL = https://...");
		*vec_push(s->a, &s->said.urls) =
		    arena_fmt(s->a, STR_FMT ", " STR_FMT, STR_ARG(str_trim(label)), STR_ARG(str_trim(url)));
	}
	return true;
}

static bool text_or(struct setuptools *s, const char *name, const char *older, str *out)
{
	return text_of(s, S("metadata"), older, out) && text_of(s, S("metadata"), name, out);
}

static bool read_metadata(struct setuptools *s)
{
	str classifiers = { 0 }, license_file = { 0 };
	bool unsaid = !s->license_patterns_given; /* by [tool.setuptools], which counts more */
	struct source_facts *f = &s->said;
	const str m = S("metadata");
	if (!text_of(s, m, "name", &f->name) || !read_version(s) || !text_or(s, "description", "summary", &f->summary) ||
	    !text_of(s, m, "long_description", &f->description) ||
	    !text_of(s, m, "long_description_content_type", &f->description_type) || !text_of(s, m, "license", &f->license_text) ||
	    !text_or(s, "url", "home_page", &f->home_page) || !text_of(s, m, "download_url", &f->download_url) ||
	    !text_or(s, "classifiers", "classifier", &classifiers) || !list_of(s, m, "keywords", &f->keywords, NULL) ||
	    !list_of(s, m, "platforms", &f->platforms, NULL) || !list_of(s, m, "platform", &f->platforms, NULL) ||
	    !read_people(s) || !read_urls(s) ||
	    (unsaid && !list_of(s, m, "license_files", &s->license_patterns, &s->license_patterns_given)) ||
	    !text_of(s, m, "license_file", &license_file))
		return false;
	split(s, classifiers, ',', &f->classifiers);
	size_t line = str_chr(f->summary, '\n');
	if (line != STR_NONE) f->summary = str_trim(str_slice(str_trim(f->summary), 0, str_chr(str_trim(f->summary), '\n')));
	if (unsaid && license_file.n) str_list_add_new(s->a, &s->license_patterns, license_file);
	s->license_patterns_given |= license_file.n > 0;
	return true;
}

/* --- [options] --- */

static bool read_packages(struct setuptools *s)
{
	const struct ini_entry *x = entry_of(s, S("options"), "packages");
	const str section = S("options.packages.find");
	if (!x) return true;
	str value = str_trim(x->value);
	s->find.namespaces = str_eq(value, S("find_namespace:"));
	s->find.used = s->find.namespaces || str_eq(value, S("find:"));
	if (!s->find.used) {
		s->packages_given = true;
		split(s, value, ',', &s->packages);
		return true;
	}
	if (!list_of(s, section, "where", &s->find.where, NULL) || !list_of(s, section, "include", &s->find.include, NULL) ||
	    !list_of(s, section, "exclude", &s->find.exclude, NULL))
		return false;
	if (s->find.where.n > 1) s->find.where.n = 1; /* setuptools takes the first */
	return true;
}

static bool read_folders(struct setuptools *s)
{
	struct str_list lines = { 0 };
	if (!list_of(s, S("options"), "package_dir", &lines, NULL)) return false;
	for (size_t i = 0; i < lines.n; i++) {
		str package, folder;
		if (!str_cut(lines.p[i], '=', &package, &folder))
			return bad_value(s, entry_of(s, S("options"), "package_dir"), "a line has no `=`",
			                 "write `= src`, or PACKAGE = FOLDER");
		setuptools_set_folder(s, str_trim(package), str_trim(folder), true);
	}
	return true;
}

static bool read_patterns(struct setuptools *s, str section, bool data)
{
	const struct ini_section *in = ini_section(&s->cfg, section);
	for (size_t i = 0; in && i < in->entries.n; i++) {
		struct package_patterns one = { .package = written_key(s, &in->entries.p[i]) };
		str value;
		if (!plain_value(s, &in->entries.p[i], &value)) return false;
		if (str_eq(one.package, S("*"))) one.package = S("");
		split(s, value, ',', &one.patterns);
		if (data)
			*vec_push(s->a, &s->data) = one;
		else
			*vec_push(s->a, &s->no_data) = one;
	}
	return true;
}

static bool truth(str value) { return str_ieq(value, S("1")) || str_ieq(value, S("true")) || str_ieq(value, S("yes")); }

/* What stands in a list of requirements: not comments. `file:` is read. */
static bool read_requires(struct setuptools *s, const struct ini_entry *x, struct str_list *out)
{
	struct str_list paths = { 0 };
	str value;
	if (!plain_value(s, x, &value)) return false;
	if (str_starts(value, S("file:"))) {
		split(s, str_from_pos(value, 5), ',', &paths);
		if (!setuptools_files(s, &paths, &value)) return false;
	}
	struct str_list all = { 0 };
	split(s, value, ';', &all);
	for (size_t i = 0; i < all.n; i++)
		if (!str_starts(all.p[i], S("#"))) *vec_push(s->a, out) = all.p[i];
	return true;
}

static bool read_requirements(struct setuptools *s)
{
	const struct ini_entry *x = entry_of(s, S("options"), "install_requires");
	const struct ini_section *extras = ini_section(&s->cfg, S("options.extras_require"));
	if (x && !read_requires(s, x, &s->said_requires)) return false;
	for (size_t i = 0; extras && i < extras->entries.n; i++) {
		struct package_patterns one = { .package = extras->entries.p[i].key };
		if (!name_valid(one.package))
			return bad_value(s, &extras->entries.p[i], "this is no name of an extra",
			                 "write NAME = and the requirements below it");
		if (!read_requires(s, &extras->entries.p[i], &one.patterns)) return false;
		*vec_push(s->a, &s->said_extras) = one;
	}
	return text_of(s, S("options"), "python_requires", &s->said.requires_python);
}

/* --- entry points --- */

/* "name = module:function" of one line. */
static void add_entry_line(struct setuptools *s, str group, str line)
{
	str name, value;
	line = str_trim(line);
	if (str_empty(line) || str_starts(line, S("#")) || !str_cut(line, '=', &name, &value)) return;
	*vec_push(s->a, &s->said.entry_points) = (struct source_entry_point){ group, str_trim(name), str_trim(value) };
}

/* The text of an entry_points.txt; case matters, so it is not read as other INI files. */
bool setuptools_entry_points(struct setuptools *s, str text, str path)
{
	str line, group = { 0 };
	(void)path;
	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (str_starts(line, S("[")) && str_ends(line, S("]")))
			group = str_trim(str_slice(line, 1, line.n - 1));
		else if (group.n)
			add_entry_line(s, group, line);
	}
	return true;
}

static bool read_entry_points(struct setuptools *s)
{
	const struct ini_section *in = ini_section(&s->cfg, S("options.entry_points"));
	str text = { 0 };
	for (size_t i = 0; in && i < in->entries.n; i++) {
		struct str_list lines = { 0 };
		str group = written_key(s, &in->entries.p[i]), value;
		if (!plain_value(s, &in->entries.p[i], &value)) return false;
		split(s, value, ',', &lines);
		for (size_t j = 0; j < lines.n; j++) add_entry_line(s, group, lines.p[j]);
	}
	if (in) return true;
	return text_of(s, S("options"), "entry_points", &text) && setuptools_entry_points(s, text, S("setup.cfg"));
}

/* --- what needs setuptools itself --- */

static bool only_quiet_keys(struct setuptools *s, const struct ini_section *in, const char *const *quiet)
{
	for (size_t i = 0; i < in->entries.n; i++) {
		const struct ini_entry *x = &in->entries.p[i];
		bool known = false;
		for (size_t j = 0; quiet[j]; j++) known |= str_ieq(x->key, str_from(quiet[j]));
		str value = str_trim(x->value);
		if (known || !value.n || str_eq(value, S("0")) || str_ieq(value, S("false"))) continue;
		return source_refuse(s->w, "setup.cfg sets `" STR_FMT "` under [" STR_FMT "]", STR_ARG(x->key), STR_ARG(in->name));
	}
	return true;
}

static bool check_sections(struct setuptools *s)
{
	static const struct {
		const char *section;
		const char *quiet[3];
	} sections[] = {
		{ "egg_info", { "tag_svn_revision" } }, { "build", { NULL } },        { "build_py", { NULL } },
		{ "build_ext", { "inplace" } },         { "install", { NULL } },      { "install_lib", { NULL } },
		{ "bdist_wheel", { "universal" } },     { "wheel", { "universal" } }, { "options.data_files", { NULL } },
		{ "global", { "verbose", "quiet" } },
	};
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		const struct ini_section *in = ini_section(&s->cfg, str_from(sections[i].section));
		if (in && !only_quiet_keys(s, in, sections[i].quiet)) return false;
	}
	return true;
}

static bool check_options(struct setuptools *s)
{
	static const struct {
		const char *key, *why;
	} refused[] = {
		{ "cmdclass", "it replaces commands of setuptools with its own" },
		{ "scripts", "it installs scripts that the build rewrites" },
		{ "setup_requires", "its build needs other packages" },
		{ "namespace_packages", "it has namespace packages of the old kind" },
		{ "eager_resources", "it lists eager resources" },
		{ "data_files", "it installs files outside of its packages" },
	};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		const struct ini_entry *x = entry_of(s, S("options"), refused[i].key);
		if (x && str_trim(x->value).n) return source_refuse(s->w, "setup.cfg has %s: %s", refused[i].key, refused[i].why);
	}
	return true;
}

/* --- the whole --- */

bool setuptools_read_cfg(struct setuptools *s)
{
	str path = arena_fmt(s->a, STR_FMT "/setup.cfg", STR_ARG(s->w->tree->where)), zip_safe = { 0 }, include = { 0 };
	if (!source_tree_find(s->w->tree, S("setup.cfg"))) return true;
	if (!source_text(s->w, S("setup.cfg"), &s->cfg_text)) return false;
	if (!ini_parse(s->a, s->cfg_text, path, &s->cfg, s->w->e))
		return err_help(s->w->e, "setup.cfg has [section] lines, and `key = value` lines below them");
	s->has_cfg = true;
	if (!text_of(s, S("metadata"), "name", &s->said.name)) return false;
	if (!s->w->project && !s->w->facts.name.n) s->w->facts.name = s->said.name; /* for messages */
	if (!check_sections(s) || !check_options(s) || !read_packages(s) || !read_folders(s)) return false;
	if (!list_of(s, S("options"), "py_modules", &s->modules, &s->modules_given)) return false;
	if (!read_patterns(s, S("options.package_data"), true) || !read_patterns(s, S("options.exclude_package_data"), false))
		return false;
	if (!text_of(s, S("options"), "include_package_data", &include) || !text_of(s, S("options"), "zip_safe", &zip_safe))
		return false;
	if (include.n) s->include_data = truth(include) ? INCLUDE_YES : INCLUDE_NO;
	s->zip_safe = truth(zip_safe);
	return true;
}

/* Where a bad requirement stands. */
static bool in_file(struct setuptools *s, const char *key)
{
	const struct ini_entry *x = key && !s->call.used ? entry_of(s, S("options"), key) : NULL;
	if (x) return err_where(s->w->e, "%s", place_of(s, x));
	return err_where(s->w->e, STR_FMT "/%s", STR_ARG(s->w->tree->where), s->call.used ? "setup.py" : "setup.cfg");
}

static bool add_requirements(struct setuptools *s, bool needs, bool extras)
{
	struct source_facts *f = &s->w->facts;
	for (size_t i = 0; needs && i < s->said_requires.n; i++)
		if (!source_add_requirement(s->w, s->said_requires.p[i], S(""), NULL)) return in_file(s, "install_requires");
	for (size_t i = 0; extras && i < s->said_extras.n; i++) {
		str extra = name_normalize(s->a, s->said_extras.p[i].package);
		str_list_add_new(s->a, &f->provides_extra, extra);
		for (size_t j = 0; j < s->said_extras.p[i].patterns.n; j++)
			if (!source_add_requirement(s->w, s->said_extras.p[i].patterns.p[j], extra, NULL)) return in_file(s, NULL);
	}
	return true;
}

static bool wanted(struct setuptools *s, bool all, const char *field)
{
	return all || source_is_dynamic(s->w, str_from(field));
}

static void take_entry_points(struct setuptools *s, bool all)
{
	struct source_facts *f = &s->w->facts, *from = &s->said;
	for (size_t i = 0; i < from->entry_points.n; i++) {
		str group = from->entry_points.p[i].group;
		const char *field = str_eq(group, S("console_scripts")) ? "scripts"
		                    : str_eq(group, S("gui_scripts"))   ? "gui-scripts"
		                                                        : "entry-points";
		if (wanted(s, all, field)) *vec_push(s->a, &f->entry_points) = from->entry_points.p[i];
	}
}

/* [project] replaces names by names and addresses by addresses: what it has none of stays as setup.cfg has it. */
static void keep_person(struct setuptools *s, const struct source_person *one, bool author)
{
	struct source_facts *f = &s->w->facts;
	const struct source_person *have = author ? f->authors.p : f->maintainers.p;
	size_t n = author ? f->authors.n : f->maintainers.n;
	for (size_t i = 0; i < n; i++)
		if ((one->email.n > 0) == (have[i].email.n > 0)) return;
	if (author)
		*vec_push(s->a, &f->authors) = *one;
	else
		*vec_push(s->a, &f->maintainers) = *one;
}

/* Of setup.cfg, where setup() says another name or address. */
static void drop_people(struct setuptools *s, bool author, bool names, bool addresses)
{
	struct source_person *p = author ? s->said.authors.p : s->said.maintainers.p;
	size_t have = author ? s->said.authors.n : s->said.maintainers.n, n = 0;
	for (size_t i = 0; i < have; i++)
		if (!(p[i].email.n ? addresses : names)) p[n++] = p[i];
	*(author ? &s->said.authors.n : &s->said.maintainers.n) = n;
}

/* What the call of setup() says counts before setup.cfg; and METADATA marks it, since a program said it. */
static bool take_call(struct setuptools *s)
{
	struct source_facts *to = &s->said, *from = &s->call.said;
	struct str_list *marks = &s->w->facts.marked_dynamic;
	const struct {
		str *to, from;
		const char *mark;
	} texts[] = {
		{ &to->name, from->name, NULL },
		{ &to->description, from->description, "description" },
		{ &to->description_type, from->description_type, "description-content-type" },
		{ &to->download_url, from->download_url, NULL }, /* marked in any case */
		{ &to->home_page, from->home_page, "home-page" },
		{ &to->license_text, from->license_text, "license" },
		{ &to->requires_python, from->requires_python, "requires-python" },
		{ &to->summary, str_trim(from->summary), "summary" },
	};
	const struct {
		struct str_list *to;
		const struct str_list *from;
		const char *mark;
	} lists[] = {
		{ &to->classifiers, &from->classifiers, "classifier" },
		{ &to->keywords, &from->keywords, "keywords" },
		{ &to->platforms, &from->platforms, "platform" },
		{ &to->urls, &from->urls, "project-url" },
	};
	const struct {
		str text;
		const char *mark;
	} people[] = { { s->call.author, "author" },
		           { s->call.author_email, "author-email" },
		           { s->call.maintainer, "maintainer" },
		           { s->call.maintainer_email, "maintainer-email" } };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (!texts[i].from.n) continue;
		*texts[i].to = texts[i].from;
		if (texts[i].mark) str_list_add_new(s->a, marks, str_from(texts[i].mark));
	}
	to->summary = str_slice(to->summary, 0, str_chr(to->summary, '\n'));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (!lists[i].from->n) continue;
		*lists[i].to = *lists[i].from;
		str_list_add_new(s->a, marks, str_from(lists[i].mark));
	}
	for (size_t i = 0; i < 4; i++)
		if (people[i].text.n) str_list_add_new(s->a, marks, str_from(people[i].mark));
	drop_people(s, true, s->call.author.n, s->call.author_email.n);
	drop_people(s, false, s->call.maintainer.n, s->call.maintainer_email.n);
	person(s, s->call.author, s->call.author_email, true);
	person(s, s->call.maintainer, s->call.maintainer_email, false);
	if (s->said_requires.n) str_list_add_new(s->a, marks, S("requires-dist"));
	if (s->said_extras.n) str_list_add_new(s->a, marks, S("provides-extra"));
	if (from->entry_points.n) {
		to->entry_points.n = 0;
		for (size_t i = 0; i < from->entry_points.n; i++) *vec_push(s->a, &to->entry_points) = from->entry_points.p[i];
	}
	if (s->call.licenses_given) {
		s->license_patterns = s->call.licenses;
		s->license_patterns_given = true;
	}
	return !from->version_written.n || setuptools_version(s, from->version_written, "setup.py");
}

bool setuptools_take_cfg(struct setuptools *s, bool all)
{
	struct source_facts *f = &s->w->facts, *from = &s->said;
	if (!s->has_cfg && !s->call.used) return true;
	if (s->has_cfg && (!read_metadata(s) || !read_requirements(s) || !read_entry_points(s))) return false;
	if (s->call.used && !take_call(s)) return false;
	if (all) f->name = from->name;
	if (wanted(s, all, "version") && !f->version.n) f->version = from->version;
	if (wanted(s, all, "description") && !f->summary.n) f->summary = from->summary;
	if (wanted(s, all, "readme") && !f->description.n) {
		f->description = from->description;
		f->description_type = from->description_type;
	}
	if (wanted(s, all, "license")) f->license_text = from->license_text;
	if (wanted(s, all, "keywords")) f->keywords = from->keywords;
	if (wanted(s, all, "classifiers") && !f->classifiers.n) f->classifiers = from->classifiers;
	if (wanted(s, all, "urls")) f->urls = from->urls;
	if (wanted(s, all, "requires-python")) f->requires_python = from->requires_python;
	for (size_t i = 0; i < from->authors.n; i++) keep_person(s, &from->authors.p[i], true);
	for (size_t i = 0; i < from->maintainers.n; i++) keep_person(s, &from->maintainers.p[i], false);
	/* These have no field in [project]: they stay. */
	f->home_page = from->home_page;
	f->download_url = from->download_url;
	if (!f->platforms.n) f->platforms = from->platforms;
	if (!f->entry_points.n || all || s->w->project) take_entry_points(s, all);
	return add_requirements(s, wanted(s, all, "dependencies"), wanted(s, all, "optional-dependencies"));
}
