/* assay show: a stored run, as it was printed when it ran.
 * Everything shown comes out of the store, but for the claims, which belong to the project as it is
 * now. */
#include "cli/common.h"
#include "report/json.h"
#include "report/statistics/statistics.h"
#include "report/table/tables.h"
#include "report/text.h"

struct show_options {
    struct common_options common;
};

static const struct option_row ROWS[] = {FORMAT_ROW(struct show_options),
                                         COMMON_ROWS(struct show_options), OPTION_END};

static assay_status print(struct cli *cli, const struct show_options *options,
                          const struct run *run)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    enum table_format table;
    if (common_table(&options->common, &table)) {
        TRY(report_table_run(run, table, &out));
    } else if (common_format(&options->common) == OUTPUT_JSON) {
        TRY(report_json_run(run, &out));
    } else {
        report_text_run(run, &out);
        report_text(run, &out);
        report_samples_text(run, &out);
    }
    return cli_print(cli, &out);
}

static assay_status show(struct cli *cli, int argc, char **argv)
{
    struct show_options options = {0};
    struct workplace workplace = {0};
    struct run run = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(cli_check_operands(cli, argv + first, argc - first, 1));
    const char *selector = first < argc ? argv[first] : "latest";
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = workplace_load_run(&workplace, selector, &run, &cli->error);
    if (status == ASSAY_OK)
        status = print(cli, &options, &run);
    run_release(&run);
    workplace_release(&workplace);
    return status;
}

const struct command command_show = {
    "show",
    "[RUN]",
    "show a stored run",
    "RUN is an id or its start, 'latest' (the default), a label, a commit, a tag or a\n"
    "branch; the last four mean the newest run of it.\n",
    ROWS,
    show,
};
