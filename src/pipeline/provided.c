/* provided.c: words -> names.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/provided.h"

#include "base/io.h"
#include "python/name.h"
#include "target/target.h"
#include "zip/zip_read.h"

static void add(struct arena *a, struct provided_set *set, str name, str version, str by)
{
	if (provided_find(set, name)) return;
	struct provided_name *p = vec_push(a, &set->names);
	*p = (struct provided_name){ name, version, by };
}

const struct provided_name *provided_find(const struct provided_set *set, str name)
{
	for (size_t i = 0; i < set->names.n; i++)
		if (str_eq(set->names.p[i].name, name)) return &set->names.p[i];
	return NULL;
}

/* boto3 stands for the whole SDK: leaving out a part of it would mix the runtime's versions with those of the lock. */
static bool add_runtime(struct arena *a, const struct artifact *artifact, str word, str name, struct provided_set *out,
                        struct err *e)
{
	size_t n;
	const struct runtime_package *packages = target_runtime_packages(artifact->target.runtime, &n);
	bool known = false;
	str wanted = name_normalize(a, name);
	for (size_t i = 0; i < n; i++) known = known || str_eq(wanted, str_from(packages[i].name));
	if (!known) {
		err_set(e, ERR_USAGE, "unknown-provided", "%s does not provide `" STR_FMT "`", artifact->target.runtime->name,
		        STR_ARG(name));
		err_where(e, STR_FMT, STR_ARG(artifact->where));
		return err_help(e, "use runtime:boto3 for the AWS SDK that the Python runtimes hold");
	}
	if (!str_eq(wanted, S("boto3"))) {
		add(a, out, wanted, (str){ 0 }, word);
		return true;
	}
	for (size_t i = 0; i < n; i++) add(a, out, str_from(packages[i].name), (str){ 0 }, word);
	return true;
}

/* "python/x-1.0.dist-info/METADATA" -> x, 1.0 */
static void add_dist_info(struct arena *a, const struct zip_entry *entry, str word, struct provided_set *out)
{
	str ending = S(".dist-info/METADATA");
	if (!str_ends(entry->name, ending)) return;
	str folder = path_base(str_slice(entry->name, 0, entry->name.n - ending.n)), name, version;
	if (!str_cut(folder, '-', &name, &version)) return;
	add(a, out, name_normalize(a, name), version, word);
}

static bool add_layer(struct arena *a, str word, struct provided_set *out, struct err *e)
{
	struct zip_open_options options = { .allow_symlinks = true };
	struct zip_archive z;
	str path = arena_str(a, word);
	int fd = io_open_read(path.p, e);
	if (fd < 0) return err_help(e, "--provided takes runtime:NAME, a layer zip, a layer ARN or the name of a distribution");
	bool ok = zip_open(a, fd, path, &options, &z, e);
	for (size_t i = 0; ok && i < z.n; i++) add_dist_info(a, &z.entries[i], word, out);
	io_close(&fd);
	*vec_push(a, &out->inputs) = path;
	return ok;
}

bool provided_is_path(str word)
{
	if (str_starts(word, S("runtime:")) || str_starts(word, S("arn:"))) return false;
	return str_ends(word, S(".zip")) || str_contains(word, S("/"));
}

bool provided_read(struct arena *a, const struct artifact *artifact, struct notes *notes, struct provided_set *out,
                   struct err *e)
{
	*out = (struct provided_set){ 0 };
	for (size_t i = 0; i < artifact->provided.n; i++) {
		str word = artifact->provided.p[i];
		if (str_starts(word, S("runtime:"))) {
			if (!add_runtime(a, artifact, word, str_from_pos(word, 8), out, e)) return false;
		} else if (str_starts(word, S("arn:"))) {
			note_add(notes, NOTE_WARNING, "provided-unknown",
			         "nothing is left out for " STR_FMT ": its content is not known here", STR_ARG(word));
			note_help(notes, "download the layer and name its zip, or name what it holds: --provided NAME");
		} else if (provided_is_path(word)) {
			if (!add_layer(a, word, out, e)) return false;
		} else if (name_valid(word)) {
			add(a, out, name_normalize(a, word), (str){ 0 }, word);
		} else {
			err_set(e, ERR_USAGE, "unknown-provided", "`" STR_FMT "` is nothing that can be provided", STR_ARG(word));
			err_where(e, STR_FMT, STR_ARG(artifact->where));
			return err_help(e, "use runtime:NAME, a layer zip, a layer ARN or the name of a distribution");
		}
	}
	return true;
}
