/* go_mod.c: lines and blocks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "golang/go_mod.h"

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* The words of a line, joined again; comments go to its end. */
static str words_of(struct arena *a, str line)
{
	char *out = arena_array(a, char, line.n + 1);
	size_t n = 0;
	bool gap = false;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '/' && i + 1 < line.n && line.p[i + 1] == '/') break;
		if (is_space(line.p[i])) {
			gap = n > 0;
			continue;
		}
		if (gap) out[n++] = ' ';
		gap = false;
		out[n++] = line.p[i];
	}
	return (str){ out, n };
}

struct str_list go_mod_lines(struct arena *a, str text)
{
	struct str_list lines = { 0 };
	str line, word, rest, block = { 0 };
	while (str_line(&text, &line)) {
		str words = words_of(a, line);
		str_cut(words, ' ', &word, &rest);
		if (block.n) {
			if (str_eq(word, S(")")))
				block = (str){ 0 };
			else if (str_eq(block, S("godebug")) && words.n)
				*vec_push(a, &lines) = arena_fmt(a, "godebug " STR_FMT, STR_ARG(words));
			continue;
		}
		if (str_ends(words, S("("))) {
			block = str_ends(word, S("(")) ? str_slice(word, 0, word.n - 1) : word;
			if (block.n == 0) block = S("(");
		} else if (str_eq(word, S("go")) || str_eq(word, S("godebug"))) {
			*vec_push(a, &lines) = words;
		}
	}
	return lines;
}
