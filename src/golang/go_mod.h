/* go_mod.h: what go.mod and go.work say about programs that no package says.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Their `go` line decides what the language means and which GODEBUG settings are built in, `godebug` lines change the latter. Versions of
 * modules are not looked at here: `go list` names those that a program is made of.
 * Source: "Go Modules Reference" (go.mod syntax), "Go, Backwards Compatibility, and GODEBUG". Pure; lenient, because go itself judges. */
#ifndef LAMINA_GOLANG_GO_MOD_H
#define LAMINA_GOLANG_GO_MOD_H

#include "base/arena.h"
#include "base/vec.h"

#define GO_MOD_MAX ((size_t)16 << 20)

/* The lines that decide, without comments and with single spaces: "go 1.22", "godebug panicnil=1". */
struct str_list go_mod_lines(struct arena *a, str text);

#endif
