/* The clock of one loop, which the body may stop and let go on. */
#ifndef LIB_SLOT_WATCH_H
#define LIB_SLOT_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct watch {
    int64_t began_ns, ended_ns;
    int64_t paused_ns;  /* since when it stands still */
    int64_t untimed_ns; /* of all stops that are over */
    uint64_t stops;     /* that are over */
    bool is_paused;
    bool is_misused; /* stopped twice, or let go on without a stop */
};

/* The last and the first thing inside the timed part. */
void watch_pause(struct watch *watch);
void watch_resume(struct watch *watch);

/* What the loop took without its stops and without what stopping cost (`removed_ns`). */
struct watch_reading {
    double ns, untimed_ns, removed_ns;
};
struct watch_reading watch_read(const struct watch *watch);

/* What a stop leaves in the time around it, in nanoseconds; measured once a process. */
double watch_stop_cost_ns(void);

#endif
