/* The gate: today's modules against a baseline and against targets, measured and decided in one go.
 */
#ifndef SESSION_GATE_GATE_H
#define SESSION_GATE_GATE_H

#include "compare/bounds/limits.h"
#include "session/compare.h"
#include "session/gate/baseline.h"

struct gate_request {
    struct compare_request compare; /* old_catalog, new_catalog and limits are set by gate_run */
    const struct catalog *catalog;  /* what is there today */
    const benchmark_vec *left_out;  /* there, too, but neither measured nor missed; may be NULL */
    char *const *arguments;         /* the words that chose the catalogue */
    int argument_count;
    struct baseline_place place; /* the store is NULL without a baseline */
    const char *baseline;        /* any selector of a run; NULL: targets alone */
    struct plan alone;           /* how to measure for targets, when no baseline says it */
    const threshold_vec *thresholds;
    struct limits_request limits; /* where no threshold says otherwise */
    const target_vec *targets;    /* NULL: they are not judged */
    bool across_machines;         /* accept a baseline of another machine */
};

/* Appends one row for the time of each benchmark of today and of the baseline, one for each other
 * metric that a threshold names, and one for each target.
 *
 * Benchmarks whose module was kept are measured again, paired with today's (kind `remeasured`,
 * row->pairing says how); the others are measured today and set against the stored numbers (kind
 * `stored`).  The chance of any false failure in the whole suite is kept below one per cent: each
 * row's level is raised by the number of rows.  Targets are judged by the intervals of one run, at
 * 95 % each, as `run` judges them.
 *
 * A benchmark that is new is run and passes when it works; one that is missing or could not be
 * measured is never a pass.
 * ASSAY_ERR_NOT_FOUND: no such baseline.  ASSAY_ERR_ARGUMENT: it comes from another machine. */
ASSAY_USE_RESULT assay_status gate_run(const struct gate_request *request, struct arena *arena,
                                       comparison_vec *rows, struct gate_facts *ret_facts,
                                       struct buf *error);

#endif
