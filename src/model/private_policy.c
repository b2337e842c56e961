/* private_policy.c: words -> what they allow.
 * SPDX-License-Identifier: Apache-2.0 */
#include "model/private_policy.h"

struct private_policy private_policy_of(struct private_words words)
{
	struct private_policy out = { .host = str_eq(words.build, S("host")) };
	out.pure_sdists = str_eq(words.sdists, S("pure")) || (out.host && str_empty(words.sdists));
	return out;
}

struct private_words private_words_over(struct private_words said, struct private_words before)
{
	if (str_empty(said.sdists)) said.sdists = before.sdists;
	if (str_empty(said.build)) said.build = before.build;
	return said;
}
