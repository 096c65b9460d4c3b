/* Verdicts.
 *
 * Why a margin and a gate apart: "is it the same" and "may it be merged" are two questions.
 * Invariants: 1. `same` is proved, never the absence of proof; 2. an infinite interval is
 * undecided;
 * 3. nothing here looks at the point estimate to decide. */
#include "compare/verdict.h"

#include <math.h>
#include <stdlib.h>

#include "compare/summaries.h"
#include "stats/order.h"
#include "stats/sequence.h"
#include "stats/summary.h"

enum verdict verdict_of(const struct interval *ratio, const struct verdict_rules *rules)
{
    if (ratio->level <= 0 || !isfinite(ratio->low) || !isfinite(ratio->high))
        return VERDICT_UNDECIDED;
    if (ratio->low >= 1 / (1 + rules->margin) && ratio->high <= 1 + rules->margin)
        return VERDICT_SAME;
    if (ratio->low > 1)
        return VERDICT_SLOWER;
    return ratio->high < 1 ? VERDICT_FASTER : VERDICT_UNDECIDED;
}

enum gate verdict_gate(const struct interval *ratio, const struct verdict_rules *rules)
{
    if (ratio->level <= 0 || !isfinite(ratio->low) || !isfinite(ratio->high))
        return GATE_UNDECIDED;
    if (ratio->low > 1 + rules->fail)
        return GATE_FAIL;
    if (ratio->high > 1 + rules->fail)
        return GATE_UNDECIDED;
    return ratio->low > 1 + rules->warn ? GATE_WARN : GATE_PASS;
}

assay_status verdict_describe(const pair_vec *pairs, struct comparison *comparison)
{
    double medians[2], lows[2];
    if (pairs->count == 0)
        return ASSAY_ERR_TOO_FEW;
    double *values = calloc(pairs->count, sizeof *values);
    if (values == NULL)
        return ASSAY_ERR_MEMORY;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < pairs->count; i++)
            values[i] = side ? pairs->items[i].new_ns : pairs->items[i].old_ns;
        order_sort(values, pairs->count);
        medians[side] = order_median(values, pairs->count);
        lows[side] = order_quantile(values, pairs->count, 0.1);
    }
    free(values);
    comparison->old_ns = medians[0];
    comparison->new_ns = medians[1];
    comparison->ratio_q10 = lows[1] / lows[0];
    comparison->pairs = pairs->count;
    return ASSAY_OK;
}

/* Where the estimators contradict each other the trimmed mean, which looks at more of the slots,
 * decides. */
static assay_status settle_estimator(struct evidence *evidence, const struct verdict_rules *rules,
                                     struct comparison *comparison)
{
    struct interval each[ESTIMATOR_COUNT];
    for (int e = 0; e < ESTIMATOR_COUNT; e++)
        TRY(evidence_interval(evidence, (enum estimator)e, rules->level, &each[e]));
    if (each[0].low > each[1].high || each[1].low > each[0].high)
        evidence->estimator = ESTIMATOR_TRIMMED;
    comparison->interval = each[evidence->estimator];
    return ASSAY_OK;
}

assay_status verdict_from_evidence(const struct evidence *evidence,
                                   const struct verdict_rules *rules, struct comparison *comparison)
{
    struct evidence settled = *evidence;
    if (evidence_count(evidence) == 0)
        return ASSAY_ERR_TOO_FEW;
    TRY(settle_estimator(&settled, rules, comparison));
    comparison->ratio = evidence_ratio(&settled, settled.estimator);
    comparison->estimator = settled.estimator;
    comparison->e_value = exp(evidence_log_e(&settled));
    comparison->within_launch = evidence->within_launch;
    comparison->launches = evidence->within_launch ? 1 : (unsigned)evidence_count(evidence);
    comparison->verdict = verdict_of(&comparison->interval, rules);
    comparison->gate = verdict_gate(&comparison->interval, rules);
    return ASSAY_OK;
}

assay_status verdict_from_pairs(const pair_vec *pairs, const struct verdict_rules *rules,
                                struct comparison *comparison)
{
    struct evidence evidence = {0};
    assay_status status = evidence_add_launches(pairs, &evidence);
    if (status == ASSAY_OK)
        status = verdict_from_evidence(&evidence, rules, comparison);
    if (status == ASSAY_OK)
        status = verdict_describe(pairs, comparison);
    evidence_release(&evidence);
    return status;
}

/* The times per iteration of a result, launch by launch; the caller frees both arrays. */
static assay_status times_of(const struct result *result, double **ret_values,
                             uint32_t **ret_launches)
{
    size_t count = result->samples.count;
    *ret_values = calloc(count + 1, sizeof **ret_values);
    *ret_launches = calloc(count + 1, sizeof **ret_launches);
    if (*ret_values == NULL || *ret_launches == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const struct sample *sample = &result->samples.items[i];
        (*ret_values)[i] = sample->ns / (double)sample->iterations;
        (*ret_launches)[i] = sample->launch;
    }
    return ASSAY_OK;
}

assay_status verdict_ratio_of_results(const struct result *numerator,
                                      const struct result *denominator, double level,
                                      struct interval *ret_ratio, double *ret_estimate)
{
    double *values[2] = {NULL, NULL};
    uint32_t *launches[2] = {NULL, NULL};
    assay_status status = times_of(numerator, &values[0], &launches[0]);
    if (status == ASSAY_OK)
        status = times_of(denominator, &values[1], &launches[1]);
    struct summary_input above = {values[0], launches[0], numerator->samples.count};
    struct summary_input below = {values[1], launches[1], denominator->samples.count};
    if (status == ASSAY_OK)
        status = summarize_ratio(&above, &below, level, ret_ratio, ret_estimate);
    for (int i = 0; i < 2; i++) {
        free(values[i]);
        free(launches[i]);
    }
    return status;
}

/* What reaches into the band of the drift may be drift alone; on different machines the band is
 * wider, and nothing inside it is proved the same. */
static void weigh_stored(const struct verdict_rules *rules, struct comparison *comparison)
{
    const struct interval *ratio = &comparison->interval;
    struct verdict_rules wide = *rules;
    double band = rules->across_machines ? VERDICT_ACROSS_MARGIN : VERDICT_STORED_MARGIN;
    wide.margin = fmax(rules->margin, band);
    comparison->verdict = verdict_of(ratio, &wide);
    bool same = comparison->verdict == VERDICT_SAME && !rules->across_machines;
    if (!same && ratio->low <= 1 + band && ratio->high >= 1 / (1 + band))
        comparison->verdict = VERDICT_UNDECIDED;
    comparison->across_machines = rules->across_machines;
    comparison->reason = same ? ""
                         : rules->across_machines
                             ? "measured on different machines: only a factor of two counts"
                             : "measured one after the other: the machine's drift is in it";
}

assay_status verdict_from_stored(const struct outline_point *old_side,
                                 const struct outline_point *new_side,
                                 const struct verdict_rules *rules, struct comparison *comparison)
{
    struct log_side then, now;
    TRY(log_side_of(old_side->launch_count, &old_side->interval, &then));
    TRY(log_side_of(new_side->launch_count, &new_side->interval, &now));
    comparison->interval = log_sides_ratio(&then, &now, rules->level, &comparison->ratio);
    comparison->kind = KIND_STORED;
    comparison->old_ns = old_side->median;
    comparison->new_ns = new_side->median;
    comparison->launches = (unsigned)new_side->launch_count;
    comparison->gate = verdict_gate(&comparison->interval, rules);
    weigh_stored(rules, comparison);
    return ASSAY_OK;
}

unsigned verdict_launches_needed(const struct comparison *comparison,
                                 const struct verdict_rules *rules)
{
    double half = (log(comparison->interval.high) - log(comparison->interval.low)) / 2;
    double wanted = log1p(rules->margin) / 2;
    if (comparison->launches < 2 || !isfinite(half))
        return 8;
    if (half <= wanted)
        return 0;
    /* The half-width falls roughly with the square root of the count. */
    double total = comparison->launches * (half / wanted) * (half / wanted);
    return (unsigned)fmin(ceil(total) - comparison->launches, 1e6);
}
