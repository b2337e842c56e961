/* wheel_file.c: the header block of WHEEL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/wheel_file.h"

#include "python/header_block.h"

static bool check_version(struct wheel_file *w, struct err *e)
{
	uint64_t parts[2];
	if (str_empty(w->wheel_version)) return err_set(e, ERR_FORMAT, "wheel-file", "WHEEL has no Wheel-Version");
	if (!header_dotted_number(w->wheel_version, parts))
		return err_set(e, ERR_FORMAT, "wheel-file", "the Wheel-Version \"" STR_FMT "\" in WHEEL is no version number",
		               STR_ARG(w->wheel_version));
	if (parts[0] != 1) {
		err_set(e, ERR_FORMAT, "wheel-file", "the Wheel-Version " STR_FMT " in WHEEL is not one that lamina knows",
		        STR_ARG(w->wheel_version));
		return err_why(e, "installers must refuse wheels of another major version than theirs, which is 1");
	}
	w->newer_minor = parts[1] > 0;
	return true;
}

static bool take_tag(struct arena *a, const struct header *h, struct wheel_file *w, struct err *e)
{
	if (w->tags.n == WHEEL_FILE_TAGS_MAX) {
		err_set(e, ERR_FORMAT, "wheel-file", "WHEEL has more than %d tags", WHEEL_FILE_TAGS_MAX);
		return err_at(e, h->offset);
	}
	*vec_push(a, &w->tags) = header_value(a, h);
	return true;
}

bool wheel_file_parse(struct arena *a, str text, struct wheel_file *out, struct err *e)
{
	if (text.n > WHEEL_FILE_MAX) return err_set(e, ERR_FORMAT, "wheel-file", "WHEEL is larger than %zu bytes", WHEEL_FILE_MAX);
	struct wheel_file w = { 0 };
	str purelib = { 0 };
	struct header_block block = header_block_over(text);
	for (struct header h; header_block_next(&block, &h);) {
		str *single = NULL;
		if (str_ieq(h.name, S("Tag"))) {
			if (!take_tag(a, &h, &w, e)) return false;
			continue;
		}
		if (str_ieq(h.name, S("Wheel-Version"))) single = &w.wheel_version;
		if (str_ieq(h.name, S("Root-Is-Purelib"))) single = &purelib;
		if (str_ieq(h.name, S("Build"))) single = &w.build;
		if (!single || single->p) continue; /* the first one wins */
		str value = header_value(a, &h);
		*single = value.p ? value : S("");
	}
	if (!check_version(&w, e)) return false;
	w.root_is_purelib = str_ieq(purelib, S("true"));
	*out = w;
	return true;
}
