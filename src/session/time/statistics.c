/* Statistics of whole commands: those of benchmarks, with a batch of blocks in the place of a
 * launch.
 *
 * Why batches: the log ratio of one block has heavy tails (a run that the machine disturbed), which
 * an interval of means does not like; the trimmed mean of ten has not.  Why not one batch for all:
 * then nothing would tell how far the machine's mood moves the ratio.
 * Invariant: the last batch is never smaller than the others; what is left over joins it. */
#include "session/time/statistics.h"

#include <stdlib.h>

#include "stats/summary.h"

enum { BATCH_BLOCKS = 10, BATCHES_MIN = 10 };

size_t time_batch_blocks(size_t blocks)
{
    size_t size = blocks / BATCHES_MIN;
    return size < 1 ? 1 : size > BATCH_BLOCKS ? BATCH_BLOCKS : size;
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
    command->user_ns = user_ns / (double)count;
    command->system_ns = system_ns / (double)count;
    free(values);
    free(launches);
    return status;
}

static assay_status make_pairs(const struct timed_command *reference,
                               const struct timed_command *command, pair_vec *pairs)
{
    size_t count =
        reference->runs.count < command->runs.count ? reference->runs.count : command->runs.count;
    size_t size = time_batch_blocks(count), batches = count / size;
    for (size_t i = 0; i < count; i++) {
        size_t batch = i / size < batches ? i / size : batches - 1;
        struct pair_sample *pair = vec_add(pairs);
        if (pair == NULL)
            return ASSAY_ERR_MEMORY;
        *pair = (struct pair_sample){reference->runs.items[i].wall_ns,
                                     command->runs.items[i].wall_ns, (uint32_t)batch, 1};
    }
    return ASSAY_OK;
}

assay_status time_compare(const struct timed_command *reference, const struct verdict_rules *rules,
                          struct timed_command *command)
{
    pair_vec pairs = {0};
    assay_status status = make_pairs(reference, command, &pairs);
    command->versus = (struct comparison){.benchmark = command->name,
                                          .metric = METRICS[METRIC_TIME].name,
                                          .kind = KIND_LOCKSTEP,
                                          .reason = ""};
    if (status == ASSAY_OK)
        status = verdict_from_pairs(&pairs, rules, &command->versus);
    vec_release(&pairs);
    return status;
}

bool time_is_decided(const struct comparison *versus, const struct verdict_rules *rules)
{
    double most = 1 + rules->margin;
    return versus->verdict != VERDICT_UNDECIDED && versus->verdict != VERDICT_NONE &&
           versus->interval.high <= versus->ratio * most &&
           versus->ratio <= versus->interval.low * most;
}
