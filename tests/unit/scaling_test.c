/* Laws of growth: on made-up timings the fit picks the truth and its intervals hold it. */
#include <stdint.h>

#include "harness.h"
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

TEST_MAIN
