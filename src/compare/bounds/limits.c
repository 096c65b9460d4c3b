/* Limits.  Why key by key and the last one wins: a project states a rule for all, then exceptions,
 * and an exception that loosens `fail` should not forget what was said of `placement`.
 *
 * Invariants: 1. warn <= fail, whatever was said; 2. what was not measured is never a pass here;
 * 3. nothing looks at the point estimate. */
#include "compare/bounds/limits.h"

#include <math.h>
#include <string.h>

#include "compare/quality.h"
#include "compare/verdict.h"
#include "model/resources/resources.h"

static bool names(const struct threshold *threshold, const char *benchmark,
                  const struct metric *metric)
{
    return strcmp(threshold->metric->name, metric->name) == 0 &&
           benchmark_is_meant(threshold->benchmark, benchmark);
}

/* Hears one more voice; the key that it leaves out gives way to the one that it says. */
static void hear(double warn, double fail, struct limits *limits)
{
    if (warn > 0)
        limits->warn = warn;
    if (fail > 0)
        limits->fail = fail;
    if (limits->warn > limits->fail && fail > 0)
        limits->warn = limits->fail;
    limits->fail = fmax(limits->warn, limits->fail);
}

struct limits limits_for(const threshold_vec *thresholds, const struct limits_request *request,
                         const char *benchmark, const struct metric *metric)
{
    struct limits limits = LIMITS_DEFAULT;
    hear(request->warn, request->fail, &limits);
    for (size_t i = 0; i < thresholds->count; i++) {
        const struct threshold *threshold = &thresholds->items[i];
        if (!names(threshold, benchmark, metric))
            continue;
        hear(threshold->warn, threshold->fail, &limits);
        if (threshold->placement != NULL)
            limits.placement_fails = strcmp(threshold->placement, "fail") == 0;
    }
    return limits;
}

bool limits_named(const threshold_vec *thresholds, const char *benchmark,
                  const struct metric *metric)
{
    for (size_t i = 0; i < thresholds->count; i++)
        if (names(&thresholds->items[i], benchmark, metric))
            return true;
    return false;
}

/* How many times worse the new side is. */
static struct interval worse(const struct comparison *row)
{
    const struct metric *metric = resource_or_metric(row->metric);
    const struct interval *ratio = &row->interval;
    enum direction direction = metric != NULL ? metric->direction : row->direction;
    if (direction == LOWER_IS_BETTER)
        return *ratio;
    return (struct interval){1 / ratio->high, 1 / ratio->low, ratio->level};
}

static enum gate gate_across(const struct interval *ratio, double fail)
{
    if (ratio->level <= 0 || !isfinite(ratio->low) || !isfinite(ratio->high))
        return GATE_UNDECIDED;
    if (ratio->low > 1 + fmax(fail, VERDICT_ACROSS_MARGIN))
        return GATE_FAIL;
    return ratio->high < 1 / (1 + VERDICT_ACROSS_MARGIN) ? GATE_PASS : GATE_UNDECIDED;
}

static enum gate gate_of_cost(const struct comparison *row)
{
    const struct verdict_rules rules = {.warn = row->limits.warn, .fail = row->limits.fail};
    struct interval ratio = worse(row);
    if (row->verdict == VERDICT_NONE)
        return row->gate;
    if (row->verdict == VERDICT_PLACEMENT && !row->limits.placement_fails)
        return GATE_PASS;
    if (row->across_machines && row->kind == KIND_STORED)
        return gate_across(&ratio, row->limits.fail);
    return verdict_gate(&ratio, &rules);
}

enum gate limits_gate(const struct comparison *row)
{
    return quality_gate(gate_of_cost(row), row->quality);
}

unsigned limits_launches_needed(const struct comparison *row)
{
    /* The margin whose half is the way from the change to the limit, on the log scale. */
    double way = fabs(log(row->ratio) - log1p(row->limits.fail));
    const struct verdict_rules rules = {.margin = expm1(2 * way)};
    return verdict_launches_needed(row, &rules);
}

int limits_exit_code(const comparison_vec *rows, const struct gate_facts *facts)
{
    bool failed = false, broken = facts->interrupted, undecided = facts->measured == 0;
    for (size_t i = 0; i < rows->count; i++) {
        failed = failed || rows->items[i].gate == GATE_FAIL;
        undecided = undecided || rows->items[i].gate == GATE_UNDECIDED;
        broken = broken || rows->items[i].outcome == OUTCOME_FAILED;
    }
    return broken ? 3 : failed ? 1 : undecided ? 4 : 0;
}
