/* opt.c: words of the command line -> values of the rows of option tables.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/opt.h"

#include <string.h>

#include "base/oom.h"
#include "base/suggest.h"

struct parser {
	struct opt_values *v;
	char *const *words;
	size_t n, at;
	struct err *e;
};

void opt_begin(struct opt_values *v, struct arena *a, const struct opt *const *tables, size_t n_tables)
{
	size_t n = 0;
	for (size_t t = 0; t < n_tables; t++)
		for (const struct opt *o = tables[t]; o && !opt_is_end(o); o++) n += o->name != NULL;
	*v = (struct opt_values){ .arena = a, .slots = arena_array(a, struct opt_slot, n) };
	for (size_t t = 0; t < n_tables; t++)
		for (const struct opt *o = tables[t]; o && !opt_is_end(o); o++)
			if (o->name) v->slots[v->n_slots++].opt = o;
}

static struct opt_slot *by_name(const struct opt_values *v, str name)
{
	for (size_t i = 0; i < v->n_slots; i++)
		if (str_eq(str_from(v->slots[i].opt->name), name)) return &v->slots[i];
	return NULL;
}

static struct opt_slot *by_letter(const struct opt_values *v, char letter)
{
	for (size_t i = 0; i < v->n_slots; i++)
		if (v->slots[i].opt->letter && v->slots[i].opt->letter == letter) return &v->slots[i];
	return NULL;
}

void opt_choices(struct arena *a, const char *choices, bool hidden, struct str_list *out)
{
	str rest = str_from(choices), part;
	for (bool more = rest.n > 0; more;) {
		more = str_cut(rest, '|', &part, &rest);
		bool hides = str_at(part, 0) == '!';
		if (!hides || hidden) *vec_push(a, out) = str_from_pos(part, hides);
	}
}

/* Help for a wrong word: the nearest right one, else all of them. */
static bool suggest(struct err *e, const char *dashes, str given, const struct str_list *candidates, const char *otherwise)
{
	str near = suggest_nearest(given, candidates->p, candidates->n);
	if (near.n > 0) return err_help(e, "did you mean `%s" STR_FMT "`?", dashes, STR_ARG(near));
	return err_help(e, "%s", otherwise);
}

/* Where the options are listed, to be pasted. */
static const char *all_options(const struct parser *p)
{
	return p->v->help ? arena_fmt(p->v->arena, "`%s` lists the options", p->v->help).p : "`--help` lists the options";
}

static bool unknown_option(struct parser *p, str name)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < p->v->n_slots; i++)
		if (!p->v->slots[i].opt->hidden) *vec_push(p->v->arena, &names) = str_from(p->v->slots[i].opt->name);
	err_set(p->e, ERR_USAGE, "unknown-option", "unknown option `--" STR_FMT "`", STR_ARG(name));
	return suggest(p->e, "--", name, &names, all_options(p));
}

/* "--name" or "-n", as the user wrote it is not remembered. */
static bool bad_value(struct parser *p, const struct opt *o, str value)
{
	return err_set(p->e, ERR_USAGE, "option-value", "`--%s` cannot be `" STR_FMT "`", o->name, STR_ARG(value));
}

static bool check_choice(struct parser *p, const struct opt *o, str value)
{
	struct str_list taken = { 0 }, shown = { 0 };
	opt_choices(p->v->arena, o->choices, true, &taken);
	if (str_list_has(&taken, value)) return true;
	opt_choices(p->v->arena, o->choices, false, &shown);
	struct buf all;
	buf_init(&all, 800);
	opt_choices_join(&all, o->choices, ", ");
	bad_value(p, o, value);
	err_why(p->e, "it is one of " STR_FMT, STR_ARG(buf_str(&all)));
	str near = suggest_nearest(value, shown.p, shown.n);
	if (near.n > 0) err_help(p->e, "did you mean `" STR_FMT "`?", STR_ARG(near));
	buf_release(&all);
	return false;
}

static bool check_number(struct parser *p, const struct opt *o, str value)
{
	uint64_t number, max = o->max ? o->max : UINT64_MAX;
	if (str_u64(value, &number) && number >= o->min && number <= max) return true;
	bad_value(p, o, value);
	if (!o->max) return err_why(p->e, "it is a whole number from %llu up", (unsigned long long)o->min);
	return err_why(p->e, "it is a whole number from %llu to %llu", (unsigned long long)o->min, (unsigned long long)max);
}

static bool twice(struct parser *p, const struct opt_slot *slot, str value)
{
	err_set(p->e, ERR_USAGE, "option-twice", "`--%s` is given twice", slot->opt->name);
	return err_why(p->e, "it is `" STR_FMT "` and `" STR_FMT "`", STR_ARG(slot->values.p[0]), STR_ARG(value));
}

static bool add_value(struct parser *p, struct opt_slot *slot, str value)
{
	const struct opt *o = slot->opt;
	if (value.n == 0) {
		err_set(p->e, ERR_USAGE, "option-needs-value", "`--%s` has an empty value", o->name);
		return err_help(p->e, "is a shell variable in the command not set?");
	}
	if (o->takes == OPT_NUMBER && !check_number(p, o, value)) return false;
	if (o->choices && !check_choice(p, o, value)) return false;
	bool several = o->takes == OPT_EACH || o->takes == OPT_LIST || o->takes == OPT_NEXT;
	if (!several && slot->values.n > 0) return twice(p, slot, value);
	*vec_push(p->v->arena, &slot->values) = value;
	return true;
}

static bool add_values(struct parser *p, struct opt_slot *slot, str value)
{
	slot->given++;
	if (slot->opt->takes != OPT_LIST) return add_value(p, slot, value);
	str part;
	for (bool more = true; more;) {
		more = str_cut(value, ',', &part, &value);
		if (!add_value(p, slot, str_trim(part))) return false;
	}
	return true;
}

static bool looks_like_option(const char *word) { return word[0] == '-' && word[1] != '\0'; }

/* The value of an option that was found without one attached. */
static bool take_next(struct parser *p, struct opt_slot *slot)
{
	const struct opt *o = slot->opt;
	bool have = p->at < p->n && !looks_like_option(p->words[p->at]);
	if (o->takes == OPT_NOTHING || o->takes == OPT_MAYBE || (o->takes == OPT_NEXT && !have)) {
		slot->given++;
		return true;
	}
	if (have) return add_values(p, slot, str_from(p->words[p->at++]));
	str text = opt_value_text(p->v->arena, o);
	err_set(p->e, ERR_USAGE, "option-needs-value", "`--%s` needs a value:" STR_FMT, o->name, STR_ARG(text));
	if (p->at < p->n) err_help(p->e, "a value that begins with `-` is written `--%s=%s`", o->name, p->words[p->at]);
	return false;
}

/* "--o" for an option that Go's flag package would know. */
static struct opt_slot *by_go_letter(const struct opt_values *v, str name)
{
	struct opt_slot *slot = name.n == 1 ? by_letter(v, name.p[0]) : NULL;
	return slot && slot->opt->one_dash ? slot : NULL;
}

/* "-output", "-output=x" */
static bool is_one_dash_name(const struct opt_values *v, const char *word)
{
	str name, value;
	str_cut(str_from(word + 1), '=', &name, &value);
	struct opt_slot *slot = name.n > 1 ? by_name(v, name) : NULL;
	return slot && slot->opt->one_dash;
}

static bool parse_long(struct parser *p, const char *word)
{
	str name, value;
	bool has_value = str_cut(str_from(word), '=', &name, &value);
	struct opt_slot *slot = by_name(p->v, name);
	if (!slot) slot = by_go_letter(p->v, name);
	if (!slot) return unknown_option(p, name);
	if (!has_value) return take_next(p, slot);
	if (slot->opt->takes == OPT_NOTHING)
		return err_set(p->e, ERR_USAGE, "option-takes-no-value", "`--%s` takes no value", slot->opt->name);
	return add_values(p, slot, value);
}

static bool parse_letters(struct parser *p, const char *word)
{
	for (const char *letter = word + 1; *letter; letter++) {
		struct opt_slot *slot = by_letter(p->v, *letter);
		if (!slot) {
			err_set(p->e, ERR_USAGE, "unknown-option", "unknown option `-%c`", *letter);
			if (word[2] && by_name(p->v, str_from(word + 1))) return err_help(p->e, "did you mean `-%s`?", word);
			return err_help(p->e, "%s", all_options(p));
		}
		bool attached = letter[1] != '\0';
		if (slot->opt->takes == OPT_NOTHING || !attached) {
			if (!take_next(p, slot)) return false;
		} else if (slot->opt->one_dash && letter[1] != '=') {
			/* "-outptu" is a misspelt name, not a value. */
			err_set(p->e, ERR_USAGE, "unknown-option", "unknown option %s", word);
			return err_help(p->e, "did you mean --%s?", slot->opt->name);
		} else {
			return add_values(p, slot, str_from(letter + (letter[1] == '=' ? 2 : 1)));
		}
	}
	return true;
}

bool opt_parse(struct opt_values *v, char *const *words, size_t n, bool stop_at_argument, size_t *used, struct err *e)
{
	struct parser p = { .v = v, .words = words, .n = n, .e = e };
	while (p.at < n) {
		const char *word = words[p.at];
		if (!looks_like_option(word)) {
			if (stop_at_argument) break;
			*vec_push(v->arena, &v->arguments) = str_from(word);
			p.at++;
			continue;
		}
		p.at++;
		if (strcmp(word, "--") == 0) {
			for (; !stop_at_argument && p.at < n; p.at++) *vec_push(v->arena, &v->arguments) = str_from(words[p.at]);
			break;
		}
		bool one_dash = word[1] != '-' && is_one_dash_name(p.v, word);
		if (!(word[1] == '-' || one_dash ? parse_long(&p, word + (one_dash ? 1 : 2)) : parse_letters(&p, word))) return false;
	}
	if (used) *used = p.at;
	return true;
}

static const struct opt_slot *slot_for(const struct opt_values *v, const char *name)
{
	const struct opt_slot *slot = by_name(v, str_from(name));
	if (!slot) die_bug(__FILE__, __LINE__, name);
	return slot;
}

bool opt_given(const struct opt_values *v, const char *name) { return slot_for(v, name)->given > 0; }

size_t opt_count(const struct opt_values *v, const char *name) { return slot_for(v, name)->given; }

str opt_value(const struct opt_values *v, const char *name)
{
	const struct opt_slot *slot = slot_for(v, name);
	BUG_IF(slot->opt->takes == OPT_NOTHING);
	return slot->values.n > 0 ? slot->values.p[slot->values.n - 1] : (str){ NULL, 0 };
}

const char *opt_cstr(const struct opt_values *v, const char *name)
{
	BUG_IF(slot_for(v, name)->opt->takes == OPT_LIST);
	return opt_value(v, name).p; /* the tail of a word of argv: its NUL ends it */
}

const struct str_list *opt_list(const struct opt_values *v, const char *name)
{
	const struct opt_slot *slot = slot_for(v, name);
	BUG_IF(slot->opt->takes != OPT_EACH && slot->opt->takes != OPT_LIST && slot->opt->takes != OPT_NEXT);
	return &slot->values;
}

uint64_t opt_number(const struct opt_values *v, const char *name, uint64_t when_absent)
{
	BUG_IF(slot_for(v, name)->opt->takes != OPT_NUMBER);
	uint64_t number;
	return str_u64(opt_value(v, name), &number) ? number : when_absent;
}
