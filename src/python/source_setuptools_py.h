/* source_setuptools_py.h: the constants of a setup.py; private to source_setuptools_py.c and source_setuptools_value.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One statement is read at a time; each function takes what it can from where the reader stands, and false means that this is code.
 * Limits:   DEPTH_MAX brackets in brackets, ITEMS_MAX items of a list, MADE_MAX bytes that are joined or read.
 * Lifetime: the arena's of the work. */
#ifndef LAMINA_PYTHON_SOURCE_SETUPTOOLS_PY_H
#define LAMINA_PYTHON_SOURCE_SETUPTOOLS_PY_H

#include "python/source_setuptools.h"

#define DEPTH_MAX 32
#define ITEMS_MAX 20000
#define MADE_MAX  (4 * SOURCE_TEXT_MAX)

enum kind { PY_NONE, PY_BOOL, PY_TEXT, PY_LIST, PY_DICT, PY_PATH, PY_FILE };

struct py {
	enum kind kind;
	bool truth;            /* of a PY_FILE: opened by codecs, which leaves line ends as they are */
	bool rooted;           /* of a PY_PATH: absolute */
	str text;              /* PY_PATH, PY_FILE: in the project; "" is its folder */
	struct py_item *items; /* of lists and dictionaries */
	size_t n, cap;
};
struct py_item {
	str key; /* of dictionaries */
	struct py value;
};

struct reader {
	struct setuptools *s;
	str text; /* one statement */
	size_t at;
	size_t made;
	unsigned depth;
	struct py names;  /* a dictionary: what was set */
	bool setup, find; /* `from setuptools import` has brought them */
	bool called;
	str argument; /* of setup() that is more than a constant, or that is refused */
	str file;     /* `with open(...) as NAME:` was the last statement: the file, and NAME */
	str handle;
	bool codecs;
	enum { BLOCK_NONE, BLOCK_MAIN, BLOCK_WITH, BLOCK_CHECK } block;
};

static inline bool is(str word, const char *text) { return str_eq(word, str_from(text)); }

/* --- source_setuptools_value.c --- */
bool setup_sign(struct reader *r, char c);
bool setup_at_end(struct reader *r);
/* A name, with what hangs on it by dots: "os.path.join". Empty when there is none. */
str setup_word(struct reader *r, bool dotted);
bool setup_begins_string(struct reader *r);
/* Texts in a row, which are one. */
bool setup_strings(struct reader *r, struct py *out);
/* What stands between brackets of which the first is read; of a tuple's one item without a comma the item itself. */
bool setup_sequence(struct reader *r, char close, bool tuple, struct py *out);
bool setup_add_item(struct reader *r, struct py *list, str key, struct py item);
/* Arguments up to ")": those without a name, and those with one. */
bool setup_arguments(struct reader *r, struct py *plain, struct py *named);
bool setup_texts_of(struct reader *r, const struct py *v, struct str_list *out);
/* A path within the project. */
bool setup_as_path(struct reader *r, const struct py *v, str *path);
/* ".read()", ".strip()" and the like behind a value. */
bool setup_methods(struct reader *r, struct py *v);
bool setup_value(struct reader *r, struct py *out);

#endif
