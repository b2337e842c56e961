/* private_host.c: the order of a build by the project's own backend, and what is remembered of it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Remembered is the wheel, not the judgement: another target may take what this one refuses, and nothing is run to find out. */
#include "pipeline/private_host.h"

#include "pipeline/ingest.h"
#include "pipeline/private_host_parts.h"
#include "python/metadata.h"
#include "python/name.h"
#include "python/wheel_name.h"

#define WHEEL_MAX ((uint64_t)2 << 30)

bool private_host_allowed(const struct private_options *options)
{
	return options->policy.host && options->means && options->means->index && options->target &&
	       options->target->python_minor > 0;
}

static str module_of(const struct host_build *b)
{
	str module, object;
	str_cut(b->backend, ':', &module, &object);
	return module;
}

/* --- memory --- */

static str wheel_key(struct host_build *b) { return arena_fmt(b->a, "host " STR_FMT, STR_ARG(b->key)); }
static str metadata_key(struct host_build *b) { return arena_fmt(b->a, "host metadata " STR_FMT, STR_ARG(b->key)); }

static str facts_of(struct host_build *b, str python)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	if (!io_stat(arena_cstr(b->a, python), &st, &ignored) || !st.is_regular) return S("gone");
	return arena_fmt(b->a, "%llu %lld", (unsigned long long)st.size, (long long)(st.mtime_ns / 1000000000));
}

/* The digest, the file's name, Python's path and what was to be seen of it: a line each. */
static void remember(struct host_build *b, const struct sha256 *digest, str file)
{
	struct err ignored = { 0 };
	str text = arena_fmt(b->a, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n", STR_ARG(sha256_hex_str(b->a, digest)),
	                     STR_ARG(file), STR_ARG(b->python.path), STR_ARG(facts_of(b, b->python.path)));
	store_blob_save(b->options->store, "private", wheel_key(b), text, &ignored);
}

/* Another Python at the same place builds again; one that is gone has done its work. */
static bool same_python(struct host_build *b, str path, str facts)
{
	str now = facts_of(b, path);
	return str_eq(now, facts) || str_eq(now, S("gone"));
}

/* *found: the wheel is in the store, with its record. */
static bool recall(struct host_build *b, str *file, struct wheel_record *record, bool *found)
{
	str text, lines[4];
	struct sha256 digest;
	uint64_t size;
	int fd = -1;
	*found = false;
	if (b->options->means->refresh) return true;
	if (!store_blob_load(b->options->store, b->a, "private", wheel_key(b), &text, found) || !*found) return true;
	*found = false;
	for (size_t i = 0; i < 4; i++)
		if (!str_line(&text, &lines[i])) return true;
	if (!sha256_from_hex(lines[0], &digest) || !same_python(b, lines[2], lines[3])) return true;
	if (!store_file_open(b->options->store, &digest, UINT64_MAX, &fd, &size, b->e)) return false;
	if (fd < 0) return true;
	/* A damaged one is built again: nobody else could send it. */
	bool good = false, ok = store_file_check(b->options->store, &digest, fd, &good, b->e);
	if (!ok || !good) {
		io_close(&fd);
		return ok;
	}
	ok = store_record_load(b->options->store, b->a, &digest, record, found, b->e);
	if (ok && !*found) {
		ok = ingest_wheel(b->a, fd, lines[1], &digest, size, NULL, record, b->e);
		*found = ok;
	}
	io_close(&fd);
	*file = lines[1];
	return ok;
}

/* --- the build --- */

static bool begin_scratch(struct host_build *b)
{
	const char *tmp = env_get_nonempty(b->options->means->env, "TMPDIR");
	str base = tmp ? str_from(tmp) : S("/tmp");
	if (b->scratch.path.n) return true;
	if (!path_absolute(b->a, base, &base, b->e)) return false;
	return scratch_begin(b->a, base, "lamina-build", &b->scratch, b->e) ||
	       err_help(b->e, "TMPDIR names a folder that exists and can be written to");
}

/* Python, copy, environment: first what the project names, then what its backend asks for besides. */
static bool prepare(struct host_build *b)
{
	struct str_list all = { 0 }, more;
	for (size_t i = 0; i < b->requires.n; i++) str_list_add_new(b->a, &all, b->requires.p[i]);
	size_t before = all.n; /* what grows from it has another number, and so a folder of its own */
	if (!host_python_find(b) || !begin_scratch(b) || !host_copy(b) || !host_environment(b, &all)) return false;
	if (!host_requires(b, &more)) return false;
	for (size_t i = 0; i < more.n; i++) str_list_add_new(b->a, &all, more.p[i]);
	return all.n == before || host_environment(b, &all);
}

static bool bad_wheel(struct host_build *b, str file, str why)
{
	err_set(b->e, ERR_FORMAT, "host-build-wheel", "the backend of `" STR_FMT "` made a wheel of something else",
	        STR_ARG(b->called));
	err_where(b->e, STR_FMT ": " STR_FMT, STR_ARG(b->tree->tree.where), STR_ARG(file));
	return err_why(b->e, STR_FMT, STR_ARG(why));
}

static bool check_name(struct host_build *b, str file)
{
	struct wheel_name name;
	if (!wheel_name_parse(b->a, file, &name, b->e)) return false;
	if (b->name.n && !name_same(b->name, name.name))
		return bad_wheel(b, file, arena_fmt(b->a, "pyproject.toml calls the project `" STR_FMT "`", STR_ARG(b->name)));
	if (b->version.n && !str_eq(b->version, name.version))
		return bad_wheel(b, file, arena_fmt(b->a, "pyproject.toml gives the version " STR_FMT, STR_ARG(b->version)));
	return true;
}

/* Into the store, proved as any wheel. */
static bool accept(struct host_build *b, str path, struct wheel_record *record)
{
	struct store *store = b->options->store;
	struct sha256 digest;
	struct err ignored = { 0 };
	uint64_t size;
	int fd = -1;
	str file = path_base(path);
	if (!check_name(b, file) || !store_put_file(store, path.p, WHEEL_MAX, NULL, &digest, &size, b->e)) return false;
	if (!store_file_open(store, &digest, size, &fd, NULL, b->e)) return false;
	if (fd < 0) return err_set(b->e, ERR_IO, "not-found", "the wheel left the store");
	bool ok = ingest_wheel(b->a, fd, file, &digest, size, NULL, record, b->e);
	io_close(&fd);
	if (!ok) return false;
	store_record_save(store, record, &ignored);
	remember(b, &digest, file);
	return true;
}

static bool build(struct host_build *b, str *file, struct wheel_record *record)
{
	str path;
	const struct progress *progress = b->options->means->progress;
	if (!prepare(b)) return false;
	progress_phase(progress, "Building", 0, false);
	progress_item(progress, b->called);
	bool ok = host_build_wheel(b, &path);
	progress_done(progress);
	if (!ok || !accept(b, path, record)) return false;
	*file = path_base(path);
	note_add(b->notes, NOTE_INFO, "host-build",
	         "built " STR_FMT " with its own backend (" STR_FMT ") and Python " STR_FMT " of this computer",
	         STR_ARG(record->name), STR_ARG(module_of(b)), STR_ARG(b->python.version));
	return true;
}

/* Two processes that want one wheel build it once. */
static bool build_once(struct host_build *b, str *file, struct wheel_record *record)
{
	int lease = -1;
	bool found = false;
	if (!store_lease(b->options->store, wheel_key(b), &lease, b->e)) return false;
	bool ok = recall(b, file, record, &found) && (found || build(b, file, record));
	io_close(&lease);
	return ok;
}

static bool begin(struct host_build *b)
{
	b->scratch.lock = -1;
	return host_project_read(b) && host_key(b);
}

static void fill(struct host_build *b, str file, const struct wheel_record *record, struct private_wheel *out)
{
	out->file = arena_str(b->a, file);
	out->sha256 = record->sha256;
	out->size = record->size;
	out->stored = true;
}

/* Before a build, what is dynamic of a project is called by its folder. */
static str guess(const struct host_build *b)
{
	str name = b->name.n ? b->name : path_base(b->tree->folder);
	if (!name_valid(name)) return S("unknown");
	char *p = arena_cstr(b->a, name_normalize(b->a, name));
	for (char *c = p; *c; c++)
		if (*c == '-') *c = '_'; /* as names of wheels have it */
	return str_from(p);
}

bool private_host_make(struct arena *a, const struct private_tree *tree, const char *why, const struct private_options *options,
                       struct notes *notes, struct private_wheel *out, struct err *e)
{
	struct host_build b = { .a = a, .tree = tree, .options = options, .why = why, .notes = notes, .e = e };
	struct wheel_record record;
	str file;
	bool found = false;
	bool ok = begin(&b) && recall(&b, &file, &record, &found);
	*out = (struct private_wheel){ .backend = arena_cstr(a, module_of(&b)), .inputs = b.inputs };
	if (ok && !found && options->look_only)
		return out->file = arena_fmt(a, STR_FMT "-0-py3-none-any.whl", STR_ARG(guess(&b))), true;
	if (ok && !found) ok = build_once(&b, &file, &record);
	ok = ok && host_judge(&b, file, &record);
	if (ok) fill(&b, file, &record, out);
	scratch_end(&b.scratch);
	return ok;
}

/* --- metadata --- */

static bool take_metadata(struct host_build *b, str text, struct source_wheel *out)
{
	struct metadata m;
	if (!metadata_parse(b->a, text, &m, b->e)) return err_where(b->e, STR_FMT ": METADATA", STR_ARG(b->tree->folder));
	*out = (struct source_wheel){ .backend = arena_cstr(b->a, module_of(b)), .name = m.name, .version = m.version };
	out->metadata = text;
	out->requires_python = m.requires_python;
	out->requires_dist = m.requires_dist;
	out->provides_extra = m.provides_extra;
	out->inputs = b->inputs;
	return true;
}

static void take_record(struct host_build *b, const struct wheel_record *record, struct source_wheel *out)
{
	*out = (struct source_wheel){ .backend = arena_cstr(b->a, module_of(b)), .name = record->written_name };
	out->version = record->version;
	out->requires_python = record->requires_python;
	out->requires_dist = record->requires_dist;
	out->provides_extra = record->provides_extra;
	out->inputs = b->inputs;
}

/* By the hook that exists for it, else the wheel is built: it will be wanted anyway. */
static bool ask_metadata(struct host_build *b, struct source_wheel *out)
{
	struct err ignored = { 0 };
	struct wheel_record record;
	str text = { 0 }, file;
	if (!b->options->means->will_build && (!prepare(b) || !host_prepare_metadata(b, &text))) return false;
	if (text.n == 0) {
		scratch_end(&b->scratch);
		b->scratch = (struct scratch){ .lock = -1 };
		if (!build_once(b, &file, &record)) return false;
		return take_record(b, &record, out), true;
	}
	if (!take_metadata(b, text, out)) return false;
	note_add(b->notes, NOTE_INFO, "host-metadata",
	         "asked the backend of " STR_FMT " (" STR_FMT ") for its metadata, with Python " STR_FMT " of this computer",
	         STR_ARG(name_normalize(b->a, out->name)), STR_ARG(module_of(b)), STR_ARG(b->python.version));
	store_blob_save(b->options->store, "private", metadata_key(b), text, &ignored);
	return true;
}

bool private_host_metadata(struct arena *a, const struct private_tree *tree, const char *why,
                           const struct private_options *options, struct notes *notes, struct source_wheel *out, struct err *e)
{
	struct host_build b = { .a = a, .tree = tree, .options = options, .why = why, .notes = notes, .e = e };
	struct wheel_record record;
	str text, file;
	bool found = false;
	if (!begin(&b) || !recall(&b, &file, &record, &found)) return false;
	if (found) return take_record(&b, &record, out), true;
	if (!options->means->refresh && store_blob_load(options->store, a, "private", metadata_key(&b), &text, &found) && found)
		return take_metadata(&b, text, out);
	if (options->look_only) { /* what would be known after a build */
		*out = (struct source_wheel){ .name = b.name.n ? b.name : path_base(tree->folder),
			                          .version = b.version,
			                          .inputs = b.inputs };
		return true;
	}
	bool ok = ask_metadata(&b, out);
	scratch_end(&b.scratch);
	return ok;
}
