/* One run: catalogue -> hosts -> samples -> summaries -> store -> targets.  The stages meet here.
 */
#ifndef SESSION_RUN_H
#define SESSION_RUN_H

#include <signal.h>

#include "session/catalog.h"
#include "store/store.h"

/* Where a run stands: before a benchmark (`result` is NULL) or after it. */
struct session_step {
    size_t index, count;
    const struct benchmark *benchmark;
    const struct result *result;
    double elapsed_seconds; /* since the run began */
};
typedef void session_progress_fn(void *context, const struct session_step *step);

struct session_request {
    const struct measure_paths *paths;
    const struct catalog *catalog;
    struct plan plan;
    bool instructions; /* count instead of timing; the plan is instructions_plan's */
    const char *label;
    const char *origin;        /* origin_describe; NULL: the run cannot be resumed */
    struct run *resumed;       /* resume_open; goes on in place of a new run, which takes it over */
    struct store *store;       /* NULL: nothing is kept */
    const target_vec *targets; /* to be judged; strings must outlive the run */
    const claim_vec *claims;
    const char *const *folders;  /* of suites, to know the roofline; NULL: no row has a share */
    volatile sig_atomic_t *stop; /* set by a signal; ends the benchmark under way, too, when
                                  paths->stop is the same */
    session_progress_fn *progress;
    void *context;
    const char *live; /* folder for those who look on (session/live/live.h); NULL: none */
};

/* Measures all of the catalogue.  Every benchmark is committed to the store as it ends.
 * Failed benchmarks are results; statuses are for the store and for memory.  Free with run_release,
 * also after a failure. */
ASSAY_USE_RESULT assay_status session_run(const struct session_request *request,
                                          struct run *ret_run, struct buf *error);

/* Names the run, by time and chance, and describes its machine and its project.  Texts go to the
 * run's arena.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status session_describe_run(struct run *run);

/* Runs each benchmark of the catalogue for `seconds` without keeping a time of it; a line each goes
 * to `out`.  Whether all of them ran. */
bool session_profile(const struct session_request *request, double seconds, struct buf *out);

/* Names the run alone: id and start, by time and chance. */
ASSAY_USE_RESULT assay_status session_name_run(struct run *run);

/* Whether a result of the run failed. */
bool session_has_failures(const struct run *run);

#endif
