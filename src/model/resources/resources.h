/* What a benchmark uses beside time: memory, CPU, I/O, threads, allocations, counters; and what the
 * machine did meanwhile.  Metrics that exist only when they are asked for (docs/resources.md). */
#ifndef MODEL_RESOURCES_RESOURCES_H
#define MODEL_RESOURCES_RESOURCES_H

#include "model/model.h"

/* What a run measures beside time; bits of `plan.extras`. */
enum { EXTRA_RESOURCES = 1, EXTRA_ALLOCATIONS = 2, EXTRA_COUNTERS = 4 };

enum resource_id {
    /* sampled from /proc while the benchmark runs */
    RESOURCE_CPU_RATIO,
    RESOURCE_CPU_NS,
    RESOURCE_CPU_SYSTEM_RATIO,
    RESOURCE_RSS,
    RESOURCE_PSS,
    RESOURCE_GROWTH_EACH,
    RESOURCE_GROWTH_HOUR,
    RESOURCE_READ,
    RESOURCE_WRITTEN,
    RESOURCE_STORAGE_READ,
    RESOURCE_STORAGE_WRITTEN,
    RESOURCE_FDS,
    RESOURCE_THREADS,
    RESOURCE_PAGE_FAULTS,
    RESOURCE_MAJOR_FAULTS,
    RESOURCE_VOLUNTARY_SWITCHES,
    RESOURCE_INVOLUNTARY_SWITCHES,
    RESOURCE_STEAL,
    RESOURCE_PRESSURE_CPU,
    RESOURCE_PRESSURE_MEMORY,
    RESOURCE_PRESSURE_IO,
    RESOURCE_RUN_QUEUE,
    RESOURCE_SAMPLER,
    /* counted by assay-allocs.so */
    RESOURCE_ALLOCATIONS,
    RESOURCE_ALLOCATED,
    /* counted by perf_event_open */
    RESOURCE_CYCLES,
    RESOURCE_INSTRUCTIONS,
    RESOURCE_BRANCHES,
    RESOURCE_BRANCH_MISSES,
    RESOURCE_CACHE_MISSES,
    RESOURCE_TASK_CLOCK,
    RESOURCE_PERF_FAULTS,
    RESOURCE_PERF_SWITCHES,
    RESOURCE_COUNT
};

struct resource {
    struct metric metric;
    const char *meaning; /* with what it is counted over: an iteration, a launch, the machine */
    const char *absent;  /* why it may be missing */
};
extern const struct resource RESOURCES[RESOURCE_COUNT];

/* The row with this metric's name; NULL for other metrics. */
const struct resource *resource_find(const char *metric);

/* The metric of that name which assay itself defines, in METRICS or in RESOURCES; NULL for those of
 * benchmarks. */
const struct metric *resource_or_metric(const char *name);

/* What a run has to be asked for (bits of plan.extras) to measure it; 0: nothing, or not ours. */
unsigned resource_extra(const char *metric);

/* What the growth of resident memory means. */
enum leak { LEAK_NONE, LEAK_FOUND, LEAK_UNDECIDED };

/* Of a summary of RESOURCE_GROWTH_EACH.  LEAK_FOUND: the whole interval lies above 0.  LEAK_NONE:
 * the whole interval lies below LEAK_BYTES an iteration, the smallest block that malloc
 * hands out.  Else, and without an interval over
 * launches, LEAK_UNDECIDED. */
#define LEAK_BYTES 16.0
enum leak leak_judge(const struct summary *growth);

/* "no leak", "leaks", "undecided". */
const char *leak_name(enum leak leak);

#endif
