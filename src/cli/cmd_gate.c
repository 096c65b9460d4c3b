/* assay gate: measures today's modules against a baseline and exits with the decision, for CI.
 * Order: options, workplace, catalogue, store, measuring, table; nothing is written to the store.
 */

#include "cli/common.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "report/comparison.h"
#include "session/gate.h"

struct gate_options {
    struct common_options common;
    const char *baseline;
    unsigned launches;
    double measure, warmup, limit_seconds, warn, fail;
};

#define OPTION(field) offsetof(struct gate_options, field)
static const struct option_row ROWS[] = {
    {"baseline", 'b', "NAME", "a baseline, or any other word that names a run", OPTION_TEXT,
     OPTION(baseline)},
    {"warn", 0, "PERCENT", "surely slower by more than this warns (default: 5)", OPTION_PERCENT,
     OPTION(warn)},
    {"fail", 0, "PERCENT", "surely slower by more than this fails (default: 10)", OPTION_PERCENT,
     OPTION(fail)},
    {"launches", 'l', "N", "most launches a benchmark may take (default: 24)", OPTION_COUNT,
     OPTION(launches)},
    {"time", 't', "TIME", "measuring time per launch (default: 50 ms)", OPTION_SECONDS,
     OPTION(measure)},
    {"warmup", 'w', "TIME", "warm-up per launch (default: 10 ms)", OPTION_SECONDS, OPTION(warmup)},
    {"time-limit", 0, "TIME", "end a launch that takes longer (default: 60 s)", OPTION_SECONDS,
     OPTION(limit_seconds)},
    COMMON_ROWS(struct gate_options),
    OPTION_END,
};

static struct compare_request measuring_of(const struct gate_options *options,
                                           const struct workplace *workplace)
{
    struct compare_request request = {
        .paths = &workplace->paths,
        .plan = {.profile = "gate",
                 .launches = options->launches ? options->launches : 24,
                 .measure_seconds = options->measure > 0 ? options->measure : 0.05,
                 .warmup_seconds = options->warmup > 0 ? options->warmup : 0.01,
                 .slot_seconds = 0.0003,
                 .limit_seconds = options->limit_seconds > 0 ? options->limit_seconds : 60,
                 .limit_rss_bytes = 8e9,
                 .seed = 1},
        .rules = VERDICT_RULES_DEFAULT,
        .false_discovery_rate = 0.05,
        .gate_only = true,
        .stop = &stop_count,
        .progress = progress_step,
    };
    request.rules.warn = options->warn > 0 ? options->warn : request.rules.warn;
    request.rules.fail = options->fail > 0 ? options->fail : request.rules.fail;
    return request;
}

static assay_status print_gate(struct cli *cli, const struct gate_options *options,
                               const comparison_vec *rows)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (options->common.json)
        TRY(report_json_comparison(rows, 0.05, &out));
    else
        report_text_gate(rows, &out);
    cli->exit_code = gate_exit_code(rows);
    return cli_print(cli, &out);
}

static assay_status measure(struct cli *cli, const struct gate_options *options,
                            const struct workplace *workplace, struct gate_request *request)
{
    struct arena arena = {0};
    comparison_vec rows = {0};
    struct progress progress;
    progress_init(&progress);
    request->compare = measuring_of(options, workplace);
    request->compare.context = &progress;
    assay_status status = gate_run(request, &arena, &rows, &cli->error);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = print_gate(cli, options, &rows);
    vec_release(&rows);
    arena_release(&arena);
    return status;
}

static assay_status gate_in(struct cli *cli, const struct gate_options *options,
                            const struct workplace *workplace, char **operands, int count)
{
    struct catalog catalog;
    struct gate_request request = {.catalog = &catalog,
                                   .arguments = operands,
                                   .argument_count = count,
                                   .baseline = options->baseline};
    struct catalog_request wanted = {&workplace->paths, workplace->folders, operands, count};
    TRY(store_open(workplace->store, false, &request.store, &cli->error));
    assay_status status = catalog_open(&wanted, &catalog, &cli->error);
    if (status == ASSAY_OK) {
        status = measure(cli, options, workplace, &request);
        catalog_release(&catalog);
    }
    store_close(request.store);
    return status;
}

static assay_status gate(struct cli *cli, int argc, char **argv)
{
    struct gate_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    if (options.baseline == NULL)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "which baseline? assay gate --baseline NAME; 'assay baseline' lists them");
    stop_on_signals();
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = gate_in(cli, &options, &workplace, argv + first, argc - first);
    workplace_release(&workplace);
    return status;
}

const struct command command_gate = {
    "gate",
    "[PATTERN|MODULE ...]",
    "measure against a baseline and exit with the decision",
    "Modules that the baseline kept are measured again, paired with today's, so that the\n"
    "machine's mood does not decide; the others are set against stored numbers. Exit code:\n"
    "0 passed (warnings too), 1 a regression, 3 a benchmark failed, 4 undecided or missing.\n",
    ROWS,
    gate,
};
