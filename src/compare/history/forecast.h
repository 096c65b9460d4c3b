/* Targets and trends: when will one be missed, or met. */
#ifndef COMPARE_HISTORY_FORECAST_H
#define COMPARE_HISTORY_FORECAST_H

#include "model/history/trend.h"

struct trend_forecast_request {
    const target_vec
        *targets;      /* those with a limit of their own count; benchmarks may be patterns */
    const char *limit; /* one more, of every series, as text in its unit; NULL: none */
    size_t horizon;    /* points ahead; 0: as many as were seen since the last step */
};

/* Appends to each judged series a forecast for each target of its metric.
 * ASSAY_ERR_PARSE   the limit does not fit a series' unit; `error` says which.
 * ASSAY_ERR_MEMORY, ASSAY_ERR_ARGUMENT (a value that is not finite). */
ASSAY_USE_RESULT assay_status trend_forecast_all(struct trend *trend,
                                                 const struct trend_forecast_request *request,
                                                 struct buf *error);

#endif
