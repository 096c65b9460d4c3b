/* Two modules against each other, benchmark by benchmark, until each is decided or the limit is
 * met. */
#ifndef SESSION_COMPARE_H
#define SESSION_COMPARE_H

#include <signal.h>

#include "compare/verdict.h"
#include "session/catalog.h"
#include "session/run.h"

/* What is set against what; both sides may be of one module. */
struct pairing {
    const struct benchmark *old_side, *new_side;
};
typedef VEC(struct pairing) pairing_vec;

struct compare_request {
    const struct measure_paths *paths;
    const struct catalog *old_catalog, *new_catalog;
    struct plan plan; /* plan.launches: the most that a benchmark may take */
    struct verdict_rules rules;
    double false_discovery_rate;
    double budget_seconds; /* for all launches of a benchmark; 0: as many as plan.launches */
    bool within_launch;    /* one launch, which gets the whole budget */
    bool lockstep;         /* never share a process */
    bool instructions;     /* count instead of timing (session/counting/instructions.h) */
    bool gate_only;        /* enough when the gate is decided, whatever the verdict; what it would
                              not pass is asked whether it is placement */
    unsigned explain_max;  /* so many changed rows are explained, what became slower most first */
    /* Limits of each benchmark; NULL: those of `rules`. */
    struct limits (*limits_of)(const void *context, const struct benchmark *benchmark);
    const void *limits_context;
    /* The share by which a quality may be worse; NULL: rules.margin. */
    double (*quality_margin)(const void *context, const char *benchmark,
                             const struct metric *metric);
    volatile sig_atomic_t *stop;
    session_progress_fn *progress;
    void *context;
};

/* Appends one row for each benchmark of either catalogue; they are matched by name and parameters,
 * not by suite, so that two builds under two file names are comparable.  What exists on one side
 * only, failed or was skipped is a row without a verdict and with the reason.  Texts go to `arena`.
 * Both modules share one process where that is possible, else two in lockstep; the kind says which.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status session_compare(const struct compare_request *request,
                                              struct arena *arena, comparison_vec *rows);

/* The same for pairings of the caller's making; request's catalogues are not looked at.  Each
 * pairing is a row, in their order.  Launches go round: every open benchmark gets one before any
 * gets its next, so that a burst of noise meets many benchmarks once rather than one of them
 * always. */
ASSAY_USE_RESULT assay_status session_compare_pairings(const struct compare_request *request,
                                                       const pairing_vec *pairings,
                                                       struct arena *arena, comparison_vec *rows);

/* The same for the results of two runs: one row for each result of the new one, matched by id;
 * nothing is measured, kind `stored`. ASSAY_ERR_ARGUMENT: the runs come from different machines or
 * kernels, unless rules->across_machines is set; then each row of such a pair says so. */
ASSAY_USE_RESULT assay_status session_compare_outlines(const struct outline *old_run,
                                                       const struct outline *new_run,
                                                       const struct verdict_rules *rules,
                                                       struct arena *arena, comparison_vec *rows,
                                                       struct buf *error);
/* Of runs that are whole. */
ASSAY_USE_RESULT assay_status session_compare_results(const struct run *old_run,
                                                      const struct run *new_run,
                                                      const struct verdict_rules *rules,
                                                      struct arena *arena, comparison_vec *rows,
                                                      struct buf *error);

/* Rows for what only the old run has. */
ASSAY_USE_RESULT assay_status session_compare_missing(const struct outline *old_run,
                                                      const struct outline *new_run,
                                                      struct arena *arena, comparison_vec *rows);

#endif
