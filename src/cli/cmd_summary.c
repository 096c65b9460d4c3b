/* assay summary: a stored run as a page of a project: provenance, grade, targets and claims beside
 * measurements, trade-offs, every row.  Out of the store alone, so that it cannot go stale unseen:
 * written again of the same run it is the same text. */
#include "cli/common.h"
#include "report/overview/overview.h"
#include "session/overview/overview.h"

struct summary_options {
    struct common_options common;
};

static const struct option_row ROWS[] = {
    COMMON_ROWS(struct summary_options),
    OPTION_END,
};

static assay_status print(struct cli *cli, const struct summary_options *options,
                          const struct overview *overview)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (options->common.json)
        TRY(report_json_overview(overview, &out));
    else
        report_overview(overview, &out);
    return cli_print(cli, &out);
}

static assay_status summary(struct cli *cli, int argc, char **argv)
{
    struct summary_options options = {0};
    struct workplace workplace = {0};
    struct overview_source source = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(cli_check_operands(cli, argv + first, argc - first, 1));
    const char *selector = first < argc ? argv[first] : "latest";
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = overview_load(&workplace, selector, &source, &cli->error);
    if (status == ASSAY_OK)
        status = print(cli, &options, &source.overview);
    overview_source_release(&source);
    workplace_release(&workplace);
    return status;
}

const struct command command_summary = {
    "summary",
    "[RUN]",
    "write a stored run as a performance summary, in Markdown",
    "RUN is as for 'assay show'; without one it is the latest. What is written comes from\n"
    "measured rows alone: where they come from, a grade with its rules, targets and claims\n"
    "beside measurements, what moved since the last run like it, how far variants are\n"
    "apart, which trade-offs there are. 'assay summary RUN | diff - PERFORMANCE.md' tells\n"
    "whether a page that is kept in a project is still that of the run.\n",
    ROWS,
    summary,
};
