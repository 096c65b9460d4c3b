/* Is a moved time only a matter of where code lies?  Pure: what was measured comes in.
 *
 * The same instructions take another time at another address, by tens of per cents where caches of
 * decoded instructions and branch predictors are at their limits.  Equal instructions alone do not
 * prove that it is this (a bad stride has equal instructions, too): the change must vanish when
 * both versions are loaded at many random places. */
#ifndef COMPARE_PLACEMENT_H
#define COMPARE_PLACEMENT_H

#include "base/buf.h"
#include "model/model.h"

#define PLACEMENT_SAME_INSTRUCTIONS 20e-6 /* relative difference that counts as none */
#define PLACEMENT_LEVEL 0.99
enum { PLACEMENT_BLOCKS_MIN = 6, PLACEMENT_COUNT_MIN = 8 };

/* Logarithms of ratios new / old. */
struct placement_evidence {
    struct interval seen;                      /* as the two modules lie */
    double old_instructions, new_instructions; /* per iteration; NAN: not counted */
    double margin;      /* a ratio inside 1 + margin is no change, e.g. 0.01 */
    const double *logs; /* one for each random placement of both modules */
    size_t count;
    size_t block; /* so many in a row visit every offset inside a cache line once on both sides, so
                     that their means scatter far less than they do; 1: no such order */
};

enum placement_answer {
    PLACEMENT_OPEN, /* more placements may tell */
    PLACEMENT_YES,
    PLACEMENT_NO /* the change stays, or cannot be put down to placement */
};

struct placement_decision {
    enum placement_answer answer;
    struct interval mean;   /* of the log ratio over all placements; infinite: too few */
    double center;          /* of that interval */
    double lowest, highest; /* log ratio of any placement */
};

/* Whether counts of instructions allow the question at all. */
bool placement_same_instructions(double old_instructions, double new_instructions);

/* placement: instructions are equal and, with at least PLACEMENT_BLOCKS_MIN blocks, the interval of
 * the mean over placements ends below a bound, and reaches none or lies inside the margin.  The
 * bound is half of the change that is certain (the end of `seen` nearer to none), or the margin
 * where half of the middle of `seen` is above that.  no: instructions differ, nothing was seen, or
 * the interval lies wholly above the bound.
 *
 * The interval is valid at every look (stats/sequence.h), so a change whose mean over placements is
 * at the bound or above is called placement with a probability of at most 1 - PLACEMENT_LEVEL,
 * however often the question is asked. ASSAY_ERR_ARGUMENT  a value that is not finite.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status placement_decide(const struct placement_evidence *evidence,
                                               struct placement_decision *ret_decision);

/* One sentence with the numbers. */
void placement_explain(const struct placement_evidence *evidence,
                       const struct placement_decision *decision, struct buf *reason);

#endif
