/* From the results of a run to its sweeps and their laws of growth.  Pure. */
#ifndef COMPARE_SCALING_H
#define COMPARE_SCALING_H

#include "model/model.h"

#define SCALING_LEVEL 0.95 /* of the intervals of estimates */

/* Fills run->scalings, which it empties first, from the summaries of the results.
 *
 * A sweep is SCALING_POINTS_MIN or more measured results of one suite and name whose parameters
 * differ in one alone, of which all values are numbers above 0.  Its main metric (time, or
 * instructions where nothing was timed) is fitted, and every amount of memory that all have. Sweeps
 * stand in the order in which their results first come.
 *
 * Parameters called `threads` or `workers` follow the laws of threads: of items or bytes per second
 * where all results state them, else of the time, taken as that of the same work.
 * ASSAY_ERR_MEMORY.  O(results log results) time. */
ASSAY_USE_RESULT assay_status scaling_judge(struct run *run);

/* Whether the benchmark is a point of a sweep whose id, that of the benchmark without one of its
 * numeric parameters, is `pattern` or matches it ('*', '?'). */
bool scaling_is_point(const struct benchmark *benchmark, const char *pattern);

#endif
