/* Counters by perf_event_open.
 *
 * Why each alone and not in a group: a group cannot be inherited by threads (perf_event_open(2)).
 * Why without the kernel at once: unprivileged users may not count it, and what is measured is the
 * benchmark's code; only events that happen in the kernel, such as context switches, are asked for
 * with it.
 * Invariant: a counter that never ran has no count; 0 is a count. */
#include "probe/counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    uint32_t type;
    uint64_t config;
    bool in_kernel; /* what is counted happens there */
} EVENTS[COUNTER_COUNT] = {
    [COUNTER_CYCLES] = {"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false},
    [COUNTER_INSTRUCTIONS] = {"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS,
                              false},
    [COUNTER_BRANCHES] = {"branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, false},
    [COUNTER_BRANCH_MISSES] = {"branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES,
                               false},
    [COUNTER_CACHE_MISSES] = {"cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES,
                              false},
    [COUNTER_TASK_CLOCK] = {"task-clock", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, false},
    [COUNTER_PAGE_FAULTS] = {"page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, false},
    [COUNTER_CONTEXT_SWITCHES] = {"context-switches", PERF_TYPE_SOFTWARE,
                                  PERF_COUNT_SW_CONTEXT_SWITCHES, true},
};

const char *counter_name(enum counter_id id)
{
    return EVENTS[id].name;
}

static int open_one(pid_t pid, enum counter_id id)
{
    struct perf_event_attr wanted = {
        .type = EVENTS[id].type,
        .size = sizeof wanted,
        .config = EVENTS[id].config,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
        .inherit = 1,
        .exclude_kernel = !EVENTS[id].in_kernel,
        .exclude_hv = 1,
    };
    long file = syscall(SYS_perf_event_open, &wanted, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
    return file >= 0 ? (int)file : -1 - errno;
}

void counters_open(pid_t pid, struct counters *ret_counters)
{
    for (int id = 0; id < COUNTER_COUNT; id++)
        ret_counters->files[id] = open_one(pid, (enum counter_id)id);
}

void counters_close(struct counters *counters)
{
    for (int id = 0; id < COUNTER_COUNT; id++) {
        if (counters->files[id] >= 0)
            close(counters->files[id]);
        counters->files[id] = -1 - EBADF;
    }
}

double counters_scale(uint64_t value, uint64_t enabled_ns, uint64_t running_ns)
{
    if (running_ns == 0)
        return (double)NAN;
    return (double)value * ((double)enabled_ns / (double)running_ns);
}

void counters_read(const struct counters *counters, double ret_counts[COUNTER_COUNT])
{
    uint64_t numbers[3];
    for (int id = 0; id < COUNTER_COUNT; id++) {
        int file = counters->files[id];
        bool got = file >= 0 && read(file, numbers, sizeof numbers) == (ssize_t)sizeof numbers;
        ret_counts[id] = got ? counters_scale(numbers[0], numbers[1], numbers[2]) : (double)NAN;
    }
}

const char *counters_reason(int error, double paranoid)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return paranoid > 2 ? "closed to users: perf_event_paranoid is above 2"
                            : "not allowed here: perf_event_paranoid must be 1 or less, or a "
                              "container forbids the call";
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
    case EINVAL:
        return "this machine does not offer the counter (virtual machines often do not)";
    case ENOSYS:
        return "this kernel has no perf_event_open";
    case EMFILE:
        return "too many open files";
    default:
        return strerror(error);
    }
}

const char *counters_why(const struct counters *counters, enum counter_id id, double paranoid)
{
    int file = counters->files[id];
    return file >= 0 ? "" : counters_reason(-1 - file, paranoid);
}
