/* help_facts.c: what every command has in common: variables and exit statuses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/help.h"

const struct help_row help_environment[] = {
	{ "LAMINA_CACHE_DIR", "Folder of the store; else $XDG_CACHE_HOME/lamina, else ~/.cache/lamina." },
	{ "LAMINA_INDEX_URL", "Default index, below --index-url and above lamina.toml." },
	{ "LAMINA_JOBS", "Threads, as --jobs." },
	{ "LAMINA_OFFLINE", "1: no network, as --offline." },
	{ "UV_*", "uv's: UV_DEFAULT_INDEX, UV_INDEX, UV_FIND_LINKS, UV_NO_INDEX, UV_INDEX_NAME_USERNAME and _PASSWORD, "
	          "UV_INSECURE_HOST, UV_KEYRING_PROVIDER, UV_HTTP_TIMEOUT, UV_HTTP_RETRIES." },
	{ "PIP_*",
	  "pip's, below uv's: PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS, PIP_NO_INDEX, PIP_TRUSTED_HOST, PIP_CERT, "
	  "PIP_PROXY, PIP_TIMEOUT, PIP_RETRIES, PIP_KEYRING_PROVIDER, PIP_CONFIG_FILE." },
	{ "NETRC", "File with passwords; else ~/.netrc." },
	{ "SSL_CERT_FILE", "Certificates that are trusted; also SSL_CERT_DIR, REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE." },
	{ "HTTPS_PROXY", "Proxy; also HTTP_PROXY, ALL_PROXY and NO_PROXY." },
	{ "NO_COLOR", "No colour. CLICOLOR_FORCE=1: always. CI, TERM=dumb: neither colour nor progress." },
	{ NULL, NULL },
};

/* base/err.h gives each its codes. */
const struct help_row help_statuses[] = {
	{ "0", "Done." },
	{ "1", "Findings or differences." },
	{ "2", "Usage or configuration." },
	{ "3", "A bad input file: wheel, zip, lock, source." },
	{ "4", "Cannot resolve, or lock and inputs disagree." },
	{ "5", "Network, index or AWS." },
	{ "6", "Local files: disk full, permissions." },
	{ "70", "A bug in lamina." },
	{ "130", "Interrupted." },
	{ NULL, NULL },
};
