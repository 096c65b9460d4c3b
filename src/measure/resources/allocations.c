/* Allocations as observations: one value a counting process.
 * Why after the timed launches and not beside them: what is timed has neither the preloaded library
 * nor a branch for it. */
#include "measure/resources/allocations.h"

#include <math.h>

#include "measure/counting/counts.h"
#include "model/resources/resources.h"

enum { PROCESSES = 2 };

static assay_status observe(enum resource_id id, uint32_t launch, double value,
                            observation_vec *observations)
{
    struct observation *observation = vec_add(observations);
    if (observation == NULL)
        return ASSAY_ERR_MEMORY;
    *observation = (struct observation){&RESOURCES[id].metric, launch, value};
    return ASSAY_OK;
}

assay_status measure_allocations(const struct measure_paths *paths, const struct plan *plan,
                                 struct arena *arena, struct result *result,
                                 observation_vec *observations)
{
    if (result->outcome != OUTCOME_OK)
        return ASSAY_OK;
    const size_t before = observations->count;
    for (uint32_t i = 0; i < PROCESSES; i++) {
        struct counts counts;
        TRY(measure_counts(paths, plan, &result->benchmark, COUNT_COSTS, arena, &counts));
        if (isnan(counts.allocations)) {
            observations->count = before;
            TRY(result_add_missing(result, RESOURCES[RESOURCE_ALLOCATIONS].metric.name,
                                   counts.no_allocations));
            return result_add_missing(result, RESOURCES[RESOURCE_ALLOCATED].metric.name,
                                      counts.no_allocations);
        }
        TRY(observe(RESOURCE_ALLOCATIONS, i, counts.allocations, observations));
        TRY(observe(RESOURCE_ALLOCATED, i, counts.allocated_bytes, observations));
    }
    return ASSAY_OK;
}
