/* Rehearsals of made-up histories: what is counted, what is proved, what is refused. */
#include <math.h>
#include <string.h>

#include "harness.h"
#include "stats/history/rehearse.h"

enum { COUNT = 200 };
static const struct rehearsal_plan PLAN = {10, 7};

static void draw(double *values)
{
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < COUNT; i++) {
        double sum = -6;
        for (int k = 0; k < 12; k++) { /* normal enough: Muller 1959 */
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            sum += (double)(state >> 11) * 0x1p-53;
        }
        values[i] = 1000 * (1 + 0.01 * sum);
    }
}

static struct rehearsal_row rehearsed(const double *values, bool higher_is_better)
{
    struct rehearsal_row row = {.name = "a"};
    CHECK_EQ(history_rehearse(values, COUNT, higher_is_better, &PLAN, &row), ASSAY_OK);
    return row;
}

TEST(every_round_counts_once_and_large_steps_are_found)
{
    double values[COUNT];
    draw(values);
    const struct rehearsal_row row = rehearsed(values, false);
    CHECK_EQ(row.points, COUNT);
    CHECK_EQ(row.alarms.count, COUNT * 10);
    CHECK_EQ(row.online_alarms.count, COUNT * 10);
    for (size_t k = 0; k < REHEARSAL_STEP_COUNT; k++) {
        CHECK_EQ(row.steps[k].found.count, 10);
        CHECK_EQ(row.steps[k].raised.count, 10);
    }
    CHECK_EQ(row.steps[2].found.hits, 10);
    CHECK_EQ(row.steps[2].raised.hits, 10);
    CHECK(row.steps[2].delay <= 5);
    CHECK(row.steps[0].raised.hits <= row.steps[2].raised.hits);
}

/* Clopper & Pearson: 10 of 10 prove 0.025^(1/10) = 0.6915 and more; 0 of n at most 1 - 0.025^(1/n).
 */
TEST(what_a_count_proves_is_worked_by_hand)
{
    double values[COUNT];
    draw(values);
    const struct rehearsal_row row = rehearsed(values, false);
    CHECK_NEAR(row.steps[2].found.low, 0.6915, 1e-4);
    CHECK_EQ(row.steps[2].found.high, 1);
    if (row.alarms.hits == 0) {
        CHECK_EQ(row.alarms.low, 0);
        CHECK_NEAR(row.alarms.high, 1 - pow(0.025, 1.0 / (COUNT * 10)), 1e-9);
    }
}

TEST(steps_and_drifts_that_are_there_are_taken_out)
{
    double values[COUNT];
    draw(values);
    const struct rehearsal_row plain = rehearsed(values, false);
    for (size_t i = 80; i < COUNT; i++)
        values[i] *= 2;
    const struct rehearsal_row stepped = rehearsed(values, false);
    CHECK_EQ(plain.steps_taken_out, 0);
    CHECK_EQ(stepped.steps_taken_out, 1);
    CHECK_EQ(stepped.steps[2].found.hits, plain.steps[2].found.hits);
    draw(values);
    for (size_t i = 0; i < COUNT; i++)
        values[i] *= exp(0.0005 * (double)i);
    const struct rehearsal_row drifting = rehearsed(values, false);
    CHECK_EQ(drifting.drifts_taken_out, 1);
    CHECK_EQ(drifting.steps[2].found.hits, 10);
}

/* Turned over, a history whose higher values are better is one whose lower values are. */
TEST(what_is_worse_depends_on_the_direction)
{
    double values[COUNT];
    draw(values);
    const struct rehearsal_row times = rehearsed(values, false);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 1 / values[i];
    const struct rehearsal_row rates = rehearsed(values, true);
    for (size_t k = 0; k < REHEARSAL_STEP_COUNT; k++)
        CHECK(labs((long)times.steps[k].raised.hits - (long)rates.steps[k].raised.hits) <= 1);
}

TEST(the_same_seed_gives_the_same_counts)
{
    double values[COUNT];
    draw(values);
    const struct rehearsal_row one = rehearsed(values, false), two = rehearsed(values, false);
    for (size_t k = 0; k < REHEARSAL_STEP_COUNT; k++) {
        CHECK_EQ(one.steps[k].found.hits, two.steps[k].found.hits);
        CHECK_EQ(one.steps[k].raised.hits, two.steps[k].raised.hits);
        CHECK(one.steps[k].delay == two.steps[k].delay ||
              (isnan(one.steps[k].delay) && isnan(two.steps[k].delay)));
    }
}

TEST(short_and_impossible_histories_are_refused)
{
    double values[COUNT];
    struct rehearsal_row row = {.name = "a"};
    draw(values);
    CHECK_EQ(history_rehearse(values, 99, false, &PLAN, &row), ASSAY_ERR_TOO_FEW);
    values[5] = 0;
    CHECK_EQ(history_rehearse(values, COUNT, false, &PLAN, &row), ASSAY_ERR_ARGUMENT);
    values[5] = (double)NAN;
    CHECK_EQ(history_rehearse(values, COUNT, false, &PLAN, &row), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(row.points, COUNT);
}

TEST(values_that_are_all_equal_raise_nothing_by_themselves)
{
    double values[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 3;
    const struct rehearsal_row row = rehearsed(values, false);
    CHECK_EQ(row.alarms.hits + row.online_alarms.hits, 0);
    CHECK_EQ(row.steps[2].raised.hits, 10);
}

TEST_MAIN
