/* judge.h: the test driver: one JSON request a line on stdin, one JSON answer a line on stdout.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program is BUILD/tests/judge (in an old build folder remove the empty folder of that name). To add the operations of an area (here `python`):
 *   1. write tests/judge/ops_python.c, which ends in a table with an empty last row:
 *
 *          static bool name_normalize_op(struct judge_call *c, struct err *e)
 *          {
 *              str name, normalized;
 *              if (!judge_string(c, "name", &name, e)) return false;
 *              if (!name_normalize(c->arena, name, &normalized, e)) return false;
 *              json_write_string(c->out, normalized);
 *              return true;
 *          }
 *
 *          const struct judge_op judge_ops_python[] = {
 *              { "name.normalize", "name", name_normalize_op },
 *              { 0 },
 *          };
 *
 *   2. add the line 'python': python_dep to judge_areas in tests/meson.build. That is all: no other list knows it.
 *
 * run:      writes exactly one JSON value to c->out and returns true, or returns false with e set (what it wrote is dropped).
 *           The answer's rule is e->id, its message what + where + why + help, its offset err_at's. Members that belong into
 *           the error object go to c->error_members (json_write_key + value).
 * Requests: members are checked against `arguments` before run is called, so run never sees an unknown name. The judge_*
 *           getters below fail with the rule "request" when an argument is missing or of the wrong type; null counts as not
 *           given.
 * Lifetime: all memory of a request is freed after its answer. Nothing may keep a pointer into c.
 * Limits:   JUDGE_LINE_MAX bytes a line, JUDGE_ANSWER_MAX bytes an answer. */
#ifndef LAMINA_TESTS_JUDGE_H
#define LAMINA_TESTS_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "format/json.h"

#define JUDGE_LINE_MAX   ((size_t)64 << 20)
#define JUDGE_ANSWER_MAX ((size_t)512 << 20)

struct judge_call {
	struct arena *arena;
	const struct json_value *request;  /* the whole object */
	struct json_writer *out;           /* RESULT */
	struct json_writer *error_members; /* further members of an error object */
};

struct judge_op {
	const char *name;
	const char *arguments; /* the names it knows, separated by single spaces */
	bool (*run)(struct judge_call *c, struct err *e);
};

enum judge_tristate { JUDGE_NULL, JUDGE_FALSE, JUDGE_TRUE };

/* Whether the argument is given and not null. */
bool judge_has(const struct judge_call *c, const char *name);
/* Strings: the first is an error when absent, the second leaves *out as it is. */
bool judge_string(const struct judge_call *c, const char *name, str *out, struct err *e);
bool judge_string_or(const struct judge_call *c, const char *name, str *out, struct err *e);
/* A string without NUL bytes, as file functions want it. */
bool judge_path(const struct judge_call *c, const char *name, const char **out, struct err *e);
/* The bytes of "text" or, when they may not be UTF-8, of "base64"; exactly one of them must be given. The op lists both names.
 */
bool judge_bytes(const struct judge_call *c, str *out, struct err *e);
/* Lists of strings: the first is an error when absent, the second leaves *out as it is. */
bool judge_strings(const struct judge_call *c, const char *name, struct str_list *out, struct err *e);
bool judge_strings_or(const struct judge_call *c, const char *name, struct str_list *out, struct err *e);
/* Absent leaves *out as it is. */
bool judge_bool(const struct judge_call *c, const char *name, bool *out, struct err *e);
bool judge_u64(const struct judge_call *c, const char *name, uint64_t *out, struct err *e);
bool judge_tristate(const struct judge_call *c, const char *name, enum judge_tristate *out, struct err *e);
/* NULL in *out when absent. */
bool judge_object(const struct judge_call *c, const char *name, const struct json_value **out, struct err *e);
/* For what only the op can find wrong in a request: fails with the rule "request". */
bool judge_bad_request(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
