/* Statistics of whole commands: those of benchmarks, with a batch of blocks in the place of a
 * launch.
 *
 * Why batches: the log ratio of one block has heavy tails (a run that the machine disturbed), which
 * an interval of means does not like; the middle two of four have not.  Why no larger ones: an
 * interval that is valid at every look wants many observations; of 1, 4, 5, 8 and 10 blocks, with
 * several estimators, four found most (docs/time.md).
 *
 * Why CPU time where it tells all: on a busy machine a run waits for its processor, and we for ours
 * to see its end; the first is no cost of the command and the second not even of its run.  Whoever
 * never sleeps has spent no other time than that.
 *
 * Invariant: the last batch is never smaller than the others; what is left over joins it. */
#include "session/time/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "stats/summary.h"

enum { BATCH_BLOCKS = 4, BATCHES_MIN = 10, SLEEPS_MAX = 1 };
#define CPU_SHARE_MAX 1.02 /* of one thread, with room for the rounding of its accounts */

size_t time_batch_blocks(size_t blocks)
{
    return blocks < BATCHES_MIN * BATCH_BLOCKS ? 1 : BATCH_BLOCKS;
}

static double cpu_ns(const struct command_cost *run)
{
    return run->user_ns + run->system_ns;
}

bool time_waits(const command_cost_vec *runs)
{
    size_t waiting = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const struct command_cost *run = &runs->items[i];
        if (cpu_ns(run) <= 0)
            return true;
        waiting += run->sleeps > SLEEPS_MAX || cpu_ns(run) > run->wall_ns * CPU_SHARE_MAX;
    }
    return 10 * waiting > runs->count;
}

assay_status time_summarize(struct timed_command *command)
{
    const size_t count = command->runs.count;
    if (count == 0)
        return ASSAY_OK;
    double *values = calloc(count, sizeof *values);
    uint32_t *launches = calloc(count, sizeof *launches);
    double user_ns = 0, system_ns = 0;
    assay_status status = values && launches ? ASSAY_OK : ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < count && status == ASSAY_OK; i++) {
        const struct command_cost *run = &command->runs.items[i];
        values[i] = run->wall_ns;
        user_ns += run->user_ns;
        system_ns += run->system_ns;
        if (run->rss_bytes > command->rss_bytes)
            command->rss_bytes = run->rss_bytes;
        if (run->output_bytes > command->output_bytes)
            command->output_bytes = run->output_bytes;
        command->nonzero_count += run->exit_code != 0;
    }
    if (status == ASSAY_OK)
        status = summarize(values, launches, count, &command->wall);
    command->waits = time_waits(&command->runs);
    command->user_ns = user_ns / (double)count;
    command->system_ns = system_ns / (double)count;
    free(values);
    free(launches);
    return status;
}

static assay_status make_pairs(const struct timed_command *reference,
                               const struct timed_command *command, bool by_cpu, pair_vec *pairs)
{
    size_t count =
        reference->runs.count < command->runs.count ? reference->runs.count : command->runs.count;
    size_t size = time_batch_blocks(count), batches = count / size;
    for (size_t i = 0; i < count; i++) {
        const struct command_cost *a = &reference->runs.items[i], *b = &command->runs.items[i];
        size_t batch = i / size < batches ? i / size : batches - 1;
        struct pair_sample *pair = vec_add(pairs);
        if (pair == NULL)
            return ASSAY_ERR_MEMORY;
        *pair = (struct pair_sample){by_cpu ? cpu_ns(a) : a->wall_ns,
                                     by_cpu ? cpu_ns(b) : b->wall_ns, (uint32_t)batch, 1};
    }
    return ASSAY_OK;
}

assay_status time_compare(const struct timed_command *reference, const struct verdict_rules *rules,
                          enum time_basis basis, struct timed_command *command)
{
    pair_vec pairs = {0};
    bool by_cpu = basis == BASIS_CPU || (basis == BASIS_AUTO && !time_waits(&reference->runs) &&
                                         !time_waits(&command->runs));
    assay_status status = make_pairs(reference, command, by_cpu, &pairs);
    command->versus = (struct comparison){.benchmark = command->name,
                                          .metric = by_cpu ? "cpu_ns" : METRICS[METRIC_TIME].name,
                                          .kind = KIND_LOCKSTEP,
                                          .reason = ""};
    if (status == ASSAY_OK)
        status = verdict_from_pairs(&pairs, rules, &command->versus);
    vec_release(&pairs);
    return status;
}

void time_split(struct timing *timing, const bool *dynamic)
{
    const struct timed_command *shortest = NULL;
    for (size_t i = 0; i < timing->commands.count; i++) {
        const struct timed_command *command = &timing->commands.items[i];
        if (dynamic[i] && command->runs.count > 0 && command->wall.median < TIME_SPLIT_NS &&
            (shortest == NULL || command->wall.median < shortest->wall.median))
            shortest = command;
    }
    for (int i = 0; i < FLOOR_COUNT; i++)
        if (timing->floor_ns[i] <= 0)
            return;
    if (shortest == NULL)
        return;
    const double *floor_ns = timing->floor_ns;
    timing->split =
        (struct time_split){.name = shortest->name,
                            .exec_ns = floor_ns[FLOOR_EXEC],
                            .libc_ns = fmax(floor_ns[FLOOR_LIBC] - floor_ns[FLOOR_EXEC], 0),
                            .link_ns = fmax(floor_ns[FLOOR_LINK] - floor_ns[FLOOR_LIBC], 0),
                            .own_ns = fmax(shortest->wall.median - floor_ns[FLOOR_LINK], 0),
                            .whole_ns = shortest->wall.median};
}

bool time_is_decided(const struct comparison *versus, const struct verdict_rules *rules)
{
    double most = 1 + rules->margin;
    return versus->verdict != VERDICT_UNDECIDED && versus->verdict != VERDICT_NONE &&
           versus->interval.high <= versus->ratio * most &&
           versus->ratio <= versus->interval.low * most;
}
