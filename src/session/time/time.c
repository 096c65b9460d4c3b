/* Timing whole commands.
 *
 * Beside the commands that were asked for, some blocks run programs that do nothing and, with
 * --shell, a shell that does nothing: what a spawn, a C library and a shell cost is then known for
 * the very minutes in which the commands ran.  Nothing of it is subtracted: a difference of two
 * noisy numbers, one of them of another program, is no measurement.
 *
 * Order: build, open, setup, warm-up blocks, blocks, cleanup, statistics.
 * Invariants: 1. cleanup runs once for every command whose setup was started, also after a stop;
 * 2. only complete blocks leave runs; 3. every command is one row, with runs or with a reason. */
#include "session/time/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "probe/clock.h"
#include "probe/program.h"
#include "session/time/blocks.h"
#include "session/time/commands.h"
#include "session/time/statistics.h"

#define FIRST_RUN_STRIKING 2.0 /* times the median */

/* Everything under way. */
struct session {
    const struct time_request *request;
    struct timing *timing;
    time_command_vec commands;
    size_t counted;                 /* the first so many are the user's */
    VEC(struct command_line) lines; /* of the commands, then of their prepares */
    struct command_runner runner;   /* of `lines` */
    struct command_run *answers;    /* room for those of one order */
    bool *alive;                    /* by command */
    bool *set_up;                   /* by command: cleanup is due */
    bool recording;                 /* not warming up */
    size_t next_look;               /* blocks at which it may be decided */
    struct verdict_rules rules;
    double began_seconds;
    struct buf reason; /* scratch */
    struct buf *error;
};

static assay_status fail(struct session *session, size_t at, const char *act)
{
    struct timed_command *timed = &session->timing->commands.items[at];
    timed->outcome = OUTCOME_FAILED;
    timed->reason = arena_printf(&session->timing->arena, "%s%s", act, session->reason.text);
    session->alive[at] = false;
    return timed->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* What a run means: kept, dropped with its reason, or stopped. */
static enum block_step judge_run(struct session *session, const struct command_run *run,
                                 const struct command_line *line)
{
    if (!runner_failed(run, line, &session->reason))
        return BLOCK_KEEP;
    if (run->end != COMMAND_CANCELLED)
        return BLOCK_DROP;
    session->timing->interrupted = true;
    return BLOCK_STOP;
}

/* The answers to a turn, its prepare command's first; *at goes behind them. */
static enum block_step take_turn(struct session *session, const struct block_turn *turn, size_t *at)
{
    const struct time_command *command = &session->commands.items[turn->command];
    struct timed_command *timed = &session->timing->commands.items[turn->command];
    enum block_step step = BLOCK_KEEP;
    const char *act = "prepare: ";
    if (command->prepare != NULL)
        step = judge_run(session, &session->answers[(*at)++],
                         &session->lines.items[command->prepare_line]);
    if (step == BLOCK_KEEP) {
        const struct command_run *run = &session->answers[(*at)++];
        act = "";
        step = judge_run(session, run, &session->lines.items[turn->command]);
        struct command_cost *kept =
            step == BLOCK_KEEP && session->recording ? vec_add(&timed->runs) : NULL;
        if (kept != NULL)
            *kept = run->cost;
        else if (step == BLOCK_KEEP && session->recording)
            return BLOCK_STOP;
    }
    if (step == BLOCK_DROP && fail(session, turn->command, act) != ASSAY_OK)
        return BLOCK_STOP;
    return step;
}

static enum block_step run_turns(void *context, const struct block_turn *turns, size_t count,
                                 size_t *ret_done)
{
    struct session *session = context;
    struct spawn_order order = {0};
    size_t answered = 0, at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct time_command *command = &session->commands.items[turns[i].command];
        if (command->prepare != NULL)
            order.lines[order.count++] = command->prepare_line;
        order.lines[order.count++] = (uint32_t)turns[i].command;
    }
    *ret_done = 1;
    if (runner_run(&session->runner, &order, session->answers, &answered, &session->reason) !=
        ASSAY_OK)
        return fail(session, turns[0].command, "") == ASSAY_OK ? BLOCK_DROP : BLOCK_STOP;
    for (size_t i = 0; i < count && at < answered; i++) {
        enum block_step step = take_turn(session, &turns[i], &at);
        *ret_done = i + (step != BLOCK_STOP);
        if (step != BLOCK_KEEP)
            return step;
    }
    return BLOCK_KEEP;
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

/* Whether every comparison is decided and known to within the margin.  Looked at ever more seldom:
 * each look takes all runs into account. */
static assay_status look(struct session *session, size_t done, bool *ret_enough)
{
    struct timing *timing = session->timing;
    size_t compared = 0;
    bool decided = true;
    if (!session->request->until_decided || done < session->next_look)
        return ASSAY_OK;
    session->next_look = done + 1 + done / 16;
    for (size_t i = 0; i < session->counted && decided; i++) {
        if (!session->alive[i] || i == timing->reference || !session->alive[timing->reference])
            continue;
        struct timed_command *timed = &timing->commands.items[i];
        TRY(time_compare(&timing->commands.items[timing->reference], &session->rules,
                         session->request->basis, timed));
        decided = time_is_decided(&timed->versus, &session->rules);
        compared++;
    }
    *ret_enough = compared > 0 && decided;
    return ASSAY_OK;
}

static assay_status commit(void *context, size_t done, bool *ret_enough)
{
    struct session *session = context;
    if (!session->recording)
        return ASSAY_OK;
    tell(session, done);
    TRY(look(session, done, ret_enough));
    session->timing->decided = *ret_enough;
    return ASSAY_OK;
}

/* Drops the runs of a block that was stopped. */
static void keep_complete(struct session *session, size_t done)
{
    for (size_t i = 0; i < session->counted; i++) {
        command_cost_vec *runs = &session->timing->commands.items[i].runs;
        runs->count = runs->count < done ? runs->count : done;
    }
}

static assay_status measure(struct session *session, bool recording)
{
    const struct time_request *request = session->request;
    const struct block_calls calls = {run_turns, commit, now_seconds, session};
    const struct block_plan plan = {
        .count = session->commands.count,
        .counted = session->counted,
        .turns_max =
            session->lines.count > session->commands.count ? SPAWN_ORDER_MAX / 2 : SPAWN_ORDER_MAX,
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
        session->timing->ended = session->timing->interrupted ? NULL
                                 : session->timing->decided   ? "every comparison decided"
                                 : done == request->runs_max  ? "all runs made"
                                                              : "time over";
        keep_complete(session, done);
        session->timing->blocks = done;
        session->timing->duration_seconds = clock_now_seconds() - session->began_seconds;
    }
    return ASSAY_OK;
}

/* Runs a setup or cleanup command; its failure is in session->reason.  A stop that was asked for
 * before does not count. */
static enum block_step run_helper(struct session *session, char **argv)
{
    const struct time_request *request = session->request;
    const struct command_line line = {.argv = argv};
    const struct command_options options = {
        .spawner = request->spawner, .show = -1, .stop = request->stop, .stop_min = *request->stop};
    const struct spawn_order order = {.count = 1};
    struct command_runner runner;
    size_t done = 0;
    if (runner_open(&options, &line, 1, &runner, &session->reason) != ASSAY_OK)
        return BLOCK_DROP;
    assay_status status = runner_run(&runner, &order, session->answers, &done, &session->reason);
    runner_close(&runner);
    return status == ASSAY_OK ? judge_run(session, session->answers, &line) : BLOCK_DROP;
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

/* Adds the line of each command, and then those of the prepare commands. */
static assay_status add_lines(struct session *session)
{
    const struct time_request *request = session->request;
    for (size_t i = 0; i < session->commands.count; i++) {
        struct command_line *line = vec_add(&session->lines);
        if (line == NULL)
            return ASSAY_ERR_MEMORY;
        *line = (struct command_line){.argv = session->commands.items[i].argv};
        if (i >= session->counted)
            continue;
        line->input = request->input;
        line->output = request->output;
        line->shows = request->show >= 0;
        line->ignores_exit = request->ignore_exit;
        line->limit_seconds = request->limit_seconds;
    }
    for (size_t i = 0; i < session->counted; i++) {
        struct time_command *command = &session->commands.items[i];
        command->prepare_line = (uint32_t)session->lines.count;
        struct command_line *line = command->prepare ? vec_add(&session->lines) : NULL;
        if (line != NULL)
            *line = (struct command_line){.argv = command->prepare};
        else if (command->prepare != NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status open_runner(struct session *session)
{
    const struct time_request *request = session->request;
    const struct command_options options = {
        .spawner = request->spawner, .show = request->show, .stop = request->stop};
    TRY(add_lines(session));
    return runner_open(&options, session->lines.items, session->lines.count, &session->runner,
                       session->error);
}

/* A command that no one asked for, at the end of both lists. */
static assay_status add_hidden(struct session *session, const char *const *words, size_t count)
{
    struct arena *arena = &session->timing->arena;
    char **argv = arena_alloc(arena, (count + 1) * sizeof *argv);
    for (size_t i = 0; i < count && argv != NULL; i++)
        if ((argv[i] = arena_copy(arena, words[i])) == NULL)
            return ASSAY_ERR_MEMORY;
    return argv ? commands_add(argv[0], argv, session->timing, &session->commands)
                : ASSAY_ERR_MEMORY;
}

static assay_status add_all_hidden(struct session *session)
{
    const struct time_request *request = session->request;
    const char *const shell[] = {"sh", "-c", ""};
    for (int i = 0; i < FLOOR_COUNT; i++)
        if (request->floors[i] != NULL)
            TRY(add_hidden(session, &request->floors[i], 1));
    return request->shell ? add_hidden(session, shell, 3) : ASSAY_OK;
}

/* Takes what the hidden commands cost and removes them. */
static void take_hidden(struct session *session)
{
    struct timing *timing = session->timing;
    const struct timed_command *hidden = timing->commands.items + session->counted;
    for (int i = 0; i < FLOOR_COUNT; i++) {
        if (session->request->floors[i] == NULL)
            continue;
        if (i == FLOOR_EXEC)
            timing->floor_rss_bytes = hidden->rss_bytes;
        timing->floor_ns[i] = hidden++->wall.median;
    }
    if (session->request->shell) {
        timing->shell = "sh";
        timing->shell_ns = hidden->wall.median;
    }
    for (size_t i = session->counted; i < timing->commands.count; i++)
        vec_release(&timing->commands.items[i].runs);
    timing->commands.count = session->counted;
}

static assay_status split(struct session *session)
{
    bool *dynamic = calloc(session->counted + 1, sizeof *dynamic);
    if (dynamic == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < session->counted; i++)
        dynamic[i] = program_is_dynamic(session->commands.items[i].argv[0]);
    time_split(session->timing, dynamic);
    free(dynamic);
    return ASSAY_OK;
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
static assay_status judge(struct session *session, size_t at)
{
    const struct verdict_rules *rules = &session->rules;
    struct timing *timing = session->timing;
    const struct timed_command *reference = &timing->commands.items[timing->reference];
    struct timed_command *timed = &timing->commands.items[at];
    if (at == timing->reference || timed->outcome != OUTCOME_OK ||
        reference->outcome != OUTCOME_OK || timed->runs.count == 0)
        return ASSAY_OK;
    TRY(time_compare(reference, rules, session->request->basis, timed));
    if (timed->versus.verdict != VERDICT_UNDECIDED)
        return ASSAY_OK;
    size_t more = verdict_launches_needed(&timed->versus, rules) * timing->batch_blocks;
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
    if (!session->request->shell)
        TRY(split(session));
    for (size_t i = 0; i < timing->commands.count; i++)
        TRY(judge(session, i));
    return ASSAY_OK;
}

static assay_status run_all(struct session *session)
{
    TRY(open_runner(session));
    assay_status status = set_up(session);
    if (status == ASSAY_OK && !session->timing->interrupted)
        status = measure(session, false);
    if (status == ASSAY_OK && !session->timing->interrupted)
        status = measure(session, true);
    runner_close(&session->runner);
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
    TRY(add_all_hidden(session));
    session->alive = arena_alloc(arena, session->commands.count * sizeof *session->alive);
    session->set_up = arena_alloc(arena, session->commands.count * sizeof *session->set_up);
    session->answers = arena_alloc(arena, SPAWN_ORDER_MAX * sizeof *session->answers);
    if (session->alive == NULL || session->set_up == NULL || session->answers == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < session->commands.count; i++)
        session->alive[i] = true;
    return ASSAY_OK;
}

assay_status session_time(const struct time_request *request, struct timing *ret_timing,
                          struct buf *error)
{
    *ret_timing = (struct timing){.seed = request->seed};
    struct session session = {
        .request = request, .timing = ret_timing, .rules = VERDICT_RULES_DEFAULT, .error = error};
    if (request->margin > 0)
        session.rules.margin = request->margin;
    buf_init(&session.reason, 8192);
    assay_status status = prepare_session(&session);
    if (status == ASSAY_OK)
        status = run_all(&session);
    runner_close(&session.runner);
    vec_release(&session.lines);
    vec_release(&session.commands);
    buf_release(&session.reason);
    return status;
}
