/* pylock_write_marker.c: targets, extras and groups as markers.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The targets of one lock differ in python_version and platform_machine only, and `environments` lets no other environment in. So a set
 * of them is told by as little as tells it from the others of this lock.
 * `'NAME' in extras` and `'NAME' in dependency_groups`: PyPA "Dependency specifiers", for lock files. */
#include "lockfile/pylock_write_parts.h"

#define MARKER_MAX ((size_t)1 << 20)

void pylock_add_environment(struct buf *out, const struct resolved_target *t)
{
	buf_addf(out,
	         "python_version == '3.%d' and platform_machine == '" STR_FMT
	         "' and sys_platform == 'linux' and implementation_name == 'cpython'",
	         t->python_minor, STR_ARG(t->machine));
}

static bool same_machine(const struct resolution *r, size_t i, size_t k)
{
	return str_eq(r->targets.p[i].machine, r->targets.p[k].machine);
}

static bool same_python(const struct resolution *r, size_t i, size_t k)
{
	return r->targets.p[i].python_minor == r->targets.p[k].python_minor;
}

typedef bool (*same)(const struct resolution *r, size_t i, size_t k);

/* All targets that look like one of the mask. */
static uint64_t spread(const struct resolution *r, uint64_t mask, same alike)
{
	uint64_t out = 0;
	for (size_t i = 0; i < r->targets.n; i++)
		for (size_t k = 0; k < r->targets.n && mask >> i & 1; k++)
			if (alike(r, i, k)) out |= UINT64_C(1) << k;
	return out;
}

static void add_or(struct buf *b, bool *first)
{
	if (!*first) buf_add_str(b, S(" or "));
	*first = false;
}

static void add_machine(struct buf *b, const struct resolution *r, size_t i)
{
	buf_addf(b, "platform_machine == '" STR_FMT "'", STR_ARG(r->targets.p[i].machine));
}

static void add_python(struct buf *b, const struct resolution *r, size_t i)
{
	buf_addf(b, "python_version == '3.%d'", r->targets.p[i].python_minor);
}

/* Each value of the mask's targets once. */
static void add_values(struct buf *b, const struct resolution *r, uint64_t mask, same alike,
                       void (*add)(struct buf *, const struct resolution *, size_t))
{
	bool first = true;
	uint64_t done = 0;
	for (size_t i = 0; i < r->targets.n; i++) {
		if (!(mask >> i & 1) || done >> i & 1) continue;
		add_or(b, &first);
		add(b, r, i);
		done |= spread(r, UINT64_C(1) << i, alike);
	}
}

static void add_targets(const struct pylock_writer *w, struct buf *b, uint64_t mask)
{
	const struct resolution *r = w->r;
	if (spread(r, mask, same_machine) == mask) {
		add_values(b, r, mask, same_machine, add_machine);
		return;
	}
	if (spread(r, mask, same_python) == mask) {
		add_values(b, r, mask, same_python, add_python);
		return;
	}
	bool first = true;
	for (size_t i = 0; i < r->targets.n; i++) {
		if (!(mask >> i & 1)) continue;
		uint64_t python = spread(r, UINT64_C(1) << i, same_python);
		bool whole = (python & mask) == python;
		if (whole && python & ((UINT64_C(1) << i) - 1)) continue; /* said with the first one */
		add_or(b, &first);
		add_python(b, r, i);
		if (whole) continue;
		buf_add_str(b, S(" and "));
		add_machine(b, r, i);
	}
}

/* Does the project itself want it, whatever extras and groups are chosen? */
static bool unconditional(const struct pylock_writer *w, const struct resolved_use *use)
{
	return use->extra.n == 0 && use->group.n == 0 && w->main_group.n == 0;
}

static void add_condition(const struct pylock_writer *w, struct buf *b, const struct resolved_use *use)
{
	if (use->extra.n)
		buf_addf(b, "'" STR_FMT "' in extras", STR_ARG(use->extra));
	else
		buf_addf(b, "'" STR_FMT "' in dependency_groups", STR_ARG(use->group.n ? use->group : w->main_group));
}

static void add_in_brackets(struct buf *b, str text)
{
	bool brackets = str_contains(text, S(" or "));
	if (brackets) buf_add_char(b, '(');
	buf_add_str(b, text);
	if (brackets) buf_add_char(b, ')');
}

/* The uses of one set of targets: (these extras or groups) and (these targets). */
static void add_uses(const struct pylock_writer *w, struct buf *b, const struct resolved_package *p, size_t from, uint64_t mask,
                     uint64_t free_of)
{
	struct buf who, where;
	bool first = true;
	buf_init(&who, MARKER_MAX);
	buf_init(&where, MARKER_MAX);
	for (size_t i = from; i < p->uses.n; i++) {
		const struct resolved_use *use = &p->uses.p[i];
		if (unconditional(w, use) || (use->targets & ~free_of) != mask) continue;
		add_or(&who, &first);
		add_condition(w, &who, use);
	}
	/* Beyond the package's own targets nobody asks: an entry of another version has its own marker. */
	if (mask != w->all) add_targets(w, &where, mask);
	if (where.n) {
		add_in_brackets(b, buf_str(&who));
		buf_add_str(b, S(" and "));
		add_in_brackets(b, buf_str(&where));
	} else {
		buf_add_str(b, buf_str(&who));
	}
	buf_release(&who);
	buf_release(&where);
}

static bool seen_before(const struct pylock_writer *w, const struct resolved_package *p, size_t at, uint64_t mask,
                        uint64_t free_of)
{
	for (size_t i = 0; i < at; i++)
		if (!unconditional(w, &p->uses.p[i]) && (p->uses.p[i].targets & ~free_of) == mask) return true;
	return false;
}

str pylock_marker_of(const struct pylock_writer *w, const struct resolved_package *p)
{
	uint64_t free_of = 0;
	for (size_t i = 0; i < p->uses.n; i++)
		if (unconditional(w, &p->uses.p[i])) free_of |= p->uses.p[i].targets;
	if (p->uses.n == 0) free_of = p->targets;
	if (free_of == w->all) return (str){ 0 };
	struct buf b;
	bool first = true;
	buf_init(&b, MARKER_MAX);
	if (free_of) {
		add_or(&b, &first);
		add_targets(w, &b, free_of);
	}
	for (size_t i = 0; i < p->uses.n; i++) {
		const struct resolved_use *use = &p->uses.p[i];
		uint64_t mask = use->targets & ~free_of;
		if (!mask || unconditional(w, use) || seen_before(w, p, i, mask, free_of)) continue;
		add_or(&b, &first);
		add_uses(w, &b, p, i, mask, free_of);
	}
	str text = buf_take(&b, w->a);
	buf_release(&b);
	return text;
}
