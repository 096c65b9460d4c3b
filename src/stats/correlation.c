/* Autocorrelation of ranks, pooled over launches.
 *
 * Why it matters: slots of 0.3 ms that follow each other meet the same neighbour, the same clock
 * frequency and the same pages.  Their number then promises an accuracy that is not there; the
 * effective count is the number of independent samples with a mean as uncertain as this one's.
 *
 * Invariants: 1. ranks are centred within each launch, so that the difference of launches is no
 * autocorrelation; 2. autocovariances are divided by the count and not by the number of pairs: the
 * biased ones, of which Geyer's sums stay positive. */
#include "stats/correlation.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct ranked {
    double value;
    size_t index;
};

/* Centred ranks of all samples and where their launches begin. */
struct series {
    double *ranks;
    const uint32_t *launches;
    size_t count;
    size_t longest;  /* samples of the longest launch */
    double variance; /* autocovariance at lag 0 */
};

static int by_value(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static size_t launch_end(const struct series *series, size_t start)
{
    size_t end = start + 1;
    while (end < series->count && series->launches[end] == series->launches[start])
        end++;
    return end;
}

/* Ranks 1 .. count less their mean; equal values share the mean of their ranks. */
static void rank_launch(struct ranked *sorted, size_t count, double *ranks)
{
    qsort(sorted, count, sizeof *sorted, by_value);
    for (size_t start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && sorted[end].value <= sorted[start].value; end++)
            ;
        double rank = ((double)start + (double)end - (double)count) / 2;
        for (size_t i = start; i < end; i++)
            ranks[sorted[i].index] = rank;
    }
}

/* Mean of products of ranks `lag` apart within launches. */
static double autocovariance(const struct series *series, size_t lag)
{
    double sum = 0;
    for (size_t start = 0, end; start < series->count; start = end) {
        end = launch_end(series, start);
        for (size_t i = start; i + lag < end; i++)
            sum += series->ranks[i] * series->ranks[i + lag];
    }
    return sum / (double)series->count;
}

static assay_status series_init(struct series *series, const double *values,
                                const uint32_t *launches, size_t count)
{
    if (values == NULL || launches == NULL)
        return ASSAY_ERR_ARGUMENT;
    if (count == 0)
        return ASSAY_ERR_TOO_FEW;
    *series = (struct series){.launches = launches, .count = count};
    struct ranked *sorted = calloc(count, sizeof *sorted);
    series->ranks = calloc(count, sizeof *series->ranks);
    if (sorted == NULL || series->ranks == NULL) {
        free(sorted);
        free(series->ranks);
        return ASSAY_ERR_MEMORY;
    }
    for (size_t start = 0, end; start < count; start = end) {
        end = launch_end(series, start);
        for (size_t i = start; i < end; i++)
            sorted[i - start] = (struct ranked){values[i], i - start};
        rank_launch(sorted, end - start, series->ranks + start);
        series->longest = end - start > series->longest ? end - start : series->longest;
    }
    free(sorted);
    series->variance = autocovariance(series, 0);
    return ASSAY_OK;
}

/* 1 + 2 * sum of autocorrelations: pairs of lags (2m, 2m + 1) while they are positive, of which the
 * first holds lag 0 once. */
static double integrated_time(const struct series *series)
{
    double sum = 0;
    for (size_t lag = 0; lag < CORRELATION_LAGS_MAX && lag < series->longest; lag += 2) {
        double pair = (lag == 0 ? series->variance : autocovariance(series, lag)) +
                      autocovariance(series, lag + 1);
        if (pair <= 0)
            break;
        sum += pair;
    }
    return 2 * sum / series->variance - 1;
}

assay_status correlation_of(const double *values, const uint32_t *launches, size_t count,
                            struct correlation *ret_correlation)
{
    struct series series;
    if (ret_correlation == NULL)
        return ASSAY_ERR_ARGUMENT;
    TRY(series_init(&series, values, launches, count));
    struct correlation correlation = {0, (double)count};
    if (series.longest >= CORRELATION_SAMPLES_MIN && series.variance > 0) {
        correlation.lag1 = autocovariance(&series, 1) / series.variance;
        correlation.effective_count = (double)count / fmax(integrated_time(&series), 1);
    }
    correlation.effective_count = fmax(correlation.effective_count, 1);
    free(series.ranks);
    *ret_correlation = correlation;
    return ASSAY_OK;
}

assay_status correlation_lags(const double *values, const uint32_t *launches, size_t count,
                              size_t lag_count, double *ret_correlations)
{
    struct series series;
    if (ret_correlations == NULL)
        return ASSAY_ERR_ARGUMENT;
    TRY(series_init(&series, values, launches, count));
    for (size_t lag = 1; lag <= lag_count; lag++)
        ret_correlations[lag - 1] =
            series.variance > 0 ? autocovariance(&series, lag) / series.variance : 0;
    free(series.ranks);
    return ASSAY_OK;
}
