/* Order statistics over plain double arrays.  Pure: no I/O, no clock, no globals.
 *
 * `sorted` is an array of `count` finite numbers, smallest first, `count` at least 1 (asserted).
 * Only order_sorted_copy allocates. */
#ifndef STATS_ORDER_H
#define STATS_ORDER_H

#include <stddef.h>

#include "base/status.h"
#include "model/model.h"

/* Sorts `values` in place, smallest first; none may be NaN.  O(count log count) time. */
void order_sort(double *values, size_t count);

/* Sorted copy of `values`; the caller frees *ret_sorted.
 *
 * ASSAY_ERR_ARGUMENT  a NULL pointer, or a value that is NaN.
 * ASSAY_ERR_TOO_FEW   `count` is 0.
 * ASSAY_ERR_MEMORY    the copy could not be allocated. */
ASSAY_USE_RESULT assay_status order_sorted_copy(const double *values, size_t count,
                                                double **ret_sorted);

/* The value that would stand at `index` were `values` sorted; reorders them so that none before it
 * is larger and none behind it smaller.  None may be NaN.  O(count) time on average.
 * Source: Hoare 1961, Algorithm 65: FIND, Communications of the ACM 4(7), 321-322. */
double order_select(double *values, size_t count, size_t index);

/* The value below which the share `fraction`, in [0, 1], of the samples lies: linear between the
 * order statistics around position (count - 1) * fraction + 1, as R and NumPy do by default.
 * Source: Hyndman & Fan 1996, Sample Quantiles in Statistical Packages, The American
 * Statistician 50(4), 361-365, definition 7. */
double order_quantile(const double *sorted, size_t count, double fraction);

/* The middle sample, or the mean of the middle two. */
double order_median(const double *sorted, size_t count);

/* Median of the absolute deviations from the median, raw: not multiplied by the 1.4826 that would
 * make it estimate the sd of normal data.  O(count) time, no allocation. */
double order_mad(const double *sorted, size_t count);

/* Samples that the percentile `rank`, in (0, 100), needs to be `sufficient` at `level`, in (0, 1):
 * the smallest n with q^n <= 1 - level, where q is rank/100 or 1 - rank/100, whichever is larger.
 *
 * With fewer samples not even the largest of them is, at `level`, an upper bound of a high
 * percentile (all n samples lie below it with probability q^n), nor the smallest one a lower bound
 * of a low percentile.  The bound is one-sided.  Both tails of a two-sided interval have half of
 * 1 - level each and need more samples, the second line:
 *
 *   at level 0.95                  P50   P90   P95   P99   P99.9
 *   one-sided:  sufficient from      5    29    59   299    2995
 *   two-sided:  full level from      6    36    72   368    3688 */
size_t order_count_min(double rank, double level);

/* The percentile `rank`, in (0, 100), by order_quantile, and its interval at `level`, in (0, 1).
 *
 * The ends of the interval are samples: low is the r-th smallest with the largest r, high the s-th
 * smallest with the smallest s, that miss the true percentile with probability (1 - level) / 2 or
 * less each.  Nothing is assumed of the distribution, only that the samples are independent; the
 * probabilities are exact for continuous distributions and on the safe side for others.
 *
 *   sufficient      count >= order_count_min(rank, level).
 *   interval.level  `level` when both ranks exist.  When one does not, that end is the smallest or
 *                   largest sample and this is the level that the two ends really reach, `level` at
 *                   most; 0 when both ends are the same rank: no interval.
 *   interval        is widened to include the value where interpolation put that outside.
 *
 * So P99 of 299 to 367 samples is sufficient, its high end the largest sample, and interval.level
 * says what that is worth (0.95 at most); from 368 samples on it has its full level.  Of fewer than
 * 299 samples it is not sufficient and should not be reported as a bound, whatever its level.
 *
 * Source: Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2, but with ranks that
 * never exceed the tail probability where Conover takes the nearest ones.
 * O(sqrt(count) log count) time. */
struct percentile order_percentile(const double *sorted, size_t count, double rank, double level);

/* The median and its interval as order_percentile's, of samples that resemble their neighbours and
 * tell as much as `effective` independent ones, 1 <= effective <= count: ranks are taken for
 * `effective` samples and stretched over all, outwards.  With `effective` = count the same.
 * Source of the idea: the variance of a quantile of dependent data is that of as many independent
 * samples, see stats/correlation.h. */
struct percentile order_median_dependent(const double *sorted, size_t count, size_t effective,
                                         double level);

#endif
