/* main.c: the process.
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "command/command.h"

#ifdef __APPLE__
extern char **environ; /* no header of macOS declares it */
#endif

int main(int argc, char **argv) { return command_main(argc, argv, environ); }
