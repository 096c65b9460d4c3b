/* A command that is run to its end, its time limit, or until somebody asks to stop. */
#ifndef SESSION_WATCH_PROCESS_H
#define SESSION_WATCH_PROCESS_H

#include <signal.h>
#include <stdbool.h>

#include "base/buf.h"

struct process_request {
    char *const *argv;
    char *const *environment;          /* NULL: ours */
    double limit_seconds;              /* 0: none */
    const volatile sig_atomic_t *stop; /* it then gets SIGTERM and some seconds; NULL: never */
};

struct process_end {
    int exit_code; /* -1: by a signal */
    bool timed_out, was_stopped;
};

/* Appends what it prints to `printed`, as far as that holds.  What it leaves running ends with it.
 * ASSAY_ERR_IO: it could not be started. */
ASSAY_USE_RESULT assay_status process_run(const struct process_request *request,
                                          struct buf *printed, struct process_end *ret_end,
                                          struct buf *error);

/* The script for `sh` runs `command` with the file `input` as its standard input. */
#define PROCESS_WITH_INPUT "exec sh -c \"$1\" <\"$2\""

#endif
