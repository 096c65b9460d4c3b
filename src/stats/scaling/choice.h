/* What fits of all kinds share: AICc, order, and when a choice is one.  Pure. */
#ifndef STATS_SCALING_CHOICE_H
#define STATS_SCALING_CHOICE_H

#include "base/status.h"
#include "model/scaling/scaling.h"
#include "stats/scaling/mixture.h"

/* Whether `count` points at rising places above 0 can be fitted, as growth.h says. */
assay_status choice_check(const double *at, const double *values, size_t count, double level);

/* AICc of a fit with this sum of squares and number of estimates beside the variance; infinite
 * where points are too few.  Residuals below 1e-7 count as that: beyond it lies rounding. */
double choice_aicc(double rss, size_t count, size_t estimates);

/* Fits the terms; fills rms, aicc and estimate_count.  Returns false without an answer. */
bool choice_fit_mixture(const struct mixture_input *input, struct scaling_fit *fit,
                        struct mixture *ret_mixture);

/* Interval of a value above 0 with a standard error, on the log scale. */
struct scaling_estimate choice_estimate(double value, double error, double quantile);

/* Sorts the fits from `first` on by aicc. */
void choice_sort(struct scaling_fits *fits, size_t first);

/* Whether the first of sorted fits has an aicc and none follows within GROWTH_AICC_NEAR of it. */
bool choice_is_clear(const struct scaling_fits *fits);

#endif
