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
    free(values);
    free(launches);
    return status;
}

static assay_status add_measurement(struct result *result, enum metric_id metric, double work)
{
    struct measurement *measurement = &result->measurements[result->measurement_count];
    TRY(summarize_samples(result, work, &measurement->summary));
    measurement->metric = &METRICS[metric];
    result->measurement_count++;
    return ASSAY_OK;
}

/* One number a launch, and an interval over them like that of any metric. */
static assay_status add_peaks(struct result *result, const value_vec *peaks)
{
    struct measurement *measurement = &result->measurements[result->measurement_count];
    uint32_t *launches = calloc(peaks->count, sizeof *launches);
    if (launches == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < peaks->count; i++)
        launches[i] = (uint32_t)i;
    assay_status status = summarize(peaks->items, launches, peaks->count, &measurement->summary);
    free(launches);
    TRY(status);
    measurement->metric = &METRICS[METRIC_RSS];
    result->measurement_count++;
    return ASSAY_OK;
}

assay_status measurements_compute(struct result *result, const value_vec *rss_bytes_peaks)
{
    if (result->outcome != OUTCOME_OK || result->samples.count == 0)
        return ASSAY_OK;
    TRY(add_measurement(result, METRIC_TIME, 0));
    if (result->bytes > 0)
        TRY(add_measurement(result, METRIC_BYTES, result->bytes));
    if (result->items > 0)
        TRY(add_measurement(result, METRIC_ITEMS, result->items));
    return rss_bytes_peaks->count > 0 ? add_peaks(result, rss_bytes_peaks) : ASSAY_OK;
}
