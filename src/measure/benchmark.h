/* Measures one benchmark of a module: `plan->launches` fresh host processes, one after the other.
 */
#ifndef MEASURE_BENCHMARK_H
#define MEASURE_BENCHMARK_H

#include <signal.h>

#include "measure/host.h"
#include "model/model.h"

/* Told after each launch, when no host runs: the samples so far, and of how many launches. */
struct launch_watcher {
    void (*launched)(void *context, const struct result *result, uint32_t launches);
    void *context;
};

/* Where the host program lies, where fixtures are kept, what ends a host before its time, and who
 * looks on. */
struct measure_paths {
    const char *host_program;
    const char *fixtures;
    const volatile sig_atomic_t *stop; /* see host_limits; a host cut off is a failed benchmark */
    const struct launch_watcher *watcher; /* or NULL */
};

/* Fills outcome, reason, warning, bytes, items and samples of `result`, whose benchmark is set.
 * Whatever the benchmark does is an outcome; only running out of memory is a status.  Texts and
 * nothing else are put into `arena`; the samples are result's own.  `observations` gets what else
 * each launch told, such as its peak resident bytes, and what plan->extras ask for; growth is put
 * into result->measurements, what nobody tells into result->missing.  plan->extras'
 * EXTRA_ALLOCATIONS is measure_allocations' (measure/resources/allocations.h). */
ASSAY_USE_RESULT assay_status measure_benchmark(const struct measure_paths *paths,
                                                const struct plan *plan, struct arena *arena,
                                                struct result *result,
                                                observation_vec *observations);

/* Runs the body of a benchmark, in one launch, for `seconds` and keeps no time of it: for a
 * profiler that looks on from outside.  `ret_iterations` gets how often. `stop`, unless NULL, ends
 * it early. */
struct profiling {
    const struct benchmark *benchmark;
    double seconds;
    const volatile sig_atomic_t *stop;
};
enum outcome measure_profile(const struct measure_paths *paths, const struct plan *plan,
                             const struct profiling *profiling, uint64_t *ret_iterations,
                             struct buf *reason);

/* Appends the benchmarks of a module, one per combination of its sweeps, in the module's order.
 * On failure the text is in `error`: no module, another version, crash, garbage, a bad sweep. */
ASSAY_USE_RESULT assay_status measure_list(const struct measure_paths *paths, const char *module,
                                           struct arena *arena, benchmark_vec *benchmarks,
                                           struct buf *error);

#endif
