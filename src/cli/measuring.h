/* What all commands that measure have in common: the measuring lock and its options. */
#ifndef CLI_MEASURING_H
#define CLI_MEASURING_H

#include <stdbool.h>

#include "cli/cli.h"
#include "cli/options.h"

struct measuring_options {
    bool no_wait, no_lock;
};
#define MEASURING_ROWS(type)                                                                       \
    {"no-wait",   0,                                                                               \
     NULL,        "fail when another assay measures here now, instead of waiting for it",          \
     OPTION_FLAG, offsetof(type, measuring.no_wait)},                                              \
    {                                                                                              \
        "no-lock", 0, NULL, "measure beside another assay: they will disturb each other",          \
            OPTION_FLAG, offsetof(type, measuring.no_lock)                                         \
    }

/* Takes the lock for the rest of the process; says on stderr for whom it waits.  As
 * lock_take. */
ASSAY_USE_RESULT assay_status measuring_begin(struct cli *cli,
                                              const struct measuring_options *options);

#endif
