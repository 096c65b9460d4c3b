/* Finding changes with every allocation failing in turn: the status is right, nothing leaks. */
#include "harness.h"
#include "stats/history/history.h"
#include "stats/history/rehearse.h"

static bool find(void *arg)
{
    double values[200];
    struct history history;
    (void)arg;
    for (size_t i = 0; i < 200; i++)
        values[i] = (i < 80 ? 100 : i < 140 ? 120 : 90) + (double)(i * 7 % 5);
    assay_status status = history_find(values, 200, &history);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK(status != ASSAY_OK || history.changes.count == 2);
    history_release(&history);
    return status == ASSAY_OK;
}

TEST(finding_changes_survives_failing_allocations)
{
    CHECK(torture(find, NULL) >= 4);
}

static bool rehearse(void *arg)
{
    const struct rehearsal_plan plan = {2, 1};
    struct rehearsal_row row = {.name = "a"};
    double values[120];
    (void)arg;
    for (size_t i = 0; i < 120; i++)
        values[i] = 100 + (double)(i * 7 % 5);
    assay_status status = history_rehearse(values, 120, false, &plan, &row);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK(status != ASSAY_OK || row.alarms.count == 240);
    return status == ASSAY_OK;
}

TEST(rehearsing_survives_failing_allocations)
{
    CHECK(torture(rehearse, NULL) >= 10);
}

TEST_MAIN
