/* private_host_copy.c: the project where its backend may write: backends leave build/ and egg-info behind.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Links become what they lead to. A project that lies within a repository gets its place within the copy of that, too. */
#include "pipeline/private_host_parts.h"
#include "pipeline/sources.h"

static bool copy_file(struct host_build *b, const struct source_file *f)
{
	struct arena_mark mark = arena_mark(b->a);
	str path = path_join(b->a, b->copy, f->name);
	struct io_temp to = { .fd = -1 };
	bool ok = io_mkdirs_for(path.p, b->e) && io_temp_open(&to, path.p, f->executable ? 0755 : 0644, b->e) &&
	          sources_copy(b->a, f, &to, b->e) && io_temp_commit(&to, false, b->e);
	io_temp_abort(&to);
	arena_rewind(b->a, mark);
	return ok;
}

bool host_copy(struct host_build *b)
{
	str top = path_join(b->a, b->scratch.path, S("project"));
	b->copy = path_clean(b->a, path_join(b->a, top, b->git.above));
	if (!io_mkdirs(b->copy.p, b->e)) return false;
	for (size_t i = 0; i < b->tree->tree.n; i++) { /* empty folders may be asked for, too */
		const struct source_entry *entry = &b->tree->tree.entries[i];
		if (entry->folder && !io_mkdirs(path_join(b->a, b->copy, entry->path).p, b->e)) return false;
	}
	for (size_t i = 0; i < b->files.n; i++)
		if (!copy_file(b, &b->files.p[i])) return false;
	return b->git.top.n == 0 || host_git_copy(b, path_join(b->a, top, S(".git")));
}
