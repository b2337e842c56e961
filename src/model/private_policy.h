/* private_policy.h: what lamina may make wheels of, besides folders that the native rules can read.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Two words say it, as options and as keys of lamina.toml; an own lock keeps them:
 *   sdists  "no", "pure": source distributions are built where there is no wheel for the target
 *   build   "native": nothing of a project is run; "host": what the native rules refuse is built by its own backend on this computer
 * Empty words are not said. "host" without a word about source distributions is for these, too. */
#ifndef LAMINA_MODEL_PRIVATE_POLICY_H
#define LAMINA_MODEL_PRIVATE_POLICY_H

#include <stdbool.h>

#include "base/str.h"

struct private_words {
	str sdists, build;
};

struct private_policy {
	bool pure_sdists;
	bool host;
};

#define PRIVATE_SDISTS "no|pure"
#define PRIVATE_BUILDS "native|host"

struct private_policy private_policy_of(struct private_words words);
/* What `said` leaves open is taken from `before`. */
struct private_words private_words_over(struct private_words said, struct private_words before);

#endif
