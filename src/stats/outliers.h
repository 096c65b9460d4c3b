/* Samples far from the rest: found, classified and counted, never taken away.  Pure. */
#ifndef STATS_OUTLIERS_H
#define STATS_OUTLIERS_H

#include <stddef.h>

#include "model/model.h"

/* Fences around the quartiles: values beyond the inner ones are mild outliers, beyond the outer
 * ones severe.  Source: Tukey 1977, Exploratory Data Analysis, section 2D: 1.5 and 3 times the
 * distance of the hinges, for which we take the quartiles of order_quantile. */
struct outlier_fences {
    double low_severe, low_mild, high_mild, high_severe;
};

/* `sorted` holds `count` >= 1 finite numbers, smallest first.  O(1) time. */
struct outlier_fences outlier_fences(const double *sorted, size_t count);

/* Counts by class, and which share of the variance the outliers bring.  `sorted` as above.
 *
 * The share, in [0, 1], is that of the variance of all samples by which the variance of the samples
 * inside the inner fences is smaller; 0 where there is no variance.  Fewer than
 * OUTLIER_SAMPLES_MIN samples have no outliers: quartiles of so few are a guess.  O(count) time, no
 * allocation. */
struct outliers outliers_count(const double *sorted, size_t count);
#define OUTLIER_SAMPLES_MIN ((size_t)8)

#endif
