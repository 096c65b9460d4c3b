/* assay history: the stored runs, or one benchmark over all of them.
 * Why one command for both: the question is the same ("what was there before"), asked of all or of
 * one. Opens the store only to read; a store that does not exist is an error, not an empty list. */
#include <string.h>

#include "cli/common.h"
#include "report/history.h"

enum { LAST = 20 };

struct history_options {
    struct common_options common;
    const char *metric;
    unsigned last;
};

static const struct option_row ROWS[] = {
    {"last", 'n', "N", "at most N runs (default: 20; of a benchmark: all)", OPTION_COUNT,
     offsetof(struct history_options, last)},
    {"metric", 'm', "NAME", "of a benchmark: which metric (default: time_ns)", OPTION_TEXT,
     offsetof(struct history_options, metric)},
    COMMON_ROWS(struct history_options),
    OPTION_END,
};

static assay_status render_runs(struct store *store, const struct history_options *options,
                                struct arena *arena, struct buf *out)
{
    run_row_vec rows = {0};
    assay_status status =
        store->ops->runs(store, options->last ? options->last : LAST, arena, &rows);
    if (status == ASSAY_OK && options->common.json)
        status = report_json_runs(rows.items, rows.count, out);
    else if (status == ASSAY_OK)
        report_text_runs(rows.items, rows.count, out);
    vec_release(&rows);
    return status;
}

/* Keeps the last `limit` rows of each benchmark; 0 keeps all. */
static void keep_last(history_row_vec *rows, size_t limit)
{
    size_t kept = 0;
    for (size_t first = 0, end; limit > 0 && first < rows->count; first = end) {
        for (end = first + 1; end < rows->count &&
                              strcmp(rows->items[end].benchmark, rows->items[first].benchmark) == 0;
             end++)
            continue;
        size_t from = end - first > limit ? end - limit : first;
        memmove(rows->items + kept, rows->items + from, (end - from) * sizeof *rows->items);
        kept += end - from;
    }
    if (limit > 0)
        rows->count = kept;
}

static assay_status render_benchmark(struct store *store, const struct history_options *options,
                                     const char *pattern, struct arena *arena, struct buf *out)
{
    history_row_vec rows = {0};
    const char *metric = options->metric ? options->metric : METRICS[METRIC_TIME].name;
    assay_status status = store->ops->history(store, pattern, metric, arena, &rows);
    keep_last(&rows, options->last);
    if (status == ASSAY_OK && rows.count == 0)
        status = buf_error(&store->error, ASSAY_ERR_NOT_FOUND,
                           "no stored benchmark matches '%s' with metric '%s'", pattern, metric);
    else if (status == ASSAY_OK && options->common.json)
        status = report_json_history(rows.items, rows.count, metric, out);
    else if (status == ASSAY_OK)
        report_text_history(rows.items, rows.count, out);
    vec_release(&rows);
    return status;
}

static assay_status history_of(struct cli *cli, const struct history_options *options,
                               const struct workplace *workplace, const char *pattern)
{
    struct arena arena = {0};
    struct store *store = NULL;
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    TRY(store_open(workplace->store, false, &store, &cli->error));
    assay_status status = pattern ? render_benchmark(store, options, pattern, &arena, &out)
                                  : render_runs(store, options, &arena, &out);
    if (status == ASSAY_OK)
        status = cli_print(cli, &out);
    else
        buf_error(&cli->error, status, "%s", store->error.text);
    store_close(store);
    arena_release(&arena);
    return status;
}

static assay_status history(struct cli *cli, int argc, char **argv)
{
    struct history_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(cli_check_operands(cli, argv + first, argc - first, 1));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = history_of(cli, &options, &workplace, first < argc ? argv[first] : NULL);
    workplace_release(&workplace);
    return status;
}

const struct command command_history = {
    "history",
    "[BENCHMARK]",
    "list stored runs, or one benchmark over all of them",
    "BENCHMARK is an id, a part of one, or a glob with '*' and '?'.\n",
    ROWS,
    history,
};
