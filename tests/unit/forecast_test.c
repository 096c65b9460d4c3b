/* When a trend reaches a level: how often the answer holds the truth, by simulation, and what it
 * says of series that are known.  A few replications always, many in the long tier
 * (FORECAST_REPLICATIONS=N), where the table is printed. */
#include <math.h>
#include <unistd.h>

#include "harness.h"
#include "stats/bootstrap/random.h"
#include "stats/forecast/forecast.h"

enum { REPLICATIONS_QUICK = 60, POINTS_MAX = 200 };

enum kind { WHITE, AR5, AR8, OUTLIERS, T3, KINDS };
static const char *const NAMES[KINDS] = {"white", "AR(1) .5", "AR(1) .8", "outliers", "t3 tails"};

/* Standard deviation 1, but for the outliers: 1 % of the values are 5 to 30 higher. */
static double draw(enum kind kind, struct random *random, double *memory)
{
    const double r = kind == AR5 ? 0.5 : kind == AR8 ? 0.8 : 0;
    double value = random_normal(random);
    if (kind == T3) {
        double a = random_normal(random), b = random_normal(random), c = random_normal(random);
        return value / sqrt(a * a + b * b + c * c);
    }
    *memory = r * *memory + sqrt(1 - r * r) * value;
    value = *memory;
    return kind == OUTLIERS && random_uniform(random) < 0.01
               ? value + 5 + 25 * random_uniform(random)
               : value;
}

static size_t replications(void)
{
    const char *text = getenv("FORECAST_REPLICATIONS");
    long count = text != NULL ? strtol(text, NULL, 10) : 0;
    return count > 0 ? (size_t)count : REPLICATIONS_QUICK;
}

struct tally {
    double covered, within, not_before, width;
};

static bool holds(const struct forecast *forecast, double truth)
{
    switch (forecast->kind) {
    case FORECAST_WITHIN:
        return truth >= (double)forecast->low && truth <= (double)forecast->high;
    case FORECAST_NOT_BEFORE:
        return truth >= (double)forecast->low;
    case FORECAST_NOT_WITHIN:
        return truth > (double)forecast->horizon;
    case FORECAST_TOO_FEW:
        break;
    }
    return false;
}

/* A line that rises by `rise` standard deviations over `count` values, in per cent of 100; its
 * level is at the limit somewhere between a tenth and one and a half of that number ahead. */
static struct tally simulate(enum kind kind, size_t count, double rise)
{
    struct random random = {count * 7919 + (size_t)kind};
    struct tally tally = {0};
    const double each = 1 / (double)replications();
    alarm(60 + (unsigned)replications() / 10);
    for (size_t k = 0; k < replications(); k++) {
        double values[POINTS_MAX], memory = random_normal(&random);
        const double slope = 0.01 * rise / (double)count;
        for (size_t i = 0; i < count; i++)
            values[i] = 100 * exp(slope * (double)i + 0.01 * draw(kind, &random, &memory));
        const double ahead = (0.1 + 1.4 * random_uniform(&random)) * (double)count;
        struct forecast forecast;
        const struct forecast_request request = {.values = values,
                                                 .count = count,
                                                 .limit =
                                                     100 * exp(slope * ((double)count - 1 + ahead)),
                                                 .level = 0.95,
                                                 .seed = k + 1};
        CHECK_EQ(forecast_crossing(&request, &forecast), ASSAY_OK);
        tally.covered += holds(&forecast, ceil(ahead)) ? each : 0;
        tally.within += forecast.kind == FORECAST_WITHIN ? each : 0;
        tally.not_before += forecast.kind == FORECAST_NOT_BEFORE ? each : 0;
    }
    return tally;
}

TEST(the_answer_holds_the_truth_as_often_as_it_says)
{
    const bool is_long = replications() > REPLICATIONS_QUICK;
    const size_t counts[] = {15, 40, 200};
    const double rises[] = {2, 8, 32};
    for (enum kind kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < 3; i++)
            for (size_t j = 0; j < 3; j++) {
                struct tally tally = simulate(kind, counts[i], rises[j]);
                if (is_long)
                    printf("# %-9s %3zu points, %2.0f sd: covered %.3f, between %.2f, not before "
                           "%.2f\n",
                           NAMES[kind], counts[i], rises[j], tally.covered, tally.within,
                           tally.not_before);
                CHECK(tally.covered >= (is_long ? 0.93 : 0.85));
            }
}

static struct forecast forecast_of(const double *values, size_t count, double limit, size_t horizon)
{
    struct forecast forecast;
    CHECK_EQ(forecast_crossing(&(struct forecast_request){.values = values,
                                                          .count = count,
                                                          .limit = limit,
                                                          .horizon = horizon,
                                                          .level = 0.95,
                                                          .seed = 1},
                               &forecast),
             ASSAY_OK);
    return forecast;
}

/* 100, 101, 102 ... with a scatter of 0.2: 130 comes 11 points behind the value 119. */
static void rising(double *values, size_t count)
{
    struct random random = {5};
    for (size_t i = 0; i < count; i++)
        values[i] = 100 + (double)i + 0.2 * random_normal(&random);
}

TEST(a_clear_trend_has_a_short_answer)
{
    double values[20];
    rising(values, 20);
    struct forecast forecast = forecast_of(values, 20, 130, 0);
    CHECK_EQ(forecast.kind, FORECAST_WITHIN);
    CHECK(forecast.rises && forecast.low >= 8 && forecast.high <= 14);
    CHECK(forecast.share > 0.99 && forecast.rate.low > 1.005 && forecast.rate.high < 1.012);
    CHECK_EQ(forecast_of(values, 20, 130, 5).kind, FORECAST_NOT_WITHIN);
    CHECK_EQ(forecast_of(values, 20, 90, 0).kind, FORECAST_NOT_WITHIN);
    CHECK_EQ(forecast_of(values, 20, 119, 0).low, 0);
}

TEST(nine_points_say_nothing)
{
    double values[20];
    rising(values, 20);
    struct forecast forecast = forecast_of(values, 9, 130, 0);
    CHECK_EQ(forecast.kind, FORECAST_TOO_FEW);
    CHECK_EQ(forecast.count, 9);
    CHECK_EQ(forecast_of(values, 0, 130, 0).kind, FORECAST_TOO_FEW);
}

TEST(days_follow_the_gaps_between_points)
{
    double values[20], gaps[19];
    rising(values, 20);
    for (size_t i = 0; i < 19; i++)
        gaps[i] = 2;
    struct forecast forecast;
    CHECK_EQ(forecast_crossing(&(struct forecast_request){.values = values,
                                                          .gaps = gaps,
                                                          .count = 20,
                                                          .limit = 130,
                                                          .level = 0.95,
                                                          .seed = 1},
                               &forecast),
             ASSAY_OK);
    CHECK_NEAR(forecast.days.low, 2 * (double)forecast.low, 1e-9);
    CHECK_NEAR(forecast.days.high, 2 * (double)forecast.high, 1e-9);
}

TEST(values_and_limits_of_any_sign_will_do_and_no_infinite_ones)
{
    double values[20];
    for (size_t i = 0; i < 20; i++)
        values[i] = -20 + (double)i + 0.1 * (double)(i % 3);
    struct forecast forecast = forecast_of(values, 20, 3, 0);
    CHECK(forecast.kind == FORECAST_WITHIN && forecast.low <= 4 && forecast.high >= 4);
    for (size_t i = 0; i < 20; i++)
        values[i] = 7; /* no scatter at all */
    CHECK_EQ(forecast_of(values, 20, 8, 0).kind, FORECAST_NOT_WITHIN);
    values[3] = (double)INFINITY;
    CHECK_EQ(forecast_crossing(
                 &(struct forecast_request){
                     .values = values, .count = 20, .limit = 8, .level = 0.95, .seed = 1},
                 &forecast),
             ASSAY_ERR_ARGUMENT);
}

TEST_MAIN
