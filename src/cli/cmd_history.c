/* assay history: the stored runs, or one benchmark over all of them.
 * Why one command for both: the question is the same ("what was there before"), asked of all or of
 * one. Opens the store only to read; a store that does not exist is an error, not an empty list. */
#include <string.h>
#include <time.h>

#include "cli/common.h"
#include "cli/prune.h"
#include "cli/selection.h"
#include "report/history.h"
#include "report/table/tables.h"
#include "session/select/selection.h"

enum { LAST = 20 };

struct history_options {
    struct common_options common;
    struct selection_options selection;
    const char *metric;
    unsigned last, days;
    bool ids;
    struct prune_options prune;
};

static const struct option_row ROWS[] = {
    {"last", 'n', "N", "at most N runs (default: 20; of a benchmark or of days: all)", OPTION_COUNT,
     offsetof(struct history_options, last)},
    {"days", 'd', "N", "only what was measured in the last N days", OPTION_COUNT,
     offsetof(struct history_options, days)},
    {"metric", 'm', "NAME", "of a benchmark: which metric (default: time_ns)", OPTION_TEXT,
     offsetof(struct history_options, metric)},
    {"ids", 0, NULL, "only the ids of runs, one a line", OPTION_FLAG,
     offsetof(struct history_options, ids)},
    PRUNE_ROWS(struct history_options),
    SELECTION_ROWS(struct history_options),
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
    for (size_t i = 0; i < rows.count && options->ids; i++)
        buf_printf(out, "%s\n", rows.items[i].id);
    if (options->ids)
        status = status == ASSAY_OK ? out->status : status;
    else if (status == ASSAY_OK && common_table(&options->common, &table))
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

static bool takes(void *selection, const struct benchmark *benchmark)
{
    return selection_takes(selection, benchmark);
}

/* Rows of the benchmarks that the words choose, of which there are some. */
static assay_status find_rows(struct store *store, const struct history_options *options,
                              const struct words *words, struct arena *arena, history_row_vec *rows)
{
    struct selection selection;
    char from[TIME_TEXT_MAX];
    const char *metric = options->metric ? options->metric : METRICS[METRIC_TIME].name;
    assay_status status = selection_open(words->items, words->count, &selection, &store->error);
    const size_t newest = options->days > 0 ? 0 : options->last;
    if (status == ASSAY_OK)
        status = store->ops->history(store, &(struct benchmark_filter){takes, &selection, newest},
                                     metric, arena, rows);
    selection_release(&selection);
    TRY(status);
    if (rows->count == 0)
        return buf_error(&store->error, ASSAY_ERR_NOT_FOUND,
                         "no stored benchmark matches '%s' with metric '%s'", words->items[0],
                         metric);
    cut_history(rows, since(options, from));
    keep_last(rows, options->last);
    return rows->count > 0 ? ASSAY_OK
                           : buf_error(&store->error, ASSAY_ERR_NOT_FOUND,
                                       "'%s' was not measured in the last %u days", words->items[0],
                                       options->days);
}

static assay_status render_benchmarks(struct store *store, const struct history_options *options,
                                      const struct words *words, struct arena *arena,
                                      struct buf *out)
{
    history_row_vec rows = {0};
    enum table_format table;
    const char *metric = options->metric ? options->metric : METRICS[METRIC_TIME].name;
    assay_status status = find_rows(store, options, words, arena, &rows);
    if (status == ASSAY_OK && common_table(&options->common, &table))
        status = report_table_history(&rows, metric, table, out);
    else if (status == ASSAY_OK && common_format(&options->common) == OUTPUT_JSON)
        status = report_json_history(rows.items, rows.count, metric, out);
    else if (status == ASSAY_OK)
        report_text_history(rows.items, rows.count, out);
    vec_release(&rows);
    return status;
}

static assay_status history_of(struct cli *cli, const struct history_options *options,
                               const struct workplace *workplace, const struct words *words)
{
    struct arena arena = {0};
    struct store *store = NULL;
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    TRY(store_open(workplace->store, false, &store, &cli->error));
    assay_status status = words->count > 0 ? render_benchmarks(store, options, words, &arena, &out)
                                           : render_runs(store, options, &arena, &out);
    if (status == ASSAY_OK)
        status = cli_print(cli, &out);
    else
        buf_error(&cli->error, status, "%s", store->error.text);
    store_close(store);
    arena_release(&arena);
    return status;
}

static bool is_verb(const char *word)
{
    return strcmp(word, "prune") == 0 || strcmp(word, "seal") == 0 || strcmp(word, "check") == 0;
}

/* What is done to the store instead of being listed. */
static assay_status do_verb(struct cli *cli, struct history_options *options,
                            const struct workplace *workplace, char **words, int count)
{
    TRY(cli_check_operands(cli, words, count, 1));
    options->prune.json = common_format(&options->common) == OUTPUT_JSON;
    if (strcmp(words[0], "check") == 0)
        return check_store(cli, options->prune.json, workplace);
    return strcmp(words[0], "seal") == 0 ? seal(cli, &options->prune, workplace)
                                         : prune(cli, &options->prune, workplace);
}

static assay_status history(struct cli *cli, int argc, char **argv)
{
    struct history_options options = {0};
    struct workplace workplace = {0};
    struct words words;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = selection_words(&options.selection, argv + first, argc - first, &workplace.arena,
                                 &words);
    if (status == ASSAY_OK)
        status = first < argc && is_verb(argv[first])
                     ? do_verb(cli, &options, &workplace, argv + first, argc - first)
                     : history_of(cli, &options, &workplace, &words);
    workplace_release(&workplace);
    return status;
}

const struct command command_history = {
    "history",
    "[PATTERN ...] | prune | seal | check",
    "list stored runs, or one benchmark over all of them",
    "A PATTERN is a suite, a part of an id, a glob with '*' and '?' ('vector/*_large'), or "
    "'~REGEX', an extended\n"
    "regular expression; '%TAG' is a tag, and '!' before any of them leaves out what it means.\n"
    "Without one the runs are listed. Where the machine, kernel or compiler changes, a line says "
    "so.\n\n"
    "'prune' removes runs from the store: those that are not among the newest --keep N and are\n"
    "--older-than so many days, as far as each is said. The runs of baselines always stay.\n"
    "It shows what goes and asks on a terminal; elsewhere it needs --yes.\n"
    "'seal' makes them small instead: outcomes, medians, intervals and counts stay, samples and\n"
    "other statistics go. 'check' reads all that is stored and says what is damaged (exit code "
    "3).\n",
    ROWS,
    history,
};
