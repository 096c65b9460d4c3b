/* Threads that run the body of one benchmark side by side.  They live as long as the host, wait
 * between slots without using a processor, and serve both sides of a pair, so that both get the
 * same stacks and the same memory. */
#ifndef LIB_SLOT_CREW_H
#define LIB_SLOT_CREW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { CREW_THREADS_MAX = 1024 };

struct crew;

/* Makes sure that `threads` can work at once, the caller among them.  NULL at *crew starts one.
 * ASSAY_ERR_LIMIT: the system gives no more threads; `error` says of which it was.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status crew_grow(struct crew **crew, unsigned threads, struct buf *error);

/* Runs `work(context, i)` for i from 0 to threads - 1 at the same time, 0 in the caller's thread;
 * returns when all have ended. */
void crew_run(struct crew *crew, unsigned threads, void (*work)(void *context, unsigned thread),
              void *context);

/* Threads that it has beside the caller; NULL has none. */
unsigned crew_helpers(const struct crew *crew);

/* Ends and frees it; NULL is none. */
void crew_release(struct crew *crew);

/* Where threads wait for each other, so that all start at once. */
struct start_line {
    unsigned wanted;
    atomic_uint arrived;
    atomic_bool is_open;
    _Atomic int64_t opened_ns; /* on the clock, when the last one had come */
};

void start_line_set(struct start_line *line, unsigned wanted);
/* Waits until all are there. */
void start_line_wait(struct start_line *line);
/* For who does not start at all: the others need not wait for it. */
void start_line_give_up(struct start_line *line);

#endif
