/* Judging with each allocation failing once: ASSAY_ERR_MEMORY, never a verdict from half the data.
 */
#include "compare/bounds/targets.h"
#include "sample_run.h"

static bool judge_once(void *context)
{
    struct target items[] = {
        {.benchmark = "suite/*", .metric = "time_ns", .limit = 2000},
        {.benchmark = "suite/work:n=10", .metric = "time_ns", .limit = 0.5, .versus = "suite/twin"},
    };
    target_vec targets = {items, 2, 2};
    struct run *run = context;
    assay_status status = targets_judge(run, &targets, NULL);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    if (status == ASSAY_OK) {
        const struct target *last = &run->targets.items[run->targets.count - 1];
        CHECK_EQ(last->status, TARGET_MET);
        CHECK_NEAR(last->measured, 1, 1e-12);
    }
    vec_release(&run->targets);
    return status == ASSAY_OK;
}

TEST(judging_bears_every_failed_allocation)
{
    struct run run = sample_run("x");
    vec_release(&run.targets);
    struct result *twin = sample_result(&run, "suite/twin", "twin", "");
    sample_samples(twin, 0, 1000);
    sample_samples(twin, 1, 2000);
    sample_measurement(twin, METRIC_TIME);
    CHECK(torture(judge_once, &run) > 4);
    run_release(&run);
}

TEST_MAIN
