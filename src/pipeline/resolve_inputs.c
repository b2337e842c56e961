/* resolve_inputs.c: what an answer depends on besides the indexes, as one digest: a lock whose digest is another is out of date.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/resolve_parts.h"

static void add_option(struct arena *a, struct str_list *out, const char *name, str value)
{
	*vec_push(a, out) = arena_fmt(a, "%s=" STR_FMT, name, STR_ARG(value));
}

static void update(struct sha256_stream *s, str text)
{
	char length[8];
	for (size_t i = 0; i < sizeof length; i++) length[i] = (char)((uint64_t)text.n >> (8 * i));
	sha256_update(s, length, sizeof length);
	sha256_update(s, text.p, text.n);
}

void resolve_inputs(struct arena *a, const struct wants *wants, const struct lock_target *targets, size_t n_targets,
                    const struct resolve_options *options, struct sha256 *inputs, struct str_list *list)
{
	static const char *const prereleases[] = { "if-necessary", "allow", "disallow", "explicit" };
	static const char *const orders[] = { "highest", "lowest", "lowest-direct" };
	struct str_list texts = { 0 };
	struct sha256_stream s;
	*list = (struct str_list){ 0 };
	if (options->exclude_newer.n) add_option(a, list, "exclude-newer", options->exclude_newer);
	if (options->prereleases != RESOLVE_PRE_IF_NECESSARY)
		add_option(a, list, "prerelease", str_from(prereleases[options->prereleases]));
	if (options->order != RESOLVE_HIGHEST) add_option(a, list, "resolution", str_from(orders[options->order]));
	if (options->policy.host) add_option(a, list, "build", S("host"));
	if (options->sdists) add_option(a, list, "sdists", options->policy.pure_sdists ? S("pure") : S("yes"));
	if (options->yanked_as_pip) add_option(a, list, "yanked", S("pip"));
	str_list_sort(list);
	for (size_t i = 0; i < n_targets; i++) str_list_add_new(a, &texts, targets[i].text);
	str_list_sort(&texts);
	sha256_begin(&s);
	update(&s, S("lamina inputs 1"));
	update(&s, (str){ (const char *)wants->digest.bytes, sizeof wants->digest.bytes });
	for (size_t i = 0; i < texts.n; i++) update(&s, texts.p[i]);
	update(&s, S(""));
	for (size_t i = 0; i < list->n; i++) update(&s, list->p[i]);
	sha256_end(&s, inputs);
}
