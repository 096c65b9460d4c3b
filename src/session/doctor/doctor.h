/* `assay doctor`: is assay whole, what is this machine like, how noisy is it, what would help. */
#ifndef SESSION_DOCTOR_DOCTOR_H
#define SESSION_DOCTOR_DOCTOR_H

#include "session/doctor/installation.h"
#include "session/doctor/noise.h"

struct doctor_request {
    const struct workplace *workplace;
    const char *program;    /* folder of the executable */
    char *const *arguments; /* patterns or modules; none: our own benchmarks */
    int argument_count;
    double seconds; /* to measure */
    volatile sig_atomic_t *stop;
    session_progress_fn *progress;
    void *context;
};

/* Order: installation, facts, noise, advice; so that the facts are of the machine before we load
 * it.  With a broken installation nothing is measured.  Free with diagnosis_release, also after a
 * failure.  ASSAY_ERR_NOT_FOUND: a pattern selects nothing, as catalog_open says. */
ASSAY_USE_RESULT assay_status doctor_examine(const struct doctor_request *request,
                                             struct diagnosis *ret_diagnosis, struct buf *error);

/* 3: broken, interrupted, or a benchmark failed; else 0. */
int doctor_exit_code(const struct diagnosis *diagnosis);

#endif
