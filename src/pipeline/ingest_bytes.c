/* ingest_bytes.c: one pass over the bytes of a wheel.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every file is inflated by zip_verify_entry, which checks its CRC-32 and gives its SHA-256. What RECORD lists with SHA-384 or
 * SHA-512 is hashed once more on the way, and the first bytes of scripts are watched for "#!python": such a script is kept
 * whole, because a build rewrites its first line.
 * libcrypto's low-level functions, as in base/sha256.c and for the same reason. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <string.h>

#include "base/oom.h"
#include "base/pool.h"
#include "pipeline/ingest_parts.h"

#define PYTHON_LINE "#!python"
/* Inflated bytes from which several threads share one wheel: the last large one of a build is not waited for alone. */
#define PARALLEL_FROM ((uint64_t)4 << 20)

struct watch {
	bool hashes, is_384;
	SHA512_CTX hash;
	size_t n_head;
	char head[sizeof PYTHON_LINE - 1];
};

static bool see(void *context, const void *bytes, size_t n)
{
	struct watch *w = context;
	size_t wanted = sizeof w->head - w->n_head;
	if (wanted > n) wanted = n;
	if (wanted > 0) memcpy(w->head + w->n_head, bytes, wanted);
	w->n_head += wanted;
	if (w->hashes && n > 0) BUG_IF((w->is_384 ? SHA384_Update : SHA512_Update)(&w->hash, bytes, n) != 1);
	return true;
}

static void watch_begin(struct watch *w, const struct record_row *row)
{
	w->n_head = 0;
	w->is_384 = row && str_eq(row->algorithm, S("sha384"));
	w->hashes = w->is_384 || (row && str_eq(row->algorithm, S("sha512")));
	if (w->hashes) BUG_IF((w->is_384 ? SHA384_Init : SHA512_Init)(&w->hash) != 1);
}

static str sha256_bytes(const struct ingest_file *file)
{
	return (str){ (const char *)file->facts.sha256.bytes, sizeof file->facts.sha256.bytes };
}

/* Of a file that was not watched: SHA-256 is all that there is. */
static str plain_digest(const struct ingest_file *file)
{
	return !file->row || str_eq(file->row->algorithm, S("sha256")) ? sha256_bytes(file) : (str){ 0 };
}

/* The digest that RECORD speaks of; empty when it is one that nobody computed. */
static str digest_of(struct ingest *i, struct watch *w, const struct ingest_file *file)
{
	if (!file->row || str_eq(file->row->algorithm, S("sha256"))) return sha256_bytes(file);
	if (!w->hashes) return (str){ 0 };
	size_t n = w->is_384 ? SHA384_DIGEST_LENGTH : SHA512_DIGEST_LENGTH;
	unsigned char *digest = arena_array(&i->scratch, unsigned char, SHA512_DIGEST_LENGTH);
	BUG_IF((w->is_384 ? SHA384_Final : SHA512_Final)(digest, &w->hash) != 1);
	return (str){ (const char *)digest, n };
}

static bool keep_script(struct ingest *i, size_t at, size_t *kept)
{
	const struct zip_entry *entry = i->files[at].zip;
	str content;
	if (entry->usize > INGEST_SCRIPT_MAX || entry->usize > INGEST_SCRIPTS_MAX - *kept)
		return ingest_refuse(i, "script-size", entry->name,
		                     "the scripts that begin with " PYTHON_LINE " are too large (at most %zu bytes each, %zu together)",
		                     INGEST_SCRIPT_MAX, INGEST_SCRIPTS_MAX);
	if (!zip_read_entry(i->a, &i->zip, entry, INGEST_SCRIPT_MAX, &content, i->e)) return false;
	*kept += content.n;
	*vec_push(i->a, &i->record.inlined) = (struct wheel_inline){ .entry = at, .content = content };
	return true;
}

/* Scripts and files with other digests are watched while they are inflated; everything else only needs zip_facts. */
static bool is_watched(struct ingest *i, const struct ingest_file *file)
{
	str script;
	bool other_digest = file->row && (str_eq(file->row->algorithm, S("sha384")) || str_eq(file->row->algorithm, S("sha512")));
	return other_digest || ingest_is_script(i, file->zip->name, &script);
}

static bool verify_plain(void *context, size_t item, struct pool_worker *worker, struct err *e)
{
	struct ingest *i = context;
	struct ingest_file *file = &i->files[item];
	(void)worker;
	return is_watched(i, file) || zip_verify_entry(&i->zip, file->zip, NULL, NULL, &file->facts, e);
}

static bool verify_watched(struct ingest *i, struct ingest_file *file, struct watch *watch)
{
	watch_begin(watch, file->row);
	return zip_verify_entry(&i->zip, file->zip, see, watch, &file->facts, i->e);
}

bool ingest_verify(struct ingest *i)
{
	struct watch watch;
	size_t kept = 0;
	size_t jobs = i->options && i->zip.inflated >= PARALLEL_FROM ? i->options->jobs : 1;
	if (!pool_run(jobs, i->n_files, verify_plain, i, NULL, NULL, i->e)) return false;
	for (size_t k = 0; k < i->n_files; k++) {
		struct ingest_file *file = &i->files[k];
		str script;
		bool watched = is_watched(i, file);
		if (watched && !verify_watched(i, file, &watch)) return false;
		struct arena_mark mark = arena_mark(&i->scratch);
		if (!ingest_check_row(i, file, watched ? digest_of(i, &watch, file) : plain_digest(file))) return false;
		arena_rewind(&i->scratch, mark);
		if (!ingest_is_script(i, file->zip->name, &script)) continue;
		if (watch.n_head < sizeof watch.head || memcmp(watch.head, PYTHON_LINE, sizeof watch.head) != 0) continue;
		if (!keep_script(i, k, &kept)) return false;
	}
	return true;
}
