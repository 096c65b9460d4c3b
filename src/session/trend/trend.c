/* From rows of the store to series.
 * Invariant: rows come by benchmark, oldest first, so that a series is one stretch of them. */
#include "session/trend/trend.h"

#include <string.h>

#include "compare/trend.h"
#include "model/resources/resources.h"
#include "session/select/selection.h"

/* The metric as the row has it: those that benchmarks define are not in METRICS. */
static const struct metric *metric_of(struct arena *arena, const char *name, const char *unit)
{
    const struct metric *known = resource_or_metric(name);
    if (known != NULL)
        return known;
    struct metric *own = arena_alloc(arena, sizeof *own);
    if (own != NULL)
        *own = (struct metric){.name = name, .unit = unit};
    return own;
}

static assay_status add_point(struct trend_series *series, const struct history_row *row)
{
    struct trend_point *point = vec_add(&series->points);
    if (point == NULL)
        return ASSAY_ERR_MEMORY;
    *point = (struct trend_point){row->started_at, row->run_id, row->commit, row->median};
    return ASSAY_OK;
}

/* Days from a time of the store to now; 0 when either is not known, or it lies ahead. */
static double age_of(const char *started_at, time_t now)
{
    struct tm utc = {0};
    if (now == 0 || strptime(started_at, "%Y-%m-%dT%H:%M:%S", &utc) == NULL)
        return 0;
    double seconds = difftime(now, timegm(&utc));
    return seconds > 0 ? seconds / (24 * 60 * 60) : 0;
}

/* Rows first .. end - 1 are one benchmark's. */
static assay_status add_series(const struct trend_request *request, const struct history_row *first,
                               const struct history_row *end, struct trend *trend)
{
    const struct history_row *newest = end - 1;
    struct trend_series *series = vec_add(&trend->series);
    if (series == NULL)
        return ASSAY_ERR_MEMORY;
    *series = (struct trend_series){
        .name = newest->benchmark,
        .metric = metric_of(&trend->arena, request->metric, newest->unit),
        .age_days = age_of(newest->started_at, request->now),
    };
    if (series->metric == NULL)
        return ASSAY_ERR_MEMORY;
    for (const struct history_row *row = first; row < end; row++) {
        if (strcmp(row->started_at, request->since) < 0)
            continue;
        if (strcmp(row->fingerprint, newest->fingerprint) != 0)
            series->left_out++;
        else
            TRY(add_point(series, row));
    }
    const size_t count = series->points.count;
    if (request->last > 0 && count > request->last) {
        memmove(series->points.items, series->points.items + count - request->last,
                request->last * sizeof *series->points.items);
        series->points.count = request->last;
    }
    if (count == 0) /* nothing in these days */
        trend->series.count--;
    return ASSAY_OK;
}

static assay_status add_all(const struct trend_request *request, const history_row_vec *rows,
                            struct trend *trend)
{
    for (size_t first = 0, end; first < rows->count; first = end) {
        end = first + 1;
        while (end < rows->count &&
               strcmp(rows->items[end].benchmark, rows->items[first].benchmark) == 0)
            end++;
        TRY(add_series(request, rows->items + first, rows->items + end, trend));
    }
    return ASSAY_OK;
}

static bool takes(void *selection, const struct benchmark *benchmark)
{
    return selection_takes(selection, benchmark);
}

static assay_status load_rows(const struct trend_request *request, struct arena *arena,
                              history_row_vec *rows)
{
    struct selection selection;
    char *word = arena_copy(arena, request->pattern);
    if (word == NULL)
        return ASSAY_ERR_MEMORY;
    if (request->filter != NULL)
        return request->store->ops->history(request->store, request->filter, request->metric, arena,
                                            rows);
    assay_status status = selection_open(&word, 1, &selection, &request->store->error);
    if (status == ASSAY_OK)
        status = request->store->ops->history(request->store,
                                              &(struct benchmark_filter){takes, &selection, 0},
                                              request->metric, arena, rows);
    selection_release(&selection);
    return status;
}

assay_status trend_load(const struct trend_request *request, struct trend *ret_trend)
{
    history_row_vec rows = {0};
    *ret_trend = (struct trend){0};
    assay_status status = load_rows(request, &ret_trend->arena, &rows);
    if (status == ASSAY_OK && rows.count == 0)
        status = buf_error(&request->store->error, ASSAY_ERR_NOT_FOUND,
                           "no stored benchmark matches '%s' with metric '%s'", request->pattern,
                           request->metric);
    if (status == ASSAY_OK)
        status = add_all(request, &rows, ret_trend);
    vec_release(&rows);
    if (status == ASSAY_OK && ret_trend->series.count == 0)
        status = buf_error(&request->store->error, ASSAY_ERR_NOT_FOUND,
                           "'%s' was not measured since %s", request->pattern, request->since);
    return status;
}

assay_status trend_watch_all(struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count; i++)
        TRY(trend_watch(&trend->series.items[i]));
    return ASSAY_OK;
}

assay_status trend_judge_all(struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count; i++)
        TRY(trend_judge(&trend->series.items[i]));
    trend_order(trend);
    return ASSAY_OK;
}
