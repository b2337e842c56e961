/* test_explain.c: what a person is told when requirements cannot be met.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "explained.h"

static const struct {
	const char *row, *root, *registry, *want;
} explanations[] = {
	{ "unknown project", NULL,
	  "> foo>=1\n"
	  "@foo hint did you mean `food`?\n",
	  "error: there is no project foo: no index has it\n"
	  "why: foo>=1 is required by requirements.txt:1\n"
	  "help: did you mean `food`?\n"
	  "names: foo\n" },
	{ "unknown project, deep", NULL,
	  "> a\n"
	  "a 1: foo\n"
	  "a 2: foo\n",
	  "error: there is no project foo: no index has it\n"
	  "why: a is required by requirements.txt:1\n"
	  "  every version of a needs foo\n"
	  "names: a foo\n" },
	{ "project in quarantine", NULL,
	  "> a\n"
	  "@b missing the index has it in quarantine\n"
	  "a 1: b>=2\n",
	  "error: there is no project b: the index has it in quarantine\n"
	  "why: a is required by requirements.txt:1\n"
	  "  a 1 needs b>=2\n"
	  "names: a b\n" },
	{ "no version in range", NULL,
	  "> numpy>=99\n"
	  "numpy 1.26.4\n"
	  "numpy 2.1.0\n"
	  "numpy 2.2rc1\n",
	  "error: there is no version of numpy for numpy>=99\n"
	  "why: numpy>=99 is required by requirements.txt:1\n"
	  "help: the newest version of numpy that can be used is 2.1.0\n"
	  "names: numpy\n" },
	{ "no wheel", NULL,
	  "> numpy<1.26\n"
	  "numpy 1.23 !needs Python <3.12 (the target has 3.12)\n"
	  "numpy 1.24 !has no wheel for python3.12/arm64 (built for CPython 3.8 to 3.11 only)\n"
	  "numpy 1.25 !has no wheel for python3.12/arm64 (built for CPython 3.8 to 3.11 only)\n"
	  "numpy 1.26\n"
	  "@numpy hint the newest version of numpy that works on python3.12/arm64 is 1.26\n",
	  "error: there is no usable version of numpy for numpy<1.26\n"
	  "why: numpy<1.26 is required by requirements.txt:1\n"
	  "  every numpy from 1.24 to 1.25 has no wheel for python3.12/arm64 (built for CPython 3.8 to 3.11 only)\n"
	  "  numpy 1.23 needs Python <3.12 (the target has 3.12)\n"
	  "help: the newest version of numpy that works on python3.12/arm64 is 1.26\n"
	  "names: numpy\n" },
	{ "no wheel at all", NULL,
	  "> a\n"
	  "a 1 !has no wheel for python3.12/arm64\n"
	  "a 2 !has no wheel for python3.12/arm64\n",
	  "error: there is no usable version of a\n"
	  "why: a is required by requirements.txt:1\n"
	  "  every version of a has no wheel for python3.12/arm64\n"
	  "names: a\n" },
	{ "two lines", NULL,
	  "> pydantic>=2; pydantic<2\n"
	  "pydantic 1.10\n"
	  "pydantic 2.0\n",
	  "error: requirements.txt:1 and requirements.txt:2 need different versions of pydantic\n"
	  "why: pydantic>=2 is required by requirements.txt:1\n"
	  "pydantic<2 is required by requirements.txt:2\n"
	  "help: pydantic 2.0 would work: change requirements.txt:2\n"
	  "pydantic 1.10 would work: change requirements.txt:1\n"
	  "names: pydantic\n" },
	{ "two lines, no place", "the project `app`",
	  ">> pydantic>=2; pydantic<2\n"
	  "pydantic 1.10\n"
	  "pydantic 2.0\n",
	  "error: pydantic is needed in versions that exclude each other\n"
	  "why: pydantic<2 is required by the project `app`\n"
	  "pydantic>=2 is required by the project `app`\n"
	  "help: pydantic 2.0 would work: change pydantic<2\n"
	  "pydantic 1.10 would work: change pydantic>=2\n"
	  "names: pydantic\n" },
	{ "line and transitive", NULL,
	  "> fastapi==0.95.0; pydantic>=2\n"
	  "fastapi 0.95.0: pydantic>=1.6,<2\n"
	  "fastapi 0.100.0: pydantic>=1.7\n"
	  "pydantic 1.10\n"
	  "pydantic 2.0\n",
	  "error: fastapi 0.95.0 and requirements.txt:2 need different versions of pydantic\n"
	  "why: fastapi==0.95.0 is required by requirements.txt:1\n"
	  "  fastapi 0.95.0 needs pydantic>=1.6,<2\n"
	  "pydantic>=2 is required by requirements.txt:2\n"
	  "help: fastapi 0.100.0 would work: change requirements.txt:1\n"
	  "pydantic 1.10 would work: change requirements.txt:2\n"
	  "names: fastapi pydantic\n" },
	{ "transitive and transitive", NULL,
	  "> fastapi==0.95.0; pydantic-settings\n"
	  "fastapi 0.95.0: pydantic>=1.6,<2\n"
	  "fastapi 0.100.0: pydantic>=1.7\n"
	  "pydantic-settings 2.0: pydantic>=2\n"
	  "pydantic-settings 2.1: pydantic>=2\n"
	  "pydantic-settings 2.2: pydantic>=2.3\n"
	  "pydantic 1.10\n"
	  "pydantic 2.0\n"
	  "pydantic 2.3\n",
	  "error: fastapi 0.95.0 and pydantic-settings need different versions of pydantic\n"
	  "why: fastapi==0.95.0 is required by requirements.txt:1\n"
	  "  fastapi 0.95.0 needs pydantic>=1.6,<2\n"
	  "pydantic-settings is required by requirements.txt:2\n"
	  "  pydantic-settings 2.2 needs pydantic>=2.3\n"
	  "  every pydantic-settings from 2.0 to 2.1 needs pydantic>=2\n"
	  "help: fastapi 0.100.0 would work: change requirements.txt:1\n"
	  "names: fastapi pydantic pydantic-settings\n" },
	{ "diamond", NULL,
	  "> a; b\n"
	  "a 1: c<2\n"
	  "b 1: c>=2\n"
	  "c 1\n"
	  "c 2\n",
	  "error: a 1 and b 1 need different versions of c\n"
	  "why: a is required by requirements.txt:1\n"
	  "  a 1 needs c<2\n"
	  "b is required by requirements.txt:2\n"
	  "  b 1 needs c>=2\n"
	  "names: a b c\n" },
	{ "three ways", NULL,
	  "> a; b; c\n"
	  "a 1: d<3\n"
	  "b 1: d>1\n"
	  "c 1: d!=2\n"
	  "d 1\n"
	  "d 2\n"
	  "d 3\n",
	  "error: no version of d suits everything that needs it\n"
	  "why: a is required by requirements.txt:1\n"
	  "  a 1 needs d<3\n"
	  "b is required by requirements.txt:2\n"
	  "  b 1 needs d>1\n"
	  "c is required by requirements.txt:3\n"
	  "  c 1 needs d!=2\n"
	  "names: a b c d\n" },
	{ "extra", NULL,
	  "> python-jose[cryptography]==3.3.0; cryptography<3\n"
	  "python-jose 3.3.0\n"
	  "python-jose[cryptography] 3.3.0: cryptography>=3.4\n"
	  "cryptography 2.9\n"
	  "cryptography 42.0\n",
	  "error: python-jose[cryptography] 3.3.0 and requirements.txt:2 need different versions of cryptography\n"
	  "why: python-jose[cryptography]==3.3.0 is required by requirements.txt:1\n"
	  "  python-jose[cryptography] 3.3.0 needs cryptography>=3.4\n"
	  "cryptography<3 is required by requirements.txt:2\n"
	  "help: cryptography 42.0 would work: change requirements.txt:2\n"
	  "names: cryptography python-jose\n" },
	{ "extra of itself", NULL,
	  "> a[all]\n"
	  "a 1\n"
	  "a[all] 1: a[x]; a[y]\n"
	  "a[x] 1: c<2\n"
	  "a[y] 1: c>=2\n"
	  "c 1\n"
	  "c 2\n",
	  "error: a[x] 1 and a[y] 1 need different versions of c\n"
	  "why: a[all] is required by requirements.txt:1\n"
	  "  a[all] 1 needs a[x]\n"
	  "  a[all] 1 needs a[y]\n"
	  "  a[x] 1 needs c<2\n"
	  "  a[y] 1 needs c>=2\n"
	  "names: a c\n" },
	{ "extra in other versions", NULL,
	  "> a[x]<2; b\n"
	  "a 1: c\n"
	  "a[x] 1: c\n"
	  "a 2\n"
	  "b 1: a[x]>=2\n"
	  "b 2: a[x]>=2\n"
	  "c 1\n",
	  "error: b and requirements.txt:1 need different versions of a\n"
	  "why: a[x]<2 is required by requirements.txt:1\n"
	  "b is required by requirements.txt:2\n"
	  "  every version of b needs a[x]>=2\n"
	  "help: a 2 would work: change requirements.txt:1\n"
	  "names: a b\n" },
	{ "constraint", NULL,
	  "> flask; ~werkzeug<2\n"
	  "flask 2.3: werkzeug>=2.3\n"
	  "flask 3.0: werkzeug>=3\n"
	  "werkzeug 1.0\n"
	  "werkzeug 2.3\n"
	  "werkzeug 3.0\n",
	  "error: flask and requirements.txt:2 need different versions of werkzeug\n"
	  "why: flask is required by requirements.txt:1\n"
	  "  flask 3.0 needs werkzeug>=3\n"
	  "  flask 2.3 needs werkzeug>=2.3\n"
	  "werkzeug<2 is a limit set by requirements.txt:2\n"
	  "help: werkzeug 3.0 would work: change requirements.txt:2\n"
	  "names: flask werkzeug\n" },
	{ "constraint on a line's own name", NULL,
	  "> flask>=3; ~flask<3\n"
	  "flask 2.3\n"
	  "flask 3.0\n",
	  "error: requirements.txt:1 and requirements.txt:2 need different versions of flask\n"
	  "why: flask>=3 is required by requirements.txt:1\n"
	  "flask<3 is a limit set by requirements.txt:2\n"
	  "help: flask 2.3 would work: change requirements.txt:1\n"
	  "flask 3.0 would work: change requirements.txt:2\n"
	  "names: flask\n" },
	{ "Requires-Python", NULL,
	  "> scipy\n"
	  "scipy 1.13 !needs Python >=3.10 (the target has 3.9)\n"
	  "scipy 1.14 !needs Python >=3.10 (the target has 3.9)\n",
	  "error: there is no usable version of scipy\n"
	  "why: scipy is required by requirements.txt:1\n"
	  "  every version of scipy needs Python >=3.10 (the target has 3.9)\n"
	  "names: scipy\n" },
	{ "yanked only", NULL,
	  "> attrs>=21\n"
	  "attrs 20.3.0\n"
	  "attrs 21.1.0 !is yanked\n",
	  "error: there is no usable version of attrs for attrs>=21\n"
	  "why: attrs>=21 is required by requirements.txt:1\n"
	  "  attrs 21.1.0 is yanked\n"
	  "help: the newest version of attrs that can be used is 20.3.0\n"
	  "names: attrs\n" },
	{ "pre-releases only", NULL,
	  "> black>=24\n"
	  "@black never\n"
	  "black 23.12.0\n"
	  "black 24.1rc1\n",
	  "error: there is no usable version of black for black>=24\n"
	  "why: black>=24 is required by requirements.txt:1\n"
	  "  black 24.1rc1 is a pre-release, and none are allowed\n"
	  "help: the newest version of black that can be used is 23.12.0\n"
	  "names: black\n" },
	{ "too new", NULL,
	  "> boto3>=1.34\n"
	  "boto3 1.33\n"
	  "boto3 1.34 !was uploaded after 2023-11-01\n"
	  "boto3 1.35 !was uploaded after 2023-11-01\n",
	  "error: there is no usable version of boto3 for boto3>=1.34\n"
	  "why: boto3>=1.34 is required by requirements.txt:1\n"
	  "  every boto3 from 1.34 to 1.35 was uploaded after 2023-11-01\n"
	  "help: the newest version of boto3 that can be used is 1.33\n"
	  "names: boto3\n" },
	{ "bad metadata", NULL,
	  "> a\n"
	  "a 1 ?has broken metadata\n"
	  "a 2 ?has broken metadata\n",
	  "error: there is no usable version of a\n"
	  "why: a is required by requirements.txt:1\n"
	  "  every version of a has broken metadata\n"
	  "names: a\n" },
	{ "several reasons", NULL,
	  "> a\n"
	  "a 1 !is yanked\n"
	  "a 2 !has no wheel for python3.12/arm64\n"
	  "a 3 !is yanked\n"
	  "a 4 !was uploaded after 2023-11-01\n"
	  "a 5 !needs Python >=3.13\n"
	  "a 6 ?has broken metadata\n",
	  "error: there is no usable version of a\n"
	  "why: a is required by requirements.txt:1\n"
	  "  a 6 has broken metadata\n"
	  "  a 5 needs Python >=3.13\n"
	  "  a 4 was uploaded after 2023-11-01\n"
	  "  each of a 1 and 3 is yanked\n"
	  "  a 2 has no wheel for python3.12/arm64\n"
	  "names: a\n" },
	{ "deep chain", NULL,
	  "> a\n"
	  "a 1: b\n"
	  "b 1: c\n"
	  "c 1: d\n"
	  "d 1: e>=2\n"
	  "e 1\n",
	  "error: there is no version of e for e>=2\n"
	  "why: a is required by requirements.txt:1\n"
	  "  a 1 needs b\n"
	  "    b 1 needs c\n"
	  "      c 1 needs d\n"
	  "        d 1 needs e>=2\n"
	  "help: the newest version of e that can be used is 1\n"
	  "names: a b c d e\n" },
	{ "chain with ranges", NULL,
	  "> a; z<2\n"
	  "a 1: b\n"
	  "a 2: b\n"
	  "a 3: b>=2\n"
	  "b 1: c\n"
	  "b 2: c\n"
	  "b 3: c\n"
	  "c 1: z>=2\n"
	  "c 2: z>=2\n"
	  "z 1\n"
	  "z 2\n",
	  "error: c and requirements.txt:2 need different versions of z\n"
	  "why: a is required by requirements.txt:1\n"
	  "  a 3 needs b>=2\n"
	  "    every version of b needs c\n"
	  "      every version of c needs z>=2\n"
	  "  every a from 1 to 2 needs b\n"
	  "z<2 is required by requirements.txt:2\n"
	  "help: z 2 would work: change requirements.txt:2\n"
	  "names: a b c z\n" },
	{ "very long chain", NULL,
	  "> p0\n"
	  "p0 1: p1\n"
	  "p1 1: p2\n"
	  "p2 1: p3\n"
	  "p3 1: p4\n"
	  "p4 1: p5\n"
	  "p5 1: p6\n"
	  "p6 1: p7\n"
	  "p7 1: p8\n"
	  "p8 1: p9\n"
	  "p9 1: p10\n"
	  "p10 1: p11\n"
	  "p11 1: p12\n"
	  "p12 1: p13\n"
	  "p13 1: p14\n"
	  "p14 1: p15\n"
	  "p15 1: p16\n"
	  "p16 1: p17\n"
	  "p17 1: p18\n"
	  "p18 1: p19\n"
	  "p19 1: p20\n"
	  "p20 1: p21\n"
	  "p21 1: p22\n"
	  "p22 1: p23\n"
	  "p23 1: p24\n"
	  "p24 1: p25\n"
	  "p25 1: p26\n"
	  "p26 1: p27\n"
	  "p27 1: p28\n"
	  "p28 1: p29\n"
	  "p29 1: p30\n"
	  "p30 1: p31\n"
	  "p31 1: p32\n"
	  "p32 1: p33\n"
	  "p33 1: p34\n"
	  "p34 1: p35\n"
	  "p35 1: p36\n"
	  "p36 1: p37\n"
	  "p37 1: p38\n"
	  "p38 1: p39\n"
	  "p39 1: p40\n"
	  "p40 1: q>=2\n"
	  "q 1\n",
	  "error: there is no version of q for q>=2\n"
	  "why: p0 is required by requirements.txt:1\n"
	  "  p0 1 needs p1\n"
	  "    p1 1 needs p2\n"
	  "      p2 1 needs p3\n"
	  "        p3 1 needs p4\n"
	  "          p4 1 needs p5\n"
	  "            p5 1 needs p6\n"
	  "  (29 more steps)\n"
	  "            p35 1 needs p36\n"
	  "            p36 1 needs p37\n"
	  "            p37 1 needs p38\n"
	  "            p38 1 needs p39\n"
	  "            p39 1 needs p40\n"
	  "            p40 1 needs q>=2\n"
	  "help: the newest version of q that can be used is 1\n"
	  "names: p0 p1 p10 p11 p12 p13 p14 p15 p16 p17 p18 p19 p2 p20 p21 p22 p23 p24 p25 p26 p27 p28 p29 p3 p30 p31 p32 p33 p34 p35 p36 p37 p38 p39 p4 p40 p5 p6 p7 p8 p9 q\n" },
	{ "cycle", NULL,
	  "> a>=2\n"
	  "a 1\n"
	  "a 2: b>=2\n"
	  "b 1\n"
	  "b 2: a<2\n",
	  "error: no version of a can have everything that it needs\n"
	  "why: a>=2 is required by requirements.txt:1\n"
	  "  a 2 needs b>=2\n"
	  "    b 2 needs a<2\n"
	  "help: a 1 would work: change requirements.txt:1\n"
	  "names: a b\n" },
	{ "itself", NULL,
	  "> a\n"
	  "a 1: a>=2\n"
	  "a 2: a>=3\n",
	  "error: no version of a can have everything that it needs\n"
	  "why: a is required by requirements.txt:1\n"
	  "  a 2 needs a>=3\n"
	  "  a 1 needs a>=2\n"
	  "names: a\n" },
	{ "each version its own", NULL,
	  "> boto3; botocore<1\n"
	  "boto3 1.0: botocore==1.0\n"
	  "boto3 1.1: botocore==1.1\n"
	  "boto3 1.2: botocore==1.2\n"
	  "boto3 1.3: botocore==1.3\n"
	  "boto3 1.4: botocore==1.4\n"
	  "boto3 1.5: botocore==1.5\n"
	  "boto3 1.6: botocore==1.6\n"
	  "boto3 1.7: botocore==1.7\n"
	  "boto3 1.8: botocore==1.8\n"
	  "boto3 1.9: botocore==1.9\n"
	  "botocore 0.9\n"
	  "botocore 1.0\n"
	  "botocore 1.1\n"
	  "botocore 1.2\n"
	  "botocore 1.3\n"
	  "botocore 1.4\n"
	  "botocore 1.5\n"
	  "botocore 1.6\n"
	  "botocore 1.7\n"
	  "botocore 1.8\n"
	  "botocore 1.9\n",
	  "error: boto3 and requirements.txt:2 need different versions of botocore\n"
	  "why: boto3 is required by requirements.txt:1\n"
	  "  every version of boto3 needs one of botocore 1.0 to 1.9\n"
	  "botocore<1 is required by requirements.txt:2\n"
	  "help: botocore 1.9 would work: change requirements.txt:2\n"
	  "names: boto3 botocore\n" },
	{ "each version another way", NULL,
	  "> x; y>=2; z>=3\n"
	  "x 1.0: y<2\n"
	  "x 1.5: y<2\n"
	  "x 2.0: z<3\n"
	  "x 2.1: z<3\n"
	  "y 1\n"
	  "y 2\n"
	  "z 2\n"
	  "z 3\n",
	  "error: no version of x works with everything else that is required\n"
	  "why: x is required by requirements.txt:1\n"
	  "  every x from 2.0 to 2.1 needs z<3\n"
	  "  every x from 1.0 to 1.5 needs y<2\n"
	  "y>=2 is required by requirements.txt:2\n"
	  "z>=3 is required by requirements.txt:3\n"
	  "help: y 1 would work: change requirements.txt:2\n"
	  "z 2 would work: change requirements.txt:3\n"
	  "names: x y z\n" },
	{ "scattered versions", NULL,
	  "> x; y>=2\n"
	  "x 1.0: y<2\n"
	  "x 1.1: w>=9\n"
	  "x 1.2: y<2\n"
	  "x 1.3: w>=9\n"
	  "x 1.4: y<2\n"
	  "w 1\n"
	  "y 1\n"
	  "y 2\n",
	  "error: no version of x works with everything else that is required\n"
	  "why: x is required by requirements.txt:1\n"
	  "  each of x 1.0, 1.2 and 1.4 needs y<2\n"
	  "  each of x 1.1 and 1.3 needs w>=9\n"
	  "y>=2 is required by requirements.txt:2\n"
	  "help: y 1 would work: change requirements.txt:2\n"
	  "names: w x y\n" },
	{ "usable version is in the way of another line", NULL,
	  "> torch; numpy<2\n"
	  "torch 2.0: numpy>=1.25\n"
	  "numpy 1.25 !has no wheel for python3.13/arm64\n"
	  "numpy 1.26 !has no wheel for python3.13/arm64\n"
	  "numpy 2.0\n",
	  "error: there is no usable version of numpy for numpy<2\n"
	  "why: numpy<2 is required by requirements.txt:2\n"
	  "  every numpy from 1.25 to 1.26 has no wheel for python3.13/arm64\n"
	  "help: the newest version of numpy that can be used is 2.0\n"
	  "names: numpy\n" },
	{ "wide", NULL,
	  "> x\n"
	  "x 1: y1>=2\n"
	  "y1 1\n"
	  "x 2: y2>=2\n"
	  "y2 1\n"
	  "x 3: y3>=2\n"
	  "y3 1\n"
	  "x 4: y4>=2\n"
	  "y4 1\n"
	  "x 5: y5>=2\n"
	  "y5 1\n"
	  "x 6: y6>=2\n"
	  "y6 1\n"
	  "x 7: y7>=2\n"
	  "y7 1\n"
	  "x 8: y8>=2\n"
	  "y8 1\n"
	  "x 9: y9>=2\n"
	  "y9 1\n"
	  "x 10: y10>=2\n"
	  "y10 1\n"
	  "x 11: y11>=2\n"
	  "y11 1\n"
	  "x 12: y12>=2\n"
	  "y12 1\n"
	  "x 13: y13>=2\n"
	  "y13 1\n"
	  "x 14: y14>=2\n"
	  "y14 1\n"
	  "x 15: y15>=2\n"
	  "y15 1\n"
	  "x 16: y16>=2\n"
	  "y16 1\n"
	  "x 17: y17>=2\n"
	  "y17 1\n"
	  "x 18: y18>=2\n"
	  "y18 1\n"
	  "x 19: y19>=2\n"
	  "y19 1\n"
	  "x 20: y20>=2\n"
	  "y20 1\n"
	  "x 21: y21>=2\n"
	  "y21 1\n"
	  "x 22: y22>=2\n"
	  "y22 1\n"
	  "x 23: y23>=2\n"
	  "y23 1\n"
	  "x 24: y24>=2\n"
	  "y24 1\n"
	  "x 25: y25>=2\n"
	  "y25 1\n"
	  "x 26: y26>=2\n"
	  "y26 1\n"
	  "x 27: y27>=2\n"
	  "y27 1\n"
	  "x 28: y28>=2\n"
	  "y28 1\n"
	  "x 29: y29>=2\n"
	  "y29 1\n",
	  "error: no version of x can have everything that it needs\n"
	  "why: x is required by requirements.txt:1\n"
	  "  x 29 needs y29>=2\n"
	  "  x 28 needs y28>=2\n"
	  "  x 27 needs y27>=2\n"
	  "  x 26 needs y26>=2\n"
	  "  x 25 needs y25>=2\n"
	  "  x 24 needs y24>=2\n"
	  "  (17 more steps)\n"
	  "  x 6 needs y6>=2\n"
	  "  x 5 needs y5>=2\n"
	  "  x 4 needs y4>=2\n"
	  "  x 3 needs y3>=2\n"
	  "  x 2 needs y2>=2\n"
	  "  x 1 needs y1>=2\n"
	  "names: x y1 y10 y11 y12 y13 y14 y15 y16 y17 y18 y19 y2 y20 y21 y22 y23 y24 y25 y26 y27 y28 y29 y3 y4 y5 y6 y7 y8 y9\n" },
	{ "nothing but the conflict is told", NULL,
	  "> k; l; a; b\n"
	  "k 2: l\n"
	  "k 1\n"
	  "l 3: m\n"
	  "l 2: m>=2\n"
	  "m 1\n"
	  "a 1: c<2\n"
	  "b 1: c>=2; m\n"
	  "c 1\n"
	  "c 2\n",
	  "error: a 1 and b 1 need different versions of c\n"
	  "why: a is required by requirements.txt:3\n"
	  "  a 1 needs c<2\n"
	  "b is required by requirements.txt:4\n"
	  "  b 1 needs c>=2\n"
	  "names: a b c\n" },
	{ "a real dead end behind choices", NULL,
	  "> app\n"
	  "app 1: web; db\n"
	  "web 3: core>=3\n"
	  "web 2: core>=2\n"
	  "web 1: core>=1\n"
	  "db 2: core<1\n"
	  "db 1: core<1\n"
	  "core 0.9\n"
	  "core 1\n"
	  "core 2\n"
	  "core 3\n",
	  "error: db and web need different versions of core\n"
	  "why: app is required by requirements.txt:1\n"
	  "  app 1 needs db\n"
	  "    every version of db needs core<1\n"
	  "  app 1 needs web\n"
	  "    web 3 needs core>=3\n"
	  "    web 2 needs core>=2\n"
	  "    web 1 needs core>=1\n"
	  "names: app core db web\n" },
	{ "no place and transitive", NULL,
	  ">> a; b<2\n"
	  "a 1: b>=2\n"
	  "b 1\n"
	  "b 2\n",
	  "error: a 1 and your requirements need different versions of b\n"
	  "why: a is required by your requirements\n"
	  "  a 1 needs b>=2\n"
	  "b<2 is required by your requirements\n"
	  "help: b 2 would work: change b<2\n"
	  "names: a b\n" },
	{ "no index answers", NULL,
	  "> solo==1.2; solo==1.3\n"
	  "@solo broken\n",
	  "error: requirements.txt:1 and requirements.txt:2 need different versions of solo\n"
	  "why: solo==1.2 is required by requirements.txt:1\n"
	  "solo==1.3 is required by requirements.txt:2\n"
	  "names: solo\n" },
	{ "no index answers, three lines", NULL,
	  "> solo>=1; solo<3; solo==4; other\n"
	  "@solo broken\n"
	  "@other broken\n",
	  "error: requirements.txt:2 and requirements.txt:3 need different versions of solo\n"
	  "why: solo<3 is required by requirements.txt:2\n"
	  "solo==4 is required by requirements.txt:3\n"
	  "names: solo\n" },
};

static void told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(explanations); i++) {
		struct arena a = { 0 };
		const char *root = explanations[i].root != NULL ? explanations[i].root : "your requirements";

		CHECK_STR(explanations[i].row, explained(&a, explanations[i].registry, root), str_from(explanations[i].want));
		arena_release(&a);
	}
}

/* Whatever the size of the conflict, the text stays within what is shown. */
static void bounded(void **state)
{
	(void)state;
	for (size_t n = 1; n < 200; n = n * 3 / 2 + 1) {
		struct arena a = { 0 };
		str text = S("> x"), told_text;
		size_t lines = 0;

		for (size_t i = 0; i < n; i++)
			text = arena_fmt(&a,
			                 STR_FMT "\nx %zu: a-project-with-a-name-of-some-length-%zu>=2.0,<3.0"
			                         "\na-project-with-a-name-of-some-length-%zu 1.0",
			                 STR_ARG(text), i, i, i);
		told_text = explained(&a, arena_cstr(&a, text), "your requirements");
		for (size_t i = 0; i < told_text.n; i++) lines += told_text.p[i] == '\n' ? 1 : 0;
		CHECK("bounded", str_starts(told_text, S("error: ")) && lines <= 18 && str_find(told_text, S("names:")) < 1700);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
