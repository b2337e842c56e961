/* wheel_name.h: file names of wheels and source distributions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Binary distribution format" (PEP 427), "Source distribution file name" (PEP 625); acceptance as
 * packaging.utils 26.3, for printable ASCII without slashes; "%2B" in a version is read as "+".
 * Limits:   WHEEL_NAME_MAX bytes, WHEEL_TAGS_MAX expanded tags.
 * Errors:   ERR_FORMAT "wheel-name" / "sdist-name", the reason in why.
 * Lifetime: arena and views into the file name. */
#ifndef LAMINA_PYTHON_WHEEL_NAME_H
#define LAMINA_PYTHON_WHEEL_NAME_H

#include "python/tags.h"
#include "python/version.h"

#define WHEEL_NAME_MAX 4096
#define WHEEL_TAGS_MAX 1000

struct wheel_name {
	str file;    /* as given */
	str name;    /* normalised */
	str version; /* normalised */
	struct version parsed;
	bool has_build;
	str build_number; /* digits without leading zeros */
	str build_suffix;
	str pythons, abis, platforms; /* compressed sets, lower case */
	struct str_list tags;         /* expanded, sorted, unique */
};

bool wheel_name_parse(struct arena *a, str file, struct wheel_name *out, struct err *e);
struct sdist_name {
	str name, version; /* normalised */
};
bool sdist_name_parse(struct arena *a, str file, struct sdist_name *out, struct err *e);

/* Best (lowest) rank of the wheel's tags in the list, SIZE_MAX when none matches. */
size_t wheel_name_rank(const struct wheel_name *w, const struct tag_list *list);
/* Which of two matching wheels of one version is better: tag rank, then build tag (higher wins, none is lowest), then file name
 * bytes (greater loses). <0 when a is better. */
int wheel_name_better(const struct wheel_name *a, const struct wheel_name *b, const struct tag_list *list);
/* Chooses among file names (unparsable ones and sdists are skipped): index or SIZE_MAX. */
size_t wheel_choose(struct arena *a, const str *files, size_t n, const struct tag_list *list);
/* When nothing matches: the file that is nearest to the target and, as what one says of it, why it does not fit: "needs
 * glibc 2.39 or newer, but python3.12 has glibc 2.34", "is built for CPython 3.13 only, not for 3.12", "is built for macOS".
 * Nearer is what another runtime would cure, then another architecture, then nothing. The choice does not depend on the order
 * of the files. */
struct wheel_nearest {
	size_t index; /* of the wheel; SIZE_MAX when no file is a wheel */
	size_t sdist; /* without a wheel: the source distribution, or SIZE_MAX; the reason then speaks of the whole list */
	str reason;   /* never empty; no full stop */
};
struct wheel_nearest wheel_choose_nearest(struct arena *a, const str *files, size_t n, int python_minor, int glibc_minor,
                                          str machine);

#endif
