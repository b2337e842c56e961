/* test_note.c: notes are said once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "model/note.h"

static void once(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct notes notes;
	note_init(&notes, &a);
	note_help(&notes, "nobody asked");
	note_add(&notes, NOTE_WARNING, "yanked", "%s is yanked", "foo");
	note_help(&notes, "pin %d", 1);
	note_add(&notes, NOTE_INFO, "arch", "x86_64 is assumed");
	note_add(&notes, NOTE_WARNING, "yanked", "foo is yanked");
	note_help(&notes, "not for the note before");
	note_add(&notes, NOTE_WARNING, "other", "foo is yanked");
	assert_int_equal(notes.list.n, 3);
	CHECK_STR("message", notes.list.p[0].message, S("foo is yanked"));
	CHECK_STR("help", notes.list.p[0].help, S("pin 1"));
	CHECK_STR("no help", notes.list.p[1].help, S(""));
	CHECK("level", notes.list.p[1].level == NOTE_INFO);
	CHECK_STR("another id is another note", str_from(notes.list.p[2].id), S("other"));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(once) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
