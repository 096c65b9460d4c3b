/* The JSON API: the documents of the command line, with the same schemas (docs/schema).
 * A route adds nothing to a document, so that what reads `assay ... --json` reads this as well. */
#include "report/history.h"
#include "report/json.h"
#include "report/trend/trend.h"
#include "report/versions/versions.h"
#include "serve/answer.h"
#include "session/page/context.h"
#include "session/select/selection.h"

enum { RUNS = 100, RUNS_MAX = 10000 };

assay_status api_runs(struct asked *asked)
{
    run_row_vec rows = {0};
    size_t last;
    TRY(request_count(asked->request, "last", RUNS_MAX, RUNS, &last, asked->error));
    assay_status status =
        asked_store(asked, asked->store->ops->runs(asked->store, last, &asked->arena, &rows));
    if (status == ASSAY_OK)
        status = report_json_runs(rows.items, rows.count, asked->out);
    vec_release(&rows);
    return status;
}

assay_status api_run(struct asked *asked)
{
    struct run run = {0};
    TRY(asked_run(asked, asked->request->segments[3], &run));
    assay_status status = report_json_run(&run, asked->out);
    run_release(&run);
    return status;
}

assay_status api_view(struct asked *asked)
{
    struct run run = {0};
    struct page_context context = {.web = {0}};
    TRY(asked_run(asked, asked->request->segments[3], &run));
    assay_status status =
        page_context_load(asked->store, &run, asked->releases, &context, asked->error);
    if (status == ASSAY_OK)
        status = web_view(&run, &context.web, asked->out);
    page_context_release(&context);
    run_release(&run);
    return status;
}

static bool takes(void *selection, const struct benchmark *benchmark)
{
    return selection_takes(selection, benchmark);
}

static assay_status load_history(struct asked *asked, const char *benchmark, const char *metric,
                                 history_row_vec *rows)
{
    const struct store_ops *ops = asked->store->ops;
    struct selection selection;
    char *word = arena_copy(&asked->arena, benchmark);
    if (word == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = selection_open(&word, 1, &selection, asked->error);
    if (status == ASSAY_OK)
        status = asked_store(asked, ops->history(asked->store,
                                                 &(struct benchmark_filter){takes, &selection, 0},
                                                 metric, &asked->arena, rows));
    selection_release(&selection);
    return status;
}

assay_status api_history(struct asked *asked)
{
    history_row_vec rows = {0};
    const char *benchmark;
    const char *metric = request_parameter(asked->request, "metric", METRICS[METRIC_TIME].name);
    TRY(asked_benchmark(asked, &benchmark));
    assay_status status = load_history(asked, benchmark, metric, &rows);
    if (status == ASSAY_OK && rows.count == 0)
        status = buf_error(asked->error, ASSAY_ERR_NOT_FOUND,
                           "no stored benchmark matches '%s' with metric '%s'", benchmark, metric);
    if (status == ASSAY_OK)
        status = report_json_history(rows.items, rows.count, metric, asked->out);
    vec_release(&rows);
    return status;
}

assay_status api_trend(struct asked *asked)
{
    struct wanted_trend wanted;
    assay_status status = asked_trend(asked, &wanted);
    const struct kept_trend *kept = wanted.kept;
    if (status == ASSAY_OK)
        status = report_json_trend_after(wanted.trend, kept != NULL ? &kept->points : NULL,
                                         kept != NULL ? kept->written : 0, asked->out);
    wanted_trend_release(&wanted);
    return status;
}

assay_status api_compare(struct asked *asked)
{
    struct compared compared;
    assay_status status = asked_compared(asked, &compared);
    if (status == ASSAY_OK)
        status =
            report_json_versions(&compared.rows, NULL, COMPARISON_FALSE_DISCOVERY_RATE, asked->out);
    compared_release(&compared);
    return status;
}
