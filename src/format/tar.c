/* tar.c: headers, what extends them, contents and the end, in the order of the archive.
 * SPDX-License-Identifier: Apache-2.0
 *
 * State between members: `passing` bytes of the current member (and its padding) that nobody has read yet. `extra` collects what
 * stands before a header and belongs to it: one PAX header, or GNU long names. */
#include "format/tar.h"

#include "base/io.h"
#include "format/tar_header.h"
#include "format/tar_input.h"
#include "format/tar_pax.h"
#include "format/tar_tree.h"

const struct tar_limits tar_limits_default = {
	.archive_max = (uint64_t)2 << 30,
	.inflated_max = (uint64_t)1 << 30,
	.ratio_from = (uint64_t)64 << 20,
	.ratio_max = 50,
	.names_max = 100000,
	.name_max = 1024,
	.part_max = 255,
	.depth_max = 64,
	.extra_max = 256 << 10,
};

struct extra {
	bool any, has_pax;
	struct tar_pax pax;
	str name, link; /* GNU's, empty: not given */
};

struct tar {
	struct arena *a;
	struct arena extra_memory; /* texts of one member's extra headers */
	str file;
	const struct tar_limits *limits;
	struct tar_input *input;
	struct tar_tree tree;
	struct tar_member member;
	uint64_t left;    /* bytes of the current member's content */
	uint64_t padding; /* after it, to the next block */
	bool ended;
};

static const struct {
	const char *suffix;
	enum tar_coding coding;
} codings[] = {
	{ ".tar.gz", TAR_GZIP }, { ".tgz", TAR_GZIP }, { ".tar.bz2", TAR_BZIP2 }, { ".tbz", TAR_BZIP2 },
	{ ".tar.xz", TAR_XZ },   { ".txz", TAR_XZ },   { ".tar", TAR_PLAIN },
};

bool tar_coding_of(str file, enum tar_coding *out)
{
	for (size_t i = 0; i < sizeof codings / sizeof *codings; i++) {
		str suffix = str_from(codings[i].suffix);
		if (file.n <= suffix.n || !str_ieq(str_from_pos(file, file.n - suffix.n), suffix)) continue;
		*out = codings[i].coding;
		return true;
	}
	return false;
}

/* name: of the member it is about; empty: the archive as a whole. */
static bool refuse(const struct tar *t, str name, struct err *e, const char *why)
{
	return tar_refuse(t->file, name, tar_input_at(t->input), why, e);
}

static bool read_exactly(struct tar *t, void *to, size_t n, struct err *e)
{
	size_t got;
	if (!tar_input_read(t->input, to, n, &got, e)) return false;
	return got == n || refuse(t, t->member.name, e, "it is cut off");
}

static bool pass(struct tar *t, uint64_t n, struct err *e)
{
	char bytes[16 << 10];
	while (n > 0) {
		size_t piece = n < sizeof bytes ? (size_t)n : sizeof bytes;
		if (!read_exactly(t, bytes, piece, e)) return false;
		n -= piece;
	}
	return true;
}

static uint64_t padding_of(uint64_t size) { return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK; }

bool tar_open(struct arena *a, int fd, str file, enum tar_coding coding, const struct tar_limits *limits, struct tar **out,
              struct err *e)
{
	struct tar *t = arena_new(a, struct tar);
	t->a = a;
	t->file = arena_str(a, file);
	t->limits = limits ? limits : &tar_limits_default;
	tar_tree_init(&t->tree, a, t->limits);
	if (!tar_input_open(a, fd, t->file, coding, t->limits, &t->input, e)) return false;
	*out = t;
	return true;
}

void tar_close(struct tar *t)
{
	if (!t) return;
	tar_input_close(t->input);
	t->input = NULL;
	arena_release(&t->extra_memory);
}

/* The content of an extra header. */
static bool read_extra(struct tar *t, const struct tar_header *h, str *out, struct err *e)
{
	if (h->size > t->limits->extra_max) return refuse(t, (str){ 0 }, e, "an extended header is too large");
	char *text = arena_alloc(&t->extra_memory, (size_t)h->size + 1, 1, 1);
	*out = (str){ text, (size_t)h->size };
	return read_exactly(t, text, out->n, e) && pass(t, padding_of(h->size), e);
}

static bool take_pax(struct tar *t, const struct tar_header *h, struct extra *x, struct err *e)
{
	str text;
	struct tar_pax pax = { 0 };
	bool global = h->type == 'g';
	if (x->any) return refuse(t, (str){ 0 }, e, "a PAX header follows another extended header of the same member");
	if (!read_extra(t, h, &text, e)) return false;
	const char *why = tar_pax_read(&t->extra_memory, text, global, &pax);
	if (why) return refuse(t, (str){ 0 }, e, why);
	if (global) { /* nothing of it is kept, and there may be many */
		arena_release(&t->extra_memory);
		return true;
	}
	x->any = x->has_pax = true;
	x->pax = pax;
	return true;
}

/* GNU: the content is the name and one NUL. */
static bool take_long(struct tar *t, const struct tar_header *h, struct extra *x, struct err *e)
{
	str text, *to = h->type == 'L' ? &x->name : &x->link;
	if (x->has_pax || to->n)
		return refuse(t, (str){ 0 }, e, "a GNU long name follows another extended header of the same member");
	if (!read_extra(t, h, &text, e)) return false;
	if (text.n < 2 || str_chr(text, '\0') != text.n - 1)
		return refuse(t, (str){ 0 }, e, "a GNU long name does not end with its only NUL");
	text.n--;
	*to = text;
	x->any = true;
	return true;
}

/* The header's own fields against what extends them. */
static const char *join(const struct tar_header *h, const struct extra *x, str *name, str *link)
{
	*name = x->pax.path.n ? x->pax.path : x->name.n ? x->name : h->name;
	*link = x->pax.link.n ? x->pax.link : x->link.n ? x->link : h->link;
	if (x->name.n && (str_empty(h->first) || h->name.n != h->first.n || !str_starts(x->name, h->first)))
		return "a GNU long name does not begin as the short one does";
	if (x->link.n && (str_empty(h->link) || !str_starts(x->link, h->link)))
		return "a GNU long link does not begin as the short one does";
	if (x->pax.has_size && x->pax.size != h->size) return "a PAX header and the header differ on the size";
	bool is_link = h->type == '1' || h->type == '2';
	if (!is_link && link->n) return "a member that is no link has a link's target";
	return is_link && str_empty(*link) ? "a link has no target" : NULL;
}

/* A name as it stands in the archive -> a clean one. `./` in front and a folder's slash at the end are how many programs write. */
static const char *clean(const struct tar *t, enum tar_kind kind, str *name)
{
	if (kind == TAR_FOLDER && name->n > 1 && str_ends(*name, S("/"))) name->n--;
	while (str_starts(*name, S("./")) && name->n > 2) *name = str_from_pos(*name, 2);
	if (kind == TAR_FOLDER && str_eq(*name, S("."))) return NULL; /* the folder that all is in */
	if (kind != TAR_FOLDER && name->n > 1 && str_ends(*name, S("/"))) return "the name of a file ends in a slash";
	return tar_name_check(*name, t->limits);
}

static bool make_member(struct tar *t, const struct tar_header *h, const struct extra *x, uint64_t at, struct err *e)
{
	str name, link;
	struct tar_member *m = &t->member;
	enum tar_kind kind = h->type == '0' ? TAR_FILE : h->type == '5' ? TAR_FOLDER : h->type == '2' ? TAR_SYMLINK : TAR_HARDLINK;
	const char *why = join(h, x, &name, &link);
	str shown = str_slice(name, 0, t->limits->name_max);
	if (!why) why = clean(t, kind, &name);
	if (!why && link.n > t->limits->name_max) why = "a link's target is too long";
	if (!why && kind != TAR_FILE && h->size) why = "a member that is no file has content";
	if (!why && h->size > t->limits->inflated_max) why = "it is too large when it is unpacked";
	if (why) return refuse(t, shown, e, why);
	*m = (struct tar_member){ .name = arena_str(t->a, name), .kind = kind, .at = at };
	m->link = arena_str(t->a, link);
	m->size = h->size;
	m->executable = kind == TAR_FILE && (h->mode & 0100);
	t->left = m->size;
	t->padding = padding_of(m->size);
	return true;
}

/* After two blocks of zeros there are zeros only: whatever else stood there, other readers might take for members. */
static bool end(struct tar *t, bool extra, struct err *e)
{
	unsigned char block[TAR_BLOCK];
	size_t got;
	t->member.name = (str){ 0 };
	if (extra) return refuse(t, (str){ 0 }, e, "an extended header belongs to no member");
	if (!read_exactly(t, block, TAR_BLOCK, e)) return false;
	if (!tar_block_is_zero(block)) return refuse(t, (str){ 0 }, e, "a block of zeros stands between members");
	do {
		if (!tar_input_read(t->input, block, TAR_BLOCK, &got, e)) return false;
		for (size_t i = 0; i < got; i++)
			if (block[i]) return refuse(t, (str){ 0 }, e, "something follows the end of the archive");
	} while (got == TAR_BLOCK);
	t->ended = true;
	const char *why = tar_tree_resolve(&t->tree);
	return !why || refuse(t, t->tree.culprit, e, why);
}

/* The next header that is a member's, with what extends it. *more is false at the end. */
static bool next_header(struct tar *t, bool *more, struct err *e)
{
	unsigned char block[TAR_BLOCK];
	struct tar_header h;
	struct extra x = { 0 };
	arena_release(&t->extra_memory);
	for (bool first = true;; first = false) {
		uint64_t at = tar_input_at(t->input);
		if (!read_exactly(t, block, TAR_BLOCK, e)) return false;
		if (tar_block_is_zero(block)) {
			*more = false;
			return end(t, !first, e);
		}
		const char *why = tar_header_read(block, &h);
		if (why) return refuse(t, (str){ 0 }, e, why);
		bool ok;
		if (h.type == 'x' || h.type == 'g')
			ok = take_pax(t, &h, &x, e);
		else if (h.type == 'L' || h.type == 'K')
			ok = take_long(t, &h, &x, e);
		else
			return make_member(t, &h, &x, at, e);
		if (!ok) return false;
	}
}

bool tar_next(struct tar *t, const struct tar_member **out, struct err *e)
{
	bool more = true;
	do {
		if (!pass(t, t->left + t->padding, e)) return false;
		t->left = t->padding = 0;
		t->member = (struct tar_member){ 0 };
		if (t->ended || !next_header(t, &more, e)) more = false;
		if (err_is_set(e)) return false;
	} while (more && str_eq(t->member.name, S(".")));
	*out = NULL;
	if (!more) return true;
	const char *why = tar_tree_add(&t->tree, &t->member);
	if (why) return refuse(t, t->member.name, e, why);
	*out = &t->member;
	return true;
}

bool tar_read(struct tar *t, void *to, size_t n, size_t *got, struct err *e)
{
	size_t piece = t->left < n ? (size_t)t->left : n;
	if (!read_exactly(t, to, piece, e)) return false;
	t->left -= piece;
	*got = piece;
	return true;
}

const struct tar_copy *tar_copies(const struct tar *t, size_t *n)
{
	*n = t->tree.copies.n;
	return t->tree.copies.p;
}

str tar_top(const struct tar *t) { return tar_tree_top(&t->tree); }
