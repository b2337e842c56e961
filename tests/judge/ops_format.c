/* ops_format.c: the formats for the judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

static bool json_decode(struct judge_call *c, struct err *e)
{
	str text;
	struct json_reader r;
	enum json_token token;
	if (!judge_bytes(c, &text, e)) return false;
	json_begin(&r, c->arena, text);
	do {
		str value;
		if (!json_next(&r, &token, &value, e)) return false;
	} while (token != JSON_TOKEN_END);
	json_write_bool(c->out, true);
	return true;
}

const struct judge_op judge_ops_format[] = {
	{ "json.decode", "text base64", json_decode },
	{ 0 },
};
