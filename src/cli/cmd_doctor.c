/* assay doctor: what this machine is like to measure on, and whether assay itself is whole.
 * Order: options, workplace, examination, report; a pattern that selects nothing is refused before
 * anything is measured, and nothing is written anywhere. */

#include "cli/common.h"
#include "cli/measuring.h"
#include "cli/progress.h"
#include "cli/selection.h"
#include "cli/stop.h"
#include "report/doctor.h"
#include "session/doctor/doctor.h"

struct doctor_options {
    struct common_options common;
    struct measuring_options measuring;
    unsigned seconds;
};
enum { SECONDS = 5 };

static const struct option_row ROWS[] = {
    {"seconds", 's', "N", "how long to measure (default: 5)", OPTION_COUNT,
     offsetof(struct doctor_options, seconds)},
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

static assay_status doctor(struct cli *cli, int argc, char **argv)
{
    struct doctor_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    stop_on_signals(1);
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
    "own benchmarks are taken; with them the user's.\n\n" SELECTION_DETAILS "\n",
    ROWS,
    doctor,
};
