/* Counting what one iteration of a benchmark costs, in processes that are never timed. */
#ifndef MEASURE_COUNTING_COUNTS_H
#define MEASURE_COUNTING_COUNTS_H

#include "measure/benchmark.h"
#include "model/counts.h"

/* What is wanted; each is a process of its own. */
enum {
    COUNT_INSTRUCTIONS = 1, /* under valgrind: some 50 times as slow as the benchmark itself */
    COUNT_COSTS = 2,        /* allocations, page faults, context switches, CPU time */
};

/* Counts what is wanted of `benchmark`.  Of the plan: limits, seed, and `iterations`, the length of
 * a region (0: sized by instructions, or to 10 ms).  What cannot be counted is NAN with the reason;
 * a benchmark that fails or skips while it is counted leaves this in `outcome`.  Texts go to
 * `arena`. ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measure_counts(const struct measure_paths *paths,
                                             const struct plan *plan,
                                             const struct benchmark *benchmark, unsigned wanted,
                                             struct arena *arena, struct counts *ret_counts);

/* Whether instructions can be counted at all: else the reason, for people, is in `error`.
 * ASSAY_ERR_HOST. */
ASSAY_USE_RESULT assay_status measure_can_count_instructions(struct buf *error);

/* "counted under valgrind, which knows no AVX-512: ..." on a processor that has it, else "". */
const char *measure_instructions_caution(void);

#endif
