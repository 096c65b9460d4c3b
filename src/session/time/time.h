/* Whole commands against each other: randomised blocks of runs, so that what disturbs one disturbs
 * all, until the plan is fulfilled or the user has seen enough. */
#ifndef SESSION_TIME_TIME_H
#define SESSION_TIME_TIME_H

#include <signal.h>

#include "base/buf.h"
#include "model/timing.h"

enum { TIME_RUNS_MAX = 1000000 }; /* of one command */

struct time_texts {
    const char *const *items;
    size_t count;
};

/* How far it is; for a line on a terminal. */
struct time_progress {
    size_t blocks;
    double elapsed_seconds, left_seconds;
};

struct time_request {
    struct time_texts lines;
    struct time_texts names;     /* none, or one a line */
    struct time_texts prepares;  /* none, one for all, or one a line; before each run */
    struct time_texts scans;     /* name, low, high of each */
    struct time_texts steps;     /* of the first so many scans */
    struct time_texts lists;     /* name, values of each */
    const char *setup, *cleanup; /* once a command, before the first and after the last block */
    const char *reference;       /* name or line of the one that the others are set against */
    bool shell;                  /* hand the lines to sh -c */
    bool ignore_exit;            /* exit codes and signals are no failures */
    const char *input, *output;  /* see command.h */
    int show;
    size_t warmup;             /* blocks that are not counted */
    size_t runs_min, runs_max; /* blocks; at most TIME_RUNS_MAX */
    double budget_seconds;     /* a command */
    bool until_decided;        /* end before that when every comparison is decided */
    double limit_seconds;      /* a run; 0: none */
    double margin;             /* closer is the same; 0: the default */
    uint64_t seed;
    enum time_basis basis;           /* of comparisons */
    const char *spawner;             /* path of assay-spawn */
    const char *floors[FLOOR_COUNT]; /* paths of programs that do nothing; all NULL: none */
    volatile sig_atomic_t *stop;     /* raised by each SIGINT and SIGTERM */
    void (*progress)(void *context, const struct time_progress *progress);
    void *context;
};

/* Times the commands.  Whatever they do is in the timing: a command that fails is a row with its
 * reason, and the others go on; after a stop the complete blocks are kept.  Free with
 * timing_release, also after a failure.
 *
 * ASSAY_ERR_ARGUMENT, ASSAY_ERR_PARSE, ASSAY_ERR_LIMIT  see commands.h; nothing was run.
 * ASSAY_ERR_IO, ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status session_time(const struct time_request *request,
                                           struct timing *ret_timing, struct buf *error);

#endif
