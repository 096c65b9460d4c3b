/* src/compare/placement and src/session/placement while memory runs out. */
#include "compare/cause/placement.h"
#include "harness.h"
#include "session/placement.h"

static enum outcome launch(void *self, const struct pair_shifts *shifts, uint32_t number,
                           double *ret_log, struct buf *reason)
{
    (void)self;
    (void)shifts;
    (void)reason;
    *ret_log = number % 2 ? 0.1 : -0.1;
    return OUTCOME_OK;
}

static bool check_row(void *unused)
{
    (void)unused;
    static const struct plan PLAN = {.seed = 1};
    const struct placement_lab lab = {launch, NULL, 16};
    const struct placement_request request = {
        .plan = &PLAN, .old_instructions = 1, .new_instructions = 1, .margin = 0.01};
    struct comparison row = {.verdict = VERDICT_SLOWER, .ratio = 1.2, .interval = {1.1, 1.3, 0.99}};
    struct arena arena = {0};
    assay_status status = placement_check_in(&lab, &request, &arena, &row);
    bool placed = row.verdict == VERDICT_PLACEMENT;
    arena_release(&arena);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK(placed == (status == ASSAY_OK));
    return status == ASSAY_OK;
}

TEST(a_row_is_changed_wholly_or_not_at_all_when_memory_runs_out)
{
    CHECK(torture(check_row, NULL) > 0);
}

TEST_MAIN
