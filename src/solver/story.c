/* story.c: the facts of a conflict as lines that a tired person follows from top to bottom.
 * SPDX-License-Identifier: Apache-2.0
 *
 *     fastapi==0.95.0 is required by requirements.txt:1
 *       fastapi 0.95.0 needs pydantic<2
 *     pydantic>=2 is required by requirements.txt:3
 *
 * Lines of the user come first, what follows from each is indented below it. A fact is told once. Only versions that the other
 * facts allow are spoken of. When it gets too long, steps in the middle are left out and counted. */
#include <stdlib.h>

#include "base/buf.h"
#include "solver/explain.h"

#define DEPTH_MAX   6 /* of indentation */
#define SAME_MAX    3 /* facts from one package to another that are told one by one */
#define REASONS_MAX 3 /* of one project */
#define LINES_MAX   13
#define LINE_EXTRA  10 /* what base/term.c adds to a line */
#define GAP_MAX     32 /* bytes of the mark for lines that are left out */

struct line {
	str text;
	uint32_t depth;
	bool keep; /* not to be left out */
};

struct story {
	struct core *c;
	struct arena *a;
	bool *told;             /* facts */
	bool *opened;           /* packages whose facts were told */
	struct picks *relevant; /* by project; page NULL: not made yet */
	VEC(struct line) lines;
};

/* --- which versions matter --- */

static bool is_about(const struct core *c, const struct fact *fact, uint32_t package)
{
	return fact->on && fact->kind == FACT_NEED && fact->to == c->s->packages.p[package].base;
}

static struct picks everything(struct arena *a, const struct solver_project *page)
{
	struct picks all = picks_new(a, page);

	for (size_t i = 0; page != NULL && i < page->n; i++) all.in[i] = true;
	all.n = page != NULL ? page->n : 0;
	return all;
}

struct picks story_allowed(const struct core *c, struct arena *a, uint32_t package)
{
	struct picks all = everything(a, ladder_of(c->s, package)->page);

	for (size_t i = 0; i < c->facts.n; i++)
		if (is_about(c, &c->facts.p[i], package)) picks_keep(&all, &c->facts.p[i].need->allowed);
	return all;
}

/* Candidates that one of the needs of packages allows. */
static void keep_any(const struct core *c, struct arena *a, uint32_t package, struct picks *p)
{
	struct picks any = picks_new(a, p->page);

	for (size_t i = 0; i < c->facts.n; i++) {
		const struct fact *fact = &c->facts.p[i];
		struct picks one;

		if (!is_about(c, fact, package) || fact->from == NOTHING || fact->need->soft) continue;
		one = *p;
		one.in = arena_array(a, bool, p->page->n);
		for (size_t k = 0; k < p->page->n; k++) one.in[k] = p->in[k];
		picks_keep(&one, &fact->need->allowed);
		for (size_t k = 0; k < p->page->n; k++) {
			any.n += one.in[k] && !any.in[k] ? 1 : 0;
			any.in[k] = any.in[k] || one.in[k];
		}
	}
	*p = any;
}

/* What the user's lines leave of a project, or else what anything asks for. */
static const struct picks *relevant(struct story *t, uint32_t package)
{
	struct picks *p = &t->relevant[t->c->s->packages.p[package].project];
	bool rooted = false;

	if (p->in != NULL) return p;
	*p = everything(t->a, ladder_of(t->c->s, package)->page);
	for (size_t i = 0; i < t->c->facts.n; i++) {
		const struct fact *fact = &t->c->facts.p[i];

		if (!is_about(t->c, fact, package) || fact->from != NOTHING) continue;
		picks_keep(p, &fact->need->allowed);
		rooted = rooted || !fact->need->soft;
	}
	if (!rooted && p->page != NULL) keep_any(t->c, t->a, package, p);
	return p;
}

/* Versions about which the fact tells something that matters; all of its versions when none does. */
static struct picks versions_of(struct story *t, struct arena *a, const struct fact *fact)
{
	struct picks which = picks_new(a, ladder_of(t->c->s, fact->from)->page), some;
	const struct picks *matter = relevant(t, fact->from);

	picks_positions(&which, ladder_of(t->c->s, fact->from), fact->versions);
	some = picks_new(a, which.page);
	for (size_t i = 0; i < which.page->n; i++) {
		some.in[i] = which.in[i] && matter->in[i];
		some.n += some.in[i] ? 1 : 0;
	}
	return some.n != 0 ? some : which;
}

static struct picks usable(struct story *t, struct arena *a, uint32_t package)
{
	struct picks p = picks_new(a, ladder_of(t->c->s, package)->page);
	const struct picks *matter = relevant(t, package);

	for (size_t i = 0; i < p.page->n; i++) {
		p.in[i] = matter->in[i] && ladder_refuses(p.page, i) == 0;
		p.n += p.in[i] ? 1 : 0;
	}
	return p;
}

static str subject(struct story *t, const struct fact *fact)
{
	struct arena *scratch = &t->c->s->scratch;
	struct arena_mark mark = arena_mark(scratch);
	struct picks which = versions_of(t, scratch, fact), whole = usable(t, scratch, fact->from);
	str text =
	    words_subject(t->a, project_of(t->c->s, fact->from)->name, t->c->s->packages.p[fact->from].extra, &which, &whole);

	arena_rewind(scratch, mark);
	return text;
}

/* --- lines --- */

static void add(struct story *t, uint32_t depth, bool keep, str text)
{
	*vec_push(t->a, &t->lines) = (struct line){ text, depth < DEPTH_MAX ? depth : DEPTH_MAX, keep };
}

static str reason_of(struct story *t, uint32_t package, uint32_t reason)
{
	const struct solver_provider *p = t->c->s->provider;

	if (reason == LADDER_PRERELEASE) return S("is a pre-release, and none are allowed");
	return p->reason != NULL ? p->reason(p->context, project_of(t->c->s, package)->name, reason) : S("cannot be chosen");
}

/* What the page refuses of that which everything else would allow, one line a reason. */
static void tell_page(struct story *t, uint32_t package, uint32_t depth)
{
	struct picks allowed = story_allowed(t->c, t->a, package), which;
	const struct solver_project *page = allowed.page;
	struct str_list reasons = { 0 };
	const struct project *p = project_of(t->c->s, package);
	bool some = false;

	for (size_t i = 0; i < page->n; i++) some = some || (allowed.in[i] && ladder_refuses(page, i) != 0);
	if (!some) allowed = *relevant(t, package);
	for (size_t i = 0; i < page->n; i++)
		if (allowed.in[i] && ladder_refuses(page, i) != 0)
			str_list_add_new(t->a, &reasons, reason_of(t, package, ladder_refuses(page, i)));
	for (size_t r = 0; r < reasons.n; r++) {
		if (r == REASONS_MAX && reasons.n - r > 1) {
			add(t, depth, true, arena_fmt(t->a, "(%zu more reasons)", reasons.n - r));
			break;
		}
		which = picks_new(t->a, page);
		for (size_t i = 0; i < page->n; i++) {
			uint32_t why = ladder_refuses(page, i);

			which.in[i] = allowed.in[i] && why != 0 && str_eq(reason_of(t, package, why), reasons.p[r]);
			which.n += which.in[i] ? 1 : 0;
		}
		add(t, depth, true,
		    arena_fmt(t->a, STR_FMT " " STR_FMT, STR_ARG(words_subject(t->a, p->name, (str){ NULL, 0 }, &which, &allowed)),
		              STR_ARG(reasons.p[r])));
	}
}

static void add_picks(struct picks *to, const struct picks *from)
{
	for (size_t i = 0; i < to->page->n; i++) {
		to->n += from->in[i] && !to->in[i] ? 1 : 0;
		to->in[i] = to->in[i] || from->in[i];
	}
}

/* Many needs of one package of which each version has its own: what they ask for together. */
static void tell_merged(struct story *t, uint32_t package, uint32_t to, uint32_t depth)
{
	struct arena *a = &t->c->s->scratch;
	struct arena_mark mark = arena_mark(a), inner;
	const struct solver_project *page = ladder_of(t->c->s, to)->page;
	struct picks from = picks_new(a, ladder_of(t->c->s, package)->page), wanted = picks_new(a, page);
	struct picks whole = usable(t, a, package);
	str name = project_of(t->c->s, to)->name, who;

	for (size_t i = 0; i < t->c->of[package].n; i++) {
		uint32_t id = t->c->of[package].p[i];
		const struct fact *fact = &t->c->facts.p[id];
		struct picks some;

		if (!fact->on || fact->kind != FACT_NEED || fact->to != to) continue;
		t->told[id] = true;
		inner = arena_mark(a);
		some = versions_of(t, a, fact);
		add_picks(&from, &some);
		some = everything(a, page);
		picks_keep(&some, &fact->need->allowed);
		add_picks(&wanted, &some);
		arena_rewind(a, inner);
	}
	who = words_subject(t->a, project_of(t->c->s, package)->name, t->c->s->packages.p[package].extra, &from, &whole);
	if (wanted.n == 0)
		add(t, depth, true,
		    arena_fmt(t->a, STR_FMT " needs versions of " STR_FMT " that do not exist", STR_ARG(who), STR_ARG(name)));
	else
		add(t, depth, true,
		    arena_fmt(t->a, STR_FMT " needs one of " STR_FMT " " STR_FMT, STR_ARG(who), STR_ARG(name),
		              STR_ARG(words_range(t->a, &wanted))));
	arena_rewind(a, mark);
}

static size_t count_to(const struct story *t, uint32_t package, uint32_t to)
{
	size_t n = 0;

	for (size_t i = 0; i < t->c->of[package].n; i++) {
		const struct fact *fact = &t->c->facts.p[t->c->of[package].p[i]];

		n += fact->on && fact->kind == FACT_NEED && fact->to == to ? 1 : 0;
	}
	return n;
}

/* Work that is left: lines about a package. A list in place of recursion. */
struct visit {
	uint32_t fact, depth;
	uint64_t rank;
	str text; /* of the need */
};

struct visits {
	VEC(struct visit);
};

/* The fact's line; what follows from its target is told next. */
static void tell(struct story *t, uint32_t id, uint32_t depth)
{
	const struct fact *fact = &t->c->facts.p[id];

	if (t->told[id]) return;
	t->told[id] = true;
	if (fact->kind == FACT_PAGE) {
		tell_page(t, fact->from, depth);
	} else if (fact->kind == FACT_REFUSED) {
		add(t, depth, true,
		    arena_fmt(t->a, STR_FMT " " STR_FMT, STR_ARG(subject(t, fact)), STR_ARG(reason_of(t, fact->from, fact->reason))));
	} else if (fact->from != NOTHING) {
		if (count_to(t, fact->from, fact->to) > SAME_MAX)
			tell_merged(t, fact->from, fact->to, depth);
		else
			add(t, depth, false,
			    arena_fmt(t->a, STR_FMT " needs " STR_FMT, STR_ARG(subject(t, fact)), STR_ARG(fact->need->text)));
	} else {
		str where = fact->need->where.n != 0 ? fact->need->where : t->c->s->options->root;
		const char *verb = fact->need->soft ? "is a limit set by" : "is required by";

		add(t, depth, true, arena_fmt(t->a, STR_FMT " %s " STR_FMT, STR_ARG(fact->need->text), verb, STR_ARG(where)));
	}
}

/* For the order of lines: the project's needs before those of its extras, newer versions first, refusals last. */
static uint64_t rank_of(struct story *t, const struct fact *fact)
{
	struct ladder *l;
	uint32_t first;

	if (fact->kind != FACT_NEED) return UINT64_MAX;
	l = ladder_of(t->c->s, fact->from);
	first = set_first(l, fact->versions);
	return (uint64_t)fact->from << 32 | (first != LADDER_NONE ? l->candidate[first] : 0);
}

static int visit_cmp(const void *a, const void *b)
{
	const struct visit *x = a, *y = b;

	if (x->rank != y->rank) return x->rank < y->rank ? 1 : -1;
	return x->text.n != 0 && y->text.n != 0 ? str_cmp(y->text, x->text) : (x->fact < y->fact) - (x->fact > y->fact);
}

/* Facts of the package and its extras, in the order of their lines, to the end of the list in reverse (it is used as a stack). */
static void open_package(struct story *t, struct visits *stack, uint32_t base, uint32_t depth)
{
	const struct project *p = project_of(t->c->s, base);
	size_t first = stack->n;

	if (t->opened[base]) return;
	t->opened[base] = true;
	for (size_t k = 0; k < p->packages.n; k++) {
		const struct fact_list *list = &t->c->of[p->packages.p[k]];

		for (size_t i = 0; i < list->n; i++) {
			const struct fact *fact = &t->c->facts.p[list->p[i]];
			str text = fact->kind == FACT_NEED ? fact->need->text : (str){ NULL, 0 };

			if (fact->on) *vec_push(t->a, stack) = (struct visit){ list->p[i], depth, rank_of(t, fact), text };
		}
	}
	if (stack->n > first) qsort(stack->p + first, stack->n - first, sizeof *stack->p, visit_cmp);
}

/* Numbers in texts count as numbers: line 2 comes before line 10. */
static int natural_cmp(str x, str y)
{
	size_t i = 0, j = 0;

	while (i < x.n && j < y.n) {
		size_t k = i, l = j;
		int c;

		while (k < x.n && ascii_digit(x.p[k])) k++;
		while (l < y.n && ascii_digit(y.p[l])) l++;
		if (k == i || l == j) {
			k = i + 1;
			l = j + 1;
		}
		c = (k - i > l - j) - (k - i < l - j);
		if (c == 0) c = str_cmp(str_slice(x, i, k), str_slice(y, j, l));
		if (c != 0) return c;
		i = k;
		j = l;
	}
	return (x.n - i > y.n - j) - (x.n - i < y.n - j);
}

struct root_line {
	uint32_t fact, rank;
	str where;
};

static int root_line_cmp(const void *a, const void *b)
{
	const struct root_line *x = a, *y = b;
	int c = natural_cmp(x->where, y->where);

	return c != 0 ? c : (x->rank > y->rank) - (x->rank < y->rank);
}

/* The user's lines that take part, in the order of their places. */
static struct root_line *root_lines(struct story *t, size_t *n)
{
	struct core *c = t->c;
	struct root_line *lines = arena_array(t->a, struct root_line, c->facts.n);
	uint32_t *ranks = arena_array(t->a, uint32_t, c->s->n_root);

	*n = 0;
	for (uint32_t i = 0; i < c->s->n_root; i++) ranks[c->s->root_order[i]] = i;
	for (uint32_t i = 0; i < c->facts.n; i++) {
		const struct fact *fact = &c->facts.p[i];

		if (!fact->on || fact->kind != FACT_NEED || fact->from != NOTHING) continue;
		lines[(*n)++] = (struct root_line){ i, ranks[fact->root], fact->need->where };
	}
	if (*n != 0) qsort(lines, *n, sizeof *lines, root_line_cmp);
	return lines;
}

static void tell_all(struct story *t)
{
	struct visits stack = { 0 };
	size_t n;
	const struct root_line *lines = root_lines(t, &n);

	for (size_t r = 0; r < n; r++) {
		*vec_push(t->a, &stack) = (struct visit){ .fact = lines[r].fact };
		while (stack.n != 0) {
			struct visit v = stack.p[--stack.n];
			const struct fact *fact = &t->c->facts.p[v.fact];

			tell(t, v.fact, v.depth);
			if (fact->kind == FACT_NEED) open_package(t, &stack, fact->to, v.depth + 1);
		}
	}
}

/* --- what --- */

static bool has_facts(const struct core *c, uint32_t base)
{
	const struct project *p = project_of(c->s, base);

	for (size_t k = 0; k < p->packages.n; k++)
		for (size_t i = 0; i < c->of[p->packages.p[k]].n; i++) {
			const struct fact *fact = &c->facts.p[c->of[p->packages.p[k]].p[i]];

			if (fact->on && fact->kind == FACT_NEED) return true;
		}
	return false;
}

uint32_t story_end(const struct core *c)
{
	uint32_t end = NOTHING;

	for (size_t i = 0; i < c->facts.n; i++) {
		const struct fact *fact = &c->facts.p[i];

		if (!fact->on || fact->kind != FACT_NEED || has_facts(c, fact->to)) continue;
		if (end != NOTHING && end != fact->to) return NOTHING;
		end = fact->to;
	}
	return end;
}

/* The name, with its version when only one is meant. */
static str needer(struct story *t, const struct fact *fact)
{
	struct arena *scratch = &t->c->s->scratch;
	struct arena_mark mark = arena_mark(scratch);
	str name = words_name(t->a, project_of(t->c->s, fact->from)->name, t->c->s->packages.p[fact->from].extra);
	struct picks which = versions_of(t, scratch, fact);

	if (which.n == 1 && count_to(t, fact->from, fact->to) == 1)
		name = arena_fmt(t->a, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(words_range(t->a, &which)));
	arena_rewind(scratch, mark);
	return name;
}

/* Who wants the project: each once. */
static void wanted_by(struct story *t, uint32_t end, struct str_list *who)
{
	for (uint32_t i = 0; i < t->c->facts.n; i++) {
		const struct fact *fact = &t->c->facts.p[i];

		if (!is_about(t->c, fact, end)) continue;
		if (fact->from == NOTHING)
			str_list_add_new(t->a, who, fact->need->where.n != 0 ? fact->need->where : t->c->s->options->root);
		else
			str_list_add_new(t->a, who, needer(t, fact));
	}
	str_list_sort(who);
}

const struct fact *story_only_need(const struct core *c, uint32_t end)
{
	const struct fact *only = NULL;

	for (size_t i = 0; i < c->facts.n; i++) {
		if (!is_about(c, &c->facts.p[i], end)) continue;
		if (only != NULL) return NULL;
		only = &c->facts.p[i];
	}
	return only;
}

bool story_page_matters(const struct core *c, uint32_t end)
{
	for (size_t i = 0; i < c->of[end].n; i++) {
		const struct fact *fact = &c->facts.p[c->of[end].p[i]];

		if (fact->on && fact->kind != FACT_NEED) return true;
	}
	return false;
}

static str what_of_end(struct story *t, uint32_t end)
{
	const struct project *p = project_of(t->c->s, end);
	const struct fact *only = story_only_need(t->c, end);
	const char *usable_text = story_page_matters(t->c, end) ? "usable " : "";
	struct str_list who = { 0 };

	if (p->ladder.page != NULL && p->ladder.page->missing.n != 0)
		return arena_fmt(t->a, "there is no project " STR_FMT ": " STR_FMT, STR_ARG(p->name), STR_ARG(p->ladder.page->missing));
	if (only != NULL && (only->need->text.n == 0 || str_eq(only->need->text, p->name)))
		return arena_fmt(t->a, "there is no %sversion of " STR_FMT, usable_text, STR_ARG(p->name));
	if (only != NULL)
		return arena_fmt(t->a, "there is no %sversion of " STR_FMT " for " STR_FMT, usable_text, STR_ARG(p->name),
		                 STR_ARG(only->need->text));
	wanted_by(t, end, &who);
	if (who.n == 2)
		return arena_fmt(t->a, STR_FMT " and " STR_FMT " need different versions of " STR_FMT, STR_ARG(who.p[0]),
		                 STR_ARG(who.p[1]), STR_ARG(p->name));
	if (who.n == 1) return arena_fmt(t->a, STR_FMT " is needed in versions that exclude each other", STR_ARG(p->name));
	return arena_fmt(t->a, "no %sversion of " STR_FMT " suits everything that needs it", usable_text, STR_ARG(p->name));
}

/* Several ends: the first project of which every version fails in its own way. */
static str what_of_many(struct story *t)
{
	uint32_t best = NOTHING;
	size_t roots = 0;

	for (size_t i = 0; i < t->c->facts.n; i++) {
		const struct fact *fact = &t->c->facts.p[i];

		roots += fact->on && fact->from == NOTHING ? 1 : 0;
		if (!fact->on || fact->from == NOTHING || fact->kind == FACT_PAGE) continue;
		if (best == NOTHING || project_of(t->c->s, fact->from)->order < project_of(t->c->s, best)->order) best = fact->from;
	}
	if (best == NOTHING) return S("the requirements contradict each other");
	return arena_fmt(t->a, "no version of " STR_FMT " %s", STR_ARG(project_of(t->c->s, best)->name),
	                 roots == 1 ? "can have everything that it needs" : "works with everything else that is required");
}

/* --- within bounds --- */

/* What is left of the room; a line costs what term.c adds to it, and perhaps a mark for a gap before it. */
struct room {
	size_t bytes, lines;
};

static bool fits(struct room *room, const struct line *l)
{
	size_t size = l->text.n + 2 * (size_t)l->depth + LINE_EXTRA + GAP_MAX;

	if (room->lines == 0 || size > room->bytes) return false;
	room->lines--;
	room->bytes -= size - (room->lines > 3 ? GAP_MAX : 0);
	return true;
}

/* Lines that stay: those of the user and the refusals first, then from both ends towards the middle. */
static bool *choose_lines(struct story *t)
{
	bool *stays = arena_array(t->a, bool, t->lines.n);
	struct room room = { STORY_MAX - 3 * GAP_MAX, LINES_MAX };
	size_t low = 0, high = t->lines.n, keep = 0;

	for (size_t i = 0; i < t->lines.n; i++) keep += t->lines.p[i].keep ? 1 : 0;
	for (size_t i = 0; keep <= LINES_MAX / 2 && i < t->lines.n; i++)
		stays[i] = t->lines.p[i].keep && fits(&room, &t->lines.p[i]);
	while (low < high) {
		bool top = low <= t->lines.n - high;
		size_t i = top ? low++ : --high;

		if (!stays[i] && !fits(&room, &t->lines.p[i])) break;
		stays[i] = true;
	}
	return stays;
}

static str join(struct story *t)
{
	const bool *stays = choose_lines(t);
	size_t left_out = 0;
	struct buf b;
	str text;

	buf_init(&b, STORY_MAX);
	for (size_t i = 0; i <= t->lines.n; i++) {
		const struct line *l = i < t->lines.n ? &t->lines.p[i] : NULL;

		if (l != NULL && !stays[i]) {
			left_out++;
			continue;
		}
		if (left_out != 0) buf_addf(&b, "%s  (%zu more %s)", b.n != 0 ? "\n" : "", left_out, left_out == 1 ? "step" : "steps");
		left_out = 0;
		if (l != NULL) buf_addf(&b, "%s%*s" STR_FMT, b.n != 0 ? "\n" : "", (int)(2 * l->depth), "", STR_ARG(l->text));
	}
	text = buf_take(&b, t->a);
	buf_release(&b);
	return text;
}

void story_tell(struct core *c, struct arena *a, str *what, str *why)
{
	struct story t = { .c = c, .a = a };
	uint32_t end = story_end(c);

	t.told = arena_array(a, bool, c->facts.n);
	t.opened = arena_array(a, bool, c->s->packages.n);
	t.relevant = arena_array(a, struct picks, c->s->projects.n);
	tell_all(&t);
	*what = end != NOTHING ? what_of_end(&t, end) : what_of_many(&t);
	*why = join(&t);
}
