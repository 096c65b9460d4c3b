/* assay history: the stored runs, or one benchmark over all of them.
 * Why one command for both: the question is the same ("what was there before"), asked of all or of
 * one. Opens the store only to read; a store that does not exist is an error, not an empty list. */
#include <string.h>
#include <time.h>

#include "cli/common.h"
#include "report/history.h"
#include "report/table/tables.h"

enum { LAST = 20 };

struct history_options {
    struct common_options common;
    const char *metric;
    unsigned last, days;
};

static const struct option_row ROWS[] = {
    {"last", 'n', "N", "at most N runs (default: 20; of a benchmark or of days: all)", OPTION_COUNT,
     offsetof(struct history_options, last)},
    {"days", 'd', "N", "only what was measured in the last N days", OPTION_COUNT,
     offsetof(struct history_options, days)},
    {"metric", 'm', "NAME", "of a benchmark: which metric (default: time_ns)", OPTION_TEXT,
     offsetof(struct history_options, metric)},
    FORMAT_ROW(struct history_options),
    COMMON_ROWS(struct history_options),
    OPTION_END,
};

enum { TIME_TEXT_MAX = 32 };

/* When the days began, written as the store writes times, so that texts compare as times do; "" for
 * all days. */
static const char *since(const struct history_options *options, char text[TIME_TEXT_MAX])
{
    struct timespec now;
    struct tm utc;
    text[0] = '\0';
    clock_gettime(CLOCK_REALTIME, &now);
    time_t start = now.tv_sec - (time_t)options->days * 24 * 60 * 60;
    if (options->days > 0 && start > 0 && gmtime_r(&start, &utc) != NULL)
        strftime(text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

/* Rows of runs stand newest first: cuts off those before `from`. */
static void cut_runs(run_row_vec *rows, const char *from)
{
    while (rows->count > 0 && strcmp(rows->items[rows->count - 1].started_at, from) < 0)
        rows->count--;
}

static void cut_history(history_row_vec *rows, const char *from)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].started_at, from) >= 0)
            rows->items[kept++] = rows->items[i];
    rows->count = kept;
}

static size_t runs_wanted(const struct history_options *options)
{
    enum { ALL = 1000000000 };
    return options->last ? options->last : options->days ? ALL : LAST;
}

static assay_status render_runs(struct store *store, const struct history_options *options,
                                struct arena *arena, struct buf *out)
{
    run_row_vec rows = {0};
    char from[TIME_TEXT_MAX];
    assay_status status = store->ops->runs(store, runs_wanted(options), arena, &rows);
    cut_runs(&rows, since(options, from));
    enum table_format table;
    if (status == ASSAY_OK && common_table(&options->common, &table))
        status = report_table_runs(&rows, table, out);
    else if (status == ASSAY_OK && common_format(&options->common) == OUTPUT_JSON)
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
    char from[TIME_TEXT_MAX];
    const char *metric = options->metric ? options->metric : METRICS[METRIC_TIME].name;
    assay_status status = store->ops->history(store, pattern, metric, arena, &rows);
    size_t found = rows.count;
    enum table_format table;
    cut_history(&rows, since(options, from));
    keep_last(&rows, options->last);
    if (status == ASSAY_OK && found == 0)
        status = buf_error(&store->error, ASSAY_ERR_NOT_FOUND,
                           "no stored benchmark matches '%s' with metric '%s'", pattern, metric);
    else if (status == ASSAY_OK && rows.count == 0)
        status = buf_error(&store->error, ASSAY_ERR_NOT_FOUND,
                           "'%s' was not measured in the last %u days", pattern, options->days);
    else if (status == ASSAY_OK && common_table(&options->common, &table))
        status = report_table_history(&rows, metric, table, out);
    else if (status == ASSAY_OK && common_format(&options->common) == OUTPUT_JSON)
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
