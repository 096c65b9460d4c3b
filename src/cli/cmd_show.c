/* assay show: a stored run, as it was printed when it ran, or some benchmarks of it closely.
 * Everything shown comes out of the store, but for the claims, which belong to the project as it is
 * now.  A first operand that names no run is taken for a pattern of the latest one, since that is
 * what is asked for most. */
#include <string.h>

#include "cli/common.h"
#include "cli/run_against.h"
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
    COLOUR_ROW(struct show_options),
    COMMON_ROWS(struct show_options),
    OPTION_END,
};

/* What is shown: which run, which benchmarks of it. */
struct showing {
    struct cli *cli;
    const struct show_options *options;
    const struct workplace *workplace;
    const char *selector;
    struct words words;
};

static void add_closely(const struct run *run, const struct paper *paper, struct buf *out)
{
    for (size_t i = 0; i < run->results.count; i++) {
        buf_puts(out, i > 0 ? "\n" : "");
        report_text_result(&run->results.items[i], paper, out);
    }
}

static assay_status add_table(const struct showing *showing, const struct run *run,
                              const struct paper *paper, struct buf *out)
{
    struct run_against against = {0};
    assay_status status = run_against_previous(showing->workplace, run, &showing->words, &against);
    const struct moved moved = run_against_moved(&against);
    if (status == ASSAY_OK) {
        report_text(run, &moved, paper, out);
        report_samples_text(run, out);
    }
    run_against_release(&against);
    return status;
}

static assay_status add_text(const struct showing *showing, const struct run *run, struct buf *out)
{
    const struct paper paper = common_paper(&showing->options->common);
    report_text_run(run, out);
    if (showing->options->environment)
        report_text_environment(&run->environment, out);
    if (showing->words.count > 0)
        add_closely(run, &paper, out);
    else if (!showing->options->environment)
        TRY(add_table(showing, run, &paper, out));
    return ASSAY_OK;
}

static assay_status print(const struct showing *showing, const struct run *run)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    enum table_format table;
    const struct common_options *common = &showing->options->common;
    if (common_table(common, &table))
        TRY(report_table_run(run, table, &out));
    else if (common_format(common) == OUTPUT_JSON)
        TRY(report_json_run(run, &out));
    else
        TRY(add_text(showing, run, &out));
    return cli_print(showing->cli, &out);
}

/* Whether the word, which names no run, is a benchmark of the latest one: then that is shown. */
static bool means_benchmark(struct showing *showing, struct run *ret_run)
{
    const struct words all = {showing->words.items - 1, showing->words.count + 1};
    struct run run = {0};
    if (workplace_load_run(showing->workplace, "latest", &run, NULL) != ASSAY_OK)
        return false;
    if (selection_keep(all.items, all.count, &run, &showing->cli->error) != ASSAY_OK) {
        run_release(&run);
        return false;
    }
    showing->words = all;
    *ret_run = run;
    return true;
}

static assay_status show_run(struct showing *showing, bool named)
{
    struct cli *cli = showing->cli;
    struct run run = {0};
    BUF_AUTO reason;
    buf_init(&reason, 1 << 16);
    assay_status status = workplace_load_run(showing->workplace, showing->selector, &run, &reason);
    if (status == ASSAY_OK)
        status = selection_keep(showing->words.items, showing->words.count, &run, &cli->error);
    else if (status == ASSAY_ERR_NOT_FOUND && named && means_benchmark(showing, &run))
        status = ASSAY_OK;
    else
        buf_error(&cli->error, status, "%s", reason.text);
    if (status == ASSAY_OK)
        status = print(showing, &run);
    run_release(&run);
    return status;
}

static assay_status show(struct cli *cli, int argc, char **argv)
{
    struct show_options options = {0};
    struct workplace workplace = {0};
    struct showing showing = {.cli = cli, .options = &options, .workplace = &workplace};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    bool named = first < argc && !selection_is_marked(argv[first]);
    showing.selector = named ? argv[first] : "latest";
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = selection_words(&options.selection, argv + first, argc - first, &workplace.arena,
                                 &showing.words);
    if (status == ASSAY_OK && named) { /* the word before is kept: it may turn out as a pattern */
        showing.words.items++;
        showing.words.count--;
    }
    if (status == ASSAY_OK)
        status = show_run(&showing, named);
    workplace_release(&workplace);
    return status;
}

const struct command command_show = {
    "show",
    "[RUN [PATTERN ...]]",
    "show a stored run, or some benchmarks of it closely",
    "RUN is an id or its start, 'latest' (the default), a label, a commit, a tag or a\n"
    "branch; the last four mean the newest run of it. With a PATTERN, which is one as for\n"
    "'assay list', the benchmarks are shown closely: a histogram of their samples and\n"
    "every statistic with its meaning. A PATTERN alone is one of the latest run.\n",
    ROWS,
    show,
};
