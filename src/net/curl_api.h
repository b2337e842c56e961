/* curl_api.h: libcurl, loaded when it is first needed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libcurl drags in some thirty libraries and 7 ms; most commands never talk to a network. It is therefore opened with dlopen
 * and called through this table, whose types come from curl's own header, so that a wrong signature does not compile.
 * Lifetime: from curl_api_load to curl_api_unload; the library itself stays loaded.
 * Errors:   ERR_NETWORK "no-libcurl".
 * Threads:  a table belongs to one client; loading needs libcurl 7.84 to be safe beside another thread that loads. */
#ifndef LAMINA_NET_CURL_API_H
#define LAMINA_NET_CURL_API_H

#include <curl/curl.h>

#include "base/err.h"

/* name in the table, symbol in the library */
#define CURL_API(X)                                                                                                            \
	X(global_init, curl_global_init)                                                                                           \
	X(global_cleanup, curl_global_cleanup)                                                                                     \
	X(version_info, curl_version_info)                                                                                         \
	X(easy_init, curl_easy_init)                                                                                               \
	X(easy_cleanup, curl_easy_cleanup)                                                                                         \
	X(easy_reset, curl_easy_reset)                                                                                             \
	X(easy_strerror, curl_easy_strerror)                                                                                       \
	X(easy_setopt, curl_easy_setopt)                                                                                           \
	X(easy_getinfo, curl_easy_getinfo)                                                                                         \
	X(slist_append, curl_slist_append)                                                                                         \
	X(slist_free_all, curl_slist_free_all)                                                                                     \
	X(multi_init, curl_multi_init)                                                                                             \
	X(multi_cleanup, curl_multi_cleanup)                                                                                       \
	X(multi_setopt, curl_multi_setopt)                                                                                         \
	X(multi_add_handle, curl_multi_add_handle)                                                                                 \
	X(multi_remove_handle, curl_multi_remove_handle)                                                                           \
	X(multi_perform, curl_multi_perform)                                                                                       \
	X(multi_poll, curl_multi_poll)                                                                                             \
	X(multi_info_read, curl_multi_info_read)                                                                                   \
	X(multi_strerror, curl_multi_strerror)

/* curl.h wraps some of these names in macros that check or forward their arguments. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

struct curl_api {
	void *library;
#define X(name, symbol) __typeof__(symbol) *name;
	CURL_API(X)
#undef X
};

bool curl_api_load(struct curl_api *api, struct err *e);
void curl_api_unload(struct curl_api *api);

#endif
