/* Stopping the clock.
 *
 * Why the cost of a stop is measured and not guessed: from one reading of the clock to the next
 * passes what a reading costs, 20 to 50 ns here and a microsecond where the clock is a system call;
 * it would be in each part between two stops.  The first part has it as every plain loop has, and
 * the planner's slope takes it off there (src/measure/launch.c); the others are relieved here.
 * Invariant: a reading is never below zero. */
#include "slot/watch.h"

#include <math.h>
#include <stddef.h>

#include "probe/clock.h"

enum { COST_ROUNDS = 40, COST_STOPS = 50 };

void watch_pause(struct watch *watch)
{
    int64_t now_ns = clock_now_ns();
    watch->is_misused |= watch->is_paused;
    watch->is_paused = true;
    watch->paused_ns = now_ns;
}

void watch_resume(struct watch *watch)
{
    watch->is_misused |= !watch->is_paused;
    watch->is_paused = false;
    watch->stops++;
    watch->untimed_ns += clock_now_ns() - watch->paused_ns;
}

/* The mean over some stops, so that a clock of coarse steps gives more than its steps; the least of
 * several such means, which no interruption is in. */
static double measure_cost_ns(void)
{
    void (*volatile pause)(struct watch * watch) = watch_pause; /* called as a module calls it */
    void (*volatile resume)(struct watch * watch) = watch_resume;
    double least_ns = HUGE_VAL;
    for (int round = 0; round < COST_ROUNDS; round++) {
        struct watch watch = {.is_paused = true, .paused_ns = clock_now_ns()};
        int64_t began_ns = watch.paused_ns;
        for (int i = 0; i < COST_STOPS; i++) {
            resume(&watch);
            pause(&watch);
        }
        double left_ns = (double)(watch.paused_ns - began_ns - watch.untimed_ns);
        least_ns = fmin(least_ns, left_ns / COST_STOPS);
    }
    return fmax(least_ns, 0);
}

double watch_stop_cost_ns(void)
{
    static double cost_ns = -1; /* asked for by the thread that serves only */
    if (cost_ns < 0)
        cost_ns = measure_cost_ns();
    return cost_ns;
}

struct watch_reading watch_read(const struct watch *watch)
{
    if (watch->stops == 0)
        return (struct watch_reading){.ns = (double)(watch->ended_ns - watch->began_ns)};
    double untimed_ns = (double)watch->untimed_ns;
    double whole_ns = (double)(watch->ended_ns - watch->began_ns) - untimed_ns;
    double removed_ns = fmin((double)(watch->stops) * watch_stop_cost_ns(), fmax(whole_ns, 0));
    return (struct watch_reading){fmax(whole_ns - removed_ns, 0), untimed_ns, removed_ns};
}
