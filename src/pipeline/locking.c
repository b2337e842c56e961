/* locking.c: which file is the lock, and what it says for the target.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/locking.h"

#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "format/json.h"
#include "lockfile/prune.h"
#include "lockfile/pylock_write.h"
#include "lockfile/select.h"
#include "lockfile/wants.h"
#include "pipeline/locking_own.h"
#include "pipeline/private.h"
#include "pipeline/relock.h"
#include "python/name.h"
#include "target/target.h"

#define STANDARD_INPUT "/dev/stdin"

void locking_target(struct arena *a, const struct target *t, struct lock_target *out)
{
	struct tag_list *tags = arena_new(a, struct tag_list);
	*out = (struct lock_target){ .machine = str_from(target_machine(t)), .text = target_text(a, t), .tags = tags };
	target_markers(a, t, out->values, out->assumed);
	out->python_minor = t->runtime->python_minor;
	out->glibc_minor = t->runtime->glibc_minor;
	tags_for(a, out->python_minor, out->glibc_minor, out->machine, tags);
}

bool locking_in_folder(struct arena *a, str folder, str *path, struct err *e)
{
	static const char *const names[] = { "pylock.toml", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", NULL };
	str found = { 0 };
	for (const char *const *n = names; *n; n++) {
		str candidate = path_join(a, folder, str_from(*n));
		struct io_stat st;
		if (!io_stat(candidate.p, &st, e)) return false;
		if (!st.is_regular) continue;
		if (found.n) {
			err_set(e, ERR_USAGE, "two-locks", "the project has two locks: " STR_FMT " and " STR_FMT, STR_ARG(found),
			        STR_ARG(candidate));
			return err_help(e, "keep one of them, or say which one counts: `lamina build --lock " STR_FMT "`", STR_ARG(found));
		}
		found = candidate;
	}
	if (found.n == 0) {
		str requirements = path_join(a, folder, S("requirements.txt"));
		struct io_stat st;
		if (!io_stat(requirements.p, &st, e)) return false;
		if (st.is_regular) found = requirements;
	}
	if (found.n == 0) {
		struct io_stat st;
		if (!io_stat(arena_cstr(a, folder), &st, e)) return false;
		if (!st.is_dir) {
			err_set(e, ERR_IO, "not-found", "there is no folder `" STR_FMT "`", STR_ARG(folder));
			return err_help(e, "name the folder of the project with --project, a lock with --lock, or requirements with -r");
		}
		err_set(e, ERR_IO, "not-found", "the project `" STR_FMT "` has no lock, and nothing that a lock could be made of",
		        STR_ARG(folder));
		err_why(e, "looked for pylock.toml, poetry.lock, uv.lock, pdm.lock, Pipfile.lock, requirements.txt, and a project in "
		           "pyproject.toml or setup.cfg");
		return err_help(e, "name the folder of the project with --project, a lock with --lock, or requirements with -r");
	}
	*path = found;
	return true;
}

static bool has_lock(const struct err *e) { return !e->id || strcmp(e->id, "not-found") != 0; }

bool locking_of_project(struct arena *a, str folder, str *path, bool *member, struct err *e)
{
	struct err own = { 0 };
	str root, lock;
	struct io_stat st = { 0 };
	*member = false;
	bool found = locking_in_folder(a, folder, path, &own);
	if (!found && has_lock(&own)) return *e = own, false;
	if (found && !str_eq(path_base(*path), S("requirements.txt"))) return true;
	if (!wants_workspace_root(a, folder, &root, e)) return false;
	if (root.n) {
		if (!io_stat(path_join(a, root, S("uv.lock")).p, &st, e)) return false;
		if (st.is_regular && pylock_path_from(a, S("."), path_join(a, root, S("uv.lock")), &lock, e)) {
			*path = lock;
			return *member = true;
		}
	}
	if (!found) *e = own;
	return found;
}

static bool choose_input(struct arena *a, const struct artifact *artifact, struct lock_request *r, struct err *e)
{
	const struct dependency_input *first = &artifact->dependencies.p[0];
	bool several = artifact->dependencies.n > 1;
	for (size_t i = 1; i < artifact->dependencies.n; i++) {
		const struct dependency_input *d = &artifact->dependencies.p[i];
		if (first->kind == DEPENDENCY_PACKAGE && d->kind == DEPENDENCY_PACKAGE) continue;
		if (first->kind == DEPENDENCY_REQUIREMENTS && d->kind == DEPENDENCY_REQUIREMENTS) {
			*vec_push(a, &r->more_paths) = d->path;
			continue;
		}
		err_set(e, ERR_USAGE, "two-locks", "`" STR_FMT "` has two kinds of locks: " STR_FMT " and " STR_FMT,
		        STR_ARG(artifact->name), STR_ARG(first->path), STR_ARG(d->path));
		err_where(e, STR_FMT, STR_ARG(artifact->where));
		if (first->kind == DEPENDENCY_PACKAGE || d->kind == DEPENDENCY_PACKAGE)
			return err_help(e,
			                "name the folder in the requirements file, with a line like `./libs/shared` (seen from that file); "
			                "or let the package's project name what it needs");
		return err_help(e, "give one lock, or several requirements files");
	}
	r->path = first->path;
	/* `-r pyproject.toml`: the project's lock. */
	str base = path_base(first->path);
	if (first->kind == DEPENDENCY_REQUIREMENTS && !several &&
	    (str_eq(base, S("pyproject.toml")) || str_eq(base, S("setup.cfg"))))
		return locking_in_folder(a, path_dir(first->path), &r->path, e);
	if (first->kind == DEPENDENCY_PROJECT || first->kind == DEPENDENCY_PACKAGE) {
		bool member;
		if (!locking_of_project(a, first->path, &r->path, &member, e)) return false;
		if (member) r->member = first->path;
	}
	if (first->kind == DEPENDENCY_REQUIREMENTS && several) r->format = LOCK_FORMAT_REQUIREMENTS;
	return true;
}

static bool read_whole(struct arena *a, struct locking_options *o, str path, str *text, struct err *e)
{
	for (size_t i = 0; i < o->streams.n; i++) {
		if (!str_eq(o->streams.p[i].path, path)) continue;
		*text = o->streams.p[i].text;
		return true;
	}
	/* Standard input is open already, and not every system has a name for it. */
	bool is_stdin = str_eq(path, S(STANDARD_INPUT));
	int fd = is_stdin ? STDIN_FILENO : io_open_read(path.p, e);
	if (fd < 0) return false;
	bool ok = io_read_all(a, fd, path.p, LOCK_FILE_MAX, text, e);
	if (!is_stdin) io_close(&fd);
	if (ok) *vec_push(a, &o->streams) = (struct locking_stream){ path, *text };
	return ok;
}

bool locking_stream_read(struct arena *a, struct locking_options *o, str *path, str *text, bool *found, struct err *e)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	bool is_stdin = str_eq(*path, S("-"));
	*found = is_stdin || (io_stat(arena_cstr(a, *path), &st, &ignored) && st.exists && !st.is_regular && !st.is_dir);
	if (!*found) return true;
	if (is_stdin) *path = S(STANDARD_INPUT);
	return read_whole(a, o, *path, text, e);
}

static bool read_stream(struct arena *a, struct locking_options *o, struct lock_request *r, struct err *e)
{
	bool found;
	if (!locking_stream_read(a, o, &r->path, &r->text, &found, e)) return false;
	if (!found) return true;
	if (r->format == LOCK_FORMAT_AUTO) r->format = lock_format_sniff(r->path, r->text);
	if (r->format == LOCK_FORMAT_UNKNOWN) r->format = LOCK_FORMAT_REQUIREMENTS;
	return true;
}

/* What the user can do differs with how the file was named: only --lock and --frozen take it as the lock that it is not. */
static bool help_unpinned(const struct artifact *artifact, const struct locked_set *set, bool frozen, struct err *e)
{
	const struct dependency_input *d = &artifact->dependencies.p[0];
	if (frozen && d->kind != DEPENDENCY_LOCK)
		return err_help(e,
		                "lock it first (`lamina lock -r " STR_FMT "`), or build without --frozen: lamina then locks it itself",
		                STR_ARG(set->lock_path));
	if (d->kind == DEPENDENCY_LOCK)
		return err_help(e,
		                "pin everything with ==, or name it as requirements (-r " STR_FMT
		                "): lamina then locks them in a file beside it",
		                STR_ARG(set->lock_path));
	return err_help(
	    e, "pin everything with == (`uv pip compile`, `pip-compile --generate-hashes` or `poetry export` write such files), or "
	       "build from a poetry.lock, uv.lock or pylock.toml");
}

static bool refuse_unpinned(const struct artifact *artifact, const struct locked_set *set, bool frozen, struct err *e)
{
	if (set->unpinned.n == 0) return true;
	struct buf b;
	buf_init(&b, 700);
	for (size_t i = 0; i < set->unpinned.n && i < 8; i++)
		buf_addf(&b, "%s" STR_FMT, i ? "; " : "", STR_ARG(set->unpinned.p[i]));
	err_set(e, ERR_RESOLVE, "not-pinned", "%zu requirement%s not pinned to one version", set->unpinned.n,
	        set->unpinned.n == 1 ? " is" : "s are");
	err_where(e, STR_FMT, STR_ARG(set->lock_path));
	err_why(e, STR_FMT "%s", STR_ARG(buf_str(&b)), set->unpinned.n > 8 ? "; ..." : "");
	buf_release(&b);
	return help_unpinned(artifact, set, frozen, e);
}

static void tell_no_binary(const struct locking *l, struct notes *notes)
{
	for (size_t i = 0; i < l->options.no_binary.n; i++)
		note_add(notes, NOTE_WARNING, "no-binary",
		         "`--no-binary " STR_FMT "` of " STR_FMT " is not followed: lamina builds from wheels only",
		         STR_ARG(l->options.no_binary.p[i]), STR_ARG(l->set.lock_path));
}

static bool is_named(const struct str_list *names, str name)
{
	return str_list_has(names, name) || str_list_has(names, S(":all:"));
}

/* pip's --no-binary and --only-binary. Where source distributions are no answers, there is nothing to choose. */
static void take_formats(struct locking *l, struct notes *notes)
{
	for (size_t i = 0; i < l->set.packages.n; i++) {
		struct locked_package *p = &l->set.packages.p[i];
		p->no_wheels = is_named(&l->options.no_binary, p->name) && !str_list_has(&l->options.only_binary, p->name);
		p->no_sdists = is_named(&l->options.only_binary, p->name) && !str_list_has(&l->options.no_binary, p->name);
	}
	if (!l->policy.pure_sdists) tell_no_binary(l, notes);
}

/* What a lock goes by that has no file of its own: its inputs. Paths in it are seen from this name's folder. */
static str name_of_unkept(const struct relock *x)
{
	if (x->project.n) return x->shown;
	if (x->packages.n == 0) return x->requirements.p[0];
	return str_eq(path_dir(x->packages.p[0]), x->folder) ? x->packages.p[0] : x->lock_path;
}

/* A lock that relock keeps: its bytes are at hand. */
static bool read_relocked(struct arena *a, const struct relock *x, struct lock_request *r, struct notes *notes,
                          struct locking *out, struct err *e)
{
	r->path = x->lock_path;
	r->text = x->text;
	r->format = LOCK_FORMAT_PYLOCK;
	r->frozen = true; /* it has been compared with its inputs */
	out->of_project = x->project.n > 0;
	out->resolved = !x->excludes && x->state != RELOCK_UNREAD;
	if (x->state == RELOCK_STALE) {
		out->undecided = true;
		out->set.lock_path = x->lock_path;
		out->set.format = lock_format_name(LOCK_FORMAT_PYLOCK);
		out->set.inputs = x->inputs;
		return true;
	}
	if (!lock_read(a, r, notes, &out->set, NULL, e)) return false;
	out->options = x->options;
	out->policy = x->policy;
	if (x->state == RELOCK_MADE) {
		out->set.lock_path = name_of_unkept(x);
		out->set.inputs = (struct str_list){ 0 };
	}
	for (size_t i = 0; i < x->inputs.n; i++) str_list_add_new(a, &out->set.inputs, x->inputs.p[i]);
	return true;
}

/* --- private packages whose needs are locked elsewhere, or not wanted --- */

static bool add_package(struct arena *a, const struct dependency_input *d, const struct locking_options *o, struct notes *notes,
                        struct locking *out, struct err *e)
{
	struct source_wheel wheel;
	struct private_options options = private_options_of(o->means, out->policy, &out->target);
	if (!private_metadata(a, d->path, &options, notes, &wheel, e)) return false;
	/* The lock may list it, too. */
	str name = name_normalize(a, wheel.name);
	for (size_t i = 0; i < out->set.packages.n; i++)
		if (str_eq(out->set.packages.p[i].name, name)) return true;
	return locking_add_folder(a, d->path, &wheel, d->path, out, e);
}

static bool add_packages(struct arena *a, const struct artifact *artifact, const struct locking_options *o, struct notes *notes,
                         struct locking *out, struct err *e)
{
	for (size_t i = 0; i < artifact->dependencies.n; i++) {
		const struct dependency_input *d = &artifact->dependencies.p[i];
		if (d->kind == DEPENDENCY_PACKAGE && !add_package(a, d, o, notes, out, e)) return false;
	}
	return true;
}

static bool select_files(struct arena *a, struct locking *out, struct err *e)
{
	unsigned flags = LOCK_SELECT_FOLDERS | (out->policy.pure_sdists ? LOCK_SELECT_SDISTS : 0);
	if (lock_select(a, &out->set, &out->target, flags, e)) return true;
	for (size_t i = 0; i < out->set.packages.n && !out->refused; i++) {
		const struct locked_package *p = &out->set.packages.p[i];
		if (p->files.n && p->chosen == SIZE_MAX) out->refused = p;
	}
	return false;
}

/* --no-deps: nothing is read but the packages. */
static bool packages_alone(struct arena *a, const struct artifact *artifact, const struct locking_options *options,
                           struct notes *notes, struct locking *out, struct err *e)
{
	out->set.lock_path = artifact->dependencies.p[0].path;
	out->set.format = "package";
	out->of_project = out->pruned = true;
	return add_packages(a, artifact, options, notes, out, e) && select_files(a, out, e);
}

/* A lock of ours that stands alone (--lock): what it was made with holds, unless something else is said. Whether a project's code may run is
 * not for a file to say that somebody named. */
static void take_kept(struct arena *a, const struct artifact *artifact, const struct lock_request *r, struct locking *out)
{
	struct pylock_origin origin;
	struct err ignored = { 0 };
	str text = r->text;
	bool found = false;
	if (artifact->private.sdists.n || strcmp(out->set.format, "pylock.toml") != 0) return;
	if (!text.p && !io_read_file(a, arena_cstr(a, r->path), LOCK_FILE_MAX, &text, &ignored)) return;
	if (!str_contains(text, S("\"sdists=pure\"")) || !pylock_origin_read(a, text, r->path, &origin, &found, &ignored)) return;
	if (found && str_list_has(&origin.options, S("sdists=pure"))) out->policy.pure_sdists = true;
}

static bool read_as_it_is(struct arena *a, const struct artifact *artifact, struct locking_options *options,
                          struct lock_request *r, struct notes *notes, struct locking *out, struct err *e)
{
	if (!choose_input(a, artifact, r, e) || !read_stream(a, options, r, e)) return false;
	if (!lock_read(a, r, notes, &out->set, &out->options, e)) return false;
	if (!add_packages(a, artifact, options, notes, out, e)) return false;
	if (!refuse_unpinned(artifact, &out->set, options->frozen, e)) return false;
	take_kept(a, artifact, r, out);
	take_formats(out, notes);
	out->incomplete = strcmp(out->set.format, "requirements.txt") == 0 || strcmp(out->set.format, "Pipfile.lock") == 0;
	out->of_project = !out->incomplete;
	return true;
}

/* --- the project itself --- */

/* Does the lock leave it to the project's file whether the project itself is installed? */
static bool implies_project(const struct artifact *artifact, const struct relock *ours, const struct locking *l)
{
	static const char *const formats[] = { "uv.lock", "poetry.lock", "pdm.lock" };
	if (artifact->dependencies.p[0].kind != DEPENDENCY_PROJECT) return false;
	if (ours && ours->state != RELOCK_AS_IT_IS) return ours->project.n > 0;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(l->set.format, formats[i]) == 0) return true;
	return false;
}

/* Excluding the project leaves what it needs. */
static bool prune(struct arena *a, const struct artifact *artifact, str own, struct notes *notes, struct locking *out,
                  struct err *e)
{
	struct str_list exclude = { 0 };
	for (size_t i = 0; i < artifact->exclude.n; i++)
		if (!own.n || !str_eq(artifact->exclude.p[i], own)) *vec_push(a, &exclude) = artifact->exclude.p[i];
	out->pruned = true;
	return lock_prune(a, &out->set, &artifact->only, &exclude, notes, e);
}

bool locking_read(struct arena *a, const struct artifact *artifact, struct locking_options *options, struct notes *notes,
                  struct locking *out, struct err *e)
{
	*out = (struct locking){ 0 };
	if (artifact->dependencies.n == 0) return true;
	locking_target(a, &artifact->target, &out->target);
	out->policy = private_policy_of(artifact->private);
	struct lock_request r = { .target = &out->target, .env = options->env, .frozen = options->frozen };
	r.extras = artifact->extras;
	r.groups = artifact->groups;
	r.only_groups = artifact->only_groups;
	r.all_extras = artifact->all_extras;
	r.no_default_groups = artifact->no_default_groups;
	if (artifact->no_deps && artifact->dependencies.p[0].kind == DEPENDENCY_PACKAGE)
		return packages_alone(a, artifact, options, notes, out, e);
	const struct relock *ours = relock_of(options->relocked, artifact);
	if (ours && ours->state != RELOCK_AS_IT_IS) {
		if (!read_relocked(a, ours, &r, notes, out, e)) return false;
		if (out->undecided) return true;
	} else {
		if (!read_as_it_is(a, artifact, options, &r, notes, out, e)) return false;
		for (size_t i = 0; ours && i < ours->inputs.n; i++) str_list_add_new(a, &out->set.inputs, ours->inputs.p[i]);
	}
	str own = { 0 };
	if (implies_project(artifact, ours, out) && !locking_own_add(a, artifact, options, notes, out, &own, e)) return false;
	if (!out->incomplete && lock_prune_possible(&out->set) && !prune(a, artifact, own, notes, out, e)) return false;
	return select_files(a, out, e);
}

bool locking_dump(const struct locking *l, struct buf *out)
{
	for (size_t i = 0; i < l->set.packages.n; i++) {
		const struct locked_package *p = &l->set.packages.p[i];
		struct json_writer w;
		json_write_begin(&w, out);
		json_write_object(&w);
		json_write_key(&w, S("name"));
		json_write_string(&w, p->name);
		json_write_key(&w, S("version"));
		json_write_string(&w, p->version);
		json_write_key(&w, S("file"));
		if (p->chosen != SIZE_MAX)
			json_write_string(&w, p->files.p[p->chosen].file);
		else
			json_write_null(&w);
		json_write_key(&w, S("hashes"));
		json_write_array(&w);
		for (size_t k = 0; k < p->hashes.n; k++) json_write_string(&w, p->hashes.p[k]);
		json_write_array_end(&w);
		json_write_object_end(&w);
		buf_add_char(out, '\n');
	}
	return !out->over;
}
