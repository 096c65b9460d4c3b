/* assay doctor: what this machine is like to measure on, and whether assay itself is whole.
 * Order: options, workplace, examination, report; a pattern that selects nothing is refused before
 * anything is measured, and nothing is written anywhere. */

#include "cli/common.h"
#include "cli/measuring.h"
#include "cli/progress.h"
#include "cli/selection.h"
#include "cli/stop.h"
#include "cli/trend_source.h"
#include "report/doctor.h"
#include "report/trend/rehearsal.h"
#include "session/doctor/doctor.h"
#include "session/trend/rehearse.h"

struct doctor_options {
    struct common_options common;
    struct measuring_options measuring;
    unsigned seconds;
    bool history;
    struct trend_source source;
    unsigned rounds;
    uint64_t seed;
};
enum { SECONDS = 5 };

static const struct option_row ROWS[] = {
    {"seconds", 's', "N", "how long to measure (default: 5)", OPTION_COUNT,
     offsetof(struct doctor_options, seconds)},
    {"history", 0, NULL,
     "judge the stored histories instead: what would be found in them, and what is false",
     OPTION_FLAG, offsetof(struct doctor_options, history)},
    TREND_SOURCE_ROWS(struct doctor_options),
    {"rounds", 0, "N", "of --history: how often each is shuffled (default: 5 to 200)", OPTION_COUNT,
     offsetof(struct doctor_options, rounds)},
    {"seed", 0, "N", "of --history: its random numbers (default: 1)", OPTION_COUNT64,
     offsetof(struct doctor_options, seed)},
    MEASURING_ROWS(struct doctor_options),
    COMMON_ROWS(struct doctor_options),
    OPTION_END,
};

static assay_status print_diagnosis(struct cli *cli, const struct doctor_options *options,
                                    const struct diagnosis *diagnosis)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (options->common.json)
        TRY(report_json_doctor(diagnosis, &out));
    else
        report_text_doctor(diagnosis, &out);
    return cli_print(cli, &out);
}

static assay_status examine(struct cli *cli, const struct doctor_options *options,
                            const struct workplace *workplace, char **operands, int count)
{
    struct diagnosis diagnosis;
    struct progress progress;
    TRY(measuring_begin(cli, &options->measuring));
    progress_init(&progress);
    const struct doctor_request request = {.workplace = workplace,
                                           .program = cli->program,
                                           .arguments = operands,
                                           .argument_count = count,
                                           .seconds =
                                               options->seconds > 0 ? options->seconds : SECONDS,
                                           .stop = &stop_count,
                                           .progress = progress_step,
                                           .context = &progress};
    assay_status status = doctor_examine(&request, &diagnosis, &cli->error);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = print_diagnosis(cli, options, &diagnosis);
    if (status == ASSAY_OK)
        cli->exit_code = doctor_exit_code(&diagnosis);
    diagnosis_release(&diagnosis);
    return status;
}

static assay_status print_rehearsal(struct cli *cli, bool json, const struct rehearsal *rehearsal)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (json)
        TRY(report_json_rehearsal(rehearsal, &out));
    else
        report_text_rehearsal(rehearsal, &out);
    return cli_print(cli, &out);
}

static assay_status rehearse(struct cli *cli, const struct doctor_options *options,
                             const struct words *words)
{
    struct trend trend;
    struct workplace workplace = {0};
    struct rehearsal rehearsal = {.rows = {0}};
    const struct rehearsal_plan plan = {options->rounds, options->seed > 0 ? options->seed : 1};
    assay_status status =
        trend_source_load(cli, &options->source, &options->common, words, &workplace, &trend);
    if (status == ASSAY_OK)
        status = trend_rehearse(&trend, &plan, &rehearsal);
    if (status == ASSAY_OK)
        status = print_rehearsal(cli, options->common.json, &rehearsal);
    rehearsal_release(&rehearsal);
    trend_release(&trend);
    workplace_release(&workplace);
    return status;
}

/* Options of --history without it would be ignored. */
static assay_status check_options(struct cli *cli, const struct doctor_options *options)
{
    bool of_history =
        trend_source_is_given(&options->source) || options->rounds > 0 || options->seed > 0;
    if (of_history && !options->history)
        return buf_error(
            &cli->error, ASSAY_ERR_ARGUMENT,
            "--from, --metric, --suite, --days, --last, --rounds and --seed are of histories: "
            "they need --history");
    if (options->history && options->seconds > 0)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--history measures nothing: no --seconds with it");
    return ASSAY_OK;
}

static assay_status doctor(struct cli *cli, int argc, char **argv)
{
    struct doctor_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(check_options(cli, &options));
    stop_on_signals(1);
    if (options.history)
        return rehearse(cli, &options, &(struct words){argv + first, argc - first});
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = examine(cli, &options, &workplace, argv + first, argc - first);
    workplace_release(&workplace);
    return status;
}

const struct command command_doctor = {
    "doctor",
    "[PATTERN|MODULE ...]",
    "examine this machine: noise, false alarms, advice",
    "Looks at the machine and at assay's own parts, then compares benchmarks with\n"
    "themselves, as 'assay compare' would: what that calls a change is a false alarm, and\n"
    "the width of its intervals says what change could be seen. Without operands assay's\n"
    "own benchmarks are taken; with them the user's.\n\n"
    "With --history nothing is measured: stored histories (those of PATTERN ..., or the columns "
    "of\n"
    "a table) are shuffled, so that whatever is found in them is false, and get steps of 1, 2 and\n"
    "5 %, to see whether and when they would be found.\n\n" SELECTION_DETAILS "\n",
    ROWS,
    doctor,
};
