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
    struct scope *slot; /* memory of slots, which the caller frees; both sides of a pair share it */
    bool counting;      /* regions are counted and not timed */
};

struct open_bench {
    struct assay_bench bench; /* must be first: the body's `b` is this struct */
    const struct assay_definition *definition;
    char *params, *fixtures_folder;
    uint64_t seed;
    uint64_t random[4];
    struct scope launch, *slot, *current;
    struct buf reason;
    VEC(struct fixture *) fixtures; /* held by this benchmark */
    FILE *fixture_file;             /* under construction, else NULL */
    size_t fixture_length;
    enum outcome outcome;
    bool is_set_up;
    int64_t began_ns, ended_ns;
    unsigned loops_begun, loops_ended;
    struct region region; /* of the last slot, when counting */
};

/* What one slot took: inside the loop, and the whole body. */
struct slot_time {
    double loop_ns;
    double body_ns;
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
/* Frees all, after the teardown. */
void bench_close(struct open_bench *bench);

#endif
