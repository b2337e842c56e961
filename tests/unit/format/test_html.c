/* test_html.c: tags, attributes, text and references, also of broken pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "format/html.h"

/* A page as its tokens: <name a=[v] b> for start tags, </name>, and text in braces. */
static str tokens_of(struct arena *a, str text)
{
	struct html_reader r;
	enum html_token token;
	str out = { 0 };
	html_begin(&r, a, text);
	while ((token = html_next(&r)) != HTML_END) {
		if (token == HTML_TEXT) {
			out = arena_join(a, out, arena_fmt(a, "{" STR_FMT "}", STR_ARG(r.content)));
			continue;
		}
		out = arena_join(a, out, arena_fmt(a, "<%s" STR_FMT, token == HTML_CLOSE ? "/" : "", STR_ARG(r.name)));
		for (size_t i = 0; token == HTML_OPEN && i < r.n_attributes; i++) {
			out = arena_join(a, out, arena_fmt(a, " " STR_FMT, STR_ARG(r.attributes[i].name)));
			if (r.attributes[i].has_value)
				out = arena_join(a, out, arena_fmt(a, "=[" STR_FMT "]", STR_ARG(r.attributes[i].value)));
		}
		out = arena_join(a, out, S(">"));
	}
	return out;
}

static void pages(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "nothing", "", "" },
		{ "link", "<a href=\"../x#sha256=0\">x</a>", "<a href=[../x#sha256=0]>{x}</a>" },
		{ "quotes", "<a b='\"' c=\"'\" d=e>", "<a b=[\"] c=['] d=[e]>" },
		{ "case", "<A HREF=X></A>", "<a href=[X]></a>" },
		{ "no value", "<a data-yanked b>", "<a data-yanked b>" },
		{ "empty values", "<a b=\"\" c=>", "<a b=[] c=[]>" },
		{ "space around", "<a  b = \"c\"\n\td\r\n= e >", "<a b=[c] d=[e]>" },
		{ "no space between", "<a b=\"c\"d='e'f>", "<a b=[c] d=[e] f>" },
		{ "closed at once", "<br/><br / x>", "<br><br x>" },
		{ "slash in a value", "<a b=/c/>", "<a b=[/c/]>" },
		{ "equals first", "<a =b=c>", "<a =b=[c]>" },
		{ "base", "<base href=\"https://e.example/\">", "<base href=[https://e.example/]>" },
		{ "references", "<a b=\"&gt;=3&amp;&#x27;&#39;\">&lt;&copy</a>", "<a b=[>=3&'']>{<\xc2\xa9}</a>" },
		{ "query with copy", "<a b=\"?x&copy=1&copyx&copy;&copy\">", "<a b=[?x&copy=1&copyx\xc2\xa9\xc2\xa9]>" },
		{ "comments", "a<!-- <b> -- > -->b<!-->c<!--->d<!--x--!>e", "{a}{b}{c}{d}{e}" },
		{ "open comment", "a<!-- <b>", "{a}" },
		{ "dashes", "<!-----><a>", "<a>" },
		{ "doctype", "<!DOCTYPE html><?x y?></><//z>a", "{a}" },
		{ "less than", "1 < 2 <3 <", "{1 < 2 <3 <}" },
		{ "script", "<script>if (a</b) '</scriptx>'</SCRIPT ><a>", "<script></script><a>" },
		{ "style", "<style><a></style>x", "<style></style>{x}" },
		{ "open script", "<script><a>", "<script>" },
		{ "title", "<title><a>&amp;</title>", "<title>{<a>&}</title>" },
		{ "open tag", "a<b c=d", "{a}" },
		{ "open quote", "a<b c=\"d>", "{a}" },
		{ "end tag", "</a b=c>x</a", "</a>{x}" },
		{ "bytes above 0x7f", "<a b=\xe9>\xe9", "<a b=[\xe9]>{\xe9}" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		CHECK_STR(rows[i].name, tokens_of(&a, str_from(rows[i].text)), str_from(rows[i].want));
		arena_release(&a);
	}
}

static void references(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
		bool attribute;
	} rows[] = {
		{ "&", "&", false },
		{ "&;", "&;", false },
		{ "&#;", "&#;", false },
		{ "&#x;", "&#x;", false },
		{ "&#65", "A", false },
		{ "&#x41;1", "A1", false },
		{ "&#X41g", "Ag", false },
		{ "&#0;", "\xef\xbf\xbd", false },
		{ "&#xd800;", "\xef\xbf\xbd", false },
		{ "&#99999999999999999999;", "\xef\xbf\xbd", false },
		{ "&#x10ffff;", "\xf4\x8f\xbf\xbf", false },
		{ "&#128;", "\xe2\x82\xac", false },
		{ "&#x81;", "\xc2\x81", false },
		{ "&amp;lt;", "&lt;", false },
		{ "&ampx", "&x", false },
		{ "&ampx", "&ampx", true },
		{ "&amp.", "&.", true },
		{ "&notit;", "\xc2\xacit;", false },
		{ "&plus;&apos;", "+'", true },
		{ "&plus", "&plus", false },
		{ "&nosuch;", "&nosuch;", false },
		{ "&AMP;&Amp;", "&&Amp;", false },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		CHECK_STR(rows[i].text, html_decode(&a, str_from(rows[i].text), rows[i].attribute), str_from(rows[i].want));
		arena_release(&a);
	}
}

static void attributes(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct html_reader r;
	str plain = S("<a href=\"x\" HREF=y b>");
	html_begin(&r, &a, plain);
	assert_int_equal(html_next(&r), HTML_OPEN);
	CHECK_STR("the first of a name", html_attribute(&r, S("href"))->value, S("x"));
	assert_ptr_equal(html_attribute(&r, S("href"))->value.p, plain.p + 9); /* nothing is copied */
	assert_false(html_attribute(&r, S("b"))->has_value);
	assert_null(html_attribute(&r, S("c")));
	assert_int_equal(html_next(&r), HTML_END);
	assert_int_equal(html_next(&r), HTML_END);
	str many = S("<a");
	for (int i = 0; i < 3 * HTML_ATTRIBUTES_MAX; i++) many = arena_join(&a, many, arena_fmt(&a, " b%d=c", i));
	html_begin(&r, &a, arena_join(&a, many, S("><b c>")));
	assert_int_equal(html_next(&r), HTML_OPEN);
	assert_int_equal(r.n_attributes, HTML_ATTRIBUTES_MAX);
	assert_int_equal(html_next(&r), HTML_OPEN);
	assert_int_equal(r.n_attributes, 1);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages),
		cmocka_unit_test(references),
		cmocka_unit_test(attributes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
