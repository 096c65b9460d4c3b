/* Samples of one benchmark's stacks: its body, over and over, for a while. */
#ifndef LIB_STACKS_TAKE_H
#define LIB_STACKS_TAKE_H

#include "bench.h"
#include "stacks/fold.h"

struct take_request {
    double seconds; /* of wall time, at least one slot */
    double rate_hz; /* of CPU time */
};

struct taken {
    struct folded folded;
    uint64_t samples, lost, cut, iterations;
    double cpu_seconds; /* of all threads meanwhile */
};

/* Runs slots of the open benchmark, doubling their iterations, and samples them.  Their times are
 * nobody's.  ASSAY_ERR_HOST: no stack can be told, and `error` says why; or the benchmark failed,
 * which its outcome says.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status stacks_take(struct open_bench *bench,
                                          const struct take_request *request,
                                          struct taken *ret_taken, struct buf *error);

#endif
