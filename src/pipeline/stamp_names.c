/* stamp_names.c: one listing, one digest.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/stamp_names.h"

#include <string.h>

#define NAMES_MAX 1000000

bool stamp_is_names(str path) { return str_ends(path, STAMP_NAMES_ALL) || str_ends(path, STAMP_NAMES_GO); }

static bool go_looks_at(str name)
{
	/* go/build: goodOSArchFile and Context.matchFile; go.mod ends a module. */
	static const char *const suffixes[] = { ".go",  ".c",    ".cc",      ".cpp",  ".cxx", ".m",   ".h", ".hh",
		                                    ".hpp", ".hxx",  ".f",       ".F",    ".for", ".f90", ".s", ".S",
		                                    ".sx",  ".swig", ".swigcxx", ".syso", ".pgo", NULL };
	if (str_eq(name, S("go.mod"))) return true;
	for (const char *const *s = suffixes; *s; s++)
		if (str_ends(name, str_from(*s))) return true;
	return false;
}

bool stamp_names_now(str path, struct stamp_input *out, struct err *e)
{
	bool go = str_ends(path, STAMP_NAMES_GO);
	struct arena scratch = { 0 };
	struct str_list names = { 0 };
	struct io_stat st;
	str folder = arena_str(&scratch, str_slice(path, 0, path.n - (go ? STAMP_NAMES_GO.n : STAMP_NAMES_ALL.n)));
	*out = (struct stamp_input){ .path = path };
	bool ok = io_stat(folder.p, &st, e);
	out->exists = ok && st.is_dir;
	if (out->exists && (ok = io_list(&scratch, folder.p, NAMES_MAX, &names, e))) {
		struct sha256_stream hash;
		struct sha256 digest;
		sha256_begin(&hash);
		for (size_t i = 0; i < names.n; i++) {
			if (go && !go_looks_at(names.p[i])) continue;
			sha256_update(&hash, names.p[i].p, names.p[i].n);
			sha256_update(&hash, "", 1);
		}
		sha256_end(&hash, &digest);
		memcpy(&out->size, digest.bytes, sizeof out->size);
		out->size >>= 1; /* never the mark of a pipe */
	}
	arena_release(&scratch);
	return ok;
}
