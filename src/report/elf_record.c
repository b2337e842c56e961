/* elf_record.c: facts of an ELF file as text and as JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "report/elf_record.h"

#include <stdio.h>

#include "base/term.h"

static void line(struct buf *out, const char *word, str value)
{
	buf_addf(out, "\t%s\t", word);
	term_escape(out, value);
	buf_add_char(out, '\n');
}

static void module_line(struct buf *out, const char *word, const struct elf_go_module *m)
{
	buf_addf(out, "\t%s\t", word);
	term_escape(out, m->path);
	buf_add_char(out, '\t');
	term_escape(out, m->version);
	if (m->sum.n > 0) buf_add_char(out, '\t');
	term_escape(out, m->sum);
	buf_add_char(out, '\n');
}

static void go_text(const struct elf_go *go, struct buf *out)
{
	line(out, "go", go->version);
	if (go->path.n > 0) line(out, "path", go->path);
	if (go->main.path.n > 0) module_line(out, "mod", &go->main);
	for (size_t i = 0; i < go->dependencies.n; i++)
		module_line(out, go->dependencies.p[i].replaced ? "=>" : "dep", &go->dependencies.p[i]);
	for (size_t i = 0; i < go->settings.n; i++) {
		buf_add_str(out, S("\tbuild\t"));
		term_escape(out, go->settings.p[i].key);
		buf_add_char(out, '=');
		term_escape(out, go->settings.p[i].value);
		buf_add_char(out, '\n');
	}
}

void elf_record_text(const struct elf_facts *f, struct buf *out)
{
	const char *machine = elf_machine_name(f->machine), *type = elf_type_name(f->type);
	int glibc = elf_glibc_minor(f);
	buf_addf(out, "\telf\t%s %s%s", machine ? machine : "other", type ? type : "other", f->is_static ? " static" : "");
	if (glibc >= 0) buf_addf(out, " glibc 2.%d", glibc);
	buf_add_char(out, '\n');
	if (f->has_interpreter) line(out, "loader", f->interpreter);
	if (f->has_soname) line(out, "soname", f->soname);
	for (size_t i = 0; i < f->needed.n; i++) line(out, "needs", f->needed.p[i]);
	if (f->has_go) go_text(&f->go, out);
}

static void member(struct json_writer *w, str key, bool has, str value)
{
	json_write_key(w, key);
	if (has)
		json_write_string(w, value);
	else
		json_write_null(w);
}

static void module_json(struct json_writer *w, const struct elf_go_module *m)
{
	json_write_object(w);
	member(w, S("path"), true, m->path);
	member(w, S("version"), true, m->version);
	member(w, S("sum"), m->sum.n > 0, m->sum);
	json_write_key(w, S("replaced"));
	json_write_bool(w, m->replaced);
	json_write_object_end(w);
}

static void go_json(const struct elf_go *go, struct json_writer *w)
{
	json_write_object(w);
	member(w, S("version"), true, go->version);
	member(w, S("path"), go->path.n > 0, go->path);
	json_write_key(w, S("main"));
	module_json(w, &go->main);
	json_write_key(w, S("dependencies"));
	json_write_array(w);
	for (size_t i = 0; i < go->dependencies.n; i++) module_json(w, &go->dependencies.p[i]);
	json_write_array_end(w);
	json_write_key(w, S("settings"));
	json_write_array(w);
	for (size_t i = 0; i < go->settings.n; i++) {
		json_write_object(w);
		member(w, S("key"), true, go->settings.p[i].key);
		member(w, S("value"), true, go->settings.p[i].value);
		json_write_object_end(w);
	}
	json_write_array_end(w);
	json_write_object_end(w);
}

void elf_record_json(const struct elf_facts *f, struct json_writer *w)
{
	const char *machine = elf_machine_name(f->machine), *type = elf_type_name(f->type);
	json_write_object(w);
	member(w, S("machine"), machine != NULL, str_from(machine));
	member(w, S("type"), type != NULL, str_from(type));
	json_write_key(w, S("static"));
	json_write_bool(w, f->is_static);
	member(w, S("interpreter"), f->has_interpreter, f->interpreter);
	member(w, S("soname"), f->has_soname, f->soname);
	json_write_key(w, S("needed"));
	json_write_array(w);
	for (size_t i = 0; i < f->needed.n; i++) json_write_string(w, f->needed.p[i]);
	json_write_array_end(w);
	int glibc = elf_glibc_minor(f);
	json_write_key(w, S("glibc"));
	if (glibc >= 0) {
		char text[16];
		int n = snprintf(text, sizeof text, "2.%d", glibc);
		json_write_string(w, (str){ text, (size_t)n });
	} else {
		json_write_null(w);
	}
	json_write_key(w, S("go"));
	if (f->has_go)
		go_json(&f->go, w);
	else
		json_write_null(w);
	json_write_object_end(w);
}
