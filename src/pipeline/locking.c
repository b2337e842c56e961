/* locking.c: which file is the lock, and what it says for the target.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/locking.h"

#include <string.h>

#include "base/io.h"
#include "format/json.h"
#include "lockfile/prune.h"
#include "lockfile/select.h"
#include "target/target.h"

static void describe_target(struct arena *a, const struct target *t, struct locking *out)
{
	struct lock_target *lt = &out->target;
	target_markers(a, t, lt->values, lt->assumed);
	lt->machine = str_from(target_machine(t));
	lt->python_minor = t->runtime->python_minor;
	lt->glibc_minor = t->runtime->glibc_minor;
	lt->text = target_text(a, t);
	tags_for(a, lt->python_minor, lt->glibc_minor, lt->machine, &out->tags);
	lt->tags = &out->tags;
}

bool locking_in_folder(struct arena *a, str folder, str *path, struct err *e)
{
	static const char *const names[] = { "pylock.toml", "poetry.lock", "uv.lock", NULL };
	str found = { 0 };
	for (const char *const *n = names; *n; n++) {
		str candidate = path_join(a, folder, str_from(*n));
		struct io_stat st;
		if (!io_stat(candidate.p, &st, e)) return false;
		if (!st.is_regular) continue;
		if (found.n) {
			err_set(e, ERR_USAGE, "two-locks", "the project has two locks: " STR_FMT " and " STR_FMT, STR_ARG(found),
			        STR_ARG(candidate));
			return err_help(e, "say which one counts: --lock " STR_FMT, STR_ARG(found));
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
		err_set(e, ERR_IO, "not-found", "the project `" STR_FMT "` has no lock", STR_ARG(folder));
		err_why(e, "looked for pylock.toml, poetry.lock, uv.lock and requirements.txt");
		return err_help(e, "make one with your package manager (`poetry lock`, `uv lock`), or name it with --lock");
	}
	*path = found;
	return true;
}

static bool choose_input(struct arena *a, const struct artifact *artifact, struct lock_request *r, struct err *e)
{
	const struct dependency_input *first = &artifact->dependencies.p[0];
	bool several = artifact->dependencies.n > 1;
	for (size_t i = 1; i < artifact->dependencies.n; i++) {
		const struct dependency_input *d = &artifact->dependencies.p[i];
		if (first->kind == DEPENDENCY_REQUIREMENTS && d->kind == DEPENDENCY_REQUIREMENTS) {
			*vec_push(a, &r->more_paths) = d->path;
			continue;
		}
		err_set(e, ERR_USAGE, "two-locks", "`" STR_FMT "` has two kinds of locks: " STR_FMT " and " STR_FMT,
		        STR_ARG(artifact->name), STR_ARG(first->path), STR_ARG(d->path));
		err_where(e, STR_FMT, STR_ARG(artifact->where));
		return err_help(e, "give one lock, or several requirements files");
	}
	r->path = first->path;
	if (first->kind == DEPENDENCY_PROJECT) return locking_in_folder(a, first->path, &r->path, e);
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
	int fd = io_open_read(path.p, e);
	if (fd < 0) return false;
	bool ok = io_read_all(a, fd, path.p, LOCK_FILE_MAX, text, e);
	io_close(&fd);
	if (ok) *vec_push(a, &o->streams) = (struct locking_stream){ path, *text };
	return ok;
}

/* "-", /dev/stdin and `<(...)` have no size: they are read to their end, once. */
static bool read_stream(struct arena *a, struct locking_options *o, struct lock_request *r, struct err *e)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	bool is_stdin = str_eq(r->path, S("-"));
	if (!is_stdin && (!io_stat(r->path.p, &st, &ignored) || !st.exists || st.is_regular || st.is_dir)) return true;
	if (is_stdin) r->path = S("/dev/stdin");
	if (!read_whole(a, o, r->path, &r->text, e)) return false;
	if (r->format == LOCK_FORMAT_AUTO) r->format = lock_format_sniff(r->path, r->text);
	if (r->format == LOCK_FORMAT_UNKNOWN) r->format = LOCK_FORMAT_REQUIREMENTS;
	return true;
}

static bool refuse_unpinned(const struct locked_set *set, struct err *e)
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
	return err_help(
	    e, "pin everything with == (`uv pip compile`, `pip-compile --generate-hashes` or `poetry export` write such files), or "
	       "build from a poetry.lock, uv.lock or pylock.toml");
}

bool locking_read(struct arena *a, const struct artifact *artifact, struct locking_options *options, struct notes *notes,
                  struct locking *out, struct err *e)
{
	*out = (struct locking){ 0 };
	if (artifact->dependencies.n == 0) return true;
	describe_target(a, &artifact->target, out);
	struct lock_request r = { .target = &out->target, .env = options->env, .frozen = options->frozen };
	r.extras = artifact->extras;
	r.groups = artifact->groups;
	r.only_groups = artifact->only_groups;
	r.all_extras = artifact->all_extras;
	r.no_default_groups = artifact->no_default_groups;
	if (!choose_input(a, artifact, &r, e) || !read_stream(a, options, &r, e)) return false;
	if (!lock_read(a, &r, notes, &out->set, &out->options, e)) return false;
	if (!refuse_unpinned(&out->set, e)) return false;
	for (size_t i = 0; i < out->options.no_binary.n; i++)
		note_add(notes, NOTE_WARNING, "no-binary",
		         "`--no-binary " STR_FMT "` of " STR_FMT " is not followed: lamina builds from wheels only",
		         STR_ARG(out->options.no_binary.p[i]), STR_ARG(out->set.lock_path));
	out->incomplete = strcmp(out->set.format, "requirements.txt") == 0;
	if (!out->incomplete && lock_prune_possible(&out->set)) {
		if (!lock_prune(a, &out->set, &artifact->only, &artifact->exclude, notes, e)) return false;
		out->pruned = true;
	}
	return lock_select(a, &out->set, &out->target, 0, e);
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
