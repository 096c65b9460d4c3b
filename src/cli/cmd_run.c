/* assay run: measures benchmarks, keeps every result, prints the table, writes the report.
 * Order: options, workplace (assay.yaml, targets), plan, catalogue, store, measuring, files, table;
 * so that every mistake that can be known beforehand stops the command with nothing run and nothing
 * written. Ctrl-C ends after the benchmark under way and keeps what is finished. */

#include "cli/common.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "report/json.h"
#include "report/text.h"
#include "session/outputs.h"
#include "session/place/profile.h"
#include "session/run.h"

struct run_options {
    struct common_options common;
    struct profile_request profile;
    const char *label;
    bool no_store, no_report, judge;
};

#define OPTION(field) offsetof(struct run_options, field)
static const struct option_row ROWS[] = {
    {"profile", 'p', "NAME", "quick (default), standard or stress: how long to measure",
     OPTION_TEXT, OPTION(profile.name)},
    {"launches", 'l', "N", "fresh processes a benchmark", OPTION_COUNT,
     OPTION(profile.plan.launches)},
    {"time", 't', "TIME", "measuring time per launch, e.g. 500 ms", OPTION_SECONDS,
     OPTION(profile.plan.measure_seconds)},
    {"warmup", 'w', "TIME", "longest warm-up per launch", OPTION_SECONDS,
     OPTION(profile.plan.warmup_seconds)},
    {"samples", 'n', "N", "samples per launch, instead of a measuring time", OPTION_COUNT64,
     OPTION(profile.plan.sample_count)},
    {"iterations", 'i', "N", "iterations per sample, instead of sizing them", OPTION_COUNT64,
     OPTION(profile.plan.iterations)},
    {"time-limit", 0, "TIME", "end a launch that takes longer (default: 60 s)", OPTION_SECONDS,
     OPTION(profile.plan.limit_seconds)},
    {"memory-limit", 0, "SIZE", "end a benchmark that grows larger (default: 8 GiB)", OPTION_BYTES,
     OPTION(profile.plan.limit_rss_bytes)},
    {"seed", 0, "N", "seed of all random data (default: 1)", OPTION_COUNT64,
     OPTION(profile.plan.seed)},
    {"label", 0, "TEXT", "a name to find this run by", OPTION_TEXT, OPTION(label)},
    {"no-store", 0, NULL, "keep nothing in the store", OPTION_FLAG, OPTION(no_store)},
    {"no-report", 0, NULL, "write no files under benchmark-results", OPTION_FLAG,
     OPTION(no_report)},
    {"targets", 0, NULL, "judge: exit 1 when a target is missed, 4 when one is undecided",
     OPTION_FLAG, OPTION(judge)},
    COMMON_ROWS(struct run_options),
    OPTION_END,
};

static assay_status print_run(struct cli *cli, const struct run_options *options,
                              const struct workplace *workplace, struct run *run)
{
    BUF_AUTO out;
    const char *folder = NULL;
    buf_init(&out, BUF_LENGTH_MAX);
    assay_status files = ASSAY_OK;
    if (!options->no_report)
        files = outputs_write(workplace->config.results, run, &folder, &cli->error);
    if (options->common.json) {
        TRY(report_json_run(run, &out));
        TRY(cli_print(cli, &out));
        return files;
    }
    report_text(run, &out);
    buf_putc(&out, '\n');
    report_text_plan(&run->plan, &out);
    if (!options->no_store)
        buf_printf(&out, "\nstored as run %s in %s", run->id, workplace->store);
    if (folder != NULL)
        buf_printf(&out, "\nreport: %s/report.html", folder);
    buf_puts(&out, run->interrupted ? "\ninterrupted: the rest was not run\n" : "\n");
    TRY(cli_print(cli, &out));
    return files;
}

/* 3 before 1 before 4; targets count only when they were asked for. */
static int exit_code(const struct run_options *options, const struct run *run)
{
    bool missed = false, undecided = false;
    if (session_has_failures(run) || run->interrupted)
        return 3;
    for (size_t i = 0; i < run->targets.count && options->judge; i++) {
        missed = missed || run->targets.items[i].status == TARGET_MISSED;
        undecided = undecided || run->targets.items[i].status == TARGET_UNDECIDED;
    }
    return missed ? 1 : undecided ? 4 : 0;
}

static assay_status measure(struct cli *cli, const struct run_options *options,
                            const struct workplace *workplace, struct session_request *request)
{
    struct run run = {0};
    struct progress progress;
    progress_init(&progress);
    request->progress = progress_step;
    request->context = &progress;
    assay_status status = session_run(request, &run, &cli->error);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = print_run(cli, options, workplace, &run);
    cli->exit_code = exit_code(options, &run);
    run_release(&run);
    return status;
}

static assay_status run_in(struct cli *cli, const struct run_options *options,
                           const struct workplace *workplace, char **operands, int count)
{
    struct catalog catalog;
    struct session_request request = {.paths = &workplace->paths,
                                      .catalog = &catalog,
                                      .label = options->label,
                                      .targets = &workplace->targets,
                                      .claims = &workplace->claims,
                                      .stop = &stop_count};
    struct catalog_request wanted = {&workplace->paths, workplace->folders, operands, count};
    TRY(profile_plan(&options->profile, &workplace->config, &request.plan, &cli->error));
    TRY(catalog_open(&wanted, &catalog, &cli->error));
    assay_status status = ASSAY_OK;
    if (!options->no_store)
        status = store_open(workplace->store, true, &request.store, &cli->error);
    if (status == ASSAY_OK)
        status = measure(cli, options, workplace, &request);
    store_close(request.store);
    catalog_release(&catalog);
    return status;
}

static assay_status run(struct cli *cli, int argc, char **argv)
{
    struct run_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    stop_on_signals();
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = run_in(cli, &options, &workplace, argv + first, argc - first);
    workplace_release(&workplace);
    return status;
}

const struct command command_run = {
    "run",
    "[PATTERN|MODULE ...]",
    "measure benchmarks and keep every result",
    SELECTION_DETAILS "\nWithout operands all suites are run.\n",
    ROWS,
    run,
};
