/* page.c: which kind of page it is, and what both kinds have in common.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index/page.h"

#include "index/page_internal.h"
#include "net/url.h"

/* The newest minor version of the API whose meaning is known here (PEP 792). */
#define KNOWN_MINOR 4

bool page_bad(struct page_reader *r, const char *why)
{
	err_set(r->error, ERR_NETWORK, "bad-index-page", "the index page cannot be read");
	return err_why(r->error, "%s", why);
}

bool page_api_version(struct page_reader *r, str version)
{
	str major, minor;
	uint64_t major_number, minor_number;
	if (!str_cut(version, '.', &major, &minor) || !str_u64(major, &major_number) || !str_u64(minor, &minor_number))
		return page_bad(r, "its API version is not MAJOR.MINOR");
	if (major_number != 1) return page_bad(r, "it speaks another major version of the simple repository API than 1");
	r->page->api_version = version;
	r->page->newer_api = minor_number > KNOWN_MINOR;
	return true;
}

/* "https://host/path/file#fragment" of characters that mean themselves, without dot segments: what nearly all links of large
 * pages are. It is its own result. */
static bool plain_link(str s, str *url, str *file, str *fragment)
{
	size_t at = str_starts(s, S("https://")) ? 8 : str_starts(s, S("http://")) ? 7 : 0, slash = 0, end;
	if (at == 0 || s.n > URL_MAX) return false;
	for (; at < s.n && s.p[at] != '/'; at++)
		if (!ascii_lower(s.p[at]) && !ascii_digit(s.p[at]) && s.p[at] != '-' && s.p[at] != '.') return false;
	if (s.p[at - 1] == '/') return false;
	for (end = at; end < s.n && s.p[end] != '#'; end++) {
		char c = s.p[end];
		if (c == '/') slash = end;
		if (c == '/' && str_at(s, end + 1) == '.') return false;
		if (!ascii_alnum(c) && c != '/' && c != '-' && c != '_' && c != '.' && c != '+') return false;
	}
	if (slash == 0 || slash + 1 == end) return false;
	for (size_t i = end + 1; i < s.n; i++)
		if (!ascii_alnum(s.p[i]) && s.p[i] != '=' && s.p[i] != '&' && s.p[i] != '-' && s.p[i] != '.') return false;
	*url = str_slice(s, 0, end);
	*file = str_slice(s, slash + 1, end);
	if (fragment) *fragment = str_from_pos(s, end + (end < s.n));
	return true;
}

static bool any_link(struct page_reader *r, str reference, str *url, str *file, str *fragment)
{
	struct arena *a = &r->scratch;
	struct err ignored = { 0 };
	struct url u;
	str absolute;
	if (!url_resolve(a, r->base, reference, &absolute, &ignored)) return false;
	if (!url_parse(a, absolute, &u, &ignored)) return false;
	bool web = str_eq(u.scheme, S("https")) || str_eq(u.scheme, S("http"));
	if (!web && !(r->local && str_eq(u.scheme, S("file")))) return false;
	str name = url_file_name(a, &u);
	if (str_empty(name)) return false;
	*file = arena_str(r->arena, name);
	if (fragment) *fragment = arena_str(r->arena, u.fragment);
	size_t hash = str_chr(absolute, '#');
	*url = arena_str(r->arena, str_slice(absolute, 0, hash == STR_NONE ? absolute.n : hash));
	return true;
}

bool page_link(struct page_reader *r, str reference, str *url, str *file, str *fragment)
{
	if (plain_link(reference, url, file, fragment)) return true;
	struct arena_mark mark = arena_mark(&r->scratch);
	bool ok = any_link(r, reference, url, file, fragment);
	arena_rewind(&r->scratch, mark);
	return ok;
}

static bool all_hex(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_hex(s.p[i]) < 0) return false;
	return s.n > 0;
}

void page_hash(struct page_reader *r, struct index_file *f, str algorithm, str hex)
{
	static const struct {
		str name;
		size_t digits;
	} known[] = {
		{ { "sha512", 6 }, 128 }, { { "sha384", 6 }, 96 }, { { "sha224", 6 }, 56 }, { { "sha1", 4 }, 40 }, { { "md5", 3 }, 32 }
	};
	if (str_ieq(algorithm, S("sha256"))) {
		if (!f->has_sha256) f->has_sha256 = sha256_from_hex(hex, &f->sha256);
		return;
	}
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_ieq(algorithm, known[i].name) && hex.n == known[i].digits && all_hex(hex) && f->other_hashes.n < 8)
			*vec_push(r->arena, &f->other_hashes) =
			    arena_fmt(r->arena, STR_FMT ":" STR_FMT, STR_ARG(known[i].name), STR_ARG(arena_lower(r->arena, hex)));
}

bool page_add(struct page_reader *r, const struct index_file *f)
{
	if (++r->n_files > PAGE_FILES_MAX) return page_bad(r, "it lists more than 1,000,000 files");
	if (r->take)
		r->take(r->context, f);
	else
		*vec_push(r->arena, &r->page->files) = *f;
	return true;
}

enum index_page_kind index_page_kind(str content_type)
{
	str type, parameters;
	str_cut(content_type, ';', &type, &parameters);
	type = str_trim(type);
	if (str_ieq(type, S("application/vnd.pypi.simple.v1+json"))) return PAGE_JSON;
	if (str_ieq(type, S("application/vnd.pypi.simple.v1+html")) || str_ieq(type, S("text/html"))) return PAGE_HTML;
	return PAGE_UNKNOWN;
}

static enum index_page_kind sniff(str text)
{
	return str_at(str_trim(str_slice(text, 0, 512)), 0) == '{' ? PAGE_JSON : PAGE_HTML;
}

static bool unknown_kind(struct page_reader *r, str content_type)
{
	page_bad(r, "");
	r->error->why[0] = '\0';
	return err_why(r->error, "its Content-Type is \"" STR_FMT "\", which is none of the simple repository API",
	               STR_ARG(str_slice(content_type, 0, 100)));
}

bool index_page_parse(struct arena *a, str text, str url, str content_type, struct index_page *out, struct err *e)
{
	return index_page_read(a, text, url, content_type, NULL, NULL, out, e);
}

bool index_page_read(struct arena *a, str text, str url, str content_type, index_page_take *take, void *context,
                     struct index_page *out, struct err *e)
{
	struct index_page page = { .kind = str_empty(str_trim(content_type)) ? sniff(text) : index_page_kind(content_type) };
	struct page_reader r = { .arena = a,
		                     .take = take,
		                     .context = context,
		                     .text = text,
		                     .base = url,
		                     .local = str_istarts(url, S("file:")),
		                     .page = &page,
		                     .error = e };
	bool ok;
	if (page.kind == PAGE_UNKNOWN)
		ok = unknown_kind(&r, content_type);
	else if (text.n > PAGE_BYTES_MAX)
		ok = page_bad(&r, "it is longer than 64 MiB");
	else if (str_empty(str_trim(text)))
		ok = page_bad(&r, "it is empty");
	else
		ok = page.kind == PAGE_JSON ? page_read_json(&r) : page_read_html(&r);
	arena_release(&r.scratch);
	if (!ok) return err_where(e, STR_FMT, STR_ARG(url_display(a, url)));
	*out = page;
	return true;
}
