/* fuzz_marker.c: a marker prints as a marker that prints and answers the same; what is decided without the patch version stays so
 * with every patch version.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "python/marker.h"

static void check(struct arena *a, const struct marker *m)
{
	static const char *const patches[] = { "3.12.0", "3.12.1", "3.12.4", "3.12.99" };
	str extras[] = { S("a"), S("B_c") };
	struct str_list list = { extras, 2, 2 };
	struct marker_environment env = { .extras = &list };
	struct marker *again;
	str text = marker_text(a, m);
	bool evaluable = marker_check(m, NULL);
	enum tri open;

	env.values[MARKER_OS_NAME] = S("posix");
	env.values[MARKER_PYTHON_VERSION] = S("3.12");
	env.values[MARKER_IMPLEMENTATION_NAME] = S("cpython");
	open = marker_evaluate(m, &env);
	/* The printed form may be longer than what was read, so that only the limit may refuse it. */
	if (text.n <= MARKER_TEXT_MAX) {
		if (!marker_parse(a, text, &again, NULL) || !str_eq(text, marker_text(a, again))) abort();
		if (marker_evaluate(again, &env) != open || marker_check(again, NULL) != evaluable) abort();
	}
	for (size_t i = 0; i < sizeof patches / sizeof patches[0]; i++) {
		enum tri closed;

		env.values[MARKER_PYTHON_FULL_VERSION] = env.values[MARKER_IMPLEMENTATION_VERSION] = str_from(patches[i]);
		closed = marker_evaluate(m, &env);
		if (open != TRI_UNKNOWN && closed != open) abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct marker *m;
	str text = { (const char *)data, size };

	if (marker_parse(&a, text, &m, &e))
		check(&a, m);
	else if (e.code != ERR_FORMAT || !e.has_offset || e.offset > size)
		abort();
	arena_release(&a);
	return 0;
}
