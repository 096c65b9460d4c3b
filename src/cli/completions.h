/* Completion scripts for shells, from the tables of commands and options. */
#ifndef CLI_COMPLETIONS_H
#define CLI_COMPLETIONS_H

#include "cli/cli.h"

enum shell { SHELL_BASH, SHELL_ZSH, SHELL_FISH };

void completions_write(enum shell shell, struct buf *out);

#endif
