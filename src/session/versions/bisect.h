/* Since which commit: the commits between two versions, searched by measuring. */
#ifndef SESSION_VERSIONS_BISECT_H
#define SESSION_VERSIONS_BISECT_H

#include "session/versions/versions.h"

struct bisect_request {
    const struct versions_request *words; /* how commits are built, and who is told */
    const struct compare_request *measuring;
    const comparison_vec *rows; /* of the two versions; the worst slower one is followed */
};

/* Builds and measures commits between the two versions of `versions`, half of the rest each time,
 * always paired with the old version: the first commit that has more than half of the change (of
 * its log) is the one.  Commits that cannot be built or measured are passed over.
 *
 * ret_since  texts belong to the arena of `versions`; `benchmark` is NULL when no row is slower.
 *
 * ASSAY_ERR_ARGUMENT  the versions are no commits, or the old one is no ancestor of the new one.
 * ASSAY_ERR_IO        interrupted.   ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status bisect_find(const struct bisect_request *request,
                                          struct versions *versions, struct regression *ret_since,
                                          struct buf *error);

#endif
