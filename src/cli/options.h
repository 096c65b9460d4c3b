/* Command line options from tables: the same rows parse, print --help and make the man pages. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stddef.h>

#include "base/buf.h"

enum option_kind {
    OPTION_FLAG,    /* bool */
    OPTION_TEXT,    /* const char *, lent from argv */
    OPTION_COUNT,   /* unsigned, 1 .. 1 000 000 000 */
    OPTION_SECONDS, /* double, from "50 ms" or "1.5 s", > 0 */
    OPTION_BYTES,   /* double, from "512 MiB", > 0 */
    OPTION_COUNT64, /* uint64_t, 1 .. 2^63 - 1 */
    OPTION_PERCENT, /* double, a share: "5" and "5%" are 0.05; above 0, below 100 % */
    OPTION_CHOICE,  /* unsigned, the number of the word: `argument` is "zero|one|two" */
    OPTION_TEXTS    /* struct option_texts: may be repeated, and takes as many values each time as
                       `argument` has words */
};

/* Values of a repeated option in the order in which they were given, lent from argv. */
enum { OPTION_TEXTS_MAX = 96 };
struct option_texts {
    const char *items[OPTION_TEXTS_MAX];
    size_t count;
};

struct option_row {
    const char *name;     /* without "--" */
    char letter;          /* short form, or 0 */
    const char *argument; /* what help calls the value; NULL for a flag */
    const char *help;
    enum option_kind kind;
    size_t offset; /* of the field in the command's options struct */
};

/* An array of rows ends with a row whose name is NULL. */
#define OPTION_END                                                                                 \
    {                                                                                              \
        NULL, 0, NULL, NULL, OPTION_FLAG, 0                                                        \
    }

/* Parses argv[1..]; options and operands may be mixed, "--" ends the options, "--name=value" works.
 * Operands are moved to argv[*ret_first ..].
 * ASSAY_ERR_ARGUMENT: unknown option (with the nearest known one), missing or bad value. */
ASSAY_USE_RESULT assay_status options_parse(const struct option_row *rows, int argc, char **argv,
                                            void *options, int *ret_first, struct buf *error);

/* Appends one block per row, at most 80 columns wide. */
void options_help(const struct option_row *rows, struct buf *out);

#endif
