/* assay trend: how benchmarks went, and where they changed.
 * Why it does not fail when something got worse: a trend is looked at, a gate decides. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/trend_source.h"
#include "report/trend/together.h"
#include "report/trend/trend.h"
#include "session/trend/trend.h"

struct trend_options {
    struct common_options common;
    struct selection_options selection;
    struct trend_source source;
    const char *svg, *html, *target;
    unsigned horizon;
    bool online, forecast, correlate;
};

#define OPTION(field) offsetof(struct trend_options, field)

static const struct option_row ROWS[] = {
    TREND_SOURCE_ROWS(struct trend_options),
    {"online", 0, NULL,
     "what would have been raised as each point came, instead of all in hindsight", OPTION_FLAG,
     OPTION(online)},
    {"forecast", 0, NULL,
     "when targets will be missed, or met, if the trend since the last step goes on", OPTION_FLAG,
     OPTION(forecast)},
    {"target", 0, "VALUE", "the same for this value, in the unit of the metric", OPTION_TEXT,
     OPTION(target)},
    {"horizon", 0, "N", "how many runs ahead (at most as many as since the last step)",
     OPTION_COUNT, OPTION(horizon)},
    {"correlate", 0, NULL,
     "which series move together instead: all metrics, or the one that --metric names", OPTION_FLAG,
     OPTION(correlate)},
    {"svg", 0, "FILE", "also draw the one series that is chosen", OPTION_TEXT, OPTION(svg)},
    {"html", 0, "FILE", "also write a page with the charts of all series", OPTION_TEXT,
     OPTION(html)},
    SELECTION_ROWS(struct trend_options),
    COLOUR_ROW(struct trend_options),
    COMMON_ROWS(struct trend_options),
    OPTION_END,
};

static assay_status write_file(struct cli *cli, const char *path, const struct buf *text)
{
    if (text->status != ASSAY_OK)
        return text->status;
    FILE *file = fopen(path, "we");
    bool good = file != NULL && fwrite(text->text, 1, text->length, file) == text->length;
    if (file != NULL && fclose(file) != 0)
        good = false;
    return good ? ASSAY_OK
                : buf_error(&cli->error, ASSAY_ERR_IO, "cannot write '%s': %s", path,
                            strerror(errno));
}

static assay_status write_charts(struct cli *cli, const struct trend_options *options,
                                 const struct trend *trend)
{
    BUF_AUTO text;
    buf_init(&text, BUF_LENGTH_MAX);
    if (options->svg != NULL && trend->series.count != 1)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--svg draws one series, and %zu are chosen; --html draws all of them",
                         trend->series.count);
    if (options->svg != NULL) {
        report_svg_trend(&trend->series.items[0], &text);
        TRY(write_file(cli, options->svg, &text));
    }
    if (options->html == NULL)
        return ASSAY_OK;
    buf_clear(&text);
    report_html_trend(trend, &text);
    return write_file(cli, options->html, &text);
}

static bool wants_forecast(const struct trend_options *options)
{
    return options->forecast || options->target != NULL;
}

static assay_status forecast(struct cli *cli, const struct trend_options *options,
                             const struct workplace *workplace, struct trend *trend)
{
    const struct trend_forecast_request request = {&workplace->targets, options->target,
                                                   options->horizon};
    size_t count = 0;
    TRY(trend_forecast_all(trend, &request, &cli->error));
    for (size_t i = 0; i < trend->series.count; i++)
        count += trend->series.items[i].forecasts.count;
    return count > 0 ? ASSAY_OK
                     : buf_error(&cli->error, ASSAY_ERR_NOT_FOUND,
                                 "no target with a limit is about these series: targets.yaml has "
                                 "none, and --target VALUE sets one");
}

static assay_status print_together(struct cli *cli, const struct trend_options *options,
                                   const struct trend *trend)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    struct together together;
    assay_status status = trend_together(trend, &together);
    if (status == ASSAY_OK && options->common.json)
        status = report_json_together(trend, &together, &out);
    else if (status == ASSAY_OK)
        report_text_together(trend, &together, &out);
    together_release(&together);
    return status == ASSAY_OK ? cli_print(cli, &out) : status;
}

static assay_status print(struct cli *cli, const struct trend_options *options,
                          const struct trend *trend)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    const struct trend_view view = {common_paper(&options->common), options->online};
    TRY(write_charts(cli, options, trend));
    if (options->common.json)
        TRY(report_json_trend(trend, &out));
    else
        report_text_trend(trend, &view, &out);
    return cli_print(cli, &out);
}

static assay_status check_options(struct cli *cli, const struct trend_options *options)
{
    if (options->correlate && (wants_forecast(options) || options->online || options->svg != NULL ||
                               options->html != NULL))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--correlate has neither forecasts nor alarms nor charts");
    if (options->horizon > 0 && !wants_forecast(options))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--horizon is of forecasts: it needs --forecast or --target");
    return ASSAY_OK;
}

/* What a table does not know: how old a value is, and what its commit was released as. */
static assay_status look_around(struct trend *trend)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    TRY(trend_find_stale(trend, now.tv_sec));
    return trend_find_releases(trend, ".");
}

static assay_status judge(struct cli *cli, const struct trend_options *options,
                          const struct workplace *workplace, struct trend *trend)
{
    TRY(trend_judge_all(trend));
    if (options->correlate)
        return ASSAY_OK;
    TRY(trend_watch_all(trend));
    if (options->source.from == NULL)
        TRY(look_around(trend));
    return wants_forecast(options) ? forecast(cli, options, workplace, trend) : ASSAY_OK;
}

static assay_status trend(struct cli *cli, int argc, char **argv)
{
    struct trend_options options = {0};
    struct workplace workplace = {0};
    struct arena arena = {0};
    struct words words;
    struct trend found = {.series = {0}};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(check_options(cli, &options));
    options.source.all_metrics = options.correlate && options.source.metric == NULL;
    assay_status status =
        selection_words(&options.selection, argv + first, argc - first, &arena, &words);
    if (status == ASSAY_OK)
        status =
            trend_source_load(cli, &options.source, &options.common, &words, &workplace, &found);
    if (status == ASSAY_OK)
        status = judge(cli, &options, &workplace, &found);
    if (status == ASSAY_OK)
        status = options.correlate ? print_together(cli, &options, &found)
                                   : print(cli, &options, &found);
    trend_release(&found);
    workplace_release(&workplace);
    arena_release(&arena);
    return status;
}

const struct command command_trend = {
    "trend",
    "[BENCHMARK ...]",
    "show how benchmarks went, and where they changed",
    "BENCHMARK is an id, a part of one, a glob with '*' and '?', '~REGEX' or '%TAG' (default: "
    "all).\n"
    "A step is told with the commits that hold it and a 95 % interval of its size; slow change is "
    "told as drift; single bad values are outliers. With each step stands when an alarm would have "
    "told of it, had every point been judged as it came (--online shows these alone). Only values "
    "of one machine and compiler are set beside each other: the newest's. Tags of the repository "
    "are shown where they were first measured; what was not measured for 30 days, or in 5 runs of "
    "its suite, is said to be stale.",
    ROWS,
    trend,
};
