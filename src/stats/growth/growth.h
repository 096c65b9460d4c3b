/* Does something grow?  The slope of each launch, and what the launches together say.  Pure: no
 * I/O, no clock, no globals. */
#ifndef STATS_GROWTH_GROWTH_H
#define STATS_GROWTH_GROWTH_H

#include "model/model.h"

enum { GROWTH_POINTS_MIN = 3, GROWTH_POINTS_MAX = 512 };

/* The slope of `y` over `x` by Theil and Sen: the median of the slopes of all pairs whose x differ;
 * three points of ten may lie anywhere without moving it far.
 *
 * ASSAY_ERR_TOO_FEW   fewer than GROWTH_POINTS_MIN points, or all at one x.
 * ASSAY_ERR_LIMIT     more than GROWTH_POINTS_MAX points.
 * ASSAY_ERR_MEMORY    room for the slopes of all pairs.
 * Source: Sen 1968, Estimates of the regression coefficient based on Kendall's tau, JASA 63. */
ASSAY_USE_RESULT assay_status growth_slope(const double *x, const double *y, size_t count,
                                           double *ret_slope);

/* One launch's slope, and by how much it may be off because what grows is counted in pages: one
 * page over the whole stretch. */
struct growth {
    double slope;
    double resolution;
};

/* All of `struct summary` over the launches.  The interval is Student's t over the slopes
 * themselves, not over their logs: growth may be zero or less; widened at both ends by the mean
 * resolution, so that launches that agree on 0 prove no more than they could see.  Of one launch:
 * its slope twice and level 0.
 * ASSAY_ERR_TOO_FEW, ASSAY_ERR_ARGUMENT, ASSAY_ERR_MEMORY: as summarize. */
ASSAY_USE_RESULT assay_status growth_summarize(const struct growth *launches, size_t count,
                                               struct summary *ret_summary);

#endif
