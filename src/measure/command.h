/* Timed runs of command lines, by a small process of its own (lib/spawn.c) that lives as long as
 * the runner: what a run costs does not depend on how large assay is.
 *
 * A run has its own process group, stdin from /dev/null or a file, and stdout and stderr in a pipe
 * that is drained and counted: a program that sees /dev/null may leave out its work.  When a run is
 * over, so is everything that it started (but for what made itself a session of its own).
 *
 * Order: runner_open; runner_run as often as wanted; runner_close.  The process must ignore
 * SIGPIPE. */
#ifndef MEASURE_COMMAND_H
#define MEASURE_COMMAND_H

#include <signal.h>

#include "base/child.h"
#include "model/timing.h"

struct command_line {
    char *const *argv;  /* argv[0] is a path or a name on PATH: whether it exists shows when run */
    const char *input;  /* file for stdin; NULL: /dev/null */
    const char *output; /* file that all runs append their output to; NULL: none */
    bool shows;         /* their output is copied to options.show instead */
    bool ignores_exit;  /* exit codes and signals are no failures */
    double limit_seconds; /* a run that takes longer is killed; 0: none */
};

struct command_options {
    const char *spawner;         /* path of assay-spawn */
    int show;                    /* descriptor for the output of lines that are shown */
    volatile sig_atomic_t *stop; /* a run is cancelled while this is above stop_min, which a
                                    handler of SIGINT or SIGTERM raises; or NULL */
    int stop_min;
};

struct command_runner {
    struct child child; /* all zero: not open */
    struct command_options options;
};

/* The runner of `count` lines, which are copied.
 * ASSAY_ERR_IO: assay-spawn could not be started.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status runner_open(const struct command_options *options,
                                          const struct command_line *lines, size_t count,
                                          struct command_runner *ret_runner, struct buf *error);

/* Runs the lines that `order` names, back to back, up to the first that fails or is cancelled.
 *
 * ret_runs  room for order->count; *ret_done of them were made, in order.  Whether the last one
 *           failed is said by runner_failed; after COMMAND_CANCELLED the runner can only be closed.
 *
 * ASSAY_ERR_IO: assay-spawn is gone. */
ASSAY_USE_RESULT assay_status runner_run(struct command_runner *runner,
                                         const struct spawn_order *order,
                                         struct command_run *ret_runs, size_t *ret_done,
                                         struct buf *error);

/* Ends a run under way, with all its processes, and assay-spawn.  Safe on what was not opened. */
void runner_close(struct command_runner *runner);

/* Whether the run counts as a failure, with the reason in a sentence without a subject: "exit code
 * 3: what it printed", "ran longer than 300 ms". */
bool runner_failed(const struct command_run *run, const struct command_line *line,
                   struct buf *reason);

#endif
