/* Call stacks of one benchmark, sampled in a launch that nobody times. */
#ifndef MEASURE_STACKS_STACKS_H
#define MEASURE_STACKS_STACKS_H

#include "measure/benchmark.h"

/* Runs the benchmark of `result` in a host of its own for plan->stacks_seconds and keeps its stacks
 * in result->stacks; or says in result->missing why there are none.  Only of a result that is
 * OUTCOME_OK, which it stays.  Texts go to `arena`.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measure_stacks(const struct measure_paths *paths,
                                             const struct plan *plan, struct arena *arena,
                                             struct result *result);

#endif
