/* assay trend: how benchmarks went, and where they changed.
 * Why it does not fail when something got worse: a trend is looked at, a gate decides. */
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <time.h>

#include "cli/common.h"
#include "exchange/table.h"
#include "report/trend/trend.h"
#include "session/trend/trend.h"

struct trend_options {
    struct common_options common;
    const char *metric, *from, *unit;
    unsigned last, days;
    bool higher_is_better, online;
};
#define OPTION(field) offsetof(struct trend_options, field)

static const struct option_row ROWS[] = {
    {"days", 'd', "N", "only what was measured in the last N days", OPTION_COUNT, OPTION(days)},
    {"last", 'n', "N", "the last N points of each series", OPTION_COUNT, OPTION(last)},
    {"online", 0, NULL,
     "what would have been raised as each point came, instead of all in hindsight", OPTION_FLAG,
     OPTION(online)},
    {"metric", 'm', "NAME", "which metric (default: time_ns)", OPTION_TEXT, OPTION(metric)},
    {"from", 'f', "FILE",
     "a table instead of the store: CSV with a column a series; '-' reads it "
     "from standard input",
     OPTION_TEXT, OPTION(from)},
    {"higher-is-better", 0, NULL, "of a table: larger values are better", OPTION_FLAG,
     OPTION(higher_is_better)},
    {"unit", 0, "UNIT", "of a table: unit of its values, e.g. ns or B/s", OPTION_TEXT,
     OPTION(unit)},
    COMMON_ROWS(struct trend_options),
    OPTION_END,
};

enum { TIME_TEXT_MAX = 32 };

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec;
}

/* As the store writes times; "" for all days. */
static const char *since(const struct trend_options *options, char text[TIME_TEXT_MAX])
{
    struct tm utc;
    text[0] = '\0';
    time_t start = now() - (time_t)options->days * 24 * 60 * 60;
    if (options->days > 0 && start > 0 && gmtime_r(&start, &utc) != NULL)
        strftime(text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

static bool shows_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8 = locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    if (locale != (locale_t)0)
        freelocale(locale);
    return utf8;
}

static void keep_last(struct trend *trend, size_t last)
{
    for (size_t i = 0; last > 0 && i < trend->series.count; i++) {
        trend_point_vec *points = &trend->series.items[i].points;
        if (points->count <= last)
            continue;
        memmove(points->items, points->items + points->count - last, last * sizeof *points->items);
        points->count = last;
    }
}

static assay_status load_table(struct cli *cli, const struct trend_options *options,
                               struct trend *ret_trend)
{
    *ret_trend = (struct trend){0};
    struct metric *metric = arena_alloc(&ret_trend->arena, sizeof *metric);
    if (metric == NULL)
        return ASSAY_ERR_MEMORY;
    *metric = (struct metric){.name = options->metric ? options->metric : "value",
                              .unit = options->unit ? options->unit : "",
                              .direction =
                                  options->higher_is_better ? HIGHER_IS_BETTER : LOWER_IS_BETTER};
    TRY(table_load(options->from, metric, ret_trend, &cli->error));
    keep_last(ret_trend, options->last);
    return ASSAY_OK;
}

static assay_status load_stored(struct cli *cli, const struct trend_options *options,
                                const char *pattern, struct trend *ret_trend)
{
    struct workplace workplace = {0};
    struct store *store = NULL;
    char from[TIME_TEXT_MAX];
    *ret_trend = (struct trend){0};
    assay_status status = common_workplace(cli, &options->common, &workplace);
    if (status == ASSAY_OK)
        status = store_open(workplace.store, false, &store, &cli->error);
    if (status == ASSAY_OK) {
        const struct trend_request request = {
            .store = store,
            .pattern = pattern,
            .metric = options->metric ? options->metric : METRICS[METRIC_TIME].name,
            .since = since(options, from),
            .last = options->last,
            .now = now(),
        };
        status = trend_load(&request, ret_trend);
        if (status != ASSAY_OK)
            buf_error(&cli->error, status, "%s", store->error.text);
        store_close(store);
    }
    workplace_release(&workplace);
    return status;
}

static assay_status print(struct cli *cli, const struct trend_options *options,
                          const struct trend *trend)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (options->common.json)
        TRY(report_json_trend(trend, &out));
    else
        report_text_trend(trend, &(struct trend_view){shows_utf8(), options->online}, &out);
    return cli_print(cli, &out);
}

static assay_status check_options(struct cli *cli, const struct trend_options *options,
                                  bool has_pattern)
{
    if (options->from != NULL && (has_pattern || options->days > 0))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--from reads all of its table: no BENCHMARK and no --days with it");
    if (options->from == NULL && (options->higher_is_better || options->unit != NULL))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--higher-is-better and --unit are of tables: they need --from");
    return ASSAY_OK;
}

static assay_status trend(struct cli *cli, int argc, char **argv)
{
    struct trend_options options = {0};
    struct trend found;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(cli_check_operands(cli, argv + first, argc - first, 1));
    TRY(check_options(cli, &options, first < argc));
    assay_status status =
        options.from != NULL ? load_table(cli, &options, &found)
                             : load_stored(cli, &options, first < argc ? argv[first] : "*", &found);
    if (status == ASSAY_OK)
        status = trend_judge_all(&found);
    if (status == ASSAY_OK)
        status = trend_watch_all(&found);
    if (status == ASSAY_OK)
        status = print(cli, &options, &found);
    trend_release(&found);
    return status;
}

const struct command command_trend = {
    "trend",
    "[BENCHMARK]",
    "show how benchmarks went, and where they changed",
    "BENCHMARK is an id, a part of one, or a glob with '*' and '?' (default: all).\n"
    "A step is told with the commits that hold it and a 95 % interval of its size; slow change is "
    "told as drift; single bad values are outliers. With each step stands when an alarm would have "
    "told of it, had every point been judged as it came (--online shows these alone). Only values "
    "of one machine and compiler are set "
    "beside each other: the newest's.",
    ROWS,
    trend,
};
