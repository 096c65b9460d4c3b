/* What continuous integration asks of results: which checks there were, and which did not pass. */
#ifndef EXCHANGE_FINDINGS_H
#define EXCHANGE_FINDINGS_H

#include "model/model.h"

enum ci_level { FINDING_PASS, FINDING_SKIPPED, FINDING_WARNING, FINDING_ERROR };

/* One check of one benchmark; texts belong to the arena that was given. */
struct ci_finding {
    const char *benchmark;
    const char *rule; /* "run", "target", "gate": what was checked */
    const char *metric;
    const char *message; /* one line; "" of what passed */
    enum ci_level level;
};
typedef VEC(struct ci_finding) ci_finding_vec;

/* Of a run: whether each benchmark ran, and each judged target.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status findings_of_run(const struct run *run, struct arena *arena,
                                              ci_finding_vec *findings);

/* Of a document that `assay gate --json` or `assay compare --json` printed.
 * ASSAY_ERR_PARSE: it is none; `error` says where.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status findings_parse(const char *text, size_t length, const char *name,
                                             struct arena *arena, ci_finding_vec *findings,
                                             struct buf *error);

#endif
