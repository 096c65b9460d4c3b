/* Timed runs of one command line, by a small process of its own (lib/spawn.c) that lives as long as
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

struct command_options {
    const char *spawner;         /* path of assay-spawn */
    const char *input;           /* file for stdin; NULL: /dev/null */
    const char *output;          /* file that all runs append their output to; NULL: none */
    int show;                    /* descriptor that their output is copied to, or -1 */
    double limit_seconds;        /* a run that takes longer is killed; 0: none */
    volatile sig_atomic_t *stop; /* a run is cancelled while this is above stop_min, which a
                                    handler of SIGINT or SIGTERM raises; or NULL */
    int stop_min;
};

struct command_runner {
    struct child child; /* all zero: not open */
    struct command_options options;
};

/* `argv[0]` is a path or a name on PATH; whether it exists shows when it is run.
 * ASSAY_ERR_IO: assay-spawn could not be started. */
ASSAY_USE_RESULT assay_status runner_open(const struct command_options *options, char *const argv[],
                                          struct command_runner *ret_runner, struct buf *error);

/* Runs the command once.  Whatever the command does is in *ret_run; after COMMAND_CANCELLED the
 * runner can only be closed.  ASSAY_ERR_IO: assay-spawn is gone. */
ASSAY_USE_RESULT assay_status runner_run(struct command_runner *runner, struct command_run *ret_run,
                                         struct buf *error);

/* Ends a run under way, with all its processes, and assay-spawn.  Safe on what was not opened. */
void runner_close(struct command_runner *runner);

/* Whether the run counts as a failure, with the reason in a sentence without a subject: "exit code
 * 3: what it printed", "ran longer than 300 ms".  Exit codes and signals are no failure when
 * `ignore_exit`; `program` is what could not be started. */
bool runner_failed(const struct command_run *run, const struct command_options *options,
                   bool ignore_exit, const char *program, struct buf *reason);

#endif
