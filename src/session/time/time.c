/* Timing whole commands.
 *
 * Beside the commands that were asked for, each block runs a program that does nothing and, with
 * --shell, a shell that does nothing: what a spawn and a shell cost is then known for the very
 * minutes in which the commands ran.  Neither is subtracted: a difference of two noisy numbers, one
 * of them of another program, is no measurement.
 *
 * Order: build, open, setup, warm-up blocks, blocks, cleanup, statistics.
 * Invariants: 1. cleanup runs once for every command whose setup was started, also after a stop;
 * 2. only complete blocks leave runs; 3. every command is one row, with runs or with a reason. */
#include "session/time/time.h"

#include <math.h>
#include <string.h>

#include "probe/clock.h"
#include "session/time/blocks.h"
#include "session/time/commands.h"
#include "session/time/statistics.h"

#define FIRST_RUN_STRIKING 2.0 /* times the median */

/* Everything under way. */
struct session {
    const struct time_request *request;
    struct timing *timing;
    time_command_vec commands;
    size_t counted; /* the first so many are the user's */
    bool *alive;    /* by command */
    bool *set_up;   /* by command: cleanup is due */
    bool recording; /* not warming up */
    double began_seconds;
    struct buf reason; /* scratch */
    struct buf *error;
};

static struct command_options timed_options(const struct time_request *request)
{
    return (struct command_options){.spawner = request->spawner,
                                    .input = request->input,
                                    .output = request->output,
                                    .show = request->show,
                                    .limit_seconds = request->limit_seconds,
                                    .stop = request->stop};
}

/* For setup, prepare and cleanup; a stop that was asked for before does not count. */
static struct command_options helper_options(const struct time_request *request)
{
    return (struct command_options){
        .spawner = request->spawner, .show = -1, .stop = request->stop, .stop_min = *request->stop};
}

static assay_status fail(struct session *session, size_t at, const char *act)
{
    struct timed_command *timed = &session->timing->commands.items[at];
    timed->outcome = OUTCOME_FAILED;
    timed->reason = arena_printf(&session->timing->arena, "%s%s", act, session->reason.text);
    session->alive[at] = false;
    return timed->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Runs `runner` once: kept, dropped with its reason, or stopped. */
static enum block_step run_with(struct session *session, struct command_runner *runner,
                                const char *program, bool ignore_exit, struct command_run *ret_run)
{
    if (runner_run(runner, ret_run, &session->reason) != ASSAY_OK)
        return BLOCK_DROP;
    if (!runner_failed(ret_run, &runner->options, ignore_exit, program, &session->reason))
        return BLOCK_KEEP;
    if (ret_run->end != COMMAND_CANCELLED)
        return BLOCK_DROP;
    session->timing->interrupted = true;
    return BLOCK_STOP;
}

/* One run of a block, with its prepare command before it. */
static enum block_step run_command(void *context, size_t at)
{
    struct session *session = context;
    struct time_command *command = &session->commands.items[at];
    struct command_run run;
    const char *act = "prepare: ";
    enum block_step step = BLOCK_KEEP;
    if (command->prepare != NULL)
        step = run_with(session, &command->preparer, command->prepare[0], false, &run);
    if (step == BLOCK_KEEP) {
        act = "";
        step = run_with(session, &command->runner, command->argv[0], session->request->ignore_exit,
                        &run);
        command->pending = run.cost;
    }
    if (step == BLOCK_DROP && fail(session, at, act) != ASSAY_OK)
        return BLOCK_STOP;
    return step;
}

static double now_seconds(void *context)
{
    (void)context;
    return clock_now_seconds();
}

static void tell(struct session *session, size_t done)
{
    const struct time_request *request = session->request;
    double elapsed_seconds = clock_now_seconds() - session->began_seconds;
    double each_seconds = elapsed_seconds / (double)done;
    double budget_seconds = request->budget_seconds * (double)session->counted;
    double left_seconds = fmax(budget_seconds - elapsed_seconds,
                               each_seconds * ((double)request->runs_min - (double)done));
    left_seconds = fmin(left_seconds, each_seconds * ((double)request->runs_max - (double)done));
    struct time_progress progress = {done, elapsed_seconds, fmax(left_seconds, 0)};
    request->progress(request->context, &progress);
}

static assay_status commit(void *context, size_t done)
{
    struct session *session = context;
    for (size_t i = 0; i < session->commands.count && session->recording; i++) {
        if (!session->alive[i])
            continue;
        struct command_cost *run = vec_add(&session->timing->commands.items[i].runs);
        if (run == NULL)
            return ASSAY_ERR_MEMORY;
        *run = session->commands.items[i].pending;
    }
    if (session->recording)
        tell(session, done);
    return ASSAY_OK;
}

static assay_status measure(struct session *session, bool recording)
{
    const struct time_request *request = session->request;
    const struct block_calls calls = {run_command, commit, now_seconds, session};
    const struct block_plan plan = {
        .count = session->commands.count,
        .counted = session->counted,
        .runs_min = recording ? request->runs_min : request->warmup,
        .runs_max = recording ? request->runs_max : request->warmup,
        .budget_seconds = request->budget_seconds * (double)session->counted,
        .seed = request->seed + !recording,
    };
    size_t done = 0;
    session->recording = recording;
    session->began_seconds = clock_now_seconds();
    TRY(blocks_run(&plan, &calls, session->alive, &done));
    if (recording) {
        session->timing->blocks = done;
        session->timing->duration_seconds = clock_now_seconds() - session->began_seconds;
    }
    return ASSAY_OK;
}

/* Runs a setup or cleanup command; its failure is in session->reason. */
static enum block_step run_helper(struct session *session, char **argv)
{
    struct command_options options = helper_options(session->request);
    struct command_runner runner;
    struct command_run run;
    if (runner_open(&options, argv, &runner, &session->reason) != ASSAY_OK)
        return BLOCK_DROP;
    enum block_step step = run_with(session, &runner, argv[0], false, &run);
    runner_close(&runner);
    return step;
}

static assay_status set_up(struct session *session)
{
    for (size_t i = 0; i < session->commands.count; i++) {
        struct time_command *command = &session->commands.items[i];
        if (command->setup == NULL || session->timing->interrupted)
            continue;
        session->set_up[i] = true;
        enum block_step step = run_helper(session, command->setup);
        if (step == BLOCK_DROP)
            TRY(fail(session, i, "setup: "));
    }
    return ASSAY_OK;
}

static assay_status clean_up(struct session *session)
{
    for (size_t i = 0; i < session->commands.count; i++) {
        struct time_command *command = &session->commands.items[i];
        struct timed_command *timed = &session->timing->commands.items[i];
        if (command->cleanup == NULL || (command->setup != NULL && !session->set_up[i]))
            continue;
        if (run_helper(session, command->cleanup) == BLOCK_KEEP)
            continue;
        timed->warning = arena_printf(&session->timing->arena, "cleanup: %s", session->reason.text);
        if (timed->warning == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status open_runners(struct session *session)
{
    struct command_options timed = timed_options(session->request);
    struct command_options helper = helper_options(session->request);
    struct command_options hidden = helper;
    hidden.stop_min = 0;
    helper.stop_min = 0;
    for (size_t i = 0; i < session->commands.count; i++) {
        struct time_command *command = &session->commands.items[i];
        TRY(runner_open(i < session->counted ? &timed : &hidden, command->argv, &command->runner,
                        session->error));
        if (command->prepare != NULL)
            TRY(runner_open(&helper, command->prepare, &command->preparer, session->error));
    }
    return ASSAY_OK;
}

static void close_runners(struct session *session)
{
    for (size_t i = 0; i < session->commands.count; i++) {
        runner_close(&session->commands.items[i].runner);
        runner_close(&session->commands.items[i].preparer);
    }
}

/* The commands that no one asked for: at the end of both lists. */
static assay_status add_hidden(struct session *session)
{
    struct arena *arena = &session->timing->arena;
    char *null_program = arena_copy(arena, session->request->null_program);
    char *words[] = {arena_copy(arena, "sh"), arena_copy(arena, "-c"), arena_copy(arena, "")};
    char **nothing = arena_alloc(arena, 2 * sizeof *nothing);
    char **shell = arena_alloc(arena, 4 * sizeof *shell);
    if (null_program == NULL || nothing == NULL || shell == NULL || !words[0] || !words[1] ||
        !words[2])
        return ASSAY_ERR_MEMORY;
    nothing[0] = null_program;
    memcpy(shell, words, sizeof words);
    TRY(commands_add("assay-null", nothing, session->timing, &session->commands));
    if (session->request->shell)
        TRY(commands_add("sh", shell, session->timing, &session->commands));
    return ASSAY_OK;
}

/* Takes what the hidden commands cost and removes them. */
static void take_hidden(struct session *session)
{
    struct timing *timing = session->timing;
    const struct timed_command *hidden = timing->commands.items + session->counted;
    timing->floor_ns = hidden[0].wall.median;
    timing->floor_rss_bytes = hidden[0].rss_bytes;
    if (session->request->shell) {
        timing->shell = "sh";
        timing->shell_ns = hidden[1].wall.median;
    }
    for (size_t i = session->counted; i < timing->commands.count; i++)
        vec_release(&timing->commands.items[i].runs);
    timing->commands.count = session->counted;
}

static assay_status warn(struct session *session, struct timed_command *timed)
{
    if (timed->warning[0] != '\0' || timed->runs.count < 3 || session->request->warmup > 0)
        return ASSAY_OK;
    double ratio = timed->runs.items[0].wall_ns / timed->wall.median;
    if (ratio < FIRST_RUN_STRIKING)
        return ASSAY_OK;
    timed->warning = arena_printf(&session->timing->arena,
                                  "first run %.1fx the median: cold caches? --warmup 1", ratio);
    return timed->warning ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Rounded up to two digits: a guess should not look like a count. */
static size_t rounded_up(size_t count)
{
    size_t unit = 1;
    while (count / unit >= 100)
        unit *= 10;
    return (count + unit - 1) / unit * unit;
}

/* Sets one command against the reference; what stays undecided says what would decide it. */
static assay_status judge(struct timing *timing, double margin, size_t at)
{
    struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    rules.margin = margin > 0 ? margin : rules.margin;
    const struct timed_command *reference = &timing->commands.items[timing->reference];
    struct timed_command *timed = &timing->commands.items[at];
    if (at == timing->reference || timed->outcome != OUTCOME_OK ||
        reference->outcome != OUTCOME_OK || timed->runs.count == 0)
        return ASSAY_OK;
    TRY(time_compare(reference, &rules, timed));
    if (timed->versus.verdict != VERDICT_UNDECIDED)
        return ASSAY_OK;
    size_t more = verdict_launches_needed(&timed->versus, &rules) * timing->batch_blocks;
    size_t runs = rounded_up(timing->blocks + more);
    double fastest = (timed->versus.ratio_q10 - 1) * 100;
    timed->versus.reason =
        runs <= TIME_RUNS_MAX
            ? arena_printf(&timing->arena, "needs about --runs %zu (fastest tenth: %+.2f %%)", runs,
                           fastest)
            : arena_printf(&timing->arena, "too noisy here (fastest tenth: %+.2f %%)", fastest);
    return timed->versus.reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status conclude(struct session *session)
{
    struct timing *timing = session->timing;
    timing->batch_blocks = time_batch_blocks(timing->blocks);
    for (size_t i = 0; i < timing->commands.count; i++) {
        struct timed_command *timed = &timing->commands.items[i];
        TRY(time_summarize(timed));
        if (timed->outcome == OUTCOME_OK && timed->runs.count == 0) {
            timed->outcome = OUTCOME_SKIPPED;
            timed->reason = "interrupted before the first block was complete";
        }
        TRY(warn(session, timed));
    }
    take_hidden(session);
    for (size_t i = 0; i < timing->commands.count; i++)
        TRY(judge(timing, session->request->margin, i));
    return ASSAY_OK;
}

static assay_status run_all(struct session *session)
{
    TRY(open_runners(session));
    assay_status status = set_up(session);
    if (status == ASSAY_OK && !session->timing->interrupted)
        status = measure(session, false);
    if (status == ASSAY_OK && !session->timing->interrupted)
        status = measure(session, true);
    close_runners(session);
    assay_status cleaned = clean_up(session);
    TRY(status);
    TRY(cleaned);
    return conclude(session);
}

static assay_status prepare_session(struct session *session)
{
    struct arena *arena = &session->timing->arena;
    TRY(commands_build(session->request, session->timing, &session->commands, session->error));
    session->counted = session->commands.count;
    TRY(add_hidden(session));
    session->alive = arena_alloc(arena, session->commands.count * sizeof *session->alive);
    session->set_up = arena_alloc(arena, session->commands.count * sizeof *session->set_up);
    if (session->alive == NULL || session->set_up == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < session->commands.count; i++)
        session->alive[i] = true;
    return ASSAY_OK;
}

assay_status session_time(const struct time_request *request, struct timing *ret_timing,
                          struct buf *error)
{
    *ret_timing = (struct timing){.seed = request->seed};
    struct session session = {.request = request, .timing = ret_timing, .error = error};
    buf_init(&session.reason, 8192);
    assay_status status = prepare_session(&session);
    if (status == ASSAY_OK)
        status = run_all(&session);
    close_runners(&session);
    vec_release(&session.commands);
    buf_release(&session.reason);
    return status;
}
