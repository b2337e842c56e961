/* runtimes.c: the Lambda runtimes that lamina builds for.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sources: AWS Lambda developer guide "Lambda runtimes" (identifiers, operating systems, dates: forecasts that move, hence
 * RUNTIMES_AS_OF); glibc 2.26 in Amazon Linux 2, 2.34 in Amazon Linux 2023; patch versions as recorded inside the images.
 * Left out: python3.7 and older (no function can be created with them), python3.15 (a preview at RUNTIMES_AS_OF). */
#include "target/target.h"

#define AL2                               .os = "AL2", .glibc_minor = 26, .x86_64 = true, .arm64 = true
#define AL2023                            .os = "AL2023", .glibc_minor = 34, .x86_64 = true, .arm64 = true
#define DATES(deprecated, create, update) .deprecation = deprecated, .block_create = create, .block_update = update

static const struct runtime table[] = {
	{ "python3.14", 14, AL2023, .python_full_version = "3.14.0", DATES("2029-06-30", "2029-07-31", "2029-08-31") },
	{ "python3.13", 13, AL2023, .python_full_version = "3.13.0", DATES("2029-06-30", "2029-07-31", "2029-08-31") },
	{ "python3.12", 12, AL2023, .python_full_version = "3.12.3", DATES("2028-10-31", "2028-11-30", "2029-01-10") },
	{ "python3.11", 11, AL2, .python_full_version = "3.11.9", DATES("2027-06-30", "2027-07-31", "2027-08-31") },
	{ "python3.10", 10, AL2, .python_full_version = "3.10.14", DATES("2026-10-31", "2027-02-01", "2027-03-03") },
	{ "python3.9", 9, AL2, .python_full_version = "3.9.19", DATES("2025-12-15", "2027-02-01", "2027-03-03") },
	{ "python3.8", 8, AL2, .python_full_version = "3.8.19", DATES("2024-10-14", "2027-02-01", "2027-03-03") },
	{ "provided.al2023", -1, AL2023, DATES("2029-06-30", "2029-07-31", "2029-08-31") },
	{ "provided.al2", -1, AL2, DATES("2026-07-31", "2027-02-01", "2027-03-03") },
};

const struct runtime *runtimes(size_t *n)
{
	*n = sizeof table / sizeof *table;
	return table;
}

/* "2027-02-01" as days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil). The
 * dates are our own: no checks. */
static int64_t days_from_iso(const char *date)
{
	int64_t year = 0, month = (date[5] - '0') * 10 + (date[6] - '0'), day = (date[8] - '0') * 10 + (date[9] - '0');
	for (int i = 0; i < 4; i++) year = year * 10 + (date[i] - '0');
	if (month <= 2) year--;
	int64_t era = year / 400, of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

enum runtime_state runtime_state_on(const struct runtime *r, int64_t days)
{
	if (r->block_update && days >= days_from_iso(r->block_update)) return RUNTIME_UPDATE_BLOCKED;
	if (r->block_create && days >= days_from_iso(r->block_create)) return RUNTIME_CREATE_BLOCKED;
	if (r->deprecation && days >= days_from_iso(r->deprecation)) return RUNTIME_DEPRECATED;
	return RUNTIME_CURRENT;
}

const struct runtime_package *target_runtime_packages(const struct runtime *r, size_t *n)
{
	/* AWS Lambda developer guide "Runtime-included SDK versions"; all move together with the runtime's patches. */
	static const struct runtime_package packages[] = {
		{ "boto3", "the AWS SDK for Python" }, { "botocore", "what boto3 stands on" },
		{ "jmespath", "needed by botocore" },  { "python-dateutil", "needed by botocore" },
		{ "s3transfer", "needed by boto3" },   { "six", "needed by python-dateutil" },
		{ "urllib3", "needed by botocore" },
	};
	*n = r->python_minor >= 0 ? sizeof packages / sizeof *packages : 0;
	return packages;
}

str target_interpreter(struct arena *a, const struct runtime *r)
{
	return r->python_minor >= 0 ? arena_fmt(a, "/var/lang/bin/python3.%d", r->python_minor) : S("");
}

str target_layer_prefix(struct arena *a, const struct runtime *r, enum layer_layout layout)
{
	if (r->python_minor < 0) return S("");
	if (layout == LAYER_FLAT) return S("python/");
	return arena_fmt(a, "python/lib/python3.%d/site-packages/", r->python_minor);
}
