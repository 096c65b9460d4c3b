/* One benchmark opened inside the host: memory, random numbers, parameters, its slots.
 * Order: bench_open; bench_slot as often as wanted; bench_close.  Not thread-safe. */
#ifndef LIB_BENCH_H
#define LIB_BENCH_H

#define ASSAY_HOST
#include "assay.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/vec.h"
#include "counting/region.h"
#include "model/model.h"
#include "slot/crew.h"
#include "slot/told.h"
#include "slot/watch.h"

struct block {
    void *memory;
    size_t bytes;
};

/* Memory handed out in one scope; a rewound scope hands out the same blocks again. */
struct scope {
    VEC(struct block) blocks;
    size_t next;
};

struct fixture; /* a mapped file (fixture.c) */

/* What a benchmark is opened with. */
struct bench_request {
    const struct assay_definition *definition;
    const char *params; /* "key=value,key=value" */
    uint64_t seed;
    const char *fixtures_folder;
    struct team *team; /* what both sides of a pair share */
    bool counting;     /* regions are counted and not timed */
    bool passed;       /* the check did in another process, and is left out */
};

/* Threads, and the memory of slots of each; of which one slot runs at a time. */
struct team {
    struct crew *crew;   /* NULL until a benchmark wants threads */
    struct scope *slots; /* one a thread, the first for benchmarks without */
    unsigned count;
};

/* ASSAY_ERR_LIMIT: no more threads to be had; `error` says which.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status team_grow(struct team *team, unsigned threads, struct buf *error);
void team_release(struct team *team);

struct open_bench {
    struct assay_bench bench; /* must be first: the body's `b` is this struct */
    const struct assay_definition *definition;
    char *params, *fixtures_folder;
    uint64_t seed;
    uint64_t random[4];
    struct scope launch, *current;
    struct team *team;
    struct buf reason;
    VEC(struct fixture *) fixtures; /* held by this benchmark */
    FILE *fixture_file;             /* under construction, else NULL */
    size_t fixture_length;
    enum outcome outcome;
    bool is_set_up;
    int threads_before; /* of this process, without the crew; -1: not known */
    struct watch watch; /* of the present slot, as the three below */
    unsigned loops_begun, loops_ended;
    uint64_t batches_left; /* iterations that no batch was made for */
    size_t batch_mark;     /* memory of the slot below it is not the batch's */
    double manual_ns;      /* below 0: not stated */
    bool is_manual;        /* a slot stated its time */
    struct told told;
    struct start_line *line;    /* while several threads run a slot */
    struct open_bench *workers; /* of the threads but the first */
    double bytes, items;        /* per iteration, of all threads */
    struct region region;       /* of the last slot, when counting */
};

/* What one slot took: its loop; the whole body; of that, on purpose not in the loop's time; and
 * taken off it for what stopping the clock cost. */
struct slot_time {
    double loop_ns, body_ns, untimed_ns, removed_ns;
};

void scope_release(struct scope *scope);

/* Runs setup and check.  On any status `bench` must be closed; the outcome tells whether it can
 * run. */
ASSAY_USE_RESULT assay_status bench_open(struct open_bench *bench,
                                         const struct bench_request *request);
/* Runs the body once with `iterations`; false when the benchmark failed or skipped in it. */
bool bench_slot(struct open_bench *bench, uint64_t iterations, struct slot_time *ret_time);
/* Whether it was opened for counting: then `region` says what the last slot cost. */
bool bench_is_counting(const struct open_bench *bench);
/* Runs the benchmark's teardown, once; it may fail the benchmark, whose reason is kept. */
void bench_teardown(struct open_bench *bench);
/* Threads that the benchmark started and that outlive its teardown; 0 also where it is not known.
 */
unsigned bench_threads_left(const struct open_bench *bench);
/* Frees all, after the teardown. */
void bench_close(struct open_bench *bench);

#endif
