/* Verdicts of counts.
 *
 * Why two equal counts are enough for a point: a count has no noise that could make two processes
 * agree by chance.  Why the same Welch interval as for times where they disagree: what makes them
 * differ (hashing by address, a clock, a thread) is not known, and may be as large again.
 * Invariant: slower and faster only beyond the margin; same only inside it. */
#include "compare/counted.h"

#include <math.h>
#include <stdlib.h>

#include "stats/order.h"
#include "stats/summary.h"

#define E_VALUE_EXACT 1e300 /* as sure as can be, and still a number */

double counted_spread(const struct counted_side *side)
{
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (size_t i = 0; i < side->count; i++) {
        least = fmin(least, side->values[i]);
        most = fmax(most, side->values[i]);
    }
    return side->count > 0 && most > least ? (most - least) / least : 0;
}

static assay_status ratio_of(const struct counted_side *old_side,
                             const struct counted_side *new_side, double level,
                             struct comparison *comparison)
{
    size_t count = old_side->count > new_side->count ? old_side->count : new_side->count;
    uint32_t *launches = calloc(count + 1, sizeof *launches);
    if (launches == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        launches[i] = (uint32_t)i;
    const struct summary_input above = {new_side->values, launches, new_side->count};
    const struct summary_input below = {old_side->values, launches, old_side->count};
    assay_status status =
        summarize_ratio(&above, &below, level, &comparison->interval, &comparison->ratio);
    free(launches);
    return status;
}

static assay_status median_of(const struct counted_side *side, double *ret_median)
{
    double *sorted = NULL;
    TRY(order_sorted_copy(side->values, side->count, &sorted));
    *ret_median = order_median(sorted, side->count);
    free(sorted);
    return ASSAY_OK;
}

/* Two exact numbers have an exact quotient, which no logarithm need round. */
static void take_exact(struct comparison *comparison, double level)
{
    double ratio = comparison->new_ns / comparison->old_ns;
    comparison->ratio = ratio;
    comparison->interval = (struct interval){ratio, ratio, level};
}

assay_status counted_verdict(const struct counted_side *old_side,
                             const struct counted_side *new_side, const struct verdict_rules *rules,
                             struct comparison *comparison)
{
    comparison->metric = METRICS[METRIC_INSTRUCTIONS].name;
    comparison->unit = METRICS[METRIC_INSTRUCTIONS].unit;
    comparison->kind = KIND_COUNTED;
    TRY(ratio_of(old_side, new_side, rules->level, comparison));
    TRY(median_of(old_side, &comparison->old_ns));
    TRY(median_of(new_side, &comparison->new_ns));
    bool exact = counted_spread(old_side) <= 0 && counted_spread(new_side) <= 0;
    if (exact)
        take_exact(comparison, rules->level);
    const struct interval *ratio = &comparison->interval;
    size_t fewer = old_side->count < new_side->count ? old_side->count : new_side->count;
    comparison->launches = (unsigned)fewer;
    comparison->pairs = fewer;
    comparison->verdict = verdict_of(ratio, rules);
    comparison->gate = verdict_gate(ratio, rules);
    if (comparison->verdict != VERDICT_SAME && ratio->low <= 1 + rules->margin &&
        ratio->high >= 1 / (1 + rules->margin))
        comparison->verdict = VERDICT_UNDECIDED;
    bool changed = comparison->verdict == VERDICT_SLOWER || comparison->verdict == VERDICT_FASTER;
    comparison->e_value = exact && changed ? E_VALUE_EXACT : 1;
    return ASSAY_OK;
}
