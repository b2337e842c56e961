/* pylock_origin.c: [tool.lamina] of a lock, and the versions that it holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "format/toml.h"
#include "lockfile/pylock_write.h"
#include "lockfile/reader.h"

static bool take_list(struct arena *a, const struct toml_document *d, const struct toml_value *table, const char *key,
                      struct str_list *out, struct err *e)
{
	if (!toml_want_strings(a, d, table, key, false, out, e)) return false;
	if (out->n <= PYLOCK_TOOL_MAX) return true;
	return reader_bad(d, table, e, "lock-field", "`%s` has more than %d entries", key, PYLOCK_TOOL_MAX);
}

static bool take_digest(const struct toml_document *d, const struct toml_value *table, struct sha256 *out, struct err *e)
{
	str text = { 0 };
	if (!toml_want_string(d, table, "inputs", &text, e)) return false;
	if (str_starts(text, S("sha256:")) && sha256_from_hex(str_from_pos(text, 7), out)) return true;
	return reader_bad(d, table, e, "lock-field", "`inputs` is no digest");
}

static bool take_folder(struct arena *a, const struct toml_document *d, const struct toml_value *package, str lock_folder,
                        struct pylock_origin *out, struct err *e)
{
	const struct toml_value *place = NULL;
	str path = { 0 };
	if (!toml_want_table(d, package, "directory", &place, e)) return false;
	if (!place && !toml_want_table(d, package, "archive", &place, e)) return false;
	if (!place || !toml_want_string(d, place, "path", &path, e)) return place == NULL;
	if (path.n) *vec_push(a, &out->folders) = path_join(a, lock_folder, path);
	return true;
}

static bool take_pins(struct arena *a, const struct toml_document *d, str lock_folder, struct pylock_origin *out, struct err *e)
{
	const struct toml_value *packages = NULL;
	if (!toml_want_array(d, d->root, "packages", &packages, e)) return false;
	for (size_t i = 0; packages && i < packages->u.array.n; i++) {
		const struct toml_value *package = packages->u.array.p[i];
		struct pylock_pin pin = { 0 };
		if (package->type != TOML_TABLE) return reader_bad(d, package, e, "toml-type", "a package is a table");
		if (!toml_want_string(d, package, "name", &pin.name, e) || !toml_want_string(d, package, "version", &pin.version, e) ||
		    !toml_want_string(d, package, "index", &pin.index, e))
			return false;
		if (!take_folder(a, d, package, lock_folder, out, e)) return false;
		if (pin.name.n && pin.version.n) *vec_push(a, &out->pins) = pin;
	}
	return true;
}

bool pylock_origin_read(struct arena *a, str text, str path, struct pylock_origin *out, bool *found, struct err *e)
{
	struct toml_document d;
	struct pylock_origin origin = { 0 };
	const struct toml_value *tool = NULL, *lamina = NULL;
	if (!toml_parse(a, text, path, &d, e)) return false;
	if (!toml_want_table(&d, d.root, "tool", &tool, e)) return false;
	if (tool && !toml_want_table(&d, tool, "lamina", &lamina, e)) return false;
	if (!lamina || !toml_get(lamina, S("inputs"))) return *found = false, true;
	if (!take_digest(&d, lamina, &origin.inputs, e) || !take_list(a, &d, lamina, "targets", &origin.targets, e) ||
	    !take_list(a, &d, lamina, "options", &origin.options, e) || !take_list(a, &d, lamina, "sources", &origin.sources, e) ||
	    !take_list(a, &d, lamina, "requires", &origin.requires, e) || !take_pins(a, &d, path_dir(path), &origin, e))
		return false;
	*out = origin;
	return *found = true, true;
}
