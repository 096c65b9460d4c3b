/* From samples to measurements: the one place that knows how each metric is computed. */
#ifndef SESSION_MEASUREMENTS_H
#define SESSION_MEASUREMENTS_H

#include "model/model.h"

/* Fills result->measurements: the time per iteration, rates when bytes or items are stated, and the
 * peak resident size from `rss_bytes_peaks`, one a launch, in order; none: not known.  Nothing for
 * a result without samples.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measurements_compute(struct result *result,
                                                   const value_vec *rss_bytes_peaks);

#endif
