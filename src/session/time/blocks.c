/* Blocks.  Why random orders and not A B A B: what the machine does in a rhythm of its own (timers,
 * cache states that the predecessor leaves) would always meet the same command, a bias that no
 * interval shows.  Why blocks and not a free shuffle: the runs of a block lie next to each other,
 * so their ratio is free of slow drift.
 * Why several blocks in one call: runs that follow each other without a pause find the machine
 * awake.  Not many: between two calls it is decided whether to go on.
 *
 * Method: Fisher and Yates' shuffle (Knuth, TAOCP 2, 3.4.2, algorithm P) by splitmix64 (Steele, Lea
 * and Flood 2014, OOPSLA, 453-472).
 * Invariant: in a complete block every living command has run exactly once. */
#include "session/time/blocks.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { REFERENCE_BLOCKS = 10 };
#define CALL_SECONDS 0.05 /* what one call may take, where a block takes less */

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

/* Blocks under way. */
struct walk {
    const struct block_plan *plan;
    const struct block_calls *calls;
    bool *alive;
    uint64_t state;
    size_t *order; /* scratch: one of plan->count */
    struct block_turn *turns;
    size_t done;
    double began_seconds, block_seconds; /* start; what a block of the last call took */
};

static bool takes_part(const struct walk *walk, size_t command, size_t block)
{
    bool always = command < walk->plan->counted || block < REFERENCE_BLOCKS;
    return walk->alive[command] && (always || block % REFERENCE_BLOCKS == 0);
}

/* Draws the order of `blocks` blocks; returns the number of turns. */
static size_t draw(struct walk *walk, size_t blocks)
{
    size_t turns = 0;
    for (size_t block = walk->done; block < walk->done + blocks; block++) {
        shuffle(walk->order, walk->plan->count, &walk->state);
        for (size_t i = 0; i < walk->plan->count; i++)
            if (takes_part(walk, walk->order[i], block))
                walk->turns[turns++] = (struct block_turn){walk->order[i], block};
    }
    return turns;
}

/* Takes out what has failed meanwhile; when nothing is left that it is about, all behind `block`.
 */
static size_t thin_out(const struct walk *walk, size_t at, size_t count, size_t block)
{
    size_t kept = at;
    bool ends = !any_alive(walk->alive, walk->plan->counted);
    for (size_t i = at; i < count; i++)
        if (walk->alive[walk->turns[i].command] && (!ends || walk->turns[i].block <= block))
            walk->turns[kept++] = walk->turns[i];
    return kept;
}

/* Makes `count` turns; *ret_blocks of their `blocks` blocks are complete. */
static enum block_step make_turns(struct walk *walk, size_t count, size_t blocks,
                                  size_t *ret_blocks)
{
    for (size_t at = 0; at < count;) {
        size_t made = 0;
        enum block_step step =
            walk->calls->run(walk->calls->context, walk->turns + at, count - at, &made);
        at += made;
        if (step == BLOCK_STOP) {
            *ret_blocks = walk->turns[at < count ? at : count - 1].block - walk->done;
            return BLOCK_STOP;
        }
        if (step == BLOCK_DROP && made > 0) {
            const struct block_turn failed = walk->turns[at - 1];
            walk->alive[failed.command] = false;
            count = thin_out(walk, at, count, failed.block);
            if (!any_alive(walk->alive, walk->plan->counted))
                blocks = failed.block - walk->done + 1;
        }
    }
    *ret_blocks = blocks;
    return BLOCK_KEEP;
}

/* How many blocks the next call may make. */
static size_t blocks_ahead(const struct walk *walk)
{
    const struct block_plan *plan = walk->plan;
    assert(plan->count > 0); /* one at least is alive */
    if (walk->done == 0)
        return 1;
    double left_seconds = plan->budget_seconds -
                          (walk->calls->now_seconds(walk->calls->context) - walk->began_seconds);
    double room_seconds =
        walk->done < plan->runs_min ? CALL_SECONDS : fmin(CALL_SECONDS, left_seconds);
    double by_time = fmax(room_seconds / fmax(walk->block_seconds, 1e-9), 1);
    size_t blocks = plan->turns_max / plan->count;
    size_t wanted = walk->done < plan->runs_min ? plan->runs_min : plan->runs_max;
    if (by_time < (double)blocks)
        blocks = (size_t)by_time;
    return wanted - walk->done < blocks ? wanted - walk->done : blocks;
}

static assay_status run_blocks(struct walk *walk)
{
    const struct block_plan *plan = walk->plan;
    const struct block_calls *calls = walk->calls;
    enum block_step step = BLOCK_KEEP;
    bool enough = false;
    walk->began_seconds = calls->now_seconds(calls->context);
    while (step != BLOCK_STOP && walk->done < plan->runs_max &&
           any_alive(walk->alive, plan->counted)) {
        double now_seconds = calls->now_seconds(calls->context);
        bool over = now_seconds - walk->began_seconds >= plan->budget_seconds;
        if (walk->done >= plan->runs_min && (enough || over))
            break;
        size_t blocks = blocks_ahead(walk), made = 0;
        step = make_turns(walk, draw(walk, blocks), blocks, &made);
        walk->block_seconds =
            (calls->now_seconds(calls->context) - now_seconds) / (double)(made > 0 ? made : 1);
        walk->done += made;
        if (made > 0)
            TRY(calls->commit(calls->context, walk->done, &enough));
    }
    return ASSAY_OK;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): make_turns changes it */
assay_status blocks_run(const struct block_plan *plan, const struct block_calls *calls, bool *alive,
                        size_t *ret_done)
{
    struct walk walk = {.plan = plan,
                        .calls = calls,
                        .alive = alive,
                        .state = plan->seed,
                        .order = calloc(plan->count + 1, sizeof *walk.order),
                        .turns = calloc(plan->turns_max + 1, sizeof *walk.turns)};
    assay_status status = walk.order && walk.turns ? ASSAY_OK : ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < plan->count && status == ASSAY_OK; i++)
        walk.order[i] = i;
    if (status == ASSAY_OK)
        status = run_blocks(&walk);
    free(walk.order);
    free(walk.turns);
    if (status == ASSAY_OK)
        *ret_done = walk.done;
    return status;
}
