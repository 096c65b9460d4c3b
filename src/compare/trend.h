/* From points to steps with the commits that hold them. */
#ifndef COMPARE_TREND_H
#define COMPARE_TREND_H

#include "model/history/trend.h"

struct online;

/* Fills changes, drifts, outliers and noise of a series from its points.  Texts are those of the
 * points. ASSAY_ERR_MEMORY, ASSAY_ERR_ARGUMENT (a value that is not finite), ASSAY_ERR_LIMIT. */
ASSAY_USE_RESULT assay_status trend_judge(struct trend_series *series);

/* Fills alarms: what would have been raised at each point, had the series been looked at with every
 * point that came.  Errors as above. */
ASSAY_USE_RESULT assay_status trend_watch(struct trend_series *series);
/* The same for the points from `first` on, by a watcher that saw those before it. */
ASSAY_USE_RESULT assay_status trend_watch_more(struct trend_series *series, struct online *online,
                                               size_t first);

/* Orders series: what got worse last first, then what else moved, then the others as they are. */
void trend_order(struct trend *trend);

#endif
