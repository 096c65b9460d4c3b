/* When the next cycle is due, and the loop that waits for it.  The clock, the waiting and the work
 * are the caller's, so that tests have a clock of their own. */
#ifndef SESSION_WATCH_SCHEDULE_H
#define SESSION_WATCH_SCHEDULE_H

#include <stdbool.h>
#include <time.h>

#include "model/history/watch.h"

enum { SCHEDULE_NO_TIME = -1 };

struct schedule {
    double every_seconds; /* from the begin of one cycle to the next; 0: not by interval */
    int at_minute;        /* of the day, local time; SCHEDULE_NO_TIME: not by time */
    bool on_commit;
    double poll_seconds; /* between looks at the commit */
    unsigned count;      /* cycles; 0: until stopped */
};

/* "03:00" to a minute of the day.  ASSAY_ERR_ARGUMENT. */
ASSAY_USE_RESULT assay_status schedule_parse_time(const char *text, int *ret_minute,
                                                  struct buf *error);

struct schedule_ops {
    time_t (*now)(void *context);
    /* False when the wait was ended from outside: then the loop ends. */
    bool (*wait)(void *context, double seconds);
    /* The project's commit into `ret_commit`; "" where there is none. */
    void (*commit)(void *context, struct buf *ret_commit);
    /* A cycle; what fails in it is told and does not end the loop, unless memory is out. */
    assay_status (*cycle)(void *context, unsigned number, enum watch_reason reason);
};

/* The first cycle comes at once, unless only a time of the day was asked for.  Cycles that came due
 * while another one ran are one.  ASSAY_OK when stopped or counted out. */
ASSAY_USE_RESULT assay_status schedule_run(const struct schedule *schedule,
                                           const struct schedule_ops *ops, void *context);

/* The next time of the day at `minute` after `now`. */
time_t schedule_next_time(int minute, time_t now);

#endif
