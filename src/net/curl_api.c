/* curl_api.c: dlopen and the table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/curl_api.h"

#include <string.h>

#include "base/library.h"

/* curl_multi_poll is of 7.66. */
#define CURL_OLDEST 0x074200

#ifdef __APPLE__
static const char *const library_names[] = { "libcurl.4.dylib", "/usr/lib/libcurl.4.dylib", "libcurl.dylib", NULL };
#else
static const char *const library_names[] = { "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so", NULL };
#endif

static bool missing(struct err *e, const char *why)
{
	err_set(e, ERR_NETWORK, "no-libcurl", "the library that talks to the network, libcurl, cannot be used");
	err_why(e, "%s", why ? why : "unknown");
	return err_help(
	    e, "install it: on Debian and Ubuntu the package libcurl4, on Fedora and Amazon Linux libcurl, on Alpine libcurl");
}

bool curl_api_load(struct curl_api *api, struct err *e)
{
	struct curl_api loaded = { 0 };
	const char *why;
	loaded.library = library_open(library_names, &why);
	if (!loaded.library) return missing(e, why);
#define X(name, function)                                                                                                      \
	if (!library_symbol(loaded.library, #function, &loaded.name, sizeof loaded.name))                                          \
		return missing(e, "it is too old: it lacks " #function);
	CURL_API(X)
#undef X
	if (loaded.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return missing(e, "curl_global_init fails");
	const curl_version_info_data *v = loaded.version_info(CURLVERSION_NOW);
	if (v->version_num < CURL_OLDEST || !(v->features & CURL_VERSION_SSL)) {
		loaded.global_cleanup();
		return missing(e, "it is older than 7.66 or built without TLS");
	}
	*api = loaded;
	return true;
}

void curl_api_unload(struct curl_api *api)
{
	if (api->library) api->global_cleanup();
	memset(api, 0, sizeof *api);
}
