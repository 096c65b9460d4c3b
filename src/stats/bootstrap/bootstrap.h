/* Bootstrap intervals of any statistic: bias-corrected and accelerated.  Pure: no I/O, no clock, no
 * globals; the same seed gives the same interval.  Thread-safe.
 *
 * Source of all: Efron 1987, Better Bootstrap Confidence Intervals, Journal of the American
 * Statistical Association 82(397), 171-185, equations 2.3 and 6.6; Efron & Tibshirani 1993, An
 * Introduction to the Bootstrap, section 14.3.
 *
 * The units that are drawn must be independent: launches, or samples of one launch that do not
 * resemble each other (stats/correlation.h). */
#ifndef STATS_BOOTSTRAP_BOOTSTRAP_H
#define STATS_BOOTSTRAP_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/model.h"

enum { BOOTSTRAP_RESAMPLES = 10000, BOOTSTRAP_RESAMPLES_MAX = 10000000 };

/* expand  Few units scatter less around their own mean than around the truth.  Quantiles of the
 *         normal are replaced by those of Student's t times sqrt(n / (n - 1)), which makes the
 *         interval of the mean of normal values as wide as it has to be; of a hundred units and
 *         more it changes next to nothing.  Source: Hesterberg 2015, What Teachers Should Know
 *         About the Bootstrap, The American Statistician 69(4), 371-386, section 5.3. */
struct bootstrap_request {
    size_t resamples;
    double level;
    uint64_t seed;
    bool expand;
};
#define BOOTSTRAP_DEFAULTS                                                                         \
    (struct bootstrap_request)                                                                     \
    {                                                                                              \
        .resamples = BOOTSTRAP_RESAMPLES, .level = 0.95, .seed = 1, .expand = true                 \
    }

struct bootstrap {
    double estimate;     /* of the data itself */
    double bias;         /* z0 of Efron 1987, in standard deviations of a normal */
    double acceleration; /* a of Efron 1987 */
    struct interval interval;
};

/* All functions below fail alike and write on success only:
 *
 * ASSAY_ERR_ARGUMENT  a NULL pointer, a level outside (0, 1), no resamples, or a value that is NaN
 *                     or infinite; of bootstrap_statistic: a statistic that is.
 * ASSAY_ERR_TOO_FEW   fewer than 2 units.
 * ASSAY_ERR_LIMIT     more than BOOTSTRAP_RESAMPLES_MAX resamples or 2^31 units.
 * ASSAY_ERR_MEMORY    the replicates could not be allocated. */

/* Of the mean.  O(resamples * count): ten million draws in about 5 ms (docs/statistics.md); beyond
 * 1024 values a draw costs twice as much. */
ASSAY_USE_RESULT assay_status bootstrap_mean(const double *values, size_t count,
                                             const struct bootstrap_request *request,
                                             struct bootstrap *ret_bootstrap);

/* Of the median of `sorted`.  No resample is drawn in full: the middle of a resample of n values is
 * the value whose index is the middle of n uniform numbers, and that has a Beta distribution.
 * Resamples are of `effective` values, in [2, count]: of as many as the samples are worth where
 * they resemble each other, else count.  The acceleration is 0, since the influence of a sample on
 * the median is a sign (Efron 1987, section 7).  O(resamples) time.
 * Source of the distribution: Hutson & Ernst 2000, The Exact Bootstrap Mean and Variance of an
 * L-Estimator, Journal of the Royal Statistical Society B 62(1), 89-94. */
ASSAY_USE_RESULT assay_status bootstrap_median(const double *sorted, size_t count, size_t effective,
                                               const struct bootstrap_request *request,
                                               struct bootstrap *ret_bootstrap);

/* A statistic of the units with these numbers, which may come more than once; finite. */
typedef double bootstrap_fn(void *context, const uint32_t *units, size_t count);

/* Of any statistic of `count` units: samples, launches (then it is a cluster bootstrap, Davison &
 * Hinkley 1997, Bootstrap Methods and their Application, section 3.8), pairs.  Calls the statistic
 * resamples + count + 1 times. */
ASSAY_USE_RESULT assay_status bootstrap_statistic(bootstrap_fn *statistic, void *context,
                                                  size_t count,
                                                  const struct bootstrap_request *request,
                                                  struct bootstrap *ret_bootstrap);

#endif
