/* assay time: whole commands against each other.
 * Order: options, files to write, measuring, table, files; so that a mistake that can be known
 * beforehand stops the command with nothing run.  Ctrl-C keeps the complete blocks. */
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/time_options.h"
#include "report/timing.h"

/* As progress_step, for blocks: at most two lines a second, so as not to disturb what is timed. */
static void tell(void *context, const struct time_progress *step)
{
    struct progress *progress = context;
    char line[80];
    double pause_seconds = progress->columns > 0 ? 0.5 : 10;
    if (step->elapsed_seconds < 1 || step->elapsed_seconds - progress->told_seconds < pause_seconds)
        return;
    progress->told_seconds = step->elapsed_seconds;
    snprintf(line, sizeof line, "%zu runs each, %.0f s left", step->blocks, step->left_seconds);
    progress_line(progress, line);
}

static assay_status find_program(const struct cli *cli, const char *name, struct arena *arena,
                                 const char **ret_path)
{
    BUF_AUTO path;
    TRY(cli_find_program(cli, name, &path));
    *ret_path = arena_copy(arena, path.text);
    return *ret_path ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* What the request needs to start commands with; the paths belong to the arena. */
static assay_status find_programs(struct cli *cli, bool floors, struct arena *arena,
                                  struct time_request *request)
{
    static const char *const NAMES[FLOOR_COUNT] = {"assay-null", "assay-null-libc",
                                                   "assay-null-dynamic"};
    for (int i = 0; i < FLOOR_COUNT && floors; i++)
        TRY(find_program(cli, NAMES[i], arena, &request->floors[i]));
    return find_program(cli, "assay-spawn", arena, &request->spawner);
}

static assay_status print_timing(struct cli *cli, const struct time_options *options,
                                 const struct timing *timing)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (options->json)
        TRY(report_json_timing(timing, &out));
    else
        report_text_timing(timing, &out);
    return cli_print(cli, &out);
}

static int exit_code(const struct timing *timing)
{
    for (size_t i = 0; i < timing->commands.count; i++)
        if (timing->commands.items[i].outcome != OUTCOME_OK)
            return 3;
    return timing->interrupted ? 3 : 0;
}

static assay_status measure(struct cli *cli, const struct time_options *options,
                            const struct time_request *wanted, struct time_exports *exports)
{
    struct timing timing = {0};
    struct progress progress;
    struct time_request request = *wanted;
    progress_init(&progress);
    request.stop = &stop_count;
    request.progress = tell;
    request.context = &progress;
    assay_status status = session_time(&request, &timing, &cli->error);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = print_timing(cli, options, &timing);
    if (status == ASSAY_OK)
        status = time_exports_write(exports, &timing, &cli->error);
    cli->exit_code = exit_code(&timing);
    timing_release(&timing);
    return status;
}

static assay_status run(struct cli *cli, int argc, char **argv)
{
    struct time_options options = {0};
    struct time_request request;
    struct time_exports exports = {0};
    int first;
    struct arena programs = {0};
    TRY(options_parse(TIME_ROWS, argc, argv, &options, &first, &cli->error));
    TRY(time_request_of(&options, &request, &cli->error));
    if (first == argc)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "usage: assay time COMMAND [COMMAND ...]; quote each command");
    request.lines = (struct time_texts){(const char *const *)(argv + first), argc - first};
    stop_on_signals(2); /* the second ends a command that hangs */
    assay_status status = find_programs(cli, !options.no_floor, &programs, &request);
    if (status == ASSAY_OK)
        status = time_exports_open(&options, &exports, &cli->error);
    if (status == ASSAY_OK)
        status = measuring_begin(cli, &options.measuring);
    if (status == ASSAY_OK)
        status = measure(cli, &options, &request, &exports);
    time_exports_close(&exports);
    arena_release(&programs);
    return status;
}

const struct command command_time = {
    "time",
    "COMMAND [COMMAND ...]",
    "time whole commands against each other",
    "Each COMMAND is one operand in quotes: assay time 'sort a.txt' 'sort -u a.txt'.\n"
    "The commands run in blocks, each once a block in random order, so that what disturbs\n"
    "one disturbs all; a verdict comes from the ratios within blocks. Measuring ends when\n"
    "every comparison is decided and known to the margin, or when the time is over.\n"
    "Commands that never wait are compared by CPU time, which a busy machine cannot\n"
    "stretch; what they took by the clock is in the table.\n\n"
    "No shell is used unless --shell says so: words are split at blanks, with 'quotes',\n"
    "\"quotes\" and backslash. {VAR} is replaced by the values of a parameter; several\n"
    "parameters give all their combinations. Input is empty, output is read and dropped,\n"
    "and what a run leaves running is killed. A command that fails is a row with its\n"
    "reason; the others go on.\n",
    TIME_ROWS,
    run,
};
