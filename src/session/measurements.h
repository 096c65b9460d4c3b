/* From samples to measurements: the one place that knows how each metric is computed. */
#ifndef SESSION_MEASUREMENTS_H
#define SESSION_MEASUREMENTS_H

#include "model/model.h"

/* Fills result->measurements: the time per iteration, rates when bytes or items are stated, and
 * each metric of `observations`, in the order in which they first come; those of one metric are one
 * pointer, finite, in the order of the launches.  What was measured whole and stands there already
 * comes last.  Nothing for a result without samples.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measurements_compute(struct result *result,
                                                   const observation_vec *observations);

/* Appends how much of the roofline that is, where an iteration takes so many seconds at the least;
 * 0 is not known, and nothing is appended.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measurements_add_share(struct result *result, double least_seconds);

/* What the observations of one metric (that very pointer) come to.  ASSAY_ERR_TOO_FEW: there is
 * none.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measurements_observed(const struct metric *metric,
                                                    const observation_vec *observations,
                                                    struct summary *ret_summary);

#endif
