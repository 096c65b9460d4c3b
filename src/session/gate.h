/* The gate: today's modules against a baseline, measured and decided in one go. */
#ifndef SESSION_GATE_H
#define SESSION_GATE_H

#include "session/compare.h"

/* Saves `name` as a baseline of the stored run, keeping a copy of each shared object that it ran,
 * so that the gate can measure it again.  Programs that are their own hosts are not kept; their
 * stored numbers are.  ASSAY_ERR_ARGUMENT: the name exists and `overwrite` is not set. */
struct baseline_request {
    struct store *store;
    const char *store_path; /* copies lie beside it */
    const char *name;
    const struct run *run;
    bool overwrite;
};
ASSAY_USE_RESULT assay_status gate_save_baseline(const struct baseline_request *request,
                                                 struct buf *error);

struct gate_request {
    struct compare_request compare; /* old_catalog and new_catalog are set by gate_run */
    const struct catalog *catalog;  /* what is there today */
    char *const *arguments;         /* of the command line, that chose the catalogue */
    int argument_count;
    struct store *store;
    const char *baseline; /* any selector of a run */
};

/* Appends one row for each benchmark of today and each of the baseline.
 *
 * Benchmarks whose module was kept are measured again, paired with today's; the others are measured
 * today and set against the stored numbers (kind `stored`).  The chance of any false failure in the
 * whole suite is kept below one per cent: each row's level is raised by the number of rows.
 * A benchmark that is new passes; one that is missing or could not be measured is never a pass.
 * ASSAY_ERR_NOT_FOUND: no such baseline.  ASSAY_ERR_ARGUMENT: it comes from another machine. */
ASSAY_USE_RESULT assay_status gate_run(const struct gate_request *request, struct arena *arena,
                                       comparison_vec *rows, struct buf *error);

/* Exit code of a gate: 3 a benchmark failed, 1 a regression, 4 undecided or missing, else 0. */
int gate_exit_code(const comparison_vec *rows);

#endif
