/* Series that move together, and those that only look so: both drift, both stepped once, both
 * resemble their own past. */
#include <math.h>

#include "harness.h"
#include "stats/bootstrap/random.h"
#include "stats/together/innovations.h"
#include "stats/together/together.h"

enum { COUNT = 200, SERIES = 40 };

static struct random random_state;

static double normal(void)
{
    return random_normal(&random_state);
}

/* An autoregression, on a slope, with a step at `at`; the share `common` of it is shared. */
static void draw(double *values, const double *common, double share, double r, size_t at)
{
    double last = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const double own = sqrt(1 - share * share) * normal();
        last = r * last + (common != NULL ? share * common[i] : 0) + own;
        values[i] = last + 0.02 * (double)i + (i >= at ? 6 : 0);
    }
}

static double correlation_of(const double *a, const double *b)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < COUNT; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return ab / sqrt(aa * bb);
}

TEST(what_steps_slopes_and_the_past_tell_is_taken_off)
{
    double a[COUNT], b[COUNT], scratch[COUNT];
    const size_t start = 80;
    random_state = (struct random){3};
    draw(a, NULL, 0, 0.7, start);
    draw(b, NULL, 0, 0.7, start);
    innovations_take(a, COUNT, &start, 1, scratch);
    innovations_take(b, COUNT, &start, 1, scratch);
    CHECK(fabs(correlation_of(a, b)) < 0.2);
    double past = 0, squares = 0;
    for (size_t i = 1; i < COUNT; i++) {
        past += a[i] * a[i - 1];
        squares += a[i] * a[i];
    }
    CHECK(fabs(past / squares) < 0.15);
}

TEST(a_series_that_does_not_move_has_no_innovations)
{
    double values[COUNT] = {0}, scratch[COUNT];
    innovations_take(values, COUNT, NULL, 0, scratch);
    for (size_t i = 0; i < COUNT; i++)
        CHECK(!(fabs(values[i]) > 0));
    innovations_take(values, 0, NULL, 0, scratch);
}

/* Series 0 to 2 share most of their noise, 3 has its negative, the others nothing; each looks like
 * all the others from afar. */
static void draw_all(double *table, size_t gaps)
{
    double common[COUNT], scratch[COUNT];
    random_state = (struct random){11};
    for (size_t i = 0; i < COUNT; i++)
        common[i] = normal();
    for (size_t k = 0; k < SERIES; k++) {
        double *row = table + k * COUNT;
        const size_t start = 20 + 4 * k;
        draw(row, common, k < 3 ? 0.9 : k == 3 ? -0.9 : 0, k % 2 ? 0.6 : 0, start);
        innovations_take(row, COUNT, &start, 1, scratch);
        for (size_t i = 0; i < gaps; i++)
            row[(i * 7 + k) % COUNT] = (double)NAN;
    }
}

static void check_found(const struct together *together)
{
    CHECK_EQ(2 * together->tested, SERIES * (SERIES - 1));
    CHECK_EQ(together->group_count, 1);
    CHECK(together->pairs.count == 6 || together->pairs.count == 7); /* one by chance, and weak */
    for (size_t i = 6; i < together->pairs.count; i++)
        CHECK(fabs(together->pairs.items[i].correlation) < TOGETHER_STRONG);
    for (size_t i = 0; i < 6; i++) {
        const struct moving_pair *pair = &together->pairs.items[i];
        CHECK(pair->a < pair->b && pair->b <= 3);
        CHECK((pair->correlation < 0) == (pair->b == 3));
        CHECK(pair->interval.low < pair->correlation && pair->correlation < pair->interval.high);
        CHECK(i == 0 || fabs(pair[-1].correlation) >= fabs(pair->correlation));
    }
    for (size_t k = 0; k < SERIES; k++)
        CHECK_EQ(together->groups.items[k], k <= 3 ? 1 : TOGETHER_ALONE);
}

TEST(those_that_share_noise_are_a_group_and_no_others)
{
    static double table[SERIES * COUNT];
    for (size_t gaps = 0; gaps <= 20; gaps += 20) {
        struct together together;
        draw_all(table, gaps);
        CHECK_EQ(together_find(table, SERIES, COUNT, &together), ASSAY_OK);
        check_found(&together);
        together_release(&together);
    }
}

TEST(few_common_values_are_not_tested)
{
    double table[2 * COUNT];
    struct together together;
    for (size_t i = 0; i < 2 * COUNT; i++)
        table[i] = (i < COUNT ? i < 100 : i >= COUNT + 90) ? sin((double)i) : (double)NAN;
    CHECK_EQ(together_find(table, 2, COUNT, &together), ASSAY_OK);
    CHECK_EQ(together.tested + together.pairs.count, 0);
    together_release(&together);
    CHECK_EQ(together_find(table, 0, 0, &together), ASSAY_OK);
    CHECK_EQ(together.groups.count, 0);
    together_release(&together);
    CHECK_EQ(together_find(table, TOGETHER_SERIES_MAX + 1, 0, &together), ASSAY_ERR_LIMIT);
}

/* Ranks by hand: equal values share a rank, and equal series have a correlation of 1. */
TEST(equal_and_reversed_series_have_the_ends_of_the_scale)
{
    double table[3 * 24];
    struct together together;
    for (size_t i = 0; i < 24; i++) {
        table[i] = table[24 + i] = floor((double)(i * 7 % 24) / 2);
        table[48 + i] = -table[i];
    }
    CHECK_EQ(together_find(table, 3, 24, &together), ASSAY_OK);
    CHECK_EQ(together.pairs.count, 3);
    for (size_t i = 0; i < together.pairs.count; i++)
        CHECK_NEAR(fabs(together.pairs.items[i].correlation), 1, 1e-5);
    together_release(&together);
}

TEST_MAIN
