/* From samples to the numbers that are stored and shown.  Pure: no I/O, no clock, no globals.
 *
 * A launch is one fresh process.  Samples of one launch resemble each other (same memory layout,
 * same page placement), so the interval of the typical value is computed from one number a launch,
 * its median: there are as many independent observations as launches, not as samples.
 *
 * Values are finite, of any sign and unit, at most SUMMARY_VALUE_MAX in size.  Sample i belongs to
 * launch launches[i]; the numbers do not decrease, but may start anywhere and leave gaps.
 * All functions are thread-safe. */
#ifndef STATS_SUMMARY_H
#define STATS_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/model.h"

#define SUMMARY_LEVEL 0.95
#define SUMMARY_VALUE_MAX 1e140 /* the squares of a billion of them still fit into a double */
#define SUMMARY_COUNT_MAX ((size_t)1000000000)

struct summary_input {
    const double *values;
    const uint32_t *launches;
    size_t count;
};

/* All of `struct summary` but its bootstrap intervals, which get level 0.
 *
 *   median       median of the launch medians.
 *   interval     Of two or more launches: Student's t at SUMMARY_LEVEL over the logs of the launch
 *                medians, or over the medians themselves when one is zero or negative; widened to
 *                include `median` where it would not.  Launches with equal medians give it no
 *                width: then the clock or the counter is too coarse, not the benchmark exact.
 *                Of one launch: the order statistics around its median, ranked as of
 *                effective_sample_count samples (order_median_dependent), with the level they
 *                reach, from 5 effective samples on; of fewer `median` twice and level 0.  It says
 *                nothing of how another launch would do: look at launch_count.
 *   mean, sd, mad, min, max
 *                of all samples; sd with count - 1, 0 for one sample; mad raw, around the median
 *                of all samples.
 *   percentiles  of all samples, at PERCENTILE_RANKS and SUMMARY_LEVEL.  The one of rank 50 is the
 *                median of all samples, not `median`.  Their intervals take samples as
 *                independent: they are too narrow where launches differ.
 *
 *   outliers     of all samples (stats/outliers.h).
 *   autocorrelation, effective_sample_count
 *                of all samples within their launches (stats/correlation.h).
 *
 * ASSAY_ERR_ARGUMENT  a NULL pointer, a value that is NaN or beyond SUMMARY_VALUE_MAX, or launch
 *                     numbers that decrease.
 * ASSAY_ERR_TOO_FEW   `count` is 0.
 * ASSAY_ERR_LIMIT     `count` is above SUMMARY_COUNT_MAX.
 * ASSAY_ERR_MEMORY    the copies could not be allocated.
 * O(count log count + count * lags) time, 40 * count bytes. */
ASSAY_USE_RESULT assay_status summarize(const double *values, const uint32_t *launches,
                                        size_t count, struct summary *ret_summary);

/* Fills bootstrap_median and bootstrap_mean of a summary that summarize() made of the same samples.
 *
 * From SUMMARY_UNITS_MIN launches on launches are drawn with all of their samples: intervals of the
 * median of launch medians and of the mean of all samples.  Of one launch samples are drawn, as
 * many as the effective count for the median; the mean is that of at most 1024 blocks of samples
 * that follow each other, and its interval is stretched by the root of blocks by effective blocks.
 * 2 to 4 launches, or fewer effective samples, have no bootstrap interval: level 0, both ends the
 * value itself.  Fails as summarize does.  Some milliseconds. */
ASSAY_USE_RESULT assay_status summarize_bootstrap(const double *values, const uint32_t *launches,
                                                  size_t count, struct summary *summary);
#define SUMMARY_UNITS_MIN ((size_t)5)

/* The median of each launch, in order of the launches; the caller frees *ret_medians.
 * Fails as summarize does. */
ASSAY_USE_RESULT assay_status summarize_launch_medians(const double *values,
                                                       const uint32_t *launches, size_t count,
                                                       double **ret_medians, size_t *ret_count);

/* Interval at `level`, in (0, 1), of the typical value of `numerator` divided by that of
 * `denominator`: Welch's t over the logs of the launch medians.
 *
 * ret_estimate  ratio of the geometric means of the launch medians; always inside the interval.  It
 *               is not the ratio of the two summary medians, which it equals only roughly.
 *
 * ASSAY_ERR_ARGUMENT  as summarize; also a launch median that is zero or negative, or `level`
 *                     outside (0, 1).
 * ASSAY_ERR_TOO_FEW   a side has fewer than 2 launches.
 * ASSAY_ERR_MEMORY    a copy could not be allocated.
 * Source: Welch 1947, Biometrika 34(1-2), 28-35; degrees of freedom by Satterthwaite 1946,
 * Biometrics Bulletin 2(6), 110-114. */
ASSAY_USE_RESULT assay_status summarize_ratio(const struct summary_input *numerator,
                                              const struct summary_input *denominator, double level,
                                              struct interval *ret_ratio, double *ret_estimate);

#endif
