/* The noise floor seen from a loop that does nothing but read the clock. */
#ifndef PROBE_GAPS_H
#define PROBE_GAPS_H

#include <stddef.h>
#include <stdint.h>

#include "model/doctor.h"

/* A step between two readings that is longer than this was not the clock's doing: an interrupt, a
 * switch, a stolen slice. */
#define GAP_NS 2000

/* Reads the clock over and over for `seconds`. */
struct clock_gaps gaps_watch(double seconds);

/* Collecting: pure, one call a reading. */
struct gap_count {
    int64_t first_ns, last_ns, step_ns, longest_ns, lost_ns;
    uint64_t readings, gaps;
};
static inline void gap_count_add(struct gap_count *count, int64_t now_ns)
{
    int64_t step_ns = now_ns - count->last_ns;
    count->last_ns = now_ns;
    if (count->readings++ == 0) {
        count->first_ns = now_ns;
        return;
    }
    if (step_ns > 0 && (count->step_ns == 0 || step_ns < count->step_ns))
        count->step_ns = step_ns;
    if (step_ns > count->longest_ns)
        count->longest_ns = step_ns;
    if (step_ns > GAP_NS) {
        count->gaps++;
        count->lost_ns += step_ns;
    }
}

/* What the readings say: all zeros for fewer than two. */
struct clock_gaps gap_count_conclude(const struct gap_count *count);

#endif
