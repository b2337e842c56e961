/* build_key.c: every field goes in with its length, so that no two descriptions can look alike.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/build_key.h"

#include "pipeline/private_host.h"
#include "zip/zip_write.h"

/* Raised when the bytes that a plan gives change although nothing else does. */
#define KEY_VERSION 2

static void put_number(struct sha256_stream *h, uint64_t n)
{
	unsigned char bytes[8];
	for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)(n >> (8 * i));
	sha256_update(h, bytes, sizeof bytes);
}

static void put_text(struct sha256_stream *h, str s)
{
	put_number(h, s.n);
	sha256_update(h, s.p, s.n);
}

static void put_list(struct sha256_stream *h, const struct str_list *list)
{
	put_number(h, list->n);
	for (size_t i = 0; i < list->n; i++) put_text(h, list->p[i]);
}

static void put_inputs(struct sha256_stream *h, const struct artifact *x)
{
	put_number(h, x->dependencies.n);
	for (size_t i = 0; i < x->dependencies.n; i++) {
		put_number(h, x->dependencies.p[i].kind);
		put_text(h, x->dependencies.p[i].path);
	}
	put_list(h, &x->groups);
	put_list(h, &x->only_groups);
	put_list(h, &x->extras);
	put_number(h, x->no_default_groups);
	put_number(h, x->all_extras);
	put_number(h, x->no_deps);
	put_text(h, x->private.sdists);
	put_text(h, x->private.build);
	put_list(h, &x->only);
	put_list(h, &x->exclude);
	put_list(h, &x->provided);
}

static void put_project(struct sha256_stream *h, const struct artifact *x)
{
	put_list(h, &x->sources);
	put_list(h, &x->include);
	put_list(h, &x->exclude_path);
	put_number(h, x->binaries.n);
	for (size_t i = 0; i < x->binaries.n; i++) {
		put_number(h, x->binaries.p[i].kind);
		put_text(h, x->binaries.p[i].path);
	}
	put_list(h, &x->command);
	put_number(h, x->files.n);
	for (size_t i = 0; i < x->files.n; i++) {
		put_text(h, x->files.p[i].target);
		put_text(h, x->files.p[i].source);
	}
}

/* The rules that turn wheels and files into bytes. */
static void put_rules(struct sha256_stream *h, const struct artifact *x)
{
	put_number(h, KEY_VERSION);
	put_text(h, S(LAMINA_VERSION));
	put_text(h, str_from(zip_coder()));
	put_number(h, x->kind);
	put_text(h, x->name);
	put_text(h, str_from(x->target.runtime->name));
	put_number(h, x->target.arch);
	put_number(h, x->layout);
	put_number(h, x->compress);
	put_number(h, x->slim);
	put_number(h, x->scripts);
	put_number(h, x->into.n > 0);
	put_number(h, x->prefer.n);
	for (size_t i = 0; i < x->prefer.n; i++) {
		put_text(h, x->prefer.p[i].glob);
		put_text(h, x->prefer.p[i].distribution);
	}
}

void build_key_options(const struct artifact *x, str index_key, const struct build_options *options, struct sha256 *out)
{
	struct sha256_stream h;
	sha256_begin(&h);
	put_rules(&h, x);
	put_text(&h, index_key);
	put_text(&h, x->output);
	put_text(&h, x->into);
	put_inputs(&h, x);
	put_project(&h, x);
	/* What one run lets pass must not answer for another that does not. */
	put_number(&h, options->frozen);
	put_number(&h, options->no_lock);
	put_list(&h, &options->allow_record_mismatch);
	if (str_eq(x->private.build, S("host"))) {
		put_list(&h, &options->build_constraints);
		private_host_hash(options->env, &h);
	}
	sha256_end(&h, out);
}

void build_key_content(const struct artifact *x, const struct distribution *distributions, size_t n,
                       const struct source_list *sources, struct sha256 *out)
{
	struct sha256_stream h;
	sha256_begin(&h);
	put_rules(&h, x);
	put_number(&h, n);
	for (size_t i = 0; i < n; i++) {
		put_text(&h, distributions[i].file);
		sha256_update(&h, distributions[i].record->sha256.bytes, SHA256_SIZE);
	}
	put_number(&h, sources->files.n);
	for (size_t i = 0; i < sources->files.n; i++) {
		const struct source_file *f = &sources->files.p[i];
		put_text(&h, f->name);
		put_number(&h, f->executable);
		sha256_update(&h, f->sha256.bytes, SHA256_SIZE);
	}
	sha256_end(&h, out);
}
