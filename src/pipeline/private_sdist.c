/* private_sdist.c: unpack, make, remember.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/private_sdist.h"

#include <string.h>

#include "base/scratch.h"
#include "pipeline/private_archive.h"
#include "pipeline/private_host.h"
#include "python/name.h"
#include "python/version.h"
#include "python/wheel_name.h"
#include "zip/zip_pack.h"

/* Raised when the same archive would give another answer although LAMINA_VERSION is the same. */
#define KEY_VERSION "sdist 2"
#define BUCKET      "private"

struct work {
	struct arena *a;
	const struct private_sdist *sdist;
	const struct private_options *options;
	struct err *e;
};

/* --- is it what was asked for? --- */

static bool same_version(struct arena *a, str x, str y)
{
	struct version v, u;
	if (!version_parse(a, x, &v, NULL) || !version_parse(a, y, &u, NULL)) return str_eq(x, y);
	return version_cmp(&v, &u) == 0;
}

static bool mismatch(const struct work *w, const struct wheel_name *made, const char *who, str name, str version)
{
	err_set(w->e, ERR_RESOLVE, "sdist-mismatch",
	        STR_FMT " holds the project " STR_FMT " " STR_FMT ", but %s " STR_FMT " " STR_FMT, STR_ARG(w->sdist->file),
	        STR_ARG(made->name), STR_ARG(made->version), who, STR_ARG(name), STR_ARG(version));
	return err_help(w->e, "tell its authors, and use another version");
}

static bool check(const struct work *w, const struct private_wheel *made)
{
	const struct private_sdist *s = w->sdist;
	struct wheel_name wheel;
	struct sdist_name named;
	struct err ignored = { 0 };
	if (!wheel_name_parse(w->a, made->file, &wheel, w->e)) return false;
	if ((s->name.n && !str_eq(s->name, wheel.name)) || (s->version.n && !same_version(w->a, s->version, wheel.version)))
		return mismatch(w, &wheel, "what is locked is", s->name, s->version);
	/* An archive at a URL may be called anything: the name counts only where it says this project. */
	if (s->subdirectory.n || !sdist_name_parse(w->a, s->file, &named, &ignored) || !str_eq(named.name, wheel.name)) return true;
	return same_version(w->a, named.version, wheel.version) || mismatch(w, &wheel, "its name says", named.name, named.version);
}

/* --- memory --- */

/* What a backend sees besides the archive; inputs: files of it. */
static str around(const struct work *w, struct str_list *inputs)
{
	struct sha256_stream hash;
	struct sha256 digest;
	sha256_begin(&hash);
	private_host_hash_run(w->a, w->options, &hash, inputs);
	sha256_end(&hash, &digest);
	return arena_fmt(w->a, STR_FMT " " STR_FMT, STR_ARG(w->options->target->text), STR_ARG(sha256_hex_str(w->a, &digest)));
}

/* Beside the archive. */
static void set_inputs(const struct work *w, struct private_wheel *out)
{
	out->inputs = (struct str_list){ 0 };
	if (private_host_allowed(w->options)) around(w, &out->inputs);
}

static str key_of(const struct work *w, bool host)
{
	const struct private_sdist *s = w->sdist;
	struct str_list inputs = { 0 };
	struct sha256 digest;
	str target = host && private_host_allowed(w->options) ? around(w, &inputs) : S("");
	str text = arena_fmt(w->a, KEY_VERSION "\n" LAMINA_VERSION "\n%s\n%s " STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n",
	                     zip_coder(), host ? "host" : "native", STR_ARG(target), STR_ARG(s->file), STR_ARG(s->subdirectory),
	                     STR_ARG(sha256_hex_str(w->a, &s->sha256)));
	sha256_of(text, &digest);
	return sha256_hex_str(w->a, &digest);
}

static void remember(const struct work *w, bool host, str text)
{
	struct err ignored = { 0 };
	if (!w->options->look_only) store_blob_save(w->options->store, BUCKET, key_of(w, host), text, &ignored);
}

static void remember_wheel(const struct work *w, const struct private_wheel *wheel)
{
	remember(w, w->options->policy.host,
	         arena_fmt(w->a, "wheel\n" STR_FMT "\n" STR_FMT "\n%s\n%s", STR_ARG(sha256_hex_str(w->a, &wheel->sha256)),
	                   STR_ARG(wheel->file), wheel->backend, wheel->by_host ? "host" : ""));
}

static bool is_refusal(const struct err *e) { return e->code == ERR_RESOLVE && e->id && strcmp(e->id, "cannot-build") == 0; }

static str shown(const struct work *w)
{
	const struct private_sdist *s = w->sdist;
	return s->subdirectory.n ? arena_fmt(w->a, STR_FMT ": " STR_FMT, STR_ARG(s->file), STR_ARG(s->subdirectory)) : s->file;
}

/* The rules' words speak of a folder of the user's, who could change it. */
static bool refuse(const struct work *w, const char *why, struct err *e)
{
	const struct private_sdist *s = w->sdist;
	str version = s->version.n ? arena_fmt(w->a, " " STR_FMT, STR_ARG(s->version)) : S("");
	err_set(e, ERR_RESOLVE, "cannot-build",
	        STR_FMT STR_FMT " would have to be built from its source distribution, which needs its own code to run",
	        STR_ARG(s->name.n ? s->name : s->file), STR_ARG(version));
	err_where(e, STR_FMT, STR_ARG(shown(w)));
	err_why(e, "%s", why);
	if (w->options->policy.host) return false;
	int minor = w->options->target ? w->options->target->python_minor : -1;
	str python = minor >= 0 ? arena_fmt(w->a, " 3.%d", minor) : S("");
	return err_help(e, "--build=host has it built by its own backend, with a Python" STR_FMT " of this computer",
	                STR_ARG(python));
}

static bool in_store(const struct work *w, struct private_wheel *out, bool *found)
{
	int fd = -1;
	if (!store_file_open(w->options->store, &out->sha256, UINT64_MAX, &fd, &out->size, w->e)) return false;
	*found = out->stored = fd >= 0;
	io_close(&fd);
	return true;
}

/* "wheel", digest, file, backend, "host" or nothing; or "refused", reason. */
static bool recall(const struct work *w, bool host, struct private_wheel *out, bool *found)
{
	str text, kind, hex, backend = { 0 }, how;
	*found = false;
	if (!store_blob_load(w->options->store, w->a, BUCKET, key_of(w, host), &text, found) || !*found)
		return *found = false, true;
	str_cut(text, '\n', &kind, &text);
	if (str_eq(kind, S("refused"))) return refuse(w, arena_cstr(w->a, text), w->e);
	*found = str_eq(kind, S("wheel")) && str_cut(text, '\n', &hex, &text) && str_cut(text, '\n', &out->file, &backend) &&
	         sha256_from_hex(hex, &out->sha256);
	out->by_host = str_cut(backend, '\n', &backend, &how) && str_eq(how, S("host"));
	out->backend = arena_cstr(w->a, backend);
	set_inputs(w, out);
	return !*found || (in_store(w, out, found) && check(w, out));
}

bool private_sdist_recall(struct arena *a, const struct private_sdist *sdist, const struct private_options *options,
                          struct private_wheel *out, bool *found, struct err *e)
{
	struct work w = { a, sdist, options, e };
	bool host = options->policy.host;
	*found = false;
	*out = (struct private_wheel){ 0 };
	/* What a backend makes depends on what its requirements are by now. */
	if (host && options->means && options->means->refresh) return true;
	return recall(&w, host, out, found);
}

/* --- making --- */

static bool inside(const struct work *w, str top, str *folder)
{
	str clean = path_clean(w->a, w->sdist->subdirectory);
	*folder = top;
	if (w->sdist->subdirectory.n == 0 || str_eq(clean, S("."))) return true;
	*folder = path_join(w->a, top, clean);
	if (!path_is_absolute(clean) && !str_eq(clean, S("..")) && !str_starts(clean, S("../"))) return true;
	err_set(w->e, ERR_FORMAT, "bad-sdist", "the subdirectory `" STR_FMT "` leads out of " STR_FMT,
	        STR_ARG(w->sdist->subdirectory), STR_ARG(w->sdist->file));
	return false;
}

/* What rules warn of is for who can change the project. */
static void pass_on(struct notes *to, const struct notes *from)
{
	static const char *const quiet[] = { "data-left-out", "top-level-tests", "no-init", "stale-egg-info" };
	for (size_t i = 0; i < from->list.n; i++) {
		const struct note *n = &from->list.p[i];
		bool is_quiet = false;
		for (size_t k = 0; k < sizeof quiet / sizeof *quiet; k++) is_quiet = is_quiet || strcmp(n->id, quiet[k]) == 0;
		note_add(to, is_quiet ? NOTE_VERBOSE : n->level, n->id, STR_FMT, STR_ARG(n->message));
		if (n->help.n && !is_quiet) note_help(to, STR_FMT, STR_ARG(n->help));
	}
}

static bool make_in(const struct work *w, int fd, str folder, struct notes *notes, struct private_wheel *out)
{
	struct private_options options = *w->options;
	struct notes own;
	struct err why = { 0 };
	str top, project;
	note_init(&own, w->a);
	options.archive = shown(w);
	if (!private_archive_unpack(w->a, fd, w->sdist->file, folder, &top, w->e) || !inside(w, top, &project)) return false;
	bool ok = private_wheel_make(w->a, project, &options, &own, out, &why);
	pass_on(notes, &own);
	if (ok) return true;
	if (!is_refusal(&why)) return *w->e = why, false;
	if (!options.policy.host) remember(w, false, arena_fmt(w->a, "refused\n%s", why.why));
	return refuse(w, why.why, w->e);
}

static bool make(const struct work *w, int fd, struct notes *notes, struct private_wheel *out)
{
	struct scratch scratch = { .lock = -1 };
	if (w->options->store->read_only) {
		struct store_put put; /* says it as for any other file */
		return store_put_begin(w->options->store, 1, &put, w->e) &&
		       err_set(w->e, ERR_IO, "store-not-writable", "the store is closed");
	}
	str base = path_join(w->a, w->options->store->root, S("tmp"));
	if (!io_mkdirs(arena_cstr(w->a, base), w->e) || !scratch_begin(w->a, base, "sdist", &scratch, w->e))
		return err_help(w->e, "source distributions are unpacked in the store's folder: LAMINA_CACHE_DIR names another");
	bool ok = make_in(w, fd, scratch.path, notes, out);
	scratch_end(&scratch);
	return ok;
}

bool private_sdist_make(struct arena *a, const struct private_sdist *sdist, const struct private_options *options,
                        struct notes *notes, struct private_wheel *out, struct err *e)
{
	struct work w = { a, sdist, options, e };
	struct private_wheel made = { 0 };
	int fd = -1;
	if (!store_file_open(options->store, &sdist->sha256, UINT64_MAX, &fd, NULL, e)) return false;
	if (fd < 0) {
		err_set(e, ERR_IO, "store-lost", "the store has lost " STR_FMT " while it was used", STR_ARG(sdist->file));
		return err_help(e, "run lamina again; another process may be emptying the store");
	}
	bool ok = make(&w, fd, notes, &made) && check(&w, &made);
	io_close(&fd);
	if (!ok) return false;
	set_inputs(&w, &made); /* the unpacked files are gone by now */
	if (made.stored) remember_wheel(&w, &made);
	*out = made;
	return true;
}

void private_sdist_tree(struct private_tree *tree, str archive)
{
	struct source_entry *entries = (struct source_entry *)(uintptr_t)tree->tree.entries;
	for (size_t i = 0; i < tree->tree.n; i++) entries[i].ignored = false;
	tree->tree.where = archive;
	tree->tree.vcs = (struct source_vcs){ 0 };
}
