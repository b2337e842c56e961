/* zip_cache.c: small streams of a few archives, read a block at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip/zip_cache.h"

#include "zip/zip_window.h"

void zip_cache_open(struct zip_cache *c)
{
	*c = (struct zip_cache){ 0 };
	for (size_t i = 0; i < ZIP_CACHE_BLOCKS; i++) buf_init(&c->blocks[i].bytes, ZIP_CACHE_BLOCK);
}

void zip_cache_close(struct zip_cache *c)
{
	for (size_t i = 0; i < ZIP_CACHE_BLOCKS; i++) buf_release(&c->blocks[i].bytes);
}

/* Fills the block; the last one of a file is short. */
static bool load(struct zip_cache_block *b, int fd, str path, uint64_t number, struct err *e)
{
	uint64_t at = number * ZIP_CACHE_BLOCK;
	b->used = 0;
	buf_clear(&b->bytes);
	char *p = buf_reserve(&b->bytes, ZIP_CACHE_BLOCK);
	if (!zip_pread_some(fd, path, p, ZIP_CACHE_BLOCK, at, &b->bytes.n, e)) return false;
	b->fd = fd;
	b->path = path.p;
	b->number = number;
	return true;
}

bool zip_cache_get(struct zip_cache *c, int fd, str path, uint64_t at, str *out, struct err *e)
{
	uint64_t number = at / ZIP_CACHE_BLOCK;
	struct zip_cache_block *hit = NULL, *oldest = &c->blocks[0];
	for (size_t i = 0; i < ZIP_CACHE_BLOCKS && !hit; i++) {
		struct zip_cache_block *b = &c->blocks[i];
		if (b->used != 0 && b->number == number && b->fd == fd && b->path == path.p) hit = b;
		if (b->used < oldest->used) oldest = b;
	}
	if (!hit) {
		if (!load(oldest, fd, path, number, e)) return false;
		hit = oldest;
	}
	hit->used = ++c->clock;
	*out = str_from_pos(buf_str(&hit->bytes), (size_t)(at % ZIP_CACHE_BLOCK));
	return true;
}
