/* Metrics of a result.  A rate is summarized from per-sample rates and not by inverting the time's
 * summary: the interval of an inverse is not the inverse of an interval.
 * Invariant: measurements[0], when there is one, is the time. */
#include "session/measurements.h"

#include <stdlib.h>

#include "stats/summary.h"

/* Times one iteration took, or work/time when `work` > 0. */
static assay_status summarize_samples(struct result *result, double work, struct summary *ret)
{
    size_t count = result->samples.count;
    double *values = malloc(count * sizeof *values);
    uint32_t *launches = malloc(count * sizeof *launches);
    assay_status status = values && launches ? ASSAY_OK : ASSAY_ERR_MEMORY;
    for (size_t i = 0; status == ASSAY_OK && i < count; i++) {
        const struct sample *sample = &result->samples.items[i];
        double each_ns = sample->ns / (double)sample->iterations;
        values[i] = work <= 0 ? each_ns : work / (each_ns > 1e-6 ? each_ns : 1e-6) * 1e9;
        launches[i] = sample->launch;
    }
    if (status == ASSAY_OK)
        status = summarize(values, launches, count, ret);
    if (status == ASSAY_OK)
        status = summarize_bootstrap(values, launches, count, ret);
    free(values);
    free(launches);
    return status;
}

static assay_status add_measurement(struct result *result, enum metric_id metric, double work)
{
    struct summary summary;
    TRY(summarize_samples(result, work, &summary));
    struct measurement *measurement = result_add_measurement(result, &METRICS[metric]);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    measurement->summary = summary;
    return ASSAY_OK;
}

/* Numbers of launches must not decrease for summarize(); observations come in that order. */
assay_status measurements_observed(const struct metric *metric, const observation_vec *observations,
                                   struct summary *ret_summary)
{
    double *values = calloc(observations->count + 1, sizeof *values);
    uint32_t *launches = calloc(observations->count + 1, sizeof *launches);
    size_t count = 0;
    for (size_t i = 0; values && launches && i < observations->count; i++) {
        if (observations->items[i].metric != metric)
            continue;
        values[count] = observations->items[i].value;
        launches[count++] = observations->items[i].launch;
    }
    assay_status status =
        values && launches ? summarize(values, launches, count, ret_summary) : ASSAY_ERR_MEMORY;
    if (status == ASSAY_OK)
        status = summarize_bootstrap(values, launches, count, ret_summary);
    free(values);
    free(launches);
    return status;
}

static assay_status add_observed(struct result *result, const struct metric *metric,
                                 const observation_vec *observations)
{
    struct summary summary;
    TRY(measurements_observed(metric, observations, &summary));
    struct measurement *measurement = result_add_measurement(result, metric);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    measurement->summary = summary;
    return ASSAY_OK;
}

/* Behind what there is; frees `whole`. */
static assay_status append_whole(struct result *result, measurement_vec *whole, assay_status status)
{
    for (size_t i = 0; i < whole->count && status == ASSAY_OK; i++) {
        struct measurement *measurement = result_add_measurement(result, whole->items[i].metric);
        if (measurement != NULL)
            measurement->summary = whole->items[i].summary;
        status = measurement != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
    }
    vec_release(whole);
    return status;
}

static assay_status compute(struct result *result, const observation_vec *observations)
{
    TRY(add_measurement(result, METRIC_TIME, 0));
    if (result->bytes > 0)
        TRY(add_measurement(result, METRIC_BYTES, result->bytes));
    if (result->items > 0)
        TRY(add_measurement(result, METRIC_ITEMS, result->items));
    for (size_t i = 0; i < observations->count; i++)
        if (result_measurement(result, observations->items[i].metric->name) == NULL)
            TRY(add_observed(result, observations->items[i].metric, observations));
    return ASSAY_OK;
}

assay_status measurements_compute(struct result *result, const observation_vec *observations)
{
    if (result->outcome != OUTCOME_OK || result->samples.count == 0)
        return ASSAY_OK;
    measurement_vec whole = result->measurements; /* the time comes before them */
    result->measurements = (measurement_vec){0};
    return append_whole(result, &whole, compute(result, observations));
}

assay_status measurements_add_share(struct result *result, double least_seconds)
{
    if (least_seconds <= 0 || result->outcome != OUTCOME_OK || result->samples.count == 0)
        return ASSAY_OK;
    return add_measurement(result, METRIC_ROOFLINE, 100 * least_seconds);
}
