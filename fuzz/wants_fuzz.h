/* wants_fuzz.h: what the fuzz targets of wants share: the promises of wants.h and of wants_reader.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever the bytes are: a failure says what and by which rule. An answer has normal names, markers without `extra`, wants only of extras
 * and groups that it lists, and a second reading gives the same digest. */
#ifndef LAMINA_FUZZ_WANTS_H
#define LAMINA_FUZZ_WANTS_H

#include <stdlib.h>

#include "lockfile/wants_reader.h"
#include "python/name.h"

typedef bool (*wants_fuzz_read)(struct wants_reader *r, str text, struct err *e);

static inline void wants_fuzz_check(struct arena *a, const struct wants *w)
{
	for (size_t i = 0; i < w->list.n; i++) {
		const struct want *x = &w->list.p[i];
		if (!name_valid(x->name) || !str_eq(x->name, name_normalize(a, x->name)) || !x->text.n) abort();
		if (marker_mentions(x->marker, MARKER_EXTRA)) abort();
		if (x->extra.n && (x->group.n || !str_list_has(&w->extras, x->extra))) abort();
		if (x->group.n && !str_list_has(&w->groups, x->group)) abort();
		if (x->direct && !x->file.url.n && !x->file.path.n) abort();
		if (!x->from_file.n || !x->line) abort();
	}
}

static inline int wants_fuzz(const uint8_t *data, size_t size, wants_fuzz_read read)
{
	struct arena a = { 0 };
	struct wants first = { 0 }, second = { 0 }, *both[] = { &first, &second };
	bool good[2];
	if (size > 100000) return 0;
	for (size_t i = 0; i < 2; i++) {
		struct err e = { 0 };
		struct notes notes;
		struct wants_request request = { 0 };
		struct wants_reader r = { .a = &a, .request = &request, .notes = &notes, .out = both[i], .home = S("no-such-folder") };
		note_init(&notes, &a);
		good[i] = read(&r, (str){ (const char *)data, size }, &e) && wants_digest(&r, &e);
		if (!good[i] && (e.code == ERR_NONE || e.code == ERR_BUG || !e.id || !e.what[0])) abort();
		if (good[i]) wants_fuzz_check(&a, both[i]);
	}
	if (good[0] != good[1] || (good[0] && !sha256_eq(&first.digest, &second.digest))) abort();
	arena_release(&a);
	return 0;
}

#endif
