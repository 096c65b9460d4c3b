/* A history made ready: logarithms, limited, with running sums; and its noise. */
#ifndef STATS_HISTORY_SERIES_H
#define STATS_HISTORY_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* What the values of a level scatter by. */
struct noise {
    double sd;
    double autocorrelation; /* of neighbours, in [0, AUTOCORRELATION_MAX] */
    double long_run;        /* variance of a long mean is long_run / count */
    double effect;          /* log(long_run / sd^2), at most EFFECT_MAX */
    bool is_coarse;         /* values do not scatter; sd is what they can tell apart */
};

struct series {
    size_t count;
    const double *values; /* logarithms less the first one; the values themselves where is_linear */
    const double *limited; /* the same, outliers limited */
    const double *sums;    /* of the first i of `limited`; count + 1 */
    const double *moments; /* of i * limited[i]; count + 1 */
    struct noise noise;
    bool is_linear;
    double *block; /* of all of these; NULL: they are lent */
};

/* sd is 0 where values do not scatter.  Free with series_release, also after a failure.
 * ASSAY_ERR_ARGUMENT, ASSAY_ERR_MEMORY as history_find. */
ASSAY_USE_RESULT assay_status series_make(const double *values, size_t count,
                                          struct series *ret_series);
void series_release(struct series *series);

/* Noise of values in which there may be steps: from differences of neighbours and of values
 * NOISE_LAG apart.  `scratch` has room for `count`, which is above 2 * NOISE_LAG. */
void noise_estimate(const double *values, size_t count, double *scratch, struct noise *ret_noise);

/* The noise of at most SHORT_HISTORY values around their one step, where there is a clear one; else
 * false. */
bool noise_beside_step(const double *values, size_t count, struct noise *ret_noise);

/* Completes a noise of which sd and autocorrelation are set. */
void noise_complete(struct noise *noise);

/* The value of rank `rank`, counted from 0, of `count` > rank; they are put into another order. */
double series_select(double *values, size_t count, size_t rank);

/* Mean of limited[first .. end). */
double series_mean(const struct series *series, size_t first, size_t end);

#endif
