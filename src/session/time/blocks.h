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

struct block_calls {
    enum block_step (*run)(void *context, size_t command);
    /* A block is complete: `done` counts it.  ASSAY_ERR_MEMORY ends everything. */
    assay_status (*commit)(void *context, size_t done);
    double (*now_seconds)(void *context);
    void *context;
};

struct block_plan {
    size_t count;          /* commands */
    size_t counted;        /* the first so many are what it is about: it ends when none is left */
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
