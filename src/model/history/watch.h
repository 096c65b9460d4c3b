/* What `assay watch` did in one cycle: run, store, decide. */
#ifndef MODEL_WATCH_H
#define MODEL_WATCH_H

#include "model/history/trend.h"

enum watch_reason { WATCH_FIRST, WATCH_INTERVAL, WATCH_TIME, WATCH_COMMIT };
enum watch_verdict {
    WATCH_GOOD,
    WATCH_WORSE,     /* a new step to worse, or the gate says so */
    WATCH_UNDECIDED, /* the gate cannot say */
    WATCH_FAILED,    /* something could not be run */
};
/* "first", "interval", "time", "commit"; "good", "worse", "undecided", "failed". */
const char *watch_reason_name(enum watch_reason reason);
const char *watch_verdict_name(enum watch_verdict verdict);

/* A step that no earlier cycle told.  Texts belong to the event's arena. */
struct watch_step {
    const char *benchmark, *metric, *good_commit, *bad_commit;
    double ratio;
    struct interval interval;
    bool is_worse;
};
typedef VEC(struct watch_step) watch_step_vec;

struct watch_event {
    struct arena arena;
    unsigned cycle; /* from 1 */
    enum watch_reason reason;
    enum watch_verdict verdict;
    const char *at;                    /* when it began, ISO 8601, UTC */
    const char *run_id;                /* "" when nothing was stored */
    const char *baseline;              /* of the gate that decided; "" where the trend did */
    const char *message;               /* why it failed, "" else */
    int run_exit_code, gate_exit_code; /* -1: not run, or ended by a signal */
    watch_step_vec steps;
};

void watch_event_release(struct watch_event *event);

#endif
