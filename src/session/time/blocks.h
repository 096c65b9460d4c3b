/* The order of runs: blocks in which every command runs once, each in a fresh random order.  Knows
 * neither processes nor clocks: both come in as functions. */
#ifndef SESSION_TIME_BLOCKS_H
#define SESSION_TIME_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum block_step {
    BLOCK_KEEP, /* it ran */
    BLOCK_DROP, /* it failed: later blocks go on without it */
    BLOCK_STOP  /* the user wants to stop: this block does not count */
};

/* One run to be made. */
struct block_turn {
    size_t command, block;
};

struct block_calls {
    /* Makes the runs in order, up to the first that does not end in BLOCK_KEEP; *ret_done says how
     * many were made: with the one that failed, without the one that was stopped. */
    enum block_step (*run)(void *context, const struct block_turn *turns, size_t count,
                           size_t *ret_done);
    /* So many blocks are complete; returns whether that is enough, which counts from runs_min on.
     * ASSAY_ERR_MEMORY ends everything. */
    assay_status (*commit)(void *context, size_t done, bool *ret_enough);
    double (*now_seconds)(void *context);
    void *context;
};

struct block_plan {
    size_t count;          /* commands */
    size_t counted;        /* the first so many are what it is about: it ends when none is left; the
                              others run in the first ten blocks and in each tenth after them */
    size_t turns_max;      /* of one call to run; at least `count` */
    size_t runs_min;       /* blocks, whatever they take */
    size_t runs_max;       /* never more blocks than this */
    double budget_seconds; /* no new block after runs_min when this is over */
    uint64_t seed;
};

/* Runs blocks until the plan is fulfilled; alive[i] says whether command i takes part, and becomes
 * false when it was dropped.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status blocks_run(const struct block_plan *plan,
                                         const struct block_calls *calls, bool *alive,
                                         size_t *ret_done);

#endif
