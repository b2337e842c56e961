/* relock_inputs.c: is this a lock, and if not: what is it called?
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names of locks: PEP 751 "File name": pylock.toml, or pylock.NAME.toml where NAME holds no dot. */
#include "base/io.h"
#include "lockfile/requirements.h"
#include "pipeline/relock_parts.h"

/* A file's name has at most 255 bytes everywhere. */
#define STEM_MAX 200

static bool is_project_file(str path)
{
	str base = path_base(path);
	return str_eq(base, S("pyproject.toml")) || str_eq(base, S("setup.cfg"));
}

str relock_key(struct arena *a, const struct artifact *artifact)
{
	struct buf b;
	buf_init(&b, (size_t)16 << 20);
	for (size_t i = 0; i < artifact->dependencies.n; i++) {
		const struct dependency_input *d = &artifact->dependencies.p[i];
		str path = str_eq(d->path, S("-")) ? d->path : path_clean(a, d->path);
		buf_addf(&b, "%d %zu ", (int)d->kind, path.n);
		buf_add_str(&b, path);
	}
	str key = buf_take(&b, a);
	buf_release(&b);
	return key;
}

/* --- names --- */

/* "requirements-layer.txt" -> "requirements-layer", "a.b.in" -> "a-b". */
static str stem_of(struct arena *a, str path)
{
	str base = path_base(path);
	if (str_ends(base, S(".txt"))) base.n -= 4;
	if (str_ends(base, S(".in"))) base.n -= 3;
	char *clean = arena_cstr(a, base);
	for (size_t i = 0; i < base.n; i++)
		if (clean[i] == '.') clean[i] = '-';
	return base.n ? (str){ clean, base.n } : S("requirements");
}

static str name_of_lock(struct arena *a, const struct str_list *files)
{
	str stem = { 0 };
	for (size_t i = 0; i < files->n; i++) {
		if (i) stem = arena_join(a, stem, S("+"));
		stem = arena_join(a, stem, stem_of(a, files->p[i]));
	}
	if (stem.n > STEM_MAX) {
		struct sha256 digest;
		sha256_of(stem, &digest);
		stem = arena_fmt(a, STR_FMT "-" STR_FMT, STR_ARG(str_slice(stem, 0, STEM_MAX - 17)),
		                 STR_ARG(str_slice(sha256_hex_str(a, &digest), 0, 16)));
	}
	return arena_fmt(a, "pylock." STR_FMT ".toml", STR_ARG(stem));
}

static str shown_of(struct arena *a, const struct str_list *files)
{
	str out = { 0 };
	for (size_t i = 0; i < files->n; i++) {
		if (i) out = arena_join(a, out, S(", "));
		out = arena_join(a, out, str_eq(files->p[i], S("-")) ? S("standard input") : files->p[i]);
	}
	return out;
}

/* --- requirements files --- */

/* Any hash makes the whole a lock, as in pip; so does nothing to install. */
static bool judge_requirements(const struct env *env, struct relock *x, bool *is_lock, struct err *e)
{
	struct arena scratch = { 0 };
	struct requirements files = { 0 };
	struct requirements_request request = { .paths = x->requirements, .text = x->stream_text, .env = env };
	bool ok = requirements_parse(&scratch, &request, &files, e);
	bool any = false;
	*is_lock = files.options.require_hashes && !files.no_require_hashes;
	for (size_t i = 0; i < files.lines.n; i++) {
		const struct requirement_line *line = &files.lines.p[i];
		any = any || !line->constraint;
		if (line->hashes.n || line->pylock) *is_lock = true;
	}
	x->asks_nothing = ok && !any && !*is_lock;
	*is_lock = *is_lock || !any;
	arena_release(&scratch);
	return ok;
}

static bool is_lock_file(struct arena *a, str path, bool *is_lock, struct err *e)
{
	str text;
	enum lock_format format = lock_format_sniff(path, (str){ 0 });
	str base = path_base(path);
	if (format == LOCK_FORMAT_UNKNOWN && !str_starts(base, S("Pipfile")) && !str_eq(base, S("pdm.lock"))) {
		if (!io_read_file(a, arena_cstr(a, path), LOCK_FILE_MAX, &text, e)) return false;
		format = lock_format_sniff(path, text);
	}
	*is_lock = format != LOCK_FORMAT_REQUIREMENTS;
	return true;
}

static bool take_stream(struct arena *a, struct locking_options *locking, struct relock *x, struct err *e)
{
	bool found = false;
	for (size_t i = 0; i < x->requirements.n; i++) {
		str path = x->requirements.p[i], text;
		if (!locking_stream_read(a, locking, &path, &text, &found, e)) return false;
		if (!found) continue;
		x->requirements.p[i] = path;
		x->is_stream = true;
		if (i == 0) x->stream_text = text;
	}
	return true;
}

static bool requirements_inputs(struct arena *a, const struct env *env, struct locking_options *locking, struct relock *x,
                                bool *ours, struct err *e)
{
	bool is_lock = false;
	x->shown = shown_of(a, &x->requirements);
	if (!take_stream(a, locking, x, e)) return false;
	if (x->requirements.n == 1 && !x->is_stream && !is_lock_file(a, x->requirements.p[0], &is_lock, e)) return false;
	if (x->requirements.n == 1 && x->stream_text.p) {
		enum lock_format format = lock_format_sniff(S("-"), x->stream_text);
		is_lock = format != LOCK_FORMAT_REQUIREMENTS && format != LOCK_FORMAT_UNKNOWN;
	}
	if (!is_lock && !judge_requirements(env, x, &is_lock, e)) return false;
	*ours = !is_lock;
	if (is_lock) return true;
	x->folder = x->is_stream ? S(".") : path_dir(x->requirements.p[0]);
	x->lock_path = path_join(a, x->folder, name_of_lock(a, &x->requirements));
	return true;
}

/* --- projects --- */

/* pylock.toml is ours when it says so; who else wrote one keeps it. */
static bool is_ours(struct arena *a, str path, bool *ours, struct err *e)
{
	str text;
	struct arena scratch = { 0 };
	bool ok = io_read_file(&scratch, arena_cstr(a, path), LOCK_FILE_MAX, &text, e);
	*ours = ok && str_contains(text, S("[tool.lamina]"));
	arena_release(&scratch);
	return ok;
}

static bool project_inputs(struct arena *a, str project, struct relock *x, bool *ours, struct err *e)
{
	struct err missing = { 0 };
	str lock = { 0 }, file = { 0 };
	bool is_file = is_project_file(project);
	x->project = project;
	x->folder = is_file ? path_dir(project) : project;
	x->shown = is_file ? project : path_join(a, project, S("pyproject.toml"));
	x->lock_path = path_join(a, x->folder, S("pylock.toml"));
	bool member, found = locking_of_project(a, x->folder, &lock, &member, &missing);
	if (!found && (missing.code != ERR_IO || !missing.id || !str_eq(str_from(missing.id), S("not-found")))) {
		*e = missing;
		return false;
	}
	if (!is_file && !wants_find(a, x->folder, &file, e)) return false;
	if (is_file) file = project;
	if (file.n) x->shown = file;
	/* Who writes out the project file does not mean the requirements beside it. */
	if (found && is_file && str_eq(path_base(lock), S("requirements.txt"))) found = false;
	x->stands = found ? lock : (str){ 0 };
	if (found && str_eq(path_base(lock), S("pylock.toml"))) {
		if (!is_ours(a, lock, ours, e)) return false;
		*ours = *ours && file.n;
		return true;
	}
	if (found && str_eq(path_base(lock), S("requirements.txt"))) {
		*vec_push(a, &x->requirements) = lock;
		x->project = (str){ 0 };
		return true;
	}
	*ours = !found && file.n;
	if (*ours || found) return true;
	*e = missing;
	return false;
}

/* --- private packages --- */

/* Beside the folder: lambda/libexample -> lambda/pylock.libexample.toml. What is named as `.` may be the top of all, so that a new
 * lock is put into it; one that is there already is found from everywhere. */
static void packages_lock(struct arena *a, const struct str_list *names, struct relock *x)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	str first = x->packages.p[0], base = path_base(first), name = name_of_lock(a, names);
	bool inside = str_eq(base, S(".")) || str_eq(base, S(".."));
	str beside = inside ? path_join(a, first, S("..")) : path_dir(first);
	str folders[] = { beside, first };
	for (size_t i = 0; i < 2; i++) {
		x->folder = path_clean(a, folders[i]);
		x->lock_path = path_join(a, x->folder, name);
		if (io_stat(arena_cstr(a, x->lock_path), &st, &ignored) && st.exists) return;
	}
	if (inside) return;
	x->folder = beside;
	x->lock_path = path_join(a, x->folder, name);
}

/* A lock that is made for packages holds what they need themselves. */
static bool refuse_choices(const struct artifact *x, str folder, struct err *e)
{
	bool extra = x->extras.n || x->all_extras;
	if (!extra && x->groups.n == 0 && x->only_groups.n == 0) return true;
	err_set(e, ERR_USAGE, "option-value", "%s cannot be chosen for a private package that is named as a folder",
	        extra ? "extras" : "groups");
	err_where(e, STR_FMT, STR_ARG(x->where));
	if (extra)
		return err_help(e, "name it in a requirements file (-r), with the line `./" STR_FMT "[%.*s]`",
		                STR_ARG(path_base(folder)), (int)(x->extras.n ? x->extras.p[0].n : 5),
		                x->extras.n ? x->extras.p[0].p : "extra");
	return err_help(e, "name it as a project, which is locked with its groups: --project " STR_FMT, STR_ARG(folder));
}

static bool packages_inputs(struct arena *a, const struct artifact *artifact, struct relock *x, bool *ours, struct err *e)
{
	struct str_list names = { 0 };
	struct err none = { 0 };
	str lock = { 0 };
	bool own = false;
	if (artifact->no_deps) return true;
	for (size_t i = 0; i < x->packages.n; i++) {
		str absolute;
		if (!path_absolute(a, x->packages.p[i], &absolute, e)) return false;
		*vec_push(a, &names) = path_base(absolute);
	}
	str first = x->packages.p[0];
	x->shown = shown_of(a, &x->packages);
	packages_lock(a, &names, x);
	*ours = true;
	/* A lock of the project's own says what it needs. */
	bool member;
	if (!locking_of_project(a, first, &lock, &member, &none)) return refuse_choices(artifact, first, e);
	if (str_eq(path_base(lock), S("requirements.txt"))) return refuse_choices(artifact, first, e);
	if (str_eq(path_base(lock), S("pylock.toml")) && !is_ours(a, lock, &own, e)) return false;
	if (own) return refuse_choices(artifact, first, e);
	if (x->packages.n > 1) {
		if (x->notes)
			note_add(x->notes, NOTE_INFO, "lock-unused",
			         STR_FMT " is not used: several packages have a lock together, " STR_FMT, STR_ARG(lock),
			         STR_ARG(x->lock_path));
		return refuse_choices(artifact, first, e);
	}
	*ours = false;
	x->stands = lock;
	return true;
}

bool relock_inputs(struct arena *a, const struct artifact *artifact, struct locking_options *locking, struct relock *out,
                   struct err *e)
{
	const struct dependency_input *first = &artifact->dependencies.p[0];
	bool ours = false;
	out->key = relock_key(a, artifact);
	out->state = RELOCK_AS_IT_IS;
	for (size_t i = 0; i < artifact->dependencies.n; i++) {
		const struct dependency_input *d = &artifact->dependencies.p[i];
		/* Two kinds together are for locking.c to refuse. */
		if (d->kind != first->kind || (i > 0 && d->kind != DEPENDENCY_REQUIREMENTS && d->kind != DEPENDENCY_PACKAGE))
			return true;
		if (d->kind == DEPENDENCY_PACKAGE) str_list_add_new(a, &out->packages, path_clean(a, d->path));
		if (d->kind == DEPENDENCY_REQUIREMENTS) *vec_push(a, &out->requirements) = d->path;
	}
	if (first->kind == DEPENDENCY_LOCK) return true;
	if (first->kind == DEPENDENCY_REQUIREMENTS && out->requirements.n == 1 && is_project_file(first->path)) {
		out->requirements = (struct str_list){ 0 };
		if (!project_inputs(a, first->path, out, &ours, e)) return false;
	} else if (first->kind == DEPENDENCY_PROJECT && !project_inputs(a, first->path, out, &ours, e)) {
		return false;
	}
	if (out->packages.n && !packages_inputs(a, artifact, out, &ours, e)) return false;
	if (out->requirements.n && !requirements_inputs(a, locking->env, locking, out, &ours, e)) return false;
	out->state = ours ? RELOCK_FRESH : RELOCK_AS_IT_IS;
	if (!ours) out->lock_path = (str){ 0 };
	return true;
}
