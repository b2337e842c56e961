/* plan_wheel.c: where each file of a wheel goes (PyPA "Binary distribution format", as `pip install --target` spreads it).
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "pipeline/plan_parts.h"
#include "pipeline/slim.h"

/* The wheel being spread. */
struct spread {
	struct plan_work *w;
	uint32_t index;
	const struct wheel_record *record;
	struct map scripts; /* names of entry points: value = index + 1; filled when the first script comes */
};

static struct candidate *add(struct spread *s, str name, uint32_t mode, enum plan_source source)
{
	struct candidate *c = vec_push(s->w->a, &s->w->all);
	c->entry = (struct plan_entry){ .name = name, .mode = mode, .source = source, .distribution = s->index };
	return c;
}

static void leave_out(struct spread *s, const struct wheel_entry *entry)
{
	s->w->slimmed_files++;
	s->w->slimmed_bytes += entry->usize;
}

static void add_entry(struct spread *s, str name, const struct wheel_entry *entry)
{
	add(s, name, entry->executable ? 0755 : 0644, PLAN_WHEEL)->entry.u.wheel = entry;
}

/* `path` is relative to the site folder. */
static void add_to_site(struct spread *s, str path, const struct wheel_entry *entry)
{
	if (slim_drops(s->w->artifact->slim, path, s->record->dist_info)) {
		leave_out(s, entry);
		return;
	}
	add_entry(s, arena_join(s->w->a, s->w->site, path), entry);
}

/* Installers make these from entry_points.txt, so a wheel's own copy is not installed ("x", "x.exe", "x-script.py", "x.pya"). */
static bool is_entry_point_copy(struct spread *s, str name)
{
	static const char *const endings[] = { "", ".exe", "-script.py", ".pya" };
	const struct wheel_record *r = s->record;
	if (r->scripts.n == 0) return false;
	if (s->scripts.n == 0) {
		map_init(&s->scripts, s->w->a);
		for (size_t i = 0; i < r->scripts.n; i++) map_put(&s->scripts, r->scripts.p[i].name, NULL);
	}
	for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
		str ending = str_from(endings[k]);
		if (str_ends(name, ending) && map_has(&s->scripts, str_slice(name, 0, name.n - ending.n))) return true;
	}
	return false;
}

/* Contents are in the order of entries. */
static const struct wheel_inline *find_inlined(const struct wheel_record *r, size_t entry_index)
{
	size_t low = 0, high = r->inlined.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->inlined.p[middle].entry < entry_index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->inlined.n && r->inlined.p[low].entry == entry_index ? &r->inlined.p[low] : NULL;
}

static void add_script(struct spread *s, str name, size_t entry_index)
{
	const struct wheel_record *r = s->record;
	if (is_entry_point_copy(s, name)) return;
	str path = arena_join(s->w->a, s->w->scripts, name);
	const struct wheel_inline *inlined = find_inlined(r, entry_index);
	if (inlined) {
		str text = plan_script_shebang(s->w->a, &s->w->artifact->target, inlined->content);
		add(s, path, 0755, PLAN_TEXT)->entry.u.text = text;
		return;
	}
	add(s, path, 0755, PLAN_WHEEL)->entry.u.wheel = &r->entries[entry_index];
}

static void add_header(struct spread *s, str path, const struct wheel_entry *entry)
{
	if (!(s->w->artifact->slim & SLIM_NOTHING)) {
		leave_out(s, entry);
		return;
	}
	str below = arena_fmt(s->w->a, STR_FMT "include/" STR_FMT "/" STR_FMT, STR_ARG(s->w->site), STR_ARG(s->record->name),
	                      STR_ARG(path));
	add_entry(s, below, entry);
}

/* "x-1.0.data/KEY/path"; ingestion has refused other keys. */
static void add_data(struct spread *s, str rest, size_t entry_index)
{
	const struct wheel_entry *entry = &s->record->entries[entry_index];
	str key, path;
	if (!str_cut(rest, '/', &key, &path)) return;
	if (str_eq(key, S("scripts")))
		add_script(s, path, entry_index);
	else if (str_eq(key, S("headers")))
		add_header(s, path, entry);
	else
		add_to_site(s, path, entry);
}

static void add_dist_info(struct spread *s, str name, const struct wheel_entry *entry)
{
	struct plan_work *w = s->w;
	str inside = str_from_pos(name, s->record->dist_info.n + 1);
	bool everything = w->artifact->slim & SLIM_NOTHING;
	if (str_eq(inside, S("RECORD"))) {
		if (slim_drops(w->artifact->slim, name, s->record->dist_info)) {
			leave_out(s, entry);
			return;
		}
		struct candidate *c = add(s, arena_join(w->a, w->site, name), 0644, PLAN_TEXT);
		c->is_record = true;
		return;
	}
	/* Signatures of the RECORD that the wheel had, not of the one that is written. */
	bool signature = str_eq(inside, S("RECORD.jws")) || str_eq(inside, S("RECORD.p7s"));
	if (signature && !everything)
		leave_out(s, entry);
	else
		add_to_site(s, name, entry);
}

static bool below(str name, str folder) { return folder.n && str_starts(name, folder) && str_at(name, folder.n) == '/'; }

static void add_console_scripts(struct spread *s)
{
	struct plan_work *w = s->w;
	for (size_t i = 0; i < s->record->scripts.n; i++) {
		const struct wheel_script *script = &s->record->scripts.p[i];
		if (script->gui) continue;
		str path = arena_join(w->a, w->scripts, script->name);
		add(s, path, 0755, PLAN_TEXT)->entry.u.text = plan_console_script(w->a, &w->artifact->target, script);
	}
}

bool plan_add_wheel(struct plan_work *w, uint32_t distribution)
{
	struct spread s = { .w = w, .index = distribution, .record = w->distributions[distribution].record };
	for (size_t i = 0; i < s.record->n_entries; i++) {
		const struct wheel_entry *entry = &s.record->entries[i];
		if (below(entry->name, s.record->data_dir))
			add_data(&s, str_from_pos(entry->name, s.record->data_dir.n + 1), i);
		else if (below(entry->name, s.record->dist_info))
			add_dist_info(&s, entry->name, entry);
		else
			add_to_site(&s, entry->name, entry);
	}
	if (w->artifact->scripts) add_console_scripts(&s);
	return true;
}
