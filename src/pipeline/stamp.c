/* stamp.c: encoding, place and comparison of stamps.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layout, little-endian: magic, version, options[32], content[32], i64 taken, inputs, sources, variables, output, u8 is tree, tree[32],
 * tops, record, then the first 8 bytes of the SHA-256 of all before it. A list is a u32 count; a text is a u32 length and its bytes; an
 * input is text, u8 exists, u64 size, inode, mtime, ctime; a variable is text, digest[32]. */
#include "pipeline/stamp.h"

#include <string.h>

#include "base/rd.h"
#include "pipeline/stamp_names.h"

#define STAMP_MAGIC         0x4d54534cu /* "LSTM" */
#define STAMP_VERSION       2
#define STAMP_MAX           ((size_t)64 << 20)
#define STAMP_TEXT_MAX      ((size_t)8 << 20)
#define STAMP_VARIABLES_MAX 1000
#define CHECK_BYTES         8

static void put_text(struct buf *b, str s)
{
	buf_add_u32(b, (uint32_t)s.n);
	buf_add_str(b, s);
}

static void put_input(struct buf *b, const struct stamp_input *in)
{
	put_text(b, in->path);
	buf_add_char(b, in->exists ? 1 : 0);
	buf_add_u64(b, in->size);
	buf_add_u64(b, in->inode);
	buf_add_u64(b, (uint64_t)in->mtime_ns);
	buf_add_u64(b, (uint64_t)in->ctime_ns);
}

static void put_check(struct buf *b)
{
	struct sha256 digest;
	sha256_of(buf_str(b), &digest);
	buf_add(b, digest.bytes, CHECK_BYTES);
}

bool stamp_encode(const struct stamp *stamp, struct buf *out)
{
	buf_add_u32(out, STAMP_MAGIC);
	buf_add_u32(out, STAMP_VERSION);
	buf_add(out, stamp->options.bytes, SHA256_SIZE);
	buf_add(out, stamp->content.bytes, SHA256_SIZE);
	buf_add_u64(out, (uint64_t)stamp->taken_ns);
	buf_add_u32(out, (uint32_t)stamp->inputs.n);
	for (size_t i = 0; i < stamp->inputs.n; i++) put_input(out, &stamp->inputs.p[i]);
	buf_add_u32(out, (uint32_t)stamp->sources.n);
	for (size_t i = 0; i < stamp->sources.n; i++) put_input(out, &stamp->sources.p[i]);
	buf_add_u32(out, (uint32_t)stamp->variables.n);
	for (size_t i = 0; i < stamp->variables.n; i++) {
		put_text(out, stamp->variables.p[i].name);
		buf_add(out, stamp->variables.p[i].value.bytes, SHA256_SIZE);
	}
	put_input(out, &stamp->output);
	buf_add_char(out, stamp->is_tree ? 1 : 0);
	buf_add(out, stamp->tree.bytes, SHA256_SIZE);
	buf_add_u32(out, (uint32_t)stamp->tops.n);
	for (size_t i = 0; i < stamp->tops.n; i++) put_text(out, stamp->tops.p[i]);
	put_text(out, stamp->record);
	put_check(out);
	return !out->over;
}

static str get_text(struct rd *r)
{
	uint32_t n = rd_u32(r);
	if (n > STAMP_TEXT_MAX) {
		r->bad = true;
		return (str){ 0 };
	}
	return rd_bytes(r, n);
}

static struct stamp_input get_input(struct arena *a, struct rd *r)
{
	struct stamp_input in = { .path = arena_str(a, get_text(r)) };
	in.exists = rd_u8(r) != 0;
	in.size = rd_u64(r);
	in.inode = rd_u64(r);
	in.mtime_ns = (int64_t)rd_u64(r);
	in.ctime_ns = (int64_t)rd_u64(r);
	return in;
}

static void get_digest(struct rd *r, struct sha256 *out)
{
	str bytes = rd_bytes(r, SHA256_SIZE);
	if (bytes.n == SHA256_SIZE) memcpy(out->bytes, bytes.p, SHA256_SIZE);
}

static void get_output(struct arena *a, struct rd *r, struct stamp *s)
{
	uint32_t n = rd_u32(r);
	for (uint32_t i = 0; i < n && !r->bad; i++) {
		struct stamp_variable *v = vec_push(a, &s->variables);
		v->name = arena_str(a, get_text(r));
		get_digest(r, &v->value);
	}
	s->output = get_input(a, r);
	s->is_tree = rd_u8(r) != 0;
	get_digest(r, &s->tree);
	n = rd_u32(r);
	for (uint32_t i = 0; i < n && !r->bad; i++) *vec_push(a, &s->tops) = arena_str(a, get_text(r));
	s->record = arena_str(a, get_text(r));
}

bool stamp_decode(struct arena *a, str bytes, struct stamp *out)
{
	if (bytes.n < CHECK_BYTES || bytes.n > STAMP_MAX) return false;
	struct sha256 digest;
	str body = str_slice(bytes, 0, bytes.n - CHECK_BYTES);
	sha256_of(body, &digest);
	if (memcmp(digest.bytes, bytes.p + body.n, CHECK_BYTES) != 0) return false;
	struct rd r = rd_over(body);
	struct stamp s = { 0 };
	if (rd_u32(&r) != STAMP_MAGIC || rd_u32(&r) != STAMP_VERSION) return false;
	get_digest(&r, &s.options);
	get_digest(&r, &s.content);
	s.taken_ns = (int64_t)rd_u64(&r);
	uint32_t n = rd_u32(&r);
	for (uint32_t i = 0; i < n && !r.bad; i++) *vec_push(a, &s.inputs) = get_input(a, &r);
	n = rd_u32(&r);
	for (uint32_t i = 0; i < n && !r.bad; i++) *vec_push(a, &s.sources) = get_input(a, &r);
	get_output(a, &r, &s);
	if (r.bad || rd_left(&r) != 0) return false;
	*out = s;
	return true;
}

/* One name for an output however it is written: its absolute path, hashed. */
static bool key_of(struct arena *a, const struct stamp_place *place, str *key, struct err *e)
{
	struct sha256 digest;
	str absolute;
	if (!path_absolute(a, place->output, &absolute, e)) return false;
	sha256_of(absolute, &digest);
	*key = sha256_hex_str(a, &digest);
	return true;
}

static str state_path(struct arena *a, const struct stamp_place *place, str key)
{
	return arena_fmt(a, STR_FMT "/stamps/" STR_FMT, STR_ARG(place->state), STR_ARG(key));
}

bool stamp_load(struct arena *a, const struct stamp_place *place, struct stamp *out, bool *found, struct err *e)
{
	str key, bytes;
	*found = false;
	if (!key_of(a, place, &key, e)) return false;
	if (place->state.n) {
		struct err ignored = { 0 };
		if (!io_read_file(a, state_path(a, place, key).p, STAMP_MAX, &bytes, &ignored)) return true;
	} else {
		bool there;
		if (!store_blob_load(place->store, a, "stamps", key, &bytes, &there) || !there) return true;
	}
	*found = stamp_decode(a, bytes, out);
	return true;
}

bool stamp_save(struct arena *a, const struct stamp_place *place, const struct stamp *stamp, struct notes *notes, struct err *e)
{
	str key;
	struct buf b;
	if (!key_of(a, place, &key, e)) return false;
	buf_init(&b, STAMP_MAX);
	bool ok = stamp_encode(stamp, &b);
	struct err problem = { 0 };
	if (ok && place->state.n) {
		str path = state_path(a, place, key);
		ok = io_mkdirs_for(path.p, &problem) && io_write_file(path.p, buf_str(&b), 0644, false, &problem);
	} else if (ok) {
		ok = store_blob_save(place->store, "stamps", key, buf_str(&b), &problem);
	}
	buf_release(&b);
	if (!ok)
		note_add(notes, NOTE_VERBOSE, "stamp-not-kept", "the next build cannot tell that nothing changed: %s",
		         err_is_set(&problem) ? problem.what : "too many inputs");
	return true;
}

bool stamp_input_now(str path, struct stamp_input *out, struct err *e)
{
	struct io_stat st;
	if (stamp_is_names(path)) return stamp_names_now(path, out, e);
	*out = (struct stamp_input){ .path = path };
	if (!io_stat(path.p, &st, e)) return false;
	out->exists = st.exists;
	/* Where standard input has no name, what it gave is gone as well. */
	if (!st.exists && str_eq(path, S("/dev/stdin"))) out->size = UINT64_MAX;
	if (!st.exists) return true;
	out->size = st.size;
	/* What a pipe gave is gone: it is never as it was. */
	if (!st.is_regular && !st.is_dir) out->size = UINT64_MAX;
	out->inode = st.inode;
	out->mtime_ns = st.mtime_ns;
	out->ctime_ns = st.ctime_ns;
	return true;
}

bool stamp_input_same(const struct stamp_input *a, const struct stamp_input *b)
{
	return a->exists == b->exists && a->size == b->size && a->inode == b->inode && a->mtime_ns == b->mtime_ns &&
	       a->ctime_ns == b->ctime_ns;
}

static bool racy(const struct stamp *stamp, int64_t ctime_ns) { return ctime_ns > stamp->taken_ns - STAMP_RACY_NS; }

static bool unchanged(const struct stamp_input *in)
{
	struct stamp_input now;
	if (in->size == UINT64_MAX) return false;
	struct err ignored = { 0 };
	return stamp_input_now(in->path, &now, &ignored) && stamp_input_same(in, &now);
}

bool stamp_inputs_fresh(const struct stamp *stamp)
{
	for (size_t i = 0; i < stamp->inputs.n; i++) {
		const struct stamp_input *in = &stamp->inputs.p[i];
		if ((in->exists && racy(stamp, in->ctime_ns)) || !unchanged(in)) return false;
	}
	return true;
}

bool stamp_sources_fresh(const struct stamp *stamp, const struct source_list *now)
{
	if (stamp->sources.n != now->files.n) return false;
	for (size_t i = 0; i < now->files.n; i++) {
		const struct stamp_input *was = &stamp->sources.p[i];
		const struct source_file *is = &now->files.p[i];
		if (!str_eq(was->path, is->path) || was->size != is->size || was->inode != is->inode || was->mtime_ns != is->mtime_ns ||
		    was->ctime_ns != is->ctime_ns || racy(stamp, is->ctime_ns))
			return false;
	}
	return true;
}

bool stamp_output_fresh(const struct stamp *stamp)
{
	struct sha256 tree;
	struct err ignored = { 0 };
	if (!stamp->output.exists || !unchanged(&stamp->output)) return false;
	return !stamp->is_tree || (stamp_tree_now(stamp->output.path, &tree, &ignored) && sha256_eq(&tree, &stamp->tree));
}

/* --- trees --- */

#define TREE_DEPTH_MAX 128
#define TREE_NAMES_MAX 1000000

struct tree_walk {
	struct arena a;
	struct sha256_stream hash;
	struct err *e;
};

static bool walk_tree(struct tree_walk *w, str folder, unsigned depth)
{
	struct str_list names = { 0 };
	if (depth > TREE_DEPTH_MAX) return err_set(w->e, ERR_IO, "too-large", "the tree is too deep");
	struct arena_mark mark = arena_mark(&w->a);
	if (!io_list(&w->a, folder.p, TREE_NAMES_MAX, &names, w->e)) return false;
	for (size_t i = 0; i < names.n; i++) {
		struct arena_mark item = arena_mark(&w->a);
		str path = path_join(&w->a, folder, names.p[i]);
		struct io_stat st;
		if (!io_lstat(path.p, &st, w->e)) return false;
		uint64_t facts[] = {
			depth, names.p[i].n, st.is_dir, st.is_symlink, st.mode, st.size, (uint64_t)st.mtime_ns, (uint64_t)st.ctime_ns
		};
		if (st.is_dir) facts[5] = facts[6] = facts[7] = 0;
		sha256_update(&w->hash, facts, sizeof facts);
		sha256_update(&w->hash, names.p[i].p, names.p[i].n);
		if (st.is_dir && !walk_tree(w, path, depth + 1)) return false;
		arena_rewind(&w->a, item);
	}
	arena_rewind(&w->a, mark);
	return true;
}

bool stamp_tree_now(str path, struct sha256 *out, struct err *e)
{
	struct tree_walk w = { .e = e };
	sha256_begin(&w.hash);
	bool ok = walk_tree(&w, path, 0);
	sha256_end(&w.hash, out);
	arena_release(&w.a);
	return ok;
}

/* --- variables --- */

static void variable_now(const struct stamp *stamp, str name, const struct env *env, struct sha256 *out)
{
	char key[256];
	const char *value = NULL;
	struct sha256_stream hash;
	if (name.n < sizeof key) {
		memcpy(key, name.p, name.n);
		key[name.n] = '\0';
		value = env_get(env, key);
	}
	sha256_begin(&hash);
	sha256_update(&hash, stamp->options.bytes, SHA256_SIZE);
	sha256_update(&hash, name.p, name.n);
	sha256_update(&hash, value ? "=" : "", value ? 1 : 0);
	if (value) sha256_update(&hash, value, strlen(value));
	sha256_end(&hash, out);
}

bool stamp_variables_fresh(const struct stamp *stamp, const struct env *env)
{
	for (size_t i = 0; i < stamp->variables.n; i++) {
		struct sha256 now;
		variable_now(stamp, stamp->variables.p[i].name, env, &now);
		if (!sha256_eq(&now, &stamp->variables.p[i].value)) return false;
	}
	return true;
}

static bool has_variable(const struct stamp *stamp, str name)
{
	for (size_t i = 0; i < stamp->variables.n; i++)
		if (str_eq(stamp->variables.p[i].name, name)) return true;
	return false;
}

/* "${NAME}" of capitals, digits and "_", as pip replaces them. */
void stamp_add_variables(struct arena *a, struct stamp *stamp, str text, const struct env *env)
{
	for (str rest = text; stamp->variables.n < STAMP_VARIABLES_MAX;) {
		size_t from = str_find(rest, S("${"));
		if (from == STR_NONE) return;
		rest = str_from_pos(rest, from + 2);
		size_t n = 0;
		while (ascii_upper(str_at(rest, n)) || ascii_digit(str_at(rest, n)) || str_at(rest, n) == '_') n++;
		str name = str_slice(rest, 0, n);
		if (n == 0 || str_at(rest, n) != '}' || has_variable(stamp, name)) continue;
		struct stamp_variable *v = vec_push(a, &stamp->variables);
		v->name = arena_str(a, name);
		variable_now(stamp, name, env, &v->value);
	}
}
