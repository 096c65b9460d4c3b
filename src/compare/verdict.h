/* From pairs to a verdict.  Pure: what was measured comes in, what it means goes out. */
#ifndef COMPARE_VERDICT_H
#define COMPARE_VERDICT_H

#include "compare/evidence.h"
#include "model/comparison.h"
#include "model/outline/outline.h"

/* How a comparison is judged.  Shares: 0.01 is 1 %. */
struct verdict_rules {
    double level;         /* of the interval, e.g. 0.99 */
    double margin;        /* inside it two versions are the same */
    double warn;          /* gate: slower by more than this warns */
    double fail;          /* gate: slower by more than this fails */
    bool across_machines; /* of stored results: the sides were measured on different machines */
};
#define VERDICT_RULES_DEFAULT                                                                      \
    {                                                                                              \
        .level = 0.99, .margin = 0.01, .warn = 0.05, .fail = 0.10                                  \
    }

/* slower or faster: the interval of the ratio excludes 1 and does not lie inside the margin; same:
 * it lies inside the margin, also when it excludes 1; else undecided. */
enum verdict verdict_of(const struct interval *ratio, const struct verdict_rules *rules);

/* low above fail: fail; low above warn: warn; an interval that straddles fail: undecided; else
 * pass. */
enum gate verdict_gate(const struct interval *ratio, const struct verdict_rules *rules);

/* Fills ratio, interval, e_value, launches, verdict and gate of `comparison`.  The launch is the
 * unit of evidence; with fewer than two numbers the interval is infinite.
 * ASSAY_ERR_TOO_FEW  no evidence. */
ASSAY_USE_RESULT assay_status verdict_from_evidence(const struct evidence *evidence,
                                                    const struct verdict_rules *rules,
                                                    struct comparison *comparison);

/* Fills pairs, old_ns, new_ns and ratio_q10.  ASSAY_ERR_TOO_FEW  no pairs.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status verdict_describe(const pair_vec *pairs,
                                               struct comparison *comparison);

/* Both, from the pairs of all launches in their order. */
ASSAY_USE_RESULT assay_status verdict_from_pairs(const pair_vec *pairs,
                                                 const struct verdict_rules *rules,
                                                 struct comparison *comparison);

/* The same from the times of two stored results: Welch's interval over their launch medians, whose
 * mean and scatter are rebuilt from the intervals (compare/summaries.h), so that a run needs no
 * samples.  They were measured one after the other, so drift of the machine is in the ratio: the
 * margin is VERDICT_STORED_MARGIN at least, slower and faster need an interval that lies wholly
 * beyond it, and unless it is `same` `reason` names the drift.
 * ASSAY_ERR_TOO_FEW   a side has fewer than two launches, or no interval.
 * ASSAY_ERR_ARGUMENT  an interval that is not above 0. */
#define VERDICT_STORED_MARGIN 0.05
/* Of results of different machines: a factor of two is about what processors and their clocks
 * differ by without any change of the code.  There is no `same`, and slower and faster are beyond
 * it. */
#define VERDICT_ACROSS_MARGIN 1.0
ASSAY_USE_RESULT assay_status verdict_from_stored(const struct outline_point *old_side,
                                                  const struct outline_point *new_side,
                                                  const struct verdict_rules *rules,
                                                  struct comparison *comparison);

/* Interval and estimate of the ratio of two results' times per iteration, by Welch's t over the
 * logs of their launch medians.  Fails as summarize_ratio (stats/summary.h) does. */
ASSAY_USE_RESULT assay_status verdict_ratio_of_results(const struct result *numerator,
                                                       const struct result *denominator,
                                                       double level, struct interval *ret_ratio,
                                                       double *ret_estimate);

/* Launches to go at the present scatter until the interval is as narrow as the margin; 0 when it
 * is. */
unsigned verdict_launches_needed(const struct comparison *comparison,
                                 const struct verdict_rules *rules);

#endif
