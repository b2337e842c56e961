/* fuzz_export.c: locks to requirements (lockfile/export.h).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses the format; then as in lock_fuzz.h. A failure says what, by which rule and where. What comes out is read again
 * as requirements, and every marker in it is one. */
#include <stdlib.h>
#include <string.h>

#include "lockfile/export.h"
#include "lockfile/requirements.h"
#include "python/marker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lines(struct arena *a, str text)
{
	str line;
	while (str_line(&text, &line)) {
		size_t at = str_find(line, S(" ; "));
		struct marker *m;
		struct err e = { 0 };
		if (at == STR_NONE || str_starts(line, S(" "))) continue;
		str marker = str_from_pos(line, at + 3);
		if (str_ends(marker, S(" \\"))) marker.n -= 2;
		if (!marker_parse(a, marker, &m, &e)) abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum lock_format formats[] = { LOCK_FORMAT_POETRY, LOCK_FORMAT_UV,     LOCK_FORMAT_PIPFILE,
		                                        LOCK_FORMAT_PDM,    LOCK_FORMAT_PYLOCK, LOCK_FORMAT_REQUIREMENTS };
	struct arena a = { 0 };
	struct export_set set;
	struct notes notes;
	struct err e = { 0 };
	struct buf out;
	str lock, project;
	if (!size) return 0;
	struct export_request r = { .lock = { .path = S("no-such-folder/lock"), .frozen = true, .all_extras = data[0] & 16 } };
	r.lock.format = formats[data[0] % (sizeof formats / sizeof *formats)];
	if (str_cut((str){ (const char *)data + 1, size - 1 }, '\0', &lock, &project))
		r.lock.project_text = project.p ? project : S("");
	r.lock.text = lock.p ? lock : S("");
	note_init(&notes, &a);
	buf_init(&out, (size_t)64 << 20);
	if (!export_read(&a, &r, &notes, &set, &e)) {
		if (e.code == ERR_NONE || e.code == ERR_BUG || !e.id || !e.what[0]) abort();
	} else if (export_text(&a, &set, data[0] & 32 ? EXPORT_CONSTRAINTS : EXPORT_REQUIREMENTS, 0, &notes, &out, &e)) {
		check_lines(&a, buf_str(&out));
	}
	buf_release(&out);
	arena_release(&a);
	return 0;
}
