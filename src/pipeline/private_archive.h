/* private_archive.h: the archive of a source distribution -> a folder.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything hostile ends here: what comes after works on a folder like any other. Regular files and folders are written, nothing else,
 * each below the given folder (base/beneath.h); links within the archive become what they lead to; of modes only the executable bit is
 * kept. Tar archives are read by format/tar.h, which also says what is refused; `.zip` by zip/zip_read.h.
 * The whole archive is judged before anything is written. Should writing itself fail, the folder holds part of the content: the caller
 * removes it.
 * Errors:  ERR_FORMAT "bad-sdist" (what = the archive, where = the member, why = the rule), "zip-..." of a .zip; ERR_IO. */
#ifndef LAMINA_PIPELINE_PRIVATE_ARCHIVE_H
#define LAMINA_PIPELINE_PRIVATE_ARCHIVE_H

#include "base/arena.h"
#include "base/err.h"

/* file: NAME-VERSION.tar.gz (.tgz, .tar.bz2, .tbz, .tar.xz, .txz, .tar, .zip), also for messages; fd: its bytes, read from the start whatever
 * the position is; folder: existing, empty, private. *top: FOLDER/TOP, the project's folder. */
bool private_archive_unpack(struct arena *a, int fd, str file, str folder, str *top, struct err *e);
/* Whether the name's ending is one of these. */
bool private_archive_known(str file);

#endif
