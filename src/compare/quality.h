/* How good the results of two sides are, apart from what they cost.  Pure. */
#ifndef COMPARE_QUALITY_H
#define COMPARE_QUALITY_H

#include "model/comparison.h"

struct quality_rules {
    double level;  /* of the interval of the change */
    double margin; /* share of the old value that a loss may have */
};

/* Whether the new side is worse than the old by more than the margin: surely (QUALITY_WORSE),
 * surely not (QUALITY_KEPT), or not told by so few launches.  With fewer than two launches on a
 * side a loss is never sure, nor is that there is none beyond what was seen. */
enum quality quality_change(const struct measurement *old_side, const struct measurement *new_side,
                            const struct quality_rules *rules);

/* Enters what became of one quality metric into the row; the worst of several stays.  The note says
 * which it was and by how much.  A side that lacks the metric is NULL; not both.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status quality_note(const struct measurement *old_side,
                                           const struct measurement *new_side,
                                           const struct quality_rules *rules, struct arena *arena,
                                           struct comparison *row);

/* The gate of a row once its quality is known: a loss fails whatever the time is, and one that is
 * not decided keeps it from passing. */
enum gate quality_gate(enum gate gate, enum quality quality);

#endif
