/* Two stores become one: runs by their ids, baselines by their names, kept modules by content. */
#ifndef SESSION_CI_MERGE_H
#define SESSION_CI_MERGE_H

#include "session/gate/baseline.h"

struct merge_counts {
    size_t runs, baselines, modules; /* that `to` did not have */
};

/* Adds to `to` what it does not have: finished runs, names, copies of modules.  Where both have a
 * name, the newer run has it.  Adding twice adds nothing.  `from` is not changed.
 * ASSAY_ERR_PARSE: a copy of a module in `from` is not what its name says.  Else as the store. */
ASSAY_USE_RESULT assay_status merge_stores(const struct baseline_place *to,
                                           const struct baseline_place *from,
                                           struct merge_counts *ret_counts, struct buf *error);

/* Removes the oldest baselines whose names start with `prefix`, but for `keep` of them, and the
 * copies of modules that nobody needs then.  Their runs stay. */
ASSAY_USE_RESULT assay_status merge_trim(const struct baseline_place *place, const char *prefix,
                                         size_t keep, struct buf *error);

#endif
