/* zip_walk.c: steps over codes without decoding them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A step is looked up by the next STEP_BITS bits, in one of two tables: where a literal or length may come, and where a distance must.
 *   bits 0-5   bits to pass: as many literals as are whole within the bits, or one length, or one distance, with their extra bits
 *   STEP_SLOW  a code that is too long for the table, the end of the block, or none: taken on its own, with decoding tables
 *   STEP_DIST  a distance follows
 * Three steps never take more than the 56 bits that a refill gives: two distances of 21 bits and what is between them. */
#include "zip/zip_walk.h"

#include "zip/zip_bits.h"

#define STEP_BITS  11
#define STEPS      (1u << STEP_BITS)
#define STEP_COUNT 0x3fu
#define STEP_SLOW  0x40u
#define STEP_DIST  STEPS /* where the other table begins */
#define LENGTH_MAX 14    /* bits of a length that is in the table */

struct walker {
	struct zip_bits b;
	const unsigned char *begin;
	unsigned table; /* 0, or STEPS when a distance must come */
	uint64_t final_block;
	bool is_final, done;
	uint32_t lit[ZIP_HUFFMAN_LIT_SIZE], dist[ZIP_HUFFMAN_DIST_SIZE];
	uint16_t steps[2 * STEPS];
};

static bool no_more(struct zip_bits *b)
{
	(void)b;
	return false;
}

static uint64_t position(const struct walker *w) { return (uint64_t)(w->b.in - w->begin) * 8 - zip_bits_ahead(&w->b); }

/* --- tables --- */

static unsigned step_of(const uint32_t *lit, unsigned index)
{
	uint32_t e = lit[index];
	unsigned count = 0;
	if (!(e & (ZIP_HUFFMAN_SPECIAL | ZIP_HUFFMAN_LITERAL))) {
		count = (e & 0xff) + (e >> 8 & 31);
		return count <= LENGTH_MAX ? count | STEP_DIST : STEP_SLOW;
	}
	/* Behind n bits only STEP_BITS - n are known: a code that is not longer is the one whatever follows. */
	while ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_LITERAL && count + (e & 0xff) <= STEP_BITS) {
		count += e & 0xff;
		e = lit[index >> count];
	}
	return count ? count : STEP_SLOW;
}

static void make_steps(struct walker *w)
{
	const unsigned dists = 1u << ZIP_HUFFMAN_DIST_BITS;
	uint16_t *steps = w->steps + STEPS;
	for (unsigned i = 0; i < STEPS; i++) w->steps[i] = (uint16_t)step_of(w->lit, i);
	for (unsigned i = 0; i < dists; i++) {
		uint32_t e = w->dist[i];
		steps[i] = (uint16_t)(e & ZIP_HUFFMAN_SPECIAL ? STEP_SLOW : (e & 0xff) + (e >> 8 & 31));
	}
	for (unsigned i = dists; i < STEPS; i += dists) memcpy(steps + i, steps, dists * sizeof *steps);
}

/* --- blocks --- */

static bool pass_stored(struct walker *w)
{
	struct zip_bits *b = &w->b;
	zip_bits_take(b, b->n & 7);
	unsigned length = zip_bits_take(b, 16), check = zip_bits_take(b, 16);
	if (zip_bits_overrun(b) || (length ^ check) != 0xffff) return false;
	b->in -= zip_bits_ahead(b) / 8;
	b->bits = 0;
	b->n = b->phantom = 0;
	if (length > (size_t)(b->end - b->in)) return false;
	b->in += length;
	return true;
}

/* To the first code of the next block that has codes, or to the end. */
static bool next_block(struct walker *w)
{
	while (!w->is_final) {
		w->final_block = position(w);
		w->is_final = zip_bits_take(&w->b, 1) != 0;
		unsigned type = zip_bits_take(&w->b, 2);
		if (type == 0) {
			if (!pass_stored(w)) return false;
			continue;
		}
		if (type == 1)
			zip_codes_fixed(w->lit, w->dist);
		else if (type != 2 || !zip_codes_dynamic(&w->b, w->lit, w->dist))
			return false;
		make_steps(w);
		w->table = 0;
		return true;
	}
	w->done = true;
	return true;
}

static uint32_t look_up(struct walker *w, const uint32_t *table, unsigned bits)
{
	struct zip_bits *b = &w->b;
	zip_bits_refill(b);
	uint32_t e = table[b->bits & ((1u << bits) - 1)];
	if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_MORE) {
		zip_bits_take(b, bits);
		e = table[(e >> 16) + (b->bits & ((1u << (e >> 8 & 31)) - 1))];
	}
	zip_bits_take(b, e & 0xff);
	return e;
}

/* One code. */
static bool step_slowly(struct walker *w)
{
	bool dist = w->table != 0;
	uint32_t e = dist ? look_up(w, w->dist, ZIP_HUFFMAN_DIST_BITS) : look_up(w, w->lit, ZIP_HUFFMAN_LIT_BITS);
	if (zip_bits_overrun(&w->b)) return false;
	if (e & ZIP_HUFFMAN_LITERAL) return true;
	if (e & ZIP_HUFFMAN_SPECIAL) return (e & ZIP_HUFFMAN_END) && !dist && next_block(w);
	zip_bits_take(&w->b, e >> 8 & 31);
	w->table = dist ? 0 : STEPS;
	return !zip_bits_overrun(&w->b);
}

/* --- many steps --- */

/* The registers of one stream. */
struct lane {
	const unsigned char *in, *last;
	uint64_t bits;
	unsigned n, table;
	const uint16_t *steps;
};

static inline struct lane enter(const struct walker *w)
{
	return (struct lane){ w->b.in, w->b.end - ZIP_BITS_MARGIN, w->b.bits, w->b.n, w->table, w->steps };
}

static inline void leave(struct walker *w, const struct lane *l)
{
	w->b.in = l->in;
	w->b.bits = ZIP_BITS_LOW(l->bits, l->n);
	w->b.n = l->n;
	w->table = l->table;
}

static inline unsigned look(const struct lane *l) { return l->steps[l->table + (l->bits & (STEPS - 1))]; }

static inline void go(struct lane *l, unsigned step)
{
	l->bits >>= step & STEP_COUNT;
	l->n -= step & STEP_COUNT;
	l->table = step & STEP_DIST;
}

static bool has_much(const struct walker *w) { return w->b.end - w->b.in >= ZIP_BITS_MARGIN; }

/* Until a step is slow, or one of them gets near its end. */
static void walk_two(struct walker *v, struct walker *w)
{
	struct lane x = enter(v), y = enter(w);
	while (x.in <= x.last && y.in <= y.last) {
		ZIP_BITS_REFILL(x.bits, x.n, x.in);
		ZIP_BITS_REFILL(y.bits, y.n, y.in);
		unsigned i, s = 0, t = 0;
		for (i = 0; i < 3; i++) {
			s = look(&x);
			t = look(&y);
			if ((s | t) & STEP_SLOW) break;
			go(&x, s);
			go(&y, t);
		}
		if (i < 3) break;
	}
	leave(v, &x);
	leave(w, &y);
}

static void walk_one(struct walker *w)
{
	struct lane x = enter(w);
	while (x.in <= x.last) {
		ZIP_BITS_REFILL(x.bits, x.n, x.in);
		unsigned i;
		for (i = 0; i < 3; i++) {
			unsigned s = look(&x);
			if (s & STEP_SLOW) break;
			go(&x, s);
		}
		if (i < 3) break;
	}
	leave(w, &x);
}

static bool walk_on(struct walker *w)
{
	while (!w->done) {
		if (has_much(w)) walk_one(w);
		if (!step_slowly(w)) return false;
	}
	return true;
}

bool zip_walk(struct buf *memory, struct zip_walk_stream *streams, size_t n)
{
	buf_clear(memory);
	struct walker *w = (void *)buf_reserve(memory, ZIP_WALK_STREAMS * sizeof *w);
	if (!w || n > ZIP_WALK_STREAMS) return false;
	for (size_t i = 0; i < n; i++) {
		const unsigned char *p = (const unsigned char *)streams[i].bytes.p;
		w[i].b = (struct zip_bits){ .in = p, .end = p + streams[i].bytes.n, .more = no_more };
		w[i].begin = p;
		w[i].is_final = w[i].done = false;
		if (!next_block(&w[i])) return false;
	}
	while (n == 2 && !w[0].done && !w[1].done) {
		if (has_much(&w[0]) && has_much(&w[1])) walk_two(&w[0], &w[1]);
		if (!step_slowly(&w[0]) || !step_slowly(&w[1])) return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (!walk_on(&w[i])) return false;
		streams[i].final_block = w[i].final_block;
		streams[i].end = position(&w[i]);
		if ((streams[i].end + 7) / 8 != streams[i].bytes.n) return false;
	}
	return true;
}
