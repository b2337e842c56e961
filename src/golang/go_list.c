/* go_list.c: the template and its reader.
 * SPDX-License-Identifier: Apache-2.0 */
#include "golang/go_list.h"

/* Each item of a list has a letter in front: f = file, e = embedded, d = depends on. */
#define RANGE(field, letter) "{{range ." field "}}" letter "{{.}}{{\"\\x00\"}}{{end}}"
#define NUL                  "{{\"\\x00\"}}"

const char go_list_template[] =
    "{{\"\\x1e\"}}{{.ImportPath}}" NUL "{{.Name}}" NUL "{{.Dir}}" NUL "{{.Standard}}" NUL "{{.DepOnly}}" NUL
    "{{with .Module}}{{.Path}}@{{.Version}}{{with .Replace}}=>{{.Path}}@{{.Version}}{{end}}" NUL "{{.Dir}}" NUL "{{.GoMod}}" NUL
    "{{.GoVersion}}" NUL "{{else}}" NUL NUL NUL NUL "{{end}}"
    "{{if not .Standard}}" RANGE("GoFiles", "f") RANGE("CgoFiles", "f") RANGE("IgnoredGoFiles", "f")
        RANGE("IgnoredOtherFiles", "f") RANGE("CFiles", "f") RANGE("CXXFiles", "f") RANGE("MFiles", "f") RANGE("HFiles", "f")
            RANGE("FFiles", "f") RANGE("SFiles", "f") RANGE("SwigFiles", "f") RANGE("SwigCXXFiles", "f") RANGE("SysoFiles", "f")
                RANGE("EmbedFiles", "e") "{{end}}"
                                         "{{if not .DepOnly}}" RANGE("Deps", "d") "{{end}}";

static bool field(str *rest, str *out)
{
	size_t end = str_chr(*rest, '\0');
	if (end == STR_NONE) return false;
	*out = str_slice(*rest, 0, end);
	*rest = str_from_pos(*rest, end + 1);
	return true;
}

static bool parse_one(struct arena *a, str text, struct go_package *p)
{
	str standard, dep_only, item;
	*p = (struct go_package){ 0 };
	if (!field(&text, &p->path) || !field(&text, &p->name) || !field(&text, &p->dir) || !field(&text, &standard) ||
	    !field(&text, &dep_only) || !field(&text, &p->module) || !field(&text, &p->module_dir) || !field(&text, &p->go_mod) ||
	    !field(&text, &p->go_version))
		return false;
	p->standard = str_eq(standard, S("true"));
	p->is_root = str_eq(dep_only, S("false"));
	while (field(&text, &item)) {
		struct str_list *list = str_at(item, 0) == 'f' ? &p->files : str_at(item, 0) == 'e' ? &p->embeds : &p->depends;
		if (item.n < 2) return false;
		*vec_push(a, list) = str_from_pos(item, 1);
	}
	return str_trim(text).n == 0;
}

bool go_list_parse(struct arena *a, str text, struct go_list *out, struct err *e)
{
	struct go_list list = { 0 };
	str before, rest;
	bool more = str_cut(text, '\x1e', &before, &rest);
	bool ok = str_trim(before).n == 0;
	while (ok && more) {
		str one;
		more = str_cut(rest, '\x1e', &one, &rest);
		ok = list.packages.n < GO_PACKAGES_MAX && parse_one(a, one, vec_push(a, &list.packages));
	}
	if (!ok) return err_set(e, ERR_FORMAT, "go-list", "cannot read what `go list` says");
	*out = list;
	return true;
}

bool go_package_is_cached(const struct go_package *p)
{
	str base = p->module_dir, version;
	size_t at = str_rchr(base, '@');
	if (at == STR_NONE) return false;
	version = str_from_pos(base, at);
	return str_chr(version, '/') == STR_NONE && str_ends(p->module, version);
}

/* "v2", "v10": not part of a name. */
static bool is_version(str s)
{
	if (s.n < 2 || s.p[0] != 'v' || s.p[1] == '0' || str_eq(s, S("v1"))) return false;
	for (size_t i = 1; i < s.n; i++)
		if (!ascii_digit(s.p[i])) return false;
	return true;
}

str go_program_name(str import_path)
{
	size_t slash = str_rchr(import_path, '/');
	str last = slash == STR_NONE ? import_path : str_from_pos(import_path, slash + 1);
	if (slash == STR_NONE || !is_version(last)) return last;
	str above = str_slice(import_path, 0, slash);
	slash = str_rchr(above, '/');
	return slash == STR_NONE ? above : str_from_pos(above, slash + 1);
}
