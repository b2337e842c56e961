/* go_environment.c: an allow-list, applied.
 * SPDX-License-Identifier: Apache-2.0 */
#include "golang/go_environment.h"

#include <string.h>
#include <unistd.h>

#include "base/io.h"

/* Beside GO*: what the go command, and git and ssh below it, need to work at all. */
static const char *const passed[] = {
	"PATH",     "HOME",       "USER",          "LOGNAME",      "TMPDIR",        "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
	"NETRC",    "HTTP_PROXY", "HTTPS_PROXY",   "NO_PROXY",     "ALL_PROXY",     "http_proxy",     "https_proxy",
	"no_proxy", "all_proxy",  "SSL_CERT_FILE", "SSL_CERT_DIR", "SSH_AUTH_SOCK", "SSH_ASKPASS",    "GNUPGHOME",
	NULL,
};
/* With cgo: the C toolchain. */
static const char *const passed_for_c[] = { "CC",
	                                        "CXX",
	                                        "AR",
	                                        "FC",
	                                        "PKG_CONFIG",
	                                        "PKG_CONFIG_PATH",
	                                        "PKG_CONFIG_LIBDIR",
	                                        "PKG_CONFIG_SYSROOT_DIR",
	                                        "CPATH",
	                                        "C_INCLUDE_PATH",
	                                        "LIBRARY_PATH",
	                                        NULL };
/* GO* that say where things are, how fast, or from where: never what is built. */
static const char *const harmless[] = {
	"GOCACHE",      "GOTMPDIR",   "GOMAXPROCS",  "GOPROXY", "GOSUMDB",     "GOPRIVATE", "GONOPROXY",   "GONOSUMDB",
	"GONOSUMCHECK", "GOINSECURE", "GOVCS",       "GOAUTH",  "GOCACHEPROG", "GOBIN",     "GOTELEMETRY", "GOTELEMETRYDIR",
	"GOGC",         "GOMEMLIMIT", "GOTRACEBACK", "GOOS",    "GOARCH",      NULL,
};

static bool in_list(const char *const *list, str name)
{
	for (; *list; list++)
		if (str_eq(name, str_from(*list))) return true;
	return false;
}

static str name_of(str variable)
{
	str name, value;
	str_cut(variable, '=', &name, &value);
	return name;
}

static bool is_c(str name) { return str_starts(name, S("CGO_")) || in_list(passed_for_c, name); }

static bool passes(str name, const struct go_settings *settings)
{
	if (str_eq(name, S("GOOS")) || str_eq(name, S("GOARCH")) || str_eq(name, S("CGO_ENABLED"))) return false;
	if (str_starts(name, S("GO")) || str_starts(name, S("GIT_")) || in_list(passed, name)) return true;
	return settings->cgo && is_c(name);
}

static bool overridden(const struct go_settings *settings, str name)
{
	for (size_t i = 0; i < settings->env.n; i++)
		if (str_eq(name_of(settings->env.p[i]), name)) return true;
	return false;
}

bool go_find(struct arena *a, const struct env *env, str *path, struct err *e)
{
	str folder, rest = str_from(env_get_nonempty(env, "PATH"));
	while (!str_empty(rest)) {
		str_cut(rest, ':', &folder, &rest);
		if (!path_is_absolute(folder)) continue;
		str candidate = arena_fmt(a, STR_FMT "/go", STR_ARG(folder));
		struct io_stat st;
		struct err ignored = { 0 };
		if (!io_stat(candidate.p, &st, &ignored) || !st.is_regular || access(candidate.p, X_OK) != 0) continue;
		*path = candidate;
		return true;
	}
	err_set(e, ERR_IO, "go-missing", "there is no `go` command in PATH");
	return err_help(
	    e, "install Go 1.18 or newer (`apt install golang-go`, `dnf install golang`, `brew install go`), or put the bin "
	       "folder of an unpacked Go on PATH");
}

static void add(struct arena *a, char **vars, size_t *n, str variable) { vars[(*n)++] = arena_cstr(a, variable); }

struct env go_environment(struct arena *a, const struct env *env, const struct go_settings *settings, str folder, str work)
{
	size_t count = 0, n = 0;
	while (env->vars && env->vars[count]) count++;
	char **vars = arena_array(a, char *, count + settings->env.n + 6);
	for (size_t i = 0; i < count; i++) {
		str variable = str_from(env->vars[i]), name = name_of(variable);
		if (work.n && str_eq(name, S("GOTMPDIR"))) continue;
		if (passes(name, settings) && !overridden(settings, name)) add(a, vars, &n, variable);
	}
	add(a, vars, &n, S("GOOS=linux"));
	add(a, vars, &n, arena_join(a, S("GOARCH="), settings->goarch));
	if (!overridden(settings, S("CGO_ENABLED"))) add(a, vars, &n, settings->cgo ? S("CGO_ENABLED=1") : S("CGO_ENABLED=0"));
	add(a, vars, &n, arena_join(a, S("PWD="), folder));
	for (size_t i = 0; i < settings->env.n; i++)
		if (!work.n || !str_eq(name_of(settings->env.p[i]), S("GOTMPDIR"))) add(a, vars, &n, settings->env.p[i]);
	if (work.n) add(a, vars, &n, arena_join(a, S("GOTMPDIR="), work));
	return (struct env){ vars };
}

str go_variable(const struct env *env, const struct go_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->env.n; i++)
		if (str_eq(name_of(settings->env.p[i]), str_from(name))) return str_from_pos(settings->env.p[i], strlen(name) + 1);
	return passes(str_from(name), settings) ? str_from(env_get(env, name)) : (str){ 0 };
}

/* "v8.0" to "v8.9", "v9.0" to "v9.5", and words behind a comma. */
static bool is_arm_level(str level)
{
	str number, features;
	str_cut(level, ',', &number, &features);
	if (number.n != 4 || number.p[0] != 'v' || number.p[2] != '.' || !ascii_digit(number.p[3])) return false;
	return number.p[1] == '8' || (number.p[1] == '9' && number.p[3] <= '5');
}

bool go_check_level(const struct env *env, const struct go_settings *settings, struct err *e)
{
	bool arm = str_eq(settings->goarch, S("arm64"));
	str level = go_variable(env, settings, arm ? "GOARM64" : "GOAMD64");
	bool good = level.n == 0 ||
	            (arm ? is_arm_level(level) : level.n == 2 && level.p[0] == 'v' && level.p[1] >= '1' && level.p[1] <= '4');
	if (good) return true;
	err_set(e, ERR_USAGE, "go-level", "%s is `" STR_FMT "`, which Go does not know", arm ? "GOARM64" : "GOAMD64",
	        STR_ARG(level));
	return err_help(e, "%s", arm ? "use v8.0, v8.1 or v8.2, or leave it out" : "use v1, v2 or v3, or leave it out");
}

static bool decides(str name, const struct go_settings *settings)
{
	/* Where `go env -w` keeps its words. */
	if (str_eq(name, S("HOME")) || str_eq(name, S("XDG_CONFIG_HOME"))) return true;
	if (settings->cgo && (is_c(name) || str_eq(name, S("PATH")))) return true;
	return str_starts(name, S("GO")) && !in_list(harmless, name);
}

static void put(struct buf *out, str text)
{
	buf_add_u32(out, (uint32_t)text.n);
	buf_add_str(out, text);
}

void go_environment_key(const struct env *env, const struct go_settings *settings, struct buf *out)
{
	struct arena scratch = { 0 };
	struct str_list all = { 0 };
	for (size_t i = 0; env->vars && env->vars[i]; i++) {
		str variable = str_from(env->vars[i]), name = name_of(variable);
		if (passes(name, settings) && decides(name, settings)) *vec_push(&scratch, &all) = variable;
	}
	str_list_sort(&all);
	put(out, settings->goarch);
	put(out, settings->cgo ? S("cgo") : S(""));
	put(out, settings->ldflags);
	buf_add_u32(out, (uint32_t)settings->tags.n);
	for (size_t i = 0; i < settings->tags.n; i++) put(out, settings->tags.p[i]);
	buf_add_u32(out, (uint32_t)settings->env.n);
	for (size_t i = 0; i < settings->env.n; i++) put(out, settings->env.p[i]);
	buf_add_u32(out, (uint32_t)all.n);
	for (size_t i = 0; i < all.n; i++) put(out, all.p[i]);
	arena_release(&scratch);
}
