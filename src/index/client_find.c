/* client_find.c: folders and pages of files: --find-links, and indexes on disk.
 * SPDX-License-Identifier: Apache-2.0
 *
 * As pip: a folder offers the files in it (those below it not), a page those that it links to, an address of a wheel or sdist
 * that file alone. */
#include "base/buf.h"
#include "base/io.h"
#include "index/client_internal.h"
#include "net/url.h"
#include "python/name.h"

bool client_file_is_of(str file, str name)
{
	/* "a-b-1.0.tar.gz" is version 1.0 of a-b: each "-" with a version behind it is tried, as pip does. Wheel names have no "-". */
	bool wheel = str_ends(file, S(".whl"));
	for (size_t i = 0; i < file.n && i <= NAME_MAX_BYTES; i++) {
		if (file.p[i] != '-') continue;
		char next = str_at(file, i + 1);
		bool version = ascii_digit(next) || (ascii_tolower(next) == 'v' && ascii_digit(str_at(file, i + 2)));
		if ((wheel || version) && name_same(str_slice(file, 0, i), name)) return true;
		if (wheel) return false;
	}
	return false;
}

static bool is_archive(str file)
{
	static const str ends[] = { { ".whl", 4 }, { ".tar.gz", 7 }, { ".zip", 4 } };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(file, ends[i])) return true;
	return false;
}

static bool add_local(struct arena *a, struct index_page *page, str folder, str file)
{
	str path = path_join(a, folder, file);
	struct io_stat stat;
	struct err ignored = { 0 };
	if (!is_archive(file) || !io_stat(arena_cstr(a, path), &stat, &ignored) || !stat.is_regular) return false;
	struct index_file *f = vec_push(a, &page->files);
	f->file = file;
	f->url = url_from_path(a, path);
	f->has_size = true;
	f->size = stat.size;
	return true;
}

static bool read_page(struct arena *a, str path, struct index_page *out, struct err *e)
{
	str text;
	if (!io_read_file(a, arena_cstr(a, path), PAGE_BYTES_MAX, &text, e)) return false;
	return index_page_parse(a, text, url_from_path(a, path), str_ends(path, S(".json")) ? S("") : S("text/html"), out, e);
}

bool client_read_place(struct arena *a, str url, struct index_page *out, bool *found, struct err *e)
{
	struct url u;
	struct io_stat stat;
	str path;
	*out = (struct index_page){ .kind = PAGE_HTML };
	*found = false;
	if (!url_parse(a, url, &u, e) || !url_to_path(a, &u, &path, e)) return err_where(e, STR_FMT, STR_ARG(url));
	path = path_clean(a, path);
	if (!io_stat(arena_cstr(a, path), &stat, e)) return false;
	if (!stat.exists) return true;
	*found = true;
	if (!stat.is_dir) return is_archive(path) ? add_local(a, out, path_dir(path), path_base(path)) : read_page(a, path, out, e);
	struct str_list names = { 0 };
	if (!io_list(a, arena_cstr(a, path), FOLDER_NAMES_MAX, &names, e)) return false;
	for (size_t i = 0; i < names.n; i++) add_local(a, out, path, names.p[i]);
	return true;
}

struct index_file client_copy_file(struct arena *a, const struct index_file *f)
{
	struct index_file copy = *f;
	copy.file = arena_str(a, f->file);
	copy.url = arena_str(a, f->url);
	copy.requires_python = arena_str(a, f->requires_python);
	copy.yanked_reason = arena_str(a, f->yanked_reason);
	copy.upload_time = arena_str(a, f->upload_time);
	copy.other_hashes = (struct str_list){ 0 };
	for (size_t i = 0; i < f->other_hashes.n; i++) *vec_push(a, &copy.other_hashes) = arena_str(a, f->other_hashes.p[i]);
	return copy;
}

/* --- pages of find-links that come over the network --- */

struct link_page {
	struct index_client *client;
	struct found_links *links;
	struct buf text;
};

static bool on_text(void *context, const void *bytes, size_t n, struct err *e)
{
	struct link_page *p = context;
	return buf_add(&p->text, bytes, n) || err_set(e, ERR_NETWORK, "bad-index-page", "the page is longer than 64 MiB");
}

static bool on_restart(void *context, struct err *e)
{
	struct link_page *p = context;
	(void)e;
	buf_clear(&p->text);
	return true;
}

static void on_done(void *context, const struct http_result *result)
{
	struct link_page *p = context;
	struct index_client *c = p->client;
	struct err e = { 0 }, why = { 0 };
	if (!result->ok)
		why = *result->error;
	else
		p->links->loaded = index_page_parse(&c->arena, buf_take(&p->text, &c->arena), arena_str(&c->arena, result->url),
		                                    arena_str(&c->arena, result->content_type), &p->links->page, &why);
	buf_release(&p->text);
	if (p->links->loaded) return;
	client_error(&e, S("--find-links"), &why);
	http_stop(c->http, &e);
}

static void queue_page(struct index_client *c, size_t i, struct link_page *p)
{
	static const struct http_header accept = { { "Accept", 6 }, { "text/html", 9 } };
	str url = c->config->find_links.p[i];
	struct index_credentials credentials = c->config->find_links_credentials.p[i];
	*p = (struct link_page){ .client = c, .links = &c->links[i] };
	buf_init(&p->text, PAGE_BYTES_MAX);
	client_credentials(c, url, S(""), &credentials);
	struct http_request r = { .url = url,
		                      .headers = &accept,
		                      .n_headers = 1,
		                      .max_body = PAGE_BYTES_MAX,
		                      .gzip = true,
		                      .context = p,
		                      .sink = on_text,
		                      .restart = on_restart,
		                      .done = on_done };
	client_authorize(&r, &credentials);
	http_add(client_http(c), &r);
}

/* A web address that ends in a wheel's or sdist's name is that file. */
static bool is_remote_archive(struct index_client *c, size_t i)
{
	struct url u;
	struct err ignored = { 0 };
	str file, url = c->config->find_links.p[i];
	if (!url_parse(&c->arena, url, &u, &ignored)) return false;
	file = url_file_name(&c->arena, &u);
	if (!is_archive(file)) return false;
	struct index_file *f = vec_push(&c->arena, &c->links[i].page.files);
	f->file = file;
	f->url = url;
	c->links[i].loaded = true;
	return true;
}

bool client_load_links(struct index_client *c, struct err *e)
{
	const struct str_list *all = &c->config->find_links;
	struct link_page *pages = arena_array(&c->arena, struct link_page, all->n);
	size_t queued = 0;
	for (size_t i = 0; i < all->n; i++) {
		bool found;
		struct found_links *l = &c->links[i];
		if (l->loaded) continue;
		l->url = all->p[i];
		if (str_starts(l->url, S("file:"))) {
			if (!client_read_place(&c->arena, l->url, &l->page, &found, e)) return false;
			l->loaded = true;
		} else if (!is_remote_archive(c, i)) {
			if (c->options.offline) return client_offline(e, S("--find-links"), l->url);
			queue_page(c, i, &pages[queued++]);
		}
	}
	bool ok = queued == 0 || http_run(c->http, e);
	for (size_t i = 0; !ok && i < queued; i++)
		if (pages[i].text.p) buf_release(&pages[i].text);
	return ok;
}
