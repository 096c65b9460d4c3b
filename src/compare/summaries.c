/* Metrics of summaries.  A run keeps one summary a metric, not the launches of each, so mean and
 * standard error of the logs are taken back out of the interval: its middle, and its half width
 * over the quantile of t that made it.  Why not the medians alone: two numbers without an interval
 * say nothing of what the next launch would do. */
#include "compare/summaries.h"

#include <float.h>
#include <math.h>

#include "stats/special.h"

assay_status log_side_of(size_t launches, const struct interval *interval,
                         struct log_side *ret_side)
{
    if (launches < 2 || !(interval->level > 0 && interval->level < 1))
        return ASSAY_ERR_TOO_FEW;
    if (!(interval->low > 0) || !isfinite(interval->high))
        return ASSAY_ERR_ARGUMENT;
    double low = log(interval->low), high = log(interval->high);
    double quantile = -student_quantile((1 - interval->level) / 2, (double)launches - 1);
    double error = (high - low) / 2 / quantile;
    *ret_side = (struct log_side){(low + high) / 2, error * error, (double)launches};
    return ASSAY_OK;
}

/* Welch 1947, Satterthwaite 1946: degrees of freedom of the difference. */
static double freedom_of(const struct log_side *a, const struct log_side *b)
{
    double sum = a->variance + b->variance;
    if (sum <= 0)
        return 1;
    double share_a = a->variance / sum, share_b = b->variance / sum;
    return 1 / (share_a * share_a / (a->count - 1) + share_b * share_b / (b->count - 1));
}

/* Two sides may be further apart than doubles reach. */
static double exp_bounded(double value)
{
    return fmin(exp(value), DBL_MAX);
}

struct interval log_sides_ratio(const struct log_side *then, const struct log_side *now,
                                double level, double *ret_estimate)
{
    double change = now->mean - then->mean;
    double half = -student_quantile((1 - level) / 2, freedom_of(then, now)) *
                  sqrt(then->variance + now->variance);
    *ret_estimate = exp_bounded(change);
    return (struct interval){exp_bounded(change - half), exp_bounded(change + half), level};
}

static enum verdict turned(enum verdict verdict)
{
    return verdict == VERDICT_SLOWER   ? VERDICT_FASTER
           : verdict == VERDICT_FASTER ? VERDICT_SLOWER
                                       : verdict;
}

static void decide(const struct metric *metric, const struct verdict_rules *rules,
                   struct comparison *row)
{
    bool rate = metric->direction == HIGHER_IS_BETTER;
    struct verdict_rules own = *rules;
    own.margin = rate ? fmax(rules->margin, VERDICT_STORED_MARGIN) : rules->margin;
    row->verdict = verdict_of(&row->interval, &own);
    bool in_drift = rate && row->verdict != VERDICT_SAME &&
                    row->interval.low <= 1 + VERDICT_STORED_MARGIN &&
                    row->interval.high >= 1 / (1 + VERDICT_STORED_MARGIN);
    if (in_drift)
        row->verdict = VERDICT_UNDECIDED;
    if (rate)
        row->verdict = turned(row->verdict);
    row->reason = rate && row->verdict != VERDICT_SAME
                      ? "measured one after the other: the machine's drift is in it"
                      : "";
    if (!rules->across_machines)
        return;
    row->verdict = VERDICT_UNDECIDED;
    row->reason = "measured on different machines";
}

assay_status verdict_from_summaries(const struct measurement *old_side,
                                    const struct measurement *new_side,
                                    const struct verdict_rules *rules, struct comparison *row)
{
    struct log_side then, now;
    TRY(log_side_of(old_side->summary.launch_count, &old_side->summary.interval, &then));
    TRY(log_side_of(new_side->summary.launch_count, &new_side->summary.interval, &now));
    row->metric = new_side->metric->name;
    row->unit = new_side->metric->unit;
    row->direction = new_side->metric->direction;
    row->interval = log_sides_ratio(&then, &now, rules->level, &row->ratio);
    row->launches = (unsigned)new_side->summary.launch_count;
    row->old_ns = old_side->summary.median;
    row->new_ns = new_side->summary.median;
    row->across_machines = rules->across_machines;
    decide(new_side->metric, rules, row);
    return ASSAY_OK;
}
