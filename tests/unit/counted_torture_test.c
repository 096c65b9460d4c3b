/* Every allocation of a verdict of counts fails once: it must say so and leave nothing behind. */
#include "compare/counted.h"
#include "harness.h"

static bool judge(void *arg)
{
    const struct counted_side *side = arg;
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison row = {0};
    assay_status status = counted_verdict(side, side, &rules, &row);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    return status == ASSAY_OK;
}

TEST(verdicts_of_counts_survive_failing_allocations)
{
    static const double COUNTS[] = {10, 11, 10};
    struct counted_side side = {COUNTS, 3};
    CHECK(torture(judge, &side) >= 3);
}

TEST_MAIN
