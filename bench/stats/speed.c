/* How long the statistics of one metric take: the fastest of a few rounds, in milliseconds.
 * Prints "NAME | VALUES | MS" rows for bench/stats/run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stats/bootstrap/bootstrap.h"
#include "stats/bootstrap/random.h"
#include "stats/order.h"
#include "stats/scaling/growth.h"
#include "stats/summary.h"

enum { COUNT_MAX = 10000, ROUNDS = 15, LAUNCHES = 5, POINTS = 8 };

static double values[COUNT_MAX], sorted[COUNT_MAX];
static uint32_t launches[COUNT_MAX], one_launch[COUNT_MAX];

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* so that others cost nothing */
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double mean_of(void *context, const uint32_t *units, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += ((const double *)context)[units[i]];
    return sum / (double)count;
}

/* The same in the order of four sums, which do not wait for each other. */
static double mean_in_four(void *context, const uint32_t *units, size_t count)
{
    const double *data = context;
    double a = 0, b = 0, c = 0, d = 0;
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        a += data[units[i]];
        b += data[units[i + 1]];
        c += data[units[i + 2]];
        d += data[units[i + 3]];
    }
    for (; i < count; i++)
        a += data[units[i]];
    return ((a + b) + (c + d)) / (double)count;
}

/* What the drawing costs without a statistic. */
static double first_of(void *context, const uint32_t *units, size_t count)
{
    (void)count;
    return ((const double *)context)[units[0]];
}

static bool run_mean(size_t count)
{
    const struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    struct bootstrap got;
    return bootstrap_mean(values, count, &request, &got) == ASSAY_OK;
}

static bool run_median(size_t count)
{
    const struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    struct bootstrap got;
    return bootstrap_median(sorted, count, count, &request, &got) == ASSAY_OK;
}

static bool run_statistic(bootstrap_fn *statistic, size_t count)
{
    const struct bootstrap_request request = BOOTSTRAP_DEFAULTS;
    struct bootstrap got;
    return bootstrap_statistic(statistic, values, count, &request, &got) == ASSAY_OK;
}

static bool run_any(size_t count)
{
    return run_statistic(mean_of, count);
}

static bool run_four(size_t count)
{
    return run_statistic(mean_in_four, count);
}

static bool run_first(size_t count)
{
    return run_statistic(first_of, count);
}

/* The callback as often as bootstrap_statistic calls it, without the bootstrap: the least it takes.
 */
static bool run_alone(bootstrap_fn *statistic, size_t count)
{
    static uint32_t units[COUNT_MAX];
    bootstrap_fn *volatile callback =
        statistic; /* the compiler must not see that it is always one */
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        units[i] = (uint32_t)(i * 7919 % count);
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES + count + 1; i++)
        sum += callback(values, units, count);
    return isfinite(sum);
}

static bool run_any_alone(size_t count)
{
    return run_alone(mean_of, count);
}

static bool run_four_alone(size_t count)
{
    return run_alone(mean_in_four, count);
}

static bool run_launches(size_t count)
{
    struct summary summary;
    return summarize(values, launches, count, &summary) == ASSAY_OK &&
           summarize_bootstrap(values, launches, count, &summary) == ASSAY_OK;
}

static bool run_one_launch(size_t count)
{
    struct summary summary;
    return summarize(values, one_launch, count, &summary) == ASSAY_OK &&
           summarize_bootstrap(values, one_launch, count, &summary) == ASSAY_OK;
}

static bool run_growth(size_t count)
{
    double sizes[POINTS];
    struct scaling_fits fits;
    for (size_t i = 0; i < count; i++)
        sizes[i] = (double)((size_t)16 << (2 * i));
    return growth_fit(sizes, values, count, 0.95, &fits) == ASSAY_OK;
}

static const struct {
    const char *name;
    bool (*run)(size_t count);
    size_t counts[4];
} WORKS[] = {
    {"bootstrap of the mean", run_mean, {100, 1000, 10000}},
    {"bootstrap of the median", run_median, {100, 1000, 10000}},
    {"bootstrap of a callback (mean, one sum)", run_any, {100, 1000}},
    {"that callback alone, as often", run_any_alone, {100, 1000}},
    {"bootstrap of a callback (mean, four sums)", run_four, {100, 1000}},
    {"that callback alone, as often", run_four_alone, {100, 1000}},
    {"bootstrap of a callback (the first unit)", run_first, {100, 1000}},
    {"all of a summary, 5 launches", run_launches, {1000, 10000}},
    {"all of a summary, 1 launch", run_one_launch, {1000, 10000}},
    {"fits of a sweep", run_growth, {POINTS}},
};

int main(void)
{
    struct random random = {1};
    for (size_t i = 0; i < COUNT_MAX; i++) {
        values[i] = sorted[i] = 100 * exp(0.1 * random_normal(&random));
        launches[i] = (uint32_t)(i * LAUNCHES / COUNT_MAX);
    }
    for (size_t w = 0; w < sizeof WORKS / sizeof *WORKS; w++)
        for (size_t c = 0; c < 4 && WORKS[w].counts[c] != 0; c++) {
            size_t count = WORKS[w].counts[c];
            double best = HUGE_VAL;
            order_sort(sorted, count);
            for (size_t i = 0; i < count; i++)
                launches[i] = (uint32_t)(i * LAUNCHES / count);
            for (int round = 0; round < ROUNDS; round++) {
                double began = now_ms();
                if (!WORKS[w].run(count))
                    return 1;
                best = fmin(best, now_ms() - began);
            }
            printf("%s | %zu | %.3f\n", WORKS[w].name, count, best);
        }
    return 0;
}
