/* Allocations of one iteration, counted in processes that are never timed. */
#ifndef MEASURE_RESOURCES_ALLOCATIONS_H
#define MEASURE_RESOURCES_ALLOCATIONS_H

#include "measure/benchmark.h"

/* Counts twice, each in a fresh process, so that a count which is not the same every time shows in
 * its interval.  Appends observations, or what is missing with the reason to result->missing, whose
 * texts go to `arena`.  Only of a result that is OUTCOME_OK.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measure_allocations(const struct measure_paths *paths,
                                                  const struct plan *plan, struct arena *arena,
                                                  struct result *result,
                                                  observation_vec *observations);

#endif
