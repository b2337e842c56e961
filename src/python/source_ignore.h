/* source_ignore.h: which files version control ignores, as .gitignore files say it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rules are added folder by folder, from the top down; the last rule that matches a path decides, and nothing below an ignored folder can
 * be brought back. Whoever walks the tree asks for each folder before what it holds.
 * Source:   gitignore(5): blank lines and "#", "!" negates, a "/" at the end means folders only, a "/" before the end ties the pattern to
 *           the folder of its file, "*", "?", "[...]" stay within one name, a part that is two asterisks matches any number of names, a
 *           backslash takes the meaning away from the next character, blanks at the end go unless one stands before them.
 * Limits:   IGNORE_RULES_MAX rules; longer patterns than GLOB_MAX match nothing.
 * Lifetime: views into the texts and the arena. */
#ifndef LAMINA_PYTHON_SOURCE_IGNORE_H
#define LAMINA_PYTHON_SOURCE_IGNORE_H

#include "base/vec.h"

#define IGNORE_RULES_MAX 100000

struct ignore_rule {
	str folder;                           /* of the file that holds it, relative to the top; "" = the top */
	str pattern;                          /* as glob_match takes it */
	bool negated, folders_only, anywhere; /* anywhere: matches the name alone */
};

struct ignore_rules {
	VEC(struct ignore_rule) list;
};

/* text: a .gitignore in `folder`. */
void ignore_add(struct arena *a, struct ignore_rules *rules, str folder, str text);
/* A pattern without backslashes that means the same to glob_match. */
str ignore_plain_escapes(struct arena *a, str pattern);
bool ignore_match(const struct ignore_rules *rules, str path, bool is_folder);

#endif
