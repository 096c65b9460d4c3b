/* Blocks.  Why random orders and not A B A B: what the machine does in a rhythm of its own (timers,
 * cache states that the predecessor leaves) would always meet the same command, a bias that no
 * interval shows.  Why blocks and not a free shuffle: the runs of a block lie next to each other,
 * so their ratio is free of slow drift.
 *
 * Method: Fisher and Yates' shuffle (Knuth, TAOCP 2, 3.4.2, algorithm P) by splitmix64 (Steele, Lea
 * and Flood 2014, OOPSLA, 453-472).
 * Invariant: in a complete block every living command has run exactly once. */
#include "session/time/blocks.h"

#include <stdlib.h>

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Uniform enough: the bias of the remainder is below count / 2^64. */
static void shuffle(size_t *order, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(next_random(state) % i), held = order[i - 1];
        order[i - 1] = order[other];
        order[other] = held;
    }
}

static bool any_alive(const bool *alive, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (alive[i])
            return true;
    return false;
}

static enum block_step run_block(const struct block_calls *calls, const size_t *order, size_t count,
                                 bool *alive)
{
    for (size_t i = 0; i < count; i++) {
        size_t command = order[i];
        enum block_step step = alive[command] ? calls->run(calls->context, command) : BLOCK_KEEP;
        if (step == BLOCK_STOP)
            return step;
        alive[command] = alive[command] && step == BLOCK_KEEP;
    }
    return BLOCK_KEEP;
}

static assay_status run_blocks(const struct block_plan *plan, const struct block_calls *calls,
                               bool *alive, size_t *order, size_t *done)
{
    uint64_t state = plan->seed;
    double began_seconds = calls->now_seconds(calls->context);
    while (*done < plan->runs_max && any_alive(alive, plan->counted)) {
        double elapsed_seconds = calls->now_seconds(calls->context) - began_seconds;
        if (*done >= plan->runs_min && elapsed_seconds >= plan->budget_seconds)
            break;
        shuffle(order, plan->count, &state);
        if (run_block(calls, order, plan->count, alive) == BLOCK_STOP)
            break;
        *done += 1;
        TRY(calls->commit(calls->context, *done));
    }
    return ASSAY_OK;
}

assay_status blocks_run(const struct block_plan *plan, const struct block_calls *calls, bool *alive,
                        size_t *ret_done)
{
    size_t done = 0;
    size_t *order = calloc(plan->count + 1, sizeof *order);
    if (order == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < plan->count; i++)
        order[i] = i;
    assay_status status = run_blocks(plan, calls, alive, order, &done);
    free(order);
    if (status == ASSAY_OK)
        *ret_done = done;
    return status;
}
