/* Planning of a count, without a clock and without a process.
 *
 * Why the number of iterations depends on instructions alone: a count that is to be repeated
 * elsewhere must not depend on how fast this machine is today.  Why powers of ten: a small change
 * of the code then hardly ever changes how often it is run. Invariant: a counter that was opened is
 * closed, whatever happened in between. */
#include "measure/counting/counter.h"

#include <math.h>

#define REGION_INSTRUCTIONS 1e6  /* at most; callgrind needs some 20 ms */
#define PROCESS_INSTRUCTIONS 1e8 /* where an interpreter's start and end lie beside them */
#define REGION_NS 1e7
#define ITERATIONS_MAX ((uint64_t)1000) /* of a region under callgrind */
#define PROCESS_ITERATIONS_MAX ((uint64_t)1000000)
#define REGION_ITERATIONS_MAX ((uint64_t)100000000000) /* of any other */
#define REMOVED_INSTRUCTIONS 0.5                       /* per iteration */

static enum outcome count(const struct counter *counter, uint64_t iterations,
                          struct tally *ret_tally, struct buf *reason)
{
    return counter->ops->count(counter->self, iterations, ret_tally, reason);
}

/* The slope between n and 2n. */
static enum outcome slope_at(const struct counter *counter, uint64_t n, double *ret_slope,
                             struct buf *reason)
{
    struct tally once, twice;
    enum outcome outcome = count(counter, n, &once, reason);
    if (outcome == OUTCOME_OK)
        outcome = count(counter, 2 * n, &twice, reason);
    if (outcome == OUTCOME_OK)
        *ret_slope = (twice.total.instructions - once.total.instructions) / (double)n;
    return outcome;
}

static uint64_t iterations_for(double slope, bool is_process)
{
    const double instructions = is_process ? PROCESS_INSTRUCTIONS : REGION_INSTRUCTIONS;
    const uint64_t most = is_process ? PROCESS_ITERATIONS_MAX : ITERATIONS_MAX;
    uint64_t n = 1;
    while (n < most && (double)n * 10 * slope <= instructions)
        n *= 10;
    return n;
}

/* Regions that pay for what only the first of them needs, and let grow what grows.  They are the
 * same whoever chose n: a heap remembers what was asked of it. */
static enum outcome settle(const struct counter *counter, uint64_t *iterations, double *ret_slope,
                           struct buf *reason)
{
    struct tally unused;
    enum outcome outcome = OUTCOME_OK;
    if (!counter->is_fresh_each_time)
        outcome = count(counter, 1, &unused, reason);
    if (outcome == OUTCOME_OK && (*iterations == 0 || !counter->is_fresh_each_time))
        outcome = slope_at(counter, 1, ret_slope, reason);
    if (outcome == OUTCOME_OK && *iterations == 0)
        *iterations = iterations_for(*ret_slope, counter->is_fresh_each_time);
    if (outcome == OUTCOME_OK && !counter->is_fresh_each_time)
        outcome = count(counter, 2 * *iterations, &unused, reason);
    return outcome;
}

static enum outcome slope_of_open(const struct counter *counter, uint64_t *iterations,
                                  double *ret_slope, struct buf *reason)
{
    enum outcome outcome = settle(counter, iterations, ret_slope, reason);
    if (outcome == OUTCOME_OK)
        outcome = slope_at(counter, *iterations, ret_slope, reason);
    if (outcome == OUTCOME_OK && !(*ret_slope >= REMOVED_INSTRUCTIONS)) {
        buf_error(reason, ASSAY_OK,
                  "optimized out: %.4g instructions per iteration; give the result to "
                  "assay_keep(), take inputs from assay_opaque()",
                  *ret_slope);
        outcome = OUTCOME_FAILED;
    }
    return outcome;
}

static enum outcome close_counter(const struct counter *counter, enum outcome outcome,
                                  struct buf *reason)
{
    enum outcome closed = counter->ops->close(counter->self, outcome == OUTCOME_OK ? reason : NULL);
    return outcome == OUTCOME_OK ? closed : outcome;
}

enum outcome counter_slope(const struct counter *counter, uint64_t *iterations,
                           double *ret_instructions, struct buf *reason)
{
    enum outcome outcome = counter->ops->open(counter->self, reason);
    if (outcome == OUTCOME_OK)
        outcome = slope_of_open(counter, iterations, ret_instructions, reason);
    return close_counter(counter, outcome, reason);
}

static enum outcome region_of_open(const struct counter *counter, uint64_t n,
                                   struct counts *ret_each, struct buf *reason)
{
    struct tally tally;
    bool fixed = n != 0;
    n = fixed ? n : 1;
    enum outcome outcome = count(counter, n, &tally, reason);
    while (outcome == OUTCOME_OK && !fixed && tally.ns < REGION_NS && n < REGION_ITERATIONS_MAX) {
        n *= 10;
        outcome = count(counter, n, &tally, reason);
    }
    if (outcome == OUTCOME_OK)
        outcome = count(counter, n, &tally, reason);
    if (outcome != OUTCOME_OK)
        return outcome;
    *ret_each = tally.total;
    double *const numbers[] = {&ret_each->allocations, &ret_each->allocated_bytes,
                               &ret_each->page_faults, &ret_each->context_switches,
                               &ret_each->cpu_ns};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        *numbers[i] /= (double)n;
    ret_each->instructions = NOT_COUNTED;
    return OUTCOME_OK;
}

enum outcome counter_region(const struct counter *counter, uint64_t iterations,
                            struct counts *ret_each, struct buf *reason)
{
    enum outcome outcome = counter->ops->open(counter->self, reason);
    if (outcome == OUTCOME_OK)
        outcome = region_of_open(counter, iterations, ret_each, reason);
    return close_counter(counter, outcome, reason);
}
