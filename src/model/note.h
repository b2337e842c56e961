/* note.h: things that a stage decided or noticed and that the user must hear once.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rule "no silent choice": whatever lamina picks, drops, assumes or repairs becomes a note. Stages never print; the command
 * shows notes on stderr and puts the warnings into the JSON record.
 * Lifetime: texts belong to the arena given to note_init. Equal (id, message) pairs are kept once.
 * Threads:  one thread; workers return what they have to say in their results. */
#ifndef LAMINA_MODEL_NOTE_H
#define LAMINA_MODEL_NOTE_H

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

enum note_level {
	NOTE_INFO,    /* said once on stderr, not with -q */
	NOTE_WARNING, /* also in the record's "warnings" */
	NOTE_VERBOSE  /* with -v: why things happen */
};

struct note {
	enum note_level level;
	const char *id; /* kebab-case literal: "yanked", "assumed-marker" */
	str message;
	str help; /* may be empty */
};

struct notes {
	struct arena *arena;
	struct map seen;
	VEC(struct note) list;
	bool repeated; /* private: the last note_add added nothing */
};

void note_init(struct notes *n, struct arena *a);
void note_add(struct notes *n, enum note_level level, const char *id, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Sets the help of the note just added; nothing when that note was there before. */
void note_help(struct notes *n, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
