/* Which law a sweep follows.  Pure: no I/O, no clock, no globals, no allocation.  Thread-safe.
 *
 * Errors are taken as relative and alike at all points; the laws are in model/scaling/scaling.h. */
#ifndef STATS_SCALING_GROWTH_H
#define STATS_SCALING_GROWTH_H

#include <stddef.h>

#include "base/status.h"
#include "model/scaling/scaling.h"

/* Laws whose AICc differ by less than this are not told apart.  Source: Burnham & Anderson 2002,
 * Model Selection and Multimodel Inference, 2nd ed., section 2.6. */
#define GROWTH_AICC_NEAR 2.0

/* Fits O(1) to O(n^3) and a free exponent to values at sizes.
 *
 * sizes, values  `count` points, all above 0, the sizes rising; SCALING_POINTS_MIN at least and
 *                MIXTURE_POINTS_MAX at most.
 * level          of the intervals of the estimates: Student's t, in (0, 1).
 *
 * A class such as O(n) stands for c n and for c0 + c n, whichever has the smaller AICc (a constant
 * needs 5 points).  First comes the class with the smallest AICc, or the free exponent where its
 * AICc is smaller by more than GROWTH_AICC_NEAR.  Decided when no other class lies within
 * GROWTH_AICC_NEAR of it.
 * AICc = k ln(rss / k) + 2 p + 2 p (p + 1) / (k - p - 1) for k points and p estimates, the variance
 * being one of them: Hurvich & Tsai 1989, Biometrika 76(2), 297-307.
 *
 * ASSAY_ERR_ARGUMENT  a NULL pointer, a level outside (0, 1), values or sizes that are not as said.
 * ASSAY_ERR_TOO_FEW   fewer than SCALING_POINTS_MIN points; ASSAY_ERR_LIMIT  too many. */
ASSAY_USE_RESULT assay_status growth_fit(const double *sizes, const double *values, size_t count,
                                         double level, struct scaling_fits *ret_fits);

/* The exponent that a law, LAW_CONSTANT to LAW_CUBIC, has over these sizes: the slope of its
 * logarithm on theirs by least squares, what growth_fit would call its free exponent.  Sizes as
 * above; a logarithm below that of 2 counts as that of 2. */
double growth_exponent(enum scaling_law law, const double *sizes, size_t count);

/* The exponent halfway between that of a law and that of the next one that grows faster (behind
 * O(n^3) comes O(n^4)): what is below is nearer to the law than to anything worse. */
double growth_limit(enum scaling_law law, const double *sizes, size_t count);

/* Fits Amdahl's law and, from 6 points on, the universal scalability law to the times that one unit
 * of work takes with `threads` threads.  Arguments and failures as above.
 *
 * Decided when both were fitted and their AICc differ by GROWTH_AICC_NEAR or more.  serial_share
 * and coherence have intervals that end at 0 where nothing says that they are above.
 * Sources: Amdahl 1967, AFIPS Spring Joint Computer Conference, 483-485; Gunther 2007, Guerrilla
 * Capacity Planning, section 4.4. */
ASSAY_USE_RESULT assay_status threads_fit(const double *threads, const double *values, size_t count,
                                          double level, struct scaling_fits *ret_fits);

#endif
