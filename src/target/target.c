/* target.c: from what users type to a target, and what a target answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "target/target.h"

#include "base/suggest.h"

str target_nearest_name(str name, const str *candidates, size_t n) { return suggest_nearest(name, candidates, n); }

/* "3.12" and "al2023" are meant as the runtime that ends so. */
static str nearest_runtime(str name, const str *names, size_t n)
{
	for (size_t i = 0; i < n && name.n >= 3; i++)
		if (str_ends(names[i], name)) return names[i];
	return suggest_nearest(name, names, n);
}

bool target_runtime(str name, const struct runtime **out, struct err *e)
{
	size_t n;
	const struct runtime *all = runtimes(&n);
	str names[32];
	for (size_t i = 0; i < n; i++) {
		names[i] = str_from(all[i].name);
		if (!str_eq(names[i], name)) continue;
		*out = &all[i];
		return true;
	}
	err_set(e, ERR_USAGE, "unknown-runtime", "unknown runtime \"" STR_FMT "\"", STR_ARG(str_slice(name, 0, 100)));
	if (str_eq(name, S("python3.15")))
		err_why(e, "it was a preview on " RUNTIMES_AS_OF ", and lamina has no facts about it yet");
	if (str_eq(name, S("python3.7")) || str_eq(name, S("python3.6")) || str_eq(name, S("python2.7")))
		err_why(e, "Lambda no longer creates functions with it");
	str nearest = nearest_runtime(name, names, n);
	if (!str_empty(nearest)) return err_help(e, "did you mean \"" STR_FMT "\"?", STR_ARG(nearest));
	return err_help(e, "lamina runtimes lists what there is: python3.8 to python3.14, provided.al2, provided.al2023");
}

bool target_arch(str name, enum target_arch *out, struct err *e)
{
	static const struct {
		str name;
		enum target_arch arch;
	} names[] = {
		{ { "x86_64", 6 }, ARCH_X86_64 },
		{ { "amd64", 5 }, ARCH_X86_64 },
		{ { "arm64", 5 }, ARCH_ARM64 },
		{ { "aarch64", 7 }, ARCH_ARM64 },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!str_eq(name, names[i].name)) continue;
		*out = names[i].arch;
		return true;
	}
	err_set(e, ERR_USAGE, "unknown-arch", "unknown architecture \"" STR_FMT "\"", STR_ARG(str_slice(name, 0, 100)));
	const str printed[] = { S("x86_64"), S("arm64") };
	bool intel = str_istarts(name, S("x64")) || str_istarts(name, S("x86")) || str_istarts(name, S("i"));
	str nearest = intel ? printed[0] : suggest_nearest(name, printed, 2);
	if (!str_empty(nearest)) return err_help(e, "did you mean \"" STR_FMT "\"?", STR_ARG(nearest));
	return err_help(e, "Lambda runs on x86_64 and arm64");
}

bool target_make(const struct runtime *r, enum target_arch arch, struct target *out, struct err *e)
{
	if (arch == ARCH_X86_64 ? r->x86_64 : r->arm64) {
		*out = (struct target){ r, arch };
		return true;
	}
	err_set(e, ERR_USAGE, "unknown-arch", "Lambda has no %s for %s", r->name, target_arch_name(arch));
	return err_help(e, "it runs on %s only", target_arch_name(arch == ARCH_X86_64 ? ARCH_ARM64 : ARCH_X86_64));
}

bool target_parse(str text, struct target *out, struct err *e)
{
	str name, arch_name;
	const struct runtime *runtime;
	enum target_arch arch;
	bool complete = str_cut(text, '/', &name, &arch_name);
	if (!target_runtime(name, &runtime, e)) return false;
	if (!complete) {
		err_set(e, ERR_USAGE, "unknown-arch", "the target \"" STR_FMT "\" names no architecture", STR_ARG(text));
		return err_help(e, "write " STR_FMT "/x86_64 or " STR_FMT "/arm64", STR_ARG(text), STR_ARG(text));
	}
	return target_arch(arch_name, &arch, e) && target_make(runtime, arch, out, e);
}

str target_text(struct arena *a, const struct target *t)
{
	return arena_fmt(a, "%s/%s", t->runtime->name, target_arch_name(t->arch));
}

const char *target_arch_name(enum target_arch arch) { return arch == ARCH_X86_64 ? "x86_64" : "arm64"; }

const char *target_machine(const struct target *t) { return t->arch == ARCH_X86_64 ? "x86_64" : "aarch64"; }

/* The order of enum marker_variable (python/marker.h); tests/suites/test_wheels.py holds the two together. */
enum {
	OS_NAME,
	SYS_PLATFORM,
	MACHINE,
	IMPLEMENTATION,
	RELEASE,
	SYSTEM,
	PLATFORM_VERSION,
	PYTHON,
	PYTHON_FULL,
	NAME,
	VERSION,
	N
};

void target_markers(struct arena *a, const struct target *t, str values[11], str assumed[11])
{
	_Static_assert(N == 11, "PEP 508 has eleven variables");
	for (int i = 0; i < N; i++) values[i] = assumed[i] = (str){ 0 };
	values[OS_NAME] = S("posix");
	values[SYS_PLATFORM] = S("linux");
	values[SYSTEM] = S("Linux");
	values[MACHINE] = str_from(target_machine(t));
	/* The host's kernel: "" is what the specification gives when a value cannot be calculated. */
	assumed[RELEASE] = assumed[PLATFORM_VERSION] = S("");
	if (t->runtime->python_minor < 0) return;
	values[IMPLEMENTATION] = S("CPython");
	values[NAME] = S("cpython");
	values[PYTHON] = arena_fmt(a, "3.%d", t->runtime->python_minor);
	if (t->runtime->python_full_version) /* AWS moves the patch version: known is only what was seen once */
		assumed[PYTHON_FULL] = assumed[VERSION] = str_from(t->runtime->python_full_version);
}
