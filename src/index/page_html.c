/* page_html.c: the HTML form of the simple repository API (PEP 503, 592, 629, 658, 714, 792).
 * SPDX-License-Identifier: Apache-2.0 */
#include "format/html.h"
#include "index/page_internal.h"
#include "net/url.h"

static str attribute(const struct html_reader *h, str name)
{
	const struct html_attribute *found = html_attribute(h, name);
	return found ? found->value : S("");
}

/* "#sha256=HEX&egg=..." */
static void take_fragment(struct page_reader *r, struct index_file *f, str fragment)
{
	while (!str_empty(fragment)) {
		str pair, name, value;
		str_cut(fragment, '&', &pair, &fragment);
		if (str_cut(pair, '=', &name, &value)) page_hash(r, f, name, value);
	}
}

/* PEP 714: the new name counts where both are there. "true", or ALGORITHM=HEX. */
static void take_metadata(const struct html_reader *h, struct index_file *f)
{
	const struct html_attribute *found = html_attribute(h, S("data-core-metadata"));
	if (!found) found = html_attribute(h, S("data-dist-info-metadata"));
	str name, value, text = found ? str_trim(found->value) : S("");
	if (str_empty(text) || str_ieq(text, S("false"))) return;
	f->has_metadata = true;
	if (str_cut(text, '=', &name, &value) && str_ieq(name, S("sha256")))
		f->has_metadata_sha256 = sha256_from_hex(value, &f->metadata_sha256);
}

static bool take_anchor(struct page_reader *r, const struct html_reader *h)
{
	const struct html_attribute *href = html_attribute(h, S("href"));
	str url, file, fragment;
	if (!href || !page_link(r, href->value, &url, &file, &fragment)) return true;
	const struct html_attribute *yanked = html_attribute(h, S("data-yanked"));
	struct index_file f = { .url = url,
		                    .file = file,
		                    .requires_python = str_trim(attribute(h, S("data-requires-python"))),
		                    .yanked = yanked != NULL,
		                    .yanked_reason = yanked ? yanked->value : S("") };
	take_fragment(r, &f, fragment);
	take_metadata(h, &f);
	return page_add(r, &f);
}

static bool take_meta(struct page_reader *r, const struct html_reader *h)
{
	str name = attribute(h, S("name")), content = attribute(h, S("content"));
	if (str_ieq(name, S("pypi:repository-version"))) return page_api_version(r, str_trim(content));
	if (str_ieq(name, S("pypi:project-status"))) r->page->status = str_trim(content);
	if (str_ieq(name, S("pypi:project-status-reason"))) r->page->status_reason = content;
	return true;
}

/* A page that ends inside a tag was cut: what it does not show must not be taken for absent. */
static bool is_cut(str text)
{
	size_t open = str_rchr(text, '<'), close = str_rchr(text, '>');
	if (open == STR_NONE || (close != STR_NONE && close > open)) return false;
	char next = str_at(text, open + 1);
	return next == '\0' || ascii_alpha(next) || next == '/' || next == '!';
}

bool page_read_html(struct page_reader *r)
{
	struct html_reader h;
	struct err ignored = { 0 };
	bool based = false, ok = true;
	if (is_cut(r->text)) return page_bad(r, "it ends inside an HTML tag");
	html_begin(&h, r->arena, r->text);
	struct arena_mark mark = arena_mark(r->arena);
	for (enum html_token t; ok && (t = html_next(&h)) != HTML_END; mark = arena_mark(r->arena)) {
		if (t != HTML_OPEN) {
			page_file_over(r, mark);
		} else if (str_eq(h.name, S("a"))) {
			ok = take_anchor(r, &h);
			page_file_over(r, mark);
		} else if (str_eq(h.name, S("base")) && !based && html_attribute(&h, S("href"))) {
			/* Only the first one counts; it may be relative itself. */
			str base;
			based = true;
			if (url_resolve(r->arena, r->base, attribute(&h, S("href")), &base, &ignored)) r->base = base;
		} else if (str_eq(h.name, S("meta"))) {
			ok = take_meta(r, &h);
		}
	}
	return ok;
}
