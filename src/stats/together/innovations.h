/* What is new in each value of a series: what its steps, slopes and past do not tell.
 *
 * Two series that drift, or that stepped once each, correlate without having anything to do with
 * each other (Yule 1926, Journal of the Royal Statistical Society 89(1), 1-63); their innovations
 * do not (Haugh 1976, JASA 71(354), 378-385). */
#ifndef STATS_INNOVATIONS_H
#define STATS_INNOVATIONS_H

#include <stddef.h>

enum { INNOVATIONS_ORDER = 4, INNOVATIONS_LINE_MIN = 20 };

/* Replaces `values` by their innovations: from each level its mean is taken, or its line when it
 * has INNOVATIONS_LINE_MIN values; outliers are limited; then what an autoregression of order
 * INNOVATIONS_ORDER foretells (Yule-Walker equations by Levinson & Durbin's recursion).  `starts`:
 * where the second and later levels begin.  `scratch` has room for `count`. */
void innovations_take(double *values, size_t count, const size_t *starts, size_t start_count,
                      double *scratch);

#endif
