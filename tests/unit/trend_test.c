/* From points to named changes: directions, commits, order. */
#include <string.h>

#include "compare/trend.h"
#include "harness.h"

static const struct metric TIME = {"time_ns", "ns", LOWER_IS_BETTER, false};
static const struct metric RATE = {"items_per_s", "1/s", HIGHER_IS_BETTER, false};
static const char *const COMMITS[] = {"aaa", "bbb", "ccc", "ddd"};

/* 100 points, a commit every 25th, `factor` from point 50 on. */
static void add_series(struct trend *trend, const char *name, const struct metric *metric,
                       double factor)
{
    struct trend_series *series = vec_add(&trend->series);
    CHECK(series != NULL);
    *series = (struct trend_series){.name = name, .metric = metric};
    for (size_t i = 0; i < 100; i++) {
        struct trend_point *point = vec_add(&series->points);
        CHECK(point != NULL);
        double noise = 1 + 0.001 * (double)((i * 37 + i / 7) % 11);
        *point = (struct trend_point){"then", "run", COMMITS[i / 25],
                                      1000 * noise * (i >= 50 ? factor : 1), NULL};
    }
    CHECK_EQ(trend_judge(series), ASSAY_OK);
}

TEST(a_step_has_direction_and_the_commits_around_it)
{
    struct trend trend = {0};
    add_series(&trend, "a", &TIME, 1.2);
    const struct trend_series *series = &trend.series.items[0];
    CHECK_EQ(series->changes.count, 1);
    CHECK_EQ(series->changes.items[0].index, 50);
    CHECK(series->changes.items[0].is_worse);
    CHECK_STR(series->changes.items[0].good_commit, "bbb");
    CHECK_STR(series->changes.items[0].bad_commit, "ccc");
    CHECK_NEAR(series->changes.items[0].ratio, 1.2, 0.01);
    trend_release(&trend);
}

TEST(a_rate_that_falls_is_worse)
{
    struct trend trend = {0};
    add_series(&trend, "up", &RATE, 1.2);
    add_series(&trend, "down", &RATE, 0.8);
    CHECK(!trend.series.items[0].changes.items[0].is_worse);
    CHECK(trend.series.items[1].changes.items[0].is_worse);
    trend_release(&trend);
}

TEST(what_got_worse_comes_first_and_equals_keep_their_order)
{
    struct trend trend = {0};
    const double factors[] = {1, 0.7, 1.3, 1, 1.1};
    static const char *const NAMES[] = {"a", "b", "c", "d", "e"}, WANTED[] = "cebad";
    for (size_t i = 0; i < 5; i++)
        add_series(&trend, NAMES[i], &TIME, factors[i]);
    trend_order(&trend);
    for (size_t i = 0; i < 5; i++)
        CHECK_EQ(trend.series.items[i].name[0], WANTED[i]);
    trend_release(&trend);
}

TEST(no_points_have_no_changes)
{
    struct trend_series series = {.name = "a", .metric = &TIME};
    CHECK_EQ(trend_judge(&series), ASSAY_OK);
    CHECK_EQ(series.changes.count + series.drifts.count, 0);
}

TEST_MAIN
