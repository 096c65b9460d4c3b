/* Targets against results.  A factor over another benchmark is judged by the interval of the ratio
 * of launch medians (Welch on logs): both were measured one after the other, so the interval is
 * what the launches say, and near the bound the answer is `undecided`, not a coin toss. Invariant:
 * a target is never `met` by a benchmark that failed, was skipped or not run. */
#include "compare/bounds/targets.h"

#include <math.h>
#include <string.h>

#include "compare/scaling.h"
#include "compare/verdict.h"
#include "model/resources/resources.h"
#include "stats/scaling/growth.h"
#include "stats/scaling/mixture.h"

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

static const struct scaling *find_scaling(const struct run *run, const struct target *target)
{
    for (size_t i = 0; i < run->scalings.count; i++) {
        const struct scaling *scaling = &run->scalings.items[i];
        if (strcmp(scaling->benchmark, target->benchmark) == 0 &&
            strcmp(scaling->metric->name, target->metric) == 0 && !scaling->is_threads)
            return scaling;
    }
    return NULL;
}

static bool lacks_points(const struct run *run, const struct scaling *scaling)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (result->outcome != OUTCOME_OK &&
            scaling_is_point(&result->benchmark, scaling->benchmark))
            return true;
    }
    return false;
}

/* Whether the law that is believed grows faster than allowed: a constant cost bends the exponent
 * of 1 ms + n^2 ns towards that of a line. */
static bool is_law_worse(const struct scaling_fits *fits, enum scaling_law allowed)
{
    const enum scaling_law believed = fits->items[0].law;
    return fits->decided && believed <= LAW_CUBIC && believed > allowed;
}

/* By the interval of the free exponent, which lies below the one that is allowed or above it.
 * Missed needs no more; met also that no point is missing and that no class tells otherwise. */
static void judge_growth(const struct run *run, struct target *target)
{
    const enum scaling_law law = scaling_law_named(target->growth);
    const struct scaling *scaling = find_scaling(run, target);
    const struct scaling_fit *power = scaling ? scaling_find(&scaling->fits, LAW_POWER) : NULL;
    double sizes[MIXTURE_POINTS_MAX];
    if (power == NULL || law > LAW_CUBIC || scaling->point_count > MIXTURE_POINTS_MAX)
        return;
    for (size_t i = 0; i < scaling->point_count; i++)
        sizes[i] = scaling->points[i].at;
    const struct scaling_estimate *exponent = &power->estimates[0];
    target->limit = growth_limit(law, sizes, scaling->point_count);
    target->measured = exponent->value;
    target->interval = (struct interval){exponent->low, exponent->high, SCALING_LEVEL};
    target->status = judge(&target->interval, target->limit, LOWER_IS_BETTER);
    if (target->status == TARGET_MET &&
        (is_law_worse(&scaling->fits, law) || lacks_points(run, scaling)))
        target->status = TARGET_UNDECIDED;
}

static assay_status judge_target(const struct run *run, struct target *target)
{
    target->status = TARGET_NONE;
    if (target->versus != NULL)
        return judge_factor(run, target);
    if (target->growth != NULL) {
        judge_growth(run, target);
        return ASSAY_OK;
    }
    const struct result *result = find_result(run, target->benchmark);
    const struct measurement *found = find_measurement(result, target->metric);
    bool is_own = resource_or_metric(target->metric) == NULL;
    if (found == NULL && is_own && result != NULL && result->outcome == OUTCOME_OK) {
        target->status = TARGET_UNDECIDED; /* nobody measured it */
        target->measured = nan("");
        target->interval = (struct interval){nan(""), nan(""), 0};
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

/* A target for each sweep that the pattern matches. */
static assay_status add_sweeps(struct run *run, const struct target *target)
{
    for (size_t i = 0; i < run->scalings.count; i++) {
        const struct scaling *scaling = &run->scalings.items[i];
        if (benchmark_is_meant(target->benchmark, scaling->benchmark) && !scaling->is_threads &&
            strcmp(scaling->metric->name, target->metric) == 0)
            TRY(add_target(run, target, scaling->benchmark));
    }
    return ASSAY_OK;
}

static assay_status add_matches(struct run *run, const struct target *target)
{
    if (strpbrk(target->benchmark, "*?") == NULL)
        return add_target(run, target, target->benchmark);
    if (target->growth != NULL)
        return add_sweeps(run, target);
    for (size_t i = 0; i < run->results.count; i++)
        if (benchmark_is_meant(target->benchmark, run->results.items[i].benchmark.id))
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
