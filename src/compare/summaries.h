/* Two summaries of one metric against each other: for what is not paired, as memory and rates.
 * Pure. */
#ifndef COMPARE_SUMMARIES_H
#define COMPARE_SUMMARIES_H

#include "compare/verdict.h"

/* Fills metric, unit, ratio, interval, launches, old_ns, new_ns, verdict and reason of `row` from
 * two measurements of one metric that were taken one after the other.
 *
 * The interval is Welch's t over launches at rules->level, rebuilt from the intervals of the
 * summaries, which are t intervals over logs; where a summary was widened to hold its median, it is
 * a little wider than from the launches themselves, never narrower.  `slower` means worse, also of
 * memory; rates, which hang on time, get the margin of stored times (verdict_from_stored), memory
 * that of the rules, since what a program keeps does not drift.
 *
 * ASSAY_ERR_TOO_FEW   a side has fewer than two launches, or no interval.
 * ASSAY_ERR_ARGUMENT  a summary that is not above 0. */
ASSAY_USE_RESULT assay_status verdict_from_summaries(const struct measurement *old_side,
                                                     const struct measurement *new_side,
                                                     const struct verdict_rules *rules,
                                                     struct comparison *row);

/* Mean of the logs of a side's launches and the variance of that mean, as its interval tells them.
 * Fails as verdict_from_summaries does. */
struct log_side {
    double mean, variance, count;
};
ASSAY_USE_RESULT assay_status log_side_of(size_t launches, const struct interval *interval,
                                          struct log_side *ret_side);
/* Welch's interval of the ratio now / then; the estimate is its middle. */
struct interval log_sides_ratio(const struct log_side *then, const struct log_side *now,
                                double level, double *ret_estimate);

#endif
