/* Finding changes with every allocation failing in turn: the status is right, nothing leaks. */
#include "harness.h"
#include "stats/history/history.h"

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

TEST_MAIN
