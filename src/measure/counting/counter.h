/* What is counted, seen from the planner: something that can be opened, run for so many iterations
 * while it is counted, and closed.  Real hosts are one kind (counts.c); a test uses made-up
 * numbers.
 */
#ifndef MEASURE_COUNTING_COUNTER_H
#define MEASURE_COUNTING_COUNTER_H

#include "model/counts.h"

/* One region. */
struct tally {
    struct counts total; /* NAN for what this counter does not count */
    double ns;           /* how long it took; only says whether it was long enough */
    bool is_dumped;      /* the host has marked the region for callgrind */
};

struct counter_ops {
    /* Opens the benchmark in a fresh process: setup and oracle check. */
    enum outcome (*open)(void *self, struct buf *reason);
    /* Runs `iterations` in one region and writes what all of it cost.  A cost that every region has
     * beside its iterations may be part of it. */
    enum outcome (*count)(void *self, uint64_t iterations, struct tally *ret_tally,
                          struct buf *reason);
    /* Tears down and ends the process.  Safe after a failed open. */
    enum outcome (*close)(void *self, struct buf *reason);
};

struct counter {
    const struct counter_ops *ops;
    void *self;
    bool is_fresh_each_time; /* each region has a process of its own, which is counted with it */
};

/* Instructions per iteration: the slope between the regions of n and 2n iterations, so that what
 * each region costs beside them drops out.  `*iterations` is n; 0: it is chosen by what an
 * iteration costs, never by a clock, and written back.  Opens and closes the counter.
 * OUTCOME_FAILED with the reason: also a body without instructions, which was optimized out. */
enum outcome counter_slope(const struct counter *counter, uint64_t *iterations,
                           double *ret_instructions, struct buf *reason);

/* All others per iteration, from one region that is long enough to say something of rare events:
 * `iterations`, or 0 for as many as take 10 ms.  A first region of the same length is
 * not looked at: it pays for what only a first one needs. */
enum outcome counter_region(const struct counter *counter, uint64_t iterations,
                            struct counts *ret_each, struct buf *reason);

#endif
