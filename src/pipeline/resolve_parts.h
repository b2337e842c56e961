/* resolve_parts.h: what the files of resolve share; for them alone.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `struct resolve` is one run, `struct resolve_target` one target of it. Per target and name there are the rules that the wants
 * make (`resolve_rule`: overrides, pins, hashes, the index), and the project as the solver sees it (`resolve_project`: one
 * candidate a version, each with the one file that the target would take, or the reason why there is none).
 * Lifetime: the run's own arena, and the catalog's; what leaves goes through resolve_merge, which copies. */
#ifndef LAMINA_PIPELINE_RESOLVE_PARTS_H
#define LAMINA_PIPELINE_RESOLVE_PARTS_H

#include "pipeline/resolve.h"
#include "python/wheel_name.h"
#include "solver/solver.h"

/* Why a version cannot be chosen. Of a version's files the one that came furthest down this list speaks for it. */
enum refusal_kind {
	REFUSED_NOT,
	REFUSED_NO_FILE,  /* neither a wheel nor a source distribution */
	REFUSED_SDIST,    /* source distributions only */
	REFUSED_WHEELS,   /* --no-binary forbids its wheels */
	REFUSED_PYTHON,   /* Requires-Python of the page */
	REFUSED_TAGS,     /* no wheel for the target */
	REFUSED_NO_TIME,  /* exclude_newer without upload times */
	REFUSED_TOO_NEW,  /* exclude_newer */
	REFUSED_HASH,     /* no allowed hash */
	REFUSED_YANKED,   /* PEP 592 */
	REFUSED_SPELLING, /* === compares text */
	REFUSED_METADATA, /* what its metadata says: `text` */
};

/* Neighbouring versions with one kind of refusal share one; its number for the solver is its position + 1. */
struct refusal {
	enum refusal_kind kind;
	size_t first, last; /* candidates */
	str text;           /* REFUSED_METADATA; else made when asked for */
};

/* Needs of one version, of the project itself (extra empty) or of an extra. */
struct resolve_needs {
	str extra;
	struct solver_needs needs;
	struct resolve_needs *next;
};

struct resolve_candidate {
	size_t file; /* of the page: what the target would install; SIZE_MAX when refused */
	const struct catalog_metadata *metadata;
	struct resolve_needs *needs;
};

/* A URL, file or folder that the user asked for in place of what an index lists. */
struct resolve_direct {
	str name;
	struct version version;
	str version_text; /* empty when it has none */
	struct locked_file file;
	const struct catalog_project *page;      /* of the one file; NULL for folders */
	const struct wants *folder;              /* what a project folder's own files say */
	const struct catalog_metadata *metadata; /* what its wheel will say, where its files do not; page is then made up */
	const struct want *want;
};

/* What the wants say about one name on one target. */
struct resolve_rule {
	VEC(const struct want *) overrides; /* that hold */
	VEC(const struct want *) named;     /* all that hold: requirements, constraints, or overrides in place of these */
	bool overridden, excluded;
	bool root; /* something of the project needs it, whatever else does */
	str index, index_where;
	const struct resolve_direct *direct;
};

struct resolve_project {
	str name;
	bool loaded;
	const struct resolve_rule *rule;     /* never NULL */
	const struct resolve_direct *direct; /* what stands for the index page */
	const struct catalog_project *page;
	struct solver_project solver;
	struct solver_candidate *list;
	struct resolve_candidate *more; /* beside list */
	VEC(struct refusal) refusals;
	/* Prefetch: what is known so far about what will be asked. */
	bool wanted, has_range;
	struct interval_set range;
	struct str_list extras;
	size_t waved, waved_extras; /* candidate whose needs were passed on, and for how many extras */
	size_t waves;
	bool waved_base;
	size_t tries; /* versions whose needs the solver asked for */
	bool missing, traced;
};

/* Requires-Python as the target answers it. */
struct resolve_python {
	bool valid, allowed, assumed;
};

struct resolve;
struct resolve_target;

/* Something to follow: an answer of the catalog, or news about a project of a target. */
struct resolve_arrival {
	const struct catalog_project *page;
	size_t file; /* SIZE_MAX: the page itself */
	struct resolve_target *target;
	struct resolve_project *project;
};

struct resolve_target {
	struct resolve *run;
	const struct lock_target *lt;
	size_t position; /* in the lock: bit of the masks */
	struct marker_environment known, assumed;
	struct map rules;    /* name -> struct resolve_rule */
	struct map projects; /* name -> struct resolve_project */
	struct map pins;     /* name -> struct str_list of versions to prefer */
	struct map ranks;    /* "cp312-cp312-manylinux..." as in file names -> rank + 1, or SIZE_MAX for none */
	struct map pythons;  /* Requires-Python -> struct resolve_python */
	VEC(struct solver_need) needs;
	VEC(const struct want *) need_wants; /* beside needs */
	struct solver_answer answer;
	struct str_list admitted; /* "name version": yanked ones that pins of dependencies let in (yanked_as_pip) */
	VEC(const struct resolve_direct *) directs;
};

struct resolve {
	struct arena *a; /* the run's own */
	const struct wants *wants;
	const struct resolve_options *options;
	struct notes *notes;
	struct catalog *catalog;
	struct resolve_target *targets;
	size_t n_targets;
	bool has_cutoff;
	int64_t cutoff; /* microseconds since 1970 */
	enum resolve_pre prereleases;
	/* For source distributions that are built. */
	const struct index_client_options *client;
	const struct index_config *config;
	struct store *store;
	struct map sdists; /* address -> struct resolve_sdist */
	bool offline;
	/* Prefetch: arrivals that wait for their turn. */
	VEC(struct resolve_arrival) arrivals;
	size_t arrivals_done;
	bool waving;
};

/* resolve_roots.c: wants -> rules and root needs of a target. */
bool resolve_roots(struct resolve_target *t, struct err *e);
struct resolve_rule *resolve_rule_of(struct resolve_target *t, str name); /* made when absent */
bool resolve_marker(struct resolve_target *t, const struct marker *m, const struct str_list *extras, bool *assumed);
struct solver_need resolve_need_of_want(struct resolve_target *t, const struct want *w, str extra);

/* resolve_direct.c */
bool resolve_direct_add(struct resolve_target *t, struct resolve_rule *rule, const struct want *w, struct err *e);
/* URL requirements of the user's own files and folders, which they bring along. */
bool resolve_direct_follow(struct resolve_target *t, struct err *e);

/* resolve_project.c: the candidates. */
struct resolve_project *resolve_project_of(struct resolve_target *t, str name); /* made when absent, not loaded */
bool resolve_project_load(struct resolve_target *t, struct resolve_project *p, struct err *e);
void resolve_project_build(struct resolve_target *t, struct resolve_project *p, const struct catalog_project *page);
void resolve_project_prefer(struct resolve_target *t, struct resolve_project *p); /* after new pins */
struct resolve_python resolve_python_of(struct resolve_target *t, str requires_python);
bool resolve_wheel_name(struct arena *a, str file, struct wheel_name *out);
size_t resolve_rank(struct resolve_target *t, str file);
/* The number of a refusal that metadata shows; equal texts share one. */
uint32_t resolve_refuse(struct resolve *r, struct resolve_project *p, size_t candidate, str text);

/* resolve_reason.c: texts that follow "NAME VERSION". */
/* versions: which of those with that number it is about; NULL = all of them. */
str resolve_reason(struct resolve_target *t, const struct resolve_project *p, uint32_t refused,
                   const struct interval_set *versions);
str resolve_python_text(struct resolve_target *t);
#define RESOLVE_SDISTS_HELP "--sdists pure makes wheels of source distributions when nothing of them has to run"
str resolve_hint(struct resolve_target *t, struct resolve_project *p, const struct interval_set *allowed);
/* For a name that no index knows: the name that was probably meant, or empty. */
str resolve_meant(struct resolve_target *t, str name);

/* File names of a run of versions, those included that were left out of memory because no target can use them. */
struct str_list resolve_names(struct resolve_target *t, const struct resolve_project *p, const struct refusal *run);

/* resolve_failure.c: true when one requirement alone is the cause, which e then tells. */
bool resolve_failure(struct resolve_target *t, struct str_list *packages, struct err *e);

/* resolve_needs.c */
bool resolve_needs_of(struct resolve_target *t, struct resolve_project *p, size_t candidate, str extra,
                      const struct solver_needs **out, struct err *e);

/* resolve_sdist.c: what is known of a source distribution once its wheel was made. */
struct resolve_sdist {
	str name, version; /* of the wheel; empty when there can be none: metadata.broken tells why */
	const char *backend;
	bool by_host;
	struct sha256 sha256; /* of the archive */
	struct catalog_metadata metadata;
};
/* name, version: that it must have; empty = not known. */
bool resolve_sdist(struct resolve_target *t, str name, str version, str index, const struct locked_file *file,
                   const struct resolve_sdist **out, struct err *e);
/* Metadata of a file of a page: the catalog's, or that of the wheel which is made of a source distribution. direct: what stands for the
 * page, or NULL. */
bool resolve_metadata_of(struct resolve_target *t, const struct catalog_project *page, size_t file,
                         const struct resolve_direct *direct, const struct catalog_metadata **out, struct err *e);
/* Says that the chosen version was built, when it was. */
void resolve_sdist_tell(struct resolve_target *t, const struct resolve_project *p, size_t candidate);
/* Why the source distribution of that version is not even looked at; empty: it is. */
str resolve_sdist_unseen(struct resolve_target *t, struct resolve_project *p, size_t candidate);
/* Will that file be built? The catalog is not asked ahead for it. */
bool resolve_waits_for_sdist(struct resolve_target *t, const struct resolve_project *p, size_t file);

/* resolve_wave.c: what is loaded ahead. */
void resolve_wave_arrived(struct resolve *r, const struct catalog_project *page, size_t file);
void resolve_wave_want(struct resolve_target *t, str name, str extra, const struct interval_set *allowed);
void resolve_wave_begin(struct resolve_target *t);
void resolve_wave_likely(struct resolve_target *t, str name, const struct interval_set *allowed, size_t best);
void resolve_wave_tried(struct resolve_target *t, struct resolve_project *p);

/* resolve_merge.c, resolve_tell.c */
/* A file of an index as locks have it. */
struct locked_file resolve_locked_of(const struct catalog_file *f);
void resolve_merge(struct resolve *r, struct arena *a, struct resolution *out);
void resolve_tell(struct resolve_target *t);

/* resolve_time.c: RFC 3339 time, or a date, as microseconds since 1970; a date is its end. */
bool resolve_time_parse(str text, bool date_end, int64_t *out);

#endif
