/* A stored run with all that a performance summary says of it. */
#ifndef SESSION_OVERVIEW_H
#define SESSION_OVERVIEW_H

#include "model/overview/overview.h"
#include "session/place/workplace.h"

/* What an overview points into. */
struct overview_source {
    struct arena arena;
    struct run run, then;
    comparison_vec rows;
    struct overview overview;
};

/* Loads the run that `selector` names and the last one before it that can be set against it, and
 * judges.  Free with overview_source_release, also after a failure. */
ASSAY_USE_RESULT assay_status overview_load(const struct workplace *workplace, const char *selector,
                                            struct overview_source *ret_source, struct buf *error);
void overview_source_release(struct overview_source *source);

#endif
