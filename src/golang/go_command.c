/* go_command.c: argument lists.
 * SPDX-License-Identifier: Apache-2.0 */
#include "golang/go_command.h"

#include "base/io.h"
#include "golang/go_list.h"

#define PARENTS_MAX 64

static bool exists(str path)
{
	struct io_stat st;
	struct err ignored = { 0 };
	return io_stat(path.p, &st, &ignored) && st.exists;
}

static str find_above(struct arena *a, str folder, str name)
{
	str absolute;
	struct err ignored = { 0 };
	if (!path_absolute(a, folder.n ? folder : S("."), &absolute, &ignored)) return (str){ 0 };
	for (size_t i = 0; i < PARENTS_MAX; i++) {
		if (exists(path_join(a, absolute, name))) return absolute;
		if (str_eq(absolute, S("/"))) break;
		absolute = path_dir(absolute);
	}
	return (str){ 0 };
}

str go_module_root(struct arena *a, str folder) { return find_above(a, folder, S("go.mod")); }

str go_mod_flag(struct arena *a, str root, const struct env *env, const struct go_settings *settings)
{
	str flags = go_variable(env, settings, "GOFLAGS"), work = go_variable(env, settings, "GOWORK");
	if (str_contains(flags, S("-mod="))) return (str){ 0 };
	if (exists(path_join(a, root, S("vendor/modules.txt")))) return (str){ 0 };
	if (work.n == 0)
		work = find_above(a, root, S("go.work"));
	else
		work = path_dir(work);
	if (work.n && exists(path_join(a, work, S("vendor/modules.txt")))) return (str){ 0 };
	return S("-mod=readonly");
}

str go_flag_value(str flags, const char *name)
{
	str word, value = { 0 };
	while (flags.n) {
		flags = str_trim(flags);
		size_t end = 0;
		while (end < flags.n && flags.p[end] != ' ' && flags.p[end] != '\t') end++;
		word = str_slice(flags, 0, end);
		flags = str_from_pos(flags, end);
		for (int dashes = 0; dashes < 2 && str_starts(word, S("-")); dashes++) word = str_from_pos(word, 1);
		str key, rest;
		if (str_cut(word, '=', &key, &rest) && str_eq(key, str_from(name))) value = rest;
	}
	return value;
}

static void push(struct arena *a, struct str_list *list, str word) { *vec_push(a, list) = word; }

struct str_list go_env_arguments(struct arena *a, const struct go_settings *settings)
{
	static const char *const names[GO_ENV_LINES] = { "GOTMPDIR", "GOVERSION", "GOROOT", "GOENV", "GOMOD", "GOWORK", "GOFLAGS" };
	static const char *const more[] = { "GOAMD64", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GODEBUG", "CGO_ENABLED", NULL };
	static const char *const for_c[] = { "CC",         "CXX",          "AR",           "FC",         "PKG_CONFIG",
		                                 "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS",
		                                 NULL };
	struct str_list list = { 0 };
	push(a, &list, S("env"));
	for (size_t i = 0; i < GO_ENV_LINES; i++) push(a, &list, str_from(names[i]));
	for (const char *const *m = more; *m; m++) push(a, &list, str_from(*m));
	for (const char *const *m = for_c; settings->cgo && *m; m++) push(a, &list, str_from(*m));
	return list;
}

static void push_tags(struct arena *a, struct str_list *list, const struct go_settings *settings)
{
	str joined = { 0 };
	for (size_t i = 0; i < settings->tags.n; i++)
		joined = i ? arena_fmt(a, STR_FMT "," STR_FMT, STR_ARG(joined), STR_ARG(settings->tags.p[i])) : settings->tags.p[i];
	if (joined.n == 0) return;
	push(a, list, S("-tags"));
	push(a, list, joined);
}

static void push_packages(struct arena *a, struct str_list *list, const struct str_list *packages)
{
	push(a, list, S("--"));
	for (size_t i = 0; i < packages->n; i++) push(a, list, packages->p[i]);
}

struct str_list go_list_arguments(struct arena *a, const struct go_settings *settings, str mod_flag,
                                  const struct str_list *packages)
{
	struct str_list list = { 0 };
	push(a, &list, S("list"));
	push(a, &list, S("-deps"));
	push(a, &list, S("-f"));
	push(a, &list, str_from(go_list_template));
	if (mod_flag.n) push(a, &list, mod_flag);
	push_tags(a, &list, settings);
	push_packages(a, &list, packages);
	return list;
}

struct str_list go_build_arguments(struct arena *a, const struct go_settings *settings, str mod_flag,
                                   const struct str_list *packages, str output, size_t jobs)
{
	struct str_list list = { 0 };
	push(a, &list, S("build"));
	push(a, &list, arena_fmt(a, "-p=%zu", jobs ? jobs : 1));
	if (mod_flag.n) push(a, &list, mod_flag);
	push_tags(a, &list, settings);
	push(a, &list, S("-trimpath"));
	push(a, &list, S("-buildvcs=false"));
	push(a, &list, S("-ldflags"));
	push(a, &list, settings->ldflags);
	push(a, &list, S("-o"));
	push(a, &list, output);
	push_packages(a, &list, packages);
	return list;
}
