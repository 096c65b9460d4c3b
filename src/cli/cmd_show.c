/* assay show: a stored run, as it was printed when it ran.
 * Everything shown comes out of the store, but for the claims, which belong to the project as it is
 * now. */
#include "cli/common.h"
#include "cli/selection.h"
#include "report/details/details.h"
#include "report/json.h"
#include "report/statistics/statistics.h"
#include "report/table/tables.h"
#include "report/text.h"
#include "session/select/selection.h"

struct show_options {
    struct common_options common;
    struct selection_options selection;
    bool environment;
};

static const struct option_row ROWS[] = {
    {"environment", 'e', NULL, "the machine, the system, and how the modules were compiled",
     OPTION_FLAG, offsetof(struct show_options, environment)},
    SELECTION_ROWS(struct show_options),
    FORMAT_ROW(struct show_options),
    COMMON_ROWS(struct show_options),
    OPTION_END,
};

/* Leaves the results that the words choose.  ASSAY_ERR_NOT_FOUND: none. */
static assay_status select_results(struct cli *cli, const struct words *words, struct run *run)
{
    struct selection selection;
    size_t kept = 0;
    assay_status status = selection_open(words->items, words->count, &selection, &cli->error);
    for (size_t i = 0; i < run->results.count && status == ASSAY_OK; i++) {
        struct result *result = &run->results.items[i];
        if (selection_takes(&selection, &result->benchmark))
            run->results.items[kept++] = *result;
        else
            result_release(result);
    }
    selection_release(&selection);
    TRY(status);
    run->results.count = kept;
    return kept > 0 || words->count == 0
               ? ASSAY_OK
               : buf_error(&cli->error, ASSAY_ERR_NOT_FOUND,
                           "no benchmark of run '%s' matches '%s'", run->id, words->items[0]);
}

static void add_text(const struct show_options *options, const struct run *run, bool closely,
                     struct buf *out)
{
    report_text_run(run, out);
    if (options->environment)
        report_text_environment(&run->environment, out);
    for (size_t i = 0; i < run->results.count && closely; i++) {
        buf_puts(out, i > 0 ? "\n" : "");
        report_text_result(&run->results.items[i], out);
    }
    if (!closely && !options->environment) {
        report_text(run, out);
        report_samples_text(run, out);
    }
}

static assay_status print(struct cli *cli, const struct show_options *options,
                          const struct run *run, bool closely)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    enum table_format table;
    if (common_table(&options->common, &table))
        TRY(report_table_run(run, table, &out));
    else if (common_format(&options->common) == OUTPUT_JSON)
        TRY(report_json_run(run, &out));
    else
        add_text(options, run, closely, &out);
    return cli_print(cli, &out);
}

static assay_status show_run(struct cli *cli, const struct show_options *options,
                             const struct workplace *workplace, const char *selector,
                             const struct words *words)
{
    struct run run = {0};
    TRY(workplace_load_run(workplace, selector, &run, &cli->error));
    assay_status status = select_results(cli, words, &run);
    if (status == ASSAY_OK)
        status = print(cli, options, &run, words->count > 0);
    run_release(&run);
    return status;
}

static assay_status show(struct cli *cli, int argc, char **argv)
{
    struct show_options options = {0};
    struct workplace workplace = {0};
    struct words words;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    bool named = first < argc && !selection_is_marked(argv[first]);
    const char *selector = named ? argv[first++] : "latest";
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = selection_words(&options.selection, argv + first, argc - first, &workplace.arena,
                                 &words);
    if (status == ASSAY_OK)
        status = show_run(cli, &options, &workplace, selector, &words);
    workplace_release(&workplace);
    return status;
}

const struct command command_show = {
    "show",
    "[RUN [PATTERN ...]]",
    "show a stored run, or some benchmarks of it closely",
    "RUN is an id or its start, 'latest' (the default), a label, a commit, a tag or a\n"
    "branch; the last four mean the newest run of it. With a PATTERN, which is one as for\n"
    "'assay list', every statistic of the benchmarks is shown with its meaning.\n",
    ROWS,
    show,
};
