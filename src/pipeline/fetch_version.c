/* fetch_version.c: which listed files belong to a locked version.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/fetch_parts.h"
#include "python/version.h"
#include "python/wheel_name.h"

enum version_match fetch_match_version(struct arena *a, str file, str version)
{
	struct wheel_name wheel;
	struct sdist_name sdist;
	struct err ignored = { 0 };
	struct version want, have;
	str text;
	if (wheel_name_parse(a, file, &wheel, &ignored))
		text = wheel.version;
	else if (sdist_name_parse(a, file, &sdist, &ignored))
		text = sdist.version;
	else
		return MATCH_NO;
	if (!version_parse(a, version, &want, NULL) || !version_parse(a, text, &have, NULL))
		return str_ieq(text, version) ? MATCH_EXACT : MATCH_NO;
	if (version_cmp(&want, &have) == 0) return MATCH_EXACT;
	if (want.n_local > 0 || have.n_local == 0) return MATCH_NO;
	have.n_local = 0;
	have.fast = 0;
	want.fast = 0;
	return version_cmp(&want, &have) == 0 ? MATCH_LOCAL : MATCH_NO;
}
