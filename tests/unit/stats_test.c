/* src/stats against closed forms, published tables and arrays worked by hand.
 *
 * "NIST t table" is the NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.  Digits
 * beyond the three of that table come from the closed forms for 1, 2 and 4 degrees of freedom
 * (W. T. Shaw 2006, Sampling Student's T distribution, Journal of Computational Finance 9(4)). */
#include <stdint.h>

#include "harness.h"
#include "stats/order.h"
#include "stats/special.h"
#include "stats/summary.h"

#define PI 3.14159265358979323846
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* ---- incomplete beta ---- */

/* I_x(a, 1) = x^a and I_x(1, b) = 1 - (1 - x)^b (DLMF 8.17.7 with one term); I_x(1/2, 1/2) is the
 * arcsine distribution. */
TEST(incomplete_beta_matches_its_closed_forms)
{
    CHECK_NEAR(beta_regularized(2.5, 1, 0.25), 1.0 / 32, 1e-13);
    CHECK_NEAR(beta_regularized(1, 3, 0.5), 0.875, 1e-13);
    CHECK_NEAR(beta_regularized(0.5, 0.5, 0.25), 1.0 / 3, 1e-13);
    CHECK_NEAR(beta_regularized(0.5, 0.5, 0.9), 2 / PI * asin(sqrt(0.9)), 1e-13);
    CHECK_NEAR(beta_regularized(1000, 1, 0.999), pow(0.999, 1000), 1e-12);
}

/* CHECK_NEAR is absolute below 1e-12, so small values are compared by their quotient. */
TEST(incomplete_beta_keeps_relative_accuracy_in_the_tail)
{
    CHECK_NEAR(beta_regularized(40, 1, 1e-6) / 1e-240, 1, 1e-12);
    CHECK_NEAR(beta_regularized(100, 1, 0.01) / 1e-200, 1, 1e-12);
}

/* Symmetric shapes have their median at 1/2 exactly. */
TEST(incomplete_beta_of_symmetric_shapes_is_a_half_in_the_middle)
{
    const double shapes[] = {0.5, 1, 7.25, 100, 12345.6, 1e6};
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        CHECK_NEAR(beta_regularized(shapes[i], shapes[i], 0.5), 0.5, 1e-11);
}

/* DLMF 8.17.20: I_x(a + 1, b) = I_x(a, b) - x^a (1 - x)^b / (a B(a, b)). */
TEST(incomplete_beta_obeys_its_recurrence)
{
    for (int i = 0; i < 10; i++) {
        double a = 0.7 + 3.1 * i, b = 12.25, x = 0.4;
        double log_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
        double step = exp(a * log(x) + b * log(1 - x) - log_beta) / a;
        CHECK_NEAR(beta_regularized(a + 1, b, x), beta_regularized(a, b, x) - step, 1e-11);
    }
}

TEST(incomplete_beta_is_0_and_1_at_the_ends_and_nan_outside)
{
    CHECK_EQ(beta_regularized(2, 3, 0), 0);
    CHECK_EQ(beta_regularized(2, 3, 1), 1);
    CHECK(isnan(beta_regularized(2, 3, -0.1)) && isnan(beta_regularized(2, 3, 1.1)));
    CHECK(isnan(beta_regularized(0, 3, 0.5)) && isnan(beta_regularized(2, -1, 0.5)));
    CHECK(isnan(beta_regularized((double)NAN, 3, 0.5)) && isnan(beta_regularized(2e9, 3, 0.5)));
    CHECK(isnan(beta_regularized(2, 3, (double)NAN)));
}

/* ---- binomial ---- */

/* Of 2^10 = 1024 outcomes of ten coins 1 has no head, 10 one, 45 two. */
TEST(binomial_cdf_of_ten_coins_counts_outcomes)
{
    CHECK_NEAR(binomial_cdf(0, 10, 0.5), 1.0 / 1024, 1e-13);
    CHECK_NEAR(binomial_cdf(1, 10, 0.5), 11.0 / 1024, 1e-13);
    CHECK_NEAR(binomial_cdf(2, 10, 0.5), 56.0 / 1024, 1e-13);
    CHECK_NEAR(binomial_cdf(9, 10, 0.5), 1023.0 / 1024, 1e-13);
}

/* 0.8^3 + 3 * 0.2 * 0.8^2 = 0.512 + 0.384; 0.99^299 by logs; the printed table (four decimals) of
 * binomial(20, 0.05) says 0.3585, 0.7358, 0.9245. */
TEST(binomial_cdf_matches_hand_worked_and_printed_values)
{
    CHECK_NEAR(binomial_cdf(1, 3, 0.2), 0.896, 1e-13);
    CHECK_NEAR(binomial_cdf(0, 299, 0.01), exp(299 * log(0.99)), 1e-12);
    CHECK(fabs(binomial_cdf(0, 20, 0.05) - 0.3585) < 5e-5);
    CHECK(fabs(binomial_cdf(1, 20, 0.05) - 0.7358) < 5e-5);
    CHECK(fabs(binomial_cdf(2, 20, 0.05) - 0.9245) < 5e-5);
}

/* An odd number of coins is symmetric: half of the outcomes have (n - 1) / 2 heads or fewer. */
TEST(binomial_cdf_stays_exact_for_a_million_trials)
{
    CHECK_NEAR(binomial_cdf(499999, 999999, 0.5), 0.5, 1e-11);
}

TEST(binomial_cdf_handles_certain_outcomes_and_bad_probabilities)
{
    CHECK_EQ(binomial_cdf(5, 5, 0.3), 1);
    CHECK_EQ(binomial_cdf(9, 5, 0.3), 1);
    CHECK_EQ(binomial_cdf(0, 0, 0.3), 1);
    CHECK_EQ(binomial_cdf(2, 5, 0), 1);
    CHECK_EQ(binomial_cdf(2, 5, 1), 0);
    CHECK(isnan(binomial_cdf(2, 5, -0.1)) && isnan(binomial_cdf(2, 5, 1.5)));
    CHECK(isnan(binomial_cdf(2, 5, (double)NAN)));
}

/* ---- Student's t ---- */

/* 1: Cauchy, 1/2 + atan(t)/pi.  2: 1/2 + t / (2 sqrt(2 + t^2)). */
TEST(student_cdf_matches_its_closed_forms)
{
    const double points[] = {-40, -2.5, -1, -1e-3, 0, 1e-7, 0.3, 1, 7};
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        double t = points[i];
        CHECK_NEAR(student_cdf(t, 1), 0.5 + atan(t) / PI, 1e-13);
        CHECK_NEAR(student_cdf(t, 2), 0.5 + t / (2 * sqrt(2 + t * t)), 1e-13);
    }
}

/* The Cauchy tail is 1 / (pi t) up to a share of t^-2 / 3. */
TEST(student_cdf_keeps_relative_accuracy_in_the_lower_tail)
{
    CHECK_NEAR(student_cdf(-1e50, 1) * PI * 1e50, 1, 1e-12);
    CHECK_NEAR(student_cdf(-1e99, 1) * PI * 1e99, 1, 1e-12);
}

TEST(student_functions_are_nan_outside_their_range)
{
    CHECK(isnan(student_cdf(1, 0.5)) && isnan(student_cdf((double)NAN, 4)));
    CHECK(isnan(student_cdf(1, (double)NAN)) && isnan(student_cdf(1, 1e7)));
    CHECK(isnan(student_quantile(0, 4)) && isnan(student_quantile(1, 4)));
    CHECK(isnan(student_quantile(0.9, 0)) && isnan(student_quantile((double)NAN, 4)));
    CHECK_EQ(student_cdf(HUGE_VAL, 4), 1);
    CHECK_EQ(student_cdf(-HUGE_VAL, 4), 0);
}

/* Printed: NIST t table, column 0.975 and one of 0.95 and 0.995. */
TEST(student_quantile_matches_the_printed_table)
{
    const double rows[][3] = {{0.975, 1, 12.706}, {0.975, 2, 4.303},  {0.975, 3, 3.182},
                              {0.975, 4, 2.776},  {0.975, 9, 2.262},  {0.975, 10, 2.228},
                              {0.975, 29, 2.045}, {0.975, 30, 2.042}, {0.975, 100, 1.984},
                              {0.95, 5, 2.015},   {0.995, 4, 4.604}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK(fabs(student_quantile(rows[i][0], rows[i][1]) - rows[i][2]) < 6e-4);
}

static double quantile_of_2(double p)
{
    return (2 * p - 1) * sqrt(2 / (4 * p * (1 - p)));
}

/* Shaw 2006: with alpha = 4 p (1 - p), t of 4 degrees of freedom is 2 sqrt(q - 1), where
 * q = cos(acos(sqrt(alpha)) / 3) / sqrt(alpha). */
static double quantile_of_4(double p)
{
    double root = sqrt(4 * p * (1 - p));
    return 2 * sqrt(cos(acos(root) / 3) / root - 1);
}

TEST(student_quantile_matches_its_closed_forms)
{
    const double points[] = {0.6, 0.75, 0.9, 0.975, 0.995, 0.9999};
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        double p = points[i];
        CHECK_NEAR(student_quantile(p, 1), tan(PI * (p - 0.5)), 1e-12);
        CHECK_NEAR(student_quantile(p, 2), quantile_of_2(p), 1e-12);
        CHECK_NEAR(student_quantile(p, 4), quantile_of_4(p), 1e-11);
        CHECK_EQ(student_quantile(p, 4), -student_quantile(1 - p, 4));
    }
    CHECK_NEAR(student_quantile(0.975, 4), 2.7764451051977987, 1e-12);
}

/* The normal quantile z is 1.959963984540054; the next term is (z^3 + z) / (4 freedom)
 * (Abramowitz & Stegun 26.7.5), the one after it below 1e-11 here. */
TEST(student_quantile_approaches_the_normal_one)
{
    double z = 1.959963984540054;
    CHECK_NEAR(student_quantile(0.975, 1e6), z + (z * z * z + z) / 4e6, 1e-11);
}

TEST(student_quantile_inverts_the_cdf_for_any_freedom)
{
    const double freedoms[] = {1, 1.37, 2.5, 3.99, 17.2, 250.5, 9e5};
    const double tails[] = {1e-60, 1e-12, 0.003, 0.0249, 0.2, 0.26, 0.49, 0.4999999};
    for (size_t i = 0; i < COUNT_OF(freedoms); i++)
        for (size_t k = 0; k < COUNT_OF(tails); k++) {
            double t = student_quantile(tails[k], freedoms[i]);
            CHECK_NEAR(student_cdf(t, freedoms[i]) / tails[k], 1, 1e-10);
        }
    CHECK_EQ(student_quantile(0.5, 3.3), 0);
}

/* tan(pi e) is pi e for small e; 1/(pi p) is the Cauchy quantile far out. */
TEST(student_quantile_is_accurate_at_the_centre_and_far_out)
{
    double step = ldexp(1, -40);
    CHECK_NEAR(student_quantile(0.5 + step, 1) / (PI * step), 1, 1e-11);
    CHECK_NEAR(student_quantile(1e-90, 1) * -PI * 1e-90, 1, 1e-11);
    CHECK_EQ(student_quantile(1e-300, 1), -HUGE_VAL);
}

/* ---- order statistics ---- */

/* Type 7 of {10, 20, 30, 40}: 0.25 is position 1.75, so 10 + 0.75 * 10. */
TEST(quantile_interpolates_between_order_statistics)
{
    const double sorted[] = {10, 20, 30, 40};
    CHECK_EQ(order_quantile(sorted, 4, 0), 10);
    CHECK_EQ(order_quantile(sorted, 4, 0.25), 17.5);
    CHECK_EQ(order_quantile(sorted, 4, 0.5), 25);
    CHECK_EQ(order_quantile(sorted, 4, 0.75), 32.5);
    CHECK_EQ(order_quantile(sorted, 4, 1), 40);
    CHECK_EQ(order_quantile(sorted, 1, 0.3), 10);
}

TEST(median_is_the_middle_or_between_the_middle_two)
{
    const double sorted[] = {1, 2, 4, 9, 100};
    CHECK_EQ(order_median(sorted, 5), 4);
    CHECK_EQ(order_median(sorted, 4), 3);
    CHECK_EQ(order_median(sorted, 1), 1);
}

/* {1, 1, 2, 2, 4, 6, 9}: median 2, deviations 1 1 0 0 2 4 7, sorted 0 0 1 1 2 4 7, middle 1.
 * {1, 2, 4, 8}: median 3, deviations 2 1 1 5, sorted 1 1 2 5, middle 1.5.
 * {1, 2, 3, 10}: median 2.5, deviations 1.5 .5 .5 7.5, middle (0.5 + 1.5) / 2.
 * {0, 10}: median 5, deviations 5 5.  {0, 0, 0, 50, 60, 70}: median 25, 25 25 25 25 35 45. */
TEST(mad_matches_hand_worked_values)
{
    CHECK_EQ(order_mad((const double[]){1, 1, 2, 2, 4, 6, 9}, 7), 1);
    CHECK_EQ(order_mad((const double[]){1, 2, 4, 8}, 4), 1.5);
    CHECK_EQ(order_mad((const double[]){1, 2, 3, 10}, 4), 1);
    CHECK_EQ(order_mad((const double[]){0, 10}, 2), 5);
    CHECK_EQ(order_mad((const double[]){0, 0, 0, 50, 60, 70}, 6), 25);
    CHECK_EQ(order_mad((const double[]){3, 3, 3, 3, 99}, 5), 0);
    CHECK_EQ(order_mad((const double[]){7}, 1), 0);
}

TEST(sorted_copy_sorts_and_leaves_its_input_alone)
{
    const double values[] = {3, -1, 2, -1};
    double *sorted = NULL;
    CHECK(order_sorted_copy(values, 4, &sorted) == ASSAY_OK);
    CHECK(sorted[0] == -1 && sorted[1] == -1 && sorted[2] == 2 && sorted[3] == 3);
    CHECK(values[0] == 3 && values[3] == -1);
    free(sorted);
}

TEST(sorted_copy_refuses_nothing_null_and_nan)
{
    const double values[] = {1, (double)NAN};
    double *sorted = NULL;
    CHECK(order_sorted_copy(values, 0, &sorted) == ASSAY_ERR_TOO_FEW);
    CHECK(order_sorted_copy(NULL, 2, &sorted) == ASSAY_ERR_ARGUMENT);
    CHECK(order_sorted_copy(values, 2, NULL) == ASSAY_ERR_ARGUMENT);
    CHECK(order_sorted_copy(values, 2, &sorted) == ASSAY_ERR_ARGUMENT);
    CHECK(sorted == NULL);
}

/* ---- percentiles ---- */

/* 1, 2, ... count: the value of a sample is its rank. */
static double *ranks(size_t count)
{
    double *sorted = calloc(count, sizeof *sorted);
    CHECK(sorted != NULL);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (double)(i + 1);
    return sorted;
}

static struct percentile percentile_of_ranks(size_t count, double rank, double level)
{
    double *sorted = ranks(count);
    struct percentile percentile = order_percentile(sorted, count, rank, level);
    free(sorted);
    return percentile;
}

static void check_interval(struct interval interval, double low, double high, double level)
{
    CHECK_EQ(interval.low, low);
    CHECK_EQ(interval.high, high);
    CHECK_NEAR(interval.level, level, 1e-12);
}

/* Ten coins: P(X <= 1) = 11/1024 = 0.0107 fits into 0.025, P(X <= 2) = 56/1024 = 0.0547 does not,
 * so r = 2 and s = 9.  Of nine coins 10/512 = 0.0195 have one head or fewer, 46/512 = 0.09 two:
 * r = 2, s = 8.  Level 0.9 leaves 0.05 a tail: still r = 2 for ten; 0.89 leaves 0.055: r = 3. */
TEST(median_interval_matches_hand_worked_ranks)
{
    check_interval(percentile_of_ranks(10, 50, 0.95).interval, 2, 9, 0.95);
    check_interval(percentile_of_ranks(9, 50, 0.95).interval, 2, 8, 0.95);
    check_interval(percentile_of_ranks(10, 50, 0.90).interval, 2, 9, 0.90);
    check_interval(percentile_of_ranks(10, 50, 0.89).interval, 3, 8, 0.89);
    CHECK_EQ(percentile_of_ranks(10, 50, 0.95).value, 5.5);
}

/* binomial(20, 3/4): P(X <= 10) = 0.01386, P(X <= 11) = 0.04093 (printed table, upside down
 * 1 - 0.9861 and 1 - 0.9591 of binomial(20, 1/4)), so r = 11; P(X >= 19) = 0.75^20 + 20 * 0.25 *
 * 0.75^19 = 0.00317 + 0.02114 = 0.02431 fits, P(X >= 18) = 0.0913 does not, so s = 19. */
TEST(quartile_interval_matches_the_binomial_table)
{
    check_interval(percentile_of_ranks(20, 75, 0.95).interval, 11, 19, 0.95);
    check_interval(percentile_of_ranks(20, 25, 0.95).interval, 2, 10, 0.95);
}

/* The table in order.h: smallest n with q^n <= 0.05.  0.5^4 = 0.0625, 0.5^5 = 0.03125;
 * 0.9^28 = 0.0523, 0.9^29 = 0.0471; 0.95^58 = 0.0510, 0.95^59 = 0.0485;
 * 0.99^298 = 0.05003, 0.99^299 = 0.04953; ln 0.05 / ln 0.999 = 2994.2. */
TEST(percentile_is_sufficient_from_the_documented_count_on)
{
    const double rows[][2] = {{50, 5}, {90, 29}, {95, 59}, {99, 299}, {99.9, 2995}, {1, 299}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double rank = rows[i][0];
        size_t count = (size_t)rows[i][1];
        CHECK_EQ(order_count_min(rank, 0.95), count);
        CHECK(percentile_of_ranks(count, rank, 0.95).sufficient);
        CHECK(!percentile_of_ranks(count - 1, rank, 0.95).sufficient);
    }
}

/* 1 - 0.9375 = 0.0625 = 0.5^4 exactly, where a quotient of logs may come out just above 4. */
TEST(count_min_is_right_where_the_power_is_exact)
{
    CHECK_EQ(order_count_min(50, 0.9375), 4);
    CHECK_EQ(order_count_min(50, 0.5), 1);
    CHECK_EQ(order_count_min(75, 0.4375), 2);
}

/* Second line of the table in order.h: q^n <= 0.025.  0.5^6 = 0.0156; 0.9^35 = 0.02503,
 * 0.9^36 = 0.02253; ln 0.025 = -3.68888 by ln 0.95, 0.99, 0.999: 71.92, 367.04, 3687.04. */
TEST(percentile_interval_has_its_full_level_from_the_two_sided_count_on)
{
    const double rows[][2] = {{50, 6}, {90, 36}, {95, 72}, {99, 368}, {99.9, 3688}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t count = (size_t)rows[i][1];
        struct percentile full = percentile_of_ranks(count, rows[i][0], 0.95);
        CHECK_EQ(full.interval.level, 0.95);
        CHECK_EQ(full.interval.high, count);
        struct percentile less = percentile_of_ranks(count - 1, rows[i][0], 0.95);
        CHECK_EQ(less.interval.high, count - 1);
        CHECK(less.interval.level <= 0.95);
    }
}

/* Five coins: both ends fall off, 1 - 2/32.  One sample: both ends are the same, no interval.
 * P99 of 100 samples: binomial(100, 0.01) has more than 3 with probability 0.0184, more than 2 with
 * 0.0794, so the low rank is 97; all 100 below with 0.99^100 = 0.3660. */
TEST(percentile_interval_says_the_level_that_too_few_samples_reach)
{
    check_interval(percentile_of_ranks(5, 50, 0.95).interval, 1, 5, 0.9375);
    check_interval(percentile_of_ranks(1, 50, 0.95).interval, 1, 1, 0);
    CHECK(!percentile_of_ranks(1, 50, 0.95).sufficient);
    struct percentile p99 = percentile_of_ranks(100, 99, 0.95);
    CHECK(!p99.sufficient);
    CHECK_EQ(p99.interval.low, 97);
    CHECK_EQ(p99.interval.high, 100);
    CHECK(fabs(p99.interval.level - (1 - 0.0184 - 0.3660)) < 1e-4);
}

/* Two samples, P99: interpolation says 1.99, both ranks are 2 (P(X <= 1) = 0.0199 fits). */
TEST(percentile_interval_includes_an_interpolated_value)
{
    struct percentile p99 = percentile_of_ranks(2, 99, 0.95);
    CHECK_EQ(p99.value, 1.99);
    check_interval(p99.interval, 1.99, 2, 0);
}

TEST(percentile_interval_never_excludes_its_value_or_exceeds_its_level)
{
    for (size_t count = 1; count <= 120; count++)
        for (int rank = 1; rank < 100; rank += 7) {
            struct percentile p = percentile_of_ranks(count, rank, 0.8);
            CHECK(p.interval.low <= p.value && p.value <= p.interval.high);
            CHECK(p.interval.level >= 0 && p.interval.level <= 0.8);
        }
}

/* ---- summaries ---- */

static struct summary summary_of(const double *values, const uint32_t *launches, size_t count)
{
    struct summary summary = {0};
    CHECK(summarize(values, launches, count, &summary) == ASSAY_OK);
    return summary;
}

/* Launches 3 and 8: medians of {5, 1, 3} and {10, 40}. */
TEST(launch_medians_come_in_launch_order)
{
    const double values[] = {5, 1, 3, 10, 40};
    const uint32_t launches[] = {3, 3, 3, 8, 8};
    double *medians = NULL;
    size_t count = 0;
    CHECK(summarize_launch_medians(values, launches, 5, &medians, &count) == ASSAY_OK);
    CHECK_EQ(count, 2);
    CHECK(medians[0] == 3 && medians[1] == 25);
    CHECK(values[0] == 5 && values[1] == 1);
    free(medians);
}

/* {2, 4, 4, 4, 5, 5, 7, 9}: sum 40, mean 5, squares of deviations 9+1+1+1+0+0+4+16 = 32, so
 * sd = sqrt(32/7); median 4.5, deviations 2.5 .5 .5 .5 .5 .5 2.5 4.5, MAD 0.5.  P90 is at position
 * 7.3: 7 + 0.3 * 2.  One launch of 8: P(X <= 0) = 1/256 fits, 9/256 = 0.035 does not: 1st to 8th.
 */
TEST(summary_of_one_launch_matches_hand_worked_values)
{
    const double values[] = {9, 4, 5, 2, 4, 7, 4, 5};
    const uint32_t launches[8] = {0};
    struct summary summary = summary_of(values, launches, 8);
    CHECK_EQ(summary.sample_count, 8);
    CHECK_EQ(summary.launch_count, 1);
    CHECK_EQ(summary.mean, 5);
    CHECK_NEAR(summary.sd, sqrt(32.0 / 7), 1e-14);
    CHECK_EQ(summary.mad, 0.5);
    CHECK(summary.min == 2 && summary.max == 9 && summary.median == 4.5);
    check_interval(summary.interval, 2, 9, 0.95);
    CHECK_EQ(summary.percentiles[0].rank, 50);
    CHECK_EQ(summary.percentiles[0].value, 4.5);
    CHECK_NEAR(summary.percentiles[1].value, 7.6, 1e-14);
    CHECK(summary.percentiles[0].sufficient && !summary.percentiles[1].sufficient);
}

/* Launch medians 1, e, e^2 as logs are 0, 1, 2: mean 1, sd 1, so the interval is
 * exp(1 -+ t(0.975, 2) / sqrt(3)).  Each launch has
 * outliers that only the pooled numbers may show. */
TEST(summary_interval_is_student_t_over_logs_of_launch_medians)
{
    double e = exp(1);
    const double values[] = {1, 1, 90, e, e, 1e-3, e * e, e * e, 80};
    const uint32_t launches[] = {1, 1, 1, 2, 2, 2, 7, 7, 7};
    struct summary summary = summary_of(values, launches, 9);
    CHECK_EQ(summary.launch_count, 3);
    CHECK_EQ(summary.median, e);
    CHECK_NEAR(summary.interval.low, exp(1 - quantile_of_2(0.975) / sqrt(3)), 1e-11);
    CHECK_NEAR(summary.interval.high, exp(1 + quantile_of_2(0.975) / sqrt(3)), 1e-11);
    CHECK_EQ(summary.interval.level, 0.95);
    CHECK(summary.min == 1e-3 && summary.max == 90);
}

/* Medians -1, 0, 1: mean 0, sd 1, no logs. */
TEST(summary_interval_needs_no_positive_values)
{
    const double values[] = {0, -1, 1};
    const uint32_t launches[] = {0, 1, 2};
    struct summary summary = summary_of(values, launches, 3);
    CHECK_EQ(summary.median, 0);
    CHECK_NEAR(summary.interval.low, -quantile_of_2(0.975) / sqrt(3), 1e-11);
    CHECK_NEAR(summary.interval.high, quantile_of_2(0.975) / sqrt(3), 1e-11);
}

/* Sixty launches, 31 of 1 and 29 of 100: the logs average 2.2, far from the median 1. */
TEST(summary_interval_is_widened_to_include_the_median)
{
    double values[60];
    uint32_t launches[60];
    for (uint32_t i = 0; i < 60; i++) {
        values[i] = i < 31 ? 1 : 100;
        launches[i] = i;
    }
    struct summary summary = summary_of(values, launches, 60);
    CHECK_EQ(summary.median, 1);
    CHECK_EQ(summary.interval.low, 1);
    CHECK(summary.interval.high > 9 && summary.interval.high < 100);
}

TEST(summary_of_equal_values_has_no_spread)
{
    const double values[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    const uint32_t launches[] = {1, 1, 2, 2, 3, 3, 3};
    struct summary summary = summary_of(values, launches, 7);
    CHECK(summary.mean == 0.1 && summary.sd == 0 && summary.mad == 0);
    CHECK_NEAR(summary.interval.low, 0.1, 1e-14);
    CHECK_NEAR(summary.interval.high, 0.1, 1e-14);
}

/* A single sample: everything is that sample, nothing has an interval. */
TEST(summary_of_one_sample_has_no_interval)
{
    struct summary summary = summary_of((const double[]){3}, (const uint32_t[]){4}, 1);
    CHECK(summary.median == 3 && summary.mean == 3 && summary.min == 3 && summary.max == 3);
    CHECK(summary.sd == 0 && summary.mad == 0);
    check_interval(summary.interval, 3, 3, 0);
    for (int i = 0; i < PERCENTILE_COUNT; i++)
        CHECK(summary.percentiles[i].value == 3 && !summary.percentiles[i].sufficient);
}

/* Of one launch, four samples are too few for any bound of the median, five reach 1 - 2/32. */
TEST(summary_of_one_launch_has_an_interval_from_five_samples_on)
{
    const double values[] = {1, 2, 3, 4, 5};
    const uint32_t launches[5] = {0};
    check_interval(summary_of(values, launches, 4).interval, 2.5, 2.5, 0);
    check_interval(summary_of(values, launches, 5).interval, 1, 5, 0.9375);
}

TEST(summary_stays_finite_at_the_ends_of_the_range)
{
    const double values[] = {1e-140, 1e140};
    const uint32_t launches[] = {0, 1};
    struct summary summary = summary_of(values, launches, 2);
    CHECK(isfinite(summary.sd) && isfinite(summary.mean));
    CHECK(summary.interval.low >= 0 && isfinite(summary.interval.high));
}

TEST(summary_refuses_what_is_not_a_number_or_not_in_order)
{
    const double bad[] = {(double)NAN, HUGE_VAL, -HUGE_VAL, 2e140};
    struct summary summary = {.sample_count = 77};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        const double values[] = {1, bad[i]};
        CHECK(summarize(values, (const uint32_t[]){0, 0}, 2, &summary) == ASSAY_ERR_ARGUMENT);
    }
    const double values[] = {1, 2};
    const uint32_t launches[] = {1, 0};
    CHECK(summarize(values, launches, 2, &summary) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize(NULL, launches, 2, &summary) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize(values, NULL, 2, &summary) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize(values, launches, 1, NULL) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize(values, launches, 0, &summary) == ASSAY_ERR_TOO_FEW);
    CHECK(summarize(values, launches, SUMMARY_COUNT_MAX + 1, &summary) == ASSAY_ERR_LIMIT);
    CHECK_EQ(summary.sample_count, 77);
}

/* ---- ratios ---- */

static const uint32_t FOUR_LAUNCHES[] = {0, 1, 2, 3};

/* Logs 1, 2, 3 (mean 2, sd 1, n 3) over -1, 1 (mean 0, variance 2, n 2): difference 2, variance
 * 1/3 + 2/2 = 4/3, Satterthwaite freedom (4/3)^2 / ((1/3)^2 / 2 + 1^2 / 1) = (16/9) / (19/18)
 * = 32/19, below 2. */
TEST(ratio_is_welch_t_over_logs_of_launch_medians)
{
    const double new_ns[] = {exp(1), exp(2), exp(3)}, old_ns[] = {exp(-1), exp(1)};
    struct summary_input numerator = {new_ns, FOUR_LAUNCHES, 3};
    struct summary_input denominator = {old_ns, FOUR_LAUNCHES, 2};
    struct interval ratio = {0};
    double estimate = 0;
    CHECK(summarize_ratio(&numerator, &denominator, 0.9, &ratio, &estimate) == ASSAY_OK);
    double half = student_quantile(0.95, 32.0 / 19) * sqrt(4.0 / 3);
    CHECK_NEAR(estimate, exp(2), 1e-12);
    CHECK_NEAR(ratio.low, exp(2 - half), 1e-10);
    CHECK_NEAR(ratio.high, exp(2 + half), 1e-10);
    CHECK_EQ(ratio.level, 0.9);
}

/* Two by two with equal spread has exactly 2 degrees of freedom: logs 0, 2 and 0, 2 have variance
 * 2/2 + 2/2 = 2, so the half width is t(0.975, 2) * sqrt(2). */
TEST(ratio_of_equal_sides_is_one_with_a_known_width)
{
    const double ns[] = {1, exp(2)};
    struct summary_input side = {ns, FOUR_LAUNCHES, 2};
    struct interval ratio = {0};
    double estimate = 0;
    CHECK(summarize_ratio(&side, &side, 0.95, &ratio, &estimate) == ASSAY_OK);
    CHECK_EQ(estimate, 1);
    CHECK_NEAR(ratio.high, exp(quantile_of_2(0.975) * sqrt(2)), 1e-10);
    CHECK_NEAR(ratio.low * ratio.high, 1, 1e-12);
}

TEST(ratio_without_spread_is_a_point)
{
    const double new_ns[] = {3, 3, 3}, old_ns[] = {2, 2};
    struct summary_input numerator = {new_ns, FOUR_LAUNCHES, 3};
    struct summary_input denominator = {old_ns, FOUR_LAUNCHES, 2};
    struct interval ratio = {0};
    double estimate = 0;
    CHECK(summarize_ratio(&numerator, &denominator, 0.95, &ratio, &estimate) == ASSAY_OK);
    CHECK_NEAR(estimate, 1.5, 1e-14);
    CHECK(ratio.low == estimate && ratio.high == estimate);
}

TEST(ratio_needs_two_launches_a_side_and_positive_medians)
{
    const double good_ns[] = {1, 2}, zero_ns[] = {0, 2};
    struct summary_input good = {good_ns, FOUR_LAUNCHES, 2};
    struct summary_input single = {good_ns, (const uint32_t[]){5, 5}, 2};
    struct summary_input zero = {zero_ns, FOUR_LAUNCHES, 2};
    struct interval ratio = {.level = 77};
    double estimate = 77;
    CHECK(summarize_ratio(&single, &good, 0.95, &ratio, &estimate) == ASSAY_ERR_TOO_FEW);
    CHECK(summarize_ratio(&good, &single, 0.95, &ratio, &estimate) == ASSAY_ERR_TOO_FEW);
    CHECK(summarize_ratio(&zero, &good, 0.95, &ratio, &estimate) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize_ratio(&good, &zero, 0.95, &ratio, &estimate) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize_ratio(&good, &good, 1, &ratio, &estimate) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize_ratio(&good, &good, (double)NAN, &ratio, &estimate) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize_ratio(NULL, &good, 0.95, &ratio, &estimate) == ASSAY_ERR_ARGUMENT);
    CHECK(summarize_ratio(&good, &good, 0.95, &ratio, NULL) == ASSAY_ERR_ARGUMENT);
    CHECK(ratio.level == 77 && estimate == 77);
}

/* ---- coverage: how often an interval includes the truth, on made data with a fixed seed ---- */

/* splitmix64 (S. Vigna, public domain), as a number in (0, 1). */
static double uniform(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

/* Box & Muller 1958. */
static double normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(uniform(state)));
    return radius * cos(2 * PI * uniform(state));
}

enum { SIMULATIONS = 2000, LAUNCHES = 5, PER_LAUNCH = 6, SAMPLES = LAUNCHES * PER_LAUNCH };

/* Logs of run times: `center`, plus one shift a launch of sd 0.05, plus noise of sd 0.02. */
static void make_launches(uint64_t *state, double center, double *values, uint32_t *launches)
{
    double shift = 0;
    for (uint32_t i = 0; i < SAMPLES; i++) {
        launches[i] = i / PER_LAUNCH;
        if (i % PER_LAUNCH == 0)
            shift = 0.05 * normal(state);
        values[i] = exp(center + shift + 0.02 * normal(state));
    }
}

/* The standard error of 2000 simulations is sqrt(0.95 * 0.05 / 2000) = 0.0049, so the bounds
 * [0.93, 0.97] are four of them away. */
static void check_coverage(int covered)
{
    double coverage = (double)covered / SIMULATIONS;
    if (!(coverage >= 0.93 && coverage <= 0.97))
        test_fail(__FILE__, __LINE__, "coverage is %g, want 0.93 to 0.97", coverage);
}

TEST(launch_interval_covers_the_truth_as_often_as_it_says)
{
    uint64_t state = 1;
    int covered = 0;
    for (int i = 0; i < SIMULATIONS; i++) {
        double values[SAMPLES];
        uint32_t launches[SAMPLES];
        make_launches(&state, 3, values, launches);
        struct interval interval = summary_of(values, launches, SAMPLES).interval;
        covered += interval.low <= exp(3) && exp(3) <= interval.high;
    }
    check_coverage(covered);
}

/* Plain normal values, one a launch, no logs in the making. */
TEST(launch_interval_covers_the_mean_of_normal_values)
{
    uint64_t state = 2;
    int covered = 0;
    for (int i = 0; i < SIMULATIONS; i++) {
        double values[LAUNCHES];
        const uint32_t launches[LAUNCHES] = {1, 2, 3, 4, 5};
        for (int k = 0; k < LAUNCHES; k++)
            values[k] = 100 + normal(&state);
        struct interval interval = summary_of(values, launches, LAUNCHES).interval;
        covered += interval.low <= 100 && 100 <= interval.high;
    }
    check_coverage(covered);
}

TEST(ratio_interval_covers_the_truth_as_often_as_it_says)
{
    uint64_t state = 3;
    int covered = 0;
    for (int i = 0; i < SIMULATIONS; i++) {
        double new_ns[SAMPLES], old_ns[SAMPLES];
        uint32_t launches[SAMPLES];
        make_launches(&state, 2.1, new_ns, launches);
        make_launches(&state, 2, old_ns, launches);
        struct summary_input numerator = {new_ns, launches, SAMPLES};
        struct summary_input denominator = {old_ns, launches, SAMPLES};
        struct interval ratio = {0};
        double estimate = 0;
        CHECK(summarize_ratio(&numerator, &denominator, 0.95, &ratio, &estimate) == ASSAY_OK);
        covered += ratio.low <= exp(0.1) && exp(0.1) <= ratio.high;
    }
    check_coverage(covered);
}

/* 400 uniform samples: the interval of P99 misses on either side with 0.025 or less each. */
TEST(percentile_interval_covers_the_truth_at_least_as_often_as_it_says)
{
    uint64_t state = 4;
    int covered = 0;
    for (int i = 0; i < SIMULATIONS; i++) {
        double values[400];
        for (int k = 0; k < 400; k++)
            values[k] = uniform(&state);
        order_sort(values, 400);
        struct interval interval = order_percentile(values, 400, 99, 0.95).interval;
        covered += interval.low <= 0.99 && 0.99 <= interval.high;
    }
    CHECK(covered >= 0.94 * SIMULATIONS);
}

TEST_MAIN
