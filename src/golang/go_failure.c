/* go_failure.c: a table of phrases.
 * SPDX-License-Identifier: Apache-2.0 */
#include "golang/go_failure.h"

struct phrase {
	const char *text;
	enum err_code code;
	const char *id, *what, *help;
};

/* The first that is found decides, so the more special ones come first. */
static const struct phrase phrases[] = {
	{ "flag provided but not defined: -buildvcs", ERR_IO, "go-too-old", "needs Go 1.18 or newer", "install a newer Go" },
	{ "requires go >=", ERR_IO, "go-too-old", "needs a newer Go",
	  "install it, or leave GOTOOLCHAIN at its default so that go fetches it" },
	{ "note: module requires Go ", ERR_IO, "go-too-old", "needs a newer Go", "install the version that go.mod names" },
	{ "invalid go version '", ERR_IO, "go-too-old", "has a go.mod for a newer Go", "install the version that go.mod names" },
	{ "unknown directive: ", ERR_IO, "go-too-old", "has a go.mod for a newer Go", "install the version that go.mod names" },
	{ "toolchain not available", ERR_NETWORK, "go-network", "needs a version of Go that cannot be fetched",
	  "install the version that go.mod names" },
	{ "SECURITY ERROR", ERR_RESOLVE, "go-sum", "got a module that is not what go.sum says",
	  "find out who changed it before you change go.sum" },
	{ "checksum mismatch", ERR_RESOLVE, "go-sum", "got a module that is not what go.sum says",
	  "find out who changed it before you change go.sum" },
	{ "missing go.sum entry", ERR_RESOLVE, "go-sum", "has a go.sum that lacks modules", "go mod tidy" },
	{ "inconsistent vendoring", ERR_RESOLVE, "go-sum", "has a vendor folder that is not what go.mod says", "go mod vendor" },
	{ "updates to go.mod needed", ERR_RESOLVE, "go-sum", "has a go.mod that is out of date", "go mod tidy" },
	{ "no required module provides package", ERR_RESOLVE, "go-sum", "imports a package that go.mod does not name",
	  "go mod tidy" },
	{ "dial tcp", ERR_NETWORK, "go-network", "needs modules that could not be fetched", "look at GOPROXY and GOPRIVATE" },
	{ "i/o timeout", ERR_NETWORK, "go-network", "needs modules that could not be fetched", "look at GOPROXY and GOPRIVATE" },
	{ "module lookup disabled by GOPROXY=off", ERR_NETWORK, "go-network", "needs modules that are not in the module cache",
	  "go mod download" },
	{ "could not read Username", ERR_NETWORK, "go-network", "needs a module for which git has no credentials",
	  "look at GOPRIVATE and at git's credentials" },
	{ "no space left on device", ERR_IO, "go-disk", "found no space left on the disk", "make room, or set GOCACHE and TMPDIR" },
	{ "cannot find main module", ERR_USAGE, "go-package", "is in no module", "go mod init" },
	{ "cannot find module providing package", ERR_USAGE, "go-package", "names a package that is in no module",
	  "write a folder with ./ in front, or add the module: go get PACKAGE" },
	{ "directory not found", ERR_USAGE, "go-package", "names a folder that does not exist", "look at `go` in lamina.toml" },
	{ "no Go files in ", ERR_USAGE, "go-package", "names a folder without Go files", "name the folder of the main package" },
	{ "is not in std", ERR_USAGE, "go-package", "names a package that does not exist", "write a folder with ./ in front" },
	{ "is not in GOROOT", ERR_USAGE, "go-package", "names a package that does not exist", "write a folder with ./ in front" },
};

/* Headings, progress, and what a C compiler says around an error. */
static bool is_no_complaint(str line)
{
	static const char *const starts[] = { "# ", " ", "\t", "go: downloading ", "go: finding ", "go: extracting ", NULL };
	static const char *const parts[] = { ": In function ", ": warning: ",    ": note: ", "In file included from ",
		                                 ": in function ", "link: running ", NULL };
	for (const char *const *s = starts; *s; s++)
		if (str_starts(line, str_from(*s))) return true;
	for (const char *const *p = parts; *p; p++)
		if (str_contains(line, str_from(*p))) return true;
	return str_trim(line).n == 0 || str_contains(line, S(" -Wl,")); /* a linker's command line */
}

str go_first_complaint(str said)
{
	str line, first = { 0 }, rest = said;
	while (str_line(&rest, &line)) {
		if (!is_no_complaint(line)) return str_trim(line);
		if (first.n == 0 && !str_starts(line, S("# ")) && !str_starts(line, S("go: "))) first = str_trim(line);
	}
	return first;
}

/* The line that holds the phrase says more than the first one. */
static str line_with(str said, str text)
{
	str line, rest = said;
	while (str_line(&rest, &line))
		if (str_contains(line, text)) return str_trim(line);
	return go_first_complaint(said);
}

bool go_failure(str who, int status, str said, struct err *e)
{
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		const struct phrase *p = &phrases[i];
		if (!str_contains(said, str_from(p->text))) continue;
		err_set(e, p->code, p->id, STR_FMT " %s", STR_ARG(who), p->what);
		err_why(e, STR_FMT, STR_ARG(line_with(said, str_from(p->text))));
		return err_help(e, "%s", p->help);
	}
	err_set(e, ERR_FORMAT, "go-build", STR_FMT " does not build", STR_ARG(who));
	str complaint = go_first_complaint(said);
	if (complaint.n) return err_why(e, STR_FMT, STR_ARG(complaint));
	return err_why(e, "the go command ended with status %d and said nothing", status);
}
