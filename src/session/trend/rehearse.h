/* Detectors tried on the histories of a trend. */
#ifndef SESSION_TREND_REHEARSE_H
#define SESSION_TREND_REHEARSE_H

#include "model/history/rehearsal.h"
#include "model/history/trend.h"

/* A row a series, in their order; one that cannot be used has a reason.  Texts are the trend's,
 * which has to outlive it.  plan->rounds of 0: as many as keep all of it within some seconds.
 * ASSAY_ERR_MEMORY.  Free with rehearsal_release, also after a failure. */
ASSAY_USE_RESULT assay_status trend_rehearse(const struct trend *trend,
                                             const struct rehearsal_plan *plan,
                                             struct rehearsal *ret_rehearsal);

#endif
