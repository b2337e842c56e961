/* net_probe.c: one JSON request on stdin, one JSON answer on stdout: the index client for the tests that drive a faulty server.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Request: {"command": "config"|"list"|"download"|"catalog" (net_probe.h), "command_line": LEVEL, "lamina_toml": LEVEL, "project": [LEVEL], "default_index",
 *          "offline", "now", "max_transfers", "names": [NAME | [NAME, INDEX]], "downloads": [{"url", "size", "sha256", "max_size",
 *          "range": [from, to], "index", "refuse"}]}
 * LEVEL:   {"index_url", "extra_index_urls", "find_links", "trusted_hosts", "no_index", "cert", "client_cert", "proxy", "timeout",
 *          "retries", "keyring", "directory", "origin", "indexes": [{"name", "url", "packages", "default", "explicit", "username",
 *          "password"}]}
 * Answer:  {"ok": RESULT | null, "error": {"status", "id", "what", "where", "why", "help"} | null, "log": [..], "notes": [..]}.
 * The environment is the process's own. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "format/json.h"
#include "index/client.h"
#include "net_probe.h"

extern char **environ;

static atomic_bool cancelled;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	atomic_store(&cancelled, true);
}

struct probe {
	struct arena a;
	const struct json_value *request;
	struct index_config config;
	struct notes notes;
	struct str_list log;
	struct json_writer w;
	struct buf out;
};

/* --- reading the request --- */

static str text(const struct json_value *v, const char *key)
{
	const struct json_value *t = json_get(v, str_from(key));
	return t && t->type == JSON_STRING ? t->text : S("");
}

static bool flag(const struct json_value *v, const char *key)
{
	const struct json_value *t = json_get(v, str_from(key));
	return t && t->type == JSON_BOOL && t->boolean;
}

static bool number(const struct json_value *v, const char *key, uint64_t *out)
{
	const struct json_value *t = json_get(v, str_from(key));
	return t && json_u64(t, out);
}

static struct str_list texts(struct arena *a, const struct json_value *v, const char *key)
{
	struct str_list list = { 0 };
	const struct json_value *t = json_get(v, str_from(key));
	for (size_t i = 0; t && i < t->items.n; i++) *vec_push(a, &list) = t->items.p[i]->text;
	return list;
}

static void read_index(struct arena *a, const struct json_value *v, struct index_definition *d)
{
	*d = (struct index_definition){ .name = text(v, "name"),
		                            .url = text(v, "url"),
		                            .where = text(v, "where"),
		                            .packages = texts(a, v, "packages"),
		                            .is_default = flag(v, "default"),
		                            .is_explicit = flag(v, "explicit"),
		                            .has_username = json_get(v, S("username")) != NULL,
		                            .has_password = json_get(v, S("password")) != NULL,
		                            .username = text(v, "username"),
		                            .password = text(v, "password") };
}

static void read_level(struct arena *a, const struct json_value *v, struct index_level *level)
{
	uint64_t n;
	*level = (struct index_level){ .origin = text(v, "origin"),
		                           .directory = text(v, "directory"),
		                           .index_url = text(v, "index_url"),
		                           .extra_index_urls = texts(a, v, "extra_index_urls"),
		                           .find_links = texts(a, v, "find_links"),
		                           .trusted_hosts = texts(a, v, "trusted_hosts"),
		                           .has_no_index = json_get(v, S("no_index")) != NULL,
		                           .no_index = flag(v, "no_index"),
		                           .cert = text(v, "cert"),
		                           .client_cert = text(v, "client_cert"),
		                           .proxy = text(v, "proxy"),
		                           .keyring = text(v, "keyring") };
	level->has_timeout = number(v, "timeout", &n);
	if (level->has_timeout) level->timeout = (uint32_t)n;
	level->has_retries = number(v, "retries", &n);
	if (level->has_retries) level->retries = (uint32_t)n;
	const struct json_value *indexes = json_get(v, S("indexes"));
	for (size_t i = 0; indexes && i < indexes->items.n; i++) read_index(a, indexes->items.p[i], vec_push(a, &level->indexes));
}

static bool make_config(struct probe *p, const struct env *env, struct err *e)
{
	struct index_inputs in = { .env = env, .notes = &p->notes, .default_index = text(p->request, "default_index") };
	read_level(&p->a, json_get(p->request, S("command_line")), &in.command_line);
	read_level(&p->a, json_get(p->request, S("lamina_toml")), &in.lamina_toml);
	const struct json_value *project = json_get(p->request, S("project"));
	for (size_t i = 0; project && i < project->items.n; i++)
		read_level(&p->a, project->items.p[i], vec_push(&p->a, &in.project));
	return index_config_make(&p->a, &in, &p->config, e);
}

/* --- writing the answer --- */

void probe_member(struct json_writer *w, const char *key, str value)
{
	json_write_key(w, str_from(key));
	json_write_string(w, value);
}

static void strings(struct json_writer *w, const char *key, const struct str_list *list)
{
	json_write_key(w, str_from(key));
	json_write_array(w);
	for (size_t i = 0; i < list->n; i++) json_write_string(w, list->p[i]);
	json_write_array_end(w);
}

static void write_credentials(struct json_writer *w, const struct index_credentials *c)
{
	json_write_key(w, S("credentials"));
	json_write_array(w);
	if (c->has_user) json_write_string(w, c->username);
	if (c->has_password) json_write_string(w, c->password);
	json_write_array_end(w);
}

static void write_config(struct probe *p)
{
	struct json_writer *w = &p->w;
	const struct index_config *c = &p->config;
	json_write_object(w);
	json_write_key(w, S("sources"));
	json_write_array(w);
	for (size_t i = 0; i < c->sources.n; i++) {
		const struct index_source *s = &c->sources.p[i];
		json_write_object(w);
		probe_member(w, "name", s->name);
		probe_member(w, "url", s->url);
		probe_member(w, "origin", s->origin);
		strings(w, "packages", &s->packages);
		json_write_key(w, S("default"));
		json_write_bool(w, s->is_default);
		json_write_key(w, S("explicit"));
		json_write_bool(w, s->is_explicit);
		write_credentials(w, &s->credentials);
		json_write_object_end(w);
	}
	json_write_array_end(w);
	strings(w, "find_links", &c->find_links);
	strings(w, "trusted_hosts", &c->trusted_hosts);
	json_write_key(w, S("no_index"));
	json_write_bool(w, c->no_index);
	json_write_key(w, S("keyring"));
	json_write_bool(w, c->keyring);
	probe_member(w, "cert", c->cert);
	probe_member(w, "cert_dir", c->cert_dir);
	probe_member(w, "client_cert", c->client_cert);
	probe_member(w, "http_proxy", c->http_proxy);
	probe_member(w, "https_proxy", c->https_proxy);
	probe_member(w, "no_proxy", c->no_proxy);
	json_write_key(w, S("timeout"));
	json_write_u64(w, c->timeout);
	json_write_key(w, S("retries"));
	json_write_u64(w, c->retries);
	json_write_key(w, S("netrc_machines"));
	json_write_u64(w, c->netrc.machines.n);
	json_write_object_end(w);
}

static void write_answers(struct probe *p, const struct index_answer *answers, size_t n)
{
	struct json_writer *w = &p->w;
	json_write_object(w);
	for (size_t i = 0; i < n; i++) {
		json_write_key(w, answers[i].name);
		json_write_object(w);
		probe_member(w, "index", answers[i].index);
		probe_member(w, "status", answers[i].status);
		json_write_key(w, S("n_find_links"));
		json_write_u64(w, answers[i].n_find_links);
		json_write_key(w, S("files"));
		json_write_array(w);
		for (size_t k = 0; k < answers[i].files.n; k++) json_write_string(w, answers[i].files.p[k].url);
		json_write_array_end(w);
		json_write_object_end(w);
	}
	json_write_object_end(w);
}

/* --- commands --- */

static bool list(struct probe *p, struct index_client *client, struct err *e)
{
	const struct json_value *names = json_get(p->request, S("names"));
	size_t n = names ? names->items.n : 0;
	struct index_query *queries = arena_array(&p->a, struct index_query, n);
	struct index_answer *answers = arena_array(&p->a, struct index_answer, n);
	for (size_t i = 0; i < n; i++) {
		const struct json_value *v = names->items.p[i];
		queries[i].name = v->type == JSON_STRING ? v->text : v->items.p[0]->text;
		if (v->type == JSON_ARRAY) queries[i].index = v->items.p[1]->text;
	}
	if (!index_list(client, &p->a, queries, n, answers, e)) return false;
	write_answers(p, answers, n);
	return true;
}

struct sink {
	struct sha256_stream hash;
	uint64_t bytes, restarts, finished;
	bool refuse, checked;
	struct sha256 want, got;
};

static bool sink_write(void *context, const void *bytes, size_t n, struct err *e)
{
	struct sink *s = context;
	if (s->refuse) return err_set(e, ERR_IO, "disk-full", "no space for the file");
	sha256_update(&s->hash, bytes, n);
	s->bytes += n;
	return true;
}

static bool sink_restart(void *context, struct err *e)
{
	struct sink *s = context;
	(void)e;
	s->restarts++;
	s->bytes = 0;
	sha256_begin(&s->hash);
	return true;
}

static bool sink_finish(void *context, struct err *e)
{
	struct sink *s = context;
	s->finished++;
	sha256_end(&s->hash, &s->got);
	return !s->checked || sha256_eq(&s->got, &s->want) || err_set(e, ERR_RESOLVE, "hash-mismatch", "other bytes came");
}

static void read_download(const struct json_value *v, struct index_download *d, struct sink *s)
{
	sha256_begin(&s->hash);
	s->checked = sha256_from_hex(text(v, "sha256"), &s->want);
	s->refuse = flag(v, "refuse");
	*d = (struct index_download){ .url = text(v, "url"),
		                          .project = text(v, "project"),
		                          .index = text(v, "index"),
		                          .max_size = (uint64_t)1 << 30,
		                          .context = s,
		                          .write = sink_write,
		                          .restart = sink_restart,
		                          .finish = sink_finish };
	number(v, "max_size", &d->max_size);
	d->has_size = number(v, "size", &d->size);
	const struct json_value *range = json_get(v, S("range"));
	d->has_range = range != NULL;
	if (range) {
		json_u64(range->items.p[0], &d->range_from);
		json_u64(range->items.p[1], &d->range_to);
	}
}

static bool download(struct probe *p, struct index_client *client, struct err *e)
{
	const struct json_value *all = json_get(p->request, S("downloads"));
	size_t n = all ? all->items.n : 0;
	struct index_download *downloads = arena_array(&p->a, struct index_download, n);
	struct sink *sinks = arena_array(&p->a, struct sink, n);
	for (size_t i = 0; i < n; i++) read_download(all->items.p[i], &downloads[i], &sinks[i]);
	if (!index_download(client, downloads, n, e)) return false;
	json_write_array(&p->w);
	for (size_t i = 0; i < n; i++) {
		json_write_object(&p->w);
		probe_member(&p->w, "sha256", sha256_hex_str(&p->a, &sinks[i].got));
		json_write_key(&p->w, S("bytes"));
		json_write_u64(&p->w, sinks[i].bytes);
		json_write_key(&p->w, S("restarts"));
		json_write_u64(&p->w, sinks[i].restarts);
		json_write_object_end(&p->w);
	}
	json_write_array_end(&p->w);
	return true;
}

static void on_log(void *context, const char *line)
{
	struct probe *p = context;
	*vec_push(&p->a, &p->log) = arena_str(&p->a, str_from(line));
}

static bool run(struct probe *p, struct err *e)
{
	struct env env = { environ };
	uint64_t n = 0;
	if (!make_config(p, &env, e)) return false;
	str command = text(p->request, "command");
	if (str_eq(command, S("config"))) {
		write_config(p);
		return true;
	}
	struct index_client_options options = { .env = &env,
		                                    .cancel = &cancelled,
		                                    .notes = &p->notes,
		                                    .offline = flag(p->request, "offline"),
		                                    .log = on_log,
		                                    .context = p };
	if (number(p->request, "now", &n)) options.now = (int64_t)n;
	if (number(p->request, "max_transfers", &n)) options.max_transfers = (uint32_t)n;
	if (str_eq(command, S("catalog"))) return probe_catalog(&p->a, p->request, &p->w, &p->config, &options, e);
	struct index_client *client = index_client_new(&p->config, &options);
	bool ok = str_eq(command, S("list")) ? list(p, client, e) : download(p, client, e);
	index_client_free(client);
	return ok;
}

void probe_error(struct json_writer *w, const struct err *e)
{
	json_write_object(w);
	json_write_key(w, S("status"));
	json_write_u64(w, (uint64_t)err_status(e->code));
	probe_member(w, "id", str_from(e->id));
	probe_member(w, "what", str_from(e->what));
	probe_member(w, "where", str_from(e->where));
	probe_member(w, "why", str_from(e->why));
	probe_member(w, "help", str_from(e->help));
	json_write_object_end(w);
}

static void answer(struct probe *p)
{
	struct err e = { 0 };
	buf_init(&p->out, (size_t)256 << 20);
	json_write_begin(&p->w, &p->out);
	json_write_object(&p->w);
	json_write_key(&p->w, S("ok"));
	if (!run(p, &e)) json_write_null(&p->w);
	json_write_key(&p->w, S("error"));
	if (err_is_set(&e))
		probe_error(&p->w, &e);
	else
		json_write_null(&p->w);
	strings(&p->w, "log", &p->log);
	struct str_list notes = { 0 };
	for (size_t i = 0; i < p->notes.list.n; i++)
		*vec_push(&p->a, &notes) = arena_fmt(&p->a, "%s: " STR_FMT, p->notes.list.p[i].id, STR_ARG(p->notes.list.p[i].message));
	strings(&p->w, "notes", &notes);
	json_write_object_end(&p->w);
	fwrite(p->out.p, 1, p->out.n, stdout);
	buf_release(&p->out);
}

int main(void)
{
	struct probe p = { 0 };
	struct err e = { 0 };
	struct json_value *request;
	str input;
	signal(SIGINT, on_interrupt);
	if (!io_read_all(&p.a, STDIN_FILENO, "stdin", (size_t)16 << 20, &input, &e) || !json_parse(&p.a, input, &request, &e)) {
		fprintf(stderr, "%s\n", e.what);
		return 2;
	}
	note_init(&p.notes, &p.a);
	p.request = request;
	answer(&p);
	arena_release(&p.a);
	return 0;
}
