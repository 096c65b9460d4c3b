/* The sources.  Times of benchmarks come from the pair loop: one process, or two in lockstep where
 * a side is a program of its own or both cannot share one.  What a whole process has but one of,
 * as peak memory, comes from launches in turn, one of each side, in an order that is drawn.
 * Commands run in the random blocks of `assay time`, a few blocks a launch.
 * Invariant: no side is ever measured without the other right beside it. */
#include "session/audit/sources.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "probe/clock.h"
#include "session/measurements.h"
#include "session/time/time.h"

#define LOCKSTEP_SLOT_SECONDS 0.003
enum { BLOCKS_PER_LAUNCH = 10 };

static double seconds_now(void *self)
{
    (void)self;
    return clock_now_seconds();
}

static assay_status add_pair(pair_vec *pairs, double before, double after, uint32_t launch)
{
    struct pair_sample *pair = vec_add(pairs);
    if (pair == NULL)
        return ASSAY_ERR_MEMORY;
    *pair = (struct pair_sample){.old_ns = before, .new_ns = after, .launch = launch};
    return ASSAY_OK;
}

static enum outcome out_of_memory(struct buf *reason)
{
    buf_error(reason, ASSAY_OK, "out of memory for its pairs");
    return OUTCOME_FAILED;
}

/* ---- times, side by side ---- */

static enum outcome launch_in_lockstep(struct audit_source_memory *memory, uint32_t launch,
                                       pair_vec *pairs, struct buf *reason)
{
    struct plan plan = *memory->sides.plan;
    plan.slot_seconds = fmax(plan.slot_seconds, LOCKSTEP_SLOT_SECONDS);
    memory->hosts.sides.plan = &plan;
    struct pair_executor apart = pair_lockstep(&memory->hosts);
    return pair_measure(&apart, &plan, launch, pairs, reason);
}

static enum outcome launch_paired(void *self, uint32_t launch, pair_vec *pairs, struct buf *reason)
{
    struct audit_source_memory *memory = self;
    struct audit_finding *finding = memory->sides.finding;
    size_t before = pairs->count;
    memory->hosts.sides.plan = memory->sides.plan;
    memory->hosts.sides.seed = memory->sides.plan->seed + launch;
    if (finding->kind == KIND_ONE_PROCESS) {
        struct pair_executor together = pair_one_process(&memory->hosts);
        enum outcome outcome = pair_measure(&together, memory->sides.plan, launch, pairs, reason);
        if (outcome != OUTCOME_FAILED || launch > 0 || *memory->sides.stop != 0)
            return outcome;
        finding->kind = KIND_LOCKSTEP; /* the first launch shows that they cannot share one */
        pairs->count = before;
    }
    return launch_in_lockstep(memory, launch, pairs, reason);
}

/* ---- other metrics, launches in turn ---- */

/* One launch of one side: the value of the claim's metric. */
static enum outcome measure_side(const struct audit_sides *sides, const struct benchmark *benchmark,
                                 double *ret_value, struct buf *reason)
{
    struct arena arena = {0};
    struct plan plan = *sides->plan;
    struct result result = {.benchmark = *benchmark, .reason = "", .warning = ""};
    observation_vec observations = {0};
    const char *metric = sides->finding->claim.metric->name;
    plan.launches = 1;
    assay_status status = measure_benchmark(sides->paths, &plan, &arena, &result, &observations);
    if (status == ASSAY_OK)
        status = measurements_compute(&result, &observations);
    enum outcome outcome = status == ASSAY_OK ? result.outcome : out_of_memory(reason);
    if (status == ASSAY_OK && outcome != OUTCOME_OK)
        buf_error(reason, ASSAY_OK, "%s", result.reason);
    const struct measurement *found = result_measurement(&result, metric);
    if (found != NULL)
        *ret_value = found->summary.median;
    if (outcome == OUTCOME_OK && found == NULL) {
        buf_error(reason, ASSAY_OK, "'%s' does not measure '%s'", benchmark->id, metric);
        outcome = OUTCOME_FAILED;
    }
    vec_release(&observations);
    result_release(&result);
    arena_release(&arena);
    return outcome;
}

/* Which side goes first: a bit of splitmix64 (Steele, Lea and Flood 2014, OOPSLA, 453-472). */
static bool after_is_first(uint64_t seed, uint32_t launch)
{
    uint64_t z = (seed + launch) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (z >> 63) != 0;
}

static enum outcome launch_in_turn(void *self, uint32_t launch, pair_vec *pairs, struct buf *reason)
{
    struct audit_source_memory *memory = self;
    const struct audit_sides *sides = &memory->sides;
    const struct benchmark *const benchmarks[] = {sides->before, sides->after};
    double values[2] = {0, 0};
    int first = after_is_first(sides->plan->seed, launch);
    for (int k = 0; k < 2; k++) {
        enum outcome outcome =
            measure_side(sides, benchmarks[k ^ first], &values[k ^ first], reason);
        if (outcome != OUTCOME_OK)
            return outcome;
    }
    return add_pair(pairs, values[0], values[1], launch) == ASSAY_OK ? OUTCOME_OK
                                                                     : out_of_memory(reason);
}

/* ---- commands ---- */

static double cost_of(const struct command_cost *cost, const char *metric)
{
    if (strcmp(metric, "cpu_ns") == 0)
        return cost->user_ns + cost->system_ns;
    return strcmp(metric, "rss_bytes_peak") == 0 ? cost->rss_bytes : cost->wall_ns;
}

static void tell_nobody(void *context, const struct time_progress *progress)
{
    (void)context;
    (void)progress;
}

/* The runs of both commands, block by block. */
static enum outcome take_runs(const struct audit_sides *sides, const struct timing *timing,
                              uint32_t launch, pair_vec *pairs, struct buf *reason)
{
    const struct timed_command *before = &timing->commands.items[0];
    const struct timed_command *after = &timing->commands.items[1];
    const char *metric = sides->finding->claim.metric->name;
    for (size_t i = 0; i < timing->commands.count; i++)
        if (timing->commands.items[i].outcome != OUTCOME_OK) {
            buf_error(reason, ASSAY_OK, "'%s': %s", timing->commands.items[i].line,
                      timing->commands.items[i].reason);
            return timing->commands.items[i].outcome;
        }
    for (size_t i = 0; i < before->runs.count && i < after->runs.count; i++)
        if (add_pair(pairs, cost_of(&before->runs.items[i], metric),
                     cost_of(&after->runs.items[i], metric), launch) != ASSAY_OK)
            return out_of_memory(reason);
    return OUTCOME_OK;
}

static enum outcome launch_commands(void *self, uint32_t launch, pair_vec *pairs,
                                    struct buf *reason)
{
    struct audit_source_memory *memory = self;
    const struct audit_sides *sides = &memory->sides;
    const struct audit_claim *claim = &sides->finding->claim;
    const char *const lines[] = {claim->before.command, claim->after.command};
    struct timing timing = {0};
    const struct time_request request = {.lines = {lines, 2},
                                         .show = -1,
                                         .warmup = launch == 0,
                                         .runs_min = 1,
                                         .runs_max = BLOCKS_PER_LAUNCH,
                                         .budget_seconds = sides->plan->measure_seconds,
                                         .limit_seconds = sides->plan->limit_seconds,
                                         .seed = sides->plan->seed + launch,
                                         .spawner = sides->spawner,
                                         .stop = sides->stop,
                                         .progress = tell_nobody};
    assay_status status = session_time(&request, &timing, reason);
    enum outcome outcome =
        status == ASSAY_OK ? take_runs(sides, &timing, launch, pairs, reason) : OUTCOME_FAILED;
    if (status != ASSAY_OK && reason->length == 0)
        buf_error(reason, ASSAY_OK, "%s", status_text(status));
    timing_release(&timing);
    return outcome;
}

struct audit_source audit_source_of(const struct audit_sides *sides,
                                    struct audit_source_memory *memory)
{
    static const struct audit_source_ops PAIRED = {launch_paired, seconds_now};
    static const struct audit_source_ops IN_TURN = {launch_in_turn, seconds_now};
    static const struct audit_source_ops COMMANDS = {launch_commands, seconds_now};
    const struct audit_claim *claim = &sides->finding->claim;
    *memory = (struct audit_source_memory){.sides = *sides};
    sides->finding->kind = KIND_LOCKSTEP;
    if (claim->before.command != NULL)
        return (struct audit_source){&COMMANDS, memory};
    if (strcmp(claim->metric->name, METRICS[METRIC_TIME].name) != 0)
        return (struct audit_source){&IN_TURN, memory};
    if (text_ends_with(sides->before->module, ".so") && text_ends_with(sides->after->module, ".so"))
        sides->finding->kind = KIND_ONE_PROCESS;
    memory->hosts.sides =
        (struct pair_sides){sides->paths, sides->plan, sides->before, sides->after, 1};
    return (struct audit_source){&PAIRED, memory};
}
