/* assay history prune: old runs and their folders go; seal: they become small. */
#ifndef CLI_PRUNE_H
#define CLI_PRUNE_H

#include "cli/common.h"

struct prune_options {
    unsigned keep;
    const char *older_than;
    bool dry_run, yes, results;
    bool json; /* set by the command */
};

#define PRUNE_ROWS(type)                                                                           \
    {"keep",       0,                                                                              \
     "N",          "prune, seal: the newest N runs stay",                                          \
     OPTION_COUNT, offsetof(type, prune.keep)},                                                    \
        {"older-than", 0,                                                                          \
         "DAYS",       "prune, seal: only what is older, e.g. 90d",                                \
         OPTION_TEXT,  offsetof(type, prune.older_than)},                                          \
        {"results",   0,                                                                           \
         NULL,        "prune: folders of benchmark-results, too",                                  \
         OPTION_FLAG, offsetof(type, prune.results)},                                              \
        {"dry-run",   0,                                                                           \
         NULL,        "prune, seal: only say which runs",                                          \
         OPTION_FLAG, offsetof(type, prune.dry_run)},                                              \
    {                                                                                              \
        "yes", 'y', NULL, "prune, seal: do not ask", OPTION_FLAG, offsetof(type, prune.yes)        \
    }

/* Asks on a terminal; elsewhere --yes is needed.  ASSAY_ERR_ARGUMENT: neither, or no rule. */
ASSAY_USE_RESULT assay_status prune(struct cli *cli, const struct prune_options *options,
                                    const struct workplace *workplace);
ASSAY_USE_RESULT assay_status seal(struct cli *cli, const struct prune_options *options,
                                   const struct workplace *workplace);

/* assay history check: reads all that is stored.  Exit code 3 when something is damaged. */
ASSAY_USE_RESULT assay_status check_store(struct cli *cli, bool json,
                                          const struct workplace *workplace);

#endif
