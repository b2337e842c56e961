/* wheel_nearest.c: why no wheel fits, told by the one that comes nearest.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each tag triple of a wheel gets two misfits, one for its Python and ABI and one for its platform, each with a cost. The
 * cheapest triple speaks for the wheel and the cheapest wheel for the list. Costs follow what a user can do about it: a newer
 * runtime with a newer glibc, another Python version, another architecture; musl, macOS and Windows wheels help nobody. */
#include "python/wheel_name.h"

enum python_misfit {
	PYTHON_FITS,
	PYTHON_FREE_THREADED,
	PYTHON_NEWER,
	PYTHON_OTHER,
	PYTHON_ABI,
	PYTHON_2,
	PYTHON_PYPY,
	PYTHON_STRANGE
};
enum platform_misfit {
	PLATFORM_FITS,
	PLATFORM_GLIBC,
	PLATFORM_ARCH,
	PLATFORM_MUSL,
	PLATFORM_SYSTEM, /* another operating system: `system` names it */
	PLATFORM_STRANGE
};

/* What a wheel is measured against. */
struct wanted {
	int python_minor, glibc_minor;
	str machine;
};

struct misfit {
	enum python_misfit python;
	enum platform_misfit platform;
	unsigned cost;
	int minor;          /* of the Python that the tag names */
	int glibc;          /* that it needs: 2.glibc */
	const char *system; /* for PLATFORM_SYSTEM */
	size_t tag;         /* which of the wheel's tags */
};

/* "313" -> 3, 13; "3" -> 3, -1. Numbers of any use have at most three digits here. */
static bool split_digits(str digits, int *major, int *minor)
{
	if (digits.n == 0 || digits.n > 4) return false;
	for (size_t i = 0; i < digits.n; i++)
		if (!ascii_digit(digits.p[i])) return false;
	*major = digits.p[0] - '0';
	*minor = digits.n == 1 ? -1 : 0;
	for (size_t i = 1; i < digits.n; i++) *minor = *minor * 10 + (digits.p[i] - '0');
	return true;
}

static unsigned distance(int a, int b)
{
	unsigned d = (unsigned)(a > b ? a - b : b - a);
	return d > 9 ? 9 : d;
}

static void judge_cpython(struct misfit *m, const struct wanted *want, str abi)
{
	bool stable = str_eq(abi, S("abi3")), same = m->minor == want->python_minor;
	bool threaded = str_eq(abi, S("abi3t")) || (str_starts(abi, S("cp")) && str_ends(abi, S("t")));
	int abi_major = 0, abi_minor = -1;
	bool own = str_starts(abi, S("cp")) && split_digits(str_from_pos(abi, 2), &abi_major, &abi_minor) && abi_minor == m->minor;
	if (same && threaded) {
		m->python = PYTHON_FREE_THREADED;
		m->cost += 25;
	} else if (same) {
		bool fits = stable || own || str_eq(abi, S("none"));
		m->python = fits ? PYTHON_FITS : PYTHON_ABI;
		m->cost += fits ? 0 : 30;
	} else if (stable && m->minor < want->python_minor) {
		m->python = m->minor >= 2 ? PYTHON_FITS : PYTHON_STRANGE;
		m->cost += m->minor >= 2 ? 0 : 55;
	} else {
		m->python = stable ? PYTHON_NEWER : PYTHON_OTHER;
		m->cost += 20 + distance(m->minor, want->python_minor) / 2 + (threaded ? 4 : 0);
	}
}

static void judge_generic(struct misfit *m, const struct wanted *want, str abi)
{
	if (m->minor > want->python_minor) {
		m->python = PYTHON_NEWER;
		m->cost += 20 + distance(m->minor, want->python_minor) / 2;
	} else if (!str_eq(abi, S("none"))) {
		m->python = PYTHON_ABI;
		m->cost += 30;
	}
}

static void judge_python(struct misfit *m, const struct wanted *want, str python, str abi)
{
	int major = 0;
	bool cpython = str_starts(python, S("cp")), generic = str_starts(python, S("py")), pypy = str_starts(python, S("pp"));
	bool numbered = (cpython || generic || pypy) && split_digits(str_from_pos(python, 2), &major, &m->minor);
	if (numbered && pypy) {
		m->python = PYTHON_PYPY;
		m->cost += 50;
	} else if (numbered && major == 2) {
		m->python = PYTHON_2;
		m->cost += 60;
	} else if (numbered && major == 3 && cpython && m->minor >= 0) {
		judge_cpython(m, want, abi);
	} else if (numbered && major == 3 && generic) {
		judge_generic(m, want, abi);
	} else {
		m->python = PYTHON_STRANGE;
		m->cost += 55;
	}
}

/* A number of at most three digits at *at, followed by "_". */
static bool take_number(str s, size_t *at, int *out)
{
	size_t i = *at;
	int value = 0;
	while (i < s.n && i - *at < 3 && ascii_digit(s.p[i])) value = value * 10 + (s.p[i++] - '0');
	if (i == *at || i == s.n || s.p[i] != '_') return false;
	*out = value;
	*at = i + 1;
	return true;
}

/* Splits a Linux platform tag for glibc into what it needs and for which machine; false when it is none. */
static bool split_glibc(str platform, int *glibc, str *machine)
{
	static const struct {
		str prefix;
		int glibc;
	} legacy[] = {
		{ { "manylinux1_", 11 }, 5 }, { { "manylinux2010_", 14 }, 12 }, { { "manylinux2014_", 14 }, 17 }, { { "linux_", 6 }, 0 }
	};
	for (size_t i = 0; i < sizeof legacy / sizeof *legacy; i++) {
		if (!str_starts(platform, legacy[i].prefix)) continue;
		*glibc = legacy[i].glibc;
		*machine = str_from_pos(platform, legacy[i].prefix.n);
		return true;
	}
	size_t at = 10;
	int major;
	if (!str_starts(platform, S("manylinux_")) || !take_number(platform, &at, &major) || major != 2) return false;
	if (!take_number(platform, &at, glibc)) return false;
	*machine = str_from_pos(platform, at);
	return true;
}

static const char *system_of(str platform)
{
	static const struct {
		str prefix;
		const char *system;
	} systems[] = {
		{ { "macosx_", 7 }, "macOS" },        { { "win32", 5 }, "Windows" },
		{ { "win_", 4 }, "Windows" },         { { "ios_", 4 }, "iOS" },
		{ { "android_", 8 }, "Android" },     { { "emscripten_", 11 }, "WebAssembly" },
		{ { "pyodide_", 8 }, "WebAssembly" }, { { "pyemscripten_", 13 }, "WebAssembly" },
		{ { "wasi_", 5 }, "WebAssembly" },    { { "freebsd_", 8 }, "FreeBSD" },
		{ { "openbsd_", 8 }, "OpenBSD" },     { { "netbsd_", 7 }, "NetBSD" },
		{ { "cygwin_", 7 }, "Cygwin" },       { { "msys_", 5 }, "MSYS" },
		{ { "mingw_", 6 }, "MinGW" },
	};
	for (size_t i = 0; i < sizeof systems / sizeof *systems; i++)
		if (str_starts(platform, systems[i].prefix)) return systems[i].system;
	return NULL;
}

static void judge_platform(struct misfit *m, const struct wanted *want, str platform)
{
	str machine;
	if (str_eq(platform, S("any"))) return;
	if (split_glibc(platform, &m->glibc, &machine)) {
		bool too_new = m->glibc > want->glibc_minor, same = str_eq(machine, want->machine);
		m->platform = !same ? PLATFORM_ARCH : too_new ? PLATFORM_GLIBC : PLATFORM_FITS;
		m->cost += (same ? 0 : 30) + (too_new ? 10 + distance(m->glibc, want->glibc_minor) / 2 : 0);
		return;
	}
	m->system = system_of(platform);
	bool musl = str_starts(platform, S("musllinux_"));
	m->platform = musl ? PLATFORM_MUSL : m->system ? PLATFORM_SYSTEM : PLATFORM_STRANGE;
	m->cost += musl ? (str_ends(platform, want->machine) ? 36 : 44) : 50;
}

static struct misfit judge_tag(str tag, const struct wanted *want)
{
	struct misfit m = { .minor = -1 };
	str python, abi, platform, rest;
	str_cut(tag, '-', &python, &rest);
	str_cut(rest, '-', &abi, &platform);
	judge_python(&m, want, python, abi);
	judge_platform(&m, want, platform);
	return m;
}

static struct misfit judge_wheel(const struct wheel_name *w, const struct wanted *want)
{
	struct misfit best = { .cost = UINT32_MAX };
	for (size_t i = 0; i < w->tags.n; i++) {
		struct misfit m = judge_tag(w->tags.p[i], want);
		m.tag = i;
		if (m.cost < best.cost) best = m;
	}
	return best;
}

static str machine_name(struct arena *a, str machine)
{
	if (str_eq(machine, S("aarch64"))) return S("arm64");
	if (str_eq(machine, S("i686")) || str_eq(machine, S("i386"))) return S("32-bit x86");
	if (str_starts(machine, S("armv"))) return S("32-bit ARM");
	return arena_str(a, machine);
}

static str tell_python(struct arena *a, const struct misfit *m, const struct wanted *want, str tag)
{
	bool cpython = str_starts(tag, S("cp"));
	switch (m->python) {
	case PYTHON_FITS: return S("");
	case PYTHON_FREE_THREADED:
		return arena_fmt(a, "is a free-threaded build (3.%dt), and Lambda's python3.%d is not", m->minor, want->python_minor);
	case PYTHON_NEWER: return arena_fmt(a, "needs %s 3.%d or newer", cpython ? "CPython" : "Python", m->minor);
	case PYTHON_OTHER: return arena_fmt(a, "is built for CPython 3.%d only, not for 3.%d", m->minor, want->python_minor);
	case PYTHON_2: return S("is for Python 2 only");
	case PYTHON_PYPY: return S("is built for PyPy, and Lambda runs CPython");
	case PYTHON_ABI:
		return arena_fmt(a, "is built for another ABI of Python 3.%d (tag " STR_FMT ")", want->python_minor, STR_ARG(tag));
	case PYTHON_STRANGE: break;
	}
	return arena_fmt(a, "is built for another Python than CPython 3.%d (tag " STR_FMT ")", want->python_minor, STR_ARG(tag));
}

static str tell_platform(struct arena *a, const struct misfit *m, const struct wanted *want, str tag)
{
	str platform = str_from_pos(tag, str_rchr(tag, '-') + 1), machine = { 0 };
	int glibc;
	switch (m->platform) {
	case PLATFORM_FITS: return S("");
	case PLATFORM_GLIBC:
		return arena_fmt(a, "needs glibc 2.%d or newer, but python3.%d has glibc 2.%d", m->glibc, want->python_minor,
		                 want->glibc_minor);
	case PLATFORM_ARCH:
		split_glibc(platform, &glibc, &machine);
		return arena_fmt(a, "is built for " STR_FMT ", not for " STR_FMT, STR_ARG(machine_name(a, machine)),
		                 STR_ARG(machine_name(a, want->machine)));
	case PLATFORM_MUSL: return S("is built for Alpine Linux (musllinux), and Lambda's runtimes use glibc");
	case PLATFORM_SYSTEM: return arena_fmt(a, "is built for %s", m->system);
	case PLATFORM_STRANGE: break;
	}
	return arena_fmt(a, "is built for another system than Linux (tag " STR_FMT ")", STR_ARG(platform));
}

/* "3.9, 3.10 and 3.11" out of the bits 9, 10 and 11. */
static str list_minors(struct arena *a, uint64_t minors)
{
	str text = { 0 };
	for (int i = 0; i < 64; i++) {
		if (!(minors >> i & 1)) continue;
		bool last = minors >> i == 1;
		text = arena_fmt(a, STR_FMT "%s3.%d", STR_ARG(text), text.n == 0 ? "" : last ? " and " : ", ", i);
	}
	return text;
}

/* `minors`: CPython versions whose wheels would fit but for the version. */
static str tell(struct arena *a, const struct misfit *m, const struct wanted *want, str tag, uint64_t minors)
{
	str python = tell_python(a, m, want, tag), platform = tell_platform(a, m, want, tag);
	if (str_empty(python) && str_empty(platform))
		return arena_fmt(a, "has the tag " STR_FMT ", which python3.%d on " STR_FMT " does not accept", STR_ARG(tag),
		                 want->python_minor, STR_ARG(machine_name(a, want->machine)));
	bool several = (minors & (minors - 1)) != 0;
	if (str_empty(platform) && m->python == PYTHON_OTHER && several)
		return arena_fmt(a, "is built for CPython 3.%d; there are wheels for " STR_FMT ", none for 3.%d", m->minor,
		                 STR_ARG(list_minors(a, minors)), want->python_minor);
	if (str_empty(platform) || str_empty(python)) return str_empty(python) ? platform : python;
	return arena_fmt(a, STR_FMT ", and " STR_FMT, STR_ARG(python), STR_ARG(platform));
}

/* No wheel at all. */
static struct wheel_nearest tell_no_wheel(struct arena *a, const str *files, size_t n)
{
	struct wheel_nearest result = { SIZE_MAX, SIZE_MAX, S("no file is published that could be installed") };
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(a);
		struct sdist_name name;
		struct err ignored = { 0 };
		bool sdist = sdist_name_parse(a, files[i], &name, &ignored);
		arena_rewind(a, mark);
		if (sdist && (result.sdist == SIZE_MAX || str_cmp(files[i], files[result.sdist]) < 0)) result.sdist = i;
	}
	if (result.sdist != SIZE_MAX)
		result.reason =
		    arena_fmt(a, "only a source distribution is published (" STR_FMT "), and it would have to be built first",
		              STR_ARG(str_slice(files[result.sdist], 0, 200)));
	return result;
}

struct wheel_nearest wheel_choose_nearest(struct arena *a, const str *files, size_t n, int python_minor, int glibc_minor,
                                          str machine)
{
	const struct wanted want = { python_minor, glibc_minor, machine };
	struct misfit best = { .cost = UINT32_MAX };
	size_t index = SIZE_MAX;
	uint64_t minors = 0;
	str tag = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(a);
		struct wheel_name w;
		struct err ignored = { 0 };
		struct misfit m = { .cost = UINT32_MAX };
		if (wheel_name_parse(a, files[i], &w, &ignored)) m = judge_wheel(&w, &want);
		bool only_python = m.cost != UINT32_MAX && m.platform == PLATFORM_FITS && m.python == PYTHON_OTHER;
		if (only_python && m.minor < 64) minors |= UINT64_C(1) << m.minor;
		bool nearer = m.cost < best.cost || (index != SIZE_MAX && m.cost == best.cost && str_cmp(files[i], files[index]) < 0);
		if (m.cost == UINT32_MAX || !nearer) {
			arena_rewind(a, mark);
			continue;
		}
		best = m;
		index = i;
		tag = w.tags.p[m.tag];
	}
	if (index == SIZE_MAX) return tell_no_wheel(a, files, n);
	return (struct wheel_nearest){ index, SIZE_MAX, tell(a, &best, &want, tag, minors) };
}
