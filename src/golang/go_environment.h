/* go_environment.h: which go command there is, and the environment that it gets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The go command sees what a build needs and nothing else: its own variables (GO*: proxies, private modules, GOTOOLCHAIN, GOFLAGS ...),
 * those of git, ssh, proxies and certificates, and where homes and temporary folders are. GOOS, GOARCH and CGO_ENABLED come from the
 * target; `go-env` of lamina.toml is set over all. What can change the bytes of a program is the key; where things are cached or fetched
 * from is not, because go.sum decides what they are.
 * Source: `go help environment`, cmd/go/internal/cfg. Pure but for go_find, which looks at PATH. */
#ifndef LAMINA_GOLANG_GO_ENVIRONMENT_H
#define LAMINA_GOLANG_GO_ENVIRONMENT_H

#include "base/buf.h"
#include "base/env.h"
#include "base/err.h"
#include "base/vec.h"

/* How one program is to be made. */
struct go_settings {
	str goarch;           /* "amd64", "arm64" */
	struct str_list tags; /* lamina's own are GO_TAGS */
	str ldflags;          /* lamina's own are GO_LDFLAGS */
	bool cgo;
	struct str_list env; /* "NAME=value", over all others */
};

#define GO_TAGS    "lambda.norpc"
#define GO_LDFLAGS "-s -w -buildid="

/* The first `go` of PATH that can be run. ERR_IO "go-missing" tells how to get one. */
bool go_find(struct arena *a, const struct env *env, str *path, struct err *e);
/* folder: where the command will run (PWD), absolute. work: where its temporary files go (GOTMPDIR); empty = where go thinks. */
struct env go_environment(struct arena *a, const struct env *env, const struct go_settings *settings, str folder, str work);
/* The value that the go command will see: go-env first, else what passes of the environment; empty when unset. */
str go_variable(const struct env *env, const struct go_settings *settings, const char *name);
/* GOAMD64 and GOARM64 as go knows them; go itself takes wrong ones for others. ERR_USAGE "go-level". */
bool go_check_level(const struct env *env, const struct go_settings *settings, struct err *e);
/* Appends all of settings and environment that can change a program. */
void go_environment_key(const struct env *env, const struct go_settings *settings, struct buf *out);

#endif
