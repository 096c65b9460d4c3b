/* Lists and measures the benchmarks of a module, each launch in a fresh host process. */
#ifndef MEASURE_BENCHMARK_H
#define MEASURE_BENCHMARK_H

#include "base/status.h"
#include "model/model.h"

/* Adds a result for each benchmark of `module`, a text that must outlive the run; a module that
 * cannot be listed is a failed result of its own.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status measure_list(const char *host_program, const char *module,
                                           struct run *run);

/* Fills a result that measure_list added.  Whatever the benchmark does is its own outcome. */
void measure_benchmark(const char *host_program, const struct plan *plan, struct result *result);

#endif
