/* Two versions against each other: the one pair loop, over a table of executors.
 *
 * one process: the host alternates both modules itself and answers whole batches (lib/pair.c);
 * lockstep: two hosts take turns, slot by slot.  The kind is a label on every verdict. */
#ifndef MEASURE_PAIR_H
#define MEASURE_PAIR_H

#include "measure/benchmark.h"
#include "measure/executor.h"
#include "measure/metrics.h"
#include "model/comparison.h"

struct pair_request {
    uint64_t iterations[2]; /* per slot, of the old and of the new side */
    size_t slots;
};

/* Aimed-at length of a slot in one process: short ones are many, and slip between interruptions.
 * Beside a busy neighbour slots of 0.1 ms had a third of the scatter of slots of 0.3 ms. */
#define PAIR_SLOT_SECONDS 0.0001

struct pair_executor_ops {
    enum pair_kind kind;
    /* Opens both sides in a fresh launch, with their oracle checks. */
    enum outcome (*open)(void *self, struct buf *reason);
    /* Runs `request->slots` pairs of slots of `request->iterations` and appends nanoseconds per
     * slot of both sides; the order inside each pair is random. */
    enum outcome (*run)(void *self, const struct pair_request *request, pair_vec *pairs,
                        struct buf *reason);
    double (*now)(void *self);
    void (*close)(void *self);
};

struct pair_executor {
    const struct pair_executor_ops *ops;
    void *self;
};

/* One launch: open, calibrate, warm up, then pairs until plan->measure_seconds are over (or
 * plan->sample_count pairs).  Appends them as nanoseconds per iteration with their launch number.
 */
enum outcome pair_measure(const struct pair_executor *executor, const struct plan *plan,
                          uint32_t launch, pair_vec *pairs, struct buf *reason);

/* The two sides of a comparison: one benchmark in two modules. */
struct pair_sides {
    const struct measure_paths *paths;
    const struct plan *plan;
    const struct benchmark *old_side, *new_side;
    uint64_t seed; /* of the order, different in each launch */
};

/* How far private copies are shifted inside their pages, to try other placements of the same code;
 * only where both share one process. */
struct pair_shifts {
    bool shifted; /* false: loaded as they are */
    uint32_t old_bytes, new_bytes;
};

/* What the old and the new side tell of metrics of their own, over all launches. */
struct pair_metrics {
    struct own_metrics own[2];
    observation_vec seen[2];
};

/* An executor for real hosts; its memory is the caller's and must outlive the executor. */
struct pair_hosts {
    struct pair_sides sides;
    struct pair_shifts shifts;
    struct pair_metrics *metrics; /* receives them; NULL: they are passed over */
    uint32_t launch;              /* its number in them */
    struct host hosts[2];         /* one process: only the first */
    uint64_t random;
};
struct pair_executor pair_one_process(struct pair_hosts *hosts);
struct pair_executor pair_lockstep(struct pair_hosts *hosts);

/* The alignment in bytes that shifts of both sides must keep.  OUTCOME_FAILED: one of them cannot
 * be shifted; `reason` says why. */
enum outcome pair_shift_alignment(const struct pair_sides *sides, uint32_t *ret_alignment,
                                  struct buf *reason);

#endif
