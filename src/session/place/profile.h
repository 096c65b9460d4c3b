/* Profiles: how long to measure, by name. */
#ifndef SESSION_PLACE_PROFILE_H
#define SESSION_PLACE_PROFILE_H

#include "config/config.h"

/* What the command line says of the plan; members that are 0 or NULL are not said. */
struct profile_request {
    const char *name; /* "quick", "standard", "stress"; NULL: what assay.yaml says, else quick */
    struct plan plan;
};

/* The profile's numbers, overridden by assay.yaml, overridden by the request.
 * ASSAY_ERR_ARGUMENT: no such profile. */
ASSAY_USE_RESULT assay_status profile_plan(const struct profile_request *request,
                                           const struct config *config, struct plan *ret_plan,
                                           struct buf *error);

#endif
