/* Quality.  Why differences and not ratios of logs, as times have: recall is often exactly 1 and an
 * error rate exactly 0, whose logs are of no use; and a loss is a loss of the thing itself.
 *
 * Why a side with one launch decides nothing: it may be the luck of one process.
 * Invariant: QUALITY_KEPT needs an interval that ends inside the margin, or no change for the worse
 * in the only launch. */
#include "compare/quality.h"

#include <math.h>

#include "base/quantity.h"
#include "stats/special.h"

/* Middle and standard error of the launches; the error is infinite where they do not say it. */
struct centre {
    double value, error, launches;
};

static struct centre centre_of(const struct summary *summary)
{
    const struct interval *interval = &summary->interval;
    if (summary->launch_count < 2 || !(interval->level > 0 && interval->level < 1))
        return (struct centre){summary->median, HUGE_VAL, 1};
    double launches = (double)summary->launch_count;
    double quantile = -student_quantile((1 - interval->level) / 2, launches - 1);
    return (struct centre){summary->median, (interval->high - interval->low) / 2 / quantile,
                           launches};
}

/* How much worse the new side is, in the metric's unit; below 0: better. */
static double loss_of(const struct measurement *old_side, const struct measurement *new_side)
{
    double change = new_side->summary.median - old_side->summary.median;
    return new_side->metric->direction == LOWER_IS_BETTER ? change : -change;
}

enum quality quality_change(const struct measurement *old_side, const struct measurement *new_side,
                            const struct quality_rules *rules)
{
    struct centre then = centre_of(&old_side->summary), now = centre_of(&new_side->summary);
    double loss = loss_of(old_side, new_side), allowed = rules->margin * fabs(then.value);
    if (isinf(then.error) || isinf(now.error))
        return loss > allowed ? QUALITY_UNDECIDED : QUALITY_KEPT;
    double freedom = fmin(then.launches, now.launches) - 1; /* never too many */
    double half = -student_quantile((1 - rules->level) / 2, freedom) * hypot(then.error, now.error);
    if (loss - half > allowed)
        return QUALITY_WORSE;
    return loss + half > allowed ? QUALITY_UNDECIDED : QUALITY_KEPT;
}

static const char *describe(const struct measurement *old_side, const struct measurement *new_side,
                            enum quality quality, double margin, struct arena *arena)
{
    char old_text[QUANTITY_TEXT_MAX], new_text[QUANTITY_TEXT_MAX];
    if (old_side == NULL)
        return "";
    const struct metric *metric = old_side->metric;
    if (new_side == NULL)
        return arena_printf(arena, "quality: %s is not measured any more", metric->name);
    if (quality == QUALITY_KEPT)
        return "";
    return arena_printf(arena, "quality %s: %s %s, was %s (margin %.3g %%)",
                        quality == QUALITY_WORSE ? "lost" : "undecided", metric->name,
                        quantity_format(new_side->summary.median, metric->unit, new_text),
                        quantity_format(old_side->summary.median, metric->unit, old_text),
                        margin * 100);
}

/* From harmless to what fails. */
static int gravity(enum quality quality)
{
    static const int ORDER[] = {
        [QUALITY_NONE] = 0, [QUALITY_KEPT] = 1, [QUALITY_UNDECIDED] = 2, [QUALITY_WORSE] = 3};
    return ORDER[quality];
}

assay_status quality_note(const struct measurement *old_side, const struct measurement *new_side,
                          const struct quality_rules *rules, struct arena *arena,
                          struct comparison *row)
{
    enum quality quality = new_side == NULL   ? QUALITY_UNDECIDED
                           : old_side == NULL ? QUALITY_KEPT
                                              : quality_change(old_side, new_side, rules);
    const char *text = describe(old_side, new_side, quality, rules->margin, arena);
    if (text == NULL)
        return ASSAY_ERR_MEMORY;
    if (gravity(quality) > gravity(row->quality)) {
        row->quality = quality;
        row->quality_note = text;
    }
    row->gate = quality_gate(row->gate, row->quality);
    return ASSAY_OK;
}

enum gate quality_gate(enum gate gate, enum quality quality)
{
    if (quality == QUALITY_WORSE)
        return GATE_FAIL;
    return quality == QUALITY_UNDECIDED && gate != GATE_FAIL ? GATE_UNDECIDED : gate;
}
