/* resolve_hint.c: what would work, said below an explanation.
 * SPDX-License-Identifier: Apache-2.0
 *
 * At most one line for each fact: the newest version that the target could use, the runtime or architecture that has what was asked for,
 * the option that would let a version in, the name that was probably meant. */
#include "base/suggest.h"
#include "pipeline/resolve_parts.h"
#include "python/wheel_name.h"
#include "target/target.h"

/* --- names --- */

/* What is imported under one name and published under another: the mistake that people make most. */
static const struct {
	const char *import, *project;
} published_as[] = { { "attr", "attrs" },
	                 { "bs4", "beautifulsoup4" },
	                 { "cv2", "opencv-python-headless" },
	                 { "dateutil", "python-dateutil" },
	                 { "dotenv", "python-dotenv" },
	                 { "fitz", "pymupdf" },
	                 { "git", "gitpython" },
	                 { "jose", "python-jose" },
	                 { "jwt", "pyjwt" },
	                 { "lambda-powertools", "aws-lambda-powertools" },
	                 { "magic", "python-magic" },
	                 { "multipart", "python-multipart" },
	                 { "mysqldb", "mysqlclient" },
	                 { "openssl", "pyopenssl" },
	                 { "pil", "pillow" },
	                 { "pkg-resources", "setuptools" },
	                 { "serial", "pyserial" },
	                 { "skimage", "scikit-image" },
	                 { "sklearn", "scikit-learn" },
	                 { "slugify", "python-slugify" },
	                 { "telegram", "python-telegram-bot" },
	                 { "usb", "pyusb" },
	                 { "yaml", "pyyaml" },
	                 { "zmq", "pyzmq" } };

/* Names that many projects want, for typing mistakes. */
static const char *const well_known[] = { "aiohttp",
	                                      "alembic",
	                                      "anyio",
	                                      "apache-airflow",
	                                      "asyncpg",
	                                      "attrs",
	                                      "aws-lambda-powertools",
	                                      "aws-xray-sdk",
	                                      "beautifulsoup4",
	                                      "boto3",
	                                      "botocore",
	                                      "celery",
	                                      "certifi",
	                                      "cffi",
	                                      "click",
	                                      "cryptography",
	                                      "django",
	                                      "djangorestframework",
	                                      "fastapi",
	                                      "flask",
	                                      "google-cloud-storage",
	                                      "grpcio",
	                                      "gunicorn",
	                                      "httpx",
	                                      "jinja2",
	                                      "jsonschema",
	                                      "langchain",
	                                      "lxml",
	                                      "mangum",
	                                      "marshmallow",
	                                      "matplotlib",
	                                      "moto",
	                                      "mypy-boto3",
	                                      "networkx",
	                                      "numpy",
	                                      "openai",
	                                      "opencv-python-headless",
	                                      "openpyxl",
	                                      "opentelemetry-distro",
	                                      "orjson",
	                                      "packaging",
	                                      "pandas",
	                                      "paramiko",
	                                      "pillow",
	                                      "polars",
	                                      "protobuf",
	                                      "psutil",
	                                      "psycopg",
	                                      "psycopg2-binary",
	                                      "pyarrow",
	                                      "pydantic",
	                                      "pydantic-settings",
	                                      "pyjwt",
	                                      "pymongo",
	                                      "pymysql",
	                                      "pyopenssl",
	                                      "pytest",
	                                      "python-dateutil",
	                                      "python-dotenv",
	                                      "python-jose",
	                                      "python-multipart",
	                                      "pytz",
	                                      "pyyaml",
	                                      "redis",
	                                      "requests",
	                                      "rich",
	                                      "s3fs",
	                                      "scikit-learn",
	                                      "scipy",
	                                      "sentry-sdk",
	                                      "setuptools",
	                                      "simplejson",
	                                      "six",
	                                      "sqlalchemy",
	                                      "starlette",
	                                      "tenacity",
	                                      "tornado",
	                                      "tqdm",
	                                      "typer",
	                                      "typing-extensions",
	                                      "tzdata",
	                                      "ujson",
	                                      "urllib3",
	                                      "uvicorn",
	                                      "websockets",
	                                      "werkzeug",
	                                      "xmltodict" };

/* Projects that publish no wheels, and what people take instead. */
static const struct {
	const char *project, *instead;
} with_wheels[] = { { "psycopg2", "psycopg2-binary" },
	                { "pycrypto", "pycryptodome" },
	                { "mysql-python", "pymysql" },
	                { "mysqlclient", "pymysql" },
	                { "pil", "pillow" },
	                { "sklearn", "scikit-learn" },
	                { "bs4", "beautifulsoup4" },
	                { "opencv", "opencv-python-headless" } };

#define COUNT(list) (sizeof(list) / sizeof *(list))

str resolve_meant(struct resolve_target *t, str name)
{
	struct str_list names = { 0 };
	for (size_t i = 0; i < COUNT(published_as); i++)
		if (str_eq(name, str_from(published_as[i].import))) return str_from(published_as[i].project);
	for (size_t i = 0; i < t->projects.n; i++) {
		const struct resolve_project *p = t->projects.entries[i].value;
		if (p->loaded && !p->missing) *vec_push(t->run->a, &names) = p->name;
	}
	str_list_sort(&names);
	for (size_t i = 0; i < COUNT(well_known); i++) *vec_push(t->run->a, &names) = str_from(well_known[i]);
	return suggest_nearest(name, names.p, names.n);
}

/* --- versions --- */

/* Metadata that was looked at may have shown what the page does not say. */
static bool is_usable(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	const struct resolve_candidate *c = &p->more[candidate];
	if (p->list[candidate].refused) return false;
	/* Nobody knows yet whether it can be built. */
	if (p->page && c->file != SIZE_MAX && !c->metadata && resolve_waits_for_sdist(t, p, c->file)) return false;
	for (const struct resolve_needs *n = p->more[candidate].needs; n; n = n->next)
		if (n->extra.n == 0 && n->needs.refused) return false;
	return true;
}

static size_t newest(struct resolve_target *t, const struct resolve_project *p, const struct interval_set *allowed, bool usable)
{
	size_t pre = SIZE_MAX;
	for (size_t i = 0; i < p->solver.n; i++) {
		const struct solver_candidate *c = &p->list[i];
		if ((usable && !is_usable(t, p, i)) || (allowed && !interval_set_contains(allowed, c->version))) continue;
		if (!version_is_prerelease(c->version)) return i;
		if (pre == SIZE_MAX) pre = i;
	}
	return pre;
}

static enum refusal_kind kind_of(const struct resolve_project *p, size_t candidate)
{
	uint32_t refused = p->list[candidate].refused;
	return refused ? p->refusals.p[refused - 1].kind : REFUSED_NOT;
}

/* --- other targets --- */

static bool fits_elsewhere(struct resolve_target *t, const struct resolve_project *p, size_t candidate,
                           const struct target *other)
{
	struct arena *a = t->run->a;
	struct tag_list tags;
	struct wheel_name w;
	const struct catalog_release *release = &p->page->releases[candidate];
	tags_for(a, other->runtime->python_minor, other->runtime->glibc_minor, str_from(target_machine(other)), &tags);
	for (size_t i = release->first; i < release->first + release->count; i++) {
		const struct index_file *f = &p->page->files[i].index;
		struct specifier_set set;
		bool python = str_empty(f->requires_python) || !specifier_parse(a, f->requires_python, &set, NULL) ||
		              specifier_allows_python(&set, other->runtime->python_minor, S("")) != TRI_FALSE;
		if (python && resolve_wheel_name(a, f->file, &w) && wheel_name_rank(&w, &tags) != SIZE_MAX) return true;
	}
	struct str_list more = release->n_left_out ? catalog_left_out(p->page, candidate, a) : (struct str_list){ 0 };
	for (size_t i = 0; i < more.n; i++)
		if (resolve_wheel_name(a, more.p[i], &w) && wheel_name_rank(&w, &tags) != SIZE_MAX) return true;
	return false;
}

/* The nearest runtime of the same architecture that has it, else the same runtime of the other one. */
static str other_target(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	size_t n;
	const struct runtime *all = runtimes(&n);
	struct target here, best = { 0 }, other;
	struct err ignored = { 0 };
	if (!target_parse(t->lt->text, &here, &ignored) || here.runtime->python_minor < 0) return S("");
	for (size_t i = 0; i < n; i++) {
		if (all[i].python_minor < 0 || all[i].python_minor == here.runtime->python_minor) continue;
		if (!target_make(&all[i], here.arch, &other, &ignored) || !fits_elsewhere(t, p, candidate, &other)) continue;
		int far = all[i].python_minor - here.runtime->python_minor;
		int best_far = best.runtime ? best.runtime->python_minor - here.runtime->python_minor : 1000;
		if ((far < 0 ? -far : far) < (best_far < 0 ? -best_far : best_far)) best = other;
	}
	enum target_arch turned = here.arch == ARCH_ARM64 ? ARCH_X86_64 : ARCH_ARM64;
	if (!best.runtime && target_make(here.runtime, turned, &other, &ignored) && fits_elsewhere(t, p, candidate, &other))
		best = other;
	return best.runtime ? target_text(t->run->a, &best) : S("");
}

/* Also what was left out of memory, since source distributions are no answers. */
static bool is_source_only(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	enum refusal_kind kind = kind_of(p, candidate);
	struct refusal one = { .first = candidate, .last = candidate };
	if (t->run->options->policy.pure_sdists || (kind != REFUSED_SDIST && kind != REFUSED_TAGS)) return false;
	struct str_list names = resolve_names(t, p, &one);
	for (size_t i = 0; i < names.n; i++)
		if (str_ends(names.p[i], S(".whl"))) return false;
	return names.n > 0;
}

static bool needs_backend(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	const struct resolve_candidate *c = &p->more[candidate];
	if (t->run->options->policy.host || !c->metadata || !c->metadata->broken || t->lt->python_minor < 0) return false;
	return p->page && resolve_waits_for_sdist(t, p, c->file) && str_eq(str_from(c->metadata->why.id), S("cannot-build"));
}

static str refused_hint(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	struct arena *a = t->run->a;
	str version = p->list[candidate].text;
	if (is_source_only(t, p, candidate)) return S(RESOLVE_SDISTS_HELP);
	if (needs_backend(t, p, candidate))
		return arena_fmt(a, "--build=host has it built by its own backend, with a Python 3.%d of this computer",
		                 t->lt->python_minor);
	switch (kind_of(p, candidate)) {
	case REFUSED_PYTHON:
	case REFUSED_TAGS: {
		str other = other_target(t, p, candidate);
		if (str_empty(other)) return S("");
		return arena_fmt(a, STR_FMT " " STR_FMT " would work on " STR_FMT, STR_ARG(p->name), STR_ARG(version), STR_ARG(other));
	}
	case REFUSED_YANKED:
		return arena_fmt(a, "to use it all the same, require exactly " STR_FMT "==" STR_FMT, STR_ARG(p->name),
		                 STR_ARG(version));
	case REFUSED_TOO_NEW:
		return arena_fmt(a, "a later --exclude-newer would let " STR_FMT " " STR_FMT " in", STR_ARG(p->name), STR_ARG(version));
	default: return S("");
	}
}

static str join(struct arena *a, str x, str y)
{
	if (str_empty(x) || str_empty(y)) return str_empty(x) ? y : x;
	return arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(x), STR_ARG(y));
}

str resolve_hint(struct resolve_target *t, struct resolve_project *p, const struct interval_set *allowed)
{
	struct arena *a = t->run->a;
	if (p->missing) {
		str meant = resolve_meant(t, p->name);
		if (meant.n) return arena_fmt(a, "did you mean `" STR_FMT "`?", STR_ARG(meant));
		return S("check how the name is spelled, or add the index that has it (--extra-index-url)");
	}
	if (!p->page) return S("");
	size_t asked = newest(t, p, allowed, false), usable = newest(t, p, NULL, true);
	str hint = asked != SIZE_MAX ? refused_hint(t, p, asked) : S("");
	bool pre = asked != SIZE_MAX && p->list[asked].refused == 0 && version_is_prerelease(p->list[asked].version);
	if (pre && p->solver.prereleases == SOLVER_PRE_NEVER)
		hint = arena_fmt(a, STR_FMT " " STR_FMT " is a pre-release: --prerelease allow would let it in", STR_ARG(p->name),
		                 STR_ARG(p->list[asked].text));
	for (size_t i = 0; usable == SIZE_MAX && str_empty(hint) && i < COUNT(with_wheels); i++)
		if (str_eq(p->name, str_from(with_wheels[i].project)))
			hint = arena_fmt(a, "`%s` has wheels for most targets", with_wheels[i].instead);
	if (usable != SIZE_MAX && !pre)
		hint = join(a,
		            arena_fmt(a, "the newest version of " STR_FMT " that works on " STR_FMT " is " STR_FMT, STR_ARG(p->name),
		                      STR_ARG(t->lt->text), STR_ARG(p->list[usable].text)),
		            hint);
	return hint;
}
