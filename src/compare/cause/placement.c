/* The rule of placement.
 *
 * Why the mean over placements and not "some placement shows nothing": a real regression that meets
 * code of scattered speed has such placements, too, but its mean stays.  Why half: halfway between
 * "all of it is placement" and "none of it is".  Why blocks: what an address does is mostly decided
 * by its offset inside a cache line; over all offsets it cancels, so the means of blocks scatter
 * ten times less than single placements (measured: 2 % where those scatter by 25 %). Invariant:
 * whatever is not proved leaves the verdict as it was. */
#include "compare/cause/placement.h"

#include <math.h>
#include <stdlib.h>

#include "stats/sequence.h"

bool placement_same_instructions(double old_instructions, double new_instructions)
{
    return old_instructions > 0 && new_instructions > 0 &&
           fabs(new_instructions - old_instructions) <=
               PLACEMENT_SAME_INSTRUCTIONS * old_instructions;
}

/* +1: slower was seen, -1: faster, 0: neither. */
static int direction_of(const struct interval *seen)
{
    if (!(isfinite(seen->low) && isfinite(seen->high)))
        return 0;
    return (seen->low > 0) - (seen->high < 0);
}

/* The interval, turned so that the change that was seen is above 0. */
static struct interval turned(const struct interval *interval, int direction)
{
    if (direction > 0)
        return *interval;
    return (struct interval){-interval->high, -interval->low, interval->level};
}

static assay_status mean_of_blocks(const struct placement_evidence *evidence,
                                   struct placement_decision *decision)
{
    size_t block = evidence->block, blocks = evidence->count / block;
    double *means = calloc(blocks + 1, sizeof *means);
    if (means == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < blocks * block; i++)
        means[i / block] += evidence->logs[i] / (double)block;
    for (size_t i = 0; i < blocks; i++)
        decision->center += means[i] / (double)blocks;
    assay_status status =
        blocks < 2 ? ASSAY_OK : sequence_interval(means, blocks, PLACEMENT_LEVEL, &decision->mean);
    free(means);
    return status;
}

/* What the mean must be proved to lie below: half of the change that is certain, or the margin
 * where that is smaller than half of the change that is likely. */
static double bound_of(const struct interval *seen, double margin)
{
    const double likely = (seen->low + seen->high) / 2;
    return fmax(seen->low / 2, fmin(likely / 2, log1p(margin)));
}

static enum placement_answer answer_of(const struct interval *seen, const struct interval *mean,
                                       double margin)
{
    const double bound = bound_of(seen, margin);
    if (mean->low > bound)
        return PLACEMENT_NO;
    bool vanishes = mean->low <= 0 || mean->high <= log1p(margin);
    return mean->high < bound && vanishes ? PLACEMENT_YES : PLACEMENT_OPEN;
}

static void find_range(const struct placement_evidence *evidence,
                       struct placement_decision *decision)
{
    decision->lowest = decision->highest = evidence->count > 0 ? evidence->logs[0] : 0;
    for (size_t i = 1; i < evidence->count; i++) {
        decision->lowest = fmin(decision->lowest, evidence->logs[i]);
        decision->highest = fmax(decision->highest, evidence->logs[i]);
    }
}

assay_status placement_decide(const struct placement_evidence *evidence,
                              struct placement_decision *ret_decision)
{
    struct placement_decision decision = {.answer = PLACEMENT_OPEN,
                                          .mean = {-HUGE_VAL, HUGE_VAL, PLACEMENT_LEVEL}};
    int direction = direction_of(&evidence->seen);
    if (evidence->block == 0)
        return ASSAY_ERR_ARGUMENT;
    for (size_t i = 0; i < evidence->count; i++)
        if (!isfinite(evidence->logs[i]))
            return ASSAY_ERR_ARGUMENT;
    TRY(mean_of_blocks(evidence, &decision));
    find_range(evidence, &decision);
    bool enough = evidence->count / evidence->block >= PLACEMENT_BLOCKS_MIN &&
                  evidence->count >= PLACEMENT_COUNT_MIN;
    if (direction == 0 ||
        !placement_same_instructions(evidence->old_instructions, evidence->new_instructions)) {
        decision.answer = PLACEMENT_NO;
    } else if (enough) {
        const struct interval seen = turned(&evidence->seen, direction);
        const struct interval mean = turned(&decision.mean, direction);
        decision.answer = answer_of(&seen, &mean, evidence->margin);
    }
    *ret_decision = decision;
    return ASSAY_OK;
}

static double percent(double log_ratio)
{
    return 100 * expm1(log_ratio);
}

static void add_instructions(const struct placement_evidence *evidence, struct buf *reason)
{
    const double before = evidence->old_instructions, after = evidence->new_instructions;
    if (!(before > 0) || !(after > 0))
        buf_puts(reason, "instructions were not counted");
    else if (placement_same_instructions(before, after))
        buf_puts(reason, "same instructions");
    else
        buf_printf(reason, "instructions changed by %+.4g %%", 100 * (after - before) / before);
}

void placement_explain(const struct placement_evidence *evidence,
                       const struct placement_decision *decision, struct buf *reason)
{
    static const char *const WORDS[] = {
        [PLACEMENT_OPEN] = "not told from placement",
        [PLACEMENT_YES] = "",
        [PLACEMENT_NO] = "the change stays",
    };
    add_instructions(evidence, reason);
    if (evidence->count == 0)
        return;
    buf_printf(reason, "; over %zu random placements %+.1f .. %+.1f %%, mean %+.1f %%",
               evidence->count, percent(decision->lowest), percent(decision->highest),
               percent(decision->center));
    if (isfinite(decision->mean.low) && isfinite(decision->mean.high))
        buf_printf(reason, " (%g %% %+.1f .. %+.1f %%)", 100 * decision->mean.level,
                   percent(decision->mean.low), percent(decision->mean.high));
    if (decision->answer != PLACEMENT_YES)
        buf_printf(reason, ": %s", WORDS[decision->answer]);
}
