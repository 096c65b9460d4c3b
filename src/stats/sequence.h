/* Intervals that stay valid while they are looked at after every observation.  Pure.
 *
 * A t interval holds at one count that was fixed before; one that is looked at after each launch
 * until it pleases is wrong far more often than it says.  The interval here holds at all counts at
 * once, so measuring may stop as soon as it decides. */
#ifndef STATS_SEQUENCE_H
#define STATS_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "model/model.h"

/* Interval of the mean of independent normal observations of unknown variance, valid at every
 * count: the chance that any of the intervals at 2, 3, 4 ... observations misses the mean is at
 * most 1 - level.
 *
 * ret_interval  infinite ends while the observations are too few; of no width when all are equal.
 *
 * ASSAY_ERR_ARGUMENT  level outside (0, 1), a NULL pointer, or a value that is NaN or beyond
 *                     SUMMARY_VALUE_MAX (stats/summary.h).
 * ASSAY_ERR_TOO_FEW   fewer than 2 observations.
 * Method: likelihood ratio of the scale-invariant part with effect size ~ N(0,
 * 1/SEQUENCE_PRECISION) against a given mean, inverted by Ville's inequality.  Source: Lai 1976,
 * Annals of Statistics 4(2), 265-280; Wang and Ramdas 2023, arXiv 2310.03722, section 4.  O(count).
 */
ASSAY_USE_RESULT assay_status sequence_interval(const double *values, size_t count, double level,
                                                struct interval *ret_interval);

/* Logarithm of the e-value against "the mean is `mean`": exp() of it is at least 1/alpha at any
 * count with probability at most alpha when the mean is that.  0 for fewer than 2 observations.
 * Source: as above. */
double sequence_log_e(const double *values, size_t count, double mean);

/* Precision c^2 of the effect size: chosen so that 8 to 16 observations decide best. */
#define SEQUENCE_PRECISION 0.25

/* Marks the rows whose e-values can be called discoveries while the expected share of false ones
 * among them stays at most `rate`, whatever the dependence between rows: e-BH, Wang and Ramdas
 * 2022, JRSS B 84(3), 822-852.  `ret_discoveries[i]` is set for each i.  ASSAY_ERR_MEMORY.  O(count
 * log count). */
ASSAY_USE_RESULT assay_status sequence_discoveries(const double *log_e, size_t count, double rate,
                                                   bool *ret_discoveries);

/* Mean of what is left when `share` of the values, in [0, 0.5), is cut off at each end; `sorted` in
 * rising order, count > 0.  Source: Yuen 1974, Biometrika 61(1), 165-170. */
double sequence_trimmed_mean(const double *sorted, size_t count, double share);

#endif
