/* From a series and its targets to forecasts.
 * Why since the last step only: what was before it says nothing of the level now. */
#include "compare/history/forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "stats/forecast/forecast.h"

#define LEVEL 0.95

/* Values since the last step, and the days between them. */
struct tail {
    double *values, *gaps;
    size_t count;
    bool has_days;
};

static assay_status tail_make(const struct trend_series *series, struct tail *tail)
{
    const size_t changes = series->changes.count;
    const size_t first = changes > 0 ? series->changes.items[changes - 1].index : 0;
    const struct trend_point *points = series->points.items + first;
    *tail = (struct tail){.count = series->points.count - first, .has_days = true};
    tail->values = malloc((2 * tail->count + 1) * sizeof *tail->values);
    if (tail->values == NULL)
        return ASSAY_ERR_MEMORY;
    tail->gaps = tail->values + tail->count;
    for (size_t i = 0; i < tail->count; i++) {
        tail->values[i] = points[i].value;
        if (i == 0)
            continue;
        tail->gaps[i - 1] = trend_point_day(&points[i]) - trend_point_day(&points[i - 1]);
        tail->has_days &= isfinite(tail->gaps[i - 1]);
    }
    return ASSAY_OK;
}

static assay_status add_forecast(struct trend_series *series, const struct tail *tail, double limit,
                                 const char *source, size_t horizon)
{
    struct trend_forecast *forecast = vec_add(&series->forecasts);
    if (forecast == NULL)
        return ASSAY_ERR_MEMORY;
    *forecast = (struct trend_forecast){.limit = limit, .source = source};
    const struct forecast_request request = {.values = tail->values,
                                             .gaps = tail->has_days ? tail->gaps : NULL,
                                             .count = tail->count,
                                             .limit = limit,
                                             .horizon = horizon,
                                             .level = LEVEL,
                                             .seed = 1};
    TRY(forecast_crossing(&request, &forecast->found));
    forecast->to_worse = forecast->found.rises == (series->metric->direction == LOWER_IS_BETTER);
    return ASSAY_OK;
}

static bool is_of(const struct target *target, const struct trend_series *series)
{
    return target->versus == NULL && strcmp(target->metric, series->metric->name) == 0 &&
           benchmark_is_meant(target->benchmark, series->name);
}

static assay_status add_all(struct trend_series *series, const struct tail *tail,
                            const struct trend_forecast_request *request, struct buf *error)
{
    double limit;
    for (size_t i = 0; request->targets != NULL && i < request->targets->count; i++) {
        const struct target *target = &request->targets->items[i];
        if (is_of(target, series))
            TRY(add_forecast(series, tail, target->limit, target->source, request->horizon));
    }
    if (request->limit == NULL)
        return ASSAY_OK;
    if (quantity_parse(request->limit, series->metric->unit, &limit) != ASSAY_OK)
        return buf_error(error, ASSAY_ERR_PARSE, "--target '%s' is no value of '%s': it wants %s",
                         request->limit, series->name, quantity_wanted(series->metric->unit));
    return add_forecast(series, tail, limit, "--target", request->horizon);
}

assay_status trend_forecast_all(struct trend *trend, const struct trend_forecast_request *request,
                                struct buf *error)
{
    for (size_t i = 0; i < trend->series.count; i++) {
        struct tail tail;
        assay_status status = tail_make(&trend->series.items[i], &tail);
        if (status == ASSAY_OK)
            status = add_all(&trend->series.items[i], &tail, request, error);
        free(tail.values);
        TRY(status);
    }
    return ASSAY_OK;
}
