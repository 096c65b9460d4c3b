/* When a series reaches a level, if it goes on as it did.  Pure; thread-safe; the same seed gives
 * the same answer.
 *
 * The trend is a line through the logarithms of the values, which stand for one level (no step
 * among them).  Outliers are limited around Theil & Sen's line (Sen 1968, JASA 63(324), 1379-1389);
 * then generalized least squares with errors that resemble their neighbours (Prais & Winsten 1954,
 * Cowles Commission Discussion Paper 383).  Lines are drawn from what the data leave open: the
 * autocorrelation, of which few points say little, so that its whole likelihood counts and not one
 * estimate (Zellner & Tiao 1964, JASA 59(307), 763-778); given that the errors' size, the slope and
 * the level.  The answer are the points at which those lines reach the level.
 *
 * What it does not know: whether the trend goes on.  So nothing is said of more points ahead than
 * were seen. */
#ifndef STATS_FORECAST_H
#define STATS_FORECAST_H

#include "base/status.h"
#include "model/history/forecast.h"

enum { FORECAST_POINTS_MIN = 10, FORECAST_POINTS_MAX = 400, FORECAST_DRAWS = 4000 };

/* `gaps`: days between neighbours of the points, count - 1 of them; NULL where unknown. */
struct forecast_request {
    const double *values, *gaps;
    size_t count;   /* the newest FORECAST_POINTS_MAX count */
    double limit;   /* the level that is asked about */
    size_t horizon; /* points ahead, at most as many as are counted; 0: that many */
    double level;   /* of the answer, in (0, 1) */
    uint64_t seed;
};

/* ASSAY_ERR_ARGUMENT  a value that is not finite.
 * ASSAY_ERR_MEMORY    work arrays could not be allocated.
 * O(count^2) time, some milliseconds for 400 points. */
ASSAY_USE_RESULT assay_status forecast_crossing(const struct forecast_request *request,
                                                struct forecast *ret_forecast);

#endif
