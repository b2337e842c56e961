/* credentials.h: who we are to an index: from its URL, configuration, netrc, keyring.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Order (python-packaging 8.4): userinfo of the URL, UV_INDEX_<NAME>_USERNAME/_PASSWORD and [index.NAME], netrc, then, after a
 * 401 and when enabled, `keyring`. A user name without a password goes on looking for the password of that name.
 * Secrets:  never in an err, a note, a log, a child's command line (the user name is, as keyring wants it) or the store.
 * Lifetime: views into the arena given. */
#ifndef LAMINA_INDEX_CREDENTIALS_H
#define LAMINA_INDEX_CREDENTIALS_H

#include "base/env.h"
#include "base/err.h"
#include "base/vec.h"

#define NETRC_MAX          ((size_t)1 << 20)
#define NETRC_MACHINES_MAX 10000

struct index_credentials {
	bool has_user, has_password;
	str username, password;
};

struct netrc_machine {
	str host; /* as written; empty = "default" */
	struct index_credentials credentials;
};
struct netrc {
	VEC(struct netrc_machine) machines;
};

/* The format of ftp(1) as Python's netrc module and curl read it: machine, default, login, password, account, macdef; quoted
 * tokens with \ escapes; "#" comments at a token's beginning. Errors: ERR_USAGE "netrc" with the line, never its text. */
bool netrc_parse(struct arena *a, str text, struct netrc *out, struct err *e);
/* First machine of that host (any case), else "default"; login must equal `user` where that is not empty. */
bool netrc_find(const struct netrc *n, str host, str user, struct index_credentials *out);
/* $NETRC, else ~/.netrc, else ~/_netrc. A missing file is an empty netrc. */
bool netrc_load(struct arena *a, const struct env *env, struct netrc *out, struct err *e);

/* `keyring --mode=creds --output=json get SERVICE`, or `keyring get SERVICE USER` where the user is known, with the URL as the
 * service and then its host, as pip does; run without a shell, 30 s at most. found = false when it knows nothing or is not
 * installed. */
bool keyring_find(struct arena *a, const struct env *env, str url, str user, struct index_credentials *out, bool *found,
                  struct err *e);

#endif
