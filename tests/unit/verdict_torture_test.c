/* Every allocation of a verdict fails once: it must say so and leave nothing behind. */
#include "compare/scaling.h"
#include "compare/verdict.h"
#include "harness.h"
#include "stats/sequence.h"

static const struct verdict_rules RULES = VERDICT_RULES_DEFAULT;

static bool judge_pairs(void *arg)
{
    struct comparison comparison = {0};
    assay_status status = verdict_from_pairs(arg, &RULES, &comparison);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    return status == ASSAY_OK;
}

TEST(verdicts_of_pairs_survive_failing_allocations)
{
    struct pair_sample items[24];
    for (uint32_t i = 0; i < 24; i++)
        items[i] = (struct pair_sample){100 + i, 100, i / 4, 1};
    pair_vec pairs = {.items = items, .count = 24};
    CHECK(torture(judge_pairs, &pairs) >= 3);
}

static bool find(void *arg)
{
    bool found[3];
    assay_status status = sequence_discoveries(arg, 3, 0.05, found);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    return status == ASSAY_OK;
}

TEST(discoveries_survive_failing_allocations)
{
    double log_e[] = {10, 0, 3};
    CHECK(torture(find, log_e) >= 1);
}

static bool judge_sweep(void *arg)
{
    static const char *const PARAMS[] = {"n=1", "n=2", "n=4", "n=8"};
    struct measurement times[4];
    struct result results[4];
    struct run run = {.results = {.items = results, .count = 4}};
    for (size_t i = 0; i < 4; i++) {
        times[i] = (struct measurement){&METRICS[METRIC_TIME], {.median = 1 << i}};
        results[i] =
            (struct result){.benchmark = {.suite = arg, .name = "work", .params = PARAMS[i]},
                            .measurements = {.items = &times[i], .count = 1}};
    }
    assay_status status = scaling_judge(&run);
    CHECK(status == ASSAY_OK ? run.scalings.count == 1 : status == ASSAY_ERR_MEMORY);
    vec_release(&run.scalings);
    arena_release(&run.arena);
    return status == ASSAY_OK;
}

TEST(sweeps_survive_failing_allocations)
{
    char suite[] = "suite";
    CHECK(torture(judge_sweep, suite) >= 4);
}

TEST_MAIN
