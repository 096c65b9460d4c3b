/* Change points of made-up histories: where a step is known, where there is none, and what no
 * history should break. */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "stats/history/history.h"

enum { COUNT = 400 };

static uint64_t state;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

/* Normal enough: the sum of twelve, Muller 1959. */
static double normal(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform();
    return sum;
}

static void draw(double *values, double level, double sd)
{
    state = 88172645463325252u;
    for (size_t i = 0; i < COUNT; i++)
        values[i] = level * (1 + sd * normal());
}

static struct history found_in(const double *values, size_t count)
{
    struct history history;
    CHECK_EQ(history_find(values, count, &history), ASSAY_OK);
    return history;
}

TEST(a_clear_step_is_found_at_its_place)
{
    for (size_t at = 10; at <= COUNT - 10; at += 95) {
        double values[COUNT];
        draw(values, 250, 0.01);
        for (size_t i = at; i < COUNT; i++)
            values[i] *= 1.2;
        struct history history = found_in(values, COUNT);
        CHECK_EQ(history.changes.count, 1);
        const struct history_change *change = &history.changes.items[0];
        CHECK_EQ(change->index, at);
        CHECK(change->low_index <= at && at <= change->high_index);
        CHECK(change->interval.low < 1.2 && change->interval.high > 1.2);
        CHECK_NEAR(change->ratio, 1.2, 0.02);
        CHECK(history.sd > 0.008 && history.sd < 0.012);
        CHECK(!history.is_linear);
        history_release(&history);
    }
}

TEST(noise_alone_has_no_step)
{
    double values[COUNT];
    draw(values, 3e-7, 0.02);
    struct history history = found_in(values, COUNT);
    CHECK_EQ(history.changes.count + history.drifts.count, 0);
    CHECK(history.autocorrelation < 0.2);
    history_release(&history);
}

TEST(steps_up_and_down_are_told_apart)
{
    double values[COUNT];
    draw(values, 10, 0.01);
    for (size_t i = 100; i < 250; i++)
        values[i] *= 1.1;
    for (size_t i = 250; i < COUNT; i++)
        values[i] *= 0.95;
    struct history history = found_in(values, COUNT);
    CHECK_EQ(history.changes.count, 2);
    CHECK_EQ(history.changes.items[0].index, 100);
    CHECK_EQ(history.changes.items[1].index, 250);
    CHECK(history.changes.items[0].interval.low > 1.08);
    CHECK(history.changes.items[1].interval.high < 0.9);
    history_release(&history);
}

TEST(outliers_alone_or_in_pairs_are_no_steps)
{
    double values[COUNT];
    draw(values, 10, 0.01);
    for (size_t i = 20; i < COUNT; i += 60)
        values[i] = values[i + 1] = 14;
    struct history history = found_in(values, COUNT);
    CHECK_EQ(history.changes.count, 0);
    history_release(&history);
}

TEST(a_slope_is_a_drift_and_no_step)
{
    double values[COUNT];
    draw(values, 10, 0.01);
    for (size_t i = 0; i < COUNT; i++)
        values[i] *= exp(0.03 * (double)i / (COUNT - 1));
    struct history history = found_in(values, COUNT);
    CHECK_EQ(history.changes.count, 0);
    CHECK_EQ(history.drifts.count, 1);
    CHECK_EQ(history.drifts.items[0].count, COUNT);
    CHECK_NEAR(history.drifts.items[0].ratio, exp(0.03), 0.006);
    CHECK(history.drifts.items[0].interval.low > 1.02);
    history_release(&history);
}

TEST(a_step_on_a_slope_is_both)
{
    double values[COUNT];
    draw(values, 10, 0.005);
    for (size_t i = 0; i < COUNT; i++)
        values[i] *= exp(0.04 * (double)i / (COUNT - 1)) * (i >= 200 ? 1.1 : 1);
    struct history history = found_in(values, COUNT);
    CHECK_EQ(history.changes.count, 1);
    CHECK_EQ(history.changes.items[0].index, 200);
    CHECK_EQ(history.drifts.count, 2);
    history_release(&history);
}

TEST(the_unit_of_the_values_does_not_matter)
{
    double values[COUNT];
    draw(values, 1, 0.01);
    for (size_t i = 200; i < COUNT; i++)
        values[i] *= 1.03;
    struct history one = found_in(values, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        values[i] *= 0x1p-60;
    struct history two = found_in(values, COUNT);
    CHECK_EQ(one.changes.count, 1);
    CHECK_EQ(two.changes.count, 1);
    CHECK_EQ(one.changes.items[0].index, two.changes.items[0].index);
    CHECK_NEAR(one.changes.items[0].ratio, two.changes.items[0].ratio, 1e-12);
    history_release(&one);
    history_release(&two);
}

TEST(values_that_are_not_above_zero_are_compared_by_differences)
{
    double values[COUNT];
    draw(values, 1, 0.01);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = (values[i] - 1) + (i >= 150 ? 0.5 : 0);
    struct history history = found_in(values, COUNT);
    CHECK(history.is_linear);
    CHECK_EQ(history.changes.count, 1);
    CHECK_EQ(history.changes.items[0].index, 150);
    CHECK_NEAR(history.changes.items[0].ratio, 0.5, 0.01);
    history_release(&history);
}

TEST(too_few_equal_or_impossible_values_have_no_steps)
{
    double values[COUNT] = {0};
    for (size_t count = 0; count <= 40; count++) {
        struct history history = found_in(values, count); /* all zero */
        CHECK_EQ(history.changes.count, 0);
        history_release(&history);
    }
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 1 + (double)(i >= 8);
    for (size_t count = 1; count <= 20; count++) { /* no scatter at all */
        struct history history = found_in(values, count);
        history_release(&history);
    }
    struct history history;
    values[5] = (double)NAN;
    CHECK_EQ(history_find(values, COUNT, &history), ASSAY_ERR_ARGUMENT);
    history_release(&history);
    values[5] = HUGE_VAL;
    CHECK_EQ(history_find(values, COUNT, &history), ASSAY_ERR_ARGUMENT);
    history_release(&history);
    CHECK_EQ(history_find(values, HISTORY_COUNT_MAX + 1, &history), ASSAY_ERR_LIMIT);
    history_release(&history);
}

TEST(values_at_the_ends_of_the_range_break_nothing)
{
    static const double EXTREMES[] = {5e-324, 1.7976931348623157e308, 1, 1e-300, 1e300};
    double values[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = EXTREMES[(i * 7 + i / 3) % 5];
    struct history history = found_in(values, COUNT);
    history_release(&history);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i % 2 ? -1.7976931348623157e308 : 1.7976931348623157e308;
    struct history wild;
    assay_status status = history_find(values, COUNT, &wild);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_ARGUMENT);
    history_release(&wild);
}

TEST(most_commits_without_a_new_number_hide_no_step)
{
    double values[COUNT];
    for (size_t i = 0; i < COUNT; i++) /* a counter: exact, with a rare jitter */
        values[i] = (i >= 200 ? 1100 : 1000) + (double)(i % 9 == 0);
    struct history history = found_in(values, COUNT);
    CHECK_EQ(history.changes.count, 1);
    CHECK_EQ(history.changes.items[0].index, 200);
    history_release(&history);
}

/* At 24 values a step lies in half of the differences at the longer lag. */
TEST(a_short_history_shows_a_clear_step_and_no_other)
{
    for (size_t count = 14; count <= 64; count += 10) {
        double values[COUNT];
        draw(values, 250, 0.01);
        struct history history = found_in(values, count);
        CHECK_EQ(history.changes.count, 0);
        history_release(&history);
        for (size_t i = count / 2; i < count; i++)
            values[i] *= 1.3;
        history = found_in(values, count);
        CHECK_EQ(history.changes.count, 1);
        CHECK(history.changes.count == 1 && history.changes.items[0].index == count / 2);
        CHECK(history.sd > 0.004 && history.sd < 0.02);
        history_release(&history);
    }
}

/* Counted instructions do not scatter: what changes and stays is a step. */
TEST(a_count_that_changes_once_is_a_step_also_in_a_short_history)
{
    for (size_t count = 10; count <= 30; count += 4) {
        double values[COUNT];
        for (size_t i = 0; i < count; i++)
            values[i] = i < count / 2 ? 1000 : 1010;
        struct history history = found_in(values, count);
        CHECK_EQ(history.changes.count, 1);
        CHECK(history.changes.count == 1 && history.changes.items[0].index == count / 2);
        CHECK(!(history.sd > 0));
        history_release(&history);
        for (size_t i = 0; i < count; i++)
            values[i] = i + 1 < count ? 1000 : 1010; /* too new to say */
        history = found_in(values, count);
        CHECK_EQ(history.changes.count, 0);
        history_release(&history);
    }
}

TEST_MAIN
