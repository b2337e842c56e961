/* opt.h: option tables: one table of a command is parsed, explained, completed and printed as a man page.
 * SPDX-License-Identifier: Apache-2.0
 *
 *     static const struct opt options[] = {
 *         { .heading = "Output" },
 *         { .name = "output", .letter = 'o', .takes = OPT_VALUE, .metavar = "FILE", .complete = OPT_FILES,
 *           .help = "Write there." },
 *         { .name = "arch", .takes = OPT_LIST, .choices = "x86_64|arm64|!amd64", .help = "Architecture; x86_64 by default." },
 *         { .name = "json", .takes = OPT_MAYBE, .choices = "lines|flat", .help = "Print records as JSON." },
 *         { .name = "jobs", .letter = 'j', .takes = OPT_NUMBER, .min = 1, .max = 64, .metavar = "N", .help = "Threads." },
 *         { .name = "force", .takes = OPT_NOTHING, .help = "Rebuild." },
 *         { 0 } // ends the table
 *     };
 *     str output = opt_value(values, "output");                    // empty when not given
 *     const struct str_list *archs = opt_list(values, "arch");     // in the order given
 *     bool json = opt_given(values, "json");                       // its value, if any: opt_value
 *     uint64_t jobs = opt_number(values, "jobs", pool_cpus());
 *
 * Grammar:  `--name VALUE`, `--name=VALUE`, `-n VALUE`, `-nVALUE`, `-n=VALUE`, clusters (`-qv`, `-vj4`), options after
 *           arguments, `--` ends options, `-` is an argument. A separate VALUE that begins with "-" must be written with "=".
 *           Nothing is abbreviated. A second value for an option that has one is refused: which of them was meant?
 * Choices:  "a|b|!c": "c" is taken like the others, but no help, message or completion offers it (an alias; a value that this
 *           version knows and refuses with its own words).
 * Errors:   ERR_USAGE "unknown-option", "option-value", "option-needs-value", "option-takes-no-value", "option-twice", with
 *           "did you mean".
 * Lifetime: tables are static; values live in the arena and point into argv.
 * Bugs:     asking for a name that no table has, or for another kind of value, ends the process: a test that runs the command
 *           finds it. */
#ifndef LAMINA_BASE_OPT_H
#define LAMINA_BASE_OPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

enum opt_takes {
	OPT_NOTHING, /* a flag; may be repeated (-vv) */
	OPT_VALUE,   /* one value */
	OPT_NUMBER,  /* a decimal number in min..max */
	OPT_EACH,    /* a value each time it is given; all are kept */
	OPT_LIST,    /* as OPT_EACH, and a value may be a comma list */
	OPT_MAYBE,   /* a flag that may have a value: --name[=VALUE] */
	OPT_NEXT     /* as OPT_EACH, but the value may be left out: --name [VALUE] takes the next word unless that is an option */
};

/* What a shell offers as the value; choices are offered without being told. */
enum opt_complete { OPT_NO_WORDS, OPT_FILES, OPT_FOLDERS, OPT_RUNTIMES, OPT_ARTIFACTS, OPT_COMMANDS };

struct opt {
	const char *heading; /* a row that only begins a group in the help; all else is then unused */
	const char *name;    /* long name without "--" */
	const char *help;    /* one sentence */
	const char *metavar; /* "FILE"; the choices when NULL */
	const char *choices; /* "a|b|!c"; NULL = anything */
	uint64_t min, max;   /* OPT_NUMBER; max 0 = UINT64_MAX */
	enum opt_takes takes;
	enum opt_complete complete;
	char letter;   /* short name, or 0 */
	bool hidden;   /* parsed, but in no help */
	bool one_dash; /* "-name" and "--n" are taken, too, as Go's flag package has it: for who comes from its programs */
};

/* What a table's rows were given. */
struct opt_slot {
	const struct opt *opt;
	size_t given; /* times */
	struct str_list values;
};

struct opt_values {
	struct arena *arena;
	struct opt_slot *slots;
	size_t n_slots;
	struct str_list arguments; /* what is no option, in order */
	const char *help;          /* the command that lists the options ("lamina build --help"), for messages; may be NULL */
};

/* Makes empty values for the rows of the tables (each ends with a zeroed row; NULL tables are skipped). */
void opt_begin(struct opt_values *v, struct arena *a, const struct opt *const *tables, size_t n_tables);
/* Parses words[0..n) into v; may be called again with more words. stop_at_argument: ends before the first word that is no
 * option (used tells how many were taken), for options in front of a command's name. */
bool opt_parse(struct opt_values *v, char *const *words, size_t n, bool stop_at_argument, size_t *used, struct err *e);

bool opt_given(const struct opt_values *v, const char *name);
size_t opt_count(const struct opt_values *v, const char *name);
/* The value (the last of several), or the empty view. */
str opt_value(const struct opt_values *v, const char *name);
/* As a C string (words of argv are), NULL when there is none. Not for OPT_LIST. */
const char *opt_cstr(const struct opt_values *v, const char *name);
const struct str_list *opt_list(const struct opt_values *v, const char *name);
uint64_t opt_number(const struct opt_values *v, const char *name, uint64_t when_absent);

/* --- for help, completion and man pages --- */
#define OPT_COLUMNS 80

static inline bool opt_is_end(const struct opt *o) { return !o->heading && !o->name; }
/* How the value is written in help: "", " FILE", "[=FORM]", " [NAME]". */
str opt_value_text(struct arena *a, const struct opt *o);
/* The rows of a table as help text of at most OPT_COLUMNS columns. */
void opt_help(struct buf *b, const struct opt *table);
/* Adds text in lines of at most OPT_COLUMNS columns; the first line begins at column `at`, later ones are indented. "\n" stays.
 */
void opt_wrap(struct buf *b, str text, size_t at, size_t indent);
/* Splits "a|b|!c": what is to be shown, or with hidden = true everything that is taken. */
void opt_choices(struct arena *a, const char *choices, bool hidden, struct str_list *out);
/* The shown ones with another separator. */
void opt_choices_join(struct buf *b, const char *choices, const char *separator);

#endif
