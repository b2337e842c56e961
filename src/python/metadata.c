/* metadata.c: the header block of METADATA, field by field.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/metadata.h"

#include "python/header_block.h"
#include "python/name.h"
#include "python/version.h"

/* Where the value of a field goes: exactly one is set, or none when lamina has no use for the field. */
struct place {
	str *single;
	struct str_list *list;
};

static struct place place_of(struct metadata *m, str name)
{
	const struct {
		str name;
		struct place place;
	} fields[] = {
		{ S("Requires-Dist"), { NULL, &m->requires_dist } },
		{ S("Name"), { &m->name, NULL } },
		{ S("Version"), { &m->version, NULL } },
		{ S("Metadata-Version"), { &m->metadata_version, NULL } },
		{ S("Requires-Python"), { &m->requires_python, NULL } },
		{ S("Provides-Extra"), { NULL, &m->provides_extra } },
		{ S("License-File"), { NULL, &m->license_files } },
		{ S("Dynamic"), { NULL, &m->dynamic } },
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (str_ieq(name, fields[i].name)) return fields[i].place;
	return (struct place){ NULL, NULL };
}

static bool value_is_clean(str value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
	}
	return utf8_valid(value);
}

static bool take_header(struct arena *a, const struct header *h, struct metadata *m, struct err *e)
{
	struct place place = place_of(m, h->name);
	if (!place.single && !place.list) return true;
	if (place.single && place.single->p) return true; /* the first one wins */
	str value = header_value(a, h);
	if (!value_is_clean(value)) {
		err_set(e, ERR_FORMAT, "metadata", "the field " STR_FMT " of the metadata holds control characters or is not UTF-8",
		        STR_ARG(h->name));
		return err_at(e, h->offset);
	}
	if (place.single) {
		*place.single = value.p ? value : S("");
		return true;
	}
	if (place.list->n == METADATA_REQUIRES_MAX) {
		err_set(e, ERR_FORMAT, "metadata", "the metadata has more than %d lines " STR_FMT, METADATA_REQUIRES_MAX,
		        STR_ARG(h->name));
		return err_at(e, h->offset);
	}
	*vec_push(a, place.list) = value;
	return true;
}

static bool check_version_of_format(const struct metadata *m, struct err *e)
{
	uint64_t parts[2];
	if (!header_dotted_number(m->metadata_version, parts))
		return err_set(e, ERR_FORMAT, "metadata", "the Metadata-Version \"" STR_FMT "\" is no version number",
		               STR_ARG(m->metadata_version));
	if (parts[0] <= 2) return true;
	err_set(e, ERR_FORMAT, "metadata", "the Metadata-Version " STR_FMT " is newer than lamina knows",
	        STR_ARG(m->metadata_version));
	return err_why(e, "tools must refuse metadata of a higher major version than theirs, which is 2");
}

static bool check_required(struct arena *a, const struct metadata *m, struct err *e)
{
	const struct {
		const char *name;
		str value;
	} required[] = { { "Metadata-Version", m->metadata_version }, { "Name", m->name }, { "Version", m->version } };
	for (size_t i = 0; i < 3; i++)
		if (str_empty(required[i].value)) return err_set(e, ERR_FORMAT, "metadata", "the metadata has no %s", required[i].name);
	if (!check_version_of_format(m, e)) return false;
	if (!name_valid(m->name))
		return err_set(e, ERR_FORMAT, "metadata", "the Name \"" STR_FMT "\" in the metadata is no valid project name",
		               STR_ARG(m->name));
	struct version parsed;
	if (!version_parse(a, m->version, &parsed, NULL))
		return err_set(e, ERR_FORMAT, "metadata", "the Version \"" STR_FMT "\" in the metadata is no valid version",
		               STR_ARG(m->version));
	return true;
}

bool metadata_parse(struct arena *a, str text, struct metadata *out, struct err *e)
{
	if (text.n > METADATA_MAX) return err_set(e, ERR_FORMAT, "metadata", "the metadata is larger than %zu bytes", METADATA_MAX);
	struct metadata m = { 0 };
	struct header_block block = header_block_over(text);
	for (struct header h; header_block_next(&block, &h);)
		if (!take_header(a, &h, &m, e)) return false;
	if (!check_required(a, &m, e)) return false;
	*out = m;
	return true;
}
