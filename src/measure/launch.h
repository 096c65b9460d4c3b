/* One launch: opens a benchmark in a fresh process, finds the iteration count, warms up, takes
 * samples. Pure planning over an executor: it is tested with a fake one, without timing anything.
 */
#ifndef MEASURE_LAUNCH_H
#define MEASURE_LAUNCH_H

#include "measure/executor.h"

/* What the launches of one benchmark tell beside their samples. */
struct launch_facts {
    double fixed_ns;      /* cost of a slot that is not its iterations', removed from each sample */
    double outside_ratio; /* share of the body's time that lies outside its loop */
    double removed_ratio; /* what stopping the clock cost, beside what is left of the loops' time */
    double rss_bytes_peak;
    uint64_t iterations; /* per sample */
    bool is_long;        /* one iteration fills a slot, which later launches need not find out */
};

/* Appends the samples of launch number `launch` to result->samples.  `facts` holds those of the
 * launch before, or zeros, and gets those of this one.
 * OUTCOME_FAILED and OUTCOME_SKIPPED leave the reason in `reason` and no samples. */
enum outcome launch_measure(const struct executor *executor, const struct plan *plan,
                            uint32_t launch, struct result *result, struct launch_facts *facts,
                            struct buf *reason);

#endif
