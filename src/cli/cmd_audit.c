/* assay audit: measures claims of improvement, paired, and keeps the evidence; or verifies
 * evidence. Order: options, workplace, files, benchmarks, measuring, evidence, table; every mistake
 * that can be known beforehand stops the command with nothing run. */
#include "cli/common.h"
#include "cli/measuring.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "report/audit/audit.h"
#include "session/audit/audit.h"
#include "session/audit/bundle.h"

struct audit_options {
    struct common_options common;
    struct measuring_options measuring;
    bool quick, full, no_evidence;
    const char *verify;
    struct plan plan; /* members that are 0 are not said */
};

#define OPTION(field) offsetof(struct audit_options, field)
static const struct option_row ROWS[] = {
    {"quick", 'q', NULL, "at most 2 s a claim; what is not decided by then stays undecided",
     OPTION_FLAG, OPTION(quick)},
    {"full", 0, NULL, "until a claim is decided or its launches are used up (default)", OPTION_FLAG,
     OPTION(full)},
    {"verify", 0, "FOLDER", "verify the evidence in the folder; nothing is measured", OPTION_TEXT,
     OPTION(verify)},
    {"launches", 'l', "N", "most launches a claim may take (default: 32, quick: 12)", OPTION_COUNT,
     OPTION(plan.launches)},
    {"time", 't', "TIME", "measuring time per launch (default: 100 ms, quick: 20 ms)",
     OPTION_SECONDS, OPTION(plan.measure_seconds)},
    {"warmup", 'w', "TIME", "warm-up per launch (default: 20 ms, quick: 5 ms)", OPTION_SECONDS,
     OPTION(plan.warmup_seconds)},
    {"time-limit", 0, "TIME", "end a launch that takes longer (default: 60 s)", OPTION_SECONDS,
     OPTION(plan.limit_seconds)},
    {"seed", 0, "N", "seed of random data and of the order (default: 1)", OPTION_COUNT64,
     OPTION(plan.seed)},
    {"no-evidence", 0, NULL, "write no files under benchmark-results", OPTION_FLAG,
     OPTION(no_evidence)},
    MEASURING_ROWS(struct audit_options),
    COMMON_ROWS(struct audit_options),
    OPTION_END,
};
static assay_status print_audit(struct cli *cli, const struct audit_options *options,
                                const struct workplace *workplace, struct audit *audit)
{
    BUF_AUTO out;
    struct bundle_written written = {NULL, NULL};
    assay_status files = ASSAY_OK;
    buf_init(&out, BUF_LENGTH_MAX);
    if (!options->no_evidence)
        files = bundle_write(workplace->config.results, audit, &written, &cli->error);
    if (options->common.json)
        TRY(report_json_audit(audit, &out));
    else
        report_text_audit(audit, &out);
    if (written.folder != NULL && !options->common.json)
        buf_printf(&out, "\nevidence: %s (assay audit --verify)\nseal: %s\n", written.folder,
                   written.seal);
    TRY(cli_print(cli, &out));
    cli->exit_code = audit_exit_code(audit);
    return files;
}

static assay_status measure(struct cli *cli, const struct audit_options *options,
                            const struct workplace *workplace, struct audit_request *request)
{
    struct audit audit = {0};
    struct progress progress;
    TRY(measuring_begin(cli, &options->measuring));
    progress_init(&progress);
    request->progress = progress_step;
    request->context = &progress;
    assay_status status = session_audit(request, &audit, &cli->error);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = print_audit(cli, options, workplace, &audit);
    audit_release(&audit);
    return status;
}

static assay_status audit_in(struct cli *cli, const struct audit_options *options,
                             const struct workplace *workplace, char **operands, int count)
{
    BUF_AUTO spawner;
    buf_init(&spawner, 0);
    TRY(cli_find_program(cli, "assay-spawn", &spawner));
    struct audit_request request = {.workplace = workplace,
                                    .paths = operands,
                                    .path_count = count,
                                    .plan = audit_plan(options->quick, &options->plan),
                                    .budget_seconds = options->quick ? AUDIT_QUICK_SECONDS : 0,
                                    .spawner = spawner.text,
                                    .stop = &stop_count};
    return measure(cli, options, workplace, &request);
}

/* Exit code 0 for sound evidence, 1 for any other. */
static assay_status verify(struct cli *cli, const struct audit_options *options)
{
    struct arena arena = {0};
    audit_check_vec checks = {0};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    assay_status status = bundle_verify_folder(options->verify, &arena, &checks, &cli->error);
    if (status == ASSAY_OK && options->common.json)
        status = report_json_checks(&checks, options->verify, &out);
    else if (status == ASSAY_OK)
        report_text_checks(&checks, options->verify, &out);
    for (size_t i = 0; i < checks.count; i++)
        if (checks.items[i].status == AUDIT_CHECK_FAILED)
            cli->exit_code = 1;
    if (status == ASSAY_OK)
        status = cli_print(cli, &out);
    vec_release(&checks);
    arena_release(&arena);
    return status;
}

static assay_status audit(struct cli *cli, int argc, char **argv)
{
    struct audit_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    if (options.quick && options.full)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "--quick or --full, not both");
    if (options.verify != NULL) {
        TRY(cli_check_operands(cli, argv + first, argc - first, 0));
        return verify(cli, &options);
    }
    stop_on_signals(1);
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = audit_in(cli, &options, &workplace, argv + first, argc - first);
    workplace_release(&workplace);
    return status;
}

const struct command command_audit = {
    "audit",
    "[FILE|FOLDER ...]",
    "measure claims of improvement and keep the evidence",
    "A claim says that one benchmark or command is better than another by a stated amount.\n"
    "Both sides are measured against each other until it is confirmed or refuted. Without\n"
    "operands: the files that 'audits' in assay.yaml names, else those of the folder 'audits';\n"
    "and audit.yaml of every suite. Targets are listed with the run that shows them. Exit code:\n"
    "0 all confirmed, 1 one refuted, 3 one could not be measured, 4 undecided or skipped;\n"
    "with --verify: 0 sound, 1 changed.\n",
    ROWS,
    audit,
};
