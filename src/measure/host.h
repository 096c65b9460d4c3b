/* The driver's end of one benchmark host: starts it, asks, and turns every way in which foreign
 * code can go wrong (crash, hang, garbage) into an outcome and a reason.
 * Order: host_start; host_ask as often as wanted while OUTCOME_OK; host_stop. */
#ifndef MEASURE_HOST_H
#define MEASURE_HOST_H

#include <sys/types.h>

#include "model/model.h"
#include "model/protocol.h"

struct host {
    pid_t pid; /* 0 when none runs */
    FILE *to, *from;
    char reason[REASON_LENGTH_MAX]; /* why the last call failed or skipped */
};

/* Called for each data line of an answer (false: not expected) and for the closing one. */
typedef bool host_line_fn(const char *line, void *context);

/* Starts `program`, which ends after `limit_seconds`, and has it load `module`. */
enum outcome host_start(struct host *host, const char *program, const char *module,
                        double limit_seconds);
/* Sends `verb` and the field `value`, reads lines until ok, error or skip. */
enum outcome host_ask(struct host *host, const char *verb, const char *value, host_line_fn *on_line,
                      void *context);
/* Ends and collects the process, if there still is one; answers what waitpid says of it. */
int host_stop(struct host *host);

#endif
