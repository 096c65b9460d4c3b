/* The one clock of assay: monotonic nanoseconds that no time daemon bends. */
#ifndef PROBE_CLOCK_H
#define PROBE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC_RAW: on x86 a fenced TSC read in the vDSO, no system call; its fixed cost (16-30
 * ns) is removed by the driver.  Inline, so that reading it is the last thing before the loop. */
static inline int64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline double clock_now_seconds(void)
{
    return (double)clock_now_ns() * 1e-9;
}

#endif
