/* From rows of the store to series.
 * Invariant: rows come by benchmark, oldest first, so that a series is one stretch of them. */
#include "session/trend/trend.h"

#include <math.h>
#include <string.h>

#include "compare/trend.h"
#include "model/resources/resources.h"
#include "session/select/selection.h"

/* What is asked of all series of a request. */
struct asked {
    const struct trend_request *request;
    struct metric own; /* when it stands in no table of ours: what benchmarks say of it */
};

/* The direction that the newest run with the metric states.  Rows have none, and one run is enough:
 * its benchmarks agree on what their metric means. */
static assay_status ask_direction(const history_row_vec *rows, struct asked *asked)
{
    struct store *store = asked->request->store;
    const struct history_row *newest = &rows->items[0];
    struct run run;
    for (size_t i = 1; i < rows->count; i++)
        if (strcmp(rows->items[i].started_at, newest->started_at) > 0)
            newest = &rows->items[i];
    TRY(store->ops->load(store, newest->run_id, &run));
    for (size_t i = 0; i < run.results.count; i++) {
        const struct measurement *found =
            result_measurement(&run.results.items[i], asked->request->metric);
        if (found == NULL)
            continue;
        asked->own.direction = found->metric->direction;
        asked->own.quality = found->metric->quality;
    }
    run_release(&run);
    return ASSAY_OK;
}

static const struct metric *metric_known(const char *name)
{
    return resource_or_metric(name);
}

/* The metric as the row has it: those that benchmarks define have their unit there. */
static const struct metric *metric_of(struct arena *arena, const struct asked *asked,
                                      const char *unit)
{
    const char *name = asked->request->metric;
    if (metric_known(name) != NULL)
        return metric_known(name);
    struct metric *own = arena_alloc(arena, sizeof *own);
    if (own != NULL)
        *own = (struct metric){name, unit, asked->own.direction, asked->own.quality};
    return own;
}

static assay_status add_point(struct trend_series *series, const struct history_row *row)
{
    struct trend_point *point = vec_add(&series->points);
    if (point == NULL)
        return ASSAY_ERR_MEMORY;
    *point = (struct trend_point){row->started_at, row->run_id, row->commit, row->median, NULL};
    return ASSAY_OK;
}

/* The newest series has nothing in these days: its name alone is kept. */
static assay_status leave_out(const struct history_row *newest, struct trend *trend)
{
    struct trend_absent *absent = vec_add(&trend->absent);
    if (absent == NULL)
        return ASSAY_ERR_MEMORY;
    *absent = (struct trend_absent){newest->benchmark, newest->started_at};
    trend->series.count--;
    return ASSAY_OK;
}

/* Rows first .. end - 1 are one benchmark's. */
static assay_status add_series(const struct asked *asked, const struct history_row *first,
                               const struct history_row *end, struct trend *trend)
{
    const struct trend_request *request = asked->request;
    const struct history_row *newest = end - 1;
    struct trend_series *series = vec_add(&trend->series);
    if (series == NULL)
        return ASSAY_ERR_MEMORY;
    *series = (struct trend_series){
        .name = newest->benchmark,
        .metric = metric_of(&trend->arena, asked, newest->unit),
        .age_days = (double)NAN,
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
    return count > 0 ? ASSAY_OK : leave_out(newest, trend);
}

static assay_status add_all(const struct trend_request *request, const history_row_vec *rows,
                            struct trend *trend)
{
    struct asked asked = {.request = request};
    if (rows->count > 0 && metric_known(request->metric) == NULL)
        TRY(ask_direction(rows, &asked));
    for (size_t first = 0, end; first < rows->count; first = end) {
        end = first + 1;
        while (end < rows->count &&
               strcmp(rows->items[end].benchmark, rows->items[first].benchmark) == 0)
            end++;
        TRY(add_series(&asked, rows->items + first, rows->items + end, trend));
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
    if (request->filter != NULL)
        return request->store->ops->history(request->store, request->filter, request->metric, arena,
                                            rows);
    assay_status status =
        selection_open(request->words, request->word_count, &selection, &request->store->error);
    if (status == ASSAY_OK)
        status = request->store->ops->history(request->store,
                                              &(struct benchmark_filter){takes, &selection, 0},
                                              request->metric, arena, rows);
    selection_release(&selection);
    return status;
}

/* For messages: the first word stands for all. */
static const char *words_shown(const struct trend_request *request)
{
    return request->word_count > 0 ? request->words[0] : "*";
}

assay_status trend_add(const struct trend_request *request, struct trend *trend)
{
    history_row_vec rows = {0};
    assay_status status = load_rows(request, &trend->arena, &rows);
    if (status == ASSAY_OK)
        status = add_all(request, &rows, trend);
    vec_release(&rows);
    return status;
}

assay_status trend_load(const struct trend_request *request, struct trend *ret_trend)
{
    *ret_trend = (struct trend){.series = {0}};
    TRY(trend_add(request, ret_trend));
    if (ret_trend->series.count > 0)
        return ASSAY_OK;
    if (ret_trend->absent.count == 0)
        return buf_error(&request->store->error, ASSAY_ERR_NOT_FOUND,
                         "no stored benchmark matches '%s' with metric '%s'", words_shown(request),
                         request->metric);
    return buf_error(&request->store->error, ASSAY_ERR_NOT_FOUND, "'%s' was not measured since %s",
                     words_shown(request), request->since);
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
