/* Measuring one claim until it is decided.  Knows neither hosts nor clocks: both come in as
 * functions. */
#ifndef SESSION_AUDIT_MEASURE_H
#define SESSION_AUDIT_MEASURE_H

#include <signal.h>

#include "model/audit.h"

/* Something that yields pairs of before and after. */
struct audit_source_ops {
    /* One launch: appends its pairs, which carry the number `launch`. */
    enum outcome (*launch)(void *self, uint32_t launch, pair_vec *pairs, struct buf *reason);
    double (*now_seconds)(void *self);
};
struct audit_source {
    const struct audit_source_ops *ops;
    void *self;
};

struct audit_limits {
    double level;                /* of the interval, valid at every look */
    unsigned launches;           /* never more */
    double budget_seconds;       /* no further launch after it; 0: none */
    volatile sig_atomic_t *stop; /* or NULL */
};

/* Takes launches until the claim is confirmed or refuted, or a limit is met, and fills the finding;
 * texts go to `arena`.  Whatever the source does is an outcome.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status audit_measure(const struct audit_source *source,
                                            const struct audit_limits *limits, struct arena *arena,
                                            struct audit_finding *finding);

#endif
