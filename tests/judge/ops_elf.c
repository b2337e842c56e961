/* ops_elf.c: what ELF files say.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include "base/io.h"
#include "format/elf.h"

static void put_list(struct json_writer *w, const char *key, const struct str_list *list)
{
	json_write_key(w, str_from(key));
	json_write_array(w);
	for (size_t i = 0; i < list->n; i++) json_write_string(w, list->p[i]);
	json_write_array_end(w);
}

static void put_text(struct json_writer *w, const char *key, bool has, str text)
{
	json_write_key(w, str_from(key));
	if (has)
		json_write_string(w, text);
	else
		json_write_null(w);
}

static void put_named(struct json_writer *w, const char *key, const char *name, uint16_t number)
{
	json_write_key(w, str_from(key));
	if (name)
		json_write_string(w, str_from(name));
	else
		json_write_u64(w, number);
}

static void put_facts(struct json_writer *w, const struct elf_facts *f)
{
	json_write_object(w);
	json_write_key(w, S("class"));
	json_write_u64(w, 64);
	put_named(w, "machine", elf_machine_name(f->machine), f->machine);
	put_named(w, "type", elf_type_name(f->type), f->type);
	put_list(w, "needed", &f->needed);
	put_text(w, "soname", f->has_soname, f->soname);
	put_list(w, "runpath", &f->runpath);
	put_text(w, "interpreter", f->has_interpreter, f->interpreter);
	json_write_key(w, S("versions"));
	json_write_object(w);
	for (size_t i = 0; i < f->versions.n; i++) {
		json_write_key(w, f->versions.p[i].library);
		json_write_array(w);
		for (size_t k = 0; k < f->versions.p[i].versions.n; k++) json_write_string(w, f->versions.p[i].versions.p[k]);
		json_write_array_end(w);
	}
	json_write_object_end(w);
	json_write_object_end(w);
}

static bool facts_op(struct judge_call *c, struct err *e)
{
	const char *path;
	struct elf_facts facts;
	if (!judge_path(c, "path", &path, e) || !elf_read_path(c->arena, str_from(path), &facts, e)) return false;
	put_facts(c->out, &facts);
	return true;
}

static void put_module(struct json_writer *w, const struct elf_go_module *m)
{
	json_write_object(w);
	put_text(w, "path", true, m->path);
	put_text(w, "version", true, m->version);
	put_text(w, "sum", m->sum.n > 0, m->sum);
	json_write_key(w, S("replaced"));
	json_write_bool(w, m->replaced);
	json_write_object_end(w);
}

/* What `go version -m` prints, as an object; null when the file is none of Go's. */
static bool go_op(struct judge_call *c, struct err *e)
{
	const char *path;
	struct elf_facts facts;
	struct json_writer *w = c->out;
	if (!judge_path(c, "path", &path, e) || !elf_read_path(c->arena, str_from(path), &facts, e)) return false;
	if (!facts.has_go) {
		json_write_null(w);
		return true;
	}
	const struct elf_go *go = &facts.go;
	json_write_object(w);
	put_text(w, "version", true, go->version);
	put_text(w, "path", true, go->path);
	json_write_key(w, S("main"));
	put_module(w, &go->main);
	json_write_key(w, S("dependencies"));
	json_write_array(w);
	for (size_t i = 0; i < go->dependencies.n; i++) put_module(w, &go->dependencies.p[i]);
	json_write_array_end(w);
	json_write_key(w, S("settings"));
	json_write_object(w);
	for (size_t i = 0; i < go->settings.n; i++)
		put_text(w, arena_cstr(c->arena, go->settings.p[i].key), true, go->settings.p[i].value);
	json_write_object_end(w);
	json_write_object_end(w);
	return true;
}

const struct judge_op judge_ops_elf[] = {
	{ "elf.facts", "path", facts_op },
	{ "elf.go", "path", go_op },
	{ 0 },
};
