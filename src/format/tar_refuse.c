/* tar_refuse.c: how a refused archive is told.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "format/tar.h"

bool tar_refuse(str file, str member, uint64_t at, const char *why, struct err *e)
{
	err_set(e, ERR_FORMAT, "bad-sdist", "the source distribution `" STR_FMT "` is not accepted", STR_ARG(file));
	if (member.n)
		err_where(e, STR_FMT ": " STR_FMT, STR_ARG(file), STR_ARG(member));
	else if (at != ERR_NO_OFFSET)
		err_where(e, STR_FMT ", at byte %" PRIu64 " of the tar in it", STR_ARG(file), at);
	else
		err_where(e, STR_FMT, STR_ARG(file));
	err_why(e, "%s", why);
	return err_help(e, "choose a version that has a wheel, or an archive that its authors made anew");
}
