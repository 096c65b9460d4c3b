/* Which of many series move together: rank correlations of all pairs.  Pure; thread-safe.
 *
 * Ranks stand for values (Spearman 1904), so that outliers and the scale do not matter; a
 * correlation r of n values is told from 0 by atanh(r) with variance 1.06 / (n - 3) (Fieller,
 * Hartley & Pearson 1957, Biometrika 44, 470-481), and has an interval with variance
 * (1 + r^2 / 2) / (n - 3) (Bonett & Wright 2000, Psychometrika 65(1), 23-28).  Of all pairs those
 * are kept of which at most TOGETHER_FALSE are false whatever depends on what (Benjamini &
 * Yekutieli 2001, Annals of Statistics 29(4), 1165-1188); their intervals are as wide as having
 * chosen them makes necessary (Benjamini & Yekutieli 2005, JASA 100(469), 71-81). */
#ifndef STATS_TOGETHER_H
#define STATS_TOGETHER_H

#include "base/status.h"
#include "model/history/together.h"

enum { TOGETHER_COUNT_MIN = 20, TOGETHER_SERIES_MAX = 20000 };
#define TOGETHER_FALSE 0.05
#define TOGETHER_STRONG 0.5 /* a correlation of this size, or its negative, makes a group */

/* Series i has the value values[i * count + t] at time t, NaN where it was not measured; values are
 * innovations (innovations.h).  Pairs with fewer than TOGETHER_COUNT_MIN common times are not
 * tested.  Groups are what is linked by pairs that are at least TOGETHER_STRONG.
 *
 * ASSAY_ERR_LIMIT   more than TOGETHER_SERIES_MAX series.
 * ASSAY_ERR_MEMORY  work arrays could not be allocated.
 * Free with together_release, also after a failure.  O(series^2 * count) time: 1000 series of 500
 * values in some tenths of a second. */
ASSAY_USE_RESULT assay_status together_find(const double *values, size_t series_count, size_t count,
                                            struct together *ret_together);

#endif
