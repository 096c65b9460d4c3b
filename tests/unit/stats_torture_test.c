/* src/stats with every allocation failing in turn: the status is right, nothing leaks (under
 * ASan), and no out parameter is written. */
#include <stdint.h>

#include "harness.h"
#include "stats/order.h"
#include "stats/summary.h"

static const double VALUES[] = {5, 3, 4, 9, 8, 7};
static const uint32_t LAUNCHES[] = {0, 0, 0, 1, 1, 1};

static bool sort_copy(void *arg)
{
    (void)arg;
    double *sorted = NULL;
    assay_status status = order_sorted_copy(VALUES, 6, &sorted);
    CHECK(status == ASSAY_OK || (status == ASSAY_ERR_MEMORY && sorted == NULL));
    free(sorted);
    return status == ASSAY_OK;
}

static bool fold_launches(void *arg)
{
    (void)arg;
    double *medians = NULL;
    size_t count = 77;
    assay_status status = summarize_launch_medians(VALUES, LAUNCHES, 6, &medians, &count);
    CHECK(status == ASSAY_OK || (status == ASSAY_ERR_MEMORY && medians == NULL && count == 77));
    free(medians);
    return status == ASSAY_OK;
}

static bool summarize_all(void *arg)
{
    (void)arg;
    struct summary summary = {.sample_count = 77};
    assay_status status = summarize(VALUES, LAUNCHES, 6, &summary);
    CHECK(status == ASSAY_OK || (status == ASSAY_ERR_MEMORY && summary.sample_count == 77));
    return status == ASSAY_OK;
}

static bool divide(void *arg)
{
    (void)arg;
    struct summary_input side = {VALUES, LAUNCHES, 6};
    struct interval ratio = {.level = 77};
    double estimate = 77;
    assay_status status = summarize_ratio(&side, &side, 0.95, &ratio, &estimate);
    CHECK(status == ASSAY_OK ||
          (status == ASSAY_ERR_MEMORY && ratio.level == 77 && estimate == 77));
    return status == ASSAY_OK;
}

/* The number of faults is the number of allocations: one copy each, two for a summary (medians and
 * sorted samples) and for a ratio (one a side). */
TEST(every_failed_allocation_is_reported_and_leaves_nothing_behind)
{
    CHECK_EQ(torture(sort_copy, NULL), 1);
    CHECK_EQ(torture(fold_launches, NULL), 1);
    CHECK_EQ(torture(summarize_all, NULL), 2);
    CHECK_EQ(torture(divide, NULL), 2);
}

TEST_MAIN
