/* What may go: old runs of the store, and old folders of results.  Planned first, so that it can be
 * shown before anything is removed. */
#ifndef SESSION_RETENTION_H
#define SESSION_RETENTION_H

#include "session/gate/baseline.h"

/* A run goes when everything that is said here agrees. */
struct retention_rule {
    size_t keep;        /* the newest so many stay; 0: not said */
    const char *before; /* started before this, "2026-11-21T07:55:12Z"; NULL: not said */
};

typedef VEC(const char *) name_vec;
struct retention_plan {
    struct arena arena;
    run_row_vec runs; /* of the store, newest first */
    name_vec folders; /* paths of folders of results */
    double folder_bytes;
};

/* Fills what would go.  Runs of baselines, and those that are being written since less than a day,
 * stay, and so do their folders.  `results` is the folder of all results, NULL to leave them alone;
 * only folders that are named as runs are looked at. */
ASSAY_USE_RESULT assay_status retention_plan(const struct baseline_place *place,
                                             const char *results, const struct retention_rule *rule,
                                             struct retention_plan *ret_plan, struct buf *error);

/* Removes it: the runs in one transaction, copies of modules that nobody needs, folders; then makes
 * the store's file smaller.  `ret_bytes` is what the disk has more of. */
ASSAY_USE_RESULT assay_status retention_apply(const struct baseline_place *place,
                                              const struct retention_plan *plan, double *ret_bytes,
                                              struct buf *error);

/* Takes from the plan what cannot be sealed: folders, and runs that were interrupted. */
void retention_only_done(struct retention_plan *plan);

/* Seals the runs, in one transaction, and makes the store's file smaller. */
ASSAY_USE_RESULT assay_status retention_seal(const struct baseline_place *place,
                                             const struct retention_plan *plan, double *ret_bytes,
                                             struct buf *error);

void retention_release(struct retention_plan *plan);

#endif
