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

/* Whether a plan of this profile, which a store told, has checks_once. */
bool profile_checks_once(const char *name);

/* How two versions are measured in pairs until they are decided; `name` is lent and labels the
 * plan, whose launches are the most that a benchmark may take.  Of assay.yaml the limits and the
 * seed count, which hold for any measuring; then what `said` has that is not 0. */
struct plan profile_pairs(const char *name, const struct config *config, const struct plan *said);

/* Shortens launches, unless `said` has their length, so that so many benchmarks take two minutes
 * rather than ten. */
void profile_fit(size_t benchmarks, const struct plan *said, struct plan *plan);

/* Shortens the launches of the quick profile, unless somebody said their length, so that so many
 * benchmarks take two minutes. */
void profile_fit_quick(size_t benchmarks, const struct profile_request *request,
                       const struct config *config, struct plan *plan);

/* About how long a run of so many benchmarks takes; NAN when the plan has no length to tell by. */
double profile_run_seconds(size_t benchmarks, const struct plan *plan);

#endif
