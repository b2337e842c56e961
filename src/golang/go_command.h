/* go_command.h: the words of the go commands that lamina runs.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Programs are made with -trimpath -buildvcs=false and an empty build ID: no path, no commit and no time of this computer enters them.
 * -mod=readonly keeps go from changing go.mod, where neither a vendor folder nor GOFLAGS says another mode (go has no way to say
 * "readonly or vendor"). Pure but for go_module_root and go_mod_flag, which look for files. */
#ifndef LAMINA_GOLANG_GO_COMMAND_H
#define LAMINA_GOLANG_GO_COMMAND_H

#include "golang/go_environment.h"

/* The variables that go_env_arguments asks for, one line of answer each. TMP, where go works, decides nothing about a program. */
enum go_env_line {
	GO_ENV_TMP,
	GO_ENV_VERSION,
	GO_ENV_ROOT,
	GO_ENV_FILE,
	GO_ENV_MOD,
	GO_ENV_WORK,
	GO_ENV_FLAGS,
	GO_ENV_LINES,                    /* others follow */
	GO_ENV_DECIDING = GO_ENV_VERSION /* this line and all that follow */
};

/* The folder with the nearest go.mod from `folder` upwards; empty when there is none. */
str go_module_root(struct arena *a, str folder);
/* "-mod=readonly", or empty when go is to decide. root: the module's folder. */
str go_mod_flag(struct arena *a, str root, const struct env *env, const struct go_settings *settings);

/* cgo: also those that the C compiler is called with. */
struct str_list go_env_arguments(struct arena *a, const struct go_settings *settings);
/* The value of the last -NAME=VALUE among the flags of GOFLAGS; empty when there is none. */
str go_flag_value(str flags, const char *name);
struct str_list go_list_arguments(struct arena *a, const struct go_settings *settings, str mod_flag,
                                  const struct str_list *packages);
/* output: a file for one package, a folder with "/" for several. jobs: -p. */
struct str_list go_build_arguments(struct arena *a, const struct go_settings *settings, str mod_flag,
                                   const struct str_list *packages, str output, size_t jobs);

#endif
