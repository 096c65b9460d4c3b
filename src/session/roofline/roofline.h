/* The roofline of this machine: what a file keeps of it, else what the suite `machine` measures. */
#ifndef SESSION_ROOFLINE_H
#define SESSION_ROOFLINE_H

#include "model/roofline/roofline.h"
#include "session/catalog.h"

struct roofline_request {
    const struct measure_paths *paths;     /* the file is kept beside their fixtures */
    const char *const *folders;            /* where suites are; NULL-terminated */
    const struct environment *environment; /* whose machine is meant */
    double now;                            /* seconds since 1970 */
};

/* Whether a benchmark of the catalogue is tagged as one that has a share of the roofline. */
bool roofline_is_wanted(const struct catalog *catalog);

/* Fills *ret_roofline; measuring takes some seconds, once a day and machine.  A roofline that
 * nobody knows is all zero, and `reason` says why.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status roofline_know(const struct roofline_request *request,
                                            struct roofline *ret_roofline, struct buf *reason);

/* Appends the share of the roofline to the result of a benchmark that is tagged for it, or why it
 * is missing.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status roofline_add_share(const struct roofline *roofline,
                                                 const char *reason, struct result *result);

#endif
