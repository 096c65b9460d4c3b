/* assay trend: how benchmarks went, and where they changed.
 * Why it does not fail when something got worse: a trend is looked at, a gate decides. */
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "cli/common.h"
#include "cli/trend_source.h"
#include "report/trend/trend.h"
#include "session/trend/trend.h"

struct trend_options {
    struct common_options common;
    struct trend_source source;
    bool online;
};

static const struct option_row ROWS[] = {
    TREND_SOURCE_ROWS(struct trend_options),
    {"online", 0, NULL,
     "what would have been raised as each point came, instead of all in hindsight", OPTION_FLAG,
     offsetof(struct trend_options, online)},
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

static assay_status trend(struct cli *cli, int argc, char **argv)
{
    struct trend_options options = {0};
    struct trend found;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(cli_check_operands(cli, argv + first, argc - first, 1));
    assay_status status = trend_source_load(cli, &options.source, &options.common,
                                            first < argc ? argv[first] : NULL, &found);
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
