/* How much samples resemble their neighbours in time, and how many independent ones they are worth.
 * Pure: no I/O, no clock, no globals.  Thread-safe. */
#ifndef STATS_CORRELATION_H
#define STATS_CORRELATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { CORRELATION_SAMPLES_MIN = 20, CORRELATION_LAGS_MAX = 1000 };

struct correlation {
    double lag1;            /* in [-1, 1]; 0 where samples are too few or all equal */
    double effective_count; /* 1 <= effective_count <= count; count where samples are too few */
};

/* Autocorrelation of the samples within their launches, and the effective sample size.
 *
 * values, launches  `count` samples in the order of measuring, none NaN; sample i belongs to launch
 *                   launches[i], whose numbers do not decrease.
 *
 * Ranks within each launch take the place of the values, since a few huge outliers would hide that
 * all the others drift (Vehtari et al. 2021, Bayesian Analysis 16(2), 667-718, section 4); what
 * launches differ by is not in it.  The effective count is count / (1 + 2 * sum of the
 * autocorrelations), summed by Geyer's initial positive sequence: pairs of neighbouring lags as
 * long as they are positive (Geyer 1992, Statistical Science 7(4), 473-483, section 3.3), never
 * counted as more than the samples there are.
 *
 * Fewer than CORRELATION_SAMPLES_MIN samples in the longest launch say nothing of it.  Sums stop at
 * CORRELATION_LAGS_MAX lags: what drifts over longer distances is worth less than is said here.
 *
 * ASSAY_ERR_ARGUMENT  a NULL pointer.
 * ASSAY_ERR_TOO_FEW   `count` is 0.
 * ASSAY_ERR_MEMORY    the ranks could not be allocated.
 * O(count log count + count * lags) time, 24 * count bytes. */
ASSAY_USE_RESULT assay_status correlation_of(const double *values, const uint32_t *launches,
                                             size_t count, struct correlation *ret_correlation);

/* Autocorrelations of ranks at lags 1 .. lag_count, as above; lags that no launch reaches are 0. */
ASSAY_USE_RESULT assay_status correlation_lags(const double *values, const uint32_t *launches,
                                               size_t count, size_t lag_count,
                                               double *ret_correlations);

#endif
