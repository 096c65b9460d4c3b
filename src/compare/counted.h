/* From counts to a verdict.  Pure: what was counted comes in, what it means goes out. */
#ifndef SESSION_COUNTING_COUNTED_H
#define SESSION_COUNTING_COUNTED_H

#include "compare/verdict.h"

/* Counts of one side, each of a process of its own, per iteration. */
struct counted_side {
    const double *values;
    size_t count;
};

/* Ten parts in a million: a tenth of the 0.01 % that shall be seen. */
#define COUNTED_MARGIN 1e-5
#define COUNTED_WARN 0.001
#define COUNTED_FAIL 0.01

/* (largest - smallest) / smallest; 0 for equal counts: a deterministic benchmark. */
double counted_spread(const struct counted_side *side);

/* Fills metric, unit, kind, ratio, interval, e_value, launches, pairs, old_ns, new_ns, verdict and
 * gate of `comparison`.  Equal counts on both sides have no width: the ratio is exact, and so is
 * the verdict.  Counts that differ among themselves get the interval that any samples would get,
 * and slower or faster only when all of it lies beyond the margin. ASSAY_ERR_TOO_FEW     a side has
 * fewer than 2 counts. ASSAY_ERR_ARGUMENT    a count that is not above 0. ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status counted_verdict(const struct counted_side *old_side,
                                              const struct counted_side *new_side,
                                              const struct verdict_rules *rules,
                                              struct comparison *comparison);

#endif
