/* Targets against results.  A factor over another benchmark is judged by the interval of the ratio
 * of launch medians (Welch on logs): both were measured one after the other, so the interval is
 * what the launches say, and near the bound the answer is `undecided`, not a coin toss. Invariant:
 * a target is never `met` by a benchmark that failed, was skipped or not run. */
#include "compare/bounds/targets.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "compare/verdict.h"
#include "model/resources/resources.h"

static const struct result *find_result(const struct run *run, const char *id)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (strcmp(run->results.items[i].benchmark.id, id) == 0)
            return &run->results.items[i];
    return NULL;
}

static const struct measurement *find_measurement(const struct result *result, const char *metric)
{
    if (result == NULL || result->outcome != OUTCOME_OK)
        return NULL;
    return result_measurement(result, metric);
}

static enum target_status judge(const struct interval *interval, double bound,
                                enum direction direction)
{
    bool lower = direction == LOWER_IS_BETTER;
    if (interval->level <= 0)
        return TARGET_UNDECIDED;
    if (lower ? interval->high <= bound : interval->low >= bound)
        return TARGET_MET;
    return (lower ? interval->low > bound : interval->high < bound) ? TARGET_MISSED
                                                                    : TARGET_UNDECIDED;
}

static assay_status judge_factor(const struct run *run, struct target *target)
{
    const struct result *fast = find_result(run, target->benchmark);
    const struct result *slow = find_result(run, target->versus);
    const struct measurement *fast_time = find_measurement(fast, "time_ns");
    const struct measurement *slow_time = find_measurement(slow, "time_ns");
    if (fast_time == NULL || slow_time == NULL)
        return ASSAY_OK;
    assay_status status =
        verdict_ratio_of_results(slow, fast, 0.95, &target->interval, &target->measured);
    if (status == ASSAY_ERR_MEMORY)
        return status;
    if (status != ASSAY_OK) { /* too few launches: a factor without an interval */
        target->measured = slow_time->summary.median / fast_time->summary.median;
        target->interval = (struct interval){target->measured, target->measured, 0};
    }
    target->status = judge(&target->interval, target->limit, HIGHER_IS_BETTER);
    return ASSAY_OK;
}

static assay_status judge_target(const struct run *run, struct target *target)
{
    target->status = TARGET_NONE;
    if (target->versus != NULL)
        return judge_factor(run, target);
    const struct result *result = find_result(run, target->benchmark);
    const struct measurement *found = find_measurement(result, target->metric);
    bool is_own = resource_or_metric(target->metric) == NULL;
    if (found == NULL && is_own && result != NULL && result->outcome == OUTCOME_OK) {
        target->status = TARGET_UNDECIDED; /* nobody measured it */
        target->measured = NAN;
        target->interval = (struct interval){NAN, NAN, 0};
    }
    if (found == NULL)
        return ASSAY_OK;
    target->measured = found->summary.median;
    target->interval = found->summary.interval;
    target->status = judge(&target->interval, target->limit,
                           is_own ? target->direction : found->metric->direction);
    return ASSAY_OK;
}

static assay_status add_target(struct run *run, const struct target *target, const char *benchmark)
{
    struct target *added = vec_add(&run->targets);
    if (added == NULL)
        return ASSAY_ERR_MEMORY;
    *added = *target;
    added->benchmark = benchmark;
    return judge_target(run, added);
}

static assay_status add_matches(struct run *run, const struct target *target)
{
    if (strpbrk(target->benchmark, "*?") == NULL)
        return add_target(run, target, target->benchmark);
    for (size_t i = 0; i < run->results.count; i++)
        if (text_glob(target->benchmark, run->results.items[i].benchmark.id))
            TRY(add_target(run, target, run->results.items[i].benchmark.id));
    return ASSAY_OK;
}

assay_status targets_judge(struct run *run, const target_vec *targets, const claim_vec *claims)
{
    for (size_t i = 0; targets != NULL && i < targets->count; i++)
        TRY(add_matches(run, &targets->items[i]));
    for (size_t i = 0; claims != NULL && i < claims->count; i++) {
        struct claim *added = vec_add(&run->claims);
        if (added == NULL)
            return ASSAY_ERR_MEMORY;
        *added = claims->items[i];
    }
    return ASSAY_OK;
}
