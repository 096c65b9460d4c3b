/* src/stats/sequence against values worked by hand, against what defines it (an e-value of mean 1,
 * an interval that is its inverse), and against what it is for: looking as often as one likes.
 *
 * Throughout c^2 = 1/4 (SEQUENCE_PRECISION), so with s^2 the variance divided by n and d the
 * squared distance of the mean, E = sqrt(1 / (4n + 1)) ((n + 1/4)(s^2 + d) / ((n + 1/4) s^2 +
 * d/4))^(n/2). */
#include "harness.h"
#include "stats/sequence.h"
#include "stats/special.h"
#include "stats/summary.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct interval interval_of(const double *values, size_t count, double level)
{
    struct interval interval = {0};
    CHECK_EQ(sequence_interval(values, count, level, &interval), ASSAY_OK);
    CHECK_EQ(interval.level, level);
    return interval;
}

/* splitmix64 (Steele, Lea & Flood 2014) and Box-Muller. */
static uint64_t random_state;

static double random_unit(void)
{
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static double random_normal(void)
{
    double radius = sqrt(-2 * log(random_unit()));
    return radius * cos(6.283185307179586 * random_unit());
}

/* ---- the e-value ---- */

/* Of 1 and 3 against 0: s^2 = 1, d = 4, E = 1/3 (2.25 * 5) / (2.25 + 1) = 1/3 * 45/13 = 15/13. */
TEST(the_e_value_of_two_observations_matches_the_hand_worked_one)
{
    const double values[] = {1, 3};
    CHECK_NEAR(exp(sequence_log_e(values, 2, 0)), 15.0 / 13, 1e-14);
    CHECK_NEAR(exp(sequence_log_e(values, 2, 4)), 15.0 / 13, 1e-14);
    CHECK_NEAR(exp(sequence_log_e(values, 2, 2)), 1.0 / 3, 1e-14);
}

/* Of 1 .. 5 against 0: s^2 = 2, d = 9, E = sqrt(1/21) (5.25 * 11 / (10.5 + 2.25))^(5/2), and the
 * quotient is 57.75 / 12.75 = 77/17. */
TEST(the_e_value_of_five_observations_matches_the_hand_worked_one)
{
    const double values[] = {1, 2, 3, 4, 5};
    CHECK_NEAR(sequence_log_e(values, 5, 0), 2.5 * log(77.0 / 17) - 0.5 * log(21), 1e-14);
    CHECK_NEAR(sequence_log_e(values, 5, 3), -0.5 * log(21), 1e-14);
}

TEST(fewer_than_two_observations_are_no_evidence)
{
    const double value = 7;
    CHECK_EQ(sequence_log_e(&value, 1, 0), 0);
    CHECK_EQ(sequence_log_e(&value, 1, 7), 0);
    CHECK_EQ(sequence_log_e(NULL, 0, 0), 0);
}

/* Equal values: against another mean the quotient is (n + c^2) / c^2 = 4n + 1, so of three of them
 * E = 13^(-1/2) 13^(3/2) = 13. */
TEST(equal_observations_are_bounded_evidence_against_any_other_mean)
{
    const double values[] = {0.1, 0.1, 0.1};
    CHECK_NEAR(exp(sequence_log_e(values, 3, 0.2)), 13, 1e-12);
    CHECK_NEAR(exp(sequence_log_e(values, 3, 1e9)), 13, 1e-12);
    CHECK_NEAR(exp(sequence_log_e(values, 3, 0.1)), 1 / sqrt(13), 1e-12);
}

/* Unit and origin do not matter: evidence is about the effect in units of the unknown sd. */
TEST(evidence_does_not_depend_on_unit_and_origin)
{
    const double values[] = {0.3, -1.1, 2.4, 0.9, -0.2, 1.6};
    double scaled[COUNT_OF(values)];
    for (size_t i = 0; i < COUNT_OF(values); i++)
        scaled[i] = 100 - 1e-3 * values[i];
    CHECK_NEAR(sequence_log_e(scaled, COUNT_OF(values), 100), sequence_log_e(values, 6, 0), 1e-9);
}

/* With t = sqrt(n - 1) x / s of n - 1 degrees of freedom, the mean of E over the distribution of t
 * is 1: that is what makes 1/alpha a bound.  E is at most (4n + 1)^((n - 1) / 2), so the midpoint
 * rule over the probabilities converges. */
TEST(the_e_value_has_mean_1_when_the_mean_is_right)
{
    for (size_t n = 2; n <= 4; n++) {
        enum { POINTS = 4000 };
        double sum = 0;
        for (int i = 0; i < POINTS; i++) {
            double t = student_quantile((i + 0.5) / POINTS, (double)(n - 1));
            double values[4], spread = sqrt((double)n / 2); /* variance 1: two differ, others not */
            for (size_t k = 0; k < n; k++)
                values[k] = t / sqrt((double)(n - 1));
            values[0] += spread;
            values[1] -= spread;
            sum += exp(sequence_log_e(values, n, 0));
        }
        CHECK_NEAR(sum / POINTS, 1, 5e-3);
    }
}

/* ---- the interval ---- */

/* Of 1 and 3 at level 1/2: K = sqrt(2.25 / (1/4 * 1/4)) = 6, half^2 = 5 * 2.25 / (2.25 - 1.5) = 15.
 */
TEST(the_interval_of_two_observations_matches_the_hand_worked_one)
{
    const double values[] = {1, 3};
    struct interval interval = interval_of(values, 2, 0.5);
    CHECK_NEAR(interval.low, 2 - sqrt(15), 1e-13);
    CHECK_NEAR(interval.high, 2 + sqrt(15), 1e-13);
}

/* Of 1 .. 5 with alpha^2 = 21/32: K = (5.25 / (21/32 / 4))^(1/5) = 32^(1/5) = 2 and half^2 =
 * 1 * 5.25 * 2 / (5.25 - 0.5) = 42/19.  At level 0.99 K = 210000^(1/5). */
TEST(the_interval_of_five_observations_matches_the_hand_worked_one)
{
    const double values[] = {5, 1, 4, 2, 3};
    struct interval interval = interval_of(values, 5, 1 - sqrt(21.0 / 32));
    CHECK_NEAR(interval.low, 3 - sqrt(42.0 / 19), 1e-13);
    CHECK_NEAR(interval.high, 3 + sqrt(42.0 / 19), 1e-13);
    double k = pow(210000, 0.2);
    interval = interval_of(values, 5, 0.99);
    CHECK_NEAR(interval.high - 3, sqrt((k - 1) * 10.5 / (5.25 - k / 4)), 1e-12);
}

/* It has ends as soon as (4n + 1)^(n - 1), the greatest E squared, is above 1/alpha^2.  At 0.99,
 * 10^4: 17^3 = 4913 is not, 21^4 is.  At 0.95, 400: 13^2 = 169 is not, 17^3 is. */
TEST(the_interval_is_infinite_while_the_observations_are_too_few)
{
    const double values[] = {1, 2, 3, 4, 5};
    for (size_t n = 2; n <= 4; n++) {
        struct interval interval = interval_of(values, n, 0.99);
        CHECK(interval.low == -HUGE_VAL && interval.high == HUGE_VAL);
    }
    CHECK(isfinite(interval_of(values, 5, 0.99).high));
    CHECK(isinf(interval_of(values, 3, 0.95).high));
    CHECK(isfinite(interval_of(values, 4, 0.95).high));
}

/* Three times 0.1 is not 0.3 in binary, and yet there is no scatter. */
TEST(equal_observations_have_an_interval_of_no_width)
{
    double values[64];
    const double sizes[] = {0.1, -1.0 / 3, 1e-300, 1e100, 0};
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        for (size_t i = 0; i < 64; i++)
            values[i] = sizes[s];
        for (size_t n = 5; n <= 64; n++) {
            struct interval interval = interval_of(values, n, 0.99);
            CHECK(interval.low == sizes[s] && interval.high == sizes[s]);
        }
        CHECK(isinf(interval_of(values, 4, 0.99).high)); /* which could be chance */
    }
}

static void check_duality(const double *values, size_t count, double level)
{
    struct interval interval = interval_of(values, count, level);
    double threshold = -log(1 - level);
    if (isinf(interval.high)) {
        CHECK(sequence_log_e(values, count, 1e12) < threshold);
        return;
    }
    double middle = (interval.low + interval.high) / 2, half = interval.high - middle;
    CHECK(fabs(sequence_log_e(values, count, interval.low) - threshold) < 1e-9);
    CHECK(fabs(sequence_log_e(values, count, interval.high) - threshold) < 1e-9);
    for (int i = -30; i <= 30; i++) {
        double log_e = sequence_log_e(values, count, middle + half * i / 10.0);
        CHECK(i > -10 && i < 10 ? log_e < threshold : log_e >= threshold - 1e-9);
    }
}

TEST(the_interval_is_the_set_of_means_that_are_not_rejected)
{
    const double levels[] = {0.5, 0.8, 0.95, 0.99, 0.9999};
    double values[64];
    random_state = 1;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < 64; i++)
            values[i] = 0.02 + 0.01 * random_normal();
        for (size_t n = 2; n <= 64; n++)
            check_duality(values, n, levels[round % 5]);
    }
}

TEST(a_higher_level_makes_a_wider_interval)
{
    const double values[] = {0.3, -1.1, 2.4, 0.9, -0.2, 1.6, 0.1, 0.4};
    double before = 0;
    for (int percent = 50; percent < 100; percent++) {
        double high = interval_of(values, 8, percent / 100.0).high;
        CHECK(high > before);
        before = high;
    }
}

TEST(bad_arguments_are_refused_and_nothing_is_written)
{
    const double nan = (double)NAN;
    double values[] = {1, 2, 3};
    struct interval interval = {7, 8, 9};
    CHECK_EQ(sequence_interval(NULL, 3, 0.99, &interval), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(sequence_interval(values, 3, 0.99, NULL), ASSAY_ERR_ARGUMENT);
    const double levels[] = {0, 1, -0.5, 1.5, nan};
    for (size_t i = 0; i < COUNT_OF(levels); i++)
        CHECK_EQ(sequence_interval(values, 3, levels[i], &interval), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(sequence_interval(values, 1, 0.99, &interval), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(sequence_interval(values, 0, 0.99, &interval), ASSAY_ERR_TOO_FEW);
    const double bad[] = {nan, HUGE_VAL, -HUGE_VAL, 1.1 * SUMMARY_VALUE_MAX};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        values[1] = bad[i];
        CHECK_EQ(sequence_interval(values, 3, 0.99, &interval), ASSAY_ERR_ARGUMENT);
    }
    CHECK(interval.low == 7 && interval.high == 8 && interval.level == 9);
}

/* ---- looking at every count ---- */

/* How many of `rounds` series of 64 normal observations have an interval, at any count from 2 on,
 * that misses their mean: by the sequence, and by Student's t at each count. */
static void count_misses(int rounds, int *ret_sequence, int *ret_student)
{
    double quantile[65], values[64];
    for (int n = 2; n <= 64; n++)
        quantile[n] = student_quantile(0.995, n - 1);
    for (int round = 0; round < rounds; round++) {
        bool missed = false, student_missed = false;
        double sum = 0, squares = 0;
        for (int n = 1; n <= 64; n++) {
            double x = random_normal();
            values[n - 1] = 5 + 0.01 * x;
            sum += x;
            squares += x * x;
            if (n < 2)
                continue;
            struct interval interval = interval_of(values, (size_t)n, 0.99);
            missed = missed || interval.low > 5 || interval.high < 5;
            double sd = sqrt((squares - sum * sum / n) / (n - 1));
            student_missed = student_missed || fabs(sum / n) > quantile[n] * sd / sqrt(n);
        }
        *ret_sequence += missed;
        *ret_student += student_missed;
    }
}

/* 4000 series; at most 40 may miss.  A t interval of the same level, looked at 63 times, misses in
 * several hundred. */
TEST(peeking_at_every_count_misses_the_mean_in_one_series_of_a_hundred_at_most)
{
    int sequence = 0, student = 0;
    random_state = 20231;
    count_misses(4000, &sequence, &student);
    printf("# of 4000: sequence %d, t at each look %d\n", sequence, student);
    CHECK(sequence > 0 && sequence <= 40);
    CHECK(student > 200);
}

/* ---- e-BH ---- */

static void check_discoveries(const double e[4], const char *want)
{
    double log_e[4];
    bool found[4] = {true, true, false, false};
    char got[5] = "";
    for (int i = 0; i < 4; i++)
        log_e[i] = log(e[i]);
    CHECK_EQ(sequence_discoveries(log_e, 4, 0.05, found), ASSAY_OK);
    for (int i = 0; i < 4; i++)
        got[i] = found[i] ? '*' : '.';
    CHECK_STR(got, want);
}

/* Four rows at 5 %: the k-th largest e-value must reach 4 / (0.05 k): 80, 40, 26.67, 20. */
TEST(discoveries_match_hand_worked_examples)
{
    check_discoveries((const double[]){100, 41, 10, 5}, "**..");
    check_discoveries((const double[]){5, 41, 10, 100}, ".*.*");
    check_discoveries((const double[]){79, 39, 26, 19}, "....");
    check_discoveries((const double[]){81, 39, 26, 19}, "*...");
    check_discoveries((const double[]){0.1, 1, 0, 3}, "....");
}

/* None of three times 30 reaches 80 or 40, but the third reaches 26.67 and takes the others along.
 */
TEST(a_later_rank_takes_the_earlier_ones_along)
{
    check_discoveries((const double[]){30, 1, 30, 30}, "*.**");
    check_discoveries((const double[]){20.1, 20.1, 20.1, 20.1}, "****");
    check_discoveries((const double[]){19.9, 19.9, 19.9, 19.9}, "....");
    check_discoveries((const double[]){1e300, 19.9, 25, 22}, "*...");
    check_discoveries((const double[]){1e300, 20.1, 25, 22}, "****");
}

TEST(equal_e_values_are_found_together_or_not_at_all)
{
    check_discoveries((const double[]){45, 45, 3, 3}, "**..");
    check_discoveries((const double[]){3, 39, 39, 3}, "....");
    check_discoveries((const double[]){HUGE_VAL, HUGE_VAL, 1, 1}, "**..");
}

TEST(no_rows_have_no_discoveries)
{
    bool found = true;
    const double log_e = 100;
    CHECK_EQ(sequence_discoveries(&log_e, 0, 0.05, &found), ASSAY_OK);
    CHECK(found);
    CHECK_EQ(sequence_discoveries(&log_e, 1, 0.05, &found), ASSAY_OK);
    CHECK(found);
}

/* ---- trimmed mean ---- */

/* A quarter of five is one value at each end, of eight two, of three none. */
TEST(the_trimmed_mean_matches_hand_worked_values)
{
    CHECK_EQ(sequence_trimmed_mean((const double[]){1, 2, 3, 4, 100}, 5, 0.25), 3);
    CHECK_EQ(sequence_trimmed_mean((const double[]){-900, -3, 1, 2, 3, 6, 7, 800}, 8, 0.25), 3);
    CHECK_EQ(sequence_trimmed_mean((const double[]){1, 2, 6}, 3, 0.25), 3);
    CHECK_EQ(sequence_trimmed_mean((const double[]){1, 2, 3, 10}, 4, 0), 4);
    CHECK_EQ(sequence_trimmed_mean((const double[]){1, 2, 4, 10}, 4, 0.49), 3);
    CHECK_EQ(sequence_trimmed_mean((const double[]){7}, 1, 0.49), 7);
}

TEST_MAIN
