/* The command line: a table of subcommands, each a file that parses, calls session and prints. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/options.h"

/* What every command gets.  A command returns a status, or ASSAY_OK and an exit code; its text goes
 * to `error` and is printed once, by main. */
struct cli {
    const char *program; /* folder of the executable */
    struct buf error;
    int exit_code;
    bool is_left; /* whoever read stdout is gone, as in `assay list | head`: nothing to say to it */
};

struct command {
    const char *name;
    const char *operands; /* "[PATTERN|MODULE ...]" */
    const char *summary;
    const char *details; /* paragraphs for --help and the man page */
    const struct option_row *rows;
    assay_status (*run)(struct cli *cli, int argc, char **argv);
};

extern const struct command *const COMMANDS[]; /* ends with NULL */

/* The command called `name`, or NULL. */
const struct command *command_find(const char *name);

/* Help of one command, or of assay as a whole for NULL. */
void command_help(const struct command *command, struct buf *out);

/* The man page of a command, or of assay as a whole for NULL, as scdoc source. */
void command_man(const struct command *command, struct buf *out);

/* ASSAY_ERR_ARGUMENT when there are more than `max` operands; names the first one too many. */
ASSAY_USE_RESULT assay_status cli_check_operands(struct cli *cli, char *const *operands, int count,
                                                 int max);

/* Puts the path of a program of ours into `path`, which is initialized here: beside assay in a
 * build tree, else where it was installed. */
ASSAY_USE_RESULT assay_status cli_find_program(const struct cli *cli, const char *name,
                                               struct buf *path);

/* Writes all of `text` to stdout.  ASSAY_ERR_IO: closed or full. */
ASSAY_USE_RESULT assay_status cli_print(struct cli *cli, const struct buf *text);

#endif
