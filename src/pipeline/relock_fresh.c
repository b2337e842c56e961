/* relock_fresh.c: what is asked for, as one digest; and why a lock no longer answers it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The digest covers: wants.digest (what the files mean, not their bytes), the options that the lock keeps, and of this computer's files
 * that are asked for by path their bytes - of folders, those that say what the project needs. Not targets: the lock lists them. Not the
 * indexes that configuration names: the lock names files. */
#include <stdlib.h>

#include "base/io.h"
#include "net/url.h"
#include "pipeline/relock_parts.h"
#include "target/target.h"

#define REASONS_MAX 12

static const char *const project_files[] = { "pyproject.toml", "setup.cfg", "setup.py" };
#define N_PROJECT_FILES (sizeof project_files / sizeof *project_files)

/* --- what is asked for --- */

/* Folders that were named to the process: as the lock sees them, so that its bytes do not depend on where it was made. */
static bool folder_text(struct relock_work *work, const struct want *w, str *out)
{
	if (!w->direct || w->file.kind != LOCKED_DIRECTORY || w->from_file.n) return true;
	return pylock_path_from(work->a, work->lock->folder, w->file.path, out, work->e);
}

static bool text_of_want(struct relock_work *work, const struct want *w, str *out)
{
	static const char *const kinds[] = { "", " (constraint)", " (override)", " (excluded)" };
	struct arena *a = work->a;
	str text = w->text;
	if (!folder_text(work, w, &text)) return false;
	if (w->direct && w->file.url.n)
		text = arena_fmt(a, STR_FMT " @ " STR_FMT, STR_ARG(w->name), STR_ARG(url_display(a, w->file.url)));
	if (w->marker) text = arena_fmt(a, STR_FMT "; " STR_FMT, STR_ARG(text), STR_ARG(marker_text(a, w->marker)));
	if (w->extra.n) text = arena_fmt(a, STR_FMT " (extra " STR_FMT ")", STR_ARG(text), STR_ARG(w->extra));
	if (w->group.n) text = arena_fmt(a, STR_FMT " (group " STR_FMT ")", STR_ARG(text), STR_ARG(w->group));
	return *out = arena_join(a, text, str_from(kinds[w->kind])), true;
}

static bool list_requires(struct relock_work *w)
{
	struct str_list all = { 0 };
	for (size_t i = 0; i < w->wants.list.n; i++)
		if (!text_of_want(w, &w->wants.list.p[i], vec_push(w->a, &all))) return false;
	str_list_sort(&all);
	for (size_t i = 0; i < all.n && w->requires.n < PYLOCK_TOOL_MAX; i++)
		if (i == 0 || !str_eq(all.p[i], all.p[i - 1])) *vec_push(w->a, &w->requires) = all.p[i];
	return true;
}

/* The files as the lock's folder sees them; not what they include. */
static bool list_sources(struct relock_work *w)
{
	const struct relock *x = w->lock;
	struct str_list files = { 0 };
	for (size_t i = 0; i < x->requirements.n; i++) *vec_push(w->a, &files) = x->requirements.p[i];
	if (x->project.n) {
		files = (struct str_list){ 0 };
		*vec_push(w->a, &files) = x->shown;
	}
	for (size_t i = 0; i < x->packages.n; i++) *vec_push(w->a, &files) = x->packages.p[i];
	for (size_t i = 0; i < files.n; i++) {
		str path = files.p[i];
		if (x->stream_text.p) path = S("-");
		if (!x->stream_text.p && !pylock_path_from(w->a, path_dir(x->lock_path), path, &path, w->e)) return false;
		*vec_push(w->a, &w->sources) = path;
	}
	return true;
}

bool relock_read_wants(struct relock_work *w)
{
	const struct relock *x = w->lock;
	struct wants_request request = { .requirements = x->requirements, .project = x->project, .folders = x->packages };
	request.env = w->o->env;
	if (x->packages.n) request.home = x->folder;
	request.text = x->stream_text;
	if (!wants_read(w->a, &request, w->notes, &w->wants, w->e)) return false;
	w->lock->options = w->wants.options;
	for (size_t i = 0; i < w->wants.list.n; i++)
		if (w->wants.list.p[i].kind == WANT_EXCLUDE || w->wants.list.p[i].kind == WANT_OVERRIDE) w->lock->excludes = true;
	for (size_t i = 0; i < w->wants.inputs.n; i++) str_list_add_new(w->a, &w->lock->inputs, w->wants.inputs.p[i]);
	return list_requires(w) && list_sources(w);
}

/* --- options --- */

static str kept_value(const struct str_list *options, str name)
{
	str left, right;
	for (size_t i = 0; i < options->n; i++)
		if (str_cut(options->p[i], '=', &left, &right) && str_eq(left, name)) return right;
	return (str){ 0 };
}

/* said: by the command line; taken_back: the word that means "as if it was never said". */
static str keep(struct relock_work *w, const char *name, str said, str taken_back)
{
	str value = said.n ? said : kept_value(&w->origin.options, str_from(name));
	if (str_eq(value, taken_back)) value = (str){ 0 };
	if (value.n) *vec_push(w->a, &w->kept) = arena_fmt(w->a, "%s=" STR_FMT, name, STR_ARG(value));
	return value;
}

static bool choose_pre(struct relock_work *w, str value)
{
	static const struct {
		const char *word;
		enum resolve_pre mode;
	} words[] = { { "if-necessary", RESOLVE_PRE_IF_NECESSARY },
		          { "if-necessary-or-explicit", RESOLVE_PRE_IF_NECESSARY },
		          { "allow", RESOLVE_PRE_ALLOW },
		          { "disallow", RESOLVE_PRE_DISALLOW },
		          { "explicit", RESOLVE_PRE_EXPLICIT } };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!str_eq(value, str_from(words[i].word))) continue;
		w->solve.prereleases = words[i].mode;
		return true;
	}
	return value.n == 0 ||
	       err_set(w->e, ERR_USAGE, "bad-value", "`" STR_FMT "` is no way to treat pre-releases", STR_ARG(value));
}

static bool choose_order(struct relock_work *w, str value)
{
	static const char *const words[] = { "highest", "lowest", "lowest-direct" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!str_eq(value, str_from(words[i]))) continue;
		w->solve.order = (enum resolve_order)i;
		return true;
	}
	return value.n == 0 || err_set(w->e, ERR_USAGE, "bad-value", "`" STR_FMT "` is no order of versions", STR_ARG(value));
}

/* Before these words there was one for static source distributions alone: "yes". */
void relock_choose_policy(struct relock_work *w)
{
	const struct str_list *old = &w->origin.options;
	struct private_words kept = { kept_value(old, S("sdists")), kept_value(old, S("build")) };
	if (str_eq(kept.sdists, S("yes"))) kept.sdists = S("pure");
	w->words = private_words_over(private_words_over(w->o->private, w->words), kept);
	w->lock->policy = private_policy_of(w->words);
}

static void keep_word(struct relock_work *w, const char *name, str value)
{
	*vec_push(w->a, &w->kept) = arena_fmt(w->a, "%s=" STR_FMT, name, STR_ARG(value));
}

bool relock_choose(struct relock_work *w)
{
	const struct relock_options *o = w->o;
	const struct private_policy *policy = &w->lock->policy;
	if (policy->host) keep_word(w, "build", w->words.build);
	str newer = keep(w, "exclude-newer", o->exclude_newer, S("none"));
	str pre = keep(w, "prerelease", o->prerelease, S("if-necessary"));
	str order = keep(w, "resolution", o->resolution, S("highest"));
	/* "no" is what is meant by saying nothing, except with build=host. */
	if (w->words.sdists.n && (policy->pure_sdists || policy->host)) keep_word(w, "sdists", w->words.sdists);
	w->solve.exclude_newer = newer.n ? newer : w->wants.exclude_newer;
	w->solve.policy = *policy;
	w->solve.means = &w->means;
	w->solve.jobs = o->jobs;
	w->solve.sdists = policy->pure_sdists;
	w->solve.upgrade_all = o->upgrade_all;
	for (size_t i = 0; i < o->upgrade.n; i++) *vec_push(w->a, &w->solve.upgrade) = o->upgrade.p[i];
	w->solve.cancel = o->cancel;
	w->solve.trace = o->log;
	w->solve.trace_context = o->log_context;
	return choose_pre(w, pre.n ? pre : w->wants.prerelease) && choose_order(w, order.n ? order : w->wants.resolution);
}

/* --- files of this computer --- */

static str local_path(struct relock_work *w, const struct want *want)
{
	if (!want->direct || want->file.path.n == 0) return (str){ 0 };
	return path_join(w->a, path_dir(want->from_file), want->file.path);
}

static void add_folder(struct relock_work *w, str folder, struct str_list *out)
{
	for (size_t k = 0; k < N_PROJECT_FILES; k++)
		str_list_add_new(w->a, out, path_clean(w->a, path_join(w->a, folder, str_from(project_files[k]))));
}

void relock_local_inputs(struct relock_work *w, const struct str_list *folders, struct str_list *out)
{
	for (size_t i = 0; i < w->wants.list.n; i++) {
		str path = local_path(w, &w->wants.list.p[i]);
		struct io_stat st = { 0 };
		struct err ignored = { 0 };
		if (path.n == 0) continue;
		if (io_stat(arena_cstr(w->a, path), &st, &ignored) && st.is_dir)
			add_folder(w, path, out);
		else
			str_list_add_new(w->a, out, path_clean(w->a, path));
	}
	for (size_t i = 0; i < folders->n; i++) {
		struct io_stat st = { 0 };
		struct err ignored = { 0 };
		if (io_stat(arena_cstr(w->a, folders->p[i]), &st, &ignored) && st.is_regular)
			str_list_add_new(w->a, out, path_clean(w->a, folders->p[i]));
		else
			add_folder(w, folders->p[i], out);
	}
}

static void put(struct sha256_stream *s, str text)
{
	char length[8];
	for (size_t i = 0; i < sizeof length; i++) length[i] = (char)((uint64_t)text.n >> (8 * i));
	sha256_update(s, length, sizeof length);
	sha256_update(s, text.p, text.n);
}

/* The bytes of a file; one that is not there counts too. */
static bool put_file(struct sha256_stream *s, str path, struct err *e)
{
	enum { PIECE = 128 << 10 };
	struct err absent = { 0 };
	struct io_stat st = { 0 };
	struct sha256_stream own;
	struct sha256 digest;
	if (!io_stat(path.p, &st, &absent) || !st.is_regular) return put(s, S("absent")), true;
	int fd = io_open_read(path.p, e);
	if (fd < 0) return false;
	struct arena scratch = { 0 };
	char *piece = arena_array(&scratch, char, PIECE);
	bool ok = true;
	sha256_begin(&own);
	for (uint64_t done = 0; ok && done < st.size;) {
		size_t n = st.size - done < PIECE ? (size_t)(st.size - done) : (size_t)PIECE;
		ok = io_pread(fd, path.p, piece, n, done, e);
		if (ok) sha256_update(&own, piece, n);
		done += n;
	}
	sha256_end(&own, &digest);
	put(s, (str){ (const char *)digest.bytes, sizeof digest.bytes });
	arena_release(&scratch);
	io_close(&fd);
	return ok;
}

bool relock_digest(struct relock_work *w, const struct str_list *folders, struct sha256 *out)
{
	struct sha256_stream s;
	struct str_list files = { 0 }, names = { 0 };
	relock_local_inputs(w, folders, &files);
	sha256_begin(&s);
	put(&s, S("lamina lock 1"));
	put(&s, (str){ (const char *)w->wants.digest.bytes, sizeof w->wants.digest.bytes });
	for (size_t i = 0; i < w->kept.n; i++) put(&s, w->kept.p[i]);
	put(&s, S(""));
	for (size_t i = 0; i < files.n; i++) {
		str name;
		if (!pylock_path_from(w->a, w->lock->folder, files.p[i], &name, w->e)) return false;
		size_t known = names.n;
		str_list_add_new(w->a, &names, name);
		if (names.n == known) continue; /* one file, named in two ways */
		put(&s, name);
		if (!put_file(&s, arena_str(w->a, files.p[i]), w->e)) return false;
	}
	sha256_end(&s, out);
	return true;
}

/* --- what differs --- */

static void reason(struct relock_work *w, struct str_list *reasons, str text)
{
	if (reasons->n < REASONS_MAX) *vec_push(w->a, reasons) = text;
}

static bool sorted_has(const struct str_list *list, str s)
{
	return list->n && bsearch(&s, list->p, list->n, sizeof *list->p, str_cmp_ptr) != NULL;
}

static void compare_requires(struct relock_work *w, struct str_list *reasons)
{
	struct str_list old = { 0 };
	for (size_t i = 0; i < w->origin.requires.n; i++) *vec_push(w->a, &old) = w->origin.requires.p[i];
	str_list_sort(&old); /* as written it is sorted; as edited it may not be */
	for (size_t i = 0; i < w->requires.n; i++)
		if (!sorted_has(&old, w->requires.p[i]))
			reason(w, reasons, arena_fmt(w->a, "`" STR_FMT "` is new", STR_ARG(w->requires.p[i])));
	for (size_t i = 0; i < old.n; i++)
		if (!sorted_has(&w->requires, old.p[i]))
			reason(w, reasons, arena_fmt(w->a, "`" STR_FMT "` is gone", STR_ARG(old.p[i])));
}

static void compare_options(struct relock_work *w, struct str_list *reasons)
{
	for (size_t i = 0; i < w->kept.n; i++)
		if (!str_list_has(&w->origin.options, w->kept.p[i]))
			reason(w, reasons, arena_fmt(w->a, "option " STR_FMT " is new", STR_ARG(w->kept.p[i])));
	for (size_t i = 0; i < w->origin.options.n; i++)
		if (!str_list_has(&w->kept, w->origin.options.p[i]))
			reason(w, reasons, arena_fmt(w->a, "option " STR_FMT " is gone", STR_ARG(w->origin.options.p[i])));
}

/* The digest covers what the requirements' text does not show: the files that may have changed are named. */
static str unsaid_reason(struct relock_work *w)
{
	enum { SHOWN = 4 };
	struct str_list files = { 0 };
	str list = S("");
	size_t n = 0;
	relock_local_inputs(w, &w->origin.folders, &files);
	str_list_sort(&files);
	for (size_t i = 0; i < files.n; i++) {
		struct io_stat st = { 0 };
		struct err ignored = { 0 };
		if (!io_stat(arena_cstr(w->a, files.p[i]), &st, &ignored) || !st.exists || n++ >= SHOWN) continue;
		list = arena_fmt(w->a, STR_FMT "%s" STR_FMT, STR_ARG(list), n > 1 ? ", " : "", STR_ARG(files.p[i]));
	}
	if (n == 0) return S("an index option or a constraint of the project changed");
	return arena_fmt(w->a, "%s" STR_FMT "%s changed, or an index option or constraint", n > 1 ? "one of " : "", STR_ARG(list),
	                 n > SHOWN ? ", ..." : "");
}

bool relock_compare(struct relock_work *w, struct str_list *reasons)
{
	struct sha256 now;
	if (!w->exists) return reason(w, reasons, S("there is none yet")), true;
	if (!relock_digest(w, &w->origin.folders, &now)) return false;
	if (!sha256_eq(&now, &w->origin.inputs)) {
		compare_requires(w, reasons);
		compare_options(w, reasons);
		if (reasons->n == 0) reason(w, reasons, unsaid_reason(w));
	}
	for (size_t i = 0; i < w->wanted.n; i++) {
		str text = target_text(w->a, &w->wanted.p[i]);
		if (!str_list_has(&w->origin.targets, text))
			reason(w, reasons, arena_fmt(w->a, "it is not made for " STR_FMT, STR_ARG(text)));
	}
	return true;
}
