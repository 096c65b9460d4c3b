/* A line through values whose errors resemble their neighbours, and how sure it is. */
#ifndef STATS_FORECAST_LINE_H
#define STATS_FORECAST_LINE_H

#include <stddef.h>

#include "base/status.h"

/* What generalized least squares say for one autocorrelation of the errors. */
struct line {
    double end, slope;       /* level at the last value; change from one value to the next */
    double end_sd, slope_sd; /* for a variance of innovations of 1 */
    double shared;           /* correlation of the errors of both */
    double variance;         /* of the innovations, with count - 2 degrees of freedom */
    double log_likelihood;   /* of the autocorrelation, line and variance integrated out */
};

/* Limits outliers of `values`, in place, to three standard deviations around Theil & Sen's line.
 * `count` is at least 3.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status line_limit(double *values, size_t count);

struct line line_fit(const double *values, size_t count, double autocorrelation);

#endif
