/* zip_decode.c: a strict decoder of raw deflate streams.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bits are kept in a 64-bit word, the next one lowest. `n` of them count; above them the word may already hold what `in` points to
 * (refill_fast loads eight bytes and counts seven). At the end of input zeros are added and counted in `phantom`: when fewer bits
 * than that are left, the stream was cut.
 * Output goes to a buffer whose first 32 KiB keep what was given out last, so that every distance can be copied from it.
 * decode_fast runs as long as there is plenty of input and room, decode_slow makes single steps in between. */
#include "zip/zip_decode.h"

#include <string.h>

#include "base/buf.h"
#include "zip/zip_huffman.h"

#define WINDOW    ((size_t)32 << 10)
#define OUT_SIZE  (WINDOW + ((size_t)128 << 10))
#define STEP_MAX  264 /* three literals and the longest match */
#define OVERSHOOT 16  /* bytes that a copy may write behind its end */
#define IN_MARGIN 16  /* two refills */

struct decoder {
	const struct zip_decode_io *io;
	const unsigned char *in, *in_end;
	uint64_t taken; /* bytes of the pieces so far */
	uint64_t bits;
	unsigned n, phantom;
	bool at_end, stopped;
	bool skip; /* only find where blocks end: what is decoded is dropped, and distances lead into an unused window */
	unsigned char *base, *out, *limit; /* buffer, next byte, where it is drained */
	unsigned char *kept;               /* first byte that is not drained */
	uint32_t lit[ZIP_HUFFMAN_LIT_SIZE], dist[ZIP_HUFFMAN_DIST_SIZE], pre[ZIP_HUFFMAN_PRE_SIZE];
};

/* What a step of the decoder comes to. */
enum step { GO_ON, BLOCK_ENDS, BAD };

static bool next_piece(struct decoder *d)
{
	const unsigned char *p = NULL;
	size_t n = 0;
	if (d->at_end) return false;
	if (!d->io->fill(d->io->context, &p, &n)) d->stopped = true;
	if (d->stopped || n == 0) {
		d->at_end = true;
		return false;
	}
	d->in = p;
	d->in_end = p + n;
	d->taken += n;
	return true;
}

static void refill(struct decoder *d)
{
	while (d->n < 56) { /* at most 63: decode_fast shifts by it */
		if (d->in < d->in_end || next_piece(d))
			d->bits |= (uint64_t)*d->in++ << d->n;
		else
			d->phantom += 8;
		d->n += 8;
	}
}

static bool overrun(const struct decoder *d) { return d->n < d->phantom; }

static unsigned take(struct decoder *d, unsigned n)
{
	if (d->n < n) refill(d);
	unsigned v = (unsigned)(d->bits & ((1u << n) - 1));
	d->bits >>= n;
	d->n -= n;
	return v;
}

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
	refill(d);
	uint32_t e = d->lit[d->bits & ((1u << ZIP_HUFFMAN_LIT_BITS) - 1)];
	if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_MORE) {
		take(d, ZIP_HUFFMAN_LIT_BITS);
		e = d->lit[(e >> 16) + (d->bits & ((1u << (e >> 8 & 31)) - 1))];
	}
	take(d, e & 0xff);
	if (e & ZIP_HUFFMAN_LITERAL) {
		*d->out++ = (unsigned char)(e >> 16);
		return GO_ON;
	}
	if (e & ZIP_HUFFMAN_SPECIAL) return e & ZIP_HUFFMAN_END ? BLOCK_ENDS : BAD;
	size_t length = (e >> 16) + take(d, e >> 8 & 31);
	refill(d);
	e = d->dist[d->bits & ((1u << ZIP_HUFFMAN_DIST_BITS) - 1)];
	if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_MORE) {
		take(d, ZIP_HUFFMAN_DIST_BITS);
		e = d->dist[(e >> 16) + (d->bits & ((1u << (e >> 8 & 31)) - 1))];
	}
	take(d, e & 0xff);
	if (e & ZIP_HUFFMAN_SPECIAL) return BAD;
	size_t distance = (e >> 16) + take(d, e >> 8 & 31);
	if (distance > (size_t)(d->out - d->base)) return BAD;
	d->out = copy_match(d->out, distance, length);
	return GO_ON;
}

static inline uint64_t load64(const unsigned char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* Registers of decode_fast. */
#define REFILL()                                                                                                               \
	do {                                                                                                                       \
		bits |= load64(in) << n;                                                                                               \
		in += (63 - n) >> 3;                                                                                                   \
		n |= 56;                                                                                                               \
	} while (0)
#define DROP(count)                                                                                                            \
	do {                                                                                                                       \
		unsigned drop_ = (count);                                                                                              \
		bits >>= drop_;                                                                                                        \
		n -= drop_;                                                                                                            \
	} while (0)
#define LOW(count) (bits & (((uint64_t)1 << (count)) - 1))

/* Many symbols: GO_ON when input or room gets short. After REFILL at least 56 bits count: a length with its distance has 48. */
static inline __attribute__((always_inline)) enum step decode_many(struct decoder *d, const bool keep)
{
	const unsigned char *in = d->in, *in_last = d->in_end - IN_MARGIN;
	unsigned char *out = d->out, *out_last = d->limit;
	uint64_t bits = d->bits;
	unsigned n = d->n;
	enum step step = GO_ON;
	while (in <= in_last && out <= out_last) {
		REFILL();
		uint32_t e = d->lit[LOW(ZIP_HUFFMAN_LIT_BITS)];
		if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_LITERAL) {
			DROP(e & 0xff);
			if (keep) *out++ = (unsigned char)(e >> 16);
			e = d->lit[LOW(ZIP_HUFFMAN_LIT_BITS)];
			if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_LITERAL) {
				DROP(e & 0xff);
				if (keep) *out++ = (unsigned char)(e >> 16);
				e = d->lit[LOW(ZIP_HUFFMAN_LIT_BITS)];
				if ((e & ZIP_HUFFMAN_MORE) == ZIP_HUFFMAN_LITERAL) {
					DROP(e & 0xff);
					if (keep) *out++ = (unsigned char)(e >> 16);
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
					if (keep) *out++ = (unsigned char)(e >> 16);
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
		if (!keep) continue;
		if (distance > (size_t)(out - d->base)) {
			step = BAD;
			break;
		}
		out = copy_match(out, distance, length);
	}
	d->in = in;
	d->out = out;
	d->bits = LOW(n);
	d->n = n;
	return step;
}

static enum step decode_fast(struct decoder *d) { return d->skip ? decode_many(d, false) : decode_many(d, true); }

static enum step decode_block(struct decoder *d)
{
	for (;;) {
		enum step step = GO_ON;
		if (d->in_end - d->in >= IN_MARGIN) step = decode_fast(d);
		if (step == GO_ON && d->out <= d->limit) step = decode_slow(d);
		if (d->skip) d->out = d->kept;
		if (overrun(d)) return BAD;
		if (step != GO_ON) return step;
		if (d->out > d->limit && !drain(d)) return BAD;
	}
}

/* RFC 1951 3.2.4. */
static enum step copy_stored(struct decoder *d)
{
	take(d, d->n & 7);
	unsigned length = take(d, 16), check = take(d, 16);
	if (overrun(d) || (length ^ check) != 0xffff) return BAD;
	for (; length > 0 && d->n >= 8; length--) *d->out++ = (unsigned char)take(d, 8);
	while (length > 0 && !overrun(d)) {
		if (d->in == d->in_end && !next_piece(d)) {
			d->phantom = d->n + 1; /* cut */
			return BAD;
		}
		size_t n = (size_t)(d->in_end - d->in);
		if (n > length) n = length;
		if (d->out > d->limit && !drain(d)) return BAD;
		if (n > (size_t)(d->limit - d->out) + STEP_MAX) n = (size_t)(d->limit - d->out) + STEP_MAX;
		memcpy(d->out, d->in, n);
		d->out += n;
		d->in += n;
		length -= (unsigned)n;
	}
	if (overrun(d) || (d->out > d->limit && !drain(d))) return BAD;
	return BLOCK_ENDS;
}

static void fixed_codes(struct decoder *d)
{
	uint8_t lengths[ZIP_HUFFMAN_LENGTHS];
	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	zip_huffman_build(ZIP_HUFFMAN_LIT, lengths, ZIP_HUFFMAN_LENGTHS, d->lit);
	memset(lengths, 5, ZIP_HUFFMAN_DISTANCES);
	zip_huffman_build(ZIP_HUFFMAN_DIST, lengths, ZIP_HUFFMAN_DISTANCES, d->dist);
}

/* The code lengths of both codes, run-length coded (RFC 1951 3.2.7). */
static bool read_lengths(struct decoder *d, uint8_t *lengths, size_t total)
{
	for (size_t i = 0; i < total;) {
		refill(d);
		uint32_t e = d->pre[d->bits & ((1u << ZIP_HUFFMAN_PRE_BITS) - 1)];
		take(d, e & 0xff);
		unsigned symbol = e >> 16;
		if (symbol < 16) {
			lengths[i++] = (uint8_t)symbol;
			continue;
		}
		if (symbol == 16 && i == 0) return false;
		uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
		unsigned times = symbol == 16 ? 3 + take(d, 2) : symbol == 17 ? 3 + take(d, 3) : 11 + take(d, 7);
		if (times > total - i || overrun(d)) return false;
		memset(lengths + i, value, times);
		i += times;
	}
	return true;
}

static bool dynamic_codes(struct decoder *d)
{
	static const uint8_t order[ZIP_HUFFMAN_PRECODES] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	uint8_t lengths[ZIP_HUFFMAN_LENGTHS + ZIP_HUFFMAN_DISTANCES] = { 0 };
	size_t n_lit = 257 + take(d, 5), n_dist = 1 + take(d, 5), n_pre = 4 + take(d, 4);
	if (n_lit > 286 || n_dist > 30) return false;
	for (size_t i = 0; i < n_pre; i++) lengths[order[i]] = (uint8_t)take(d, 3);
	if (overrun(d) || !zip_huffman_build(ZIP_HUFFMAN_PRE, lengths, ZIP_HUFFMAN_PRECODES, d->pre)) return false;
	if (!read_lengths(d, lengths, n_lit + n_dist) || overrun(d)) return false;
	if (lengths[256] == 0) return false; /* the block could never end */
	return zip_huffman_build(ZIP_HUFFMAN_LIT, lengths, n_lit, d->lit) &&
	       zip_huffman_build(ZIP_HUFFMAN_DIST, lengths + n_lit, n_dist, d->dist);
}

static enum step decode_any_block(struct decoder *d, bool *final)
{
	*final = take(d, 1) != 0;
	switch (take(d, 2)) {
	case 0: return copy_stored(d);
	case 1: fixed_codes(d); return decode_block(d);
	case 2: return dynamic_codes(d) ? decode_block(d) : BAD;
	default: return BAD;
	}
}

/* Bits of the stream that were used; phantom ones are none. */
static uint64_t position(const struct decoder *d)
{
	return (d->taken - (uint64_t)(d->in_end - d->in)) * 8 - (d->n - (overrun(d) ? d->n : d->phantom));
}

enum zip_decode_end zip_decode(const struct zip_decode_io *io, uint64_t *used)
{
	struct zip_decode_bits bits;
	return zip_decode_bits(io, used, &bits);
}

enum zip_decode_end zip_decode_bits(const struct zip_decode_io *io, uint64_t *used, struct zip_decode_bits *bits)
{
	struct buf state, out;
	buf_init(&state, sizeof(struct decoder));
	buf_init(&out, OUT_SIZE + STEP_MAX + OVERSHOOT);
	struct decoder *d = (void *)buf_reserve(&state, sizeof *d);
	*d = (struct decoder){ .io = io };
	d->base = d->out = d->kept = (unsigned char *)buf_reserve(&out, OUT_SIZE + STEP_MAX + OVERSHOOT);
	d->limit = d->base + OUT_SIZE;
	d->skip = !io->drain;
	if (d->skip) { /* every distance leads into these */
		memset(d->base, 0, WINDOW);
		d->out = d->kept = d->base + WINDOW;
	}
	enum step step = BLOCK_ENDS;
	bool final = false;
	while (step == BLOCK_ENDS && !final) {
		bits->final_block = position(d);
		step = decode_any_block(d, &final);
		if (d->skip) d->out = d->kept;
	}
	bits->end = position(d);
	if (step == BLOCK_ENDS && !d->skip) drain(d);
	*used = d->taken - (uint64_t)(d->in_end - d->in) - (d->n - (overrun(d) ? d->n : d->phantom)) / 8;
	enum zip_decode_end end = d->stopped    ? ZIP_DECODE_STOPPED
	                          : overrun(d)  ? ZIP_DECODE_CUT
	                          : step == BAD ? ZIP_DECODE_BAD
	                                        : ZIP_DECODE_DONE;
	buf_release(&state);
	buf_release(&out);
	return end;
}
