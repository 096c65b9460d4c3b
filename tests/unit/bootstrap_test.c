/* Bootstrap intervals against published examples and resamples counted by hand. */
#include <stdint.h>

#include "harness.h"
#include "stats/bootstrap/bootstrap.h"
#include "stats/bootstrap/draws.h"
#include "stats/bootstrap/random.h"
#include "stats/order.h"
#include "stats/special.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Efron & Tibshirani 1993, table 14.1, test A. */
static const double SPATIAL[] = {48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                                 0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};

static struct bootstrap_request plain(double level)
{
    struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    request.level = level;
    request.expand = false;
    return request;
}

static double variance(void *context, const uint32_t *units, size_t count)
{
    const double *values = context;
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        mean += values[units[i]] / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[units[i]] - mean) * (values[units[i]] - mean) / (double)count;
    return squares;
}

static double mean(void *context, const uint32_t *units, size_t count)
{
    const double *values = context;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[units[i]] / (double)count;
    return sum;
}

/* Efron & Tibshirani 1993, 14.3 and table 14.2: the variance 171.5 of test A has the 90 % BCa
 * interval (115.8, 259.6), a = 0.061, z0 = 0.146, from 2000 resamples of their own. */
TEST(bca_interval_of_a_variance_matches_the_published_one)
{
    struct bootstrap_request request = plain(0.9);
    struct bootstrap got;
    CHECK(bootstrap_statistic(variance, (void *)(uintptr_t)SPATIAL, COUNT_OF(SPATIAL), &request,
                              &got) == ASSAY_OK);
    CHECK_NEAR(got.estimate, 171.534, 1e-5);
    CHECK_NEAR(got.acceleration, 0.06124, 1e-3);
    CHECK(fabs(got.bias - 0.146) < 0.05);
    CHECK_NEAR(got.interval.low, 115.8, 0.03);
    CHECK_NEAR(got.interval.high, 259.6, 0.03);
    CHECK_EQ(got.interval.level, 0.9);
}

/* The treated mice of Efron & Tibshirani 1993, table 2.1: mean 86.857; by hand a = 0.02912. */
TEST(mean_and_general_bootstrap_agree)
{
    const double mice[] = {94, 197, 16, 38, 99, 141, 23};
    struct bootstrap_request request = plain(0.95);
    struct bootstrap fast, general;
    CHECK(bootstrap_mean(mice, 7, &request, &fast) == ASSAY_OK);
    request.seed = 7;
    CHECK(bootstrap_statistic(mean, (void *)(uintptr_t)mice, 7, &request, &general) == ASSAY_OK);
    CHECK_NEAR(fast.estimate, 86.857142857142857, 1e-13);
    CHECK_NEAR(fast.acceleration, 0.0291205812638069, 1e-9);
    CHECK_NEAR(general.acceleration, fast.acceleration, 1e-9);
    CHECK_NEAR(general.interval.low, fast.interval.low, 0.05);
    CHECK_NEAR(general.interval.high, fast.interval.high, 0.05);
}

/* Of 0 and 2 a resample has the mean 0, 1, 1 or 2. */
TEST(mean_of_two_values_reaches_both)
{
    struct bootstrap_request request = plain(0.95);
    struct bootstrap got;
    CHECK(bootstrap_mean((const double[]){0, 2}, 2, &request, &got) == ASSAY_OK);
    CHECK_EQ(got.estimate, 1);
    CHECK_EQ(got.acceleration, 0);
    CHECK_EQ(got.interval.low, 0);
    CHECK_EQ(got.interval.high, 2);
}

/* The sd of 1 .. n is sqrt((n^2 - 1) / 12), that of the mean of a resample sqrt(n) less; both ways
 * of drawing (up to 1024 values, and more) must show it. */
TEST(mean_of_many_values_has_the_normal_interval)
{
    const size_t counts[] = {1001, 3003};
    double *values = calloc(3003, sizeof *values);
    CHECK(values != NULL);
    for (size_t c = 0; c < COUNT_OF(counts); c++) {
        struct bootstrap_request request = plain(0.95);
        struct bootstrap got;
        double n = (double)counts[c];
        for (size_t i = 0; i < counts[c]; i++)
            values[i] = 1e9 + (double)(i + 1);
        CHECK(bootstrap_mean(values, counts[c], &request, &got) == ASSAY_OK);
        double half = 1.959964 * sqrt((n * n - 1) / 12 / n);
        CHECK_NEAR(got.estimate, 1e9 + (n + 1) / 2, 1e-15);
        CHECK_NEAR(got.estimate - got.interval.low, half, 0.05);
        CHECK_NEAR(got.interval.high - got.estimate, half, 0.05);
    }
    free(values);
}

/* The median of a resample of nine is the k-th value or less when five of its nine indices are: by
 * binomial(9, k/9) 0.0014, 0.030, 0.145 for k = 1, 2, 3.  So 5 % a tail ends at the third and the
 * seventh; and 0.5 % at the second and the eighth. */
TEST(median_interval_matches_counted_resamples)
{
    const double nine[] = {10, 20, 30, 40, 50, 60, 70, 80, 90};
    struct bootstrap_request request = plain(0.9);
    struct bootstrap got;
    CHECK(bootstrap_median(nine, 9, 9, &request, &got) == ASSAY_OK);
    CHECK_EQ(got.estimate, 50);
    CHECK(fabs(got.bias) < 0.05);
    CHECK_EQ(got.interval.low, 30);
    CHECK_EQ(got.interval.high, 70);
    request.level = 0.99;
    CHECK(bootstrap_median(nine, 9, 9, &request, &got) == ASSAY_OK);
    CHECK_EQ(got.interval.low, 20);
    CHECK_EQ(got.interval.high, 80);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(void *context, const uint32_t *units, size_t count)
{
    const double *values = context;
    double drawn[64];
    for (size_t i = 0; i < count; i++)
        drawn[i] = values[units[i]];
    qsort(drawn, count, sizeof *drawn, by_value);
    return order_median(drawn, count);
}

/* The distribution that is drawn from is that of full resamples, of even counts too. */
TEST(median_without_resamples_matches_the_median_of_resamples)
{
    struct random random = {11};
    for (size_t count = 6; count <= 60; count += 9) {
        double values[64];
        struct bootstrap_request request = plain(0.9);
        struct bootstrap fast, full;
        for (size_t i = 0; i < count; i++)
            values[i] = exp(random_normal(&random));
        order_sort(values, count);
        request.resamples = 40000;
        CHECK(bootstrap_median(values, count, count, &request, &fast) == ASSAY_OK);
        CHECK(bootstrap_statistic(median, values, count, &request, &full) == ASSAY_OK);
        CHECK(fabs(fast.bias - full.bias) < 0.05);
        CHECK_NEAR(fast.interval.low, full.interval.low, 0.12);
        CHECK_NEAR(fast.interval.high, full.interval.high, 0.12);
    }
}

/* A hundred samples that are worth four give the interval of four: about the root of 25 as wide. */
TEST(fewer_effective_samples_widen_the_median)
{
    double values[100];
    struct bootstrap_request request = plain(0.95);
    struct bootstrap all, four;
    for (int i = 0; i < 100; i++)
        values[i] = i;
    CHECK(bootstrap_median(values, 100, 100, &request, &all) == ASSAY_OK);
    CHECK(bootstrap_median(values, 100, 4, &request, &four) == ASSAY_OK);
    double ratio =
        (four.interval.high - four.interval.low) / (all.interval.high - all.interval.low);
    CHECK(ratio > 3 && ratio < 6);
}

/* Of five normal values the percentiles at Phi(-sqrt(5/4) t(4)) make an interval whose half is
 * t(4) standard errors of the usual kind: 2.776 against 1.96 * sqrt(4/5) = 1.753 before. */
TEST(expanded_intervals_of_few_values_are_as_wide_as_those_of_t)
{
    double values[5];
    for (int i = 0; i < 5; i++)
        values[i] = normal_quantile((i + 0.5) / 5);
    struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    struct bootstrap wide, narrow;
    CHECK(bootstrap_mean(values, 5, &request, &wide) == ASSAY_OK);
    request.expand = false;
    CHECK(bootstrap_mean(values, 5, &request, &narrow) == ASSAY_OK);
    double ratio =
        (wide.interval.high - wide.interval.low) / (narrow.interval.high - narrow.interval.low);
    CHECK(ratio > 1.3 && ratio < 1.7);
}

TEST(equal_values_have_an_interval_of_no_width)
{
    const double equal[] = {3, 3, 3, 3};
    struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    struct bootstrap got;
    CHECK(bootstrap_mean(equal, 4, &request, &got) == ASSAY_OK);
    CHECK(got.interval.low == 3 && got.interval.high == 3 && got.acceleration == 0);
    CHECK(bootstrap_median(equal, 4, 4, &request, &got) == ASSAY_OK);
    CHECK(got.interval.low == 3 && got.interval.high == 3);
}

TEST(the_same_seed_gives_the_same_interval_and_another_nearly)
{
    struct bootstrap_request request = plain(0.95);
    struct bootstrap one, again, other;
    CHECK(bootstrap_mean(SPATIAL, 26, &request, &one) == ASSAY_OK);
    CHECK(bootstrap_mean(SPATIAL, 26, &request, &again) == ASSAY_OK);
    request.seed = 2;
    CHECK(bootstrap_mean(SPATIAL, 26, &request, &other) == ASSAY_OK);
    CHECK_EQ(one.interval.low, again.interval.low);
    CHECK_EQ(one.interval.high, again.interval.high);
    CHECK(one.interval.low != other.interval.low || one.interval.high != other.interval.high);
    CHECK_NEAR(one.interval.low, other.interval.low, 0.03);
}

static double not_a_number(void *context, const uint32_t *units, size_t count)
{
    (void)context;
    (void)units;
    return count > 0 ? (double)NAN : 0;
}

TEST(bootstrap_refuses_what_it_cannot_use_and_writes_nothing)
{
    struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    struct bootstrap got = {.estimate = 77};
    const double bad[] = {1, (double)NAN, 3}, endless[] = {1, HUGE_VAL}, good[] = {1, 2, 3};
    CHECK(bootstrap_mean(NULL, 3, &request, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(bootstrap_mean(good, 3, NULL, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(bootstrap_mean(good, 3, &request, NULL) == ASSAY_ERR_ARGUMENT);
    CHECK(bootstrap_mean(bad, 3, &request, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(bootstrap_mean(endless, 2, &request, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(bootstrap_median(endless, 2, 2, &request, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(bootstrap_mean(good, 1, &request, &got) == ASSAY_ERR_TOO_FEW);
    CHECK(bootstrap_mean(good, 0, &request, &got) == ASSAY_ERR_TOO_FEW);
    CHECK(bootstrap_median(good, 3, 1, &request, &got) == ASSAY_ERR_TOO_FEW);
    CHECK(bootstrap_median(good, 3, 4, &request, &got) == ASSAY_ERR_TOO_FEW);
    CHECK(bootstrap_statistic(NULL, NULL, 3, &request, &got) == ASSAY_ERR_ARGUMENT);
    CHECK(bootstrap_statistic(not_a_number, NULL, 3, &request, &got) == ASSAY_ERR_ARGUMENT);
    request.level = 1;
    CHECK(bootstrap_mean(good, 3, &request, &got) == ASSAY_ERR_ARGUMENT);
    request = BOOTSTRAP_DEFAULTS;
    request.resamples = 0;
    CHECK(bootstrap_mean(good, 3, &request, &got) == ASSAY_ERR_ARGUMENT);
    request.resamples = BOOTSTRAP_RESAMPLES_MAX + 1;
    CHECK(bootstrap_mean(good, 3, &request, &got) == ASSAY_ERR_LIMIT);
    CHECK_EQ(got.estimate, 77);
}

/* Abramowitz & Stegun, table 26.5: Phi(-1.959964) = 0.025, Phi(-2.575829) = 0.005; the tail at -10
 * is 7.6198530242e-24 (table 26.2). */
TEST(normal_quantile_inverts_the_cdf_and_matches_tables)
{
    CHECK_NEAR(normal_quantile(0.025), -1.959963984540054, 1e-13);
    CHECK_NEAR(normal_quantile(0.995), 2.575829303548901, 1e-13);
    CHECK_NEAR(normal_cdf(-10) * 1e23, 0.76198530242, 1e-9);
    CHECK_EQ(normal_quantile(0.5), 0);
    for (double p = 1e-300; p < 0.5; p *= 17)
        CHECK_NEAR(normal_cdf(normal_quantile(p)) / p, 1, 1e-11);
    CHECK(normal_quantile(0) == -HUGE_VAL && normal_quantile(1) == HUGE_VAL);
    CHECK(isnan(normal_quantile(-0.1)) && isnan(normal_quantile((double)NAN)));
}

/* Ten thousand draws each: means within five standard errors, indices below their limit. */
TEST(random_numbers_have_their_moments)
{
    struct random random = {5};
    double uniform = 0, normal = 0, square = 0, gamma = 0;
    size_t counts[7] = {0};
    for (int i = 0; i < 10000; i++) {
        double u = random_uniform(&random), z = random_normal(&random);
        CHECK(u > 0 && u < 1);
        uniform += u / 1e4;
        normal += z / 1e4;
        square += z * z / 1e4;
        gamma += random_gamma(&random, 2.5) / 1e4;
        counts[random_below(&random, 7)]++;
    }
    CHECK(fabs(uniform - 0.5) < 5 * 0.2887 / 100);
    CHECK(fabs(normal) < 0.05 && fabs(square - 1) < 5 * 1.4142 / 100);
    CHECK(fabs(gamma - 2.5) < 5 * sqrt(2.5) / 100);
    for (int i = 0; i < 7; i++)
        CHECK(fabs((double)counts[i] - 10000.0 / 7) < 5 * 35);
}

TEST(selection_finds_what_sorting_finds)
{
    struct random random = {3};
    for (int round = 0; round < 300; round++) {
        double values[40], sorted[40];
        size_t count = 1 + random_below(&random, 40), at = random_below(&random, count);
        for (size_t i = 0; i < count; i++)
            values[i] = sorted[i] = (double)random_below(&random, 1 + (uint64_t)round % 30);
        order_sort(sorted, count);
        CHECK_EQ(order_select(values, count, at), sorted[at]);
        for (size_t i = 0; i < count; i++)
            CHECK(i < at ? values[i] <= values[at] : values[i] >= values[at]);
    }
}

/* xoshiro256++ lane by lane, as its authors write it. */
static uint64_t lane_next(struct draws *draws, size_t lane)
{
    uint64_t s[4];
    for (size_t i = 0; i < 4; i++)
        s[i] = draws->state[i][lane];
    uint64_t sum = s[0] + s[3], result = (sum << 23 | sum >> 41) + s[0], shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = s[3] << 45 | s[3] >> 19;
    for (size_t i = 0; i < 4; i++)
        draws->state[i][lane] = s[i];
    return result;
}

/* Whatever registers the processor has: low half of each lane's number first, then the high one. */
TEST(units_are_the_same_on_every_machine)
{
    static const size_t COUNTS[] = {1, 2, 15, 16, 17, 1000, DRAWS_UNITS_MAX};
    static uint32_t units[DRAWS_UNITS_MAX + DRAWS_STEP];
    struct draws draws, plain;
    draws_seed(&draws, 7);
    plain = draws;
    for (size_t c = 0; c < COUNT_OF(COUNTS); c++) {
        draws_units(&draws, units, COUNTS[c]);
        for (size_t i = 0; i < COUNTS[c]; i += DRAWS_STEP)
            for (size_t k = 0; k < DRAWS_STEP; k += 2) {
                uint64_t word = lane_next(&plain, k / 2);
                uint32_t want[2] = {(uint32_t)((word & UINT32_MAX) * COUNTS[c] >> 32),
                                    (uint32_t)((word >> 32) * COUNTS[c] >> 32)};
                CHECK_EQ(units[i + k], want[0]);
                CHECK_EQ(units[i + k + 1], want[1]);
            }
    }
}

TEST_MAIN
