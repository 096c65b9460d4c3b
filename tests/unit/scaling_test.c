/* Laws of growth: on made-up timings the fit picks the truth and its intervals hold it. */
#include <stdint.h>

#include "compare/scaling.h"
#include "harness.h"
#include "report/statistics/statistics.h"
#include "stats/bootstrap/random.h"
#include "stats/scaling/growth.h"
#include "stats/scaling/mixture.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static double growth(enum scaling_law law, double n)
{
    switch ((int)law) {
    case LAW_CONSTANT:
        return 1;
    case LAW_LOG:
        return log2(n);
    case LAW_LINEAR:
        return n;
    case LAW_LINEARITHMIC:
        return n * log2(n);
    case LAW_QUADRATIC:
        return n * n;
    default:
        return n * n * n;
    }
}

/* c g(n) + c0 with normal errors of `noise`, at 16, 64 ... */
static struct scaling_fits fits_of(enum scaling_law law, double constant, double noise,
                                   uint64_t seed, size_t count)
{
    double sizes[16], values[16], n = 16;
    struct random random = {seed};
    struct scaling_fits fits;
    for (size_t i = 0; i < count; i++, n *= 4) {
        sizes[i] = n;
        values[i] = (3.5 * growth(law, n) + constant) * exp(noise * random_normal(&random));
    }
    CHECK(growth_fit(sizes, values, count, 0.95, &fits) == ASSAY_OK);
    return fits;
}

TEST(exact_timings_give_back_their_law_and_coefficient)
{
    for (int law = LAW_CONSTANT; law <= LAW_CUBIC; law++) {
        struct scaling_fits fits = fits_of((enum scaling_law)law, 0, 0, 1, 6);
        CHECK_STR(SCALING_LAWS[fits.items[0].law].name, SCALING_LAWS[law].name);
        CHECK(fits.decided);
        CHECK_NEAR(fits.items[0].estimates[0].value, 3.5, 1e-6);
        CHECK_EQ(fits.items[0].estimate_count, 1);
        CHECK(fits.items[0].rms < 1e-9);
        CHECK_EQ(fits.count, 7);
        for (size_t i = 2; i < fits.count; i++)
            CHECK(fits.items[i].aicc >= fits.items[i - 1].aicc);
    }
}

/* 3.5 ns n + 500 ns: a free exponent would say n^0.8 or so. */
TEST(a_constant_cost_does_not_bend_the_law)
{
    struct scaling_fits fits = fits_of(LAW_LINEAR, 500, 0, 1, 7);
    CHECK_EQ(fits.items[0].law, LAW_LINEAR);
    CHECK_EQ(fits.items[0].estimate_count, 2);
    CHECK_NEAR(fits.items[0].estimates[0].value, 3.5, 1e-5);
    CHECK_NEAR(fits.items[0].estimates[1].value, 500, 1e-4);
    CHECK(scaling_find(&fits, LAW_POWER)->estimates[0].value < 0.9);
    CHECK(scaling_find(&fits, LAW_AMDAHL) == NULL);
}

/* 200 sweeps of seven points with 3 % of noise for each law: at most one in twenty goes wrong, and
 * the intervals at 95 % hold the coefficient in nine of ten. */
TEST(noisy_timings_pick_the_truth)
{
    for (int law = LAW_CONSTANT; law <= LAW_CUBIC; law++) {
        int right = 0, wrong = 0, held = 0, plain = 0;
        for (uint64_t seed = 0; seed < 200; seed++) {
            struct scaling_fits fits = fits_of((enum scaling_law)law, 0, 0.03, 1000 + seed, 7);
            const struct scaling_estimate *c = &fits.items[0].estimates[0];
            bool is_right = fits.items[0].law == (enum scaling_law)law;
            right += is_right;
            wrong += !is_right && fits.decided;
            plain += is_right && fits.items[0].estimate_count == 1;
            held +=
                is_right && fits.items[0].estimate_count == 1 && c->low <= 3.5 && c->high >= 3.5;
        }
        CHECK(right >= 180);
        CHECK(wrong <= 10);
        CHECK(held >= plain * 0.9);
    }
}

/* Over 1000 .. 1300 the logarithm moves by 4 %: nothing tells n from n log n under 5 % of noise. */
TEST(laws_that_cannot_be_told_apart_are_undecided)
{
    const double sizes[] = {1000, 1100, 1200, 1300};
    const double values[] = {1030, 1060, 1260, 1300};
    struct scaling_fits fits;
    CHECK(growth_fit(sizes, values, 4, 0.95, &fits) == ASSAY_OK);
    CHECK(!fits.decided);
}

/* n^1.5 is no class; the line through the logs has the exponent. */
TEST(a_free_exponent_wins_where_no_class_fits)
{
    double sizes[8], values[8];
    struct scaling_fits fits;
    struct random random = {9};
    for (int i = 0; i < 8; i++) {
        sizes[i] = 10 << i;
        values[i] = 2 * pow(sizes[i], 1.5) * exp(0.01 * random_normal(&random));
    }
    CHECK(growth_fit(sizes, values, 8, 0.95, &fits) == ASSAY_OK);
    CHECK_EQ(fits.items[0].law, LAW_POWER);
    CHECK(fits.decided);
    const struct scaling_estimate *exponent = &fits.items[0].estimates[0];
    CHECK(exponent->low <= 1.5 && exponent->high >= 1.5);
    CHECK(exponent->high - exponent->low < 0.05);
}

/* log2 1 is 0, so O(log n) needs a constant there, and with four points has none. */
TEST(a_sweep_that_starts_at_one_is_fitted)
{
    const double sizes[] = {1, 10, 100, 1000}, values[] = {2.1, 19.9, 205, 1990};
    struct scaling_fits fits;
    CHECK(growth_fit(sizes, values, 4, 0.95, &fits) == ASSAY_OK);
    CHECK_EQ(fits.items[0].law, LAW_LINEAR);
    CHECK(scaling_find(&fits, LAW_LOG) == NULL);
    CHECK(isinf(scaling_find(&fits, LAW_POWER)->aicc));
}

/* ---- threads ---- */

static struct scaling_fits threads_of(double serial, double coherence, double noise, size_t count)
{
    static const double THREADS[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
    double values[COUNT_OF(THREADS)];
    struct random random = {13};
    struct scaling_fits fits;
    for (size_t i = 0; i < count; i++) {
        double p = THREADS[i];
        values[i] = 1e6 * (1 + serial * (p - 1) + coherence * p * (p - 1)) / p *
                    exp(noise * random_normal(&random));
    }
    CHECK(threads_fit(THREADS, values, count, 0.95, &fits) == ASSAY_OK);
    return fits;
}

TEST(amdahls_serial_share_is_recovered)
{
    struct scaling_fits fits = threads_of(0.06, 0, 0.01, 8);
    const struct scaling_fit *amdahl = &fits.items[0];
    CHECK_EQ(amdahl->law, LAW_AMDAHL);
    CHECK(fits.decided);
    CHECK(amdahl->estimates[1].low <= 0.06 && amdahl->estimates[1].high >= 0.06);
    CHECK(amdahl->estimates[1].high - amdahl->estimates[1].low < 0.02);
    CHECK_NEAR(amdahl->estimates[0].value, 1e6, 0.03);
}

TEST(the_universal_law_is_recovered_and_chosen_where_threads_get_in_their_way)
{
    struct scaling_fits fits = threads_of(0.05, 0.01, 0, 8);
    CHECK_EQ(fits.items[0].law, LAW_UNIVERSAL);
    CHECK(fits.decided);
    CHECK_NEAR(fits.items[0].estimates[1].value, 0.05, 1e-3);
    CHECK_NEAR(fits.items[0].estimates[2].value, 0.01, 1e-3);
    fits = threads_of(0.05, 0.01, 0.01, 10);
    CHECK_EQ(fits.items[0].law, LAW_UNIVERSAL);
    CHECK(fits.items[0].estimates[2].low <= 0.01 && fits.items[0].estimates[2].high >= 0.01);
}

/* 1000, 512, 267 and 142 ms with 1, 2, 4 and 8 threads: point by point (p T(p)/T(1) - 1)/(p - 1) is
 * 0.024, 0.0227 and 0.0194. */
TEST(four_points_give_amdahls_share_but_no_decision)
{
    const double threads[] = {1, 2, 4, 8}, values[] = {1000, 512, 267, 142};
    struct scaling_fits fits;
    CHECK(threads_fit(threads, values, 4, 0.95, &fits) == ASSAY_OK);
    CHECK_EQ(fits.count, 1);
    CHECK(!fits.decided);
    CHECK(fits.items[0].estimates[1].value > 0.0190 && fits.items[0].estimates[1].value < 0.0240);
}

/* Twice the threads, half the time: nothing is serial, and the interval says how little. */
TEST(perfect_scaling_has_a_serial_share_of_zero)
{
    struct scaling_fits fits = threads_of(0, 0, 0.01, 8);
    CHECK_EQ(fits.items[0].law, LAW_AMDAHL);
    CHECK_EQ(fits.items[0].estimates[1].low, 0);
    CHECK(fits.items[0].estimates[1].value < 0.005);
    CHECK(fits.items[0].estimates[1].high < 0.02);
}

/* ---- bad input ---- */

TEST(fits_refuse_what_is_no_sweep_and_write_nothing)
{
    const double sizes[] = {1, 2, 3, 4}, values[] = {1, 2, 3, 4};
    const double falling[] = {1, 2, 2, 4}, negative[] = {1, -2, 3, 4}, none[] = {0, 1, 2, 3};
    const double not_numbers[] = {1, (double)NAN, 3, 4}, endless[] = {1, 2, 3, HUGE_VAL};
    struct scaling_fits fits = {.count = 77};
    CHECK(growth_fit(NULL, values, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(sizes, NULL, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(sizes, values, 4, 0.95, NULL) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(sizes, values, 4, 1, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(sizes, values, 3, 0.95, &fits) == ASSAY_ERR_TOO_FEW);
    CHECK(growth_fit(sizes, values, MIXTURE_POINTS_MAX + 1, 0.95, &fits) == ASSAY_ERR_LIMIT);
    CHECK(growth_fit(falling, values, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(none, values, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(sizes, negative, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(sizes, not_numbers, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(growth_fit(sizes, endless, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(threads_fit(sizes, not_numbers, 4, 0.95, &fits) == ASSAY_ERR_ARGUMENT);
    CHECK(threads_fit((const double[]){0.5, 2, 3, 4}, values, 4, 0.95, &fits) ==
          ASSAY_ERR_ARGUMENT);
    CHECK_EQ(fits.count, 77);
}

/* Equal terms cannot be told apart; a point that has none of them cannot be explained. */
TEST(mixtures_without_an_answer_say_so)
{
    const double twins[][MIXTURE_TERMS_MAX] = {{1, 2}, {2, 4}, {3, 6}, {4, 8}};
    const double absent[][MIXTURE_TERMS_MAX] = {{1, 1}, {0, 0}, {2, 1}, {3, 1}};
    const double values[] = {1, 2, 3, 4};
    struct mixture mixture;
    CHECK(!mixture_fit(&(struct mixture_input){twins, values, 4, 2}, &mixture));
    CHECK(!mixture_fit(&(struct mixture_input){absent, values, 4, 2}, &mixture));
    CHECK(!mixture_fit(&(struct mixture_input){twins, values, 1, 2}, &mixture));
}

/* Values from 1e-130 to 1e130 and sizes up to 1e90 go through without an overflow. */
TEST(huge_and_tiny_sweeps_are_fitted)
{
    double sizes[8], values[8];
    struct scaling_fits fits;
    for (int i = 0; i < 8; i++) {
        sizes[i] = pow(10, i * 4);
        values[i] = 1e-130 * sizes[i] * sizes[i];
    }
    CHECK(growth_fit(sizes, values, 8, 0.95, &fits) == ASSAY_OK);
    CHECK_EQ(fits.items[0].law, LAW_QUADRATIC);
    CHECK(fits.decided);
}

/* ---- sweeps of a run ---- */

static struct measurement *add_measured(struct result *result, enum metric_id metric, double value)
{
    struct measurement *measurement = result_add_measurement(result, &METRICS[metric]);
    CHECK(measurement != NULL);
    measurement->summary = (struct summary){.sample_count = 10,
                                            .launch_count = 5,
                                            .median = value,
                                            .interval = {value * 0.99, value * 1.01, 0.95}};
    return measurement;
}

static struct result *add_result(struct run *run, const char *params, double ns)
{
    struct result *result = vec_add(&run->results);
    CHECK(result != NULL);
    *result =
        (struct result){.benchmark = {.id = "", .suite = "s", .name = "work", .params = params},
                        .reason = "",
                        .warning = ""};
    add_measured(result, METRIC_TIME, ns);
    return result;
}

static void check_text(const struct run *run, const char *want)
{
    BUF_AUTO text;
    buf_init(&text, 1 << 16);
    report_scaling_text(run, &text);
    CHECK_STR(text.text, want);
}

TEST(results_that_differ_in_one_number_are_a_sweep)
{
    struct run run = {0};
    add_result(&run, "kind=b,n=1000", 3000);
    add_result(&run, "kind=b,n=10", 30);
    add_result(&run, "kind=b,n=100", 300);
    add_result(&run, "kind=b,n=1e4", 30000);
    add_result(&run, "kind=a,n=10", 30);
    add_result(&run, "kind=a,n=100", 30);
    add_result(&run, "kind=a,n=1000", 30);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 1);
    const struct scaling *scaling = &run.scalings.items[0];
    CHECK_STR(scaling->benchmark, "s/work:kind=b");
    CHECK_STR(scaling->parameter, "n");
    CHECK_EQ(scaling->point_count, 4);
    CHECK_EQ(scaling->points[3].at, 1e4);
    CHECK_EQ(scaling->points[0].value, 30);
    CHECK(isnan(scaling->points[0].speedup));
    check_text(&run,
               "\nscaling:\n  s/work:kind=b over n: O(n), 3.000 ns per n (3.000 ns .. 3.000 ns)\n");
    CHECK(scaling_judge(&run) == ASSAY_OK); /* again: nothing is there twice */
    CHECK_EQ(run.scalings.count, 1);
    run_release(&run);
}

/* Each row and each column of a grid of sizes, words aside; what failed is no point. */
TEST(a_grid_has_a_sweep_for_each_row_and_column)
{
    static const char *const PARAMS[] = {"m=1,n=1", "m=1,n=2", "m=1,n=4", "m=1,n=8", "m=2,n=1",
                                         "m=3,n=1", "m=4,n=1", "m=4,n=8", "m=9,n=1"};
    struct run run = {0};
    for (size_t i = 0; i < COUNT_OF(PARAMS); i++)
        add_result(&run, PARAMS[i], 100 + (double)i);
    run.results.items[8].outcome = OUTCOME_FAILED;
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 2);
    CHECK_STR(run.scalings.items[0].benchmark, "s/work:n=1");
    CHECK_STR(run.scalings.items[0].parameter, "m");
    CHECK_EQ(run.scalings.items[0].point_count, 4);
    CHECK_STR(run.scalings.items[1].benchmark, "s/work:m=1");
    run_release(&run);
}

TEST(three_points_words_and_impossible_values_are_no_sweep)
{
    struct run run = {0};
    add_result(&run, "n=1", 1);
    add_result(&run, "n=2", 2);
    add_result(&run, "n=3", 3);
    add_result(&run, "n=4k", 4);
    add_result(&run, "n=-5", 5);
    add_result(&run, "n=0", 6);
    add_result(&run, "", 7);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 0);
    add_result(&run, "n=4", 0); /* a time of nothing cannot be fitted */
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 0);
    run_release(&run);
}

/* 1000, 500, 250, 125 ms of the same work, and a rate that says the same more exactly. */
TEST(threads_have_speedups_and_a_rate_goes_before_the_time)
{
    static const char *const PARAMS[] = {"threads=1", "threads=2", "threads=4", "threads=8"};
    struct run run = {0};
    for (size_t i = 0; i < 4; i++)
        add_result(&run, PARAMS[i], 1e9 / (double)(1 << i));
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 1);
    CHECK(run.scalings.items[0].is_threads);
    CHECK_NEAR(run.scalings.items[0].points[3].speedup, 8, 1e-12);
    CHECK_NEAR(run.scalings.items[0].points[3].efficiency, 1, 1e-12);
    static const double RATES[] = {100, 100 / 0.53, 100 / 0.295, 100 / 0.1775}; /* s = 0.06 */
    for (size_t i = 0; i < 4; i++)
        add_measured(&run.results.items[i], METRIC_ITEMS, RATES[i]);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 1);
    CHECK_NEAR(run.scalings.items[0].points[0].value, 1e7, 1e-12);
    CHECK_NEAR(run.scalings.items[0].points[3].efficiency, 1 / 0.1775 / 8, 1e-12);
    check_text(&run, "\nscaling:\n  s/work over threads: Amdahl, parallel 94 % (94 .. 94), "
                     "at most 16.7x\n");
    run_release(&run);
}

/* 64 B an element over 1 MiB: the constant is told apart; a peak that stays is not told of. */
TEST(memory_is_fitted_and_told_of_where_it_grows)
{
    static const char *const PARAMS[] = {"n=1000", "n=10000", "n=100000", "n=1000000",
                                         "n=10000000"};
    struct run run = {0};
    for (size_t i = 0; i < 5; i++)
        add_measured(add_result(&run, PARAMS[i], 5), METRIC_RSS,
                     64 * pow(10, 3 + (double)i) + 1048576);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 2);
    check_text(&run, "\nscaling:\n  s/work over n: O(1), 5.000 ns (5.000 ns .. 5.000 ns)\n"
                     "  s/work over n, rss_bytes_peak: O(n), 64.0 B per n (64.0 B .. 64.0 B) plus "
                     "1.00 MiB\n");
    for (size_t i = 0; i < 5; i++)
        run.results.items[i].measurements.items[1].summary.median = 4e6 + (double)i;
    CHECK(scaling_judge(&run) == ASSAY_OK);
    check_text(&run, "\nscaling:\n  s/work over n: O(1), 5.000 ns (5.000 ns .. 5.000 ns)\n");
    run_release(&run);
}

TEST(undecided_laws_and_free_exponents_are_said)
{
    static const char *const PARAMS[] = {"n=1000", "n=1100", "n=1200", "n=1300"};
    static const double TIMES[] = {1030, 1060, 1260, 1300};
    struct run run = {0};
    for (size_t i = 0; i < 4; i++)
        add_result(&run, PARAMS[i], TIMES[i]);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    BUF_AUTO text;
    buf_init(&text, 1 << 16);
    report_scaling_law(&run.scalings.items[0], &text);
    CHECK_CONTAINS(text.text, "undecided: O(n) or O(n log n); exponent ");
    run_release(&run);
}

TEST(outliers_are_said_in_words)
{
    struct summary summary = {.sample_count = 340, .outliers = {0, 0, 9, 3, 0.624}};
    BUF_AUTO text;
    buf_init(&text, 1 << 16);
    report_outliers(&summary, &text);
    CHECK_STR(text.text, "12 of 340 samples are high outliers, 3 severe; "
                         "62 % of the variance is theirs");
    buf_clear(&text);
    summary.outliers = (struct outliers){1, 0, 0, 0, 0};
    report_outliers(&summary, &text);
    CHECK_STR(text.text, "1 of 340 samples is a low outlier, severe");
    buf_clear(&text);
    summary.outliers = (struct outliers){0};
    report_outliers(&summary, &text);
    CHECK_STR(text.text, "");
}

TEST_MAIN
