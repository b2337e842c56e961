/* go_failure.h: what a failed go command means, judged by its own words.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The go command ends with 1 for everything; lamina's exit statuses tell apart what a script wants to know. The words are those of
 * cmd/go from 1.18 on; what is not recognised is a source that does not build (ERR_FORMAT "go-build").
 *   ERR_USAGE   "go-not-main", "go-package"    the named package is none, or no program
 *   ERR_FORMAT  "go-build"                     compile and link errors, bad go.mod
 *   ERR_RESOLVE "go-sum"                       go.sum or vendor/ disagrees with go.mod or with what was downloaded
 *   ERR_NETWORK "go-network"                   a module could not be fetched
 *   ERR_IO      "go-too-old", "go-disk"        this Go cannot build this module; no space left
 * Pure. */
#ifndef LAMINA_GOLANG_GO_FAILURE_H
#define LAMINA_GOLANG_GO_FAILURE_H

#include "base/err.h"

/* who: "worker (arm64)"; said: its standard error. Returns false. */
bool go_failure(str who, int status, str said, struct err *e);
/* The first line that says what is wrong: "cmd/worker/main.go:5:2: undefined: x". */
str go_first_complaint(str said);

#endif
