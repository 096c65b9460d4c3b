/* Outliers, autocorrelation and what summaries make of both, against arrays worked by hand. */
#include <stdint.h>

#include "harness.h"
#include "stats/bootstrap/random.h"
#include "stats/correlation.h"
#include "stats/order.h"
#include "stats/outliers.h"
#include "stats/summary.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const uint32_t ONE_LAUNCH[20000];

/* ---- outliers ---- */

/* Quartiles at positions 2.75 and 8.25 of twelve: 10 and 14, so the inner fences are 10 - 6 and
 * 14 + 6, the outer ones 10 - 12 and 14 + 12.  -20 lies below -2; 5 inside; 21 and 30 above. */
TEST(outliers_are_classified_by_tukeys_fences)
{
    const double sorted[] = {-20, 5, 10, 10, 10, 10, 14, 14, 14, 14, 21, 30};
    struct outlier_fences fences = outlier_fences(sorted, 12);
    CHECK(fences.low_severe == -2 && fences.low_mild == 4);
    CHECK(fences.high_mild == 20 && fences.high_severe == 26);
    struct outliers outliers = outliers_count(sorted, 12);
    CHECK_EQ(outliers.low_severe, 1);
    CHECK_EQ(outliers.low_mild, 0);
    CHECK_EQ(outliers.high_mild, 1);
    CHECK_EQ(outliers.high_severe, 1);
    /* Sums of squares: 1498 around 11 of all twelve, 680/9 around 101/9 of the nine inside. */
    CHECK_NEAR(outliers.variance_share, 1 - (680.0 / 9 / 9) / (1498.0 / 12), 1e-12);
}

/* A value on a fence is inside; without spread the fences lie on the value. */
TEST(values_on_the_fence_and_equal_values_are_no_outliers)
{
    const double fence[] = {4, 10, 10, 10, 10, 14, 14, 14, 14, 20};
    struct outliers outliers = outliers_count(fence, COUNT_OF(fence));
    CHECK_EQ(outliers.low_mild + outliers.low_severe + outliers.high_mild + outliers.high_severe,
             0);
    const double equal[] = {3, 3, 3, 3, 3, 3, 3, 3, 3};
    outliers = outliers_count(equal, COUNT_OF(equal));
    CHECK_EQ(outliers.high_severe, 0);
    CHECK_EQ(outliers.variance_share, 0);
}

TEST(a_handful_of_samples_has_no_outliers)
{
    const double few[] = {1, 1, 1, 1, 1, 1, 99};
    CHECK_EQ(outliers_count(few, 7).high_severe, 0);
    const double enough[] = {1, 1, 1, 1, 1, 1, 1, 99};
    CHECK_EQ(outliers_count(enough, 8).high_severe, 1);
    CHECK_NEAR(outliers_count(enough, 8).variance_share, 1, 1e-12);
}

/* ---- autocorrelation ---- */

/* Ranks -1.5 -0.5 0.5 1.5, squares 5; lag 1: 0.75 - 0.25 + 0.75; lag 2: -0.75 - 0.75; lag 3: -2.25.
 * Any rising values have these ranks, and so does a second launch that falls. */
TEST(autocorrelations_of_ranks_match_hand_worked_ones)
{
    const double values[] = {1, 2, 3, 400, 104, 103, 102, 1};
    const uint32_t launches[] = {3, 3, 3, 3, 9, 9, 9, 9};
    double lags[4];
    CHECK(correlation_lags(values, launches, 8, 4, lags) == ASSAY_OK);
    CHECK_NEAR(lags[0], 0.25, 1e-12);
    CHECK_NEAR(lags[1], -0.3, 1e-12);
    CHECK_NEAR(lags[2], -0.45, 1e-12);
    CHECK_EQ(lags[3], 0);
}

/* Ten runs of four equal values, low and high in turn: of 39 neighbours 9 differ, (30 - 9)/40; at
 * distance 2 18 of 38, (20 - 18)/40; at 3 27 of 37, (10 - 27)/40.  Geyer's pairs: 1 + 21/40, then
 * 2/40 - 17/40 < 0.  Time 2 * 61/40 - 1 = 2.05. */
TEST(effective_count_matches_geyers_sequence_by_hand)
{
    double values[40];
    struct correlation got;
    for (int i = 0; i < 40; i++)
        values[i] = i / 4 % 2;
    CHECK(correlation_of(values, ONE_LAUNCH, 40, &got) == ASSAY_OK);
    CHECK_NEAR(got.lag1, 21.0 / 40, 1e-12);
    CHECK_NEAR(got.effective_count, 40 / 2.05, 1e-12);
}

TEST(alternating_samples_are_worth_no_more_than_they_are)
{
    double values[40];
    struct correlation got;
    for (int i = 0; i < 40; i++)
        values[i] = i % 2;
    CHECK(correlation_of(values, ONE_LAUNCH, 40, &got) == ASSAY_OK);
    CHECK(got.lag1 < -0.9);
    CHECK_EQ(got.effective_count, 40);
}

static void fill_autoregressive(double *values, size_t count, double rho, uint64_t seed)
{
    struct random random = {seed};
    double last = random_normal(&random);
    for (size_t i = 0; i < count; i++)
        values[i] = last = rho * last + sqrt(1 - rho * rho) * random_normal(&random);
}

/* The autocorrelation time of an AR(1) is (1 + rho) / (1 - rho); of its ranks a little less, since
 * a rank correlation is 6/pi asin(rho/2). */
TEST(effective_count_of_an_autoregressive_series_is_known)
{
    const double rhos[] = {0, 0.5, 0.8};
    double *values = calloc(20000, sizeof *values);
    CHECK(values != NULL);
    for (size_t r = 0; r < COUNT_OF(rhos); r++) {
        struct correlation got;
        fill_autoregressive(values, 20000, rhos[r], 17 + r);
        CHECK(correlation_of(values, ONE_LAUNCH, 20000, &got) == ASSAY_OK);
        double want = 20000 * (1 - rhos[r]) / (1 + rhos[r]);
        CHECK(fabs(got.lag1 - rhos[r]) < 0.04);
        CHECK(got.effective_count > want * 0.85 && got.effective_count < want * 1.25);
    }
    free(values);
}

/* One sample in a hundred is huge and falls where it likes: values would look independent. */
TEST(huge_outliers_do_not_hide_a_drift)
{
    double values[2000];
    struct correlation got;
    struct random random = {4};
    for (int i = 0; i < 2000; i++)
        values[i] = i + (random_below(&random, 100) == 0 ? 1e9 : 0);
    CHECK(correlation_of(values, ONE_LAUNCH, 2000, &got) == ASSAY_OK);
    CHECK(got.lag1 > 0.9);
    CHECK(got.effective_count < 20);
}

/* Launches that differ are no autocorrelation; few or equal samples say nothing. */
TEST(launches_few_and_equal_samples_say_nothing)
{
    double values[400];
    uint32_t launches[400];
    struct correlation got;
    struct random random = {8};
    for (int i = 0; i < 400; i++) {
        launches[i] = (uint32_t)(i / 100);
        values[i] = launches[i] * 1000.0 + random_normal(&random);
    }
    CHECK(correlation_of(values, launches, 400, &got) == ASSAY_OK);
    CHECK(fabs(got.lag1) < 0.15 && got.effective_count > 200);
    for (int i = 0; i < 400; i++)
        values[i] = 7;
    CHECK(correlation_of(values, launches, 400, &got) == ASSAY_OK);
    CHECK(got.lag1 == 0 && got.effective_count == 400);
    const double few[] = {1, 2, 3, 4, 5, 6, 7};
    CHECK(correlation_of(few, ONE_LAUNCH, 7, &got) == ASSAY_OK);
    CHECK(got.lag1 == 0 && got.effective_count == 7);
    CHECK(correlation_of(few, ONE_LAUNCH, 1, &got) == ASSAY_OK);
    CHECK_EQ(got.effective_count, 1);
    CHECK(correlation_of(few, ONE_LAUNCH, 0, &got) == ASSAY_ERR_TOO_FEW);
    CHECK(correlation_of(NULL, ONE_LAUNCH, 1, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(correlation_of(few, NULL, 1, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(correlation_of(few, ONE_LAUNCH, 1, NULL) == ASSAY_ERR_ARGUMENT);
}

/* ---- the median of dependent samples ---- */

/* Of ten coins rank 2 fits (stats_test.c); among 21 that is floor(2 * 22 / 11) = 4 from each end.
 * Of four neither rank exists: the ends, with 1 - 2 * 2^-4. */
TEST(median_of_dependent_samples_has_stretched_ranks)
{
    double sorted[21];
    for (int i = 0; i < 21; i++)
        sorted[i] = i + 1;
    struct percentile median = order_median_dependent(sorted, 21, 10, 0.95);
    CHECK_EQ(median.value, 11);
    CHECK_EQ(median.interval.low, 4);
    CHECK_EQ(median.interval.high, 18);
    CHECK(median.sufficient && median.interval.level == 0.95);
    median = order_median_dependent(sorted, 21, 4, 0.95);
    CHECK(median.interval.low == 1 && median.interval.high == 21 && !median.sufficient);
    CHECK_NEAR(median.interval.level, 0.875, 1e-12);
    struct percentile all = order_median_dependent(sorted, 21, 21, 0.95);
    CHECK_EQ(all.interval.low, order_percentile(sorted, 21, 50, 0.95).interval.low);
}

/* ---- summaries ---- */

static struct summary summary_of(const double *values, const uint32_t *launches, size_t count)
{
    struct summary summary;
    CHECK(summarize(values, launches, count, &summary) == ASSAY_OK);
    CHECK(summarize_bootstrap(values, launches, count, &summary) == ASSAY_OK);
    return summary;
}

TEST(drifting_samples_of_one_launch_widen_all_its_intervals)
{
    enum { COUNT = 3000 };
    double *drift = calloc(COUNT, sizeof *drift), *mixed = calloc(COUNT, sizeof *mixed);
    CHECK(drift != NULL && mixed != NULL);
    fill_autoregressive(drift, COUNT, 0.9, 21);
    for (size_t i = 0; i < COUNT; i++) /* the same values in an order without memory */
        mixed[i] = drift[i * 1237 % COUNT];
    struct summary one = summary_of(drift, ONE_LAUNCH, COUNT);
    struct summary two = summary_of(mixed, ONE_LAUNCH, COUNT);
    CHECK(one.autocorrelation > 0.8 && one.effective_sample_count < COUNT / 8.0);
    CHECK(fabs(two.autocorrelation) < 0.1 && two.effective_sample_count > COUNT / 2.0);
    CHECK_NEAR(one.median, two.median, 1e-12);
    CHECK_NEAR(one.mean, two.mean, 1e-9);
    double wider = (one.interval.high - one.interval.low) / (two.interval.high - two.interval.low);
    CHECK(wider > 2 && wider < 8);
    wider = (one.bootstrap_median.high - one.bootstrap_median.low) /
            (two.bootstrap_median.high - two.bootstrap_median.low);
    CHECK(wider > 2 && wider < 8);
    wider = (one.bootstrap_mean.high - one.bootstrap_mean.low) /
            (two.bootstrap_mean.high - two.bootstrap_mean.low);
    CHECK(wider > 2 && wider < 8);
    free(drift);
    free(mixed);
}

/* Launches are the units: a hundred samples each change nothing of five launches. */
TEST(bootstrap_of_launches_draws_launches)
{
    double values[500];
    uint32_t launches[500];
    for (int i = 0; i < 500; i++) {
        launches[i] = (uint32_t)(i / 100);
        values[i] = 10.0 * (launches[i] + 1);
    }
    struct summary summary = summary_of(values, launches, 500);
    CHECK_EQ(summary.bootstrap_median.low, 10);
    CHECK_EQ(summary.bootstrap_median.high, 50);
    CHECK(summary.bootstrap_mean.low >= 10 && summary.bootstrap_mean.low < 20);
    CHECK(summary.bootstrap_mean.high <= 50 && summary.bootstrap_mean.high > 40);
    CHECK_EQ(summary.bootstrap_mean.level, SUMMARY_LEVEL);
    CHECK_EQ(summary.sample_count, 500);
}

TEST(too_few_launches_have_no_bootstrap_interval)
{
    const double values[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const uint32_t four[] = {0, 0, 1, 1, 2, 2, 3, 3};
    struct summary summary = summary_of(values, four, 8);
    CHECK(summary.bootstrap_median.level == 0 && summary.bootstrap_mean.level == 0);
    CHECK(summary.bootstrap_mean.low == 4.5 && summary.bootstrap_mean.high == 4.5);
    summary = summary_of(values, ONE_LAUNCH, 4);
    CHECK_EQ(summary.bootstrap_mean.level, 0);
    summary = summary_of(values, ONE_LAUNCH, 5);
    CHECK_EQ(summary.bootstrap_mean.level, SUMMARY_LEVEL);
    CHECK(summary.bootstrap_mean.low < 3 && summary.bootstrap_mean.high > 3);
    CHECK(summarize_bootstrap(values, four, 8, NULL) == ASSAY_ERR_ARGUMENT);
}

TEST_MAIN
