/* test_record_codec.c: records come back as they went in, and nothing else comes back at all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "store/store_parts.h"

static struct arena arena;

static int cleanup(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static str fmt_name(size_t i) { return arena_fmt(&arena, "package/module_%05zu/with/a/name/of_common_length_%05zu.py", i, i); }

static void fill_entries(struct wheel_record *r, size_t n)
{
	r->entries = arena_array(&arena, struct wheel_entry, n);
	r->n_entries = n;
	for (size_t i = 0; i < n; i++) {
		struct wheel_entry *e = &r->entries[i];
		*e = (struct wheel_entry){ .name = fmt_name(i),
			                       .data_at = 100 * i,
			                       .csize = 7,
			                       .usize = 7 + i % 2 * 4,
			                       .crc32 = (uint32_t)i,
			                       .stream_crc32 = ~(uint32_t)i,
			                       .method = (uint16_t)(i % 2 * 8),
			                       .executable = i % 3 == 0 };
		memset(e->sha256.bytes, (int)(i & 0xff), sizeof e->sha256.bytes);
	}
}

static struct wheel_record rich(size_t n)
{
	struct wheel_record r = { .size = 1000000,
		                      .name = S("demo-name"),
		                      .written_name = S("Demo.Name"),
		                      .version = S("1.0"),
		                      .dist_info = S("Demo.Name-1.0.dist-info"),
		                      .data_dir = S("Demo.Name-1.0.data"),
		                      .requires_python = S(">=3.8"),
		                      .entry_points = S("[console_scripts]\ndemo = demo:main\n") };
	memset(r.sha256.bytes, 0xa5, sizeof r.sha256.bytes);
	*vec_push(&arena, &r.requires_dist) = S("six (>=1.0)");
	*vec_push(&arena, &r.requires_dist) = S("");
	*vec_push(&arena, &r.provides_extra) = S("all");
	*vec_push(&arena, &r.tags) = S("py3-none-any");
	*vec_push(&arena, &r.warnings) = S("something was tolerated");
	*vec_push(&arena, &r.scripts) = (struct wheel_script){ S("demo"), S("demo"), S("main"), false };
	*vec_push(&arena, &r.scripts) = (struct wheel_script){ S("demo-gui"), S("demo.gui"), S("App.run"), true };
	if (n > 0) *vec_push(&arena, &r.inlined) = (struct wheel_inline){ n - 1, S("#!python\nprint(1)\n") };
	fill_entries(&r, n);
	return r;
}

static str encoded(const struct wheel_record *r)
{
	struct buf out;
	buf_init(&out, RECORD_BYTES_MAX);
	assert_true(record_encode(r, &out));
	str bytes = buf_take(&out, &arena);
	buf_release(&out);
	return bytes;
}

static void same_list(const char *row, const struct str_list *a, const struct str_list *b)
{
	CHECK(row, a->n == b->n);
	for (size_t i = 0; i < a->n; i++) CHECK_STR(row, a->p[i], b->p[i]);
}

static void same_record(const struct wheel_record *a, const struct wheel_record *b)
{
	CHECK("digest", sha256_eq(&a->sha256, &b->sha256) && a->size == b->size);
	CHECK_STR("name", a->name, b->name);
	CHECK_STR("written name", a->written_name, b->written_name);
	CHECK_STR("version", a->version, b->version);
	CHECK_STR("dist-info", a->dist_info, b->dist_info);
	CHECK_STR("data", a->data_dir, b->data_dir);
	CHECK_STR("requires-python", a->requires_python, b->requires_python);
	CHECK_STR("entry points", a->entry_points, b->entry_points);
	same_list("requires-dist", &a->requires_dist, &b->requires_dist);
	same_list("extras", &a->provides_extra, &b->provides_extra);
	same_list("tags", &a->tags, &b->tags);
	same_list("warnings", &a->warnings, &b->warnings);
	CHECK("scripts", a->scripts.n == b->scripts.n && a->inlined.n == b->inlined.n && a->n_entries == b->n_entries);
	for (size_t i = 0; i < a->scripts.n; i++) {
		CHECK_STR("script", a->scripts.p[i].name, b->scripts.p[i].name);
		CHECK_STR("module", a->scripts.p[i].module, b->scripts.p[i].module);
		CHECK_STR("attribute", a->scripts.p[i].attribute, b->scripts.p[i].attribute);
		CHECK("gui", a->scripts.p[i].gui == b->scripts.p[i].gui);
	}
	for (size_t i = 0; i < a->inlined.n; i++) {
		CHECK("inlined", a->inlined.p[i].entry == b->inlined.p[i].entry);
		CHECK_STR("content", a->inlined.p[i].content, b->inlined.p[i].content);
	}
	for (size_t i = 0; i < a->n_entries; i++) {
		const struct wheel_entry *x = &a->entries[i], *y = &b->entries[i];
		CHECK_STR("entry", x->name, y->name);
		CHECK("entry's facts", x->data_at == y->data_at && x->csize == y->csize && x->usize == y->usize &&
		                           x->crc32 == y->crc32 && x->stream_crc32 == y->stream_crc32 && x->method == y->method &&
		                           x->executable == y->executable && sha256_eq(&x->sha256, &y->sha256));
	}
}

static void round_trip(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 2, 100 };
	for (size_t i = 0; i < ROWS(sizes); i++) {
		struct wheel_record r = rich(sizes[i]), back;
		assert_true(record_decode(&arena, encoded(&r), &back));
		same_record(&r, &back);
	}
}

static void damage_is_seen(void **state)
{
	(void)state;
	struct wheel_record r = rich(3), back = { .size = 77 };
	str bytes = encoded(&r);
	char *copy = arena_cstr(&arena, bytes);
	for (size_t bit = 0; bit < 8 * bytes.n; bit++) {
		copy[bit / 8] ^= (char)(1 << bit % 8);
		if (record_decode(&arena, (str){ copy, bytes.n }, &back)) fail_msg("flipped bit %zu is not seen", bit);
		copy[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t n = 0; n < bytes.n; n++)
		if (record_decode(&arena, (str){ bytes.p, n }, &back)) fail_msg("cut to %zu bytes is not seen", n);
	assert_false(record_decode(&arena, arena_join(&arena, bytes, S("x")), &back));
	assert_int_equal(back.size, 77); /* written only on success */
}

/* Records that are sealed rightly and break what their users rely on. */
static void broken_promises(void **state)
{
	(void)state;
	enum {
		SAME_NAME,
		ORDER,
		DOT_DOT,
		DOT,
		ABSOLUTE,
		EMPTY,
		EMPTY_PART,
		FOLDER,
		NUL,
		BEYOND,
		BEYOND_BY_SIZE,
		METHOD,
		STORED_SIZES,
		INLINED
	};
	static const struct {
		const char *row;
		int kind;
	} rows[] = { { "equal names", SAME_NAME },
		         { "names out of order", ORDER },
		         { "..", DOT_DOT },
		         { ".", DOT },
		         { "absolute name", ABSOLUTE },
		         { "empty name", EMPTY },
		         { "empty part", EMPTY_PART },
		         { "a folder", FOLDER },
		         { "NUL in a name", NUL },
		         { "stream behind the end", BEYOND },
		         { "stream over the end", BEYOND_BY_SIZE },
		         { "unknown method", METHOD },
		         { "stored with two sizes", STORED_SIZES },
		         { "inlined entry that is none", INLINED } };
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct wheel_record r = rich(3), back;
		struct wheel_entry *e = &r.entries[2];
		assert_true(record_decode(&arena, encoded(&r), &back));
		switch (rows[i].kind) {
		case SAME_NAME: e->name = r.entries[1].name; break;
		case ORDER: e->name = S("a"); break;
		case DOT_DOT: e->name = S("z/../x"); break;
		case DOT: e->name = S("z/./x"); break;
		case ABSOLUTE: r.entries[0].name = S("/etc/passwd"); break;
		case EMPTY: r.entries[0].name = S(""); break;
		case EMPTY_PART: e->name = S("z//x"); break;
		case FOLDER: e->name = S("z/"); break;
		case NUL: e->name = S("z\0x"); break;
		case BEYOND: e->data_at = r.size + 1; break;
		case BEYOND_BY_SIZE: e->csize = UINT64_MAX; break;
		case METHOD: e->method = 9; break;
		case STORED_SIZES: r.entries[0].usize++; break;
		default: r.inlined.p[0].entry = 3; break;
		}
		CHECK(rows[i].row, !record_decode(&arena, encoded(&r), &back));
	}
}

/* Every 32-bit field of the payload set to hostile values under a right seal: no read outside (sanitizers), no wrong success. */
static void sealed_nonsense(void **state)
{
	(void)state;
	static const uint32_t values[] = { 0, 1, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };
	struct wheel_record r = rich(2), back;
	str bytes = encoded(&r);
	for (size_t at = STORE_SEAL_SIZE; at + 4 <= bytes.n; at += 2) {
		for (size_t v = 0; v < ROWS(values); v++) {
			struct buf b;
			struct arena scratch = { 0 };
			buf_init(&b, 1 << 20);
			buf_add_str(&b, bytes);
			for (unsigned k = 0; k < 4; k++) b.p[at + k] = (char)(values[v] >> (8 * k));
			assert_true(store_seal_end(&b, 'r', STORE_RECORD_VERSION));
			if (record_decode(&scratch, buf_str(&b), &back))
				for (size_t i = 0; i < back.n_entries; i++)
					assert_true(back.entries[i].data_at <= back.size &&
					            back.entries[i].csize <= back.size - back.entries[i].data_at);
			arena_release(&scratch);
			buf_release(&b);
		}
	}
}

static void refuses_to_encode(void **state)
{
	(void)state;
	struct wheel_record r = rich(2);
	struct buf out;
	buf_init(&out, 200);
	assert_false(record_encode(&r, &out)); /* the buffer is full */
	buf_release(&out);
	buf_init(&out, RECORD_BYTES_MAX);
	r.entries[1].name = (str){ r.entries[1].name.p, 70000 };
	assert_false(record_encode(&r, &out)); /* a name longer than the format holds */
	buf_release(&out);
}

/* What a warm build loads: 8,000 entries in less than 3 MB. */
static void memory(void **state)
{
	(void)state;
	struct wheel_record r = rich(8000), back;
	struct arena loaded = { 0 };
	str bytes = arena_str(&loaded, encoded(&r));
	assert_true(record_decode(&loaded, bytes, &back));
	if (arena_footprint(&loaded) >= 3000000) fail_msg("%zu bytes", arena_footprint(&loaded));
	arena_release(&loaded);
}

static void checksum(void **state)
{
	(void)state;
	unsigned char bytes[200] = { 0 };
	for (size_t n = 0; n <= sizeof bytes; n++) {
		uint64_t sum = store_checksum(1, bytes, n);
		if (n > 0) assert_true(sum != store_checksum(1, bytes, n - 1)); /* zeros at the end count */
		assert_true(sum != store_checksum(2, bytes, n));
		for (size_t bit = 0; bit < 8 * n; bit += 3) {
			bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
			if (store_checksum(1, bytes, n) == sum) fail_msg("%zu bytes, bit %zu", n, bit);
			bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
	}
	/* Two words exchanged, in one lane and across lanes. */
	for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 37);
	uint64_t sum = store_checksum(1, bytes, sizeof bytes);
	for (size_t k = 8; k <= 32; k += 8) {
		unsigned char swapped[200];
		memcpy(swapped, bytes, sizeof bytes);
		memcpy(swapped, bytes + k, 8);
		memcpy(swapped + k, bytes, 8);
		assert_true(store_checksum(1, swapped, sizeof swapped) != sum);
	}
	/* The format: a change here needs another version of everything that is sealed. */
	assert_true(store_checksum(0, "lamina", 6) == UINT64_C(0x33706a6ade5e95c5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),        cmocka_unit_test(damage_is_seen), cmocka_unit_test(broken_promises),
		cmocka_unit_test(sealed_nonsense),   cmocka_unit_test(memory),         cmocka_unit_test(checksum),
		cmocka_unit_test(refuses_to_encode),
	};
	return cmocka_run_group_tests(tests, NULL, cleanup);
}
