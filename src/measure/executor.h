/* What is measured, seen from the planner: something that can be opened, timed in slots, and
 * closed. A real host is one executor (host_executor.c); a test uses a fake one with a made-up
 * clock. */
#ifndef MEASURE_EXECUTOR_H
#define MEASURE_EXECUTOR_H

#include "model/model.h"

/* One timed slot: the loop, and the whole body around it; of that, what the loop left out of its
 * time on purpose; and what stopping the clock for it cost, which is taken off `ns` already. */
struct slot {
    double ns;
    double body_ns;
    double untimed_ns, removed_ns;
};
typedef VEC(struct slot) slot_vec;

struct run_request {
    uint64_t iterations; /* per slot */
    size_t slots;
    bool sampled; /* these slots are samples: what they tell beside their time counts */
};

struct executor_ops {
    /* Opens the benchmark in a fresh launch: setup and oracle check.  `result` gets bytes and
     * items, and for an outcome other than OUTCOME_OK the reason is in `reason`. */
    enum outcome (*open)(void *self, struct result *result, struct buf *reason);
    /* Runs `slots` slots of `iterations` each and appends their times; the body may have stated
     * bytes and items anew, so `result` gets them again. */
    enum outcome (*run)(void *self, const struct run_request *request, struct result *result,
                        slot_vec *ret_slots, struct buf *reason);
    /* Peak resident bytes of the launch so far; 0 when not known. */
    double (*rss_bytes)(void *self);
    /* Seconds on the executor's clock: the budget is measured on it. */
    double (*now)(void *self);
    /* Tears the benchmark down and ends the launch.  An outcome other than OUTCOME_OK, with its
     * reason, is the teardown's own: a benchmark that failed or skipped before is closed with
     * OUTCOME_OK. */
    enum outcome (*close)(void *self, struct buf *reason);
};

struct executor {
    const struct executor_ops *ops;
    void *self;
};

#endif
