/* zip_decode.c: a strict decoder of raw deflate streams.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Output goes to a buffer whose first 32 KiB keep what was given out last, so that every distance can be copied from it.
 * decode_fast runs as long as there is plenty of input and room, decode_slow makes single steps in between. */
#include "zip/zip_decode.h"

#include <string.h>

#include "base/buf.h"
#include "zip/zip_bits.h"

#define WINDOW    ((size_t)32 << 10)
#define OUT_SIZE  (WINDOW + ((size_t)128 << 10))
#define STEP_MAX  264 /* three literals and the longest match */
#define OVERSHOOT 16  /* bytes that a copy may write behind its end */

struct decoder {
	struct zip_bits b; /* first: next_piece finds the decoder by it */
	const struct zip_decode_io *io;
	uint64_t taken; /* bytes of the pieces so far */
	bool at_end, stopped;
	unsigned char *base, *out, *limit; /* buffer, next byte, where it is drained */
	unsigned char *kept;               /* first byte that is not drained */
	uint32_t lit[ZIP_HUFFMAN_LIT_SIZE], dist[ZIP_HUFFMAN_DIST_SIZE];
};

/* What a step of the decoder comes to. */
enum step { GO_ON, BLOCK_ENDS, BAD };

static bool next_piece(struct zip_bits *b)
{
	struct decoder *d = (void *)b;
	const unsigned char *p = NULL;
	size_t n = 0;
	if (d->at_end) return false;
	if (!d->io->fill(d->io->context, &p, &n)) d->stopped = true;
	if (d->stopped || n == 0) {
		d->at_end = true;
		return false;
	}
	b->in = p;
	b->end = p + n;
	d->taken += n;
	return true;
}

static bool overrun(const struct decoder *d) { return zip_bits_overrun(&d->b); }
static unsigned take(struct decoder *d, unsigned n) { return zip_bits_take(&d->b, n); }

/* Gives out what is there and keeps the window. */
static bool drain(struct decoder *d)
{
	if (d->out > d->kept && !d->io->drain(d->io->context, d->kept, (size_t)(d->out - d->kept))) {
		d->stopped = true;
		return false;
	}
	if (d->out - d->base > (ptrdiff_t)WINDOW) {
		memmove(d->base, d->out - WINDOW, WINDOW);
		d->out = d->base + WINDOW;
	}
	d->kept = d->out;
	return true;
}

/* Copies a match. May write OVERSHOOT bytes more; source and destination may overlap, as RFC 1951 3.2.3 wants. */
static inline unsigned char *copy_match(unsigned char *out, size_t distance, size_t length)
{
	const unsigned char *from = out - distance;
	unsigned char *end = out + length;
	if (distance >= 16) {
		do {
			memcpy(out, from, 16);
			out += 16;
			from += 16;
		} while (out < end);
	} else if (distance >= 8) {
		do {
			memcpy(out, from, 8);
			out += 8;
			from += 8;
		} while (out < end);
	} else if (distance == 1) {
		memset(out, *from, length);
	} else {
		while (out < end) *out++ = *from++;
	}
	return end;
}

/* One symbol, with its distance when it is a length. */
static enum step decode_slow(struct decoder *d)
{
	zip_bits_refill(&d->b);
	uint32_t e = d->lit[d->b.bits & ((1u << ZIP_HUFFMAN_LIT_BITS) - 1)];
	if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_MORE) {
		take(d, ZIP_HUFFMAN_LIT_BITS);
		e = d->lit[(e >> 16) + (d->b.bits & ((1u << (e >> 8 & 31)) - 1))];
	}
	take(d, e & 0xff);
	if (e & ZIP_HUFFMAN_LITERAL) {
		*d->out++ = (unsigned char)(e >> 16);
		return GO_ON;
	}
	if (e & ZIP_HUFFMAN_SPECIAL) return e & ZIP_HUFFMAN_END ? BLOCK_ENDS : BAD;
	size_t length = (e >> 16) + take(d, e >> 8 & 31);
	zip_bits_refill(&d->b);
	e = d->dist[d->b.bits & ((1u << ZIP_HUFFMAN_DIST_BITS) - 1)];
	if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_MORE) {
		take(d, ZIP_HUFFMAN_DIST_BITS);
		e = d->dist[(e >> 16) + (d->b.bits & ((1u << (e >> 8 & 31)) - 1))];
	}
	take(d, e & 0xff);
	if (e & ZIP_HUFFMAN_SPECIAL) return BAD;
	size_t distance = (e >> 16) + take(d, e >> 8 & 31);
	if (distance > (size_t)(d->out - d->base)) return BAD;
	d->out = copy_match(d->out, distance, length);
	return GO_ON;
}

/* Registers of decode_fast. */
#define REFILL()    ZIP_BITS_REFILL(bits, n, in)
#define DROP(count) ZIP_BITS_DROP(bits, n, count)
#define LOW(count)  ZIP_BITS_LOW(bits, count)

/* Many symbols: GO_ON when input or room gets short. After REFILL at least 56 bits count: a length with its distance has 48. */
static enum step decode_fast(struct decoder *d)
{
	const unsigned char *in = d->b.in, *in_last = d->b.end - ZIP_BITS_MARGIN;
	unsigned char *out = d->out, *out_last = d->limit;
	uint64_t bits = d->b.bits;
	unsigned n = d->b.n;
	enum step step = GO_ON;
	while (in <= in_last && out <= out_last) {
		REFILL();
		uint32_t e = d->lit[LOW(ZIP_HUFFMAN_LIT_BITS)];
		if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_LITERAL) {
			DROP(e & 0xff);
			*out++ = (unsigned char)(e >> 16);
			e = d->lit[LOW(ZIP_HUFFMAN_LIT_BITS)];
			if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_LITERAL) {
				DROP(e & 0xff);
				*out++ = (unsigned char)(e >> 16);
				e = d->lit[LOW(ZIP_HUFFMAN_LIT_BITS)];
				if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_LITERAL) {
					DROP(e & 0xff);
					*out++ = (unsigned char)(e >> 16);
					continue;
				}
			}
			REFILL();
		}
		if (e & ZIP_HUFFMAN_SPECIAL) {
			if (e & ZIP_HUFFMAN_LITERAL) { /* MORE */
				DROP(ZIP_HUFFMAN_LIT_BITS);
				e = d->lit[(e >> 16) + LOW(e >> 8 & 31)];
			}
			if (e & (ZIP_HUFFMAN_LITERAL | ZIP_HUFFMAN_SPECIAL)) {
				DROP(e & 0xff);
				if (e & ZIP_HUFFMAN_LITERAL) {
					*out++ = (unsigned char)(e >> 16);
					continue;
				}
				step = e & ZIP_HUFFMAN_END ? BLOCK_ENDS : BAD;
				break;
			}
		}
		DROP(e & 0xff);
		size_t length = (e >> 16) + LOW(e >> 8 & 31);
		DROP(e >> 8 & 31);
		e = d->dist[LOW(ZIP_HUFFMAN_DIST_BITS)];
		if (e & ZIP_HUFFMAN_SPECIAL) {
			if (e & ZIP_HUFFMAN_LITERAL) { /* MORE */
				DROP(ZIP_HUFFMAN_DIST_BITS);
				e = d->dist[(e >> 16) + LOW(e >> 8 & 31)];
			}
			if (e & ZIP_HUFFMAN_SPECIAL) {
				step = BAD;
				break;
			}
		}
		DROP(e & 0xff);
		size_t distance = (e >> 16) + LOW(e >> 8 & 31);
		DROP(e >> 8 & 31);
		if (distance > (size_t)(out - d->base)) {
			step = BAD;
			break;
		}
		out = copy_match(out, distance, length);
	}
	d->b.in = in;
	d->out = out;
	d->b.bits = LOW(n);
	d->b.n = n;
	return step;
}

static enum step decode_block(struct decoder *d)
{
	for (;;) {
		enum step step = GO_ON;
		if (d->b.end - d->b.in >= ZIP_BITS_MARGIN) step = decode_fast(d);
		if (step == GO_ON && d->out <= d->limit) step = decode_slow(d);
		if (overrun(d)) return BAD;
		if (step != GO_ON) return step;
		if (d->out > d->limit && !drain(d)) return BAD;
	}
}

/* RFC 1951 3.2.4. */
static enum step copy_stored(struct decoder *d)
{
	take(d, d->b.n & 7);
	unsigned length = take(d, 16), check = take(d, 16);
	if (overrun(d) || (length ^ check) != 0xffff) return BAD;
	for (; length > 0 && d->b.n >= 8; length--) *d->out++ = (unsigned char)take(d, 8);
	while (length > 0 && !overrun(d)) {
		if (d->b.in == d->b.end && !next_piece(&d->b)) {
			d->b.phantom = d->b.n + 1; /* cut */
			return BAD;
		}
		size_t n = (size_t)(d->b.end - d->b.in);
		if (n > length) n = length;
		if (d->out > d->limit && !drain(d)) return BAD;
		if (n > (size_t)(d->limit - d->out) + STEP_MAX) n = (size_t)(d->limit - d->out) + STEP_MAX;
		memcpy(d->out, d->b.in, n);
		d->out += n;
		d->b.in += n;
		length -= (unsigned)n;
	}
	if (overrun(d) || (d->out > d->limit && !drain(d))) return BAD;
	return BLOCK_ENDS;
}

static enum step decode_any_block(struct decoder *d, bool *final)
{
	*final = take(d, 1) != 0;
	switch (take(d, 2)) {
	case 0: return copy_stored(d);
	case 1: zip_codes_fixed(d->lit, d->dist); return decode_block(d);
	case 2: return zip_codes_dynamic(&d->b, d->lit, d->dist) ? decode_block(d) : BAD;
	default: return BAD;
	}
}

enum zip_decode_end zip_decode(const struct zip_decode_io *io, uint64_t *used)
{
	struct buf state, out;
	buf_init(&state, sizeof(struct decoder));
	buf_init(&out, OUT_SIZE + STEP_MAX + OVERSHOOT);
	struct decoder *d = (void *)buf_reserve(&state, sizeof *d);
	*d = (struct decoder){ .b.more = next_piece, .io = io };
	d->base = d->out = d->kept = (unsigned char *)buf_reserve(&out, OUT_SIZE + STEP_MAX + OVERSHOOT);
	d->limit = d->base + OUT_SIZE;
	enum step step = BLOCK_ENDS;
	bool final = false;
	while (step == BLOCK_ENDS && !final) step = decode_any_block(d, &final);
	if (step == BLOCK_ENDS) drain(d);
	*used = d->taken - (uint64_t)(d->b.end - d->b.in) - zip_bits_ahead(&d->b) / 8;
	enum zip_decode_end end = d->stopped    ? ZIP_DECODE_STOPPED
	                          : overrun(d)  ? ZIP_DECODE_CUT
	                          : step == BAD ? ZIP_DECODE_BAD
	                                        : ZIP_DECODE_DONE;
	buf_release(&state);
	buf_release(&out);
	return end;
}
