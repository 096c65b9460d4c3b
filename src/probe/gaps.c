/* Watching the clock: what keeps us from reading it would be in a sample, too.
 * A step that is a gap counts as lost from end to end. */
#include "probe/gaps.h"

#include "probe/clock.h"

struct clock_gaps gap_count_conclude(const struct gap_count *count)
{
    if (count->readings < 2 || count->last_ns <= count->first_ns)
        return (struct clock_gaps){0};
    double ns = (double)(count->last_ns - count->first_ns), lost_ns = (double)count->lost_ns;
    return (struct clock_gaps){.seconds = ns * 1e-9,
                               .step_ns = (double)count->step_ns,
                               .per_second = (double)count->gaps / ns * 1e9,
                               .lost_share = lost_ns / ns,
                               .longest_ns = (double)count->longest_ns};
}

/* The fastest of some batches: the loop that watches for gaps also counts, and takes longer. */
static double reading_ns(void)
{
    enum { BATCHES = 50, READINGS = 100 };
    int64_t fastest_ns = INT64_MAX;
    for (int batch = 0; batch < BATCHES; batch++) {
        int64_t began_ns = clock_now_ns(), now_ns = began_ns;
        for (int i = 0; i < READINGS; i++)
            now_ns = clock_now_ns();
        if (now_ns - began_ns < fastest_ns)
            fastest_ns = now_ns - began_ns;
    }
    return (double)fastest_ns / READINGS;
}

struct clock_gaps gaps_watch(double seconds)
{
    struct gap_count count = {0};
    int64_t now_ns = clock_now_ns(), end_ns = now_ns + (int64_t)(seconds * 1e9);
    while (now_ns < end_ns) {
        gap_count_add(&count, now_ns);
        now_ns = clock_now_ns();
    }
    struct clock_gaps gaps = gap_count_conclude(&count);
    gaps.cost_ns = reading_ns();
    return gaps;
}
