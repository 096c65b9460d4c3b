/* The detector that sees a history grow: what it raises and when, what it lets pass, and what must
 * not change what it says. */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "stats/history/online.h"

enum { COUNT = 1200, ALARMS_MAX = 16 };

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

static void shift(double *values, size_t first, size_t end, double factor)
{
    for (size_t i = first; i < end; i++)
        values[i] *= factor;
}

/* What was raised: at which value, and what was said. */
struct alarms {
    size_t count;
    size_t raised[ALARMS_MAX];
    struct history_change steps[ALARMS_MAX];
    struct online end;
};

static struct alarms alarms;

static void watch(const double *values, size_t count)
{
    memset(&alarms, 0, sizeof alarms);
    for (size_t i = 0; i < count; i++) {
        bool alarm;
        struct history_change step;
        CHECK_EQ(online_push(&alarms.end, values[i], &alarm, &step), ASSAY_OK);
        if (!alarm)
            continue;
        CHECK(alarms.count < ALARMS_MAX);
        alarms.raised[alarms.count] = i;
        alarms.steps[alarms.count++] = step;
    }
}

TEST(a_clear_step_is_raised_within_four_values)
{
    double values[COUNT];
    draw(values, 250, 0.01);
    shift(values, 150, COUNT, 1.2);
    watch(values, 400);
    CHECK_EQ(alarms.count, 1);
    CHECK(alarms.raised[0] >= 151 && alarms.raised[0] <= 153);
    CHECK_EQ(alarms.steps[0].index, 150);
    CHECK_NEAR(alarms.steps[0].ratio, 1.2, 0.02);
    CHECK(alarms.steps[0].interval.low < 1.2 && alarms.steps[0].interval.high > 1.2);
}

TEST(a_step_of_one_sd_is_raised_later_but_it_is)
{
    double values[COUNT];
    draw(values, 250, 0.01);
    shift(values, 300, COUNT, 1.01);
    watch(values, 420);
    CHECK_EQ(alarms.count, 1);
    CHECK(alarms.raised[0] > 304 && alarms.raised[0] < 400);
    CHECK(alarms.steps[0].low_index <= 300 && alarms.steps[0].high_index >= 300);
}

TEST(noise_alone_raises_nothing)
{
    double values[COUNT];
    draw(values, 3e-7, 0.02);
    watch(values, COUNT);
    CHECK_EQ(alarms.count, 0);
    CHECK_EQ(alarms.end.forgotten + alarms.end.count, COUNT);
}

TEST(each_step_is_raised_once_and_the_next_one_too)
{
    double values[COUNT];
    draw(values, 10, 0.01);
    shift(values, 200, 400, 1.1);
    shift(values, 400, 600, 0.9);
    watch(values, 600);
    CHECK_EQ(alarms.count, 2);
    CHECK_EQ(alarms.steps[0].index, 200);
    CHECK_EQ(alarms.steps[1].index, 400);
    CHECK(alarms.steps[0].ratio > 1.08 && alarms.steps[1].ratio < 0.84);
    CHECK(alarms.steps[1].interval.high < 1);
}

TEST(outliers_alone_or_in_pairs_are_no_steps)
{
    double values[COUNT];
    draw(values, 10, 0.01);
    for (size_t i = 70; i + 1 < 500; i += 43)
        values[i] *= 1.3;
    values[300] = 14;
    values[301] = 17; /* two that do not agree */
    watch(values, 500);
    CHECK_EQ(alarms.count, 0);
}

TEST(a_slope_is_a_drift_and_no_step)
{
    double values[COUNT];
    struct history_drift drift;
    draw(values, 10, 0.01);
    for (size_t i = 0; i < 500; i++)
        values[i] *= exp(0.02 * (double)i / 499);
    watch(values, 500);
    CHECK_EQ(alarms.count, 0);
    CHECK(online_drifts(&alarms.end, &drift));
    CHECK_EQ(drift.first, 0);
    CHECK_EQ(drift.count, 500);
    CHECK_NEAR(drift.ratio, exp(0.02), 0.006);
    CHECK(drift.interval.low > 1.01 && drift.interval.high < 1.03);
}

TEST(what_stands_still_does_not_drift)
{
    double values[COUNT];
    struct history_drift drift;
    draw(values, 10, 0.01);
    watch(values, 30);
    CHECK(!online_drifts(&alarms.end, &drift)); /* nothing was learned yet */
    watch(values, 500);
    CHECK(!online_drifts(&alarms.end, &drift));
}

TEST(nothing_is_raised_while_it_learns)
{
    double values[COUNT];
    draw(values, 10, 0.001);
    shift(values, 20, COUNT, 1.5);
    watch(values, ONLINE_LEARNING - 1);
    CHECK_EQ(alarms.count, 0);
    CHECK(online_is_learning(&alarms.end));
    watch(values, ONLINE_LEARNING);
    CHECK(!online_is_learning(&alarms.end));
}

TEST(after_a_step_it_learns_the_new_level)
{
    double values[COUNT];
    draw(values, 10, 0.01);
    shift(values, 200, COUNT, 1.2);
    watch(values, 204);
    CHECK_EQ(alarms.count, 1);
    CHECK(online_is_learning(&alarms.end));
    CHECK_EQ(alarms.end.forgotten, alarms.steps[0].index);
}

static void same_places(const struct alarms *other)
{
    CHECK_EQ(alarms.count, other->count);
    for (size_t i = 0; i < alarms.count; i++) {
        CHECK_EQ(alarms.raised[i], other->raised[i]);
        CHECK_EQ(alarms.steps[i].index, other->steps[i].index);
    }
}

TEST(the_unit_does_not_matter)
{
    double values[COUNT];
    draw(values, 1, 0.01);
    shift(values, 300, COUNT, 1.02);
    watch(values, 600);
    const struct alarms one = alarms;
    CHECK_EQ(one.count, 1);
    shift(values, 0, COUNT, 0x1p-60);
    watch(values, 600);
    same_places(&one);
    CHECK_NEAR(alarms.steps[0].ratio, one.steps[0].ratio, 1e-12);
}

TEST(what_is_turned_over_is_raised_at_the_same_time_the_other_way)
{
    double values[COUNT];
    draw(values, 1, 0.01);
    shift(values, 300, COUNT, 1.02);
    watch(values, 600);
    const struct alarms one = alarms;
    CHECK_EQ(one.count, 1);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 1 / values[i];
    watch(values, 600);
    same_places(&one);
    CHECK_NEAR(alarms.steps[0].ratio * one.steps[0].ratio, 1, 1e-3);
}

TEST(a_copied_state_goes_on_alike)
{
    double values[COUNT];
    draw(values, 1, 0.01);
    shift(values, 300, COUNT, 1.05);
    watch(values, 290);
    struct online copy = alarms.end;
    for (size_t i = 290; i < 320; i++) {
        bool one, two;
        struct history_change step;
        CHECK_EQ(online_push(&alarms.end, values[i], &one, &step), ASSAY_OK);
        CHECK_EQ(online_push(&copy, values[i], &two, &step), ASSAY_OK);
        CHECK_EQ(one, two);
    }
    CHECK_EQ(copy.forgotten, 300);
}

TEST(values_that_are_not_above_zero_are_compared_by_differences)
{
    double values[COUNT];
    draw(values, 1, 0.01);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i < 50 ? values[i] : (values[i] - 1) + (i >= 400 ? 0.5 : 0);
    watch(values, 700);
    CHECK(alarms.end.is_linear);
    CHECK_EQ(alarms.count, 2);
    CHECK_EQ(alarms.steps[1].index, 400);
    CHECK_NEAR(alarms.steps[1].ratio, 0.5, 0.01);
}

/* 1000 instructions, then 1001: no noise, so no doubt. */
TEST(values_that_never_scatter_have_steps_all_the_same)
{
    double values[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i >= 200 ? 1001 : 1000;
    watch(values, 300);
    CHECK_EQ(alarms.count, 1);
    CHECK_EQ(alarms.steps[0].index, 200);
    CHECK(alarms.raised[0] <= 204);
    CHECK_NEAR(alarms.steps[0].ratio, 1.001, 1e-9);
    memset(values, 0, sizeof values);
    watch(values, 300);
    CHECK_EQ(alarms.count, 0);
}

/* A tenth of the values of a counter, or of a coarse clock, is another one. */
TEST(values_that_scatter_rarely_raise_nothing_but_their_steps_do)
{
    double values[COUNT];
    state = 88172645463325252u;
    for (size_t i = 0; i < COUNT; i++) {
        double jitter = uniform() < 0.1 ? floor(30 * uniform()) : 0;
        values[i] = (i >= 900 ? 101000 : 100000) + jitter;
    }
    watch(values, COUNT);
    CHECK_EQ(alarms.count, 1);
    CHECK_EQ(alarms.steps[0].index, 900);
    CHECK(alarms.raised[0] <= 905);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = floor(100 * (1 + 0.003 * normal()) + 0.5) + (i >= 900 ? 5 : 0);
    watch(values, COUNT);
    CHECK_EQ(alarms.count, 1);
    CHECK_EQ(alarms.steps[0].index, 900);
}

TEST(impossible_values_are_refused_and_not_taken)
{
    static struct online online;
    struct history_change step;
    bool alarm;
    CHECK_EQ(online_push(&online, (double)NAN, &alarm, &step), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(online_push(&online, HUGE_VAL, &alarm, &step), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(online_push(&online, -HUGE_VAL, &alarm, &step), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(online.count, 0);
}

TEST(values_at_the_ends_of_the_range_break_nothing)
{
    static const double EXTREMES[] = {5e-324, 1.7976931348623157e308, 1, 1e-300, 1e300};
    double values[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = EXTREMES[(i * 7 + i / 3) % 5];
    watch(values, COUNT);
    for (size_t i = 400; i < COUNT; i++)
        values[i] *= i % 2 ? -1 : 1;
    watch(values, COUNT);
    CHECK(alarms.end.is_linear);
    CHECK(isfinite(alarms.end.sums[alarms.end.count]));
}

TEST_MAIN
