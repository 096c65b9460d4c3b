/* The driver's end of one benchmark host: starts it, asks, and turns every way in which foreign
 * code can go wrong (crash, hang, garbage, memory) into a status and a reason.
 *
 * Order: host_start; host_ask as often as wanted; host_stop.  After a failed host_ask only
 * host_stop.  The process must ignore SIGPIPE: a host may be gone when it is written to. */
#ifndef MEASURE_HOST_H
#define MEASURE_HOST_H

#include <signal.h>

#include "base/child.h"
#include "model/model.h"
#include "model/protocol.h"

struct host_limits {
    double seconds;   /* for the whole life of the host; 0: none */
    double rss_bytes; /* resident size with all that descends from it, polled; 0: none */
    const volatile sig_atomic_t *stop; /* not 0: the host is ended at once; NULL: never */
};

/* Called now and then while an answer is waited for; may be NULL. */
struct host_watch {
    void (*look)(void *context);
    void *context;
};

struct host {
    struct child child;
    struct host_limits limits;
    double started_seconds;
    double checked_seconds; /* when the limits were last looked at, after the start */
    struct buf input;       /* received, not yet handed out */
    struct buf printed;     /* the first 64 KiB that the benchmark printed */
    struct buf reason;      /* why the last call failed, or the text of error and skip answers */
    struct host_watch watch;
    double sent_bytes, received_bytes; /* through the protocol's pipes */
    char compiler[64];                 /* what built the module, as it says; "" when it does not */
};

/* Called for each data line of an answer; false ends the host as "unexpected answer". */
typedef bool host_line_fn(const struct message *message, void *context);

/* Starts the host of `module`: `program` loads a shared object (it ends in .so); anything else is a
 * program that speaks the protocol itself.  `ret_host` must be stopped also after a failure, whose
 * text is in its `reason`. ASSAY_ERR_IO: cannot be started.  ASSAY_ERR_HOST, ASSAY_ERR_TIMEOUT,
 * ASSAY_ERR_LIMIT: see host_ask. */
ASSAY_USE_RESULT assay_status host_start(const char *program, const char *module,
                                         struct host_limits limits, struct host *ret_host);

/* The same without a module: only the hello of `program`. */
ASSAY_USE_RESULT assay_status host_start_empty(const char *program, struct host_limits limits,
                                               struct host *ret_host);

/* The same for any command line that ends in a host, with the environment that it gets. */
struct host_command {
    char *const *argv;
    char *const *environment; /* "NAME=VALUE", NULL-terminated */
    const char *keeper; /* an assay-host that keeps it (lib/leftovers/keep.h); NULL: nobody does */
};
ASSAY_USE_RESULT assay_status host_start_command(const struct host_command *command,
                                                 struct host_limits limits, struct host *ret_host);

/* A host that was not started, so that host_stop may be called. */
void host_init(struct host *host);

/* Sends a line (without LF) and reads data lines until ok, skip or error.
 * `ret_outcome` gets OUTCOME_OK, or OUTCOME_SKIPPED / OUTCOME_FAILED with the text in host->reason.
 * `on_line` may be NULL when no data lines are expected; the closing ok line is handed to it too.
 * ASSAY_ERR_HOST     the host died or broke the protocol; reason says how.
 * ASSAY_ERR_TIMEOUT  limits.seconds ran out; the host is gone.
 * ASSAY_ERR_LIMIT    limits.rss_bytes was passed; the host is gone.
 * ASSAY_ERR_STOPPED  limits.stop was set; the host is gone. */
ASSAY_USE_RESULT assay_status host_ask(struct host *host, const char *line, host_line_fn *on_line,
                                       void *context, enum outcome *ret_outcome);

/* How a benchmark is opened in a host that has loaded its module. */
struct open_request {
    const struct benchmark *benchmark;
    const char *side; /* "a", or "b" for the second module of a pair */
    uint64_t seed;
    const char *fixtures; /* folder */
    bool counting;        /* its regions are counted; nothing in them is timed */
    bool passed;          /* its check passed in an earlier launch, and may be left out */
};

/* Sends `open`; as host_ask. */
ASSAY_USE_RESULT assay_status host_open(struct host *host, const struct open_request *request,
                                        host_line_fn *on_line, void *context,
                                        enum outcome *ret_outcome);

/* Lets the host end by itself, for what it does at its end: its input is closed.  As host_ask. */
ASSAY_USE_RESULT assay_status host_finish(struct host *host);

/* What a status of this header and an outcome mean together: a failed call is a failed benchmark;
 * the host's reason goes to `reason`. */
enum outcome host_conclude(const struct host *host, assay_status status, enum outcome outcome,
                           struct buf *reason);

/* The process that runs the benchmark, which may lie below a keeper; 0 when none runs. */
pid_t host_pid(const struct host *host);

/* Ends the process and frees the buffers. */
void host_stop(struct host *host);

#endif
