/* The kernel's counters of one process (perf_event_open): of the hardware where the machine has
 * them, and of the kernel itself. */
#ifndef PROBE_COUNTERS_H
#define PROBE_COUNTERS_H

#include <stdint.h>
#include <sys/types.h>

enum counter_id {
    COUNTER_CYCLES,
    COUNTER_INSTRUCTIONS,
    COUNTER_BRANCHES,
    COUNTER_BRANCH_MISSES,
    COUNTER_CACHE_MISSES,
    COUNTER_TASK_CLOCK,
    COUNTER_PAGE_FAULTS,
    COUNTER_CONTEXT_SWITCHES,
    COUNTER_COUNT
};

/* "cycles", "branch-misses", ...: as perf calls them. */
const char *counter_name(enum counter_id id);

/* Open counters of one process; -1 - errno for one that could not be opened. */
struct counters {
    int files[COUNTER_COUNT];
};

/* Counts `pid`, 0 for ourselves, and every thread and process that it starts from now on.  What
 * cannot be counted is left out; counters_why tells why. */
void counters_open(pid_t pid, struct counters *ret_counters);
void counters_close(struct counters *counters);

/* Counts since the opening, scaled up where the hardware had to share its counters among more of
 * them; NAN for those that are not open or have not run yet. */
void counters_read(const struct counters *counters, double ret_counts[COUNTER_COUNT]);

/* The count that `value` in three numbers of the kernel means: itself, time wanted, time run. */
double counters_scale(uint64_t value, uint64_t enabled_ns, uint64_t running_ns);

/* Why a counter is not there, for people; "" for one that is.  `paranoid` is what
 * perf_event_paranoid says, NAN when not known. */
const char *counters_why(const struct counters *counters, enum counter_id id, double paranoid);

/* The same of an error number. */
const char *counters_reason(int error, double paranoid);

#endif
