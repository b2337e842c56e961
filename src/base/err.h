/* err.h: the one error type.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A function that can fail takes `struct err *` last, returns false and leaves its outputs unwritten. The first error wins:
 * err_set on an error that is already set changes nothing. Callers may add where/why/help, never overwrite them.
 * Content:  `id` is a short stable rule name in kebab-case ("zip-duplicate-name"; a literal), `what` one sentence without a
 *           full stop, `where` a file:line:column, URL or entry, `why` the rule or cause, `help` a hint that works when pasted.
 *           No secret ever enters an err: URLs are masked before (index/url.h, net).
 * Lifetime: a value of fixed size without pointers to free; ready when zeroed. Long texts are cut, keeping valid UTF-8; the
 *           four parts together stay below 4,000 bytes. Control characters are escaped when an error is shown (base/term.h).
 * Threads:  one err per thread. */
#ifndef LAMINA_BASE_ERR_H
#define LAMINA_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* code, exit status, meaning. The exit statuses are the contract of the command line. */
#define ERR_CODES(X)                                                                                                           \
	X(ERR_NONE, 0)     /* nothing went wrong */                                                                                \
	X(ERR_FINDINGS, 1) /* findings, differences */                                                                             \
	X(ERR_USAGE, 2)    /* unknown option, name, key, runtime; bad configuration */                                             \
	X(ERR_FORMAT, 3)   /* a bad input file: wheel, zip, lock, requirements */                                                  \
	X(ERR_RESOLVE, 4)  /* cannot resolve; lock and inputs or bytes disagree */                                                 \
	X(ERR_NETWORK, 5)  /* connection, index, AWS */                                                                            \
	X(ERR_IO, 6)       /* local files */                                                                                       \
	X(ERR_BUG, 70)     /* a bug in lamina */                                                                                   \
	X(ERR_INTERRUPT, 130)

enum err_code {
#define X(name, status) name,
	ERR_CODES(X)
#undef X
};

#define ERR_NO_OFFSET UINT64_MAX

struct err {
	enum err_code code;
	const char *id;  /* a literal; never NULL once set */
	int sys;         /* errno behind it, or 0 */
	bool has_offset; /* byte position in the input, for parsers */
	uint64_t offset;
	char what[1024];
	char where[1024];
	char why[900];
	char help[900];
};

/* All return false, so that `return err_set(...)` reads well. */
bool err_set(struct err *e, enum err_code code, const char *id, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* As err_set, with errno's text as the why. */
bool err_sys(struct err *e, enum err_code code, const char *id, int sys, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Add to a set error; ignored when that part is already there. */
bool err_where(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_why(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_help(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_at(struct err *e, uint64_t offset);

static inline bool err_is_set(const struct err *e) { return e->code != ERR_NONE; }
void err_clear(struct err *e);
/* Exit status of a code. */
int err_status(enum err_code code);
/* errno's text, safe in threads; buffer must hold 128 bytes. */
const char *err_strerror(int sys, char *buffer, size_t size);

#endif
