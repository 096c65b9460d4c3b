/* How well a step, a slope or a random walk explains a stretch of a series: gains of the log
 * likelihood over one constant level. */
#ifndef STATS_HISTORY_EXPLAIN_H
#define STATS_HISTORY_EXPLAIN_H

#include "stats/history/series.h"

/* Values first .. end - 1 of the series. */
struct stretch {
    size_t first, end;
};

/* Two levels, the second from `at` on; first < at < end. */
double explain_step(const struct series *series, struct stretch stretch, size_t at);

/* A straight line. */
double explain_slope(const struct series *series, struct stretch stretch);

/* Two levels over and above a straight line. */
double explain_step_on_slope(const struct series *series, struct stretch stretch, size_t at);

/* A random walk of the best of several strengths, seen through the noise: the local level model,
 * Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter, 2.2.  The filter
 * runs over means of blocks, long enough to be independent of each other. */
double explain_walk(const struct series *series, struct stretch stretch);

/* Slope of the line, a value. */
double explain_slope_estimate(const struct series *series, struct stretch stretch);

#endif
