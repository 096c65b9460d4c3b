/* Bias-corrected and accelerated bootstrap.
 *
 * Why not the percentile interval: it is off where the statistic is skewed or biased, and run times
 * are skewed.  Why not draw every resample: of the median only the middle matters, whose
 * distribution is known, so that one costs two Gamma draws instead of n; of the mean only the sum
 * does, so that four indices come out of one random word and nothing is stored or sorted.
 *
 * Order: estimate -> replicates -> bias and acceleration -> two order statistics of the replicates.
 * Invariants: 1. replicates are found by selection, not by sorting; 2. deviations from the estimate
 * are what is summed, so that a mean of 1e9 loses no digit. */
#include "stats/bootstrap/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "stats/bootstrap/draws.h"
#include "stats/bootstrap/random.h"
#include "stats/order.h"
#include "stats/special.h"

/* Four indices below 2^10 use 40 bits of a word: the bias stays below 2^-24. */
enum { BATCH_UNITS_MAX = 1 << 10 };
#define UNITS_MAX ((size_t)1 << 31)

static assay_status check_request(const void *values, size_t count,
                                  const struct bootstrap_request *request, const void *ret)
{
    if (values == NULL || request == NULL || ret == NULL)
        return ASSAY_ERR_ARGUMENT;
    if (!(request->level > 0 && request->level < 1) || request->resamples == 0)
        return ASSAY_ERR_ARGUMENT;
    if (count < 2)
        return ASSAY_ERR_TOO_FEW;
    return request->resamples > BOOTSTRAP_RESAMPLES_MAX || count > UNITS_MAX ? ASSAY_ERR_LIMIT
                                                                             : ASSAY_OK;
}

static assay_status check_finite(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return ASSAY_ERR_ARGUMENT;
    return ASSAY_OK;
}

/* The z0 of Efron 1987, 4.1: how far the estimate is from the middle of the replicates.  Replicates
 * equal to it count half, since those of a median mostly are. */
static double bias_of(const double *replicates, size_t count, double estimate)
{
    double below = 0;
    for (size_t i = 0; i < count; i++)
        below += replicates[i] < estimate ? 1 : replicates[i] <= estimate ? 0.5 : 0;
    double least = 0.5 / (double)count;
    return normal_quantile(fmin(fmax(below / (double)count, least), 1 - least));
}

/* Sum of cubes by sum of squares, of deviations whose sum is 0: Efron 1987, equation 6.6. */
static double acceleration_of(const double *deviations, size_t count)
{
    double largest = 0, squares = 0, cubes = 0;
    for (size_t i = 0; i < count; i++)
        largest = fmax(largest, fabs(deviations[i]));
    if (largest <= 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        double share = deviations[i] / largest; /* no square overflows or vanishes */
        squares += share * share;
        cubes += share * share * share;
    }
    return cubes / (6 * squares * sqrt(squares));
}

/* The replicate at the corrected probability: Efron 1987, equation 2.3, with `z` for z^(alpha). */
static double end_of(double *replicates, size_t count, const struct bootstrap *bootstrap, double z)
{
    double shifted = bootstrap->bias + z;
    double room = 1 - bootstrap->acceleration * shifted;
    double probability = room > 0 ? normal_cdf(bootstrap->bias + shifted / room) : shifted > 0;
    double rank = round(probability * ((double)count + 1));
    size_t index = (size_t)fmin(fmax(rank, 1), (double)count) - 1;
    return order_select(replicates, count, index);
}

/* `units` is what was drawn from; estimate and acceleration are set. */
static void set_interval(double *replicates, size_t units, const struct bootstrap_request *request,
                         struct bootstrap *bootstrap)
{
    double tail = (1 - request->level) / 2, n = (double)units;
    double z = normal_quantile(tail);
    if (request->expand)
        z = sqrt(n / (n - 1)) * student_quantile(tail, fmin(n - 1, STUDENT_FREEDOM_MAX));
    bootstrap->bias = bias_of(replicates, request->resamples, bootstrap->estimate);
    bootstrap->interval.low = end_of(replicates, request->resamples, bootstrap, z);
    bootstrap->interval.high = end_of(replicates, request->resamples, bootstrap, -z);
    bootstrap->interval.level = request->level;
}

/* Sum of `count` values drawn from as many. */
static double sum_of_draws(struct random *random, const double *values, uint64_t count)
{
    double sum = 0;
    for (uint64_t i = 0; i < count; i++)
        sum += values[random_below(random, count)];
    return sum;
}

/* The same for few values: what a word has left after one index yields the next (Brackett-Rozinsky
 * & Lemire 2024, Batched Ranged Random Integer Generation, Software: Practice and Experience). */
static double sum_of_batches(struct random *random, const double *values, uint64_t count)
{
    double sums[4] = {0, 0, 0, 0};
    uint64_t i = 0;
    struct random own = *random;
    for (; i + 4 <= count; i += 4) {
        random_wide product = (random_wide)random_word(&own) * count;
        sums[0] += values[product >> 64];
        product = (random_wide)(uint64_t)product * count;
        sums[1] += values[product >> 64];
        product = (random_wide)(uint64_t)product * count;
        sums[2] += values[product >> 64];
        product = (random_wide)(uint64_t)product * count;
        sums[3] += values[product >> 64];
    }
    for (; i < count; i++)
        sums[0] += values[random_below(&own, count)];
    *random = own;
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Deviations from the mean, which is returned. */
static double take_deviations(const double *values, size_t count, double *deviations)
{
    double sum = 0, residual = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        residual += (values[i] - sum) / (double)count;
    double mean = sum + residual;
    for (size_t i = 0; i < count; i++)
        deviations[i] = values[i] - mean;
    return mean;
}

assay_status bootstrap_mean(const double *values, size_t count,
                            const struct bootstrap_request *request,
                            struct bootstrap *ret_bootstrap)
{
    TRY(check_request(values, count, request, ret_bootstrap));
    TRY(check_finite(values, count));
    double *replicates = calloc(request->resamples + count, sizeof *replicates);
    if (replicates == NULL)
        return ASSAY_ERR_MEMORY;
    double *deviations = replicates + request->resamples;
    struct random random = {request->seed};
    struct bootstrap bootstrap = {.estimate = take_deviations(values, count, deviations)};
    for (size_t i = 0; i < request->resamples; i++) {
        double sum = count <= BATCH_UNITS_MAX ? sum_of_batches(&random, deviations, count)
                                              : sum_of_draws(&random, deviations, count);
        replicates[i] = bootstrap.estimate + sum / (double)count;
    }
    bootstrap.acceleration = acceleration_of(deviations, count);
    set_interval(replicates, count, request, &bootstrap);
    free(replicates);
    *ret_bootstrap = bootstrap;
    return ASSAY_OK;
}

/* Middle of a resample of `size` values; of an even number the mean of the middle two, of which the
 * upper one is the least of the size - rank uniforms above the lower one. */
static double median_of_resample(struct random *random, const double *sorted, size_t count,
                                 size_t size)
{
    size_t rank = (size + 1) / 2;
    double lower = random_order_statistic(random, (double)rank, (double)size);
    double low = sorted[(size_t)fmin(lower * (double)count, (double)(count - 1))];
    if (size % 2 == 1)
        return low;
    double rest = pow(random_uniform(random), 1 / (double)(size - rank));
    double upper = 1 - (1 - lower) * rest;
    double high = sorted[(size_t)fmin(upper * (double)count, (double)(count - 1))];
    return low + (high - low) / 2;
}

assay_status bootstrap_median(const double *sorted, size_t count, size_t effective,
                              const struct bootstrap_request *request,
                              struct bootstrap *ret_bootstrap)
{
    TRY(check_request(sorted, count, request, ret_bootstrap));
    TRY(check_finite(sorted, count));
    if (effective < 2 || effective > count)
        return ASSAY_ERR_TOO_FEW;
    double *replicates = calloc(request->resamples, sizeof *replicates);
    if (replicates == NULL)
        return ASSAY_ERR_MEMORY;
    struct random random = {request->seed};
    struct bootstrap bootstrap = {.estimate = order_median(sorted, count)};
    for (size_t i = 0; i < request->resamples; i++)
        replicates[i] = median_of_resample(&random, sorted, count, effective);
    set_interval(replicates, effective, request, &bootstrap);
    free(replicates);
    *ret_bootstrap = bootstrap;
    return ASSAY_OK;
}

/* What a general bootstrap works with. */
struct resampling {
    bootstrap_fn *statistic;
    void *context;
    uint32_t *units; /* room for a step of draws more than there are */
    size_t count;
    struct draws draws;
    struct random random;
};

/* As many units as there are: of few by registers, of many one by one. */
static void draw_units(struct resampling *resampling)
{
    if (resampling->count <= DRAWS_UNITS_MAX) {
        draws_units(&resampling->draws, resampling->units, resampling->count);
        return;
    }
    for (size_t i = 0; i < resampling->count; i++)
        resampling->units[i] = (uint32_t)random_below(&resampling->random, resampling->count);
}

static double statistic_of(const struct resampling *resampling, size_t count)
{
    return resampling->statistic(resampling->context, resampling->units, count);
}

/* The statistic of the data itself. */
static double statistic_of_all(struct resampling *resampling)
{
    for (size_t i = 0; i < resampling->count; i++)
        resampling->units[i] = (uint32_t)i;
    return statistic_of(resampling, resampling->count);
}

/* Efron & Tibshirani 1993, equation 14.15: from the jackknife.  `scratch` has room for `count`.
 * Leaving out one unit after the other changes one place of the units each time. */
static double jackknife_acceleration(struct resampling *resampling, double *scratch)
{
    size_t count = resampling->count;
    double mean = 0;
    for (size_t i = 0; i + 1 < count; i++)
        resampling->units[i] = (uint32_t)i + 1;
    for (size_t i = 0; i < count; i++) {
        scratch[i] = statistic_of(resampling, count - 1);
        mean += scratch[i] / (double)count;
        resampling->units[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < count; i++)
        scratch[i] = mean - scratch[i];
    return acceleration_of(scratch, count);
}

static assay_status resample(struct resampling *resampling, double *replicates,
                             const struct bootstrap_request *request,
                             struct bootstrap *ret_bootstrap)
{
    struct bootstrap bootstrap = {.estimate = statistic_of_all(resampling)};
    bootstrap.acceleration = jackknife_acceleration(resampling, replicates + request->resamples);
    resampling->random.state = request->seed;
    draws_seed(&resampling->draws, request->seed);
    for (size_t i = 0; i < request->resamples; i++) {
        draw_units(resampling);
        replicates[i] = statistic_of(resampling, resampling->count);
        if (!isfinite(replicates[i]))
            return ASSAY_ERR_ARGUMENT;
    }
    if (!isfinite(bootstrap.estimate) || !isfinite(bootstrap.acceleration))
        return ASSAY_ERR_ARGUMENT;
    set_interval(replicates, resampling->count, request, &bootstrap);
    *ret_bootstrap = bootstrap;
    return ASSAY_OK;
}

assay_status bootstrap_statistic(bootstrap_fn *statistic, void *context, size_t count,
                                 const struct bootstrap_request *request,
                                 struct bootstrap *ret_bootstrap)
{
    TRY(check_request(request, count, request, ret_bootstrap));
    if (statistic == NULL)
        return ASSAY_ERR_ARGUMENT;
    struct resampling resampling = {.statistic = statistic, .context = context, .count = count};
    resampling.units = calloc(count + DRAWS_STEP, sizeof *resampling.units);
    double *replicates = calloc(request->resamples + count, sizeof *replicates);
    assay_status status = ASSAY_ERR_MEMORY;
    if (resampling.units != NULL && replicates != NULL)
        status = resample(&resampling, replicates, request, ret_bootstrap);
    free(resampling.units);
    free(replicates);
    return status;
}
