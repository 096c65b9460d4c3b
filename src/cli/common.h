/* The options that every command knows, and the workplace they lead to. */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "cli/cli.h"
#include "session/place/workplace.h"

struct common_options {
    bool json;
    const char *store, *config;
};
#define COMMON_ROWS(type)                                                                          \
    {"json",      0,                                                                               \
     NULL,        "print one JSON document (schemas in docs/schema)",                              \
     OPTION_FLAG, offsetof(type, common.json)},                                                    \
        {"store",     0,                                                                           \
         "FILE",      "the database (default: .assay/history.db)",                                 \
         OPTION_TEXT, offsetof(type, common.store)},                                               \
    {                                                                                              \
        "config", 0, "FILE", "the project file (default: the nearest assay.yaml)", OPTION_TEXT,    \
            offsetof(type, common.config)                                                          \
    }

/* What run and list say of their operands. */
#define SELECTION_DETAILS                                                                          \
    "A MODULE is a path: it ends in .so, starts with '/', './' or '../', or has a '/'\n"           \
    "and exists. A PATTERN is a suite, a part of an id, or a glob with '*' and '?'."

/* Free with workplace_release, also after a failure. */
static inline assay_status common_workplace(struct cli *cli, const struct common_options *common,
                                            struct workplace *ret_workplace)
{
    const struct workplace_request request = {cli->program, common->store, common->config};
    return workplace_open(&request, ret_workplace, &cli->error);
}

#endif
