/* The table of resources.  They stand beside METRICS and not in it: targets, gates and charts are
 * about what every run has, and these exist only in runs that asked for them.
 * Invariant: names are those of no other metric, so that a stored row means one thing. */
#include "model/resources/resources.h"

#include <string.h>

#define ROW(name, unit, meaning, absent)                                                           \
    {                                                                                              \
        {(name), (unit), LOWER_IS_BETTER, false}, (meaning), (absent)                              \
    }
#define STAT "/proc/PID/stat does not tell"
#define IO "/proc/PID/io does not tell, or may not be read"
#define CLOCK "its CPU clock cannot be read"
#define SHORT "too few looks at it: measure longer (--time)"
#define TICK "it used less CPU time than a tick of the kernel's: measure longer (--time)"
#define USAGE "its host does not answer 'usage' with it (docs/protocol.md)"
#define PRESSURE "this kernel tells no pressure (/proc/pressure)"
#define PERF "it never ran: the machine has fewer counters than were asked for"
#define ALLOCS "not counted"

const struct resource RESOURCES[RESOURCE_COUNT] = {
    [RESOURCE_CPU_RATIO] = ROW("cpu_ratio", "", "CPU time of all threads / wall time", CLOCK),
    [RESOURCE_CPU_NS] = ROW("cpu_ns", "ns", "CPU time an iteration, all threads", CLOCK),
    [RESOURCE_CPU_SYSTEM_RATIO] =
        ROW("cpu_system_ratio", "", "share of its CPU time in the kernel", TICK),
    [RESOURCE_RSS] = ROW("rss_bytes", "B", "resident memory, typical", STAT),
    [RESOURCE_PSS] = ROW("pss_bytes", "B", "resident, shared pages in parts",
                         "/proc/PID/smaps_rollup does not tell, or may not be read"),
    [RESOURCE_GROWTH_EACH] =
        ROW("rss_growth_bytes", "B", "growth of resident memory an iteration", SHORT),
    [RESOURCE_GROWTH_HOUR] =
        ROW("rss_growth_bytes_per_hour", "B/h", "the same over time, if it went on", SHORT),
    [RESOURCE_READ] = ROW("read_bytes", "B", "read by calls, an iteration", IO),
    [RESOURCE_WRITTEN] = ROW("written_bytes", "B", "written by calls, an iteration", IO),
    [RESOURCE_STORAGE_READ] =
        ROW("storage_read_bytes", "B", "fetched from storage, an iteration", IO),
    [RESOURCE_STORAGE_WRITTEN] =
        ROW("storage_written_bytes", "B", "sent to storage, an iteration", IO),
    [RESOURCE_FDS] =
        ROW("fds_peak", "fds", "open file descriptors, most seen", "/proc/PID/fd may not be read"),
    [RESOURCE_THREADS] = ROW("threads_peak", "threads", "threads, most seen", STAT),
    [RESOURCE_PAGE_FAULTS] =
        ROW("page_faults", "faults", "page faults an iteration, minor and major", STAT),
    [RESOURCE_MAJOR_FAULTS] = ROW("major_faults", "faults", "those that waited for storage", STAT),
    [RESOURCE_VOLUNTARY_SWITCHES] =
        ROW("voluntary_switches", "switches", "CPU given up to wait, an iteration", USAGE),
    [RESOURCE_INVOLUNTARY_SWITCHES] =
        ROW("involuntary_switches", "switches", "CPU taken away, an iteration", USAGE),
    [RESOURCE_STEAL] = ROW("machine_steal_ratio", "", "machine: CPU taken by its host",
                           "/proc/stat does not tell, or the launch was shorter than a tick"),
    [RESOURCE_PRESSURE_CPU] =
        ROW("machine_pressure_cpu", "", "machine: time some task lacked CPU", PRESSURE),
    [RESOURCE_PRESSURE_MEMORY] =
        ROW("machine_pressure_memory", "", "machine: time some task lacked memory", PRESSURE),
    [RESOURCE_PRESSURE_IO] =
        ROW("machine_pressure_io", "", "machine: time some task lacked I/O", PRESSURE),
    [RESOURCE_RUN_QUEUE] =
        ROW("machine_run_queue", "tasks", "machine: others that run or want to, mean",
            "/proc/loadavg does not tell"),
    [RESOURCE_SAMPLER] = ROW("sampler_cpu_ratio", "", "what this sampling cost, of one CPU", CLOCK),
    [RESOURCE_ALLOCATIONS] = ROW("allocations", "calls", "calls for memory an iteration", ALLOCS),
    [RESOURCE_ALLOCATED] = ROW("allocated_bytes", "B", "bytes asked for an iteration", ALLOCS),
    [RESOURCE_CYCLES] = ROW("cycles", "cycles", "CPU cycles an iteration", PERF),
    [RESOURCE_INSTRUCTIONS] =
        ROW("instructions_retired", "instr", "instructions an iteration, as the CPU counts", PERF),
    [RESOURCE_BRANCHES] = ROW("branches", "branches", "branches an iteration", PERF),
    [RESOURCE_BRANCH_MISSES] = ROW("branch_misses", "misses", "mispredicted an iteration", PERF),
    [RESOURCE_CACHE_MISSES] =
        ROW("cache_misses", "misses", "last-level cache misses an iteration", PERF),
    [RESOURCE_TASK_CLOCK] = ROW("task_clock_ns", "ns", "time on a CPU an iteration", PERF),
    [RESOURCE_PERF_FAULTS] = ROW("perf_page_faults", "faults", "page faults an iteration", PERF),
    [RESOURCE_PERF_SWITCHES] =
        ROW("perf_context_switches", "switches", "context switches an iteration", PERF),
};

const struct resource *resource_find(const char *metric)
{
    for (size_t i = 0; metric != NULL && i < RESOURCE_COUNT; i++)
        if (strcmp(RESOURCES[i].metric.name, metric) == 0)
            return &RESOURCES[i];
    return NULL;
}

const struct metric *resource_or_metric(const char *name)
{
    const struct metric *metric = metric_find(name);
    const struct resource *resource = metric ? NULL : resource_find(name);
    return resource ? &resource->metric : metric;
}

unsigned resource_extra(const char *metric)
{
    const struct resource *resource = resource_find(metric);
    if (resource == NULL)
        return 0;
    if (resource < &RESOURCES[RESOURCE_ALLOCATIONS])
        return EXTRA_RESOURCES;
    return resource < &RESOURCES[RESOURCE_CYCLES] ? EXTRA_ALLOCATIONS : EXTRA_COUNTERS;
}

enum leak leak_judge(const struct summary *growth)
{
    if (growth->interval.level <= 0 || growth->launch_count < 2)
        return LEAK_UNDECIDED;
    if (growth->interval.low > 0)
        return LEAK_FOUND;
    return growth->interval.high < LEAK_BYTES ? LEAK_NONE : LEAK_UNDECIDED;
}

const char *leak_name(enum leak leak)
{
    static const char *const NAMES[] = {"no leak", "leaks", "undecided"};
    return NAMES[leak];
}
