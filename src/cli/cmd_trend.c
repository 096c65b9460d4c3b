/* assay trend: how benchmarks went, and where they changed.
 * Why it does not fail when something got worse: a trend is looked at, a gate decides. */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/trend_options.h"
#include "report/trend/together.h"
#include "report/trend/trend.h"
#include "session/trend/trend.h"

#define OPTION(field) offsetof(struct trend_options, field)

static const struct option_row ROWS[] = {
    {"days", 'd', "N", "only what was measured in the last N days", OPTION_COUNT, OPTION(days)},
    {"last", 'n', "N", "the last N points of each series", OPTION_COUNT, OPTION(last)},
    {"suite", 0, "NAME", "the benchmarks of a suite", OPTION_TEXT, OPTION(suite)},
    {"metric", 'm', "NAME", "which metric (default: time_ns)", OPTION_TEXT, OPTION(metric)},
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
    {"from", 'f', "FILE",
     "a table instead of the store: CSV with a column a series; '-' reads it "
     "from standard input",
     OPTION_TEXT, OPTION(from)},
    {"higher-is-better", 0, NULL, "of a table: larger values are better", OPTION_FLAG,
     OPTION(higher_is_better)},
    {"unit", 0, "UNIT", "of a table: unit of its values, e.g. ns or B/s", OPTION_TEXT,
     OPTION(unit)},
    SELECTION_ROWS(struct trend_options),
    COMMON_ROWS(struct trend_options),
    OPTION_END,
};

static bool shows_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    bool utf8 = locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    if (locale != (locale_t)0)
        freelocale(locale);
    return utf8;
}

/* The terminal's, else what $COLUMNS says, else 80. */
static unsigned columns_shown(void)
{
    enum { COLUMNS_DEFAULT = 80, COLUMNS_MAX = 1000 };
    struct winsize size = {.ws_col = 0};
    const char *said = getenv("COLUMNS");
    unsigned long columns = said != NULL ? strtoul(said, NULL, 10) : 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    if (columns == 0 || columns > COLUMNS_MAX)
        columns = COLUMNS_DEFAULT;
    return columns < TREND_COLUMNS_MIN ? TREND_COLUMNS_MIN : (unsigned)columns;
}

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
    const struct trend_look look = {shows_utf8(), columns_shown()};
    TRY(write_charts(cli, options, trend));
    if (options->common.json)
        TRY(report_json_trend(trend, &out));
    else
        report_text_trend(trend, &look, &out);
    return cli_print(cli, &out);
}

static assay_status check_options(struct cli *cli, const struct trend_options *options,
                                  bool has_pattern)
{
    if (options->from != NULL && (has_pattern || options->suite != NULL || options->days > 0))
        return buf_error(
            &cli->error, ASSAY_ERR_ARGUMENT,
            "--from reads all of its table: no BENCHMARK, no --suite and no --days with it");
    if (options->from == NULL && (options->higher_is_better || options->unit != NULL))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--higher-is-better and --unit are of tables: they need --from");
    if (options->correlate &&
        (wants_forecast(options) || options->svg != NULL || options->html != NULL))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--correlate has neither forecasts nor charts");
    if (options->horizon > 0 && !wants_forecast(options))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--horizon is of forecasts: it needs --forecast or --target");
    return ASSAY_OK;
}

static assay_status trend(struct cli *cli, int argc, char **argv)
{
    struct trend_options options = {0};
    struct workplace workplace = {0};
    struct trend found;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(check_options(cli, &options, first < argc));
    const struct words operands = {argv + first, argc - first};
    assay_status status = trend_options_load(cli, &options, &workplace, &operands, &found);
    if (status == ASSAY_OK)
        status = trend_judge_all(&found);
    if (status == ASSAY_OK && wants_forecast(&options))
        status = forecast(cli, &options, &workplace, &found);
    if (status == ASSAY_OK)
        status = options.correlate ? print_together(cli, &options, &found)
                                   : print(cli, &options, &found);
    trend_release(&found);
    workplace_release(&workplace);
    return status;
}

const struct command command_trend = {
    "trend",
    "[BENCHMARK ...]",
    "show how benchmarks went, and where they changed",
    "BENCHMARK is an id, a part of one, a glob with '*' and '?', '~REGEX' or '%TAG' (default: "
    "all).\n"
    "A step is told with the commits that hold it and a 95 % interval of its size; slow change is "
    "told as drift; single bad values are nothing. Only values of one machine and compiler are set "
    "beside each other: the newest's. Tags of the repository are shown where they were first "
    "measured; what was not measured for 30 days, or in 5 runs of its suite, is said to be stale.",
    ROWS,
    trend,
};
