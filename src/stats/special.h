/* The few special functions that intervals need.  Pure: no I/O, no clock, no globals, no
 * allocation.  Thread-safe.
 *
 * They follow the mathematical functions of the C library: the value is returned, and NaN when an
 * argument is NaN or outside the stated range.  Relative accuracy is 1e-10 or better for parameters
 * up to 1e6 and 1e-8 up to 1e9; special.c says how. */
#ifndef STATS_SPECIAL_H
#define STATS_SPECIAL_H

#include <stddef.h>

#define STUDENT_FREEDOM_MAX 1e6

/* Regularized incomplete beta function I_x(a, b) for a, b in [0.1, 1e9] and x in [0, 1].
 * Source: DLMF 8.17.2 (definition), 8.17.22 (continued fraction).
 * Time O(sqrt(max(a, b))) at most. */
double beta_regularized(double a, double b, double x);

/* Probability of at most `successes` successes in `trials` trials (at most 1e9) that succeed with
 * `probability` in [0, 1] each; 1 when `successes` >= `trials`.
 * Source: DLMF 8.17.5. */
double binomial_cdf(size_t successes, size_t trials, double probability);

/* Probability that Student's t with `freedom` degrees of freedom, any real number in
 * [1, STUDENT_FREEDOM_MAX], is at most `t`.  The lower tail keeps its relative accuracy down to
 * t = -1e100.
 * Source: Abramowitz & Stegun 26.7.1 and 26.5.27. */
double student_cdf(double t, double freedom);

/* The t that student_cdf maps to `probability` in (0, 1); -INFINITY or INFINITY where it is beyond
 * 1e100, which takes a probability below 1e-99. */
double student_quantile(double probability, double freedom);

/* Probability that a standard normal value is at most `z`; relative accuracy also in the lower
 * tail.  Source: Abramowitz & Stegun 26.2.29. */
double normal_cdf(double z);

/* The z that normal_cdf maps to `probability` in (0, 1); infinite at 0 and 1. */
double normal_quantile(double probability);

#endif
