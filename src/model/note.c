/* note.c: a list without repetitions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "model/note.h"

#include <stdarg.h>

void note_init(struct notes *n, struct arena *a)
{
	*n = (struct notes){ .arena = a };
	map_init(&n->seen, a);
}

void note_add(struct notes *n, enum note_level level, const char *id, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str message = arena_vfmt(n->arena, format, arguments);
	va_end(arguments);

	bool added;
	map_put(&n->seen, arena_fmt(n->arena, "%s\n" STR_FMT, id, STR_ARG(message)), &added);
	n->repeated = !added;
	if (!added) return;
	*vec_push(n->arena, &n->list) = (struct note){ .level = level, .id = id, .message = message };
}

void note_help(struct notes *n, const char *format, ...)
{
	/* The note that it belongs to was already there, with its help. */
	if (n->list.n == 0 || n->repeated) return;
	va_list arguments;
	va_start(arguments, format);
	n->list.p[n->list.n - 1].help = arena_vfmt(n->arena, format, arguments);
	va_end(arguments);
}
