/* go_list.h: packages as `go list -deps` tells of them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The facts of `go list -deps -json` that decide a program, asked for with a template of our own: it is a tenth of the JSON, and the
 * standard library's file lists are left out, because the version of Go stands for them.
 * Source: `go help list` (struct Package, struct Module). Fields are separated by NUL, packages by RS (0x1e): neither can stand in an
 * import path or in a name of a file that go accepts.
 * Errors:  ERR_FORMAT "go-list" when the text is not of that form. Lifetime: views into the text. */
#ifndef LAMINA_GOLANG_GO_LIST_H
#define LAMINA_GOLANG_GO_LIST_H

#include "base/err.h"
#include "base/vec.h"

#define GO_PACKAGES_MAX 100000

struct go_package {
	str path; /* import path */
	str name; /* "main" */
	str dir;
	str module;     /* "path@version", with "=> path@version" when it is replaced; empty for the standard library */
	str module_dir; /* where the module's files are */
	str go_mod;
	str go_version; /* of the language, as the module's go.mod names it */
	bool standard;
	bool is_root;            /* named on the command line, not a dependency alone */
	struct str_list files;   /* everything that go looks at, also what constraints leave out; relative to dir */
	struct str_list embeds;  /* files that are embedded */
	struct str_list depends; /* import paths, roots only: all, not only direct ones */
};

struct go_list {
	VEC(struct go_package) packages;
};

extern const char go_list_template[];
bool go_list_parse(struct arena *a, str text, struct go_list *out, struct err *e);
/* From the module cache: nobody edits it, and go.sum says what it is. */
bool go_package_is_cached(const struct go_package *p);
/* What `go build -o FOLDER/` calls the program of a package ("cmd/go/internal/load": DefaultExecName). */
str go_program_name(str import_path);

#endif
