/* src/stats with every allocation failing in turn: the status is right, nothing leaks (under
 * ASan), and no out parameter is written. */
#include <stdint.h>

#include "harness.h"
#include "stats/bootstrap/bootstrap.h"
#include "stats/correlation.h"
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

static bool correlate(void *arg)
{
    (void)arg;
    struct correlation correlation = {.lag1 = 77};
    assay_status status = correlation_of(VALUES, LAUNCHES, 6, &correlation);
    CHECK(status == ASSAY_OK || (status == ASSAY_ERR_MEMORY && correlation.lag1 == 77));
    return status == ASSAY_OK;
}

static double first_unit(void *context, const uint32_t *units, size_t count)
{
    (void)context;
    return count > 0 ? VALUES[units[0]] : 0;
}

static bool resample_all_ways(void *arg)
{
    struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    struct bootstrap got = {.estimate = 77};
    assay_status status;
    request.resamples = 50;
    if (*(int *)arg == 0)
        status = bootstrap_mean(VALUES, 6, &request, &got);
    else if (*(int *)arg == 1)
        status = bootstrap_median((const double[]){1, 2, 3}, 3, 3, &request, &got);
    else
        status = bootstrap_statistic(first_unit, NULL, 6, &request, &got);
    CHECK(status == ASSAY_OK || (status == ASSAY_ERR_MEMORY && got.estimate == 77));
    return status == ASSAY_OK;
}

/* `arg` is the number of launches: 1 or 6. */
static bool bootstrap_summary(void *arg)
{
    static const uint32_t many[] = {0, 1, 2, 3, 4, 5}, one[] = {0, 0, 0, 0, 0, 0};
    size_t launches = *(size_t *)arg;
    struct summary summary = {.launch_count = launches, .effective_sample_count = 6, .mean = 6};
    assay_status status = summarize_bootstrap(VALUES, launches == 1 ? one : many, 6, &summary);
    CHECK(status == ASSAY_OK ||
          (status == ASSAY_ERR_MEMORY && summary.bootstrap_median.level == 0));
    return status == ASSAY_OK;
}

/* The number of faults is the number of allocations: one copy each, four for a summary (medians,
 * sorted samples, two for ranks), two for a ratio (one a side), one or two for a bootstrap. */
TEST(every_failed_allocation_is_reported_and_leaves_nothing_behind)
{
    CHECK_EQ(torture(sort_copy, NULL), 1);
    CHECK_EQ(torture(fold_launches, NULL), 1);
    CHECK_EQ(torture(summarize_all, NULL), 4);
    CHECK_EQ(torture(divide, NULL), 2);
    CHECK_EQ(torture(correlate, NULL), 2);
    CHECK_EQ(torture(resample_all_ways, &(int){0}), 1);
    CHECK_EQ(torture(resample_all_ways, &(int){1}), 1);
    CHECK_EQ(torture(resample_all_ways, &(int){2}), 2);
    CHECK_EQ(torture(bootstrap_summary, &(size_t){1}), 5);
    CHECK_EQ(torture(bootstrap_summary, &(size_t){6}), 5);
}

TEST_MAIN
