/* Sums of given terms with weights of at least 0, fitted to positive values with relative errors.
 * Pure: no I/O, no clock, no globals, no allocation.  Thread-safe. */
#ifndef STATS_SCALING_MIXTURE_H
#define STATS_SCALING_MIXTURE_H

#include <stdbool.h>
#include <stddef.h>

enum { MIXTURE_TERMS_MAX = 3, MIXTURE_POINTS_MAX = 256 };

struct mixture_input {
    const double (*terms)[MIXTURE_TERMS_MAX]; /* of each point; at least 0, none NaN */
    const double *values;                     /* above 0 */
    size_t count;                             /* of points, MIXTURE_POINTS_MAX at most */
    size_t term_count;
};

struct mixture {
    double weights[MIXTURE_TERMS_MAX]; /* exactly 0 where a term is not needed */
    double covariance[MIXTURE_TERMS_MAX][MIXTURE_TERMS_MAX]; /* of the weights */
    double rss; /* sum of the squares of log(value / fitted) */
};

/* Least squares of the logs: minimizes rss over all weights.
 *
 * The covariance is that of the linearized problem at the solution with the residual variance
 * rss / (count - term_count); zero with as many points as terms.
 * Returns whether there is an answer: not when there are fewer points than terms, when all terms of
 * a point are 0, or when terms are multiples of each other.
 * Method: Levenberg 1944, Quarterly of Applied Mathematics 2(2), 164-168, over the logs of the
 * weights, from several starts.  O(count) time a round, some hundred rounds. */
bool mixture_fit(const struct mixture_input *input, struct mixture *ret_mixture);

#endif
