/* assay import STORE: all runs of another store. */
#ifndef CLI_MERGE_H
#define CLI_MERGE_H

#include "cli/common.h"

/* Puts the runs of the store `from` into that of the command; prints what became of them. */
ASSAY_USE_RESULT assay_status merge(struct cli *cli, const struct common_options *common,
                                    const char *from);

#endif
