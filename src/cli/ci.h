/* The subcommands of `assay ci`. */
#ifndef CLI_CI_H
#define CLI_CI_H

#include "cli/common.h"
#include "report/exchange/ci.h"

struct ci_options {
    struct common_options common;
    const char *forge, *api, *repository, *number, *key, *link; /* comment, issue */
    const char *main_branch, *install, *build, *only;           /* workflows */
    const char *remote, *branch, *folder;                       /* fetch, push */
    const char *against;                                        /* baseline */
    unsigned keep;
    bool dry_run, force, good;
};

struct ci_call {
    struct cli *cli;
    const struct ci_options *options;
    const char *name;    /* of the subcommand */
    const char *operand; /* NULL when not given */
};

assay_status ci_print(const struct ci_call *call, const struct ci_report *report);

assay_status ci_write_workflow(const struct ci_call *call);
assay_status ci_comment(const struct ci_call *call);
assay_status ci_issue(const struct ci_call *call);
assay_status ci_find_baseline(const struct ci_call *call);
assay_status ci_fetch(const struct ci_call *call);
assay_status ci_push(const struct ci_call *call);

#endif
