/* An audit: claims -> paired measurements -> verdicts, beside the targets with their evidence. */
#ifndef SESSION_AUDIT_AUDIT_H
#define SESSION_AUDIT_AUDIT_H

#include "session/audit/measure.h"
#include "session/place/workplace.h"
#include "session/run.h"

struct audit_request {
    const struct workplace *workplace;
    char *const *paths; /* audit files or folders; none: those of the project */
    int path_count;
    struct plan plan;            /* plan.launches: the most that a claim may take */
    double budget_seconds;       /* a claim; 0: none */
    const char *spawner;         /* path of assay-spawn */
    volatile sig_atomic_t *stop; /* not NULL */
    session_progress_fn *progress;
    void *context;
};

/* The numbers of the quick or the full audit, overridden by the members of `said` that are not 0.
 */
#define AUDIT_QUICK_SECONDS 2.0 /* budget of a claim */
struct plan audit_plan(bool quick, const struct plan *said);

/* Finds every benchmark of every claim, then measures claim by claim.  What a benchmark or command
 * does is a finding.  Free with audit_release, also after a failure.
 *
 * ASSAY_ERR_NOT_FOUND, ASSAY_ERR_PARSE ...  files, modules or benchmarks are not there, or a
 * pattern matches several: the claim is named, and nothing was measured. ASSAY_ERR_IO       also: a
 * module changed while it was measured. */
ASSAY_USE_RESULT assay_status session_audit(const struct audit_request *request,
                                            struct audit *ret_audit, struct buf *error);

/* 3 a claim could not be measured or the audit was interrupted, 1 one is refuted, 4 one is
 * undecided or skipped, else 0. */
int audit_exit_code(const struct audit *audit);

#endif
